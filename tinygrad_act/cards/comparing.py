"""`compare`: what other frameworks call an activation, and in what they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..conventions import DIALECTS, dialect
from ..op import Op
from ..ops.slope import Kink, kinks_of
from ..registry import ops
from ..table import columns
from ..transforms import grad
from .find import find
from .shape import number
from .show import json_text, plain

__all__ = ["Comparison", "compare", "comparison"]

_OURS, _NO_GRADIENTS = "tinygrad_act", "onnx"
_HEAD = ("framework", "name", "defaults", "slope at kinks", "remarks")


class Comparison(NamedTuple):
    """One framework's version of an activation."""

    framework: str
    name: str
    defaults: dict[str, Any]
    """Static parameters and what they are if nobody says."""
    slopes: dict[str, float]
    """Kink → the slope taken there."""
    instead: str
    """The operation that its function of this name computes, if it is another one."""
    note: str


def compare(which: str | Op | Callable[..., Any], /) -> None:
    """Print what other frameworks call an activation, and who differs where: `ta.compare("hard_tanh")`.

    Raises `KeyError` with the nearest name for an unknown one.
    """
    op = find("compare", which)
    print(as_text(op.name, comparison(op)))


def comparison(which: str | Op | Callable[..., Any], /) -> list[Comparison]:
    """The same as data: this package first, then every framework that is known to have it.

    The slopes are those that `grad` gives inside `with dialect(framework)`; ONNX defines none.
    """
    op = find("compare", which)
    rows = [Comparison(_OURS, op.name, _defaults(op, {}), _slopes(op, {}), "", "")]
    for framework in DIALECTS:
        other = op.elsewhere.get(framework)
        if other is not None:
            with dialect(framework):
                meant = ops[other.instead] if other.instead else op
                slopes = {} if framework == _NO_GRADIENTS else _slopes(meant, other.defaults)
            rows.append(Comparison(framework, other.name, _defaults(meant, other.defaults), slopes, other.instead,
                                   other.note))  # fmt: skip
    return rows


def _defaults(op: Op, theirs: dict[str, Any]) -> dict[str, Any]:
    return {name: theirs.get(name, value) for name, value in op.defaults.items() if isinstance(value, (int, float))}


def _slopes(op: Op, static: dict[str, Any]) -> dict[str, float]:
    if not op.elementwise or len(op.inputs) != 1 or op.known(0) is None:
        return {}
    kinks: list[Kink] = kinks_of(op, static)
    return {number(kink.at): float(grad(lambda z: op.call(z, **static))(kink.at)) for kink in kinks}


def as_text(name: str, rows: list[Comparison]) -> str:
    """A table, and a sentence below it that names those that differ."""
    if len(rows) == 1:
        return f"{name}: no other framework is known to have it"
    ours = rows[0]
    different = {row.framework: _differences(ours, row) for row in rows[1:]}
    differ = [f"{framework} ({', '.join(what)})" for framework, what in different.items() if what]
    agree = [framework for framework, what in different.items() if not what]
    lines = columns([_HEAD, *map(_cells, rows)])
    return "\n".join([*lines, "", *_sentence("differs", differ, "; "), *_sentence("agrees", agree, ", ")])


def _sentence(verb: str, names: list[str], between: str) -> list[str]:
    return [f"{verb}: {between.join(names)}"] if names else []


def _differences(ours: Comparison, theirs: Comparison) -> list[str]:
    if theirs.instead:
        return [f"is {theirs.instead}"]
    found = [f"{name}={value:g}" for name, value in theirs.defaults.items() if ours.defaults[name] != value]
    same_places = theirs.slopes.keys() == ours.slopes.keys()  # else the kinks lie elsewhere
    found += [f"slope {value:g} at {at}" for at, value in theirs.slopes.items()
              if not same_places or ours.slopes[at] != value]  # fmt: skip
    return found


def _cells(row: Comparison) -> tuple[str, ...]:
    defaults = ", ".join(f"{name}={value:g}" for name, value in row.defaults.items())
    slopes = ", ".join(f"{at}: {value:g}" for at, value in row.slopes.items())
    remarks = "; ".join(filter(None, [row.instead and f"is {row.instead}", row.note]))
    return row.framework, row.name, defaults or "-", slopes or "-", remarks


def as_json(rows: list[Comparison]) -> str:
    """A JSON list of objects; numbers that are not finite are texts."""
    return json_text(plain(rows))
