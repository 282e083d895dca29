"""A small autograd framework around activation functions.

Written by `python -m tinygrad_act stubs` from the declarations of the operations: change those.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias, overload

import numpy as np

from . import testing as testing
from ._version import __version__ as __version__
from .check.activation import activation as activation
from .check.gradient import Report as Report
from .check.gradient import gradcheck as gradcheck
from .compiler import Program as Program
from .compiler import compile as compile
from .core.conventions import at_kink as at_kink
from .core.conventions import derivative_form as derivative_form
from .core.conventions import dialect as dialect
from .core.dispatch import elementwise as elementwise
from .core.dispatch import op as op
from .core.facts import case as case
from .core.facts import theirs as theirs
from .core.mode import debug as debug
from .core.mode import no_grad as no_grad
from .core.mode import scope as scope
from .core.op import Op as Op
from .core.registry import ops as ops
from .core.rules import unknown as unknown
from .engine.derivatives import hessian as hessian
from .engine.derivatives import hvp as hvp
from .engine.derivatives import jacobian as jacobian
from .engine.numpy_names import implements as implements
from .engine.transforms import grad as grad
from .engine.transforms import value_and_grad as value_and_grad
from .engine.transforms import vjp as vjp
from .engine.value import Value as Value
from .operations.attributes import ndim as ndim
from .operations.attributes import ravel as ravel
from .operations.attributes import shape as shape
from .operations.attributes import size as size
from .show.cards import Card as Card
from .show.cards import Catalogue as Catalogue
from .show.cards import Comparison as Comparison
from .show.cards import card as card
from .show.cards import catalogue as catalogue
from .show.cards import compare as compare
from .show.cards import derivative as derivative
from .show.cards import plot as plot
from .show.cards import preactivations as preactivations
from .show.cards import sheet as sheet
from .show.graph import Drawing as Drawing
from .show.graph import draw as draw
from .show.paths import Explanation as Explanation
from .show.paths import explain as explain

__all__ = [
    "Card", "Catalogue", "Comparison", "Drawing", "Explanation", "Op", "Program", "Report", "Value", "__version__",
    "activation", "add", "affine", "allclose", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh",
    "argmax", "argmin", "argsort", "array_equal", "array_equiv", "astype", "at_kink", "bce_with_logits",
    "broadcast_to", "card", "case", "catalogue", "ceil", "celu", "clip", "compare", "concatenate", "copy", "cos",
    "cosh", "count_nonzero", "crelu", "cumsum", "debug", "derivative", "derivative_form", "dialect", "div", "dot",
    "draw", "einsum", "elementwise", "elu", "equal", "erf", "exp", "exp2", "expand_dims", "explain", "expm1",
    "flat_index", "flip", "floor", "floor_divide", "fmod", "full_like", "geglu", "gelu", "gelu_tanh",
    "general_relu", "getitem", "glu", "grad", "gradcheck", "greater", "greater_equal", "gumbel_softmax",
    "hard_shrink", "hard_sigmoid", "hard_swish", "hard_tanh", "hardmax", "heaviside", "hessian", "hvp", "identity",
    "implements", "isclose", "isfinite", "isin", "isinf", "isnan", "jacobian", "leaky_relu", "less", "less_equal",
    "log", "log10", "log1mexp", "log1p", "log2", "log_sigmoid", "log_softmax", "logical_and", "logical_not",
    "logical_or", "logit", "logmeanexp", "logsumexp", "matmul", "maximum", "mean", "minimum", "mish", "mod",
    "moveaxis", "mul", "ndim", "neg", "no_grad", "normal_cdf", "normal_pdf", "not_equal", "one_hot", "ones_like",
    "op", "ops", "outer", "pad", "plot", "positive", "preactivations", "prelu", "prod", "put_add", "quick_gelu",
    "ravel", "reciprocal", "reglu", "relu", "relu6", "repeat", "reshape", "roll", "rrelu", "scaled_tanh",
    "scatter_add", "scope", "searchsorted", "selu", "shape", "sheet", "shrink", "sigmoid", "sign", "signbit",
    "silu", "sin", "sinh", "size", "soft_shrink", "soft_sign", "softmax", "softmax2d", "softmax_cross_entropy",
    "softmin", "softplus", "sparse_plus", "sparse_sigmoid", "sparsemax", "sqrt", "square", "squareplus", "squeeze",
    "stack", "std", "step", "stop_gradient", "straight_through_hardmax", "straight_through_sign",
    "straight_through_step", "sub", "swapaxes", "swiglu", "swish_beta", "take_axis", "tan", "tanh", "tanh_shrink",
    "tensordot", "testing", "theirs", "threshold", "thresholded_relu", "tile", "transpose", "trunc", "unknown",
    "value_and_grad", "var", "vjp", "where", "zeros_like"
]

_Array: TypeAlias = np.ndarray[Any, Any]
_Number: TypeAlias = float | np.generic
_Plain: TypeAlias = _Array | _Number | list[Any] | tuple[Any, ...] | range
_Operand: TypeAlias = Value | _Plain

@overload
def add(x: Value, y: _Operand) -> Value:
    """a = x + y"""

@overload
def add(x: _Plain, y: Value) -> Value: ...
@overload
def add(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def add(x: _Number, y: _Array) -> _Array: ...
@overload
def add(x: float, y: float) -> float: ...
@overload
def add(x: _Plain, y: _Plain) -> Any: ...

@overload
def sub(x: Value, y: _Operand) -> Value:
    """a = x - y"""

@overload
def sub(x: _Plain, y: Value) -> Value: ...
@overload
def sub(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def sub(x: _Number, y: _Array) -> _Array: ...
@overload
def sub(x: float, y: float) -> float: ...
@overload
def sub(x: _Plain, y: _Plain) -> Any: ...

@overload
def mul(x: Value, y: _Operand) -> Value:
    """a = x * y"""

@overload
def mul(x: _Plain, y: Value) -> Value: ...
@overload
def mul(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def mul(x: _Number, y: _Array) -> _Array: ...
@overload
def mul(x: float, y: float) -> float: ...
@overload
def mul(x: _Plain, y: _Plain) -> Any: ...

@overload
def div(x: Value, y: _Operand) -> Value:
    """a = x / y"""

@overload
def div(x: _Plain, y: Value) -> Value: ...
@overload
def div(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def div(x: _Number, y: _Array) -> _Array: ...
@overload
def div(x: float, y: float) -> float: ...
@overload
def div(x: _Plain, y: _Plain) -> Any: ...

@overload
def neg(x: Value) -> Value:
    """a = -x"""

@overload
def neg(x: _Array) -> _Array: ...
@overload
def neg(x: float) -> float: ...
@overload
def neg(x: _Plain) -> Any: ...

@overload
def abs(x: Value) -> Value:
    """a = absolute(x)

    The slope at 0 is 0, the mean of -1 and 1.
    """

@overload
def abs(x: _Array) -> _Array: ...
@overload
def abs(x: float) -> float: ...
@overload
def abs(x: _Plain) -> Any: ...

@overload
def sign(x: Value) -> Value:
    """a = sign(x)

    Constant on either side of its jump at 0, so nothing flows through it.
    """

@overload
def sign(x: _Array) -> _Array: ...
@overload
def sign(x: float) -> float: ...
@overload
def sign(x: _Plain) -> Any: ...

@overload
def maximum(x: Value, y: _Operand) -> Value:
    """a = maximum(x, y)

    Ties share the gradient equally: half to each. NaN in either gives NaN.
    """

@overload
def maximum(x: _Plain, y: Value) -> Value: ...
@overload
def maximum(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def maximum(x: _Number, y: _Array) -> _Array: ...
@overload
def maximum(x: float, y: float) -> float: ...
@overload
def maximum(x: _Plain, y: _Plain) -> Any: ...

@overload
def minimum(x: Value, y: _Operand) -> Value:
    """a = minimum(x, y)

    Ties share the gradient equally: half to each. NaN in either gives NaN.
    """

@overload
def minimum(x: _Plain, y: Value) -> Value: ...
@overload
def minimum(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def minimum(x: _Number, y: _Array) -> _Array: ...
@overload
def minimum(x: float, y: float) -> float: ...
@overload
def minimum(x: _Plain, y: _Plain) -> Any: ...

@overload
def clip(x: Value, min: float | _Array | None = None, max: float | _Array | None = None) -> Value:
    """a = clip(x, min, max)

    The slope is 1 from min to max, both included, so that clip(z, min=0) is relu; 0 outside.
    """

@overload
def clip(x: _Array, min: float | _Array | None = None, max: float | _Array | None = None) -> _Array: ...
@overload
def clip(x: float, min: float | _Array | None = None, max: float | _Array | None = None) -> float: ...
@overload
def clip(x: _Plain, min: float | _Array | None = None, max: float | _Array | None = None) -> Any: ...

@overload
def where(condition: Value, x: _Operand, y: _Operand) -> Value:
    """a = where(condition, x, y)

    The branch that is not taken gets a gradient of exactly 0, even where its value is NaN.
    """

@overload
def where(condition: _Plain, x: Value, y: _Operand) -> Value: ...
@overload
def where(condition: _Plain, x: _Plain, y: Value) -> Value: ...
@overload
def where(condition: _Array, x: _Array | _Number, y: _Array | _Number) -> _Array: ...
@overload
def where(condition: _Number, x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def where(condition: _Number, x: _Number, y: _Array) -> _Array: ...
@overload
def where(condition: float, x: float, y: float) -> float: ...
@overload
def where(condition: _Plain, x: _Plain, y: _Plain) -> Any: ...

@overload
def exp(z: Value) -> Value:
    """a = exp(z)"""

@overload
def exp(z: _Array) -> _Array: ...
@overload
def exp(z: float) -> float: ...
@overload
def exp(z: _Plain) -> Any: ...

@overload
def expm1(z: Value) -> Value:
    """a = expm1(z)

    exp(z) - 1 without loss of digits near 0; its slope is taken from z, since a + 1 loses them again.
    """

@overload
def expm1(z: _Array) -> _Array: ...
@overload
def expm1(z: float) -> float: ...
@overload
def expm1(z: _Plain) -> Any: ...

@overload
def exp2(z: Value) -> Value:
    """a = 2 ** z"""

@overload
def exp2(z: _Array) -> _Array: ...
@overload
def exp2(z: float) -> float: ...
@overload
def exp2(z: _Plain) -> Any: ...

@overload
def log(z: Value) -> Value:
    """a = log(z)

    At 0 it is -inf with slope inf; below, NaN.
    """

@overload
def log(z: _Array) -> _Array: ...
@overload
def log(z: float) -> float: ...
@overload
def log(z: _Plain) -> Any: ...

@overload
def log1p(z: Value) -> Value:
    """a = log1p(z)"""

@overload
def log1p(z: _Array) -> _Array: ...
@overload
def log1p(z: float) -> float: ...
@overload
def log1p(z: _Plain) -> Any: ...

@overload
def log2(z: Value) -> Value:
    """a = log2(z)"""

@overload
def log2(z: _Array) -> _Array: ...
@overload
def log2(z: float) -> float: ...
@overload
def log2(z: _Plain) -> Any: ...

@overload
def log10(z: Value) -> Value:
    """a = log10(z)"""

@overload
def log10(z: _Array) -> _Array: ...
@overload
def log10(z: float) -> float: ...
@overload
def log10(z: _Plain) -> Any: ...

@overload
def sqrt(z: Value) -> Value:
    """a = z ** 0.5

    The slope at 0 is inf; below, value and slope are NaN.
    """

@overload
def sqrt(z: _Array) -> _Array: ...
@overload
def sqrt(z: float) -> float: ...
@overload
def sqrt(z: _Plain) -> Any: ...

@overload
def square(z: Value) -> Value:
    """a = z ** 2"""

@overload
def square(z: _Array) -> _Array: ...
@overload
def square(z: float) -> float: ...
@overload
def square(z: _Plain) -> Any: ...

@overload
def reciprocal(z: Value) -> Value:
    """a = 1 / z"""

@overload
def reciprocal(z: _Array) -> _Array: ...
@overload
def reciprocal(z: float) -> float: ...
@overload
def reciprocal(z: _Plain) -> Any: ...

@overload
def sin(z: Value) -> Value:
    """a = sin(z)"""

@overload
def sin(z: _Array) -> _Array: ...
@overload
def sin(z: float) -> float: ...
@overload
def sin(z: _Plain) -> Any: ...

@overload
def cos(z: Value) -> Value:
    """a = cos(z)"""

@overload
def cos(z: _Array) -> _Array: ...
@overload
def cos(z: float) -> float: ...
@overload
def cos(z: _Plain) -> Any: ...

@overload
def tan(z: Value) -> Value:
    """a = sin(z) / cos(z)"""

@overload
def tan(z: _Array) -> _Array: ...
@overload
def tan(z: float) -> float: ...
@overload
def tan(z: _Plain) -> Any: ...

@overload
def arcsin(z: Value) -> Value:
    """a = arcsin(z)"""

@overload
def arcsin(z: _Array) -> _Array: ...
@overload
def arcsin(z: float) -> float: ...
@overload
def arcsin(z: _Plain) -> Any: ...

@overload
def arccos(z: Value) -> Value:
    """a = arccos(z)"""

@overload
def arccos(z: _Array) -> _Array: ...
@overload
def arccos(z: float) -> float: ...
@overload
def arccos(z: _Plain) -> Any: ...

@overload
def arctan(z: Value) -> Value:
    """a = arctan(z)"""

@overload
def arctan(z: _Array) -> _Array: ...
@overload
def arctan(z: float) -> float: ...
@overload
def arctan(z: _Plain) -> Any: ...

@overload
def sinh(z: Value) -> Value:
    """a = (exp(z) - exp(-z)) / 2"""

@overload
def sinh(z: _Array) -> _Array: ...
@overload
def sinh(z: float) -> float: ...
@overload
def sinh(z: _Plain) -> Any: ...

@overload
def cosh(z: Value) -> Value:
    """a = (exp(z) + exp(-z)) / 2"""

@overload
def cosh(z: _Array) -> _Array: ...
@overload
def cosh(z: float) -> float: ...
@overload
def cosh(z: _Plain) -> Any: ...

@overload
def tanh(z: Value) -> Value:
    """a = (exp(2 * z) - 1) / (exp(2 * z) + 1)"""

@overload
def tanh(z: _Array) -> _Array: ...
@overload
def tanh(z: float) -> float: ...
@overload
def tanh(z: _Plain) -> Any: ...

@overload
def arcsinh(z: Value) -> Value:
    """a = log(z + sqrt(z ** 2 + 1))"""

@overload
def arcsinh(z: _Array) -> _Array: ...
@overload
def arcsinh(z: float) -> float: ...
@overload
def arcsinh(z: _Plain) -> Any: ...

@overload
def arccosh(z: Value) -> Value:
    """a = log(z + sqrt(z ** 2 - 1))"""

@overload
def arccosh(z: _Array) -> _Array: ...
@overload
def arccosh(z: float) -> float: ...
@overload
def arccosh(z: _Plain) -> Any: ...

@overload
def arctanh(z: Value) -> Value:
    """a = log((1 + z) / (1 - z)) / 2"""

@overload
def arctanh(z: _Array) -> _Array: ...
@overload
def arctanh(z: float) -> float: ...
@overload
def arctanh(z: _Plain) -> Any: ...

@overload
def floor(z: Value) -> Value:
    """a = floor(z)

    Constant between its jumps at the integers, so nothing flows through it.
    """

@overload
def floor(z: _Array) -> _Array: ...
@overload
def floor(z: float) -> float: ...
@overload
def floor(z: _Plain) -> Any: ...

@overload
def ceil(z: Value) -> Value:
    """a = ceil(z)

    Constant between its jumps at the integers, so nothing flows through it.
    """

@overload
def ceil(z: _Array) -> _Array: ...
@overload
def ceil(z: float) -> float: ...
@overload
def ceil(z: _Plain) -> Any: ...

@overload
def erf(z: Value) -> Value:
    """a = erf(z)

    2/sqrt(pi) times the integral of exp(-t*t) from 0 to z: Taylor's series near 0, the Mills ratio
    elsewhere. Python floats use `math.erf`.
    """

@overload
def erf(z: _Array) -> _Array: ...
@overload
def erf(z: float) -> float: ...
@overload
def erf(z: _Plain) -> Any: ...

@overload
def normal_pdf(z: Value) -> Value:
    """a = exp(-z * z / 2) / sqrt(2 * pi)

    The density of a standard normal number.
    """

@overload
def normal_pdf(z: _Array) -> _Array: ...
@overload
def normal_pdf(z: float) -> float: ...
@overload
def normal_pdf(z: _Plain) -> Any: ...

@overload
def normal_cdf(z: Value) -> Value:
    """a = (1 + erf(z / sqrt(2))) / 2

    The probability that a standard normal number is below z: by the Mills ratio in the left tail,
    where the formula cancels.
    """

@overload
def normal_cdf(z: _Array) -> _Array: ...
@overload
def normal_cdf(z: float) -> float: ...
@overload
def normal_cdf(z: _Plain) -> Any: ...

@overload
def identity(z: Value) -> Value:
    """a = z"""

@overload
def identity(z: _Array) -> _Array: ...
@overload
def identity(z: float) -> float: ...
@overload
def identity(z: _Plain) -> Any: ...

@overload
def sigmoid(z: Value) -> Value:
    """a = 1 / (1 + exp(-z))"""

@overload
def sigmoid(z: _Array) -> _Array: ...
@overload
def sigmoid(z: float) -> float: ...
@overload
def sigmoid(z: _Plain) -> Any: ...

@overload
def relu(z: Value) -> Value:
    """a = maximum(z, 0)

    The slope at z = 0 is 1, the right one: other frameworks say 0. relu(NaN) is NaN.
    """

@overload
def relu(z: _Array) -> _Array: ...
@overload
def relu(z: float) -> float: ...
@overload
def relu(z: _Plain) -> Any: ...

@overload
def leaky_relu(z: Value, slope: float = 0.01) -> Value:
    """a = maximum(z, 0) + slope * minimum(z, 0)

    The slope at z = 0 is 1, the right one.
    """

@overload
def leaky_relu(z: _Array, slope: float = 0.01) -> _Array: ...
@overload
def leaky_relu(z: float, slope: float = 0.01) -> float: ...
@overload
def leaky_relu(z: _Plain, slope: float = 0.01) -> Any: ...

@overload
def softplus(z: Value, beta: float = 1.0, threshold: float = ...) -> Value:
    """a = where(beta * z > threshold, z, log(1 + exp(beta * z)) / beta)

    Its derivative, sigmoid(beta * z), is accurate from the output alone. It overflows nowhere, so
    the threshold, from which on it is the identity, is infinite; PyTorch's is 20 and a small jump.
    """

@overload
def softplus(z: _Array, beta: float = 1.0, threshold: float = ...) -> _Array: ...
@overload
def softplus(z: float, beta: float = 1.0, threshold: float = ...) -> float: ...
@overload
def softplus(z: _Plain, beta: float = 1.0, threshold: float = ...) -> Any: ...

@overload
def less(x: Value, y: _Operand) -> Value:
    """a = x < y"""

@overload
def less(x: _Plain, y: Value) -> Value: ...
@overload
def less(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def less(x: _Number, y: _Array) -> _Array: ...
@overload
def less(x: float, y: float) -> bool: ...
@overload
def less(x: _Plain, y: _Plain) -> Any: ...

@overload
def less_equal(x: Value, y: _Operand) -> Value:
    """a = x <= y"""

@overload
def less_equal(x: _Plain, y: Value) -> Value: ...
@overload
def less_equal(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def less_equal(x: _Number, y: _Array) -> _Array: ...
@overload
def less_equal(x: float, y: float) -> bool: ...
@overload
def less_equal(x: _Plain, y: _Plain) -> Any: ...

@overload
def greater(x: Value, y: _Operand) -> Value:
    """a = x > y"""

@overload
def greater(x: _Plain, y: Value) -> Value: ...
@overload
def greater(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def greater(x: _Number, y: _Array) -> _Array: ...
@overload
def greater(x: float, y: float) -> bool: ...
@overload
def greater(x: _Plain, y: _Plain) -> Any: ...

@overload
def greater_equal(x: Value, y: _Operand) -> Value:
    """a = x >= y"""

@overload
def greater_equal(x: _Plain, y: Value) -> Value: ...
@overload
def greater_equal(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def greater_equal(x: _Number, y: _Array) -> _Array: ...
@overload
def greater_equal(x: float, y: float) -> bool: ...
@overload
def greater_equal(x: _Plain, y: _Plain) -> Any: ...

@overload
def equal(x: Value, y: _Operand) -> Value:
    """a = x == y"""

@overload
def equal(x: _Plain, y: Value) -> Value: ...
@overload
def equal(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def equal(x: _Number, y: _Array) -> _Array: ...
@overload
def equal(x: float, y: float) -> bool: ...
@overload
def equal(x: _Plain, y: _Plain) -> Any: ...

@overload
def not_equal(x: Value, y: _Operand) -> Value:
    """a = x != y"""

@overload
def not_equal(x: _Plain, y: Value) -> Value: ...
@overload
def not_equal(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def not_equal(x: _Number, y: _Array) -> _Array: ...
@overload
def not_equal(x: float, y: float) -> bool: ...
@overload
def not_equal(x: _Plain, y: _Plain) -> Any: ...

@overload
def logical_and(x: Value, y: _Operand) -> Value:
    """a = logical_and(x, y)"""

@overload
def logical_and(x: _Plain, y: Value) -> Value: ...
@overload
def logical_and(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def logical_and(x: _Number, y: _Array) -> _Array: ...
@overload
def logical_and(x: float, y: float) -> bool: ...
@overload
def logical_and(x: _Plain, y: _Plain) -> Any: ...

@overload
def logical_or(x: Value, y: _Operand) -> Value:
    """a = logical_or(x, y)"""

@overload
def logical_or(x: _Plain, y: Value) -> Value: ...
@overload
def logical_or(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def logical_or(x: _Number, y: _Array) -> _Array: ...
@overload
def logical_or(x: float, y: float) -> bool: ...
@overload
def logical_or(x: _Plain, y: _Plain) -> Any: ...

@overload
def logical_not(x: Value) -> Value:
    """a = logical_not(x)"""

@overload
def logical_not(x: _Array) -> _Array: ...
@overload
def logical_not(x: float) -> bool: ...
@overload
def logical_not(x: _Plain) -> Any: ...

@overload
def silu(z: Value) -> Value:
    """a = z / (1 + exp(-z))

    z * sigmoid(z). Also Elfwing et al. 2017, and Ramachandran et al. 2017 as swish, whose beta is an
    input of swish_beta.
    """

@overload
def silu(z: _Array) -> _Array: ...
@overload
def silu(z: float) -> float: ...
@overload
def silu(z: _Plain) -> Any: ...

@overload
def quick_gelu(z: Value) -> Value:
    """a = z / (1 + exp(-1.702 * z))

    The logistic approximation of gelu.
    """

@overload
def quick_gelu(z: _Array) -> _Array: ...
@overload
def quick_gelu(z: float) -> float: ...
@overload
def quick_gelu(z: _Plain) -> Any: ...

@overload
def gelu(z: Value) -> Value:
    """a = z * (1 + erf(z / sqrt(2))) / 2

    z times the probability that a normal number is below z.
    """

@overload
def gelu(z: _Array) -> _Array: ...
@overload
def gelu(z: float) -> float: ...
@overload
def gelu(z: _Plain) -> Any: ...

@overload
def gelu_tanh(z: Value) -> Value:
    """a = z * (1 + tanh(sqrt(2 / pi) * (z + 0.044715 * z * z * z))) / 2

    The default of jax.nn.gelu and keras.ops.gelu.
    """

@overload
def gelu_tanh(z: _Array) -> _Array: ...
@overload
def gelu_tanh(z: float) -> float: ...
@overload
def gelu_tanh(z: _Plain) -> Any: ...

@overload
def mish(z: Value) -> Value:
    """a = z * tanh(log(1 + exp(z)))

    tanh(softplus(z)) is n / (n + 2) with n = e * (e + 2), e = exp(z): no logarithm.
    """

@overload
def mish(z: _Array) -> _Array: ...
@overload
def mish(z: float) -> float: ...
@overload
def mish(z: _Plain) -> Any: ...

@overload
def take_axis(x: Value, index: _Operand, axis: int = 0) -> Value:
    """a = take(x, index, axis=axis)

    The entries of x at the places `index` along an axis, which the axes of the index take the place of:
    `take_axis(table, ids)` are rows of a table, as `table[ids]`. An entry that is taken several times gets the
    sum of its gradients.

    `index`: whole numbers, a number or an array; negative ones count from the end. Raises `IndexError` for one
    out of range, `TypeError` for floats and masks.
    """

@overload
def take_axis(x: _Plain, index: Value, axis: int = 0) -> Value: ...
@overload
def take_axis(x: _Array, index: _Array | _Number, axis: int = 0) -> _Array: ...
@overload
def take_axis(x: _Number, index: _Array, axis: int = 0) -> _Array: ...
@overload
def take_axis(x: _Plain, index: _Plain, axis: int = 0) -> Any: ...

@overload
def put_add(x: Value, index: _Operand, size: int, axis: int = 0) -> Value:
    """a = put_add(x, index, size, axis)

    Zeros with x added at the places `index` along an axis of length `size`, which takes the place of the axes of
    the index; what falls on the same place adds up. The opposite of `take_axis`, and its derivative.

    Raises as `take_axis` does, and `ValueError` if x does not have the index's axes.
    """

@overload
def put_add(x: _Plain, index: Value, size: int, axis: int = 0) -> Value: ...
@overload
def put_add(x: _Array, index: _Array | _Number, size: int, axis: int = 0) -> _Array: ...
@overload
def put_add(x: _Number, index: _Array, size: int, axis: int = 0) -> _Array: ...
@overload
def put_add(x: _Plain, index: _Plain, size: int, axis: int = 0) -> Any: ...

@overload
def flat_index(xs: Sequence[Value], /, sizes: Any) -> Value:
    """a = ravel_multi_index(xs, sizes)

    Where the entry `[x, y, ...]` of an array of these sizes stands in its entries in a row: several indices as
    one. Raises as `take_axis` does.
    """

@overload
def flat_index(xs: Sequence[_Array], /, sizes: Any) -> _Array: ...
@overload
def flat_index(*xs: Value, sizes: Any) -> Value: ...
@overload
def flat_index(*xs: _Array, sizes: Any) -> _Array: ...
@overload
def flat_index(*xs: Any, sizes: Any) -> Any: ...

@overload
def getitem(x: Value, index: Any) -> Value:
    """a = x[index]

    All of NumPy's indexing. An entry that is taken several times gets the sum of its gradients.
    """

@overload
def getitem(x: _Array, index: Any) -> _Array: ...
@overload
def getitem(x: _Plain, index: Any) -> Any: ...

@overload
def scatter_add(x: Value, shape: Any, index: Any) -> Value:
    """a = scatter_add(x, shape, index)

    Zeros of this shape with x added at `index`; what falls on the same place adds up. The opposite
    of `getitem`, and its derivative.
    """

@overload
def scatter_add(x: _Array, shape: Any, index: Any) -> _Array: ...
@overload
def scatter_add(x: float, shape: Any, index: Any) -> _Array: ...
@overload
def scatter_add(x: _Plain, shape: Any, index: Any) -> Any: ...

@overload
def reshape(x: Value, shape: Any) -> Value:
    """a = reshape(x, shape)"""

@overload
def reshape(x: _Array, shape: Any) -> _Array: ...
@overload
def reshape(x: float, shape: Any) -> _Array: ...
@overload
def reshape(x: _Plain, shape: Any) -> Any: ...

@overload
def transpose(x: Value, axes: int | Sequence[int] | None = None) -> Value:
    """a = transpose(x, axes)

    `axes`: the new order of the axes; None reverses it.
    """

@overload
def transpose(x: _Array, axes: int | Sequence[int] | None = None) -> _Array: ...
@overload
def transpose(x: float, axes: int | Sequence[int] | None = None) -> float: ...
@overload
def transpose(x: _Plain, axes: int | Sequence[int] | None = None) -> Any: ...

@overload
def swapaxes(x: Value, axis1: int, axis2: int) -> Value:
    """a = swapaxes(x, axis1, axis2)"""

@overload
def swapaxes(x: _Array, axis1: int, axis2: int) -> _Array: ...
@overload
def swapaxes(x: _Plain, axis1: int, axis2: int) -> Any: ...

@overload
def moveaxis(x: Value, source: int | Sequence[int] | None, destination: int | Sequence[int] | None) -> Value:
    """a = moveaxis(x, source, destination)"""

@overload
def moveaxis(x: _Array, source: int | Sequence[int] | None, destination: int | Sequence[int] | None) -> _Array: ...
@overload
def moveaxis(x: _Plain, source: int | Sequence[int] | None, destination: int | Sequence[int] | None) -> Any: ...

@overload
def squeeze(x: Value, axis: int | tuple[int, ...] | None = None) -> Value:
    """a = squeeze(x, axis)"""

@overload
def squeeze(x: _Array, axis: int | tuple[int, ...] | None = None) -> _Array: ...
@overload
def squeeze(x: float, axis: int | tuple[int, ...] | None = None) -> float: ...
@overload
def squeeze(x: _Plain, axis: int | tuple[int, ...] | None = None) -> Any: ...

@overload
def expand_dims(x: Value, axis: int | Sequence[int] | None) -> Value:
    """a = expand_dims(x, axis)"""

@overload
def expand_dims(x: _Array, axis: int | Sequence[int] | None) -> _Array: ...
@overload
def expand_dims(x: float, axis: int | Sequence[int] | None) -> _Array: ...
@overload
def expand_dims(x: _Plain, axis: int | Sequence[int] | None) -> Any: ...

@overload
def broadcast_to(x: Value, shape: Any) -> Value:
    """a = broadcast_to(x, shape)"""

@overload
def broadcast_to(x: _Array, shape: Any) -> _Array: ...
@overload
def broadcast_to(x: float, shape: Any) -> _Array: ...
@overload
def broadcast_to(x: _Plain, shape: Any) -> Any: ...

@overload
def concatenate(xs: Sequence[Value], /, axis: int | None = 0) -> Value:
    """a = concatenate(xs, axis)

    Call it as NumPy's: `concatenate([x, y], axis=0)`.
    """

@overload
def concatenate(xs: Sequence[_Array], /, axis: int | None = 0) -> _Array: ...
@overload
def concatenate(*xs: Value, axis: int | None = 0) -> Value: ...
@overload
def concatenate(*xs: _Array, axis: int | None = 0) -> _Array: ...
@overload
def concatenate(*xs: Any, axis: int | None = 0) -> Any: ...

@overload
def stack(xs: Sequence[Value], /, axis: int = 0) -> Value:
    """a = stack(xs, axis)

    Call it as NumPy's: `stack([x, y], axis=0)`.
    """

@overload
def stack(xs: Sequence[_Array], /, axis: int = 0) -> _Array: ...
@overload
def stack(*xs: Value, axis: int = 0) -> Value: ...
@overload
def stack(*xs: _Array, axis: int = 0) -> _Array: ...
@overload
def stack(*xs: Any, axis: int = 0) -> Any: ...

@overload
def flip(x: Value, axis: int | Sequence[int] | None = None) -> Value:
    """a = flip(x, axis)"""

@overload
def flip(x: _Array, axis: int | Sequence[int] | None = None) -> _Array: ...
@overload
def flip(x: float, axis: int | Sequence[int] | None = None) -> float: ...
@overload
def flip(x: _Plain, axis: int | Sequence[int] | None = None) -> Any: ...

@overload
def roll(x: Value, shift: Any, axis: int | Sequence[int] | None = None) -> Value:
    """a = roll(x, shift, axis)"""

@overload
def roll(x: _Array, shift: Any, axis: int | Sequence[int] | None = None) -> _Array: ...
@overload
def roll(x: float, shift: Any, axis: int | Sequence[int] | None = None) -> float: ...
@overload
def roll(x: _Plain, shift: Any, axis: int | Sequence[int] | None = None) -> Any: ...

@overload
def pad(x: Value, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Value:
    """a = pad(x, pad_width, mode, constant_values=constant_values)

    Pads with constants, to which nothing flows; other modes raise `ValueError`.
    """

@overload
def pad(x: _Array, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> _Array: ...
@overload
def pad(x: float, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> float: ...
@overload
def pad(x: _Plain, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any: ...

@overload
def repeat(x: Value, repeats: Any, axis: int | None = None) -> Value:
    """a = repeat(x, repeats, axis)"""

@overload
def repeat(x: _Array, repeats: Any, axis: int | None = None) -> _Array: ...
@overload
def repeat(x: float, repeats: Any, axis: int | None = None) -> _Array: ...
@overload
def repeat(x: _Plain, repeats: Any, axis: int | None = None) -> Any: ...

@overload
def tile(x: Value, reps: Any) -> Value:
    """a = tile(x, reps)"""

@overload
def tile(x: _Array, reps: Any) -> _Array: ...
@overload
def tile(x: float, reps: Any) -> _Array: ...
@overload
def tile(x: _Plain, reps: Any) -> Any: ...

@overload
def astype(x: Value, dtype: Any) -> Value:
    """a = asarray(x, dtype)

    The gradient comes back in x's dtype. Nothing flows through a conversion to integers or booleans.
    """

@overload
def astype(x: _Array, dtype: Any) -> _Array: ...
@overload
def astype(x: float, dtype: Any) -> float: ...
@overload
def astype(x: _Plain, dtype: Any) -> Any: ...

@overload
def glu(z: Value, axis: int = -1) -> Value:
    """a = split(z, 2, axis)[0] / (1 + exp(-split(z, 2, axis)[1]))

    The axis, of even size, holds the values first and then the gates.
    """

@overload
def glu(z: _Array, axis: int = -1) -> _Array: ...
@overload
def glu(z: _Plain, axis: int = -1) -> Any: ...

@overload
def reglu(z: Value, axis: int = -1) -> Value:
    """a = split(z, 2, axis)[0] * maximum(split(z, 2, axis)[1], 0)

    glu with relu for its gate; the slope of the gate at 0 is 1, as relu's.
    """

@overload
def reglu(z: _Array, axis: int = -1) -> _Array: ...
@overload
def reglu(z: _Plain, axis: int = -1) -> Any: ...

@overload
def geglu(z: Value, axis: int = -1) -> Value:
    """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] * (1 + erf(split(z, 2, axis)[1] / sqrt(2))) / 2

    glu with gelu for its gate.
    """

@overload
def geglu(z: _Array, axis: int = -1) -> _Array: ...
@overload
def geglu(z: _Plain, axis: int = -1) -> Any: ...

@overload
def swiglu(z: Value, axis: int = -1) -> Value:
    """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] / (1 + exp(-split(z, 2, axis)[1]))

    glu with silu for its gate.
    """

@overload
def swiglu(z: _Array, axis: int = -1) -> _Array: ...
@overload
def swiglu(z: _Plain, axis: int = -1) -> Any: ...

@overload
def crelu(z: Value, axis: int = -1) -> Value:
    """a = concatenate((maximum(z, 0), maximum(-z, 0)), axis)

    relu of z and of -z, one after the other: the axis doubles. At z = 0 both have relu's slope, 1.
    """

@overload
def crelu(z: _Array, axis: int = -1) -> _Array: ...
@overload
def crelu(z: _Plain, axis: int = -1) -> Any: ...

@overload
def positive(x: Value) -> Value:
    """a = +x"""

@overload
def positive(x: _Array) -> _Array: ...
@overload
def positive(x: float) -> float: ...
@overload
def positive(x: _Plain) -> Any: ...

@overload
def copy(x: Value) -> Value:
    """a = x

    The same numbers in memory of their own. The gradient flows on.
    """

@overload
def copy(x: _Array) -> _Array: ...
@overload
def copy(x: float) -> float: ...
@overload
def copy(x: _Plain) -> Any: ...

@overload
def zeros_like(x: Value, dtype: Any = None) -> Value:
    """a = zeros_like(x, dtype)

    Zeros in the shape of x, and of its dtype if none is given.
    """

@overload
def zeros_like(x: _Array, dtype: Any = None) -> _Array: ...
@overload
def zeros_like(x: _Plain, dtype: Any = None) -> Any: ...

@overload
def ones_like(x: Value, dtype: Any = None) -> Value:
    """a = ones_like(x, dtype)

    Ones in the shape of x, and of its dtype if none is given.
    """

@overload
def ones_like(x: _Array, dtype: Any = None) -> _Array: ...
@overload
def ones_like(x: _Plain, dtype: Any = None) -> Any: ...

@overload
def full_like(x: Value, fill_value: _Operand, dtype: Any = None) -> Value:
    """a = full_like(x, fill_value, dtype)

    `fill_value` in the shape of x, and of its dtype if none is given. A gradient flows to `fill_value`, and none
    to x. Raises `ValueError` if `fill_value` does not broadcast to the shape of x.
    """

@overload
def full_like(x: _Plain, fill_value: Value, dtype: Any = None) -> Value: ...
@overload
def full_like(x: _Array, fill_value: _Array | _Number, dtype: Any = None) -> _Array: ...
@overload
def full_like(x: _Number, fill_value: _Array, dtype: Any = None) -> _Array: ...
@overload
def full_like(x: float, fill_value: float, dtype: Any = None) -> float: ...
@overload
def full_like(x: _Plain, fill_value: _Plain, dtype: Any = None) -> Any: ...

@overload
def sum(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = sum(x, axis=axis, keepdims=keepdims)"""

