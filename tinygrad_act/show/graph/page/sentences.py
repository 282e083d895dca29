"""What one operation does, in words and numbers: forward `v3 = w × x = 0.5 × 3 = 1.5`, and backward
`z.grad += 1 × 0.1966 = 0.1966`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ....formula.symbol import INFIX
from ...texts import minus, number_text
from ..snapshot import Edge, Node, Numbers
from ..text import operator_text
from ..wording import at_text, brief_text, is_number, one_line, slope_text

__all__ = ["Line", "backward_line", "called", "computed", "derivative_text", "holds", "listed", "told"]

_BY = r"^∂/∂.* = "
_WHOLE_RULE = r"\bG\b"
_BRACKETS = r"\(.*\)|\[.*\]"


class Line(NamedTuple):
    """One line of a step."""

    formula: str
    remark: str = ""
    """What stands behind it in brackets."""


def told(numbers: Numbers | None) -> str:
    """A number, or what is said about an array, in one line."""
    return minus(one_line(numbers))


def _is_number(node: Node) -> bool:
    """Whether its value is a single number, so that it can stand in a formula."""
    return node.times == 1 and is_number(node.value)


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
        return Line(f"{called(node)} = {told(node.value)}")
    return Line(called(node), _array(node))


def computed(node: Node, operands: Sequence[Node]) -> Line:
    """How a result came from its operands: in names, in numbers, and the result."""
    names = _formula(node, [called(operand) for operand in operands])
    if not _is_number(node):
        return Line(minus(f"{called(node)} = {names}"), _array(node))
    parts = [called(node), names, told(node.value)]
    if all(map(_is_number, operands)):
        parts.insert(2, _formula(node, [_bracketed(told(operand.value)) for operand in operands]))
    return Line(minus(" = ".join(parts)))


def backward_line(edge: Edge, source: Node, target: Node, so_far: str) -> Line:
    """What one edge adds to the gradient of its source. `so_far`: a remark on the sum of several uses."""
    rule, local, sent = edge.symbol + _at(edge), slope_text(edge.local), brief_text(edge.sent)
    if _is_number(source) and _is_number(target) and local and sent:
        factors = f"{_bracketed(told(target.grad)) or 'G'} × {_bracketed(local)}"
        formula = f"{called(source)}.grad += {factors} = {sent}"
        remarks = [rule if re.sub(_BY, "", rule) != local else ""]
    else:
        formula = f"{called(source)}.grad += {_times_gradient(edge, source, target)}"
        derivative = f"local derivative: {local}" if local not in ("", re.sub(_BY, "", edge.symbol)) else ""
        remarks = [sent or f"rms {number_text(edge.flow)}", derivative]
    return Line(minus(formula), minus("; ".join(filter(None, [*remarks, edge.kink, so_far]))))


def derivative_text(edge: Edge, source: Node, target: Node) -> str:
    """The local derivative on an edge, as a card shows it: `∂a/∂z = a(1 − a) = 0.1966 at a = 0.7311`."""
    if not edge.symbol:
        return f"∂{called(target)}/∂{called(source)}: none, no gradient flows" if edge.times == 1 else ""
    symbol, local = re.sub(_BY, "", edge.symbol), slope_text(edge.local)
    if local:
        parts = [f"∂{called(target)}/∂{called(source)}", symbol, *([local] if local != symbol else [])]
    else:
        parts = [f"{called(source)}.grad += {symbol}"]
    return minus(" = ".join(parts) + _at(edge) + (f", {edge.kink}" if edge.kink else ""))


def _formula(node: Node, operands: Sequence[str]) -> str:
    if node.kind == "module":
        return f"{node.name}({', '.join(operands)})"
    if node.operands:
        return _filled(node, operands)
    if node.title in INFIX and len(operands) == 2:
        return f"{operands[0]} {operator_text(node.title)} {operands[1]}"
    if node.op == "neg":
        return f"−{operands[0]}"
    return f"{node.op}({', '.join([*operands, *filter(None, [node.static])])})"


def _filled(node: Node, names: Sequence[str]) -> str:
    """`x × 2`, `1 / x` and `maximum(x, 0)`: the operands where they belong among the raw numbers."""
    rest = iter(names)
    words = [next(rest, "") if x is None else number_text(x) for x in node.operands]
    if node.title in INFIX and len(words) == 2:
        bracketed = [word if x is None else _bracketed(word) for word, x in zip(words, node.operands)]
        return f" {operator_text(node.title)} ".join(bracketed)
    return f"{node.title}({', '.join(words)})"


def _at(edge: Edge) -> str:
    return f" at {at_text(edge)}" if edge.at else ""


def _times_gradient(edge: Edge, source: Node, target: Node) -> str:
    """`G @ Wᵀ`, `G × (1 − a²)`, `G` alone where the local derivative is 1, `ΣG` where an operand was broadcast."""
    symbol = re.sub(_BY, "", edge.symbol)
    if symbol == edge.symbol and re.search(_WHOLE_RULE, symbol):
        return symbol
    is_sum = any(sign in re.sub(_BRACKETS, "", symbol) for sign in (" + ", " − ", " / "))
    if not symbol:
        return "…"
    product = "G" if symbol == "1" else f"G × ({symbol})" if is_sum else f"G × {symbol}"
    if edge.local is None or source.shape == target.shape:
        return product
    return "ΣG" if product == "G" else f"Σ({product})"


def _bracketed(number: str) -> str:
    return f"({number})" if number[:1] in ("-", "−") else number


def _array(node: Node) -> str:
    size = f"shape {'×'.join(map(str, node.shape))}" if node.shape else ""
    count = f"{node.times:,} values" if node.times > 1 else ""
    return ", ".join(filter(None, [count, size, minus(one_line(node.value, bad=True))]))
