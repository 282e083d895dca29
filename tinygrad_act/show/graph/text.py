"""Operations, shapes and static parameters as short text that is safe to print anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ...core.op import Op
from ...formula.symbol import INFIX
from ..texts import number_text, printable
from .numbers import FEW

__all__ = ["inline_text", "is_inline", "operator_text", "shape_text", "static_text"]

_LONGEST = 80
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
    """The operation with the raw numbers among its operands: `* 2`, `1 /`, `maximum(·, 0)`; nothing if none is raw."""
    if not operands:
        return ""
    words = ["·" if x is None else number_text(x) for x in operands]
    if len(words) == 2 and label in INFIX:
        return f"{label} {words[1]}" if words[0] == "·" else f"{words[0]} {label}"
    return printable(f"{label}({', '.join(words)})")


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
