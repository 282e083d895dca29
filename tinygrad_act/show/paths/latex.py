"""An explanation as LaTeX: symbols, then numbers, then the sum; between arrays, what becomes of the gradient."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...formula import name_latex
from ..texts import number_text
from .folding import Gap, Step, fold
from .notation import array_latex, bracketed, gradient_latex
from .numerals import shape_text
from .path import Factor, Path
from .shown import comes_to, numeric
from .sums import Sums

__all__ = ["as_latex"]


def as_latex(explained: Sums) -> str:
    """An `aligned` block."""
    lines = _products(explained) if all(map(numeric, explained.paths)) else _cotangents(explained)
    return "\n".join([r"\begin{aligned}", " \\\\\n".join(lines), r"\end{aligned}"])


def _products(explained: Sums) -> list[str]:
    """The derivative as a sum of products: of symbols ∂a/∂z, of the rules' formulas, of numbers, and the result."""
    digits = explained.digits
    spellings: tuple[tuple[Callable[[Factor], str], str], ...] = (
        (_partial, r"\cdots"),
        (lambda factor: bracketed(factor.latex, is_sum=factor.is_sum), "1"),
        (lambda factor: _signed(factor.number, digits), "1"),
    )
    sums = [[_product(path, spelled, plain) for path in explained.paths] for spelled, plain in spellings]
    more = [r"\cdots"] * (len(explained.paths) < explained.count)
    lines: list[str] = []
    for terms in sums:
        lines += [f"&= {terms[0]}", *(rf"&\quad + {term}" for term in [*terms[1:], *more])]
    if len(explained.paths) > 1 or more:
        first, *others = (path.product for path in explained.paths)
        products = [array_latex(first, digits), *(_signed(product, digits) for product in others)]
        lines.append(f"&= {' + '.join([*products, *more])}")
    equals = "=" if _adds_up(explained) else r"\approx"
    return [f"{_derivative(explained)} {lines[0]}", *lines[1:], f"&{equals} {array_latex(explained.total, digits)}"]


def _adds_up(explained: Sums) -> bool:
    """Whether the numbers above the result, as they are shown, give it; what is not shown does."""
    digits, paths = explained.digits, explained.paths
    steps = [fold(path) for path in paths]
    if len(paths) < explained.count or any(isinstance(step, Gap) and not step.plain for path in steps for step in path):
        return True
    if len(paths) > 1:
        shown = [float(number_text(path.product, digits)) for path in paths]
    else:
        numbers = [float(number_text(step.number, digits)) for step in steps[0] if isinstance(step, Factor)]
        shown = [math.prod(numbers)]
    return comes_to(math.fsum(shown), number_text(explained.total, digits), digits)


def _product(path: Path, spelled: Callable[[Factor], str], plain: str) -> str:
    """The factors of a path; `plain` stands for a run of ones."""
    factors = []
    for step in fold(path):
        factors.append(spelled(step) if isinstance(step, Factor) else plain if step.plain else r"\cdots")
    return r" \cdot ".join(factors) or "1"


def _cotangents(explained: Sums) -> list[str]:
    """For every path the gradient by each value on it, with a bar, and its shape."""
    lines: list[str] = []
    several = len(explained.paths) > 1
    brought = []
    for number, path in enumerate(explained.paths, 1):
        index = f"^{{({number})}}" if several else ""
        lines.append(f"{gradient_latex(path.names[0])}{index} &= 1")
        lines += [_step(step, index) for step in fold(path)]
        brought.append(gradient_latex(path.names[-1]) + index)
    more = [r"\cdots"] * (len(explained.paths) < explained.count)
    return [*lines, f"{_derivative(explained)} &= {' + '.join([*brought, *more])}",
            f"&= {array_latex(explained.total, explained.digits)}"]  # fmt: skip


def _step(factor: Step, index: str) -> str:
    """`W̄ = Xᵀ z̄`; for steps that are shown as one, dots, or what is handed on."""
    if isinstance(factor, Gap):
        first, last = factor.factors[0], factor.factors[-1]
        unchanged = f"{gradient_latex(last.by)}{index} &= {gradient_latex(first.of)}{index}"
        return unchanged if factor.plain else r"&\;\;\vdots"
    arriving = gradient_latex(factor.of) + index
    if factor.number is None:
        made = _filled(factor.around, arriving)
    elif factor.latex == "1":
        made = arriving
    else:
        made = rf"{bracketed(factor.latex, is_sum=factor.is_sum)} \cdot {arriving}"
    shape = " && " + shape_text(factor.shape).replace("×", r" \times ") if factor.shape else ""
    return f"{gradient_latex(factor.by)}{index} &= {made}{shape}"


def _filled(around: Sequence[str], arriving: str) -> str:
    """What becomes of the gradient; one that has an index already is in braces where another follows."""
    first, *rest = around
    return first + "".join((f"{{{arriving}}}" if part.startswith("^") else arriving) + part for part in rest)


def _signed(x: Any, digits: int) -> str:
    """A number or an array that stands behind a sign: in brackets if it is negative."""
    return bracketed(array_latex(x, digits), is_sum=np.ndim(x) == 0 and not x >= 0 and not np.isnan(x))


def _derivative(explained: Sums) -> str:
    return _fraction(explained.of, explained.wrt)


def _partial(factor: Factor) -> str:
    return _fraction(factor.of, factor.by)


def _fraction(of: str, by: str) -> str:
    return rf"\frac{{\partial {name_latex(of)}}}{{\partial {name_latex(by)}}}"
