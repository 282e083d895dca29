"""What one operation does, in words and numbers: forward `v3 = w × x = 0.5 × 3 = 1.5`, and backward
`z.grad += 1 × 0.1966 = 0.1966`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ....formula import INFIX
from ..boxes import minus
from ..quotient import DIFFERS
from ..snapshot import Edge, Node, Numbers
from ..text import HOLE, as_number, number_text, operator_text, quoted

__all__ = ["Line", "backward_line", "called", "computed", "derivative_text", "holds", "listed", "one_line", "spelled"]

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
        return Line(f"{quoted(called(node))} = {one_line(node.value)}")
    return Line(called(node), _array(node))


def computed(node: Node, operands: Sequence[Node]) -> Line:
    """How a result came from its operands: in names, in numbers, and the result; `≈` where digits are not shown."""
    start = f"{quoted(called(node))} = {_formula(node, [quoted(called(operand)) for operand in operands])}"
    if not _is_number(node):
        return Line(minus(start), _array(node))
    result = one_line(node.value)
    if not operands or not all(map(_is_number, operands)):
        return Line(minus(f"{start} = {result}"))
    exact = all(_is_exact(operand.value) for operand in operands)
    numbers = _formula(node, [_bracketed(one_line(operand.value)) for operand in operands])
    return Line(minus(f"{start} {_equals(exact)} {numbers} {_equals(exact)} {result}"))


def _equals(exact: bool) -> str:
    return "=" if exact else "≈"


def _is_exact(numbers: Numbers | None) -> bool:
    """Whether a number is shown with all of its digits."""
    return numbers is not None and numbers.low is not None and float(numbers.text) == numbers.low


def backward_line(edge: Edge, source: Node, target: Node, so_far: str) -> Line:
    """What one edge adds to the gradient of its source. `so_far`: a remark on the sum of several uses."""
    rule = f"{edge.symbol} at {edge.at}" if edge.at else edge.symbol
    name = quoted(called(source))
    if _is_number(source) and _is_number(target) and edge.local and edge.sent:
        said_already = edge.formula.form == "number"
        factor = edge.formula.text if said_already else edge.local
        arriving = one_line(target.grad) or "G"
        product = f"{_bracketed(arriving)} × {_bracketed(factor)} {_equals(_comes_to(arriving, factor, edge.sent))}"
        formula = f"{name}.grad += {product} {edge.sent}"
        remarks = [rule if not said_already and edge.formula.text != minus(edge.local) else ""]
    else:
        formula = f"{name}.grad += {_times_gradient(edge, source, target)}"
        derivative = f"local derivative: {edge.local}" if edge.local and edge.formula.form != "number" else ""
        remarks = [edge.sent or f"rms {edge.flow:.4g}", derivative]
    return Line(minus(formula), minus("; ".join(filter(None, [*remarks, edge.kink, so_far]))))


def _comes_to(x: str, y: str, product: str) -> bool:
    """Whether two numbers as they are shown multiply to the third as it is shown."""
    try:
        return number_text(as_number(x) * as_number(y)) == number_text(as_number(product))
    except ValueError:  # it has more digits than are shown
        return False


def derivative_text(edge: Edge, source: Node, target: Node) -> str:
    """The local derivative on an edge, as a card shows it: `∂a/∂z = a(1 − a) = 0.1966 at a = 0.7311`."""
    names = quoted(called(source)), quoted(called(target))
    if not edge.symbol:
        return f"∂{names[1]}/∂{names[0]}: none, no gradient flows" if edge.times == 1 else ""
    formula = edge.formula._replace(by="")
    if edge.local:
        derivative = f"∂{names[1]}/∂{names[0]} = {formula.equation(minus(edge.local))}"
    else:
        derivative = f"{names[0]}.grad += {formula}"
    at = f" at {edge.at}" if edge.at else ""
    return minus(derivative + at + (f", {edge.kink}" if edge.kink else ""))


def _formula(node: Node, operands: Sequence[str]) -> str:
    if node.kind == "module":
        return f"{node.name}({', '.join(operands)})"
    if node.inline:
        pieces = node.inline.split(HOLE)
        return pieces[0] + "".join(map("".join, zip(operands, pieces[1:])))
    if node.title in INFIX and len(operands) == 2:
        return f"{operands[0]} {operator_text(node.title)} {operands[1]}"
    if node.op == "neg":
        return f"−{operands[0]}"
    return f"{node.op}({', '.join([*operands, *filter(None, [node.static])])})"


def _times_gradient(edge: Edge, source: Node, target: Node) -> str:
    """`G @ Wᵀ`, `G × (1 − a²)`, `G` alone where the local derivative is 1, `ΣG` where an operand was broadcast."""
    text, form = edge.formula.text, edge.formula.form
    if not text or text == DIFFERS:
        return "…"
    if form == "whole":
        return text
    alone = text == "1"
    product = "G" if alone else f"G × ({text})" if form == "sum" else f"G × {_bracketed(text)}"
    if not edge.local or source.shape == target.shape:
        return product
    return "ΣG" if alone else f"Σ({product})"


def _bracketed(number: str) -> str:
    return f"({number})" if number[:1] in ("-", "−") else number


def _array(node: Node) -> str:
    size = f"shape {'×'.join(map(str, node.shape))}" if node.shape else ""
    count = f"{node.times:,} values" if node.times > 1 else ""
    bad = node.value.bad if node.value and node.value.bad not in node.value.text else ""
    return ", ".join(filter(None, [count, size, one_line(node.value), bad]))
