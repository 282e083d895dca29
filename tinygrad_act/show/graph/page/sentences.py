"""What one operation does, in words and numbers: forward `v3 = w × x = 0.5 × 3 = 1.5`, and backward
`z.grad += 1 × 0.1966 = 0.1966`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ....formula import INFIX
from ...texts import constant_text, minus, number_text
from ..quotient import DIFFERS
from ..snapshot import Edge, Node, Numbers
from ..text import filled_text, quoted
from ..wording import at_text, brief_text, is_exact, is_number, one_line, slope_text

__all__ = ["Line", "backward_line", "called", "computed", "derivative_text", "holds", "listed", "told"]


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
        return Line(f"{quoted(called(node))} = {told(node.value)}")
    return Line(called(node), _array(node))


def computed(node: Node, operands: Sequence[Node]) -> Line:
    """How a result came from its operands: in names, in numbers, and the result; `≈` where digits are not shown."""
    start = f"{quoted(called(node))} = {_formula(node, [quoted(called(operand)) for operand in operands])}"
    if not _is_number(node):
        return Line(minus(start), _array(node))
    result = told(node.value)
    if not operands or not all(map(_is_number, operands)):
        return Line(minus(f"{start} = {result}"))
    equals = "=" if all(is_exact(operand.value) for operand in operands) else "≈"
    numbers = _formula(node, [_bracketed(told(operand.value)) for operand in operands])
    return Line(minus(f"{start} {equals} {numbers} {equals} {result}"))


def backward_line(edge: Edge, source: Node, target: Node, so_far: str) -> Line:
    """What one edge adds to the gradient of its source. `so_far`: a remark on the sum of several uses."""
    name, local, sent = quoted(called(source)), minus(slope_text(edge.local)), brief_text(edge.sent)
    if _is_number(source) and _is_number(target) and local and sent:
        is_constant = edge.formula.form == "number"
        factors = told(target.grad) or "G", edge.formula.text if is_constant else local
        product = " × ".join(map(_bracketed, factors))
        formula = f"{name}.grad += {product} {'=' if _come_to(factors, sent) else '≈'} {sent}"
        remarks = [] if is_constant or edge.formula.text == local else [edge.symbol + _at(edge)]
    else:
        formula = f"{name}.grad += {_times_gradient(edge, source, target)}"
        derivative = f"local derivative: {local}" if local and edge.formula.form != "number" else ""
        remarks = [sent or f"rms {number_text(edge.flow)}", derivative]
    return Line(minus(formula), minus("; ".join(filter(None, [*remarks, edge.kink, so_far]))))


def _come_to(factors: tuple[str, str], product: str) -> bool:
    """Whether two numbers, as they are shown, multiply to the third, as it is shown."""
    try:
        x, y, shown = (float(text.replace("−", "-")) for text in (*factors, product))
    except ValueError:  # one has more digits than are shown
        return False
    return number_text(x * y) == number_text(shown)


def derivative_text(edge: Edge, source: Node, target: Node) -> str:
    """The local derivative on an edge, as a card shows it: `∂a/∂z = a(1 − a) = 0.1966 at a = 0.7311`."""
    by, of = quoted(called(source)), quoted(called(target))
    if not edge.symbol:
        return f"∂{of}/∂{by}: none, no gradient flows" if edge.times == 1 else ""
    formula, local = edge.formula._replace(by=""), minus(slope_text(edge.local))
    derivative = f"∂{of}/∂{by} = {formula.equation(local)}" if local else f"{by}.grad += {formula}"
    return minus(derivative + _at(edge) + (f", {edge.kink}" if edge.kink else ""))


def _formula(node: Node, operands: Sequence[str]) -> str:
    if node.kind == "module":
        return f"{node.name}({', '.join(operands)})"
    if node.op == "neg":
        return f"−{operands[0]}"
    rest = iter(operands)
    texts = [next(rest, "") if x is None else constant_text(x) for x in node.operands] or operands
    infix = node.title in INFIX and len(texts) == 2
    return filled_text(node.title if infix else node.op or "", texts, *filter(None, [node.static]))


def _at(edge: Edge) -> str:
    return f" at {at_text(edge)}" if edge.at else ""


def _times_gradient(edge: Edge, source: Node, target: Node) -> str:
    """`G @ Wᵀ`, `G × (1 − a²)`, `G` alone where the local derivative is 1, `ΣG` where an operand was broadcast."""
    text, form = edge.formula.text, edge.formula.form
    if not text or text == DIFFERS:
        return "…"
    if form == "whole":
        return str(edge.formula)
    alone = text == "1"
    product = "G" if alone else f"G × ({text})" if form == "sum" else f"G × {_bracketed(text)}"
    if edge.local is not None and source.shape != target.shape:
        product = "ΣG" if alone else f"Σ({product})"
    return f"{product}, {edge.formula.where}" if edge.formula.where else product


def _bracketed(number: str) -> str:
    return f"({number})" if number[:1] in ("-", "−") else number


def _array(node: Node) -> str:
    size = f"shape {'×'.join(map(str, node.shape))}" if node.shape else ""
    count = f"{node.times:,} values" if node.times > 1 else ""
    return ", ".join(filter(None, [count, size, minus(one_line(node.value, bad=True))]))
