"""A reader of formulas as `draw` and `explain` print them, back to numbers: `a(1 − a)`, `1 if z ≥ 0, else 0.01`.

It knows the notation and nothing of the package's code. What could be read in two ways is an error.
"""

from __future__ import annotations

import contextlib
import operator
import re

import numpy as np

__all__ = ["Unreadable", "read", "read_chain", "value"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?…?(?:e[+−-]?\d+)?)|(?P<quoted>⟨[^⟨⟩]*⟩)"
    r"|(?P<name>[^\W\d²³¹⁰⁴-⁹ᵀ][^\W²³¹⁰⁴-⁹ᵀ]*(?:\.[^\W\d][^\W²³¹⁰⁴-⁹ᵀ]*|\[\d+\])*|∞)"
    r"|(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<sign>ᵀ|′|√|//|[-−+·×/@^()\[\]|,=≈≠<>≤≥~:%]))"
)
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_COMPARISONS = {"=": operator.eq, "≠": operator.ne, "<": operator.lt, ">": operator.gt, "≤": operator.le,
                "≥": operator.ge}  # fmt: skip
_WORDS = frozenset(("if", "else", "and", "at", "tie"))


class Unreadable(ValueError):
    """The text is no formula, or can be read in two ways."""


def read(text, names, functions):
    """A function of the values of `names` (a dict) for a text that is one formula."""
    reader = _Reader(text, names, functions)
    found = reader.whole()
    own = reader.definitions()
    reader.end()
    return own(found)


def read_chain(text, names, functions):
    """`x = y ≈ z` as the parts, with the sign before each: `[("", x), ("=", y), ("≈", z)]`, texts and functions."""
    reader = _Reader(text, names, functions)
    parts, sign = [], ""
    while True:
        start = reader.where()
        found = reader.whole()
        parts.append((sign, text[start : reader.where()].strip(), found))
        if reader.sign not in ("=", "≈"):
            break
        sign = reader.take()
    own = reader.definitions()
    reader.end()
    return [(sign, part, own(found)) for sign, part, found in parts]


def value(text, names, functions):
    """The number or array that a text stands for."""
    return read(text, names, functions)(names)


