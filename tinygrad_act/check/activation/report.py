"""What was found about an activation when it was declared: a few lines first, a picture on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.frames import public_methods
from ...core.op import Op
from ...core.rules import slope_by
from ...core.saving import Path, save
from ...operations.slope import Kink, kinks_of
from ...show.svg import bundle
from ...show.svg.writing import Theme
from ...show.texts import printable
from .picture import picture

__all__ = ["Refused", "Report", "curves", "describe", "slope_at"]


@public_methods
class Report:
    """The outcome of declaring an activation. True if nothing is wrong; print it to read what was checked."""

    def __init__(self, op: Op, derived: bool, checked: bool) -> None:
        self.op = op
        self.derived = derived
        """Whether the derivative was derived from the body, and not declared."""
        self.checked = checked
        self.spelled = not checked
        """Whether the rule is known to spell itself; one that does not is not even tried."""
        self.found: list[str] = []
        """Kinks and jumps that were not declared, and are now."""
        self.invented: list[str] = []
        """Kinks that only the derivative has: why the declaration is refused, once all else was looked at."""
        self.digits: dict[int, float] = {}
        """To how many digits the derivative of this order agrees, at least."""
        self.points: dict[int, int] = {}
        """At how many points it was compared."""
        self.faults: list[str] = []
        """Why the declaration is refused."""
        self.notes: list[str] = []
        """What is good to know, and no reason to refuse it."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def kinks(self) -> list[Kink]:
        """Its kinks and jumps, declared or found, with the slopes of both sides."""
        return kinks_of(self.op)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        how = "derived from the body" if self.derived else "declared"
        lines = [f"{printable(self.op.name)}: {'refused' if self.faults else 'declared'}"]
        rule = _spelled(self.op) if self.spelled else "(it does not spell itself)"
        lines += [f"  formula     {printable(self.op.formula, 10_000)}", f"  derivative  {rule}   ({how})"]
        if self.faults:
            return "\n".join([*lines, *(f"  {fault}" for fault in self.faults)])
        lines += [f"  {text}" for text in (*self._kink_lines(), *self._digit_lines(), *self.notes)]
        return "\n".join(lines)

    def _kink_lines(self) -> list[str]:
        return [f"{describe(kink)}{' (found)' if kink.place in self.found else ''}" for kink in self.kinks]

    def _digit_lines(self) -> list[str]:
        if not self.checked:
            return ["not checked (check=False)"]
        names = {1: "first derivative agrees with the numerical one", 2: "second derivative agrees"}
        return [
            f"{names[order]} at {self.points[order]} points, to {digits:.1f} digits or more"
            for order, digits in sorted(self.digits.items())
        ]

    def __repr__(self) -> str:
        return f"<activation {printable(self.op.name)}: {'ok' if self.ok else 'refused'}, {len(self.kinks)} kinks>"

    def svg(self, low: float = -5.0, high: float = 5.0, theme: Theme = "auto") -> str:
        """A picture of value and slope from `low` to `high`, its kinks marked; `theme`: auto, light or dark."""
        start, end = self.op.domain.get(self.op.inputs[0], (low, high))
        z = np.linspace(max(low, start), min(high, end), 801)
        kinks = [kink.at for kink in self.kinks if low < kink.at < high]
        z = z[~np.isin(z, kinks)]  # the slope at the point itself would look like a stroke between both sides
        return picture(self.op.name, self.op.formula, z, *curves(self.op, z, {}), kinks, theme)

    def _repr_html_(self) -> str:
        """What a notebook prefers: picture and text. Never raises."""
        return self._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows. Never raises."""
        return bundle(self.svg, str(self))

    def save(self, path: Path) -> Path:
        """Write the report and return `path`: `.svg` the picture, `.txt` the text. Raises `ValueError` for
        another ending."""
        return save(path, {".svg": self.svg, ".txt": lambda: f"{self}\n"})


class Refused(ValueError):
    """An activation was declared wrongly; `.report` says in what. It is not in `ta.ops`."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


def describe(kink: Kink) -> str:
    """`kink at 0: left 0, right 1; it takes 1, the right one`."""
    at = kink.place if kink.place == f"{kink.at:g}" else f"{kink.place}={kink.at:g}"
    if kink.side == "none":
        return f"jump at {at}: left slope {kink.left:.6g}, right {kink.right:.6g}; nothing flows there"
    side = {"mean": "the mean", "inside": "the steeper one"}.get(kink.side, f"the {kink.side} one")
    return f"kink at {at}: left {kink.left:.6g}, right {kink.right:.6g}; it takes {kink.taken:.6g}, {side}"


def curves(op: Op, z: np.ndarray, static: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Value and slope, by the rule, at the points `z`."""
    given = {**op.defaults, **static}
    with np.errstate(all="ignore"):
        a = np.asarray(op.forward(z, **given), np.float64)
        d = slope_by(op, op.rules[0], 0, a, (z,), given)
        return np.broadcast_to(a, z.shape), np.broadcast_to(np.asarray(d, np.float64), z.shape)


def slope_at(op: Op, at: float) -> float:
    """The slope that the rule gives at one point."""
    return float(curves(op, np.array([at]), {})[1][0])


def _spelled(op: Op) -> str:
    try:
        return op.derivative
    except Exception:  # a report on a broken rule is a report all the same
        return "(it does not spell itself)"
