"""Against PyTorch and JAX, where they are installed: every operation that they have, kinks included.

Inside `dialect(framework)` values and gradients must be theirs. Which operations are compared, with what their
functions are called, stands in `operations/dialects.py`; below stands only what these take in another way.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.op import REQUIRED
from tinygrad_act.operations.slope import kinks_of

from ..each import each

pytestmark = [pytest.mark.optional, pytest.mark.filterwarnings("default")]  # of theirs

Z = np.linspace(-8.0, 8.0, 161) + 0.0137
RELATIVE, ABSOLUTE = 1e-12, 2e-15
THEIR_ERRORS = {  # what they are off by, absolutely, on these points: cancellation in their formulas
    ("torch", "gelu_tanh"): 1e-14,
    ("jax", "gelu_tanh"): 1e-13,
    ("jax", "gelu"): 1e-13,  # which is gelu_tanh there
    ("torch", "hard_sigmoid"): 1e-8,  # its slope is 1/6 rounded to float32, for float64 as well
}
RANDOM = {"gumbel_softmax"}  # or not a function of its inputs
WITHOUT_PARAMETERS = {
    "torch": {"hard_sigmoid", "log_sigmoid"},
    "jax": {"hard_sigmoid", "hard_tanh", "softplus"},
}
NOTHING_BY_DEFAULT = {"clip"}  # torch.clamp wants a bound


def installed(framework):
    return pytest.importorskip(framework, reason=f"{framework} is not installed: nothing to compare with")


def compared(framework):
    """An operation and static parameters: none, so that defaults are compared, and those of its cases."""
    for op in ta.ops.values():
        if framework not in op.elsewhere or op.name in RANDOM:
            continue
        given = [c.static for c in samples.cases(op)]
        if REQUIRED not in op.defaults.values() and op.name not in NOTHING_BY_DEFAULT:
            given = [{}, *given]
        if op.name in WITHOUT_PARAMETERS[framework]:
            given = [{}]
        unique = [static for i, static in enumerate(given) if static not in given[:i]]
        yield from (pytest.param(op, static, id=f"{op.name}-{i}") for i, static in enumerate(unique))


def arguments(op, static):
    """Points to compare at, as arrays."""
    if not op.elementwise:
        return samples.sample(op, next(c for c in samples.cases(op) if not static or c.static == static))
    if op.domain.keys() & set(op.inputs):
        return samples.sample(op, ta.case(*[(40,)] * len(op.inputs), **static))
    return [np.roll(Z, 50 * i) for i in range(len(op.inputs))]


def on_kinks(op, framework, static):
    """Arguments that lie on each kink, as this framework's defaults place it."""
    if "ties" in op.kinks and op.elementwise:
        yield [np.array([-1.0, 0.0, 2.0])] * 2
    if len(op.inputs) == 1 and op.elementwise:
        defaults = op.elsewhere[framework].defaults
        for kink in kinks_of(op, {**defaults, **static}):
            yield [np.array([kink.at])]
    elif op.kinks and "ties" not in op.kinks:
        yield [np.array([0.0, -0.0]), np.array([0.25, 0.1])]


def ours(op, static, framework, arrays):
    with ta.dialect(framework):
        out, pullback = ta.vjp(lambda *xs: op.call(*xs, **static), *arrays)
        if out.dtype.kind != "f" or not any(op.rules):
            return out, []
        return out, pullback(weights(out.shape))


def weights(shape):
    return np.random.default_rng(0).uniform(0.5, 1.5, shape)


def parameters(op, static, framework):
    """Their arguments after the inputs: none for their own defaults, else all by position."""
    every = {**op.defaults, **op.elsewhere[framework].defaults, **static}
    every.pop("rng", None)
    return tuple(every.values()) if static else ()


def find(start, name):
    return functools.reduce(getattr, name.split("."), start)


