"""What `gradcheck` found: one entry for every number, and a text that says it first in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Entry", "Report"]

_SHOWN = 8


@dataclass(frozen=True)
class Entry:
    """One derivative: by one number of one argument."""

    order: int
    """1 for the gradient, 2 for the gradient of the gradient."""
    path: str
    """Which argument, as Python writes it: `[0]['W1']`."""
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    """How far off the numerical derivative may be."""
    digits: float
    """To how many decimal digits the two agree, at most 16."""
    ok: bool
    note: str = ""

    @property
    def name(self) -> str:
        """`argument 0['W1'][2, 1]`."""
        argument, _, rest = self.path[1:].partition("]")
        where = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        return f"argument {argument}{rest}{where}"

    def __str__(self) -> str:
        line = (
            f"{self.name}: analytic {self.analytic:.12g}, numeric {self.numeric:.12g} ± {self.error:.1g}, "
            f"{self.digits:.1f} digits"
        )
        if not self.ok and self.numeric and math.isfinite(self.numeric):
            line += f", ratio {self.analytic / self.numeric:.6g}"
        return f"{line} ({self.note})" if self.note else line


class Report:
    """The outcome of a gradient check. True if every entry agrees; print it to read why not."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries

    @property
    def ok(self) -> bool:
        """Whether every entry agrees."""
        return all(entry.ok for entry in self.entries)

    @property
    def wrong(self) -> list[Entry]:
        """The entries that do not agree, worst first."""
        return sorted((entry for entry in self.entries if not entry.ok), key=lambda entry: entry.digits)

    @property
    def worst(self) -> Entry:
        """The entry with the least agreement."""
        return min(self.entries, key=lambda entry: (entry.ok, entry.digits))

    @property
    def digits(self) -> float:
        """The agreement of the worst entry, in decimal digits."""
        return self.worst.digits

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = []
        for order in sorted({entry.order for entry in self.entries}):
            lines += _section(order, [entry for entry in self.entries if entry.order == order])
        return "\n".join(lines)

    def __repr__(self) -> str:
        verdict = "agrees" if self.ok else f"{len(self.wrong)} wrong"
        return f"<gradcheck: {len(self.entries)} entries, {verdict}, {self.digits:.1f} digits or more>"


def _section(order: int, entries: list[Entry]) -> list[str]:
    what = "gradient" if order == 1 else "second derivative"
    part = Report(entries)
    if part.ok:
        count = f"all {len(entries)} entries" if len(entries) > 1 else "its one entry"
        lines = [f"{what} agrees in {count}, to {part.digits:.1f} digits or more", f"  worst: {part.worst}"]
    else:
        lines = [f"{what} is WRONG in {len(part.wrong)} of {len(entries)} entries"]
        lines += [f"  {entry}" for entry in part.wrong[:_SHOWN]]
        lines += [f"  ... and {len(part.wrong) - _SHOWN} more"] * (len(part.wrong) > _SHOWN)
    kinks = [entry for entry in entries if entry.note.startswith("kink") and entry.ok]
    return lines + [f"  at a kink: {entry}" for entry in kinks[:_SHOWN]]
