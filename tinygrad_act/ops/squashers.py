"""Activations that squash: sigmoid's and tanh's relatives. (sigmoid stands in `activations.py`.)"""

from __future__ import annotations

from typing import Any

from ..dispatch import elementwise
from ..op import case
from .arithmetic import abs, clip, minimum, where
from .elementary import exp, expm1, log, log1p, square, tanh
from .special import horner

__all__ = [
    "hard_sigmoid", "hard_tanh", "log_sigmoid", "logit", "scaled_tanh", "soft_sign", "sparse_sigmoid", "tanh_shrink",
]  # fmt: skip


@elementwise(dz=lambda a, _: -expm1(a), label="log σ")
def log_sigmoid(z: Any) -> Any:
    """a = -log(1 + exp(-z))

    Its derivative, sigmoid(-z), is accurate from the output alone.
    """
    return minimum(z, 0.0) - log1p(exp(-abs(z)))


@elementwise(dz=lambda _, z: 1 / (z * (1 - z)), domain=(0.0, 1.0))
def logit(z: Any) -> Any:
    """a = log(z / (1 - z))

    The inverse of sigmoid, for z between 0 and 1.
    """
    return log(z) - log1p(-z)


@elementwise(
    dz=lambda _, z: where(abs(z) <= 3, 1 / 6, 0.0), kinks={-3.0: "inside", 3.0: "inside"}, label="hard sigmoid"
)
def hard_sigmoid(z: Any) -> Any:
    """a = clip(z / 6 + 0.5, 0, 1)

    The slope is 1/6 at its kinks, -3 and 3. PyTorch's and JAX's; ONNX has z / 5 + 0.5.
    """
    return clip(z / 6 + 0.5, min=0.0, max=1.0)


@elementwise(dz=lambda _, z: where(abs(z) <= 1, 0.5, 0.0), kinks={-1.0: "inside", 1.0: "inside"})
def sparse_sigmoid(z: Any) -> Any:
    """a = clip((z + 1) / 2, 0, 1)

    The slope of sparse_plus; 1/2 at its kinks, -1 and 1.
    """
    return clip((z + 1) / 2, min=0.0, max=1.0)


@elementwise(dz=lambda a, z: a == z, kinks={-1.0: "inside", 1.0: "inside"}, label="hard tanh")
def hard_tanh(z: Any) -> Any:
    """a = clip(z, -1, 1)

    The slope is 1 at its kinks, -1 and 1, as JAX has it; PyTorch says 0.
    """
    return clip(z, min=-1.0, max=1.0)


@elementwise(
    dz=lambda a, _, *, alpha, beta: beta * (alpha - a * a / alpha),
    cases=(case((2, 3), alpha=1.7159, beta=2 / 3), case(())),
)
def scaled_tanh(z: Any, *, alpha: float = 1.0, beta: float = 1.0) -> Any:
    """a = alpha * tanh(beta * z)

    LeCun's choice is alpha=1.7159, beta=2/3 (Efficient BackProp, 1998).
    """
    return alpha * tanh(beta * z)


_LARGE = 3e38
"""As good as infinity, and finite in float32 as well: inf / inf is not computed."""


@elementwise(dz=lambda _, z: 1 / square(1 + abs(z)))
def soft_sign(z: Any) -> Any:
    """a = z / (1 + absolute(z))

    The slope is continuous; its own slope jumps at 0 from 2 to -2. Bergstra et al. 2009.
    """
    x = clip(z, min=-_LARGE, max=_LARGE)
    return x / (1 + abs(x))


# (z - tanh(z)) / z**3 as P(z*z) / Q(z*z) for |z| < 1.25, relative error 1.8e-16; all coefficients are
# positive, so that Horner's rule cancels nothing.
_SHRINK_END = 1.25
_SHRINK_P = [
    0.3333333333333332722736003, 0.0213968008232194371920175, 0.0002426635249135108479582817,
    1.702457590343654590368462e-8,
]  # fmt: skip
_SHRINK_Q = [
    1.0, 0.4641904024696467360289376, 0.02449938965796043352600544, 0.0002536359545441296931076601,
]  # fmt: skip


@elementwise(dz=lambda _, z: square(tanh(z)), label="tanh shrink")
def tanh_shrink(z: Any) -> Any:
    """a = z - tanh(z)

    Near 0, where that cancels, by a quotient of polynomials; within 4 ulp in float64.
    """
    near = clip(z, min=-_SHRINK_END, max=_SHRINK_END)
    s = near * near
    return where(abs(z) < _SHRINK_END, near * s * (horner(_SHRINK_P, s) / horner(_SHRINK_Q, s)), z - tanh(z))
