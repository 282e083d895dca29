"""Steps, through which nothing flows, and straight-through estimators, which hand a gradient on.

An estimator's rule is meant not to be the derivative: training needs a direction where the
derivative is 0 everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from .arithmetic import abs

__all__ = ["step", "stop_gradient", "straight_through_sign", "straight_through_step"]


@elementwise(
    dz=None,
    scalar=lambda z: z,
    label="stop gradient",
)
def stop_gradient(z: Any) -> Any:
    """a = z

    The same numbers, as a constant: nothing flows back.
    """
    return z.view()


def _step(z: float) -> float:
    return 1.0 if z >= 0 else 0.0 if z < 0 else z


def _step_of_array(z: Any) -> Any:
    """np.heaviside(z, 1), several times as fast."""
    return np.minimum(np.sign(z) + 1.0, 1.0)


@elementwise(
    dz=None,
    scalar=_step,
    kinks={0.0: "none"},
    reference="McCulloch and Pitts 1943",
)
def step(z: Any) -> Any:
    """a = heaviside(z, 1)

    1 from 0 on, 0 below: constant on either side of its jump, so nothing flows through it.
    """
    return _step_of_array(z)


@elementwise(dz=1, scalar=_step, estimator=True, label="step, straight through", reference="Bengio et al. 2013")
def straight_through_step(z: Any) -> Any:
    """a = heaviside(z, 1)

    The values of step. Backward, the gradient is handed on as if it were the identity.
    """
    return _step_of_array(z)


@elementwise(
    dz=lambda _, z: abs(z) <= 1,
    scalar=lambda z: 1.0 if z > 0 else -1.0 if z < 0 else z + 0.0,  # z + 0.0: of NaN NaN, of -0.0 0.0
    kinks={-1.0: "inside", 1.0: "inside"},
    estimator=True,
    label="sign, straight through",
    reference="Hubara et al. 2016",
)
def straight_through_sign(z: Any) -> Any:
    """a = sign(z)

    The values of sign, with sign(0) = 0. Backward, the gradient is handed on where z is from -1 to 1,
    as if it were hard_tanh: beyond, a step is saturated.
    """
    return np.sign(z)
