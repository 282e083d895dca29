"""A graph as an object of the package `graphviz`, which notebooks can show even without its program `dot`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["graphviz_graph"]


def graphviz_graph(dot: str, svg: Callable[[], str]) -> Any:
    """A `graphviz.Digraph` with the content of `dot`; where it cannot be rendered, notebooks show `svg()`.

    Raises `RuntimeError` if the package is missing.
    """
    try:
        graphviz: Any = importlib.import_module("graphviz")
    except ImportError:
        raise RuntimeError(
            "to_graphviz needs the Python package graphviz: pip install graphviz; .svg() and .dot() need nothing"
        ) from None

    class Graph(graphviz.Digraph):  # type: ignore[misc]
        """A Digraph that a notebook shows with or without Graphviz's program."""

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> dict[str, Any]:
            try:
                shown: dict[str, Any] = super()._repr_mimebundle_(include, exclude, **options)
            except (graphviz.ExecutableNotFound, OSError, graphviz.CalledProcessError):
                return {"image/svg+xml": svg(), "text/plain": "the program dot is missing: drawn without it"}
            return shown

    _, *body, _ = dot.rstrip("\n").split("\n")
    return Graph("computation graph", body=[f"{line}\n" for line in body])
