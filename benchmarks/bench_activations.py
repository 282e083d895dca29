"""Forward and backward of every activation on a million entries, beside PyTorch on one thread.

Both compute the output and then the gradient for a given cotangent: `ta.vjp` and its pullback here,
`torch.autograd.grad` there. Where PyTorch has no function of that kind, its users write a formula of
its operations, and so does this file; where that is so, the name in the table has a star. Every
activation runs in its default form, and once more with `derivative_form("input")` where it has such a
form. Gradients are compared before anything is timed.

The goal: the median of all ratios at most 1, each at most 2. Exact gelu is left out of it: NumPy has
no erf.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import tinygrad_act as ta

from . import runner
from .peers import find
from .runner import Contender, Effort

__all__ = ["EXACT_GELU", "SHAPE", "agree", "pairs", "problem", "pytorch", "run"]

SHAPE = (1000, 1000)
EXACT_GELU = ("gelu", "geglu")
_STATIC: dict[str, dict[str, Any]] = {
    "threshold": {"threshold": 0.1, "value": 0.0},
    "thresholded_relu": {"alpha": 0.5},
    "scaled_tanh": {"alpha": 1.7159, "beta": 2 / 3},
    "affine": {"alpha": 0.5, "beta": 1.0},
    "general_relu": {"negative_slope": 0.1, "max_value": 3.0},
}


class Row(NamedTuple):
    """One activation in one dtype: milliseconds, and what PyTorch takes."""

    name: str
    dtype: str
    ours: float
    accurate: float | None
    """In the form of the input; None if there is no such form."""
    theirs: float
    ratio: float


def run(effort: Effort) -> None:
    """Print the table; without PyTorch, a line that says so."""
    torch = find("PyTorch")
    if torch is None:
        print("  activations: nothing to compare with; pip install torch")
        return
    rows = []
    print(f"\nforward and backward, {math.prod(SHAPE):,} entries, ms")
    print(_line(("activation", "dtype", "ours", "accurate", "PyTorch", "ours/theirs")))
    for dtype in (np.float32, np.float64):
        for name, theirs in pairs(torch):
            row = _measure(name, theirs, dtype, torch, effort)
            rows.append(row)
            print(_line(_cells(row)), flush=True)
    judged = [row.ratio for row in rows if row.name.rstrip("*") not in EXACT_GELU]
    median, over = statistics.median(judged), [row for row in rows if row.ratio > 2 and row.ratio in judged]
    slow = ", ".join(f"{row.name} {row.dtype} {row.ratio:.2f}" for row in over)
    verdicts = [
        f"median over {len(judged)} at most 1x PyTorch's time: {'reached' if median <= 1 else 'MISSED'}, {median:.2f}",
        f"each at most 2x PyTorch's time: {'reached' if not over else f'MISSED by {len(over)}: {slow}'}",
    ]
    print("\n".join(verdicts))
    runner.verdicts.extend(f"{verdict} | activations" for verdict in verdicts)


def _cells(row: Row) -> tuple[str, ...]:
    accurate = "" if row.accurate is None else f"{row.accurate:.2f}"
    return row.name, row.dtype, f"{row.ours:.2f}", accurate, f"{row.theirs:.2f}", f"{row.ratio:.2f}"


def _line(cells: tuple[str, ...]) -> str:
    return f"  {cells[0]:<20}{cells[1]:<9}" + "".join(f"{cell:>12}" for cell in cells[2:])


def pairs(torch: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Every activation with a derivative, and the same in PyTorch; a star for what its users must write."""
    ready, written = _functions(torch), _formulas(torch)
    for op in ta.ops.values():
        if op.reference is None or op.rules[0] is None or op.linear:
            continue
        if op.name in ready:
            yield op.name, ready[op.name]
        elif op.name in written:
            yield f"{op.name}*", written[op.name]
        elif op.name not in _NOT_COMPARED:
            print(f"  {op.name}: no counterpart is written for it yet")


_NOT_COMPARED = ("gumbel_softmax", "rrelu", "sparsemax", "straight_through_hardmax")


def _functions(torch: Any) -> dict[str, Callable[[Any], Any]]:
    F = torch.nn.functional
    same = {
        "relu": F.relu, "relu6": F.relu6, "elu": F.elu, "celu": F.celu, "selu": F.selu, "sigmoid": torch.sigmoid,
        "leaky_relu": F.leaky_relu, "hard_sigmoid": F.hardsigmoid, "log_sigmoid": F.logsigmoid, "tanh": torch.tanh,
        "hard_tanh": F.hardtanh, "tanh_shrink": F.tanhshrink, "soft_sign": F.softsign, "softplus": F.softplus,
        "silu": F.silu, "hard_swish": F.hardswish, "mish": F.mish, "gelu": F.gelu, "hard_shrink": F.hardshrink,
        "soft_shrink": F.softshrink, "exp": torch.exp, "logit": torch.logit,
    }  # fmt: skip
    return {
        **same,
        "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
        "threshold": lambda z: F.threshold(z, 0.1, 0.0),
        "glu": lambda z: F.glu(z, -1),
        "softmax": lambda z: F.softmax(z, -1),
        "log_softmax": lambda z: F.log_softmax(z, -1),
        "softmin": lambda z: F.softmin(z, -1),
        "logsumexp": lambda z: torch.logsumexp(z, tuple(range(z.ndim))),
        "softmax2d": lambda z: F.softmax(z, -3),
        "prelu": lambda z, s: F.prelu(z, s.reshape(1)),
    }


