"""The chain rule for one elementwise operation on large arrays, in pieces that fit the cache.

What `ops.chain` computes, written for arrays of one dtype: the same numbers, in fewer passes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .blocks import BITS, CAREFUL, is_large, pieces
from .op import Op
from .registry import ops

__all__ = ["pull_blocks", "worth_blocks"]

_chain = ops["chain"].forward


def worth_blocks(g: Any, a: Any, z: Any) -> bool:
    """Whether these are large arrays of floats of one kind."""
    return is_large(z) and is_large(a) and is_large(g) and z.dtype is a.dtype is g.dtype


def pull_blocks(op: Op, rule: Any, g: Any, a: Any, z: Any, static: dict[str, Any]) -> Any:
    """g times what `rule` gives for `op`, whose input is `z` and output `a`: large arrays of one shape."""
    c = np.empty(z.shape, z.dtype)
    into, g, a, z = c.reshape(-1), g.reshape(-1), a.reshape(-1), z.reshape(-1)
    fused = op.fused.pull if rule is op.rules[0] else None
    for piece in pieces(c):
        parts = g[piece], a[piece], z[piece]
        if fused is None or not _pull_fused(op, fused, *parts, static, into[piece]):
            _pull(op, rule, *parts, static, into[piece])
    return c


def _pull_fused(op: Op, fused: Any, g: Any, a: Any, z: Any, static: dict[str, Any], out: Any) -> bool:
    """Whether the rule in fewer steps was good enough."""
    try:
        with np.errstate(**CAREFUL):
            fused(g, a, z, out, **static)
    except FloatingPointError:
        return False
    return not (_has_nan(out) or (op.kinks and _has_nan(z)))


def _pull(op: Op, rule: Any, g: Any, a: Any, z: Any, static: dict[str, Any], out: Any) -> None:
    d = rule(a, z, **static)
    if type(d) is np.ndarray and d.dtype == bool:
        bits = BITS[out.dtype]
        mask = np.negative(d.view(np.int8), dtype=bits)
        np.bitwise_and(g.view(bits), mask, out=out.view(bits))  # a product with booleans takes longer
        if op.kinks and _has_nan(z):
            out[...] = _chain(g, d, a)
        return
    np.multiply(g, d, out=out, casting="same_kind")
    if _has_nan(out) or (op.kinks and _has_nan(z)):
        out[...] = _chain(g, d, a if op.kinks else 0.0)


def _has_nan(x: Any) -> bool:
    total = np.dot(x, x)
    return bool(total != total)
