"""`explain`: the chain rule along every path, as an object that prints itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.errors import describe
from ...core.frames import boundary, public_methods, users_frame
from ...engine.backprop import total as add
from ...engine.value import Value
from ..graph.names import check_names
from ..graph.numbers import root_mean_square
from ..graph.variables import variables_of
from ..texts import plural
from .between import Between, between
from .heaviest import Route, heaviest
from .latex import as_latex
from .markdown import as_markdown
from .pulling import ones, pull_along, weights
from .record import as_json
from .steps import name_shown, paths_of
from .sums import Sums
from .text import as_text

__all__ = ["Explanation", "explain"]

_CANDIDATES = 64
"""Of so many paths at least, the heaviest are chosen by what they really bring, where weights are estimates."""
_MOST_DIGITS = 17


@public_methods
class Explanation(Sums):
    """The derivative of one Value by another, path by path. `print` it; in a notebook it shows itself."""

    __slots__ = ()

    def __init__(
        self, inside: Between, chosen: Sequence[tuple[Route, list[Any]]], names: Mapping[int, str], digits: int,
        estimated: bool,
    ) -> None:  # fmt: skip
        self.of, self.wrt = names[id(inside.nodes[-1])], names[id(inside.nodes[0])]
        self.paths = tuple(paths_of(inside, chosen, names, digits))
        self.count, self.digits, self.estimated = inside.paths, digits, estimated
        self.total = _own(inside.cotangents[0])
        self.shown = self.paths[0].product
        with np.errstate(all="ignore"):  # infinite products may cancel
            for path in self.paths[1:]:
                self.shown = add(self.shown, path.product)
            self.shown = _own(self.shown)
            self.rest = self.total - self.shown

    def text(self) -> str:
        """Every path with its factors for a terminal: symbols, numbers, products and their sum."""
        return as_text(self)

    def markdown(self) -> str:
        """The same with a table for each path."""
        return as_markdown(self)

    def latex(self) -> str:
        """The same as one `aligned` block, for between `$$` and `$$` or inside an equation."""
        return as_latex(self)

    def json(self) -> str:
        """All of it as JSON: long paths in full, numbers with all digits; those not finite are texts."""
        return as_json(self)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Explanation of d {self.of} / d {self.wrt}: {len(self.paths)} of {plural(self.count, 'path')}>"

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython prints where it can't show Markdown, in a terminal."""
        printer.text(self.text())


@boundary
def explain(
    value: Value, wrt: Value, *, max_paths: int = 10, digits: int = 6, names: Mapping[str, Any] | None = None
) -> Explanation:
    """The chain rule from `value` back to `wrt` along every path: `print(ta.explain(loss, wrt=w))`.

    Each factor is spelled by the derivative rule that runs, with the names of the Values, and multiplied
    in the order of backward: the sum over all paths is the gradient. Between arrays a step shows what
    becomes of the gradient so far, `G`, and its size.

    `value`: a single number. `wrt`: any Value that it depends on. `max_paths`: how many paths are shown,
    the heaviest first; all are counted, and the text says what the others add up to. `digits`: significant
    digits of the texts. `names`: names for Values and arrays; by default labels and the caller's variables
    give them, `{}` for labels alone; what has none is v1, v2, .... Nothing is changed: no `.grad` is read
    or written.

    Raises `TypeError` for what is not a Value, `ValueError` if `value` is not a single number, does not
    depend on `wrt` or no gradient flows between them, `RuntimeError` if a leaf's data was changed since.
    """
    _refuse_number("max_paths", max_paths, "how many paths to show", math.inf)
    _refuse_number("digits", digits, "how many significant digits to show", _MOST_DIGITS)
    given = (check_names(names, "explain") or {}).items()
    variables = variables_of(users_frame()[0]) if names is None else []
    inside = between(value, wrt)
    chosen, estimated = _choose(inside, max_paths)
    called = name_shown(inside, [route for route, _ in chosen], given, variables)
    return Explanation(inside, chosen, called, digits, estimated)


def _choose(inside: Between, most: int) -> tuple[list[tuple[Route, list[Any]]], bool]:
    """The heaviest paths with the cotangents after each of their steps, and whether an estimate chose them."""
    single = all(node.size == 1 for node in inside.nodes)
    wanted = most if single else max(most, _CANDIDATES)
    all_fit = inside.paths <= wanted
    heavy = [[0] * len(found) for found in inside.links] if all_fit else weights(inside)
    start = ones(inside.nodes[-1])
    followed = [(route, pull_along(inside, route, start)) for route in heaviest(inside.links, heavy, wanted)]
    return sorted(followed, key=_rank)[:most], not (all_fit or single)


def _rank(followed: tuple[Route, list[Any]]) -> Any:
    """What is no number first, for it spoils the sum; then the largest, the longest, the first operand's."""
    route, brought = followed
    size = root_mean_square(brought[-1])
    return not math.isnan(size), -size, -len(route), tuple(link.position for _, link in route)


def _own(x: Any) -> Any:
    return np.array(x) if isinstance(x, (np.ndarray, np.generic)) else x


def _refuse_number(name: str, given: Any, what: str, most: float) -> None:
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError(f"explain: {name} is {describe(given)}; expected an int, {what}")
    if not 1 <= given <= most:
        at_most = f" to {most}" if math.isfinite(most) else " or more"
        raise ValueError(f"explain: {name} is {given}; expected 1{at_most}: {what}")