def torch_function(op):
    torch = installed("torch")
    functional = torch.nn.functional
    special = {
        "identity": torch.nn.Identity(),
        "gelu_tanh": lambda z: functional.gelu(z, approximate="tanh"),
        "prelu": lambda z, slope: functional.prelu(z[None], slope)[0],
        "step": lambda z: torch.heaviside(z, torch.ones((), dtype=z.dtype)),
        "softmax": lambda z, axis=-1: functional.softmax(z, axis),
        "softmin": lambda z, axis=-1: functional.softmin(z, axis),
        "log_softmax": lambda z, axis=-1: functional.log_softmax(z, axis),
        "logsumexp": lambda z, axis=None, keepdims=False: torch.logsumexp(
            z, tuple(range(z.ndim)) if axis is None else axis, keepdims
        ),
        "softmax2d": torch.nn.Softmax2d(),
        "bce_with_logits": lambda z, y: functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
        "softmax_cross_entropy": lambda z, y, axis=-1: functional.cross_entropy(
            z.movedim(axis, -1), y.movedim(axis, -1), reduction="none"
        ),
    }
    name = op.elsewhere["torch"].name
    return special.get(op.name) or find(torch, name.replace("F.", "nn.functional."))


def by_torch(op, static, arrays):
    torch = installed("torch")
    leaves = [torch.tensor(x, requires_grad=True) for x in arrays]
    out = torch_function(op)(*leaves, *parameters(op, static, "torch"))
    if out.requires_grad and any(op.rules):
        out.backward(torch.tensor(weights(tuple(out.shape))))
    return out.detach().numpy(), [None if x.grad is None else x.grad.numpy() for x in leaves]


def jax_function(op):
    jax = installed("jax")
    special = {
        "step": lambda z: jax.numpy.heaviside(z, 1.0),
        "logsumexp": lambda x, axis=None, keepdims=False: jax.nn.logsumexp(x, axis, keepdims=keepdims),
        "logmeanexp": lambda x, axis=None, keepdims=False: jax.nn.logmeanexp(x, axis, keepdims=keepdims),
    }
    return special.get(op.name) or find(jax, op.elsewhere["jax"].name)


def by_jax(op, static, arrays):
    jax = installed("jax")
    with jax.enable_x64(True):
        given = parameters(op, static, "jax")
        out, pullback = jax.vjp(lambda *xs: jax_function(op)(*xs, *given), *map(jax.numpy.asarray, arrays))
        gradients = pullback(jax.numpy.asarray(weights(out.shape))) if any(op.rules) else []
        return np.asarray(out), [np.asarray(c) for c in gradients]


def agree(found, expected, absolute):
    (out, gradients), (their_out, their_gradients) = found, expected
    np.testing.assert_allclose(out, their_out, rtol=RELATIVE, atol=absolute)
    for c, theirs in zip(gradients, their_gradients):
        np.testing.assert_allclose(c, 0.0 if theirs is None else theirs, rtol=RELATIVE, atol=absolute)


def check(framework, op, static, run):
    absolute = THEIR_ERRORS.get((framework, op.name), ABSOLUTE)
    arrays = arguments(op, static)
    agree(ours(op, static, framework, arrays), run(op, static, arrays), absolute)
    for arrays in on_kinks(op, framework, static):
        _, mine = ours(op, static, framework, arrays)
        for c, theirs in zip(mine, run(op, static, arrays)[1]):
            np.testing.assert_allclose(c, 0.0 if theirs is None else theirs, rtol=4e-16, atol=0, err_msg=f"at {arrays}")


@each(("op", "static"), list(compared("torch")))
def test_torch(op, static):
    check("torch", op, static, by_torch)


@each(("op", "static"), list(compared("jax")))
def test_jax(op, static):
    check("jax", op, static, by_jax)


def test_softplus_has_torchs_step():
    torch = installed("torch")
    z = np.array([19.999, 20.0, math.nextafter(20.0, 30.0), 25.0])
    leaf = torch.tensor(z, requires_grad=True)
    torch.nn.functional.softplus(leaf).sum().backward()
    with ta.dialect("torch"):
        gradient = ta.grad(lambda x: ta.softplus(x).sum())(z)
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), rtol=1e-15)
    assert gradient[2] == 1.0 > gradient[1]
