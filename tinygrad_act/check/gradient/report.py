"""What `gradcheck` found: one entry for every number, a sentence first and a table second."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from ...core.columns import columns
from ...core.saving import Path, save
from ...show.svg import bundle
from ...show.svg.writing import Theme
from ...show.texts import json_text
from .picture import picture
from .problem import name_of
from .verdict import AGREES, UNSURE, WRONG, overall

__all__ = ["Entry", "Note", "Report"]

_SHOWN = 8
_COLUMNS = ("entry", "analytic", "numeric", "± error", "digits")
_KINKS = 4


@dataclass(frozen=True)
class Entry:
    """One derivative: by one number of one argument, or along one random direction."""

    order: int
    """1 for the gradient, 2 for the gradient of the gradient."""
    path: str
    """Which argument, as Python writes it: `[0]['W1']`; or the direction in words."""
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    """How far off the numerical derivative may be, by its own estimate."""
    digits: float
    """To how many decimal digits the two agree, at most 16."""
    verdict: str
    """`agrees`, `wrong` or `cannot tell`."""
    note: str = ""
    reach: float = 0.0
    """Along a direction that agrees: a larger fault in any single entry would show; 0 elsewhere."""

    @property
    def ok(self) -> bool:
        """Whether the entry agrees."""
        return self.verdict == AGREES

    @property
    def name(self) -> str:
        """`argument 0['W1'][2, 1]`."""
        return name_of(self.path, self.index) if self.path.startswith("[") else self.path

    @property
    def at_kink(self) -> bool:
        """Whether the slopes of both sides differ here, or the function jumps."""
        return "kink" in self.note or "jump" in self.note

    @property
    def ratio(self) -> float:
        """analytic / numeric: 2 for a forgotten half, -1 for a sign, N for a forgotten mean over N."""
        return self.analytic / self.numeric if self.numeric else math.nan

    def __str__(self) -> str:
        line = (
            f"{self.name}: analytic {self.analytic:.12g}, numeric {self.numeric:.12g} ± {self.error:.1g}, "
            f"{self.digits:.1f} digits"
        )
        return f"{line} ({self.remark})" if self.remark else line

    def row(self) -> tuple[str, ...]:
        """The cells of a table."""
        return self.name, f"{self.analytic:.12g}", f"{self.numeric:.12g}", f"{self.error:.1g}", f"{self.digits:.1f}"

    @property
    def remark(self) -> str:
        """The note, and for a wrong entry how many times the right one it is."""
        ratio = f"ratio {self.ratio:.9g}" if self.verdict == WRONG and math.isfinite(self.ratio) else ""
        return "; ".join(part for part in (ratio, self.note) if part)


class Note(NamedTuple):
    """Something found besides the entries: about float32, determinism, shapes, the operation at fault."""

    verdict: str
    """`agrees`, `wrong`, `cannot tell`, or "" if it decides nothing."""
    text: str


class Report:
    """The outcome of a gradient check. True if everything agrees; print it to read why not."""

    def __init__(self, entries: Sequence[Entry], notes: Sequence[Note] = ()) -> None:
        self.entries, self.notes = list(entries), list(notes)

    @property
    def verdict(self) -> str:
        """`agrees`, `wrong` or `cannot tell`: wrong if anything is, then unsure if anything is."""
        found = [one.verdict for one in self.entries] + [note.verdict for note in self.notes]
        return overall(found if self.entries else [*found, UNSURE])

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return self.verdict == AGREES

    @property
    def wrong(self) -> list[Entry]:
        """The entries that are wrong, worst first."""
        return self._with(WRONG)

    @property
    def unsure(self) -> list[Entry]:
        """The entries about which nothing can be said, worst first."""
        return self._with(UNSURE)

    @property
    def worst(self) -> Entry:
        """The entry with the least agreement. Raises `ValueError` if there are no entries."""
        if not self.entries:
            raise ValueError(f"the gradient check compared nothing: {self}")
        rank = {WRONG: 0, UNSURE: 1, AGREES: 2}
        return min(self.entries, key=lambda entry: (rank[entry.verdict], entry.digits))

    @property
    def digits(self) -> float:
        """The agreement of the worst entry, in decimal digits; 0 if nothing could be compared."""
        return self.worst.digits if self.entries else 0.0

    def _with(self, verdict: str) -> list[Entry]:
        return sorted((entry for entry in self.entries if entry.verdict == verdict), key=lambda entry: entry.digits)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = [] if self.entries else ["gradcheck cannot tell" if self.verdict == UNSURE else "gradient is WRONG"]
        for order in sorted({entry.order for entry in self.entries}):
            lines += _section(order, [entry for entry in self.entries if entry.order == order])
        return "\n".join(lines + [f"  {note.text}" for note in self.notes])

    def __repr__(self) -> str:
        return f"<gradcheck: {len(self.entries)} entries, {self.verdict}, {self.digits:.1f} digits or more>"

    def svg(self, theme: Theme = "auto") -> str:
        """A picture: one cell for every entry, coloured by its digits of agreement; `theme`: auto, light or dark."""
        return picture(self.entries, str(self).split("\n", maxsplit=1)[0], theme)

    def _repr_html_(self) -> str:
        """What a notebook prefers: picture and text. Never raises."""
        return self._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows. Never raises."""
        return bundle(self.svg if self.entries else None, str(self))

    def json(self) -> str:
        """Everything as JSON; numbers that are not finite become text."""
        rows = [{"name": entry.name, **asdict(entry), "index": list(entry.index)} for entry in self.entries]
        whole = {"verdict": self.verdict, "digits": self.digits, "entries": rows,
                 "notes": [note._asdict() for note in self.notes]}  # fmt: skip
        return json_text(whole)

    def save(self, path: Path) -> Path:
        """Write the report and return `path`: `.svg` the picture, `.json` the data, `.txt` the text. Raises
        `ValueError` for another ending."""
        return save(path, {".svg": self.svg, ".json": self.json, ".txt": lambda: f"{self}\n"})


