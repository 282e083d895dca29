"""Operations, shapes and static parameters as short text that is safe to print anywhere."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ...core.op import Op
from ...formula import INFIX
from ..texts import constant_text, number_text, printable
from .numbers import FEW

__all__ = ["filled_text", "inline_text", "is_inline", "operator_text", "quoted", "shape_text", "static_text"]

_LONGEST = 80
_ARITHMETIC = frozenset(("+", "-", "*", "/", "**", "@"))
_WORD = re.compile(r"[^\W\d]\w*[′']*(?:\.[^\W\d]\w*|\[\d+\])*\*?")
"""What stands in a formula for itself: `w`, `layer.w`, `v[3]`; and where many are drawn as one, `w*`."""
_RESERVED = frozenset(("G", "if", "else", "and", "or", "not", "inf", "nan", "NaN", "True", "False", "None"))
_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def shape_text(shape: tuple[int, ...], dtype: str) -> str:
    """`shape 2×3`, `shape 2×3 float32`, `0-d int64`; nothing for a Python number."""
    if not shape and dtype in ("float", "int", "bool", ""):
        return ""
    size = f"shape {'×'.join(map(str, shape))}" if shape else "0-d"
    return size if dtype == "float64" else f"{size} {dtype}"


def static_text(op: Op, static: dict[str, Any]) -> str:
    """The static parameters that are not at their defaults: `axis=1, keepdims=True`."""
    given = [f"{name}={_spell(x)}" for name, x in static.items() if x is not op.defaults.get(name)]
    return printable(", ".join(given), _LONGEST)


_OPERATORS = {"*": "×", "-": "−", "**": "^", "<=": "≤", ">=": "≥", "!=": "≠", "==": "="}


def operator_text(title: str) -> str:
    """Python's operators as they stand in a book: `* 2` as `× 2`."""
    return " ".join(_OPERATORS.get(word, word) for word in title.split(" "))


def is_inline(x: Any) -> bool:
    """Whether an operand is a raw number, which stands inside the box of its operation."""
    return isinstance(x, (bool, int, float, np.generic))


def inline_text(label: str, operands: tuple[Any, ...]) -> str:
    """The operation with the raw numbers among its operands: `× 2`, `− (−1)`, `1 /`, `maximum(·, 0)`; nothing if none
    is raw."""
    if not operands:
        return ""
    text = filled_text(label, ["·" if x is None else constant_text(x) for x in operands])
    return printable(text.removeprefix("· ").removesuffix(" ·") if _is_infix(label, operands) else text)


def filled_text(label: str, operands: Sequence[str], *more: str) -> str:
    """An operation with the texts of its operands: `x × 2`, `x − (−1)`, `maximum(x, 0)`. `more`: its parameters."""
    if not _is_infix(label, operands):
        return f"{label}({', '.join([*operands, *more])})"
    left, right = operands
    if label in _ARITHMETIC:
        right = f"({right})" if right.startswith("−") else right
        left = f"({left})" if left.startswith("−") and label == "**" else left
    return f"{left} {operator_text(label)} {right}"


def _is_infix(label: str, operands: Sequence[Any]) -> bool:
    return label in INFIX and len(operands) == 2


@functools.lru_cache(4096)
def quoted(name: str) -> str:
    """A name inside of a formula: brackets around what could be taken for a formula itself, or for the gradient `G`."""
    plain = _WORD.fullmatch(name) and name not in _RESERVED and _RAISED.isdisjoint(name)
    return name if plain else f"⟨{name}⟩"


_SPELLINGS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (slice, lambda s: ":".join("" if x is None else _spell(x) for x in (s.start, s.stop, s.step)).removesuffix(":")),
    (type(Ellipsis), lambda _: "..."),
    (np.dtype, str),
    (type, lambda t: t.__name__),
    (np.ndarray, lambda x: _few(x.tolist()) if x.size <= FEW else f"{'×'.join(map(str, x.shape))} {x.dtype}"),
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


def _few(x: Any) -> str:
    return f"[{', '.join(map(_few, x))}]" if isinstance(x, list) else number_text(x)


def _joined(items: Iterable[Any]) -> str:
    return ", ".join(map(_spell, items))
