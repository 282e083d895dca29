"""Formulas and derivative rules as LaTeX, read from the text that they spell."""

from __future__ import annotations

import ast
from collections.abc import Callable

__all__ = ["latex"]

_SUM, _PRODUCT, _FRACTION, _POWER, _ATOM = range(1, 6)
_LOGIC = 0

_GREEK = frozenset(("alpha", "beta", "gamma", "delta", "epsilon", "theta", "lambda", "mu", "pi", "sigma", "tau"))
_NAMES = {
    "sigmoid": r"\sigma", "normal_cdf": r"\Phi", "normal_pdf": r"\varphi", "log": r"\ln", "maximum": r"\max",
    "minimum": r"\min", "max": r"\max", "min": r"\min", "arcsin": r"\arcsin", "arccos": r"\arccos",
    "arctan": r"\arctan", "sum": r"\operatorname{sum}",
    **{name: "\\" + name for name in ("tanh", "sinh", "cosh", "sin", "cos", "tan")},
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne",
}  # fmt: skip
_CONDITIONS = ("logical_and", "logical_or", "logical_not")


def latex(text: str) -> str:
    """`a * (1 - a)` as `a \\left(1 - a\\right)`; text that is no formula stays text."""
    try:
        call = ast.parse(f"_({text})", mode="eval").body  # `s * z, s = sigmoid(z)` reads as two arguments
    except SyntaxError:
        return _words(text)
    if not isinstance(call, ast.Call) or len(call.args) != 1:
        return _words(text)
    try:
        parts = [_number(call.args[0])[0]]
        parts += [f"{_name(word.arg or '')} = {_number(word.value)[0]}" for word in call.keywords]
    except _NoFormula:
        return _words(text)
    return r",\quad ".join(parts)


class _NoFormula(ValueError):
    """Python, but nothing that stands in a formula."""


def _words(text: str) -> str:
    escaped = "".join("\\" + c if c in "_&%#${}" else {"^": r"\^{}", "\\": r"\textbackslash{}"}.get(c, c) for c in text)
    return rf"\text{{{escaped}}}"


def _name(name: str) -> str:
    if name in _GREEK:
        return "\\" + name
    return name if len(name) == 1 else rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"


def _number(node: ast.expr) -> tuple[str, int]:
    """A node that stands for a number: a condition counts as 1 or 0."""
    if _is_condition(node):
        return rf"\mathbf{{1}}\left[{_condition(node)}\right]", _ATOM
    return _plain(node)


def _is_condition(node: ast.expr) -> bool:
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    inverted = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert)
    return isinstance(node, ast.Compare) or called in _CONDITIONS or inverted


def _condition(node: ast.expr) -> str:
    if isinstance(node, ast.Compare):
        text = _number(node.left)[0]
        for operator, right in zip(node.ops, node.comparators):
            text += f" {_COMPARED[type(operator)]} {_number(right)[0]}"
        return text
    if isinstance(node, ast.UnaryOp):
        return rf"\lnot\left({_condition(node.operand)}\right)"
    if isinstance(node, ast.Call) and _is_condition(node):
        word = {"logical_and": r" \wedge ", "logical_or": r" \vee "}.get(_called(node), "")
        return word.join(map(_condition, node.args)) if word else rf"\lnot\left({_condition(node.args[0])}\right)"
    return _number(node)[0]


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func).split(".")[-1]


def _plain(node: ast.expr) -> tuple[str, int]:
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.Name):
        return _name(node.id), _ATOM
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return "-" + _inside(node.operand, _PRODUCT), _SUM
    if isinstance(node, ast.BinOp):
        return _binary(node)
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.Subscript):
        return rf"{_inside(node.value, _ATOM)}_{{{_words(ast.unparse(node.slice))}}}", _ATOM
    if isinstance(node, (ast.Attribute, ast.Tuple)):
        return _words(ast.unparse(node)), _ATOM
    raise _NoFormula


