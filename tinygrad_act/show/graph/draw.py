"""`draw(value)`: from Values, or a model and its input, to a `Drawing`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.errors import describe
from ...core.frames import boundary, users_frame
from ...core.graph import topological_order
from ...engine.value import Value
from ..svg.writing import THEMES, Theme
from ..texts import printable
from .arrange import Arranged, arrange
from .capture import capture
from .drawing import Drawing
from .names import check_names, find_names
from .objects import walk
from .running import run_model
from .shorten import COLLAPSE, Collapse, shortened
from .snapshot import Snapshot
from .summary import count_arrays, summarise
from .variables import Variable, variables_of

__all__ = ["draw"]

_MOST_CAPTURED = 20_000
"""More values than these are not looked at one by one, unless `max_nodes` asks for it."""
_CHOICES = {"direction": ("auto", "right", "down"), "collapse": COLLAPSE, "theme": THEMES}


@boundary
def draw(
    value: Any, *batch: Any, names: Mapping[str, Any] | None = None, model: Any = None, direction: str = "auto",
    collapse: Collapse = "auto", max_nodes: int = 400, engine: str = "auto", theme: Theme = "auto", title: str = "",
) -> Drawing:  # fmt: skip
    """Draw a Value, or a list or tuple of Values, and all that they were computed from.

    `draw(loss)`; `draw([y, z])`; `draw(model, batch)` or `draw((model, batch))` calls the model, and draws what
    it returns with every part of the model as a cluster. Nothing else is computed, and no gradient
    changes; rows say `–` before any gradient has arrived.

    `names`: names for Values and arrays; by default labels, the attributes of `model` and the caller's
    variables give them, in this order; `{}` keeps the variables out. `model`: the model whose parameters
    `value` was computed from; its parts become clusters. `direction`: `right` or `down`, `auto` for what fits a screen.
    `collapse`: `none` draws every value, `repeats` draws repeated structure once, `modules` makes one
    box of every module, `auto` does as little of it as makes the picture fit a screen. `max_nodes`: above
    so many boxes the picture is a summary by operation. Whatever is left out, the picture says so.
    `theme`: `light`, `dark`, or `auto` for what the reader's system asks for. `engine`: always `auto`; what Graphviz
    makes of the same graph, `.to_graphviz()` shows.

    Raises `TypeError` for anything that is not a Value, `ValueError` for an empty list or an unknown choice.
    """
    _check_choices(direction=direction, collapse=collapse, theme=theme)
    _check_engine(engine)
    if not isinstance(max_nodes, int) or isinstance(max_nodes, bool):
        raise TypeError(f"draw: max_nodes is a number of boxes, an int, not {describe(max_nodes)}")
    if max_nodes < 1:
        raise ValueError(f"draw: max_nodes is {max_nodes}; expected at least 1: above so many boxes it draws a summary")
    if not isinstance(title, str):
        raise TypeError(f"draw: title is {describe(title)}; expected a text, as in title='One neuron'")
    named = list((check_names(names) or {}).items())
    value, model, batch = _model_and_batch(value, model, batch)
    outputs = run_model(value, batch) if callable(value) else _outputs(value)
    variables = variables_of(users_frame()[0]) if names is None else []
    place = functools.partial(arrange, direction=direction)
    shown = _shown(outputs, named, variables, model, collapse, max_nodes, place)
    return Drawing(shown, place, title=title, theme=theme)


def _shown(
    outputs: Sequence[Value], named: Sequence[tuple[str, Any]], variables: Sequence[Variable], model: Any,
    collapse: Collapse, max_nodes: int, place: Callable[[Snapshot], Arranged],
) -> Arranged | Snapshot:  # fmt: skip
    """All of the graph, a shorter form of it, or its summary by operation."""
    order = topological_order(outputs, Value)
    if len(order) + count_arrays(order) <= max(max_nodes, _MOST_CAPTURED) or collapse == "none":
        parts = [] if model is None else [("", model)]
        owners = {id(x): tuple(map(printable, path[:-1])) for path, x in walk(parts) if issubclass(type(x), Value)}
        full = capture(order, outputs, find_names(order, named, parts, variables=variables), owners)
        found = shortened(full, collapse, max_nodes, place)
        if found is not None:
            return found
    return summarise(order, outputs)


def _check_choices(**given: Any) -> None:
    for name, choice in given.items():
        if not isinstance(choice, str) or choice not in _CHOICES[name]:  # an array compares entry by entry
            raise ValueError(f"draw: {name} is {choice!r:.40}; expected one of {', '.join(map(repr, _CHOICES[name]))}")


def _check_engine(engine: Any) -> None:
    if not isinstance(engine, str) or engine != "auto":
        raise ValueError(
            f"draw: engine is {engine!r:.40}; places are found here alone, so leave it out; for Graphviz's own picture "
            f"of the graph: draw(...).to_graphviz(), or .save('graph.dot') and then `dot -Tsvg graph.dot`"
        )


def _is_model(x: Any) -> bool:
    return callable(x) and not isinstance(x, Value)


def _model_and_batch(value: Any, model: Any, batch: tuple[Any, ...]) -> tuple[Any, Any, tuple[Any, ...]]:
    """`(model, batch)` in one tuple is the same as two arguments; a model that is called names its parts."""
    if isinstance(value, tuple) and value and _is_model(value[0]) and not batch:
        value, *rest = value
        batch = tuple(rest)
    if _is_model(value):
        if not batch:
            raise TypeError(f"draw: got {describe(value)} without an input; expected draw(model, batch), or a Value")
        return value, value if model is None else model, batch
    if batch:
        raise TypeError(
            f"draw: got {describe(value)} and {len(batch)} more argument{'s' * (len(batch) > 1)}; expected a model "
            f"and its input, or one Value, or a list of Values"
        )
    return value, model, ()


def _outputs(value: Any) -> Sequence[Value]:
    if isinstance(value, Value):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"draw: got {describe(value)}; expected a Value, several Values, or a model and its input")
    if not value:
        raise ValueError(f"draw: got an empty {type(value).__name__}; expected at least one Value")
    for position, x in enumerate(value):
        if not isinstance(x, Value):
            raise TypeError(f"draw: item {position} is {describe(x)}; expected only Values")
    return list(value)
