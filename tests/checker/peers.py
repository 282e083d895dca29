"""What the gradient checkers of PyTorch, JAX and HIPS autograd say of a case, at their defaults."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .case import Case

__all__ = ["PEERS", "verdict"]

_MANY = 2000
"""More entries than this would take PyTorch's default mode minutes; it gets fast_mode=True."""


def verdict(check: Callable[[Case], bool], case: Case) -> str:
    """`passes`, `fails`, or `-` for a case that only our own declarations can express."""
    if case.f is None or case.pullback is None:
        return "-"
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        np.random.seed(0)  # JAX's and HIPS' checks draw directions from it: the table must not change by itself
        try:
            return "passes" if check(case) else "fails"
        except Exception:  # each has its own way of saying no
            return "fails"


def by_torch(case: Case) -> bool:
    import torch

    if case.second is not None:
        return _torch_second(torch, case.second, torch.tensor(case.x, requires_grad=True))

    tensor = lambda a: torch.from_numpy(np.array(a, np.float64))
    planted = _torch_function(
        torch,
        lambda x: tensor(case.f(x.detach().numpy())),
        lambda g, x: tensor(case.pullback(g.numpy(), x.detach().numpy())),
    )
    x = torch.tensor(np.asarray(case.x), dtype=torch.float64, requires_grad=True)
    return bool(torch.autograd.gradcheck(planted, (x,), fast_mode=x.numel() > _MANY))


def by_jax(case: Case) -> bool:
    import jax
    from jax.test_util import check_vjp

    jax.config.update("jax_enable_x64", True)
    if case.second is not None:
        return _jax_second(jax, case.second, case.x)
    f = lambda x: np.asarray(case.f(np.asarray(x)))
    check_vjp(f, lambda x: (f(x), lambda g: (np.asarray(case.pullback(np.asarray(g), np.asarray(x))),)), (case.x,))
    return True


def by_hips(case: Case) -> bool:
    import autograd.numpy as anp
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    if case.second is not None:
        cosine, sine = primitive(np.cos), primitive(np.sin)
        defvjp(cosine, lambda ans, x: lambda g: -g * case.second * anp.sin(x))
        defvjp(sine, lambda ans, x: lambda g: g * cosine(x))
        check_grads(sine, modes=["rev"], order=2)(np.array(case.x))
        return True
    planted = primitive(lambda x: case.f(x))
    defvjp(planted, lambda ans, x: lambda g: case.pullback(g, x))
    check_grads(planted, modes=["rev"], order=1)(np.array(case.x))
    return True


def _torch_second(torch: Any, factor: float, x: Any) -> bool:
    cosine = _torch_function(torch, torch.cos, lambda g, x: -factor * g * torch.sin(x))
    sine = _torch_function(torch, torch.sin, lambda g, x: g * cosine(x))
    return bool(torch.autograd.gradcheck(sine, (x,)) and torch.autograd.gradgradcheck(sine, (x,)))


def _torch_function(torch: Any, f: Callable[[Any], Any], pullback: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """A function of tensors with a backward of its own."""

    class Planted(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return f(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return pullback(g, ctx.saved_tensors[0])

    apply: Callable[[Any], Any] = Planted.apply
    return apply


def _jax_second(jax: Any, factor: float, x: Any) -> bool:
    from jax.test_util import check_grads

    cosine, sine = jax.custom_jvp(jax.numpy.cos), jax.custom_jvp(jax.numpy.sin)
    cosine.defjvps(lambda t, ans, x: -factor * jax.numpy.sin(x) * t)
    sine.defjvps(lambda t, ans, x: cosine(x) * t)
    check_grads(sine, (x,), order=2, modes=["rev"])
    return True


PEERS = {"PyTorch": ("torch", by_torch), "JAX": ("jax", by_jax), "HIPS autograd": ("autograd", by_hips)}