class _Reader:
    """Recursive descent; every method gives a function of the names' values."""

    def __init__(self, text, names, functions):
        self.text, self.names, self.functions = text, names, functions
        self.tokens, at = [], 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if not found:
                raise Unreadable(f"{text!r}: what is {text[at:]!r}?")
            self.tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup), found.end()))
            at = found.end()
        self.tokens.append(("end", "", len(text), len(text)))
        self.at = 0
        self.names = [*names, *self.defined()]

    def defined(self):
        """The letters that stand behind a formula with their definitions."""
        depth = 0
        for (_, comma, _, _), (kind, name, _, _), (_, equals, _, _) in zip(self.tokens, self.tokens[1:], self.tokens[2:]):
            depth += (comma in ("(", "[")) - (comma in (")", "]"))
            if (depth, comma, kind, equals) == (0, ",", "name", "="):
                yield name

    @property
    def kind(self):
        return self.tokens[self.at][0]

    @property
    def sign(self):
        kind, text, _, _ = self.tokens[self.at]
        return text if kind == "sign" else ""

    @property
    def word(self):
        kind, text, _, _ = self.tokens[self.at]
        return text if kind == "name" else ""

    def where(self):
        return self.tokens[self.at][2]

    def touches(self):
        """Whether the token stands right behind the one before, without a space."""
        return self.at > 0 and self.tokens[self.at][2] == self.tokens[self.at - 1][3]

    def take(self, wanted=""):
        _, text, start, _ = self.tokens[self.at]
        if wanted and text != wanted:
            raise Unreadable(f"{self.text!r}: {text or 'the end'!r} at {start}, expected {wanted!r}")
        self.at += 1
        return text

    def end(self):
        if self.kind != "end":
            raise Unreadable(f"{self.text!r}: what is {self.text[self.where() :]!r}?")

    def whole(self):
        """`y if condition, else z`; `[c], 0.5 at a tie`; or a sum."""
        first = self.sum()
        if self.word == "if":
            self.take()
            condition = self.condition()
            self.take(",")
            self.take("else")
            rest = self.whole()
            return lambda names: np.where(condition(names), first(names), rest(names))[()]
        if self.sign == "," and self.tokens[self.at + 1][1] == "0.5":
            for word in (",", "0.5", "at", "a", "tie"):
                self.take(word)
            sides = self.compared
            return lambda names: np.where(sides[0](names) == sides[1](names), 0.5, first(names))[()]
        return first

    def definitions(self):
        """`, y = beta · z, s = σ(y)` behind a formula: a function that lets it know them."""
        defined = []
        while self.sign == ",":
            self.take(",")
            name = self.take()
            self.take("=")
            defined.append((name, self.whole()))

        def with_them(found):
            def compute(names):
                known = dict(names)
                for name, definition in defined * len(defined):  # one may need another that stands behind it
                    with contextlib.suppress(KeyError):
                        known[name] = definition(known)
                return found(known)

            return compute

        return with_them

    def condition(self):
        found = self.comparison()
        while self.word == "and":
            self.take()
            found = _both(found, self.comparison())
        return found

    def comparison(self):
        left = self.sum()
        sign = self.sign
        if sign not in _COMPARISONS:
            return left
        self.take()
        right = self.sum()
        self.compared = left, right
        return lambda names: _COMPARISONS[sign](left(names), right(names))

    def sum(self):
        found = self.product()
        while self.sign in ("+", "−"):
            found = _joined(operator.add if self.take() == "+" else operator.sub, found, self.product())
        return found

    def product(self):
        if self.sign == "−":
            self.take()
            found = self.product()
            return lambda names: -1.0 * found(names)
        found = self.power()
        while True:
            if self.sign in ("·", "×", "/", "@"):
                sign = self.take()
                compute = {"/": operator.truediv, "@": operator.matmul}.get(sign, operator.mul)
                found = _joined(compute, found, self.power())
            elif self.touches() and (self.sign == "(" or self.kind in ("name", "quoted")):
                found = _joined(operator.mul, found, self.power())
            else:
                return found

    def power(self):
        found = self.atom()
        while True:
            if self.kind == "power":
                found = _joined(operator.pow, found, _constant(float(self.take().translate(_DIGITS))))
                if self.kind == "power" or self.sign == "^":
                    raise Unreadable(f"{self.text!r}: a power of a power")
            elif self.sign == "ᵀ":
                self.take()
                found = _transposed(found)
            elif self.sign == "^":
                self.take()
                if self.sign == "−":
                    self.take()
                    exponent = self.atom()
                    return _joined(lambda x, y: x ** -y, found, exponent)
                return _joined(operator.pow, found, self.atom())
            else:
                return found

    def atom(self):
        kind, text, start, _ = self.tokens[self.at]
        if kind == "number":
            number = float(self.take().replace("−", "-").replace("…", ""))
            return _constant(int(number) if text.isdigit() else number)
        if kind == "quoted":
            self.take()
            if text[1:-1] not in self.names:
                raise Unreadable(f"{self.text!r}: nothing is called {text[1:-1]!r}")
            return lambda names: names[text[1:-1]]
        if kind == "name" and text not in _WORDS:
            return self.name()
        if text == "√":
            self.take()
            under = self.atom()
            return lambda names: np.sqrt(under(names))
        if text == "(":
            return self.bracket("(", self.whole, ")")
        if text == "[":
            inside = self.bracket("[", self.condition, "]")
            return lambda names: np.multiply(inside(names), 1.0)
        if text == "|":
            inside = self.bracket("|", self.sum, "|")
            return lambda names: abs(inside(names))
        raise Unreadable(f"{self.text!r}: {text or 'the end'!r} at {start} is no formula")

    def bracket(self, opening, inside, closing):
        self.take(opening)
        found = inside()
        self.take(closing)
        return found

    def name(self):
        text = self.take()
        called = self.sign == "(" and self.touches()
        letter = len(text) == 1 and text.isascii()  # only such a one is a factor without a sign
        if called and letter and text in self.names and text in self.functions:
            raise Unreadable(f"{self.text!r}: is {text}( a function or a product?")
        if called and not (letter and text in self.names):
            if text not in self.functions:
                raise Unreadable(f"{self.text!r}: there is no function {text}")
            return self.call(self.functions[text])
        if text == "∞" or text == "inf":
            return _constant(float("inf"))
        if text == "nan":
            return _constant(float("nan"))
        if text in ("True", "False") and text not in self.names:
            return _constant(text == "True")
        if text not in self.names:
            raise Unreadable(f"{self.text!r}: nothing is called {text!r}")
        return lambda names: names[text]

    def call(self, function):
        self.take("(")
        positional, keywords = [], {}
        while self.sign != ")":
            if self.word and self.tokens[self.at + 1][1] == "=":
                name = self.take()
                self.take("=")
                keywords[name] = self.argument()
            else:
                positional.append(self.whole())
            if self.sign != ")":
                self.take(",")
        self.take(")")
        return lambda names: function(*[x(names) for x in positional], **{k: x(names) for k, x in keywords.items()})

    def argument(self):
        """A static parameter: a formula, or True, False, None."""
        if self.word in ("True", "False", "None"):
            return _constant({"True": True, "False": False, "None": None}[self.take()])
        return self.whole()


def _constant(x):
    return lambda names: x


def _joined(compute, left, right):
    return lambda names: compute(left(names), right(names))


def _both(left, right):
    return lambda names: np.logical_and(left(names), right(names))


def _transposed(found):
    return lambda names: np.swapaxes(found(names), -1, -2)
