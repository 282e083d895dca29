"""Paths with names, symbols and numbers, from the routes that were chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...core.mode import mode
from ...core.op import Op
from ...engine.value import Value
from ...formula import INFIX
from ...operations.slope import asked_at_kink, on_kinks
from ..graph.local import slope_of
from ..graph.numbers import root_mean_square, slopes_of
from ..graph.text import operator_text, static_text
from ..graph.variables import Variable
from ..graph.wording import slope_text
from ..texts import number_text
from .between import Between, Link
from .heaviest import Route
from .naming import name_values
from .notation import bracketed, gradient_latex, number_latex
from .numerals import result_text
from .path import Factor, Path
from .pulling import local_number
from .spelling import Spelling, operand_names, spell

__all__ = ["name_shown", "paths_of"]

_SIDES = {
    "left": "the left side's", "right": "the right side's", "mean": "the mean of both sides'",
    "inside": "of the side that passes", "none": "a jump, and nothing flows",
}  # fmt: skip


def name_shown(
    inside: Between, routes: Sequence[Route], given: Iterable[tuple[str, Any]], variables: Iterable[Variable]
) -> dict[int, str]:
    """Names for every value that stands on a route, and for the operands of the operations there."""
    shown = {place for route in routes for place, _ in route} | {0, len(inside.nodes) - 1}
    return name_values([inside.nodes[place] for place in sorted(shown)], given, variables)


def paths_of(inside: Between, chosen: Sequence[tuple[Route, Sequence[Any]]], names: Mapping[int, str],
             digits: int) -> Iterator[Path]:  # fmt: skip
    """Each route with what it multiplies, and with what it brings: the cotangents after each of its steps."""
    known: dict[tuple[int, int], Factor] = {}
    for route, brought in chosen:
        factors = []
        for (place, link), c in zip(route, brought[1:]):
            edge = place, link.position
            if edge not in known:
                known[edge] = _factor(inside, place, link, names, digits)
            factors.append(known[edge]._replace(size=root_mean_square(c)))
        passed = [inside.nodes[-1], *(inside.nodes[link.source] for _, link in route)]
        product = brought[-1].copy() if isinstance(brought[-1], np.ndarray) else brought[-1]
        yield Path(tuple(names[id(node)] for node in passed), tuple(factors), product)


def _factor(inside: Between, place: int, link: Link, names: Mapping[int, str], digits: int) -> Factor:
    node, source = inside.nodes[place], inside.nodes[link.source]
    op: Any = node.op
    spelled = spell(node, link.position, names)
    number = local_number(inside, place, link)
    text, latex, is_sum = _symbols(op, spelled, number, digits)
    rounded = spelled.rounded and spelled.form != "number"
    where = spelled.where and f"where {spelled.where}"
    notes = [_operation(op, node.static), _which(node, link), where, _shape(node, source, text)]
    notes += [_slope(node, link, spelled) if number is None else ""]
    kinks = list(_kinks(node, link, number, names, digits))
    notes += kinks or [_at(node, spelled, names, digits) if number is not None and op.elementwise else ""]
    arriving = gradient_latex(names[id(node)])
    return Factor(names[id(node)], names[id(source)], op.name, link.position, text, arriving.join(latex), number,
                  source.shape, 0.0, ", ".join(filter(None, notes)), is_sum, rounded, latex)  # fmt: skip


def _symbols(op: Op, spelled: Spelling, number: float | None, digits: int) -> tuple[str, tuple[str, ...], bool]:
    """The derivative between two numbers, or what becomes of the gradient `G`, as text and as pieces of LaTeX; and
    whether it is a sum."""
    is_sum = spelled.is_sum
    if number is not None:  # if the rule is one for arrays, a single number says it all
        if op.elementwise and spelled.form != "number":
            return spelled.text, spelled.latex, is_sum
        return number_text(number, digits), (number_latex(number, digits),), number < 0
    if not op.elementwise:
        return spelled.text, spelled.latex, is_sum
    if spelled.text in ("1", "−1"):
        minus = spelled.text.removesuffix("1")
        return f"{minus}G", ("-" if minus else "", ""), bool(minus)
    text = f"G · ({spelled.text})" if spelled.form == "sum" else f"G · {spelled.text}"
    return text, ("", rf" \odot {bracketed(*spelled.latex, is_sum=is_sum)}"), False


def _operation(op: Op, static: Mapping[str, Any]) -> str:
    name = operator_text(op.label) if op.label in INFIX else op.name
    given = static_text(op, dict(static))
    return f"{name} {given}" if given else name


def _which(node: Value, link: Link) -> str:
    """Which operand it is, where the same value is several of them."""
    inputs = node.inputs or ()
    same = sum(x is inputs[link.position] for x in inputs)
    return f"operand {link.position + 1} of {len(inputs)}" if same > 1 else ""


def _shape(node: Value, source: Value, text: str) -> str:
    """What happens to the shape of the gradient where the formula does not say it."""
    if node.shape == source.shape or node.op is None:
        return ""
    if node.op.elementwise:
        return "summed over the copies"
    return "the same for every entry" if text == "G" else ""


def _slope(node: Value, link: Link, spelled: Spelling) -> str:
    """How large the local derivatives of an elementwise operation on arrays are."""
    op = node.op
    if op is None or not op.elementwise or spelled.form == "number":
        return ""
    return f"slope {slope_text(slopes_of(slope_of(node, link.position), activation=op.reference is not None))}"


def _at(node: Value, spelled: Spelling, names: Mapping[int, str], digits: int) -> str:
    """The values of what the formula names, unless it is a name alone: that value is the derivative."""
    called, primals = [*operand_names(node, names), names[id(node)]], [*(node.primals or ()), node._held]
    named = () if spelled.form == "name" else spelled.mentioned
    texts = [f"{called[i]} = {result_text(np.asarray(primals[i]), digits)}" for i in named]
    return f"at {', '.join(texts)}" if texts else ""


def _kinks(node: Value, link: Link, number: float | None, names: Mapping[int, str], digits: int) -> Iterator[str]:
    op: Any = node.op
    primals = node.primals or ()
    for place, on_it in on_kinks(op, link.position, primals, node.static):
        where = "a tie" if place == "ties" else f"the kink {operand_names(node, names)[0]} = {place}"
        if number is None:
            yield f"{np.count_nonzero(on_it):,} of {np.size(on_it):,} entries at {where}"
            continue
        side = {op.place_text(at): taken for at, taken in op.kinks.items()}.get(place, "")
        why = "as asked" if asked_at_kink(op) is not None or mode.form != "auto" else _SIDES.get(side, "")
        yield f"at {where}: slope {number_text(number, digits)}, {why}".removesuffix(", ")
