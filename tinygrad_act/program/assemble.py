"""From a recorded graph to a program: lower, simplify, plan, write."""

from __future__ import annotations

from typing import Any

import numpy as np

from .build import operation_of
from .emit import Form, Writer, write_function
from .explain import explain
from .lower import lower
from .memory import Memory
from .node import Graph
from .passes import simplified
from .program import Program

__all__ = ["assemble"]


def assemble(name: str, recorded: Graph, form: Form, passes: tuple[str, ...], about: str) -> Program:
    """The program of a graph. `about`: the first line of its docstring."""
    trusting = "trust" in passes and "lower" in passes
    objects: dict[str, Any] = {}
    scope = {"np", "memory", "has_nan", name, f"{name}_with_care", *form.parameters}
    graph = _prepared(recorded, passes, trusting)
    writer = Writer(objects, set(scope))
    otherwise = f"{name}_with_care" if trusting and _has_lines(graph) else ""
    lines, planned = write_function(name, graph, form, writer, otherwise, "memory" in passes)
    lines.insert(1, f'    """{about}"""')
    text = [*lines]
    if otherwise:
        careful = Writer(objects, {*scope, *objects})
        more, _ = write_function(otherwise, _prepared(recorded, passes, False), form, careful, "", False)
        more.insert(1, '    """The same for numbers that are not finite, or too large: each step by its safest formula."""')
        text += ["", "", *more]
    if any("has_nan(" in line for line in lines):
        objects["has_nan"] = has_nan
    explanation = explain(recorded, graph, planned)
    return Program("\n".join(text) + "\n", name, objects, Memory(planned.rooms, writer.views), explanation)


def _prepared(recorded: Graph, passes: tuple[str, ...], trusting: bool) -> Graph:
    graph = lower(recorded, trusting) if "lower" in passes else recorded
    return simplified(graph, passes)


def _has_lines(graph: Graph) -> bool:
    return any(operation_of(x.call) is None for x in graph.lines())


def has_nan(x: Any) -> bool:
    """Whether any entry is NaN: the sum of their squares is NaN just then."""
    flat = x.ravel()
    total = np.dot(flat, flat)
    return bool(total != total)
