"""What `with debug():` checks: the first NaN or infinity, and data changed behind a graph's back."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import shape_of
from ..core.evaluate import held
from ..core.frames import user_line
from ..core.mode import mode

__all__ = ["WALKED", "Note", "check_backward", "check_forward", "fingerprint", "note_scope"]


class Note(NamedTuple):
    """What is remembered of how a node was made, besides its operation and inputs."""

    line: str = ""
    """File and line that computed it, if `debug()` was on."""
    marks: tuple[Any, ...] = ()
    """A fingerprint of every input, if `debug()` was on."""
    scope: tuple[tuple[str, int], ...] = ()
    """The parts of a model that were running, outermost first, each with its number."""


WALKED = Note()
"""The note of a Value whose gradient was forgotten: a `backward()` has reached it before."""


def note_scope(node: Any) -> None:
    """Note in `node` the parts of a model that are running in this thread."""
    node.note = (node.note or Note())._replace(scope=mode.scope)


def check_forward(node: Any) -> None:
    """Note the line that made `node` and a fingerprint of its inputs.

    Raises `FloatingPointError` if it holds a NaN or an infinity.
    """
    line = user_line()
    primals = node._edges[len(node._edges) // 2 :]
    node.note = Note(line, () if mode.tracing else tuple(fingerprint(x) for x in primals))
    what = _not_finite(node._held)
    if what:
        already = [i for i, x in enumerate(primals) if _not_finite(x)]
        origin = f"input {already[0]} already held one" if already else "all inputs are finite"
        raise FloatingPointError(
            f"{node.op.name}: the result of shape {shape_of(node._held)} holds {what}; "
            f"input shapes {', '.join(str(shape_of(x)) for x in primals)}; {origin}; computed at {line}"
        )


def check_backward(node: Any, g: Any) -> None:
    """Raises `RuntimeError` if an input of `node` has other numbers than when it was computed, and
    `FloatingPointError` if the cotangent `g` that reached it holds a NaN or an infinity."""
    line, marks, _ = node.note or Note()
    line = line or "a line outside debug()"
    primals = node._edges[len(node._edges) // 2 :] if marks else ()
    for position, (x, mark) in enumerate(zip(primals, marks)):
        if fingerprint(x) != mark:
            raise RuntimeError(
                f"{node.op.name}: its input {position} of shape {shape_of(x)} was changed in place after the forward "
                f"pass at {line}, so the gradient would be wrong; copy the array before you change it"
            )
    what = _not_finite(held(g))
    if what:
        name = node.op.name if node.op else f"the leaf {node.label or ''}".strip()
        raise FloatingPointError(
            f"{name}: the gradient of shape {shape_of(g)} that reached it holds {what}; computed at {line}"
        )


def fingerprint(x: Any) -> Any:
    """What tells an array from what it was before a write to it; a number itself."""
    if not isinstance(x, np.ndarray):
        return x
    return zlib.crc32(x.data if x.flags.c_contiguous else x.tobytes())


def _not_finite(x: Any) -> str:
    """`NaN`, `infinity` or nothing."""
    if np.isnan(x).any():
        return "NaN"
    return "infinity" if np.isinf(x).any() else ""
