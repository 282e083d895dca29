"""Numbers, shares and JSON as text, the same way wherever something is shown; and text that is safe to print."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..formula.style import number_text as typed_text

__all__ = [
    "CUT", "count_text", "constant", "constant_text", "json_text", "minus", "number_text", "percent", "plain", "plural",
    "printable", "tick_text",
]  # fmt: skip

CUT = 4
"""Constants of more digits than anybody types are cut after so many."""
_LONGEST = 40
_IN_FULL = 10**12
"""Integers below it are written in full."""
_COUNTED = 10**15
"""So are counts below it."""
_UNPRINTABLE = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
_JOINER = "\u200d"  # holds an emoji together
_MINUS = re.compile(r"(?<![\w.)])-(?=[\d.]|inf)")
_PADDED = re.compile(r"e([+-])0+")
_HALVES = re.compile("[\ud800-\udfff]")


def number_text(x: Any, digits: int = 4) -> str:
    """So many significant digits; an integer in full if it is not too long."""
    if isinstance(x, (int, np.integer)):
        return str(x) if abs(int(x)) < _IN_FULL else _large_integer(int(x), digits)
    return f"{x:.{digits}g}"


def _large_integer(x: int, digits: int) -> str:
    try:
        return f"{float(x):.{digits}g}"
    except OverflowError:
        return f"an integer of {x.bit_length():,} bits"  # Python refuses to spell the longest


def constant(x: Any) -> Any:
    """A number of Python for NumPy's, an array without axes too, with the digits that it shows: 0.1 for
    `np.float32(0.1)`."""
    if isinstance(x, np.ndarray) and x.ndim == 0:
        return constant(x[()])
    if isinstance(x, np.generic):
        return float(str(x)) if isinstance(x, np.floating) else x.item()
    return x


def constant_text(x: Any) -> str:
    """A constant as it was typed, `1.0001`; one that nobody would type is cut, and ends in `…`: `0.3333…`."""
    if isinstance(x, (int, np.integer)):
        return minus(number_text(x))
    return typed_text(constant(x), CUT)[0].replace("-", "−")


def tick_text(x: float, digits: int = 6) -> str:
    """A number to be read on an axis: a real minus sign, `1e−9`, ∞, and "-" for none."""
    if math.isnan(x):
        return "-"
    return _PADDED.sub(r"e\1", f"{x + 0.0:.{digits}g}").replace("e+", "e").replace("inf", "∞").replace("-", "−")


def minus(text: str) -> str:
    """The numbers in a text with a true minus sign."""
    return _MINUS.sub("−", text) if "-" in text else text


def count_text(count: int) -> str:
    """`1,024`; of an astronomical number its power of ten."""
    if count < _COUNTED:
        return f"{count:,}"
    exponent = math.floor(math.log10(count))
    return f"about 10^{exponent:,}"


def plural(count: int, word: str) -> str:
    """`1 path`, `1,024 paths`."""
    return f"{count_text(count)} {word}{'s' * (count != 1)}"


def percent(share: float, places: int = 0) -> str:
    """`98 %`, `99.97 %`, `less than 0.01 %`; "-" for NaN.

    To `places` decimals at most, and to as many more as keep all and nothing apart from nearly so.
    """
    if math.isnan(share):
        return "-"
    for digits in range(places, 3):
        text = f"{100 * share:.{digits}f}"
        if float(text) not in (0, 100) or share in (0, 1):
            return f"{float(text):.6g} %"
    return "less than 0.01 %" if share < 0.5 else "more than 99.99 %"


def printable(text: str, longest: int = _LONGEST) -> str:
    """`text` cut to `longest` characters, with line breaks, control characters, marks that turn
    the writing direction and lone surrogates spelled as Python escapes."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(_escape(c) if _is_unprintable(c) else c for c in short)


def _is_unprintable(c: str) -> bool:
    return (unicodedata.category(c) in _UNPRINTABLE and c != _JOINER) or c in "\ufffe\uffff"


def _escape(c: str) -> str:
    return c.encode("unicode_escape").decode()


def json_text(data: Any) -> str:
    """`plain(data)` as JSON that can be written to a file: half characters are spelled."""
    text = json.dumps(plain(data), indent=1, ensure_ascii=False, allow_nan=False)
    return _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def plain(x: Any) -> Any:
    """What JSON knows: named tuples and mappings as objects, arrays as lists, numbers that are not finite as texts,
    `"inf"`; anything else as its text."""
    if x is None or isinstance(x, (str, int)):
        return x
    if isinstance(x, float):
        return float(x) if math.isfinite(x) else str(float(x))
    if isinstance(x, dict):
        return {str(key): plain(value) for key, value in x.items()}
    if isinstance(x, (list, tuple)):
        return plain(x._asdict()) if hasattr(x, "_asdict") else [plain(item) for item in x]
    if isinstance(x, (np.ndarray, np.generic)):
        return plain((x.astype(float) if x.dtype == np.longdouble else x).tolist())
    return plain(dict(x)) if isinstance(x, Mapping) else str(x)