def _constant(value: object) -> tuple[str, int]:
    if isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return _words(str(value)), _ATOM
    digits, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        return digits, _ATOM
    power = f"10^{{{int(exponent)}}}"
    return (power if digits == "1" else rf"{digits} \cdot {power}"), _PRODUCT


def _inside(node: ast.expr, tightness: int) -> str:
    text, own = _number(node)
    return text if own >= tightness else rf"\left({text}\right)"


def _binary(node: ast.BinOp) -> tuple[str, int]:
    if isinstance(node.op, ast.Add):
        return f"{_inside(node.left, _SUM)} + {_inside(node.right, _SUM)}".replace("+ -", "- "), _SUM
    if isinstance(node.op, ast.Sub):
        return f"{_inside(node.left, _SUM)} - {_inside(node.right, _PRODUCT)}", _SUM
    if isinstance(node.op, (ast.Mult, ast.MatMult)):
        left = _number(node.left)[0] if _is_negative(node.left) else _inside(node.left, _PRODUCT)
        right = _inside(node.right, _PRODUCT)
        return left + (r" \cdot " if right[0].isdigit() else r" \, ") + right, _SUM if left[0] == "-" else _PRODUCT
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{_number(node.left)[0]}}}{{{_number(node.right)[0]}}}", _FRACTION
    if isinstance(node.op, ast.Pow):
        return f"{_inside(node.left, _ATOM)}^{{{_number(node.right)[0]}}}", _POWER
    raise _NoFormula


def _is_negative(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def _call(node: ast.Call) -> tuple[str, int]:
    name = _called(node)
    if name in _SHAPED and len(node.args) == 1:
        template, inner, tightness = _SHAPED[name]
        return template % _inside(node.args[0], inner), tightness
    if name == "where" and len(node.args) == 3:
        return _cases(node), _ATOM
    if name == "clip" and node.args:
        return _clip(node), _ATOM
    if not isinstance(node.func, ast.Name):
        raise _NoFormula
    words = [_number(x)[0] for x in node.args]
    words += [f"{_name(word.arg or '')} = {_number(word.value)[0]}" for word in node.keywords]
    shown = _NAMES.get(name, rf"\operatorname{{{name.replace('_', chr(92) + '_')}}}")
    return rf"{shown}\left({', '.join(words)}\right)", _POWER


_SHAPED = {
    "exp": ("e^{%s}", _LOGIC, _POWER),
    "exp2": ("2^{%s}", _LOGIC, _POWER),
    "expm1": ("e^{%s} - 1", _LOGIC, _SUM),
    "log1p": (r"\ln\left(1 + %s\right)", _SUM, _POWER),
    "sqrt": (r"\sqrt{%s}", _LOGIC, _ATOM),
    "square": ("%s^{2}", _ATOM, _POWER),
    "reciprocal": (r"\frac{1}{%s}", _LOGIC, _FRACTION),
    "abs": (r"\left|%s\right|", _LOGIC, _ATOM),
    "absolute": (r"\left|%s\right|", _LOGIC, _ATOM),
    "transpose": (r"%s^{\top}", _ATOM, _POWER),
}
"""Functions with a notation of their own: how the argument stands in it, and how tightly it all binds."""


def _cases(node: ast.Call) -> str:
    rows: list[str] = []
    rest: ast.expr = node
    while isinstance(rest, ast.Call) and _called(rest) == "where" and len(rest.args) == 3:
        condition, value, rest = rest.args
        rows.append(rf"{_number(value)[0]} & \text{{if }} {_condition(condition)}")
    rows.append(rf"{_number(rest)[0]} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _clip(node: ast.Call) -> str:
    """min(max(x, low), high); a bound that is not there is left out."""
    given = dict(zip(("min", "max"), node.args[1:])) | {word.arg: word.value for word in node.keywords}
    text = _number(node.args[0])[0]
    bound: Callable[[str], ast.expr | None] = given.get
    for key, function in (("min", r"\max"), ("max", r"\min")):
        limit = bound(key)
        if limit is not None and not (isinstance(limit, ast.Constant) and limit.value is None):
            text = rf"{function}\left({text}, {_number(limit)[0]}\right)"
    return text
