"""Lines of a program as text: `z1 = np.dot(x, w1, out=m1)`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .calls import EINSUM, GETITEM, INDEXED, JOINS, TRANSPOSE
from .node import Node

__all__ = ["NotAText", "literal", "spell"]


class NotAText(TypeError):
    """A value that has no spelling in Python that is worth reading."""


def spell(node: Node, name: str, args: list[str], out: str | None, text: Callable[[Any], str]) -> str:
    """The call of a node: the function's name, its arguments' names; `text` spells a parameter."""
    call, static = node.call, node.static
    first = args[0] if args else ""
    if call is TRANSPOSE:
        return f"{first}.T"
    if call is GETITEM:
        return f"{first}[{_index(static['index'], text)}]"
    if call is INDEXED:
        return f"{first}[{', '.join(args[1:])}]"
    if call.infix and out is None and not static and not _python_differs(node):
        return f"{first} {call.infix} {args[1]}"
    if call.method:
        name, args, static = f"{first}.{name}", [], dict(static)
        args = [text(x) for x in static.pop("args", ())]
    elif call in JOINS.values():
        args = [f"({', '.join(args)},)"]
    elif call is EINSUM:
        args, static = [text(static["subscripts"]), *args], {}
    words = [*args, *(f"{key}={text(x)}" for key, x in static.items())]
    if out is not None:
        words.append(f"out={out}")
    return f"{name}({', '.join(words)})"


def _python_differs(node: Node) -> bool:
    """Whether Python's operator is not NumPy's function: `@` is plain for matrices only, and
    Python's numbers raise where they are divided by zero."""
    if node.call.infix == "@":
        return len(node.args[0].shape) != 2
    by = node.args[1]
    return node.call.infix == "/" and all(x.is_number for x in node.args) and not (by.is_constant and by.value)


def literal(x: Any) -> str:
    """`x` as Python source. Raises `NotAText` for what has none."""
    if type(x) is float:
        return re.sub(r"\b(inf|nan)\b", r"np.\1", repr(x))
    if x is None or x is Ellipsis or type(x) in (bool, int, str):  # a class of its own may spell itself otherwise
        return "..." if x is Ellipsis else repr(x)
    if type(x) is tuple:
        return f"({', '.join(map(literal, x))}{',' if len(x) == 1 else ''})"
    if type(x) is list:
        return f"[{', '.join(map(literal, x))}]"
    if isinstance(x, slice):
        return f"slice({literal(x.start)}, {literal(x.stop)}, {literal(x.step)})"
    if isinstance(x, np.dtype) or (isinstance(x, type) and issubclass(x, np.generic)):
        return f"np.{np.dtype(x).name}"
    if isinstance(x, np.bool_):
        return f"np.bool_({bool(x)})"
    if isinstance(x, np.str_):
        return f"np.str_({str(x)!r})"
    if isinstance(x, np.generic):
        return f"np.{x.dtype.name}({literal(x.item())})"
    raise NotAText(f"{type(x).__name__}")


def _index(index: Any, text: Callable[[Any], str]) -> str:
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join(_slice(part, text) for part in parts) or "()"


def _slice(part: Any, text: Callable[[Any], str]) -> str:
    if not isinstance(part, slice):
        return text(part)
    ends = ["" if end is None else text(end) for end in (part.start, part.stop)]
    return ":".join(ends) + ("" if part.step is None else f":{text(part.step)}")