def _section(order: int, entries: list[Entry]) -> list[str]:
    what = "gradient" if order == 1 else "second derivative"
    part = Report(entries)
    directions = [entry for entry in entries if not entry.path.startswith("[")]
    for verdict, found in ((" is WRONG", part.wrong), (": cannot tell", part.unsure)):
        if found:
            where = _where(found, directions) if directions else f"in {len(found)} of {len(entries)} entries"
            return [f"{what}{verdict} {where}", *_table(found[:_SHOWN]), *_more(found)]
    kind = "random direction" if directions else "entry"
    plural = "random directions" if directions else "entries"
    count = f"all {len(entries)} {plural}" if len(entries) > 1 else f"its one {kind}"
    kinks = [entry for entry in entries if entry.at_kink and entry is not part.worst]
    lines = [f"{what} agrees in {count}, to {part.digits:.1f} digits or more", *_table([part.worst, *kinks[:_KINKS]])]
    lines += [f"  ... and {len(kinks) - _KINKS} more at kinks"] * (len(kinks) > _KINKS)
    return lines + _reach(directions)


def _where(found: list[Entry], directions: list[Entry]) -> str:
    along = sum(entry in directions for entry in found)
    traced = [entry.name for entry in found if entry not in directions]
    end = f", traced to {', '.join(traced)}" if traced else ""
    return f"along {along} of {len(directions)} random directions{end}"


def _reach(directions: list[Entry]) -> list[str]:
    """What the directions would have shown."""
    if not directions:
        return []
    bound = _upwards(2 * max(entry.reach for entry in directions))  # one was looked at as a fault would be
    return [f"  a fault larger than {bound:.0e} in any single entry would show in every direction of its array"]


def _upwards(x: float) -> float:
    """`x` in one digit, never less."""
    if x == 0 or not math.isfinite(x):
        return x
    return next(y for y in (float(f"{x * more:.0e}") for more in (1.0, 1.6, 2.0)) if y >= x)


def _more(entries: list[Entry]) -> list[str]:
    return [f"  ... and {len(entries) - _SHOWN} more"] * (len(entries) > _SHOWN)


def _table(entries: list[Entry]) -> list[str]:
    """A row for every entry, and its remark below it: together no wider than a terminal."""
    remarks = ["", *(f"\n      {entry.remark}" if entry.remark else "" for entry in entries)]
    lines = columns([_COLUMNS, *(entry.row() for entry in entries)])
    return [f"  {line}{remark}" for line, remark in zip(lines, remarks)]
