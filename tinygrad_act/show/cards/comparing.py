"""`compare`: what other frameworks call an activation, and in what they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ...core.columns import columns
from ...core.conventions import DIALECTS, dialect
from ...core.frames import boundary
from ...core.op import Op
from ...core.registry import ops
from ...engine.transforms import grad
from ...operations.slope import Kink, kinks_of
from ..svg import bundle
from ..svg.writing import Theme
from .card import Card, card
from .find import find
from .pictures.curves import subject
from .pictures.overlay import plot
from .pictures.sheet import tested
from .records import Records
from .shape import number

__all__ = ["Comparison", "Version", "compare"]

_OURS, _NO_GRADIENTS = "tinygrad_act", "onnx"
_HEAD = ("framework", "name", "defaults", "slope at kinks", "remarks")
_MOST_CURVES = 6


class Version(NamedTuple):
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


class Comparison(Records[Version]):
    """Who has an activation, and who differs where: `print(ta.compare("hard_tanh"))`; also `.versions`, `.json()`,
    and as a picture the curves of all versions, `.svg()`, `.html()`, `.png()`, `.save(path)`. A notebook shows both.
    """

    def __init__(self, op: Op, versions: Sequence[Version]) -> None:
        self.name = op.name
        self.versions = self._records = tuple(versions)
        super().__init__(op.name, lambda theme: _draw(op, versions, theme), _as_text(op.name, versions))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(self.svg, self.text())


@boundary
def compare(which: str | Op | Callable[..., Any], /) -> Comparison:
    """What other frameworks call an activation, and who differs where: `print(ta.compare("hard_tanh"))`.

    This package comes first, then every framework that is known to have it. The slopes are those that `grad`
    gives inside `with dialect(framework)`; ONNX defines none. Raises `KeyError` with the nearest name for an
    unknown one.
    """
    op = find("compare", which)
    versions = [Version(_OURS, op.name, _defaults(op, {}), _slopes(op, {}), "", "")]
    for framework in DIALECTS:
        other = op.elsewhere.get(framework)
        if other is not None:
            with dialect(framework):
                meant = ops[other.instead] if other.instead else op
                slopes = {} if framework == _NO_GRADIENTS else _slopes(meant, other.defaults)
            versions.append(Version(framework, other.name, _defaults(meant, other.defaults), slopes, other.instead,
                                    other.note))  # fmt: skip
    return Comparison(op, versions)


def _draw(op: Op, versions: Sequence[Version], theme: Theme) -> str:
    """The curves of all versions that differ in more than a slope, over one another; without curves ours alone."""
    cards: list[Card] = []
    for version in versions:
        meant = ops[version.instead] if version.instead else op
        one = card(meant, **{**tested(meant), **version.defaults})
        cards += [] if one in cards else [one]
    curved = all(subject(one) is not None for one in cards)
    return plot(*cards[:_MOST_CURVES]).svg(theme) if curved else cards[0].svg(theme)


def _defaults(op: Op, theirs: dict[str, Any]) -> dict[str, Any]:
    return {name: theirs.get(name, value) for name, value in op.defaults.items() if isinstance(value, (int, float))}


def _slopes(op: Op, static: dict[str, Any]) -> dict[str, float]:
    if not op.elementwise or len(op.inputs) != 1 or op.known(0) is None:
        return {}
    kinks: list[Kink] = kinks_of(op, static)
    return {number(kink.at): float(grad(lambda z: op.call(z, **static))(kink.at)) for kink in kinks}


def _as_text(name: str, rows: Sequence[Version]) -> str:
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


def _differences(ours: Version, theirs: Version) -> list[str]:
    if theirs.instead:
        return [f"is {theirs.instead}"]
    found = [f"{name}={value:g}" for name, value in theirs.defaults.items() if ours.defaults[name] != value]
    same_places = theirs.slopes.keys() == ours.slopes.keys()  # else the kinks lie elsewhere
    found += [f"slope {value:g} at {at}" for at, value in theirs.slopes.items()
              if not same_places or ours.slopes[at] != value]  # fmt: skip
    return found


def _cells(row: Version) -> tuple[str, ...]:
    defaults = ", ".join(f"{name}={value:g}" for name, value in row.defaults.items())
    slopes = ", ".join(f"{at}: {value:g}" for at, value in row.slopes.items())
    remarks = "; ".join(filter(None, [row.instead and f"is {row.instead}", row.note]))
    return row.framework, row.name, defaults or "-", slopes or "-", remarks
