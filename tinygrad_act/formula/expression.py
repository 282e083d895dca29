"""A formula as a tree: what a derivative rule becomes when it is called with names instead of numbers.

    (lambda a, z: a * (1 - a))(name("a"), name("z"))

A rule is a function of anything that the operations accept, so it builds its own tree. What stands where is known by
structure: no text is ever searched, and a user's `a` never meets a rule's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from .operators import INFIX, OF_UFUNC, PREFIX

__all__ = [
    "Expr", "arriving", "attribute", "call", "constant", "given", "guard", "infix", "item", "lift", "name", "number",
    "prefix", "words",
]  # fmt: skip


class Expr:
    """A piece of a formula: its kind, its head and its arguments.

    | kind | head | args |
    |---|---|---|
    | `name` | the name, any text | |
    | `number` | an int or float | |
    | `given` | a constant of mathematics by name: `pi` | |
    | `constant` | any other object: None, a bool, a text, a dtype, an array | |
    | `arriving` | of which value: the gradient that arrives | |
    | `infix` | the sign | left, right |
    | `prefix` | the sign | operand |
    | `call` | the function's name | arguments, and `keywords` |
    | `method` | the method's name | object, arguments, and `keywords` |
    | `attribute` | its name | object |
    | `item` | | object, index |
    | `tuple`, `list` | | the parts |
    | `slice` | | start, stop, step |
    | `guard` | | what runs, what it means |
    | `let` | names that are defined | the formula, a definition for each name |
    | `words` | | texts (as constants) and formulas by turns |

    `weight`: how many pieces it is made of, with those that stand in it more than once counted as often.
    """

    __slots__ = ("args", "head", "keywords", "kind", "weight")

    def __init__(
        self, kind: str, head: Any = "", args: Iterable[Expr] = (), keywords: Iterable[tuple[str, Expr]] = ()
    ) -> None:
        self.kind, self.head, self.args, self.keywords = kind, head, tuple(args), tuple(keywords)
        self.weight: int = 1 + sum(x.weight for x in self.args) + sum(x.weight for _, x in self.keywords)

    def __repr__(self) -> str:
        return f"<formula of kind {self.kind!r}, {self.weight:,} pieces>"

    def __getattr__(self, name: str) -> Expr:
        """`x.shape`, `x.dtype`, and the methods, `x.sum`."""
        if name.startswith("__"):
            raise AttributeError(name)
        return attribute(self, name)

    @property
    def ndim(self) -> int:
        """Rules that depend on the number of axes give their matrix case."""
        return 2

    def __call__(self, *args: Any, **keywords: Any) -> Expr:
        """A method, `(g * x).sum(axis=0)`, or a parameter that is a function."""
        if self.kind == "attribute":
            return Expr("method", self.head, map(lift, (*self.args, *args)), _lifted(keywords))
        if self.kind == "name":
            return call(self.head, args, keywords)
        raise TypeError("a formula is no function; only a name or a method of a formula can be called")

    def __getitem__(self, index: Any) -> Expr:
        return item(self, index)

    def __bool__(self) -> bool:
        raise TypeError("a rule may not branch on its values: use where(condition, x, y) instead of if")

    def __abs__(self) -> Expr:
        return call("abs", (self,))

    def __round__(self, digits: int | None = None) -> Expr:
        return call("round", (self,), {} if digits is None else {"decimals": digits})

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Expr:
        """NumPy's functions in a rule: `np.exp(z)`, `np.add(x, y)`, `np.add.reduce(x)`."""
        spelled = OF_UFUNC.get(ufunc.__name__)
        if method != "__call__":
            return call(f"{ufunc.__name__}.{method}", inputs, keywords)
        if spelled is None or keywords:
            return call(ufunc.__name__, inputs, keywords)
        return infix(spelled.sign, *inputs) if len(inputs) == 2 else prefix(spelled.sign, *inputs)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same for those that are no ufuncs: `np.where(z > 0, x, y)`; its shape is an attribute."""
        if function.__name__ in ("shape", "ndim", "size") and len(args) == 1 and not kwargs:
            return getattr(args[0], function.__name__)
        return call(function.__name__, args, kwargs)

    __hash__ = object.__hash__
    __iter__ = None  # z.shape is a formula, and to unpack it would never end


def name(text: str) -> Expr:
    """A name; any text will do, also one that is no word of Python's."""
    return Expr("name", text)


