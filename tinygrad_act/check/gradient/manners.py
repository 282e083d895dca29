"""What a gradient check presupposes of a function: it repeats itself, and leaves its arguments alone.

And what it finds besides: the gradient in float32, and whether forward and reverse mode agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.trees import flatten, leaves_with_paths
from ...engine.transforms import pullback_of, vjp
from ...engine.value import Value
from .problem import Problem, WrongShape, name_of, plain
from .report import Note
from .verdict import AGREES, UNSURE, WRONG

__all__ = ["forward_against_reverse", "in_float32", "manners", "wants_float32"]

_EPS32 = float(np.finfo(np.float32).eps)


def manners(problem: Problem) -> list[Note]:
    """Notes about a function that changes its arguments or gives another result the second time."""
    changed = _changed_arguments(problem)
    if changed:
        text = f"the function changed {changed} in place; work on a copy, so that it can be called again"
        return [Note(UNSURE, text)]
    before = np.random.get_state()
    first, second = problem.value(problem.leaves), problem.value(problem.leaves)
    if np.array_equal(first, second, equal_nan=True):
        return []
    np.random.set_state(before)
    again = problem.value(problem.leaves)
    same = np.array_equal(first, again, equal_nan=True)
    why = "it draws from NumPy's global random state" if same else "it keeps state"
    text = (
        f"the function is not deterministic: two calls with the same arguments gave {_short(first)} and "
        f"{_short(second)} ({why}); make its generator inside it, from a seed"
    )
    return [Note(UNSURE, text)]


def _changed_arguments(problem: Problem) -> str:
    """The name of an argument that a call changes, or ""."""
    given = [leaf.copy() if problem.by_hand else Value(leaf, requires_grad=False) for leaf in problem.leaves]
    given = [g.item() if isinstance(g, np.ndarray) and g.ndim == 0 else g for g in given]
    arguments = problem.arguments(given)
    problem.f(*arguments)
    if [path for path, _ in leaves_with_paths(arguments)] != problem.paths:
        return "the structure of its arguments"
    for path, leaf, now in zip(problem.paths, problem.leaves, flatten(arguments)):
        if not np.array_equal(leaf, plain(now)):
            return name_of(path)
    return ""


def _short(out: np.ndarray) -> str:
    return f"{out.reshape(-1)[0]:.9g}" if out.size == 1 else f"{np.array2string(out.ravel()[:3], precision=6)}..."


def forward_against_reverse(
    problem: Problem, weights: np.ndarray, analytic: list[np.ndarray], rng: np.random.Generator
) -> list[Note]:
    """<w, J t> by forward mode against <J^T w, t> by reverse mode, for a random tangent t.

    Forward mode is the transpose of the pullback, so the two part if a rule is not linear in its
    cotangent. A rule that is not made of operations has no transpose: then there is no note.
    """
    tangents = [rng.normal(size=leaf.shape) for leaf in problem.leaves]

    def along(g: Any) -> Any:
        _, pullback = pullback_of("gradcheck", problem.f, tuple(problem.arguments(problem.leaves)), warn=False)
        return sum(((t * c).sum() for t, c in zip(tangents, flatten(list(pullback(g))))), start=0.0 * g.sum())

    try:
        _, transposed = vjp(along, weights)
        (forward,) = transposed(1.0)
    except Exception:  # a rule in plain NumPy cannot be differentiated; its first order is checked all the same
        return []
    terms = [np.sum(t * c) for t, c in zip(tangents, analytic)]
    gap = abs(float(np.sum(weights * forward)) - float(np.sum(terms)))
    size = sum(float(np.sum(np.abs(t * c))) for t, c in zip(tangents, analytic)) + float(np.sum(np.abs(weights)))
    if not gap > 1e-6 * size or not np.any(forward):
        return []
    return [Note(UNSURE, f"forward and reverse mode differ by {gap:.3g}: a rule is not linear in its cotangent g")]


def in_float32(problem: Problem, weights: np.ndarray, reference: list[np.ndarray]) -> list[Note]:
    """The gradient computed in float32 against the one in float64, entry by entry, within what rounding
    the arguments to float32, and every step after that, may do to it."""
    single = Problem(problem.f, tuple(problem.args), problem.gradient, problem.jacobian, np.float32)
    rounded = [leaf.astype(np.float64) for leaf in single.leaves]
    try:
        found = single.pull(weights)
    except WrongShape as wrong:
        return [Note(WRONG, f"float32: {wrong}")]
    worst = (0.0, "")
    entries = sum(leaf.size for leaf in rounded)
    size = float(np.sum(np.abs(weights * problem.value(rounded)))) / max(entries, weights.size, 1)
    bounds = _rounding_bounds(problem, weights, reference, rounded, size)
    for path, bound, exact, c in zip(problem.paths, bounds, reference, found):
        gap = np.abs(c - exact)
        ratio = np.where(np.isfinite(gap), gap / bound, np.inf)
        if ratio.size and ratio.max() > worst[0]:
            index = tuple(int(i) for i in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
            where = f"{name_of(path, index)}: {c[index]:.9g} against {exact[index]:.9g} in float64"
            worst = (float(ratio.max()), where)
    if worst[0] <= 1:
        return [Note(AGREES, f"float32: agrees within its own rounding (at most {worst[0]:.2g} of the bound)")]
    return [Note(WRONG, f"float32: WRONG by {worst[0]:.3g} times its rounding bound, {worst[1]}")]


def _rounding_bounds(
    problem: Problem, weights: np.ndarray, reference: list[np.ndarray], rounded: list[np.ndarray], size: float
) -> list[np.ndarray]:
    """Per entry: what the gradient moves by when the arguments move by a few ulp, and some ulp of the
    gradient, of the largest one of its argument and of an entry's share in the output, `size`."""
    rng = np.random.default_rng(0)
    moved = [np.zeros(leaf.shape) for leaf in rounded]
    for _ in range(4):
        leaves = [leaf * (1 + _EPS32 * rng.choice((-2.0, 2.0), leaf.shape)) for leaf in rounded]
        nudged = Problem(problem.f, tuple(problem.arguments(leaves)), problem.gradient, problem.jacobian)
        moved = [np.maximum(m, np.abs(c - exact)) for m, c, exact in zip(moved, nudged.pull(weights), reference)]
    bounds = []
    for leaf, m, exact in zip(rounded, moved, reference):
        top = float(np.max(np.abs(exact), initial=0.0))
        unit = size / max(1.0, float(np.max(np.abs(leaf), initial=0.0)))
        bounds.append(4 * m + 16 * _EPS32 * (np.abs(exact) + top + unit) + 1e-45)
    return bounds


def wants_float32(args: Any) -> bool:
    """Whether an argument is given in float32."""
    return any(getattr(plain(leaf), "dtype", None) == np.float32 for leaf in flatten(list(args)))
