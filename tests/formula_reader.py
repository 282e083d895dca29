"""Reads back the formulas that the package prints, in Python, as plain text and in LaTeX, and computes them.

It shares nothing with tinygrad_act.formula: one grammar, two ways to cut a text into tokens. What it does not know
it refuses, so that a formula that cannot be read by these rules is noticed.

    evaluate("a(1 − a)", {"a": 0.5})            # 0.25
    evaluate(r"\\frac{1}{z^{2}}", {"z": 2.0})     # 0.25
"""

from __future__ import annotations

import ast
import functools
import re

import numpy as np

import tinygrad_act as ta

__all__ = ["Unread", "evaluate"]

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "θ": "theta", "λ": "lambda",
    "μ": "mu", "ν": "nu", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ω": "omega", "π": "pi",
}  # fmt: skip
CALLED = {"σ": "sigmoid", "Φ": "normal_cdf", "φ": "normal_pdf", r"\sigma": "sigmoid", r"\Phi": "normal_cdf",
          r"\varphi": "normal_pdf", r"\ln": "log", r"\max": "max", r"\min": "min", "abs": "absolute"}  # fmt: skip
SIGNS = {"−": "-", "·": "*", "≥": ">=", "≤": "<=", "≠": "!=", "=": "==", r"\ge": ">=", r"\le": "<=", r"\ne": "!=",
         r"\,": "*", r"\;": "@", r"\cdot": "*", r"\wedge": "and", r"\vee": "or", r"\lnot": "not",
         r"\bmod": "%"}  # fmt: skip
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
CONSTANTS = {"π": np.pi, r"\pi": np.pi, "pi": np.pi, "e": np.e, "∞": np.inf, r"\infty": np.inf, "inf": np.inf,
             "NaN": np.nan, "nan": np.nan, "None": None, "True": True, "False": False, "...": ...}  # fmt: skip
COMPARE = {"==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater,
           ">=": np.greater_equal}  # fmt: skip
INFIX = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "//": np.floor_divide, "%": np.mod,
         "@": np.matmul, "^": np.power}  # fmt: skip


class Unread(ValueError):
    """A text that is no formula by these rules."""


def evaluate(text, names, style=None):
    """What `text` gives where its names mean these numbers or arrays. `style`: python, unicode or latex; else the one
    that it looks like. Raises `Unread`."""
    if style is None:
        style = "latex" if "\\" in text or "{" in text else "unicode"
    with np.errstate(all="ignore"):
        if style == "python":
            return _python(text, names)
        return _parsed(text, tuple(names), style)(names)


@functools.lru_cache(maxsize=4096)
def _parsed(text, names, style):
    """The formula as a function of what the names mean."""
    return _Formula(text, names, style).formula()


def _function(word, args, keywords):
    word = CALLED.get(word, word).removeprefix("\\")
    if word == "argsort" and args[0] is None:
        return None
    if word in ("max", "min") and len(args) == 2 and not keywords:
        word += "imum"
    if word == "clip" and len(args) == 3:
        return np.minimum(np.maximum(args[0], args[1]), args[2])
    if word == "slice":
        return slice(*args)
    found = ta.ops.find(word)
    call = found.call if found is not None else getattr(np, word, None)
    if call is None:
        raise Unread(f"no function is called {word!r}")
    found = call(*args, **keywords)
    counts = word.startswith("arg") or word == "arange"
    is_whole = isinstance(found, (np.ndarray, np.integer)) and found.dtype.kind == "i"
    return np.multiply(found, 1.0) if is_whole and not counts else found


def _python(text, names):
    """By Python itself: a formula, and definitions after it."""
    try:
        call = ast.parse(f"_({text})", mode="eval").body
    except SyntaxError as error:
        raise Unread(f"{text!r} is no Python") from error
    if len(call.args) != 1:
        raise Unread(f"{text!r} is no single formula")
    known = {**CONSTANTS, **names}
    words = {x.id for x in ast.walk(call) if isinstance(x, ast.Name)} - {word.arg for word in call.keywords}
    words -= known.keys()
    functions = {word: lambda *args, word=word, **keywords: _function(word, args, keywords) for word in words}
    left = [(word.arg, word.value) for word in call.keywords]
    while left:  # a definition may use those that stand after it
        word, value = left.pop(0)
        if {x.id for x in ast.walk(value) if isinstance(x, ast.Name)} & {other for other, _ in left}:
            left.append((word, value))
        else:
            known[word] = eval(compile(ast.Expression(value), "formula", "eval"), functions, known)
    return eval(compile(ast.Expression(call.args[0]), "formula", "eval"), functions, known)