def number(value: float) -> Expr:
    """A number as it was typed."""
    return Expr("number", value)


def given(word: str) -> Expr:
    """A constant of mathematics: `pi`, `e`, `inf`, `nan`."""
    return Expr("given", word)


def constant(thing: Any) -> Expr:
    """Anything that is no real number: None, True, a text, a dtype, an array."""
    return Expr("constant", thing)


def arriving(of: str = "") -> Expr:
    """The gradient that arrives at a value called `of`: `G`, in LaTeX a name with a bar."""
    return Expr("arriving", of)


def infix(sign: str, x: Any, y: Any) -> Expr:
    """`x sign y`."""
    return Expr("infix", sign, (lift(x), lift(y)))


def prefix(sign: str, x: Any) -> Expr:
    """`-x`, `+x` or `~x`."""
    return Expr("prefix", sign, (lift(x),))


def call(function: str, args: Iterable[Any] = (), keywords: Mapping[str, Any] | None = None) -> Expr:
    """`function(args, keyword=value)`."""
    return Expr("call", function, map(lift, args), _lifted(keywords or {}))


def attribute(x: Any, word: str) -> Expr:
    """`x.word`."""
    return Expr("attribute", word, (lift(x),))


def item(x: Any, index: Any) -> Expr:
    """`x[index]`."""
    return Expr("item", "", (lift(x), lift(index)))


def guard(runs: Any, means: Any) -> Expr:
    """What runs keeps a number from overflowing; what it means is shown in mathematics."""
    return Expr("guard", "", (lift(runs), lift(means)))


def words(*parts: Any) -> Expr:
    """What is no formula, said in words: texts and formulas, in the order in which they are read."""
    return Expr("words", "", [constant(x) if isinstance(x, str) else lift(x) for x in parts])


def lift(x: Any) -> Expr:
    """Anything as a piece of a formula."""
    kind = type(x)
    if kind is float or kind is int:
        return Expr("number", x)
    if isinstance(x, Expr):
        return x
    if isinstance(x, (tuple, list)):
        return Expr("list" if isinstance(x, list) else "tuple", "", map(lift, x))
    if isinstance(x, slice):
        return Expr("slice", "", map(lift, (x.start, x.stop, x.step)))
    if isinstance(x, (np.ndarray, np.generic)) and x.ndim == 0 and x.dtype.kind in "fiub":
        return lift(x.item() if x.dtype.kind != "f" or x.dtype == np.float64 else float(str(x)))
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":  # what NumPy makes of a formula
        return lift(x.tolist())
    if isinstance(x, (int, float)) and not isinstance(x, bool):
        return Expr("number", float(x) if isinstance(x, float) else int(x))
    return Expr("constant", x)


def _lifted(keywords: Mapping[str, Any]) -> list[tuple[str, Expr]]:
    return [(key, lift(value)) for key, value in keywords.items()]


def _between(sign: str, swapped: bool) -> Callable[[Expr, Any], Expr]:
    if swapped:
        return lambda self, other: infix(sign, other, self)
    return lambda self, other: infix(sign, self, other)


def _install_operators() -> None:
    for sign, one in INFIX.items():
        setattr(Expr, f"__{one.method}__", _between(sign, False))
        if one.method not in ("eq", "ne", "lt", "le", "gt", "ge"):
            setattr(Expr, f"__r{one.method}__", _between(sign, True))
    for sign, one in PREFIX.items():
        setattr(Expr, f"__{one.method}__", lambda self, sign=sign: prefix(sign, self))


_install_operators()
