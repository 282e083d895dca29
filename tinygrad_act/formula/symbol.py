"""Operations on symbols: what a derivative rule looks like as text.

A derivative rule is a function of anything that the operations accept. Called with symbols, it
spells itself: `(lambda a, z: a * (1 - a))(Symbol("a"), Symbol("z"))` is `a * (1 - a)`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["INFIX", "Symbol", "call_text", "infix_text"]

_TIGHTNESS = {
    "==": 1, "!=": 1, "<": 1, "<=": 1, ">": 1, ">=": 1,
    "+": 2, "-": 2,
    "*": 3, "/": 3, "@": 3,
    "~": 4,
    "**": 5,
}  # fmt: skip
_ATOM = 6

INFIX = _TIGHTNESS.keys() - {"~"}
"""Operators that stand between their two operands."""


class Symbol:
    """A piece of a formula: its text, and how tightly its outermost operator binds."""

    __slots__ = ("text", "tightness")

    def __init__(self, text: str, tightness: int = _ATOM) -> None:
        self.text = text
        self.tightness = tightness

    def __repr__(self) -> str:
        return self.text

    def __getattr__(self, name: str) -> Symbol:
        """`x.shape`, `x.dtype` and the like."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Symbol(f"{_inside(self, _ATOM)}.{name}")

    @property
    def ndim(self) -> int:
        """Rules that depend on the number of axes print their matrix case."""
        return 2

    def __getitem__(self, index: object) -> Symbol:
        return Symbol(f"{_inside(self, _ATOM)}[{_spell(index)}]")

    def __bool__(self) -> bool:
        raise TypeError(f"a rule may not branch on its values: use where() instead of if ({self.text})")

    def __neg__(self) -> Symbol:
        return Symbol("-" + _inside(self, _TIGHTNESS["*"]), _TIGHTNESS["*"])

    def __abs__(self) -> Symbol:
        return call_text("abs", (self,), {})

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: object, **kwargs: object) -> Symbol:
        """NumPy's functions in a rule: `np.exp(z)` spells itself."""
        return call_text(ufunc.__name__, inputs, kwargs)

    def __array_function__(self, function: Any, types: object, args: tuple[Any, ...], kwargs: dict[str, object]) -> Any:
        """The same for those that are no ufuncs: `np.where(z > 0, x, y)`; its shape is an attribute."""
        if function.__name__ in ("shape", "ndim", "size") and len(args) == 1:
            return getattr(args[0], function.__name__)
        return call_text(function.__name__, args, kwargs)

    def __invert__(self) -> Symbol:
        return Symbol("~" + _inside(self, _TIGHTNESS["~"]), _TIGHTNESS["~"])

    __hash__ = object.__hash__
    __iter__ = None  # z.shape is a symbol, and to unpack it would never end


def infix_text(operator: str, x: object, y: object) -> Symbol:
    """`x operator y`, with the brackets it needs. `**` binds to the right, all others to the left."""
    tightness = _TIGHTNESS[operator]
    right = operator == "**"
    left_text, right_text = _inside(x, tightness + right), _inside(y, tightness + (not right))
    return Symbol(f"{left_text} {operator} {right_text}", tightness)


def call_text(name: str, args: tuple[object, ...], static: dict[str, object]) -> Symbol:
    """`name(args, keyword=value)`."""
    words = [_spell(x) for x in args] + [f"{key}={_spell(value)}" for key, value in static.items()]
    return Symbol(f"{name}({', '.join(words)})")


def _inside(x: object, tightness: int) -> str:
    text = _spell(x)
    own = x.tightness if isinstance(x, Symbol) else _TIGHTNESS["*"] if text.startswith("-") else _ATOM
    return text if own >= tightness else f"({text})"


def _spell(x: object) -> str:
    if isinstance(x, float) and x.is_integer():
        return str(int(x))
    if isinstance(x, tuple):
        return "(" + ", ".join(map(_spell, x)) + ("," if len(x) == 1 else "") + ")"
    return repr(x)


def _install_operators() -> None:
    def forward(operator: str) -> Any:
        return lambda self, other: infix_text(operator, self, other)

    def backward(operator: str) -> Any:
        return lambda self, other: infix_text(operator, other, self)

    names = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "@": "matmul", "**": "pow"}
    for operator, name in names.items():
        setattr(Symbol, f"__{name}__", forward(operator))
        setattr(Symbol, f"__r{name}__", backward(operator))
    for word, name in {"mod": "mod", "floor_divide": "floordiv"}.items():  # -x // y is not -(x // y): in words
        setattr(Symbol, f"__{name}__", lambda self, other, word=word: call_text(word, (self, other), {}))
        setattr(Symbol, f"__r{name}__", lambda self, other, word=word: call_text(word, (other, self), {}))
    for operator, name in {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}.items():
        setattr(Symbol, f"__{name}__", forward(operator))


_install_operators()