def _formulas(torch: Any) -> dict[str, Callable[..., Any]]:
    F, where = torch.nn.functional, torch.where
    return {
        "quick_gelu": lambda z: z * torch.sigmoid(1.702 * z),
        "swish_beta": lambda z, b: z * torch.sigmoid(b * z),
        "squareplus": lambda z: (z + torch.sqrt(z * z + 4)) / 2,
        "sparse_plus": lambda z: where(z >= 1, z, (torch.clamp(z, -1, 1) + 1) ** 2 / 4),
        "sparse_sigmoid": lambda z: torch.clamp((z + 1) / 2, 0, 1),
        "scaled_tanh": lambda z: 1.7159 * torch.tanh(2 / 3 * z),
        "affine": lambda z: 0.5 * z + 1.0,
        "shrink": lambda z: where(z.abs() <= 0.5, 0.0, z),
        "thresholded_relu": lambda z: where(z > 0.5, z, 0.0),
        "general_relu": lambda z: torch.clamp(F.leaky_relu(z, 0.1), max=3.0),
        "crelu": lambda z: torch.cat([F.relu(z), F.relu(-z)], -1),
        "reglu": lambda z: _gated(F.relu, z),
        "geglu": lambda z: _gated(F.gelu, z),
        "swiglu": lambda z: _gated(F.silu, z),
        "log1mexp": lambda z: where(z < 0.6931471805599453, torch.log(-torch.expm1(-z)), torch.log1p(-torch.exp(-z))),
        "logmeanexp": lambda z: torch.logsumexp(z, tuple(range(z.ndim))) - math.log(z.numel()),
        "straight_through_step": lambda z: (z >= 0).to(z.dtype) + z - z.detach(),
        "straight_through_sign": lambda z: torch.sign(z).detach() + (c := torch.clamp(z, -1, 1)) - c.detach(),
    }  # fmt: skip


def _gated(gate: Callable[[Any], Any], z: Any) -> Any:
    x, y = z.chunk(2, -1)
    return x * gate(y)


def problem(name: str, dtype: Any) -> tuple[Callable[..., Any], list[np.ndarray], np.ndarray]:
    """An activation as a function of its inputs, the inputs, and a cotangent."""
    op, static = ta.ops[name], _STATIC.get(name, {})
    rng = np.random.default_rng(0)
    z = 2 * rng.normal(size=SHAPE)
    z = 1 / (1 + np.exp(-z)) if name == "logit" else np.abs(z) + 0.1 if name == "log1mexp" else z
    z = z.reshape(10, 10, 100, 100) if name == "softmax2d" else z
    inputs = [z.astype(dtype), *(np.asarray(0.7, dtype) for _ in op.inputs[1:])]

    def f(*xs: Any) -> Any:
        return op.call(*xs, **static)

    return f, inputs, rng.normal(size=np.shape(f(*inputs))).astype(dtype)


def pytorch(theirs: Callable[..., Any], inputs: list[np.ndarray], g: np.ndarray, torch: Any) -> Contender:
    """Forward and backward in PyTorch."""
    tensors, seed = [torch.tensor(x, requires_grad=True) for x in inputs], torch.tensor(g)
    return Contender("PyTorch", lambda: torch.autograd.grad(theirs(*tensors), tensors, seed))


def _measure(starred: str, theirs: Callable[..., Any], dtype: Any, torch: Any, effort: Effort) -> Row:
    name = starred.rstrip("*")
    f, inputs, g = problem(name, dtype)

    def step() -> Any:
        _, pullback = ta.vjp(f, *inputs)
        return pullback(g)

    @ta.derivative_form("input")
    def accurate_step() -> Any:
        return step()

    contenders = [
        Contender("ours", step),
        pytorch(theirs, inputs, g, torch),
        *([Contender("accurate", accurate_step)] if "input" in ta.ops[name].forms else []),
    ]
    agree(name, contenders, dtype)
    times = runner.race(contenders, effort, True)
    ratio = statistics.median(t / u for t, u in zip(times["ours"], times["PyTorch"]))
    best = {key: min(row) * 1e3 for key, row in times.items()}
    return Row(starred, np.dtype(dtype).name, best["ours"], best.get("accurate"), best["PyTorch"], ratio)


def agree(name: str, contenders: list[Contender], dtype: Any) -> None:
    """Raises `AssertionError` if a gradient differs by more than rounding: it would be other work."""
    tolerance = 2e-5 if dtype == np.float32 else 1e-6
    results = [[np.asarray(c) for c in contender.step()] for contender in contenders]
    for other in results[1:]:
        for ours, theirs in zip(results[0], other):
            gap = np.max(np.abs(ours - theirs)) / np.max(np.abs(ours))
            assert gap <= tolerance, f"{name}: gradients differ by {gap:.1e} of the largest entry"
