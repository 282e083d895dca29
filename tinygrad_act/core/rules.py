"""Derivative rules: what one may be, and the one way to run one.

Under `@elementwise` a rule is the local derivative ∂a/∂input, a function `f(a, *inputs)` or a number; under `@op` it is
the cotangent of that input, a function `f(g, a, *inputs)`, or a number that the cotangent `g` is multiplied by. A
variadic operation has one rule for all of its inputs, which is told first which of them is meant. `None`: nothing
flows; `unknown`: nobody wrote it. Rules are polymorphic: `a`, `g` and the inputs may be numbers, arrays, nodes,
formulas or whatever else brings an interpreter, and what comes back is of their kind.

Conventions (`derivative_form`, `at_kink`) choose the rule, or put another slope at kinks; see `Op.rule` and
`operations.slope`. Shapes and dtypes of cotangents are repaired by the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from .errors import UnknownDerivative

__all__ = [
    "Rule", "Ruled", "Unknown", "cotangent_by", "in_words", "is_constant", "is_unknown", "run_rule", "scaled",
    "slope_by", "unknown",
]  # fmt: skip

Rule: TypeAlias = Callable[..., Any] | float | None


class Ruled(Protocol):
    """What is asked of an operation here; a saved module has no more of it than that."""

    @property
    def elementwise(self) -> bool:
        """Whether they are local derivatives."""

    @property
    def variadic(self) -> bool:
        """Whether there is one for all inputs."""


class Unknown:
    """`ta.unknown`, in place of a derivative rule: there may be a derivative, but nobody wrote it.

        @ta.op(dx=ta.unknown)
        def median(x):
            '''a = median(x)'''
            return np.median(x)

    `dx=None` would say that nothing flows, and give a silent zero. With this the operation computes,
    and a gradient asked for through this input raises `UnknownDerivative`, a `NotImplementedError`,
    with the names of both: in every mode and order, eager and compiled.
    """

    def __init__(self, op: str = "", input_name: str = "") -> None:
        self._op, self._input = op, input_name

    def of(self, op: str, input_name: str) -> Unknown:
        """The same for one input of one operation."""
        return Unknown(op, input_name)

    def __call__(self, *args: Any, **static: Any) -> Any:
        raise UnknownDerivative(
            f"{self._op}: a gradient was asked for through its input '{self._input}', whose derivative is unknown "
            f"(d{self._input}=ta.unknown); declare the rule, or pass ta.stop_gradient({self._input}) if nothing shall "
            f"flow there"
        )

    def __repr__(self) -> str:
        return "ta.unknown"


unknown = Unknown()
"""In place of a rule that nobody wrote; see `Unknown`."""


def is_constant(rule: Rule) -> bool:
    """Whether it asks for no argument: a number, or None."""
    return rule is None or type(rule) is float


def is_unknown(rule: Rule) -> bool:
    """Whether nobody wrote it: to run it raises `UnknownDerivative`."""
    return isinstance(rule, Unknown)


def in_words(rule: Rule) -> str:
    """What a rule that needs more than a formula says of itself, in the first line of its docstring; else empty."""
    text = None if is_constant(rule) or is_unknown(rule) else rule.__doc__
    return text.strip().split("\n")[0] if text else ""


def slope_by(op: Ruled, rule: Rule, position: int, a: Any, args: Sequence[Any], static: Mapping[str, Any]) -> Any:
    """∂a/∂(input number `position`) as the `rule` of an elementwise `op` has it, whose output at `args` is `a`.

    0.0 where nothing flows. Of the shape of `a`, or one that broadcasts to it; masks may stand for 1 and 0. Raises
    what the rule raises, `UnknownDerivative` among it.
    """
    if type(rule) is float:
        return rule
    if rule is None:
        return 0.0
    return rule(position, a, *args, **static) if op.variadic else rule(a, *args, **static)  # type: ignore[operator]


def cotangent_by(
    op: Ruled, rule: Rule, position: int, g: Any, a: Any, args: Sequence[Any], static: Mapping[str, Any]
) -> Any:
    """The cotangent of input number `position` as the `rule`, not None, of an `op` has it that is not elementwise;
    `g`: the cotangent of its output `a`. Raises what the rule raises."""
    if type(rule) is float:
        return g * rule
    return rule(position, g, a, *args, **static) if op.variadic else rule(g, a, *args, **static)  # type: ignore


def run_rule(
    op: Ruled, rule: Rule, position: Any, g: Any, a: Any, args: Sequence[Any], static: Mapping[str, Any]
) -> Any:
    """What the `rule` itself says, for those who show it: the slope if `op` is elementwise, else the cotangent. The
    `position` may be a formula, too."""
    if op.elementwise:
        return slope_by(op, rule, position, a, args, static)
    return cotangent_by(op, rule, position, g, a, args, static)


def scaled(g: Any, slope: float) -> Any:
    """The cotangent `g` times a slope that is a number, without the product where there is nothing to multiply."""
    return g if slope == 1 else -g if slope == -1 else g * slope
