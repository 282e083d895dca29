"""Numbers, arrays, names and static parameters as short text that is safe to print anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ...core.op import Op
from ...formula import INFIX

__all__ = [
    "FEW", "array_text", "data_text", "faults", "inline_text", "is_inline", "number_text", "operator_text",
    "printable", "shape_text", "static_text",
]  # fmt: skip

_LONGEST = 40
FEW = 6
"""Arrays of up to so many entries are shown whole."""
_UNPRINTABLE = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
_JOINER = "\u200d"  # holds an emoji together
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def printable(text: str, longest: int = _LONGEST) -> str:
    """`text` cut to `longest` characters, with line breaks, control characters, marks that turn
    the writing direction and lone surrogates spelled as Python escapes."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(_escape(c) if _is_unprintable(c) else c for c in short)


def number_text(x: Any) -> str:
    """Four significant digits; an integer in full if it is not too long."""
    if isinstance(x, (int, np.integer)):
        return str(x) if abs(int(x)) < 10**12 else _large_integer(int(x))
    return f"{x:.4g}"


def data_text(x: Any) -> str:
    """The number; up to six numbers; else range, mean and standard deviation in lines of their own."""
    return array_text(x) if isinstance(x, np.ndarray) else number_text(x)


def array_text(x: np.ndarray) -> str:
    """`[1, 2.5]`; or the lines `-3 to 3`, `mean 0.1 ± 1.2` and `2 nan`; `3 of 12 true`; `empty`."""
    if x.size == 0:
        return "empty"
    if x.size <= FEW:
        return _nested(x.tolist())
    if x.dtype == bool:
        return f"{np.count_nonzero(x)} of {x.size:,} true"
    finite = x[np.isfinite(x)]
    parts = [_statistics(finite)] if finite.size else []
    return "\n".join(parts + faults(x))


def faults(x: Any) -> list[str]:
    """How many entries are no finite numbers: `2 nan`, `1 -inf`."""
    if x.dtype.kind != "f" or np.isfinite(x).all():
        return []
    counts = {"nan": np.isnan(x), "inf": np.isposinf(x), "-inf": np.isneginf(x)}
    return [f"{np.count_nonzero(where):,} {name}" for name, where in counts.items() if where.any()]


def shape_text(shape: tuple[int, ...], dtype: str) -> str:
    """`shape 2×3`, `shape 2×3 float32`, `0-d int64`; nothing for a Python number."""
    if not shape and dtype in ("float", "int", "bool", ""):
        return ""
    size = f"shape {'×'.join(map(str, shape))}" if shape else "0-d"
    return size if dtype == "float64" else f"{size} {dtype}"


def static_text(op: Op, static: dict[str, Any]) -> str:
    """The static parameters that are not at their defaults: `axis=1, keepdims=True`."""
    given = [f"{name}={_spell(x)}" for name, x in static.items() if x is not op.defaults.get(name)]
    return printable(", ".join(given), 2 * _LONGEST)


_OPERATORS = {"*": "×", "-": "−", "**": "^", "<=": "≤", ">=": "≥", "!=": "≠", "==": "="}


def operator_text(title: str) -> str:
    """Python's operators as they stand in a book: `* 2` as `× 2`."""
    return " ".join(_OPERATORS.get(word, word) for word in title.split(" "))


def is_inline(x: Any) -> bool:
    """Whether an operand is a raw number, which stands inside the box of its operation."""
    return isinstance(x, (bool, int, float, np.generic))


def inline_text(op: Op, inputs: tuple[Any, ...]) -> str:
    """The operation with the raw numbers among its operands: `* 2`, `1 /`, `maximum(·, 0)`; or nothing."""
    if not any(map(is_inline, inputs)):
        return ""
    words = [number_text(x) if is_inline(x) else "·" for x in inputs]
    if len(words) == 2 and op.label in INFIX:
        return f"{op.label} {words[1]}" if words[0] == "·" else f"{words[0]} {op.label}"
    return printable(f"{op.label}({', '.join(words)})")


def _is_unprintable(c: str) -> bool:
    return (unicodedata.category(c) in _UNPRINTABLE and c != _JOINER) or c in "\ufffe\uffff"


def _escape(c: str) -> str:
    return c.encode("unicode_escape").decode()


def _large_integer(x: int) -> str:
    try:
        return f"{float(x):.4g}"
    except OverflowError:
        return f"an integer of {x.bit_length():,} bits"  # Python refuses to spell the longest


def _nested(x: Any) -> str:
    return f"[{', '.join(map(_nested, x))}]" if isinstance(x, list) else number_text(x)


def _statistics(x: np.ndarray) -> str:
    """Range, mean and standard deviation of finite numbers, however large or small."""
    low, high = x.min(), x.max()
    if low == high:
        return f"all {number_text(low.item() + 0)}"
    wide = x.astype(np.result_type(x.dtype, np.float64))
    scale = np.max(np.abs(wide))
    with np.errstate(all="ignore"):  # a tiny number divided by a large one vanishes, as it may
        unit = wide / scale
        mean, deviation = unit.mean() * scale, unit.std() * scale
    return f"{_rounded(low)} to {_rounded(high)}\nmean {_rounded(mean)} ± {_rounded(deviation)}"


def _rounded(x: Any) -> str:
    return number_text(x) if isinstance(x, np.integer) else f"{x + 0:.3g}"  # -0 is 0 here


_SPELLINGS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (slice, lambda s: ":".join("" if x is None else _spell(x) for x in (s.start, s.stop, s.step)).removesuffix(":")),
    (type(Ellipsis), lambda _: "..."),
    (np.dtype, str),
    (type, lambda t: t.__name__),
    (np.ndarray, lambda x: data_text(x) if x.size <= FEW else f"{'×'.join(map(str, x.shape))} {x.dtype}"),
    (np.generic, str),
    (tuple, lambda t: f"({_joined(t)}{',' * (len(t) == 1)})"),
    (list, lambda items: f"[{_joined(items)}]"),
)


def _spell(x: Any) -> str:
    """A static parameter as code; a slice as inside square brackets."""
    for kind, spelling in _SPELLINGS:
        if isinstance(x, kind):
            return spelling(x)
    if callable(x):
        return str(getattr(x, "__name__", type(x).__name__))
    return _ADDRESS.sub("", repr(x))  # an address differs from run to run


def _joined(items: Iterable[Any]) -> str:
    return ", ".join(map(_spell, items))
