"""An explanation as LaTeX: symbols, then numbers, then the sum; between arrays, what becomes of the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .notation import array_latex, bracketed, gradient_latex, name_latex, number_latex
from .numerals import shape_text
from .path import Factor, Path
from .shown import middle

if TYPE_CHECKING:
    from .explanation import Explanation

__all__ = ["as_latex"]


def as_latex(explained: Explanation) -> str:
    """An `aligned` block."""
    numbers = all(factor.number is not None for path in explained.paths for factor in path.factors)
    lines = _products(explained) if numbers else _cotangents(explained)
    return "\n".join([r"\begin{aligned}", " \\\\\n".join(lines), r"\end{aligned}"])


def _products(explained: Explanation) -> list[str]:
    """The derivative as a sum of products: of symbols ∂a/∂z, of the rules' formulas, of numbers, and the result."""
    digits = explained.digits
    spellings: tuple[Callable[[Factor], str], ...] = (
        _partial,
        lambda factor: bracketed(factor.latex),
        lambda factor: bracketed(number_latex(factor.number, digits)),
    )
    sums = [[_product(path, spelled) for path in explained.paths] for spelled in spellings]
    more = [r"\cdots"] * (len(explained.paths) < explained.count)
    lines: list[str] = []
    for terms in sums:
        lines += [f"&= {terms[0]}", *(rf"&\quad + {term}" for term in [*terms[1:], *more])]
    if len(explained.paths) > 1 or more:
        products = [array_latex(path.product, digits) for path in explained.paths]
        products = [products[0], *map(bracketed, products[1:])]
        lines.append(f"&= {' + '.join([*products, *more])}")
    return [f"{_derivative(explained)} {lines[0]}", *lines[1:], f"&= {array_latex(explained.total, digits)}"]


def _product(path: Path, spelled: Callable[[Factor], str]) -> str:
    start, left_out, end = middle(path)
    factors = [*map(spelled, start), *[r"\cdots"] * bool(left_out), *map(spelled, end)]
    return r" \cdot ".join(factors) or "1"


def _cotangents(explained: Explanation) -> list[str]:
    """For every path the gradient by each value on it, with a bar, and its shape."""
    lines: list[str] = []
    several = len(explained.paths) > 1
    brought = []
    for number, path in enumerate(explained.paths, 1):
        index = f"^{{({number})}}" if several else ""
        lines.append(f"{gradient_latex(path.names[0])}{index} &= 1")
        start, left_out, end = middle(path)
        for part in (start, [None] * bool(left_out), end):
            lines += [r"&\;\;\vdots" if factor is None else _step(factor, index) for factor in part]
        brought.append(gradient_latex(path.names[-1]) + index)
    more = [r"\cdots"] * (len(explained.paths) < explained.count)
    return [*lines, f"{_derivative(explained)} &= {' + '.join([*brought, *more])}",
            f"&= {array_latex(explained.total, explained.digits)}"]  # fmt: skip


def _step(factor: Factor, index: str) -> str:
    """`W̄ = Xᵀ z̄`"""
    arriving = gradient_latex(factor.of)
    made = factor.latex
    if factor.number is not None:
        made = arriving if factor.latex == "1" else rf"{bracketed(factor.latex)} \cdot {arriving}"
    shape = " && " + shape_text(factor.shape).replace("×", r" \times ") if factor.shape else ""
    return f"{gradient_latex(factor.by)}{index} &= {made.replace(arriving, arriving + index)}{shape}"


def _derivative(explained: Explanation) -> str:
    return _fraction(explained.of, explained.wrt)


def _partial(factor: Factor) -> str:
    return _fraction(factor.of, factor.by)


def _fraction(of: str, by: str) -> str:
    return rf"\frac{{\partial {name_latex(of)}}}{{\partial {name_latex(by)}}}"