@overload
def sum(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def sum(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> float: ...
@overload
def sum(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def mean(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = mean(x, axis=axis, keepdims=keepdims)

    The sum over the number of entries. The mean of nothing is an error.
    """

@overload
def mean(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def mean(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> float: ...
@overload
def mean(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def max(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = max(x, axis=axis, keepdims=keepdims)

    Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
    """

@overload
def max(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def max(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> float: ...
@overload
def max(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def min(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = min(x, axis=axis, keepdims=keepdims)

    Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
    """

@overload
def min(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def min(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> float: ...
@overload
def min(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def prod(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = prod(x, axis=axis, keepdims=keepdims)

    Its derivative is right where entries are 0, too.
    """

@overload
def prod(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def prod(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> float: ...
@overload
def prod(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def cumsum(x: Value, axis: int | None = None) -> Value:
    """a = cumsum(x, axis)"""

@overload
def cumsum(x: _Array, axis: int | None = None) -> _Array: ...
@overload
def cumsum(x: float, axis: int | None = None) -> _Array: ...
@overload
def cumsum(x: _Plain, axis: int | None = None) -> Any: ...

@overload
def matmul(x: Value, y: _Operand) -> Value:
    """a = x @ y

    Vectors, matrices, and batches of matrices that broadcast. Raises `ValueError` naming both
    shapes and the axes that differ.
    """

@overload
def matmul(x: _Plain, y: Value) -> Value: ...
@overload
def matmul(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def matmul(x: _Number, y: _Array) -> _Array: ...
@overload
def matmul(x: _Plain, y: _Plain) -> Any: ...

@overload
def dot(x: Value, y: _Operand) -> Value:
    """a = dot(x, y)

    NumPy's dot: sums over the last axis of x and the second to last of y; a scalar multiplies.
    """

@overload
def dot(x: _Plain, y: Value) -> Value: ...
@overload
def dot(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def dot(x: _Number, y: _Array) -> _Array: ...
@overload
def dot(x: float, y: float) -> float: ...
@overload
def dot(x: _Plain, y: _Plain) -> Any: ...

@overload
def outer(x: Value, y: _Operand) -> Value:
    """a = outer(x, y)"""

@overload
def outer(x: _Plain, y: Value) -> Value: ...
@overload
def outer(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def outer(x: _Number, y: _Array) -> _Array: ...
@overload
def outer(x: float, y: float) -> _Array: ...
@overload
def outer(x: _Plain, y: _Plain) -> Any: ...

@overload
def einsum(xs: Sequence[Value], /, subscripts: str) -> Value:
    """a = einsum(subscripts, *xs)

    Call it as NumPy's: `einsum("ij,jk->ik", x, y)`; ellipses, diagonals and implicit outputs work.
    """

@overload
def einsum(xs: Sequence[_Array], /, subscripts: str) -> _Array: ...
@overload
def einsum(*xs: Value, subscripts: str) -> Value: ...
@overload
def einsum(subscripts: str, /, *xs: Value) -> Value: ...
@overload
def einsum(*xs: _Array, subscripts: str) -> _Array: ...
@overload
def einsum(subscripts: str, /, *xs: _Array) -> _Array: ...
@overload
def einsum(*xs: Any, subscripts: str) -> Any: ...
@overload
def einsum(subscripts: str, /, *xs: Any) -> Any: ...

@overload
def tensordot(x: Value, y: _Operand, axes: Any = 2) -> Value:
    """a = tensordot(x, y, axes)

    NumPy's: sums over the last `axes` axes of x and the first of y, or over the pairs that
    `axes=(axes of x, axes of y)` names. Raises `ValueError` for axes that are not there or differ in
    length, `TypeError` for what are no axes.
    """

@overload
def tensordot(x: _Plain, y: Value, axes: Any = 2) -> Value: ...
@overload
def tensordot(x: _Array, y: _Array | _Number, axes: Any = 2) -> _Array: ...
@overload
def tensordot(x: _Number, y: _Array, axes: Any = 2) -> _Array: ...
@overload
def tensordot(x: float, y: float, axes: Any = 2) -> float: ...
@overload
def tensordot(x: _Plain, y: _Plain, axes: Any = 2) -> Any: ...

@overload
def hardmax(z: Value, axis: int | None = -1) -> Value:
    """a = eye(z.shape[axis])[argmax(moveaxis(z, axis, -1), axis=-1)].swapaxes(axis, -1)

    1 at the largest entry, the first of several, and 0 elsewhere. Nothing flows through it.
    """

@overload
def hardmax(z: _Array, axis: int | None = -1) -> _Array: ...
@overload
def hardmax(z: float, axis: int | None = -1) -> float: ...
@overload
def hardmax(z: _Plain, axis: int | None = -1) -> Any: ...

@overload
def straight_through_hardmax(z: Value, axis: int | None = -1) -> Value:
    """a = eye(z.shape[axis])[argmax(moveaxis(z, axis, -1), axis=-1)].swapaxes(axis, -1)

    hardmax, which hands its cotangent on as it is. Of gumbel_softmax it makes what PyTorch calls
    hard=True: `straight_through_hardmax(gumbel_softmax(z, rng=rng))`.
    """

@overload
def straight_through_hardmax(z: _Array, axis: int | None = -1) -> _Array: ...
@overload
def straight_through_hardmax(z: float, axis: int | None = -1) -> float: ...
@overload
def straight_through_hardmax(z: _Plain, axis: int | None = -1) -> Any: ...

@overload
def softmax(z: Value, axis: int | None = -1) -> Value:
    """a = exp(z) / sum(exp(z), axis=axis, keepdims=True)

    Shifted by the largest entry, so that it cannot overflow. An entry of -inf gets nothing, one of +inf all:
    the limits. A row of nothing but -inf has none, and gives NaN.
    """

@overload
def softmax(z: _Array, axis: int | None = -1) -> _Array: ...
@overload
def softmax(z: float, axis: int | None = -1) -> float: ...
@overload
def softmax(z: _Plain, axis: int | None = -1) -> Any: ...

@overload
def softmin(z: Value, axis: int | None = -1) -> Value:
    """a = exp(-z) / sum(exp(-z), axis=axis, keepdims=True)

    softmax(-z): the smallest entry gets the most.
    """

@overload
def softmin(z: _Array, axis: int | None = -1) -> _Array: ...
@overload
def softmin(z: float, axis: int | None = -1) -> float: ...
@overload
def softmin(z: _Plain, axis: int | None = -1) -> Any: ...

@overload
def log_softmax(z: Value, axis: int | None = -1) -> Value:
    """a = z - log(sum(exp(z), axis=axis, keepdims=True))

    Shifted by the largest entry, so that it cannot overflow. An entry of -inf gets nothing, one of +inf all:
    the limits. A row of nothing but -inf has none, and gives NaN.
    """

@overload
def log_softmax(z: _Array, axis: int | None = -1) -> _Array: ...
@overload
def log_softmax(z: float, axis: int | None = -1) -> float: ...
@overload
def log_softmax(z: _Plain, axis: int | None = -1) -> Any: ...

@overload
def softmax2d(z: Value) -> Value:
    """a = exp(z) / sum(exp(z), axis=-3, keepdims=True)

    softmax over the channels of images, of shape (N, C, H, W) or (C, H, W).
    """

@overload
def softmax2d(z: _Array) -> _Array: ...
@overload
def softmax2d(z: _Plain) -> Any: ...

@overload
def sparsemax(z: Value, axis: int = -1) -> Value:
    """a = maximum(z - simplex_threshold(z, axis), 0)

    The nearest point that is a distribution: entries far below the largest get exactly 0. The slope jumps
    where an entry reaches 0; on such a kink it counts as one that is 0.
    """

@overload
def sparsemax(z: _Array, axis: int = -1) -> _Array: ...
@overload
def sparsemax(z: float, axis: int = -1) -> float: ...
@overload
def sparsemax(z: _Plain, axis: int = -1) -> Any: ...

@overload
def gumbel_softmax(z: Value, rng: Any, tau: float = 1.0, axis: int | None = -1) -> Value:
    """a = exp((z + gumbel(rng, z.shape)) / tau) / sum(exp((z + gumbel(rng, z.shape)) / tau), axis=axis, keepdims=True)

    A random point near a corner of the simplex: each corner as often as softmax(z) says, and the nearer
    the smaller the temperature tau. `rng`: a `numpy.random.Generator`, or a seed. For PyTorch's hard=True
    see `straight_through_hardmax`.
    """

@overload
def gumbel_softmax(z: _Array, rng: Any, tau: float = 1.0, axis: int | None = -1) -> _Array: ...
@overload
def gumbel_softmax(z: float, rng: Any, tau: float = 1.0, axis: int | None = -1) -> float: ...
@overload
def gumbel_softmax(z: _Plain, rng: Any, tau: float = 1.0, axis: int | None = -1) -> Any: ...

@overload
def logsumexp(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = log(sum(exp(x), axis=axis, keepdims=keepdims))

    Shifted by the largest entry, so that it neither overflows nor loses a small sum. Where all entries are
    -inf, or where there are none, nothing is there to be weighed: the value is -inf and the gradient 0.
    """

@overload
def logsumexp(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def logsumexp(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> float: ...
@overload
def logsumexp(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def logmeanexp(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = log(mean(exp(x), axis=axis, keepdims=keepdims))

    logsumexp without the logarithm of the number of entries: between the mean and the largest of them.
    Where all entries are -inf, the value is -inf and the gradient 0; without any it is an error, as for `mean`.
    """

@overload
def logmeanexp(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def logmeanexp(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> float: ...
@overload
def logmeanexp(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def log1mexp(z: Value) -> Value:
    """a = log(-expm1(-z))

    log(1 - exp(-z)) for z > 0, with JAX's sign; from log 2 on by log1p, which keeps the digits there.
    """

@overload
def log1mexp(z: _Array) -> _Array: ...
@overload
def log1mexp(z: float) -> float: ...
@overload
def log1mexp(z: _Plain) -> Any: ...

@overload
def bce_with_logits(z: Value, y: _Operand) -> Value:
    """a = maximum(z, 0) - y * z + log1p(exp(-absolute(z)))

    Binary cross-entropy -y log(sigmoid(z)) - (1 - y) log(1 - sigmoid(z)) for targets y from 0 to 1, entry by
    entry: take the mean yourself. The targets have the shape of the logits, or are one number for all of
    them; other shapes raise `ValueError`. The slope sigmoid(z) - y is computed without taking close numbers
    apart. An infinite logit on the side of its target costs nothing.
    """

@overload
def bce_with_logits(z: _Plain, y: Value) -> Value: ...
@overload
def bce_with_logits(z: _Array, y: _Array | _Number) -> _Array: ...
@overload
def bce_with_logits(z: _Number, y: _Array) -> _Array: ...
@overload
def bce_with_logits(z: float, y: float) -> float: ...
@overload
def bce_with_logits(z: _Plain, y: _Plain) -> Any: ...

@overload
def softmax_cross_entropy(z: Value, y: _Operand, axis: int = -1) -> Value:
    """a = -sum(y * (z - log(sum(exp(z), axis=axis, keepdims=True))), axis=axis)

    Cross-entropy of softmax(z) and the targets y, of the same shape: probabilities, or `one_hot(labels)`;
    other shapes raise `ValueError`. One number for every row: take the mean yourself. The slope
    softmax(z) - y is computed without taking close numbers apart: a confident row keeps its digits. A class
    without a target costs nothing, even where its logit is -inf: so classes are masked.
    """

@overload
def softmax_cross_entropy(z: _Plain, y: Value, axis: int = -1) -> Value: ...
@overload
def softmax_cross_entropy(z: _Array, y: _Array | _Number, axis: int = -1) -> _Array: ...
@overload
def softmax_cross_entropy(z: _Number, y: _Array, axis: int = -1) -> _Array: ...
@overload
def softmax_cross_entropy(z: float, y: float, axis: int = -1) -> float: ...
@overload
def softmax_cross_entropy(z: _Plain, y: _Plain, axis: int = -1) -> Any: ...

@overload
def one_hot(labels: Value, classes: int) -> Value:
    """a = expand_dims(labels, -1) == arange(classes)

    Targets for `softmax_cross_entropy`: for every label a row of `classes` entries, True at the label.

    `labels`: whole numbers from 0 to classes - 1, an array of any shape; the result has one axis more. They may be
    data of a compiled function: one program takes all labels.
    Raises `TypeError` for other labels, `ValueError` for one out of range.
    """

@overload
def one_hot(labels: _Array, classes: int) -> _Array: ...
@overload
def one_hot(labels: _Plain, classes: int) -> Any: ...

@overload
def var(x: Value, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Value:
    """a = var(x, axis=axis, ddof=ddof, keepdims=keepdims)

    The mean square distance from the mean; `ddof` is subtracted from the number of entries.
    """

@overload
def var(x: _Array, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> _Array: ...
@overload
def var(x: float, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> float: ...
@overload
def var(x: _Plain, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Any: ...

@overload
def std(x: Value, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Value:
    """a = std(x, axis=axis, ddof=ddof, keepdims=keepdims)

    The root of `var`. Where all entries are equal it is exactly 0; the slope there is 0 / 0 and is taken
    as 0, at every order, as for a norm.
    """

@overload
def std(x: _Array, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> _Array: ...
@overload
def std(x: float, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> float: ...
@overload
def std(x: _Plain, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Any: ...

@overload
def stop_gradient(z: Value) -> Value:
    """a = z

    The same numbers, as a constant: nothing flows back.
    """

@overload
def stop_gradient(z: _Array) -> _Array: ...
@overload
def stop_gradient(z: float) -> float: ...
@overload
def stop_gradient(z: _Plain) -> Any: ...

@overload
def step(z: Value) -> Value:
    """a = heaviside(z, 1)

    1 from 0 on, 0 below: constant on either side of its jump, so nothing flows through it.
    """

@overload
def step(z: _Array) -> _Array: ...
@overload
def step(z: float) -> float: ...
@overload
def step(z: _Plain) -> Any: ...

@overload
def straight_through_step(z: Value) -> Value:
    """a = heaviside(z, 1)

    The values of step. Backward, the gradient is handed on as if it were the identity.
    """

@overload
def straight_through_step(z: _Array) -> _Array: ...
@overload
def straight_through_step(z: float) -> float: ...
@overload
def straight_through_step(z: _Plain) -> Any: ...

@overload
def straight_through_sign(z: Value) -> Value:
    """a = sign(z)

    The values of sign, with sign(0) = 0. Backward, the gradient is handed on where z is from -1 to 1,
    as if it were hard_tanh: beyond, a step is saturated.
    """

@overload
def straight_through_sign(z: _Array) -> _Array: ...
@overload
def straight_through_sign(z: float) -> float: ...
@overload
def straight_through_sign(z: _Plain) -> Any: ...

@overload
def affine(z: Value, alpha: float = 1.0, beta: float = 0.0) -> Value:
    """a = alpha * z + beta"""

@overload
def affine(z: _Array, alpha: float = 1.0, beta: float = 0.0) -> _Array: ...
@overload
def affine(z: float, alpha: float = 1.0, beta: float = 0.0) -> float: ...
@overload
def affine(z: _Plain, alpha: float = 1.0, beta: float = 0.0) -> Any: ...

@overload
def prelu(z: Value, slope: _Operand) -> Value:
    """a = maximum(z, 0) + slope * minimum(z, 0)

    leaky_relu whose slope is learned: an input, of any shape that broadcasts (one number, or one for
    each channel), with a gradient. The slope at z = 0 is 1, the right one.
    """

@overload
def prelu(z: _Plain, slope: Value) -> Value: ...
@overload
def prelu(z: _Array, slope: _Array | _Number) -> _Array: ...
@overload
def prelu(z: _Number, slope: _Array) -> _Array: ...
@overload
def prelu(z: float, slope: float) -> float: ...
@overload
def prelu(z: _Plain, slope: _Plain) -> Any: ...

@overload
def swish_beta(z: Value, beta: _Operand) -> Value:
    """a = z / (1 + exp(-beta * z))

    silu with a beta that is learned: an input, with a gradient. With beta 0 it is z / 2, with a large
    one relu.
    """

@overload
def swish_beta(z: _Plain, beta: Value) -> Value: ...
@overload
def swish_beta(z: _Array, beta: _Array | _Number) -> _Array: ...
@overload
def swish_beta(z: _Number, beta: _Array) -> _Array: ...
@overload
def swish_beta(z: float, beta: float) -> float: ...
@overload
def swish_beta(z: _Plain, beta: _Plain) -> Any: ...

@overload
def rrelu(z: Value, lower: float = 0.125, upper: float = 0.3333333333333333, rng: Any = None) -> Value:
    """a = maximum(z, 0) + (lower + upper) / 2 * minimum(z, 0)

    So it is in evaluation. In training, give a `numpy.random.Generator` as `rng`: every entry draws a
    slope of its own, uniformly from lower to upper. The slope at z = 0 is 1, the right one.
    """

@overload
def rrelu(z: _Array, lower: float = 0.125, upper: float = 0.3333333333333333, rng: Any = None) -> _Array: ...
@overload
def rrelu(z: float, lower: float = 0.125, upper: float = 0.3333333333333333, rng: Any = None) -> float: ...
@overload
def rrelu(z: _Plain, lower: float = 0.125, upper: float = 0.3333333333333333, rng: Any = None) -> Any: ...

@overload
def general_relu(z: Value, negative_slope: float = 0.0, max_value: float = ..., threshold: float = 0.0) -> Value:
    """a = where(z >= threshold, minimum(z, max_value), negative_slope * (z - threshold))

    Keras' relu: a slope below the threshold and a largest value. With a threshold other than 0 it
    jumps there, and nothing flows; at a threshold of 0 the slope is 1, as relu's, and at max_value, too.
    """

@overload
def general_relu(z: _Array, negative_slope: float = 0.0, max_value: float = ..., threshold: float = 0.0) -> _Array: ...
@overload
def general_relu(z: float, negative_slope: float = 0.0, max_value: float = ..., threshold: float = 0.0) -> float: ...
@overload
def general_relu(z: _Plain, negative_slope: float = 0.0, max_value: float = ..., threshold: float = 0.0) -> Any: ...

@overload
def pow(x: Value, y: _Operand) -> Value:
    """a = x ** y

    Differentiable in both, to any order. Where the exponent is 0 the slope in x is 0, at x = 0 too;
    where the base is 0 and the exponent is not negative, the slope in y is 0. All further derivatives
    at x = 0 are the limits from the right, infinite ones among them. A negative base has a slope in x
    only, for a whole exponent.
    """

@overload
def pow(x: _Plain, y: Value) -> Value: ...
@overload
def pow(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def pow(x: _Number, y: _Array) -> _Array: ...
@overload
def pow(x: float, y: float) -> float: ...
@overload
def pow(x: _Plain, y: _Plain) -> Any: ...

@overload
def argmax(x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    """a = argmax(x, axis=axis, keepdims=keepdims)

    Where the largest entry along an axis is, the first of several; of all entries in a row if axis is None. Whole
    numbers, of shape x.shape without the axis. Raises `ValueError` if there are no entries.
    """

@overload
def argmax(x: _Array, axis: int | None = None, keepdims: bool = False) -> _Array: ...
@overload
def argmax(x: float, axis: int | None = None, keepdims: bool = False) -> int: ...
@overload
def argmax(x: _Plain, axis: int | None = None, keepdims: bool = False) -> Any: ...

@overload
def argmin(x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    """a = argmin(x, axis=axis, keepdims=keepdims)

    Where the smallest entry is; see `argmax`.
    """

@overload
def argmin(x: _Array, axis: int | None = None, keepdims: bool = False) -> _Array: ...
@overload
def argmin(x: float, axis: int | None = None, keepdims: bool = False) -> int: ...
@overload
def argmin(x: _Plain, axis: int | None = None, keepdims: bool = False) -> Any: ...

@overload
def argsort(x: Value, axis: int | None = -1, kind: Any = None, stable: Any = None) -> Value:
    """a = argsort(x, axis, kind, stable=stable)

    The places of the entries in ascending order, along an axis; of all in a row if axis is None.
    `ta.take_axis(x, ta.argsort(x))` are the sorted entries of a vector, with their gradients.
    """

@overload
def argsort(x: _Array, axis: int | None = -1, kind: Any = None, stable: Any = None) -> _Array: ...
@overload
def argsort(x: float, axis: int | None = -1, kind: Any = None, stable: Any = None) -> _Array: ...
@overload
def argsort(x: _Plain, axis: int | None = -1, kind: Any = None, stable: Any = None) -> Any: ...

@overload
def any(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = any(x, axis=axis, keepdims=keepdims)

    Whether any entry is not 0, as one boolean or along axes. NaN is not 0.
    """

@overload
def any(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def any(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> bool: ...
@overload
def any(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def all(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = all(x, axis=axis, keepdims=keepdims)

    Whether no entry is 0, as one boolean or along axes; of no entries it is true.
    """

@overload
def all(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def all(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> bool: ...
@overload
def all(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def count_nonzero(x: Value, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
    """a = count_nonzero(x, axis=axis, keepdims=keepdims)

    How many entries are not 0, in all or along axes.
    """

@overload
def count_nonzero(x: _Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> _Array: ...
@overload
def count_nonzero(x: float, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> int: ...
@overload
def count_nonzero(x: _Plain, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any: ...

@overload
def isnan(x: Value) -> Value:
    """a = x != x"""

@overload
def isnan(x: _Array) -> _Array: ...
@overload
def isnan(x: float) -> bool: ...
@overload
def isnan(x: _Plain) -> Any: ...

@overload
def isinf(x: Value) -> Value:
    """a = absolute(x) == inf"""

@overload
def isinf(x: _Array) -> _Array: ...
@overload
def isinf(x: float) -> bool: ...
@overload
def isinf(x: _Plain) -> Any: ...

@overload
def isfinite(x: Value) -> Value:
    """a = absolute(x) < inf"""

@overload
def isfinite(x: _Array) -> _Array: ...
@overload
def isfinite(x: float) -> bool: ...
@overload
def isfinite(x: _Plain) -> Any: ...

@overload
def signbit(x: Value) -> Value:
    """a = signbit(x)

    Whether the sign is minus: of -0.0, too.
    """

@overload
def signbit(x: _Array) -> _Array: ...
@overload
def signbit(x: float) -> bool: ...
@overload
def signbit(x: _Plain) -> Any: ...

@overload
def isclose(x: Value, y: _Operand, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Value:
    """a = isclose(x, y, rtol, atol, equal_nan)

    Whether absolute(x - y) <= atol + rtol * absolute(y), entry by entry; equal infinities are close.
    """

@overload
def isclose(x: _Plain, y: Value, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Value: ...
@overload
def isclose(x: _Array, y: _Array | _Number, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> _Array: ...
@overload
def isclose(x: _Number, y: _Array, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> _Array: ...
@overload
def isclose(x: float, y: float, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> bool: ...
@overload
def isclose(x: _Plain, y: _Plain, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any: ...

@overload
def allclose(x: Value, y: _Operand, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Value:
    """a = all(isclose(x, y, rtol, atol, equal_nan))

    One boolean.
    """

@overload
def allclose(x: _Plain, y: Value, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Value: ...
@overload
def allclose(x: _Array, y: _Array | _Number, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> _Array: ...
@overload
def allclose(x: _Number, y: _Array, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> _Array: ...
@overload
def allclose(x: float, y: float, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> bool: ...
@overload
def allclose(x: _Plain, y: _Plain, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any: ...

@overload
def array_equal(x: Value, y: _Operand, equal_nan: bool = False) -> Value:
    """a = array_equal(x, y, equal_nan)

    Whether shapes and all entries are the same: one boolean.
    """

@overload
def array_equal(x: _Plain, y: Value, equal_nan: bool = False) -> Value: ...
@overload
def array_equal(x: _Array, y: _Array | _Number, equal_nan: bool = False) -> _Array: ...
@overload
def array_equal(x: _Number, y: _Array, equal_nan: bool = False) -> _Array: ...
@overload
def array_equal(x: float, y: float, equal_nan: bool = False) -> bool: ...
@overload
def array_equal(x: _Plain, y: _Plain, equal_nan: bool = False) -> Any: ...

@overload
def array_equiv(x: Value, y: _Operand) -> Value:
    """a = array_equiv(x, y)

    Whether all entries are the same once the shapes are broadcast: one boolean.
    """

@overload
def array_equiv(x: _Plain, y: Value) -> Value: ...
@overload
def array_equiv(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def array_equiv(x: _Number, y: _Array) -> _Array: ...
@overload
def array_equiv(x: float, y: float) -> bool: ...
@overload
def array_equiv(x: _Plain, y: _Plain) -> Any: ...

@overload
def isin(x: Value, y: _Operand, invert: bool = False) -> Value:
    """a = isin(x, y, invert=invert)

    Whether an entry of x is any of the entries of y, in the shape of x.
    """

@overload
def isin(x: _Plain, y: Value, invert: bool = False) -> Value: ...
@overload
def isin(x: _Array, y: _Array | _Number, invert: bool = False) -> _Array: ...
@overload
def isin(x: _Number, y: _Array, invert: bool = False) -> _Array: ...
@overload
def isin(x: float, y: float, invert: bool = False) -> bool: ...
@overload
def isin(x: _Plain, y: _Plain, invert: bool = False) -> Any: ...

@overload
def searchsorted(x: Value, y: _Operand, side: str = "left") -> Value:
    """a = searchsorted(x, y, side)

    Before which entry of x, in ascending order, an entry of y belongs; in the shape of y.
    """

@overload
def searchsorted(x: _Plain, y: Value, side: str = "left") -> Value: ...
@overload
def searchsorted(x: _Array, y: _Array | _Number, side: str = "left") -> _Array: ...
@overload
def searchsorted(x: _Number, y: _Array, side: str = "left") -> _Array: ...
@overload
def searchsorted(x: _Plain, y: _Plain, side: str = "left") -> Any: ...

@overload
def relu6(z: Value) -> Value:
    """a = clip(z, 0, 6)

    The slope is 1 at both kinks; PyTorch, JAX and TensorFlow say 0.
    """

@overload
def relu6(z: _Array) -> _Array: ...
@overload
def relu6(z: float) -> float: ...
@overload
def relu6(z: _Plain) -> Any: ...

@overload
def elu(z: Value, alpha: float = 1.0) -> Value:
    """a = where(z > 0, z, alpha * expm1(minimum(z, 0)))

    Smooth at 0 if alpha is 1; else a kink, where the slope is the right one, 1.
    """

@overload
def elu(z: _Array, alpha: float = 1.0) -> _Array: ...
@overload
def elu(z: float, alpha: float = 1.0) -> float: ...
@overload
def elu(z: _Plain, alpha: float = 1.0) -> Any: ...

@overload
def celu(z: Value, alpha: float = 1.0) -> Value:
    """a = maximum(z, 0) + alpha * expm1(minimum(z, 0) / alpha)

    Its slope is continuous for every alpha.
    """

@overload
def celu(z: _Array, alpha: float = 1.0) -> _Array: ...
@overload
def celu(z: float, alpha: float = 1.0) -> float: ...
@overload
def celu(z: _Plain, alpha: float = 1.0) -> Any: ...

@overload
def selu(z: Value) -> Value:
    """a = 1.0507009873554805 * where(z > 0, z, 1.6732632423543772 * expm1(minimum(z, 0)))

    The slope at 0 is the right one, 1.0507; PyTorch and JAX take the left, 1.7581.
    """

@overload
def selu(z: _Array) -> _Array: ...
@overload
def selu(z: float) -> float: ...
@overload
def selu(z: _Plain) -> Any: ...

@overload
def squareplus(z: Value, b: float = 4.0) -> Value:
    """a = (z + sqrt(z * z + b)) / 2

    A softplus without exponentials; b > 0 rounds the corner. For z < 0 computed as b / 4 over the
    other root, which cancels nothing.
    """

@overload
def squareplus(z: _Array, b: float = 4.0) -> _Array: ...
@overload
def squareplus(z: float, b: float = 4.0) -> float: ...
@overload
def squareplus(z: _Plain, b: float = 4.0) -> Any: ...

@overload
def sparse_plus(z: Value) -> Value:
    """a = where(z <= -1, 0, where(z >= 1, z, (minimum(z, 1) + 1) ** 2 / 4))

    0, a parabola, the identity: its slope is continuous.
    """

@overload
def sparse_plus(z: _Array) -> _Array: ...
@overload
def sparse_plus(z: float) -> float: ...
@overload
def sparse_plus(z: _Plain) -> Any: ...

@overload
def hard_swish(z: Value) -> Value:
    """a = z * clip(z / 6 + 0.5, 0, 1)

    The slope is -1/2 at -3 and 3/2 at 3, those of the parabola.
    """

@overload
def hard_swish(z: _Array) -> _Array: ...
@overload
def hard_swish(z: float) -> float: ...
@overload
def hard_swish(z: _Plain) -> Any: ...

@overload
def round(x: Value, decimals: int = 0) -> Value:
    """a = rint(x * 10.0 ** decimals) / 10.0 ** decimals

    Half a unit goes to the even neighbour. Constant between its jumps there, so nothing flows through it.
    """

@overload
def round(x: _Array, decimals: int = 0) -> _Array: ...
@overload
def round(x: float, decimals: int = 0) -> float: ...
@overload
def round(x: _Plain, decimals: int = 0) -> Any: ...

@overload
def trunc(x: Value) -> Value:
    """a = where(x < 0, ceil(x), floor(x))

    Constant between its jumps at the integers, so nothing flows through it.
    """

@overload
def trunc(x: _Array) -> _Array: ...
@overload
def trunc(x: float) -> float: ...
@overload
def trunc(x: _Plain) -> Any: ...

@overload
def floor_divide(x: Value, y: _Operand) -> Value:
    """a = floor(x / y)

    Constant between its jumps where x is a multiple of y, so nothing flows through it.
    """

@overload
def floor_divide(x: _Plain, y: Value) -> Value: ...
@overload
def floor_divide(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def floor_divide(x: _Number, y: _Array) -> _Array: ...
@overload
def floor_divide(x: float, y: float) -> float: ...
@overload
def floor_divide(x: _Plain, y: _Plain) -> Any: ...

@overload
def mod(x: Value, y: _Operand) -> Value:
    """a = x - floor(x / y) * y

    What `x % y` gives, with the sign of y, and NumPy's `mod` and `remainder`. It jumps where x is a multiple of y;
    there the slopes are those of the side where x / y is larger.
    """

@overload
def mod(x: _Plain, y: Value) -> Value: ...
@overload
def mod(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def mod(x: _Number, y: _Array) -> _Array: ...
@overload
def mod(x: float, y: float) -> float: ...
@overload
def mod(x: _Plain, y: _Plain) -> Any: ...

@overload
def fmod(x: Value, y: _Operand) -> Value:
    """a = x - trunc(x / y) * y

    The remainder with the sign of x, as C has it.
    """

@overload
def fmod(x: _Plain, y: Value) -> Value: ...
@overload
def fmod(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def fmod(x: _Number, y: _Array) -> _Array: ...
@overload
def fmod(x: float, y: float) -> float: ...
@overload
def fmod(x: _Plain, y: _Plain) -> Any: ...

@overload
def heaviside(x: Value, y: _Operand) -> Value:
    """a = where(x == 0, y, x > 0)

    The step whose value at 0 is y. Constant on either side of it: a gradient flows to y, and only where x is 0.
    """

@overload
def heaviside(x: _Plain, y: Value) -> Value: ...
@overload
def heaviside(x: _Array, y: _Array | _Number) -> _Array: ...
@overload
def heaviside(x: _Number, y: _Array) -> _Array: ...
@overload
def heaviside(x: float, y: float) -> float: ...
@overload
def heaviside(x: _Plain, y: _Plain) -> Any: ...

@overload
def hard_shrink(z: Value, threshold: float = 0.5) -> Value:
    """a = where(absolute(z) > threshold, z, 0)

    Jumps at both thresholds. PyTorch calls the parameter lambd.
    """

@overload
def hard_shrink(z: _Array, threshold: float = 0.5) -> _Array: ...
@overload
def hard_shrink(z: float, threshold: float = 0.5) -> float: ...
@overload
def hard_shrink(z: _Plain, threshold: float = 0.5) -> Any: ...

@overload
def soft_shrink(z: Value, threshold: float = 0.5) -> Value:
    """a = sign(z) * maximum(absolute(z) - threshold, 0)

    The slope is 1 at both thresholds; PyTorch says 0.
    """

@overload
def soft_shrink(z: _Array, threshold: float = 0.5) -> _Array: ...
@overload
def soft_shrink(z: float, threshold: float = 0.5) -> float: ...
@overload
def soft_shrink(z: _Plain, threshold: float = 0.5) -> Any: ...

@overload
def shrink(z: Value, bias: float = 0.0, threshold: float = 0.5) -> Value:
    """a = where(z < -threshold, z + bias, where(z > threshold, z - bias, 0))

    ONNX's: hard_shrink with bias 0, soft_shrink where bias equals the threshold (whose kinks are
    then no jumps).
    """

@overload
def shrink(z: _Array, bias: float = 0.0, threshold: float = 0.5) -> _Array: ...
@overload
def shrink(z: float, bias: float = 0.0, threshold: float = 0.5) -> float: ...
@overload
def shrink(z: _Plain, bias: float = 0.0, threshold: float = 0.5) -> Any: ...

@overload
def thresholded_relu(z: Value, alpha: float = 1.0) -> Value:
    """a = where(z > alpha, z, 0)

    Jumps at alpha.
    """

@overload
def thresholded_relu(z: _Array, alpha: float = 1.0) -> _Array: ...
@overload
def thresholded_relu(z: float, alpha: float = 1.0) -> float: ...
@overload
def thresholded_relu(z: _Plain, alpha: float = 1.0) -> Any: ...

@overload
def threshold(z: Value, threshold: float, value: float) -> Value:
    """a = where(z > threshold, z, value)

    Jumps at the threshold, unless the value is the threshold itself: then it has a kink there, where
    nothing flows either.
    """

@overload
def threshold(z: _Array, threshold: float, value: float) -> _Array: ...
@overload
def threshold(z: float, threshold: float, value: float) -> float: ...
@overload
def threshold(z: _Plain, threshold: float, value: float) -> Any: ...

@overload
def log_sigmoid(z: Value) -> Value:
    """a = -log(1 + exp(-z))

    Its derivative, sigmoid(-z), is accurate from the output alone.
    """

@overload
def log_sigmoid(z: _Array) -> _Array: ...
@overload
def log_sigmoid(z: float) -> float: ...
@overload
def log_sigmoid(z: _Plain) -> Any: ...

@overload
def logit(z: Value) -> Value:
    """a = log(z / (1 - z))

    The inverse of sigmoid, for z between 0 and 1; around 1/2, its root, by log1p, which keeps the digits.
    """

@overload
def logit(z: _Array) -> _Array: ...
@overload
def logit(z: float) -> float: ...
@overload
def logit(z: _Plain) -> Any: ...

@overload
def hard_sigmoid(z: Value, alpha: float = 0.16666666666666666, beta: float = 0.5) -> Value:
    """a = clip(alpha * z + beta, 0, 1)

    The slope is alpha at its kinks: -3 and 3 by default, as in PyTorch and JAX; ONNX has alpha=0.2. An
    alpha of 1/6 or 0.2 means one sixth or one fifth, and beside the foot, where the sum cancels, the value is
    right to the last digit. Any other alpha is the float that it is: there the rounding of alpha * z
    shows, which is beta / a times that of a.
    """

@overload
def hard_sigmoid(z: _Array, alpha: float = 0.16666666666666666, beta: float = 0.5) -> _Array: ...
@overload
def hard_sigmoid(z: float, alpha: float = 0.16666666666666666, beta: float = 0.5) -> float: ...
@overload
def hard_sigmoid(z: _Plain, alpha: float = 0.16666666666666666, beta: float = 0.5) -> Any: ...

@overload
def sparse_sigmoid(z: Value) -> Value:
    """a = clip((z + 1) / 2, 0, 1)

    The slope of sparse_plus; 1/2 at its kinks, -1 and 1.
    """

@overload
def sparse_sigmoid(z: _Array) -> _Array: ...
@overload
def sparse_sigmoid(z: float) -> float: ...
@overload
def sparse_sigmoid(z: _Plain) -> Any: ...

@overload
def hard_tanh(z: Value, min: float = -1.0, max: float = 1.0) -> Value:
    """a = clip(z, min, max)

    The slope is 1 at its kinks, -1 and 1 by default, as JAX has it; PyTorch says 0.
    """

@overload
def hard_tanh(z: _Array, min: float = -1.0, max: float = 1.0) -> _Array: ...
@overload
def hard_tanh(z: float, min: float = -1.0, max: float = 1.0) -> float: ...
@overload
def hard_tanh(z: _Plain, min: float = -1.0, max: float = 1.0) -> Any: ...

@overload
def scaled_tanh(z: Value, alpha: float = 1.0, beta: float = 1.0) -> Value:
    """a = alpha * tanh(beta * z)

    LeCun's choice is alpha=1.7159, beta=2/3 (Efficient BackProp).
    """

@overload
def scaled_tanh(z: _Array, alpha: float = 1.0, beta: float = 1.0) -> _Array: ...
@overload
def scaled_tanh(z: float, alpha: float = 1.0, beta: float = 1.0) -> float: ...
@overload
def scaled_tanh(z: _Plain, alpha: float = 1.0, beta: float = 1.0) -> Any: ...

@overload
def soft_sign(z: Value) -> Value:
    """a = z / (1 + absolute(z))

    The slope is continuous; its own slope jumps at 0 from 2 to -2, and there counts as -2.
    """

@overload
def soft_sign(z: _Array) -> _Array: ...
@overload
def soft_sign(z: float) -> float: ...
@overload
def soft_sign(z: _Plain) -> Any: ...

@overload
def tanh_shrink(z: Value) -> Value:
    """a = z - tanh(z)

    Near 0, where that cancels, by a quotient of polynomials; within 4 ulp.
    """

@overload
def tanh_shrink(z: _Array) -> _Array: ...
@overload
def tanh_shrink(z: float) -> float: ...
@overload
def tanh_shrink(z: _Plain) -> Any: ...
