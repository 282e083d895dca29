"""The table of planted faults and hard functions: `python -m tests.checker.table tinygrad_act/check/README.md`.

Without a file it is printed. Peers that are not installed are left out; install them with
`pip install ".[checkers]"`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import pathlib
import re
import sys

import numpy as np

from tinygrad_act.cli.table import put_between

from .case import Case
from .faults import FAULTS
from .hard import HARD
from .near import NEAR
from .peers import PEERS, verdict

START, END = "<!-- table of gradient checkers: start -->", "<!-- table of gradient checkers: end -->"


def ours(case: Case) -> str:
    with np.errstate(all="ignore"):
        return {"agrees": "passes", "wrong": "fails"}.get(case.report().verdict, "cannot tell")


def rows(cases: list[Case], right: tuple[str, ...], checkers: dict) -> list[list[str]]:
    """A row for every case; what is not right is set in bold."""
    found = []
    for case in cases:
        print(f"\r{case.name:<70}", end="", file=sys.stderr)
        cells = [ours(case), *(verdict(check, case) for check in checkers.values())]
        found.append([re.sub(r"([|*])", r"\\\1", case.name), *(c if c in (*right, "-") else f"**{c}**" for c in cells)])
    return found


def summary(name: str, found: list[list[str]]) -> list[str]:
    counts = []
    for column in list(zip(*found))[1:]:
        asked = [cell for cell in column if cell != "-"]
        counts.append(f"{sum('**' not in cell for cell in asked)} of {len(asked)}")
    return [name, *counts]


def lines(head: list[str], body: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body)]


def markdown() -> str:
    there = {name: check for name, (module, check) in PEERS.items() if importlib.util.find_spec(module)}
    names = ["tinygrad_act", *(f"{name} {importlib.metadata.version(PEERS[name][0])}" for name in there)]
    faults, hard = rows(FAULTS, ("fails",), there), rows(HARD, ("passes",), there)
    near = rows(NEAR, ("passes", "cannot tell"), there)
    total = [
        summary(f"{len(FAULTS)} planted faults: caught", faults),
        summary(f"{len(HARD)} right gradients: passed", hard),
        summary(f"{len(NEAR)} right gradients near rounding, steps and kinks: not called wrong", near),
    ]
    return "\n".join([
        *lines(["", *names], total),
        "",
        "<details><summary>Every case (what is not right is bold)</summary>",
        "",
        *lines(["planted fault", *names], faults),
        "",
        *lines(["right, but hard", *names], hard),
        "",
        *lines(["right, near rounding, a step or a kink", *names], near),
        "",
        "</details>",
    ])  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        changed = put_between(pathlib.Path(sys.argv[1]), START, END, markdown())
        print(f"\n{sys.argv[1]}: {'table written' if changed else 'the table was up to date'}")
    else:
        print(markdown())
