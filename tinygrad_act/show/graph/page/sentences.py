"""What one operation does, in words and numbers: forward `v3 = w × x = 0.5 × 3 = 1.5`, and backward
`z.grad += 1 × 0.1966 = 0.1966`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ....formula import INFIX
from ..boxes import minus
from ..snapshot import Edge, Node, Numbers
from ..text import operator_text

__all__ = ["Line", "backward_line", "called", "computed", "derivative_text", "holds", "listed", "one_line", "spelled"]

_HOLE = "·"
"""Stands for an operand among the raw numbers of `Node.inline`."""
_BY = r"^∂/∂.* = "
_WHOLE_RULE = r"\bG\b"
_BRACKETS = r"\(.*\)|\[.*\]"


class Line(NamedTuple):
    """One line of a step."""

    formula: str
    remark: str = ""
    """What stands behind it in brackets."""


def one_line(numbers: Numbers | None) -> str:
    """A number, or what is said about an array, in one line."""
    return "" if numbers is None else minus(numbers.text.replace("\n", ", "))


def spelled(numbers: Numbers) -> str:
    """All that is said about a number or an array, in several lines."""
    bad = [numbers.bad] if numbers.bad not in numbers.text else []
    return minus("\n".join([numbers.text, *bad]))


def _is_number(node: Node) -> bool:
    """Whether its value is a single number, so that it can stand in a formula."""
    return node.value is not None and node.times == 1 and node.shape == () and "\n" not in node.value.text


def listed(names: Sequence[str], most: int = 8) -> str:
    """`w, x and b`; of many the first ones and how many more there are."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most:,} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def called(node: Node) -> str:
    """What sentences call a box, which may stand for several values."""
    return node.called or node.name or node.title or node.kind


def holds(node: Node) -> Line:
    """What a leaf was given: `w = 0.5`; of an array its shape and statistics."""
    if _is_number(node):
        return Line(f"{called(node)} = {one_line(node.value)}")
    return Line(called(node), _array(node))


def computed(node: Node, operands: Sequence[Node]) -> Line:
    """How a result came from its operands: in names, in numbers, and the result."""
    names = _formula(node, [called(operand) for operand in operands])
    if not _is_number(node):
        return Line(minus(f"{called(node)} = {names}"), _array(node))
    parts = [called(node), names, one_line(node.value)]
    if all(map(_is_number, operands)):
        parts.insert(2, _formula(node, [_bracketed(one_line(operand.value)) for operand in operands]))
    return Line(minus(" = ".join(parts)))


def backward_line(edge: Edge, source: Node, target: Node, so_far: str) -> Line:
    """What one edge adds to the gradient of its source. `so_far`: a remark on the sum of several uses."""
    rule = f"{edge.symbol} at {edge.at}" if edge.at else edge.symbol
    if _is_number(source) and _is_number(target) and edge.local and edge.sent:
        factors = f"{_bracketed(one_line(target.grad)) or 'G'} × {_bracketed(edge.local)}"
        formula = f"{called(source)}.grad += {factors} = {edge.sent}"
        remarks = [rule if re.sub(_BY, "", rule) != edge.local else ""]
    else:
        formula = f"{called(source)}.grad += {_times_gradient(edge, source, target)}"
        derivative = f"local derivative: {edge.local}" if edge.local not in ("", re.sub(_BY, "", edge.symbol)) else ""
        remarks = [edge.sent or f"rms {edge.flow:.4g}", derivative]
    return Line(minus(formula), minus("; ".join(filter(None, [*remarks, edge.kink, so_far]))))


def derivative_text(edge: Edge, source: Node, target: Node) -> str:
    """The local derivative on an edge, as a card shows it: `∂a/∂z = a(1 − a) = 0.1966 at a = 0.7311`."""
    if not edge.symbol:
        return f"∂{called(target)}/∂{called(source)}: none, no gradient flows" if edge.times == 1 else ""
    symbol = re.sub(_BY, "", edge.symbol)
    if edge.local:
        parts = [f"∂{called(target)}/∂{called(source)}", symbol, *([edge.local] if edge.local != symbol else [])]
    else:
        parts = [f"{called(source)}.grad += {symbol}"]
    at = f" at {edge.at}" if edge.at else ""
    return minus(" = ".join(parts) + at + (f", {edge.kink}" if edge.kink else ""))


def _formula(node: Node, operands: Sequence[str]) -> str:
    if node.kind == "module":
        return f"{node.name}({', '.join(operands)})"
    if node.inline:
        return _filled(operator_text(node.inline), operands)
    if node.title in INFIX and len(operands) == 2:
        return f"{operands[0]} {operator_text(node.title)} {operands[1]}"
    if node.op == "neg":
        return f"−{operands[0]}"
    return f"{node.op}({', '.join([*operands, *filter(None, [node.static])])})"


def _filled(inline: str, operands: Sequence[str]) -> str:
    """`× 2`, `1 /` and `maximum(·, 0)` with the operands where they belong."""
    name, bracket, rest = inline.partition("(")
    if bracket:
        first, *others = rest.split(_HOLE)
        return name + bracket + first + "".join(a + b for a, b in zip(operands, others))
    first, _, second = inline.partition(" ")
    if not operands:
        return inline
    if any(c.isdigit() for c in first):
        return f"{_bracketed(first)} {second} {operands[0]}"
    return f"{operands[0]} {first} {_bracketed(second)}"


def _times_gradient(edge: Edge, source: Node, target: Node) -> str:
    """`G @ Wᵀ`, `G × (1 − a²)`, `G` alone where the local derivative is 1, `ΣG` where an operand was broadcast."""
    symbol = re.sub(_BY, "", edge.symbol)
    if symbol == edge.symbol and re.search(_WHOLE_RULE, symbol):
        return symbol
    is_sum = any(sign in re.sub(_BRACKETS, "", symbol) for sign in (" + ", " − ", " / "))
    if not symbol:
        return "…"
    product = "G" if symbol == "1" else f"G × ({symbol})" if is_sum else f"G × {symbol}"
    if not edge.local or source.shape == target.shape:
        return product
    return "ΣG" if product == "G" else f"Σ({product})"


def _bracketed(number: str) -> str:
    return f"({number})" if number[:1] in ("-", "−") else number


def _array(node: Node) -> str:
    size = f"shape {'×'.join(map(str, node.shape))}" if node.shape else ""
    count = f"{node.times:,} values" if node.times > 1 else ""
    bad = node.value.bad if node.value and node.value.bad not in node.value.text else ""
    return ", ".join(filter(None, [count, size, one_line(node.value), bad]))