class Truth(np.ndarray):
    """True or false: a number only in brackets."""


def _truth(x):
    return np.asarray(x).view(Truth)


def _number(x):
    """What a formula may compute with."""
    if isinstance(x, Truth):
        raise Unread("a condition stands where a number should")
    return np.asarray(x, float) if isinstance(x, (bool, np.bool_)) else x


class _Meanings(dict):
    """What names mean; those that the formula defines are computed when they are asked for."""

    def __init__(self, names, defined):
        super().__init__(names)
        self.defined = defined

    def __contains__(self, word):
        return word in self.defined or super().__contains__(word)

    def __getitem__(self, word):
        if word in self.defined:
            found = self.defined[word](self)
            return found if not isinstance(found, Truth) else np.asarray(found)
        return super().__getitem__(word)


class _Formula:
    """A text and how far it is read. Each method reads one kind of thing and returns a function of the meanings of
    the names, so that definitions may follow the formula."""

    def __init__(self, text, names, style):
        self.text, self.names, self.style = text, frozenset(names), style
        self.tokens = list(_tokens(text, names, style))
        self.at = 0

    def formula(self):
        body = self.choice()
        defined = {}
        while self.take(",", r",\quad"):
            own = self.next()
            self.expect("=", "==")
            defined[own] = self.choice()
        if self.peek():
            raise Unread(f"{self.peek()!r} is left over in {self.text!r}")
        return lambda names: _number(body(_Meanings(names, defined)))

    # --- tokens ---

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][0] if self.at + ahead < len(self.tokens) else ""

    def spaced(self):
        return self.tokens[self.at][1]

    def next(self):
        if not self.peek():
            raise Unread(f"{self.text!r} ends too early")
        self.at += 1
        return self.tokens[self.at - 1][0]

    def take(self, *wanted):
        if self.peek() in wanted:
            return self.next()
        return ""

    def expect(self, *wanted):
        if not self.take(*wanted):
            raise Unread(f"{wanted[0]!r} is missing before {self.peek()!r} in {self.text!r}")

    # --- from loose to tight ---

    def choice(self):
        value = self.any_of()
        if not self.take("if"):
            return value
        condition = self.any_of()
        self.take(",")
        self.expect("else")
        other = self.choice()
        return lambda known: np.where(condition(known), _number(value(known)), _number(other(known)))

    def any_of(self):
        return self.joined(self.all_of, "or", "|", np.logical_or)

    def all_of(self):
        return self.joined(self.negated, "and", "&", np.logical_and)

    def joined(self, part, word, sign, function):
        found = part()
        while self.sign() == (sign if self.style == "python" else word):
            self.next()
            first, second = found, part()
            found = lambda known, x=first, y=second: _truth(function(x(known), y(known)))
        return found

    def negated(self):
        if self.sign() == "not":
            self.next()
            part = self.negated()
            return lambda known: _truth(np.logical_not(part(known)))
        return self.compared()

    def compared(self):
        left = self.sum()
        if self.sign() not in COMPARE or (self.peek() == "=" and not self.spaced()) or self.ends():
            return left
        function = COMPARE[self.sign_taken()]
        right = self.sum()
        if self.sign() in COMPARE and not self.ends():
            raise Unread(f"two comparisons in a row in {self.text!r}")
        return lambda known: _truth(function(_number(left(known)), _number(right(known))))

    def ends(self):
        """Whether what follows is a definition's sign."""
        return False

    def sum(self):
        return self.infix(self.product, ("+", "-"))

    def product(self):
        found = self.unary()
        while True:
            if self.sign() in ("*", "/", "//", "%", "@"):
                function, first, second = INFIX[self.sign_taken()], found, self.unary()
            elif self.beside():
                function, first, second = np.multiply, found, self.power()
            else:
                return found
            found = lambda known, f=function, x=first, y=second: f(_number(x(known)), _number(y(known)))

    def beside(self):
        """Whether a factor follows without a sign: after a number or a single letter, and no space between."""
        if self.style != "unicode" or not self.peek() or self.spaced() or not self.at:
            return False
        before, following = self.tokens[self.at - 1][0], self.peek()
        letter = len(before) == 1 and before.isascii() and before.isalpha()
        digits = before.replace(".", "").isdigit()
        return (following == "(" and (letter or digits)) or (digits and _is_word(following))

    def infix(self, part, signs):
        found = part()
        while self.sign() in signs:
            function, first, second = INFIX[self.sign_taken()], found, part()
            found = lambda known, f=function, x=first, y=second: f(_number(x(known)), _number(y(known)))
        return found

    def sign(self):
        return SIGNS.get(self.peek(), self.peek()) if self.style != "python" else self.peek()

    def sign_taken(self):
        found = self.sign()
        self.next()
        return found

    def unary(self):
        if self.sign() in ("-", "+"):
            minus, part = self.sign_taken() == "-", self.unary()
            return (lambda known: -_number(part(known))) if minus else part
        if self.style == "python" and self.take("~"):
            part = self.unary()
            return lambda known: _truth(np.logical_not(part(known)))
        return self.power()

    def power(self):
        base = self.postfix()
        if self.style == "unicode" and self.peek() and self.peek()[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻":
            exponent = float(self.next().translate(RAISED))
            return lambda known: _number(base(known)) ** exponent
        if not self.take("^" if self.style != "python" else "**"):
            return base
        if self.style == "latex":
            self.expect("{")
            if self.take(r"\top"):
                self.expect("}")
                return lambda known: _transposed(base(known))
            exponent = self.choice()
            self.expect("}")
        else:
            exponent = self.unary()
        return lambda known: np.power(np.asarray(_number(base(known)), float), _number(exponent(known)))

    def postfix(self):
        found = self.atom()
        while True:
            if self.take("ᵀ"):
                found = lambda known, x=found: _transposed(x(known))
            elif self.peek() == "[" and not self.spaced() and self.style != "latex":
                found = self.item(found)
            elif self.style == "latex" and self.take("_"):
                self.expect("{")
                index = self.choice()
                self.expect("}")
                found = lambda known, x=found: x(known)[_index([index(known)])]
            elif self.peek().startswith(".") and not self.spaced():
                found = self.attribute(found)
            elif self.peek() == r"\text" and self.peek(2).startswith(".") and self.peek(2) != "...":
                self.at += 1
                word = self.group()[1:]
                found = lambda known, x=found, word=word: getattr(np.asarray(x(known)), word)
            else:
                return found

    def item(self, owner):
        self.expect("[")
        parts = self.parts("]")
        return lambda known: owner(known)[_index([part(known) for part in parts[0]])]

    def attribute(self, owner):
        word = self.next()[1:]
        if self.peek() != "(" or self.spaced():
            return lambda known: getattr(np.asarray(owner(known)), word)
        self.next()
        args, keywords = self.parts(")")
        return lambda known: getattr(np.asarray(owner(known)), word)(
            *(x(known) for x in args), **{k: x(known) for k, x in keywords.items()}
        )

    def parts(self, end):
        """What stands between commas, and what is given by keyword."""
        args, keywords = [], {}
        while not self.take(end):
            if self.peek(1) == "=" and not self.tokens[self.at + 1][1] and self.style != "latex":
                word = self.next()
                self.next()
                keywords[word] = self.choice()
            elif self.style == "latex" and self.peek() == r"\text" and self.peek(4) == "=":
                word = self.next() and self.group()
                self.expect("=")
                keywords[word] = self.choice()
            else:
                args.append(self.choice())
            if not self.take(","):
                self.expect(end)
                break
        return args, keywords

    def group(self):
        self.expect("{")
        word = self.next()
        self.expect("}")
        return word

    def atom(self):
        token = self.next()
        if self.style == "latex":
            found = self.latex_atom(token)
            if found is not None:
                return found
        if re.fullmatch(r"\d.*", token):
            return _literal(token)
        if token == "...":
            return lambda known: ...
        if token == "(":
            return self.bracketed(")")
        if token == "[":
            return self.listed("]")
        if token == "|" and self.style == "unicode":
            inner = self.choice()
            self.expect("|")
            return lambda known: np.abs(_number(inner(known)))
        if token == "√":
            inner = self.atom()
            return lambda known: np.sqrt(_number(inner(known)))
        return self.word(token)

    def bracketed(self, end):
        args, _ = self.parts(end)
        comma = self.tokens[self.at - 2][0] == ","
        if len(args) == 1 and not comma:
            return args[0]
        return lambda known: tuple(x(known) for x in args)

    def listed(self, end):
        args, _ = self.parts(end)

        def value(known):
            found = [x(known) for x in args]
            return np.asarray(found[0], float) if len(found) == 1 and isinstance(found[0], Truth) else found

        return value

    def word(self, token):
        if not _is_word(token):
            raise Unread(f"{token!r} is not expected in {self.text!r}")
        known_name = token in self.names and f"⟨{token}⟩" not in self.text
        is_letter = known_name and len(token) == 1 and token.isascii()
        is_call = self.peek() in ("(", r"\left(") and not self.spaced() and not is_letter
        if is_call and not (len(token) == 1 and token.isascii() and ta.ops.find(token) is None):
            end = ")" if self.next() == "(" else r"\right)"
            args, keywords = self.parts(end)
            return lambda known: _function(
                token, [_loose(x(known)) for x in args], {k: x(known) for k, x in keywords.items()}
            )
        if CONSTANTS.get(token) == np.pi and ("⟨pi⟩" in self.text or "⟨π⟩" in self.text or r"\text{pi}" in self.text):
            return lambda known: np.pi  # a name that looks like it stands in brackets
        return lambda known: _meaning(token, known)

    # --- LaTeX ---

    def latex_atom(self, token):
        if token in (r"\left(", r"\left["):
            return (self.bracketed if token == r"\left(" else self.listed)(token.replace("left", "right").translate(
                str.maketrans("([", ")]")))  # fmt: skip
        if token in (r"\left|", r"\left\lfloor", r"\left\lceil"):
            end = {r"\left|": r"\right|", r"\left\lfloor": r"\right\rfloor", r"\left\lceil": r"\right\rceil"}[token]
            function = {r"\left|": np.abs, r"\left\lfloor": np.floor, r"\left\lceil": np.ceil}[token]
            inner = self.choice()
            self.expect(end)
            return lambda known: function(_number(inner(known)))
        if token == r"\frac":
            top, bottom = self.braced(), self.braced()
            return lambda known: np.divide(_number(top(known)), _number(bottom(known)))
        if token == r"\sqrt":
            inner = self.braced()
            return lambda known: np.sqrt(_number(inner(known)))
        if token == r"\mathbf":
            self.group()
            self.expect(r"\left[")
            inner = self.choice()
            self.expect(r"\right]")
            return lambda known: np.asarray(inner(known), float)
        if token == r"\begin":
            return self.cases()
        if token in (r"\operatorname", r"\mathrm", r"\text", r"\overline"):
            word = self.group()
            is_name = word in self.names or word == "..."
            return (lambda known: _meaning(word, known)) if is_name else self.word(word)
        return None

    def braced(self):
        self.expect("{")
        inner = self.choice()
        self.expect("}")
        return inner

    def cases(self):
        self.group()
        value = self.choice()
        rows = []
        while True:
            self.expect("&")
            self.expect(r"\text")
            if self.group() == "otherwise":
                break
            rows.append((value, self.any_of()))
            self.expect(r"\\")
            value = self.choice()
        self.expect(r"\end")
        self.group()
        rest = value

        def chosen(known):
            found = _number(rest(known))
            for x, condition in reversed(rows):
                found = np.where(condition(known), _number(x(known)), found)
            return found

        return chosen


def _transposed(x):
    """Of a matrix, or of each in a stack."""
    return np.swapaxes(x, -1, -2) if np.ndim(x) > 1 else x


def _loose(x):
    """An argument: a condition counts as a mask."""
    return np.asarray(x) if isinstance(x, Truth) else x


def _index(found):
    if isinstance(found, list):
        found = found[0] if len(found) == 1 else tuple(found)
    if isinstance(found, np.ndarray):
        return (found if found.dtype == bool else found.astype(int)) if found.ndim else int(found)
    return int(found) if isinstance(found, float) else found


def _literal(token):
    digits = token.replace("−", "-").replace("…", "").replace("\\ldots", "")
    number = float(digits) if any(c in digits for c in ".e") else int(digits)
    return lambda known: number


def _is_word(token):
    return bool(re.match(r"[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ]|⟨|\\[A-Za-z]|∞", token))


def _meaning(token, known):
    bare = token.removeprefix("⟨").removesuffix("⟩") if token.startswith("⟨") else token
    for name in (token, bare, GREEK.get(bare), bare.removeprefix("\\")):
        if name in known:
            return known[name]
    if bare in CONSTANTS:
        return CONSTANTS[bare]
    raise Unread(f"nobody said what {token!r} is; known are {sorted(known)}")


_LATEX = re.compile(
    r"\\left\\lfloor|\\right\\rfloor|\\left\\lceil|\\right\\rceil|\\(?:left|right)[(|)\[\]]"
    r"|,\\quad|\\\\|\\,|\\;|\\[A-Za-z]+|\d+(?:\.\d+)?(?:\\ldots)?|[^\W\d]|[-+=<>/^_&,{}()\[\]|*:]"
)
_TEXT = re.compile(
    r"⟨[^⟩]*⟩|\.\.\.|\d+(?:\.\d+)?…?(?:e[-−+]?\d+)?|\.[^\W\d]\w*|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|ᵀ|√"
    r"|(?!\d)(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ])\w)+'*′*|//|\*\*|[<>=!]=|[-−+*·/%@^()\[\]|,=≥≤≠<>:~&∞]"
)
_GROUP = re.compile(r"\\(text|mathrm|operatorname|overline|mathbf|begin|end)\{")
_INDEX = re.compile(r"_\{(\d+)\}")
_WORDY = re.compile("(?![⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ])\\w")


def _tokens(text, names, style):
    """Token and whether a space stands before it."""
    own = sorted((x for x in names if x and not x.isalnum()), key=len, reverse=True) if style == "unicode" else []
    at = 0
    while at < len(text):
        start = at
        while at < len(text) and text[at] in " \n":
            at += 1
        if at == len(text):
            return
        if style == "latex" and (found := _GROUP.match(text, at)):
            end = _closing(text, found.end())
            word, index = _unescaped(text[found.end() : end]), _INDEX.match(text, end + 1)
            if index and word + index[1] in names:
                word, end = word + index[1], index.end() - 1
            yield from ((f"\\{found[1]}", at > start), ("{", False), (word, False), ("}", False))
            at = end + 1
            continue
        whole = [x for x in own if text.startswith(x, at) and not _WORDY.match(text, at + len(x))]
        found = None if whole else (_LATEX if style == "latex" else _TEXT).match(text, at)
        if not (whole or found):
            raise Unread(f"{text[at:]!r} can't be read in {text!r}")
        token = whole[0] if whole else found[0]
        end = at + len(token)
        if style == "latex" and token[0].isalpha() and (index := _INDEX.match(text, end)) and token + index[1] in names:
            token, end = token + index[1], index.end()
        yield token, at > start
        at = end


def _closing(text, at):
    depth = 1
    while depth:
        if text[at] == "\\":
            at += 1
        elif text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
        at += 1
    return at - 1


def _unescaped(text):
    inner = re.fullmatch(r"\\(?:mathrm|text)\{(.*)\}(?:_\{(\d+)\})?", text)
    text = inner[1] + (inner[2] or "") if inner else text
    text = re.sub(r"^([A-Za-z]+)_\{(\d+)\}$", r"\1\2", text)
    return re.sub(r"\\([_&%#${}])", r"\1", text).strip()
