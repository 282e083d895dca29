"""Conventions that a block may change: the form of derivatives, the slope at kinks, a framework's dialect."""

from __future__ import annotations

import math
from typing import Any

from .frames import boundary
from .mode import Change, Switch
from .registry import ops

__all__ = ["DIALECTS", "POLICIES", "at_kink", "derivative_form", "dialect"]

POLICIES = ("left", "right", "mean", "inside", "min_norm", "raise")
"""What `at_kink` takes besides a number."""

DIALECTS = ("torch", "jax", "keras", "tensorflow", "onnx")
"""The frameworks whose defaults and conventions are known."""

_FORMS = ("output", "input", "auto")


class derivative_form(Switch):
    """Inside `with derivative_form("input"):` derivatives are computed in another form.

    - `"output"`: from the output `a` where there is such a form: sigmoid a(1 - a), tanh 1 - a². It
      needs no memory but the output, and loses its digits in the tails, where a rounds to 1.
    - `"input"`: from `z`, accurate to a few units of the last place over the whole range.
    - `"auto"`: as each operation declares; without this switch it is so. The four activations of
      the course use the output, all others the most accurate form there is.

    The form is chosen when the derivative runs: `backward()`, or a function made by `grad`, has to be
    called inside the block. Per task (see `no_grad`); nests; decorates functions. Raises `ValueError` for another name.
    """

    @boundary
    def __init__(self, form: str) -> None:
        if form not in _FORMS:
            raise ValueError(f"derivative_form: {form!r} is no form; write one of {', '.join(_FORMS)}")
        super().__init__(form=form)


class at_kink(Switch):
    """Inside `with at_kink("left"):` derivatives at kinks take another slope than the declared one.

    `policy`: `"left"` or `"right"`, the slope of that side; `"mean"` of both; `"inside"`, the side that
    passes more; `"min_norm"`, the smallest number between the two slopes (of ties: the halves); a
    number, that slope; `"raise"`, a `ValueError` that names the operation. It holds for all elementwise
    operations with a kink, ties of `maximum` and `minimum` included; `at_kink(relu=0.0, abs="right")`
    for some of them. What it does not name stays as the surrounding block has it. (`max` and `min` over
    an axis always share the gradient among ties; `sign`, `floor` and `ceil` pass nothing, and `mod` keeps its slopes.)

    The slope is chosen when the derivative runs: `backward()`, or a function made by `grad`, has to be
    called inside the block. Per task (see `no_grad`); nests; decorates functions.

    Raises `ValueError` for a policy that there is not, `KeyError` for an operation that there is not.
    """

    @boundary
    def __init__(self, policy: str | float | None = None, **per_op: str | float) -> None:
        if policy is None and not per_op:
            raise ValueError('at_kink: say which slope: at_kink("left"), at_kink(0.5), at_kink(relu=0)')
        named = {ops[name].name: _checked(chosen) for name, chosen in per_op.items()}
        self._own = named if policy is None else {"": _checked(policy), **named}
        super().__init__()

    def _change(self) -> Change:
        own = self._own
        return lambda below: {"kinks": own if "" in own else {**below.kinks, **own}}


class dialect(Switch):
    """Inside `with dialect("torch"):` activations have that framework's defaults and slopes at kinks.

    `name`: "torch", "jax", "keras", "tensorflow" or "onnx". It changes default parameters (leaky_relu's
    slope), which function a name means (gelu, exact or by tanh), and the slope at kinks;
    `compare(name)` shows how. Parameters that you give, and an `at_kink` inside the block, still win.
    Run forward and backward inside of the block. Per task (see `no_grad`); nests; decorates functions.

    Raises `ValueError` for a framework that is not known.
    """

    @boundary
    def __init__(self, name: str) -> None:
        if name not in DIALECTS:
            raise ValueError(f"dialect: {name!r} is not known; write one of {', '.join(DIALECTS)}")
        super().__init__(dialect=name, kinks={})


def _checked(policy: Any) -> str | float:
    if isinstance(policy, str) and policy in POLICIES:
        return policy
    number = isinstance(policy, (int, float)) and not isinstance(policy, bool)
    if not number or not math.isfinite(policy):
        raise ValueError(f"at_kink: {policy!r} is no policy; write a finite number or one of {', '.join(POLICIES)}")
    return float(policy)
