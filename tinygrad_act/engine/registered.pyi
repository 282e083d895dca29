"""One method an operation.

Written by `python -m tinygrad_act stubs` from the declarations of the operations: change those.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from .value import Value

_Array: TypeAlias = np.ndarray[Any, Any]
_Number: TypeAlias = float | np.generic
_Plain: TypeAlias = _Array | _Number | list[Any] | tuple[Any, ...] | range
_Operand: TypeAlias = Value | _Plain

class Registered:
    """The operations as methods."""

    def add(self, y: _Operand) -> Value:
        """a = x + y"""

    def sub(self, y: _Operand) -> Value:
        """a = x - y"""

    def mul(self, y: _Operand) -> Value:
        """a = x * y"""

    def div(self, y: _Operand) -> Value:
        """a = x / y"""

    def neg(self) -> Value:
        """a = -x"""

    def abs(self) -> Value:
        """a = absolute(x)

        The slope at 0 is 0, the mean of -1 and 1.
        """

    def sign(self) -> Value:
        """a = sign(x)

        Constant on either side of its jump at 0, so nothing flows through it.
        """

    def maximum(self, y: _Operand) -> Value:
        """a = maximum(x, y)

        Ties share the gradient equally: half to each. NaN in either gives NaN.
        """

    def minimum(self, y: _Operand) -> Value:
        """a = minimum(x, y)

        Ties share the gradient equally: half to each. NaN in either gives NaN.
        """

    def clip(self, min: float | _Array | None = None, max: float | _Array | None = None) -> Value:
        """a = clip(x, min, max)

        The slope is 1 from min to max, both included, so that clip(z, min=0) is relu; 0 outside.
        """

    def where(self, x: _Operand, y: _Operand) -> Value:
        """a = where(condition, x, y)

        The branch that is not taken gets a gradient of exactly 0, even where its value is NaN.
        """

    def exp(self) -> Value:
        """a = exp(z)"""

    def expm1(self) -> Value:
        """a = expm1(z)

        exp(z) - 1 without loss of digits near 0; its slope is taken from z, since a + 1 loses them again.
        """

    def exp2(self) -> Value:
        """a = 2 ** z"""

    def log(self) -> Value:
        """a = log(z)

        At 0 it is -inf with slope inf; below, NaN.
        """

    def log1p(self) -> Value:
        """a = log1p(z)"""

    def log2(self) -> Value:
        """a = log2(z)"""

    def log10(self) -> Value:
        """a = log10(z)"""

    def sqrt(self) -> Value:
        """a = z ** 0.5

        The slope at 0 is inf; below, value and slope are NaN.
        """

    def square(self) -> Value:
        """a = z ** 2"""

    def reciprocal(self) -> Value:
        """a = 1 / z"""

    def sin(self) -> Value:
        """a = sin(z)"""

    def cos(self) -> Value:
        """a = cos(z)"""

    def tan(self) -> Value:
        """a = sin(z) / cos(z)"""

    def arcsin(self) -> Value:
        """a = arcsin(z)"""

    def arccos(self) -> Value:
        """a = arccos(z)"""

    def arctan(self) -> Value:
        """a = arctan(z)"""

    def sinh(self) -> Value:
        """a = (exp(z) - exp(-z)) / 2"""

    def cosh(self) -> Value:
        """a = (exp(z) + exp(-z)) / 2"""

    def tanh(self) -> Value:
        """a = (exp(2 * z) - 1) / (exp(2 * z) + 1)"""

    def arcsinh(self) -> Value:
        """a = log(z + sqrt(z ** 2 + 1))"""

    def arccosh(self) -> Value:
        """a = log(z + sqrt(z ** 2 - 1))"""

    def arctanh(self) -> Value:
        """a = log((1 + z) / (1 - z)) / 2"""

    def floor(self) -> Value:
        """a = floor(z)

        Constant between its jumps at the integers, so nothing flows through it.
        """

    def ceil(self) -> Value:
        """a = ceil(z)

        Constant between its jumps at the integers, so nothing flows through it.
        """

    def erf(self) -> Value:
        """a = erf(z)

        2/sqrt(pi) times the integral of exp(-t*t) from 0 to z: Taylor's series near 0, the Mills ratio
        elsewhere. Python floats use `math.erf`.
        """

    def normal_pdf(self) -> Value:
        """a = exp(-z * z / 2) / sqrt(2 * pi)

        The density of a standard normal number.
        """

    def normal_cdf(self) -> Value:
        """a = (1 + erf(z / sqrt(2))) / 2

        The probability that a standard normal number is below z: by the Mills ratio in the left tail,
        where the formula cancels.
        """

    def identity(self) -> Value:
        """a = z"""

    def sigmoid(self) -> Value:
        """a = 1 / (1 + exp(-z))"""

    def relu(self) -> Value:
        """a = maximum(z, 0)

        The slope at z = 0 is 1, the right one: other frameworks say 0. relu(NaN) is NaN.
        """

    def leaky_relu(self, slope: float = 0.01) -> Value:
        """a = maximum(z, 0) + slope * minimum(z, 0)

        The slope at z = 0 is 1, the right one.
        """

    def softplus(self, beta: float = 1.0, threshold: float = ...) -> Value:
        """a = where(beta * z > threshold, z, log(1 + exp(beta * z)) / beta)

        Its derivative, sigmoid(beta * z), is accurate from the output alone. It overflows nowhere, so
        the threshold, from which on it is the identity, is infinite; PyTorch's is 20 and a small jump.
        """

    def less(self, y: _Operand) -> Value:
        """a = x < y"""

    def less_equal(self, y: _Operand) -> Value:
        """a = x <= y"""

    def greater(self, y: _Operand) -> Value:
        """a = x > y"""

    def greater_equal(self, y: _Operand) -> Value:
        """a = x >= y"""

    def equal(self, y: _Operand) -> Value:
        """a = x == y"""

    def not_equal(self, y: _Operand) -> Value:
        """a = x != y"""

    def logical_and(self, y: _Operand) -> Value:
        """a = logical_and(x, y)"""

    def logical_or(self, y: _Operand) -> Value:
        """a = logical_or(x, y)"""

    def logical_not(self) -> Value:
        """a = logical_not(x)"""

    def silu(self) -> Value:
        """a = z / (1 + exp(-z))

        z * sigmoid(z). Also Elfwing et al. 2017, and Ramachandran et al. 2017 as swish, whose beta is an
        input of swish_beta.
        """

    def quick_gelu(self) -> Value:
        """a = z / (1 + exp(-1.702 * z))

        The logistic approximation of gelu.
        """

    def gelu(self) -> Value:
        """a = z * (1 + erf(z / sqrt(2))) / 2

        z times the probability that a normal number is below z.
        """

    def gelu_tanh(self) -> Value:
        """a = z * (1 + tanh(sqrt(2 / pi) * (z + 0.044715 * z * z * z))) / 2

        The default of jax.nn.gelu and keras.ops.gelu.
        """

    def mish(self) -> Value:
        """a = z * tanh(log(1 + exp(z)))

        tanh(softplus(z)) is n / (n + 2) with n = e * (e + 2), e = exp(z): no logarithm.
        """

    def take_axis(self, index: _Operand, axis: int = 0) -> Value:
        """a = take(x, index, axis=axis)

        The entries of x at the places `index` along an axis, which the axes of the index take the place of:
        `take_axis(table, ids)` are rows of a table, as `table[ids]`. An entry that is taken several times gets the
        sum of its gradients.

        `index`: whole numbers, a number or an array; negative ones count from the end. Raises `IndexError` for one
        out of range, `TypeError` for floats and masks.
        """

    def put_add(self, index: _Operand, size: int, axis: int = 0) -> Value:
        """a = put_add(x, index, size, axis)

        Zeros with x added at the places `index` along an axis of length `size`, which takes the place of the axes of
        the index; what falls on the same place adds up. The opposite of `take_axis`, and its derivative.

        Raises as `take_axis` does, and `ValueError` if x does not have the index's axes.
        """

    def getitem(self, index: Any) -> Value:
        """a = x[index]

        All of NumPy's indexing. An entry that is taken several times gets the sum of its gradients.
        """

    def scatter_add(self, shape: Any, index: Any) -> Value:
        """a = scatter_add(x, shape, index)

        Zeros of this shape with x added at `index`; what falls on the same place adds up. The opposite
        of `getitem`, and its derivative.
        """

    def swapaxes(self, axis1: int, axis2: int) -> Value:
        """a = swapaxes(x, axis1, axis2)"""

    def moveaxis(self, source: int | Sequence[int] | None, destination: int | Sequence[int] | None) -> Value:
        """a = moveaxis(x, source, destination)"""

    def squeeze(self, axis: int | tuple[int, ...] | None = None) -> Value:
        """a = squeeze(x, axis)"""

    def expand_dims(self, axis: int | Sequence[int] | None) -> Value:
        """a = expand_dims(x, axis)"""

    def broadcast_to(self, shape: Any) -> Value:
        """a = broadcast_to(x, shape)"""

    def flip(self, axis: int | Sequence[int] | None = None) -> Value:
        """a = flip(x, axis)"""

    def roll(self, shift: Any, axis: int | Sequence[int] | None = None) -> Value:
        """a = roll(x, shift, axis)"""

    def pad(self, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Value:
        """a = pad(x, pad_width, mode, constant_values=constant_values)

        Pads with constants, to which nothing flows; other modes raise `ValueError`.
        """

    def repeat(self, repeats: Any, axis: int | None = None) -> Value:
        """a = repeat(x, repeats, axis)"""

    def tile(self, reps: Any) -> Value:
        """a = tile(x, reps)"""

    def astype(self, dtype: Any) -> Value:
        """a = asarray(x, dtype)

        The gradient comes back in x's dtype. Nothing flows through a conversion to integers or booleans.
        """

    def glu(self, axis: int = -1) -> Value:
        """a = split(z, 2, axis)[0] / (1 + exp(-split(z, 2, axis)[1]))

        The axis, of even size, holds the values first and then the gates.
        """

    def reglu(self, axis: int = -1) -> Value:
        """a = split(z, 2, axis)[0] * maximum(split(z, 2, axis)[1], 0)

        glu with relu for its gate; the slope of the gate at 0 is 1, as relu's.
        """

    def geglu(self, axis: int = -1) -> Value:
        """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] * (1 + erf(split(z, 2, axis)[1] / sqrt(2))) / 2

        glu with gelu for its gate.
        """

    def swiglu(self, axis: int = -1) -> Value:
        """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] / (1 + exp(-split(z, 2, axis)[1]))

        glu with silu for its gate.
        """

    def crelu(self, axis: int = -1) -> Value:
        """a = concatenate((maximum(z, 0), maximum(-z, 0)), axis)

        relu of z and of -z, one after the other: the axis doubles. At z = 0 both have relu's slope, 1.
        """

    def positive(self) -> Value:
        """a = +x"""

    def copy(self) -> Value:
        """a = x

        The same numbers in memory of their own. The gradient flows on.
        """

    def zeros_like(self, dtype: Any = None) -> Value:
        """a = zeros_like(x, dtype)

        Zeros in the shape of x, and of its dtype if none is given.
        """

    def ones_like(self, dtype: Any = None) -> Value:
        """a = ones_like(x, dtype)

        Ones in the shape of x, and of its dtype if none is given.
        """

    def full_like(self, fill_value: _Operand, dtype: Any = None) -> Value:
        """a = full_like(x, fill_value, dtype)

        `fill_value` in the shape of x, and of its dtype if none is given. A gradient flows to `fill_value`, and none
        to x. Raises `ValueError` if `fill_value` does not broadcast to the shape of x.
        """

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = sum(x, axis=axis, keepdims=keepdims)"""

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = mean(x, axis=axis, keepdims=keepdims)

        The sum over the number of entries. The mean of nothing is an error.
        """

    def max(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = max(x, axis=axis, keepdims=keepdims)

        Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
        """

    def min(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = min(x, axis=axis, keepdims=keepdims)

        Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
        """

    def prod(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = prod(x, axis=axis, keepdims=keepdims)

        Its derivative is right where entries are 0, too.
        """

    def cumsum(self, axis: int | None = None) -> Value:
        """a = cumsum(x, axis)"""

    def matmul(self, y: _Operand) -> Value:
        """a = x @ y

        Vectors, matrices, and batches of matrices that broadcast. Raises `ValueError` naming both
        shapes and the axes that differ.
        """

    def dot(self, y: _Operand) -> Value:
        """a = dot(x, y)

        NumPy's dot: sums over the last axis of x and the second to last of y; a scalar multiplies.
        """

    def outer(self, y: _Operand) -> Value:
        """a = outer(x, y)"""

    def tensordot(self, y: _Operand, axes: Any = 2) -> Value:
        """a = tensordot(x, y, axes)

        NumPy's: sums over the last `axes` axes of x and the first of y, or over the pairs that
        `axes=(axes of x, axes of y)` names. Raises `ValueError` for axes that are not there or differ in
        length, `TypeError` for what are no axes.
        """

    def hardmax(self, axis: int | None = -1) -> Value:
        """a = eye(z.shape[axis])[argmax(moveaxis(z, axis, -1), axis=-1)].swapaxes(axis, -1)

        1 at the largest entry, the first of several, and 0 elsewhere. Nothing flows through it.
        """

    def straight_through_hardmax(self, axis: int | None = -1) -> Value:
        """a = eye(z.shape[axis])[argmax(moveaxis(z, axis, -1), axis=-1)].swapaxes(axis, -1)

        hardmax, which hands its cotangent on as it is. Of gumbel_softmax it makes what PyTorch calls
        hard=True: `straight_through_hardmax(gumbel_softmax(z, rng=rng))`.
        """

    def softmax(self, axis: int | None = -1) -> Value:
        """a = exp(z) / sum(exp(z), axis=axis, keepdims=True)

        Shifted by the largest entry, so that it cannot overflow. An entry of -inf gets nothing, one of +inf all:
        the limits. A row of nothing but -inf has none, and gives NaN.
        """

    def softmin(self, axis: int | None = -1) -> Value:
        """a = exp(-z) / sum(exp(-z), axis=axis, keepdims=True)

        softmax(-z): the smallest entry gets the most.
        """

    def log_softmax(self, axis: int | None = -1) -> Value:
        """a = z - log(sum(exp(z), axis=axis, keepdims=True))

        Shifted by the largest entry, so that it cannot overflow. An entry of -inf gets nothing, one of +inf all:
        the limits. A row of nothing but -inf has none, and gives NaN.
        """

    def softmax2d(self) -> Value:
        """a = exp(z) / sum(exp(z), axis=-3, keepdims=True)

        softmax over the channels of images, of shape (N, C, H, W) or (C, H, W).
        """

    def sparsemax(self, axis: int = -1) -> Value:
        """a = maximum(z - simplex_threshold(z, axis), 0)

        The nearest point that is a distribution: entries far below the largest get exactly 0. The slope jumps
        where an entry reaches 0; on such a kink it counts as one that is 0.
        """

    def gumbel_softmax(self, rng: Any, tau: float = 1.0, axis: int | None = -1) -> Value:
        """a = exp((z + gumbel(rng, z.shape)) / tau) / sum(exp((z + gumbel(rng, z.shape)) / tau), axis=axis, keepdims=True)

        A random point near a corner of the simplex: each corner as often as softmax(z) says, and the nearer
        the smaller the temperature tau. `rng`: a `numpy.random.Generator`, or a seed. For PyTorch's hard=True
        see `straight_through_hardmax`.
        """

    def logsumexp(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = log(sum(exp(x), axis=axis, keepdims=keepdims))

        Shifted by the largest entry, so that it neither overflows nor loses a small sum. Where all entries are
        -inf, or where there are none, nothing is there to be weighed: the value is -inf and the gradient 0.
        """

    def logmeanexp(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = log(mean(exp(x), axis=axis, keepdims=keepdims))

        logsumexp without the logarithm of the number of entries: between the mean and the largest of them.
        Where all entries are -inf, the value is -inf and the gradient 0; without any it is an error, as for `mean`.
        """

    def log1mexp(self) -> Value:
        """a = log(-expm1(-z))

        log(1 - exp(-z)) for z > 0, with JAX's sign; from log 2 on by log1p, which keeps the digits there.
        """

    def bce_with_logits(self, y: _Operand) -> Value:
        """a = maximum(z, 0) - y * z + log1p(exp(-absolute(z)))

        Binary cross-entropy -y log(sigmoid(z)) - (1 - y) log(1 - sigmoid(z)) for targets y from 0 to 1, entry by
        entry: take the mean yourself. The targets have the shape of the logits, or are one number for all of
        them; other shapes raise `ValueError`. The slope sigmoid(z) - y is computed without taking close numbers
        apart. An infinite logit on the side of its target costs nothing.
        """

    def softmax_cross_entropy(self, y: _Operand, axis: int = -1) -> Value:
        """a = -sum(y * (z - log(sum(exp(z), axis=axis, keepdims=True))), axis=axis)

        Cross-entropy of softmax(z) and the targets y, of the same shape: probabilities, or `one_hot(labels)`;
        other shapes raise `ValueError`. One number for every row: take the mean yourself. The slope
        softmax(z) - y is computed without taking close numbers apart: a confident row keeps its digits. A class
        without a target costs nothing, even where its logit is -inf: so classes are masked.
        """

    def one_hot(self, classes: int) -> Value:
        """a = expand_dims(labels, -1) == arange(classes)

        Targets for `softmax_cross_entropy`: for every label a row of `classes` entries, True at the label.

        `labels`: whole numbers from 0 to classes - 1, an array of any shape; the result has one axis more. They may be
        data of a compiled function: one program takes all labels.
        Raises `TypeError` for other labels, `ValueError` for one out of range.
        """

    def var(self, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Value:
        """a = var(x, axis=axis, ddof=ddof, keepdims=keepdims)

        The mean square distance from the mean; `ddof` is subtracted from the number of entries.
        """

    def std(self, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Value:
        """a = std(x, axis=axis, ddof=ddof, keepdims=keepdims)

        The root of `var`. Where all entries are equal it is exactly 0; the slope there is 0 / 0 and is taken
        as 0, at every order, as for a norm.
        """

    def stop_gradient(self) -> Value:
        """a = z

        The same numbers, as a constant: nothing flows back.
        """

    def step(self) -> Value:
        """a = heaviside(z, 1)

        1 from 0 on, 0 below: constant on either side of its jump, so nothing flows through it.
        """

    def straight_through_step(self) -> Value:
        """a = heaviside(z, 1)

        The values of step. Backward, the gradient is handed on as if it were the identity.
        """

    def straight_through_sign(self) -> Value:
        """a = sign(z)

        The values of sign, with sign(0) = 0. Backward, the gradient is handed on where z is from -1 to 1,
        as if it were hard_tanh: beyond, a step is saturated.
        """

    def affine(self, alpha: float = 1.0, beta: float = 0.0) -> Value:
        """a = alpha * z + beta"""

    def prelu(self, slope: _Operand) -> Value:
        """a = maximum(z, 0) + slope * minimum(z, 0)

        leaky_relu whose slope is learned: an input, of any shape that broadcasts (one number, or one for
        each channel), with a gradient. The slope at z = 0 is 1, the right one.
        """

    def swish_beta(self, beta: _Operand) -> Value:
        """a = z / (1 + exp(-beta * z))

        silu with a beta that is learned: an input, with a gradient. With beta 0 it is z / 2, with a large
        one relu.
        """

    def rrelu(self, lower: float = 0.125, upper: float = 0.3333333333333333, rng: Any = None) -> Value:
        """a = maximum(z, 0) + (lower + upper) / 2 * minimum(z, 0)

        So it is in evaluation. In training, give a `numpy.random.Generator` as `rng`: every entry draws a
        slope of its own, uniformly from lower to upper. The slope at z = 0 is 1, the right one.
        """

    def general_relu(self, negative_slope: float = 0.0, max_value: float = ..., threshold: float = 0.0) -> Value:
        """a = where(z >= threshold, minimum(z, max_value), negative_slope * (z - threshold))

        Keras' relu: a slope below the threshold and a largest value. With a threshold other than 0 it
        jumps there, and nothing flows; at a threshold of 0 the slope is 1, as relu's, and at max_value, too.
        """

    def pow(self, y: _Operand) -> Value:
        """a = x ** y

        Differentiable in both, to any order. Where the exponent is 0 the slope in x is 0, at x = 0 too;
        where the base is 0 and the exponent is not negative, the slope in y is 0. All further derivatives
        at x = 0 are the limits from the right, infinite ones among them. A negative base has a slope in x
        only, for a whole exponent.
        """

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Value:
        """a = argmax(x, axis=axis, keepdims=keepdims)

        Where the largest entry along an axis is, the first of several; of all entries in a row if axis is None. Whole
        numbers, of shape x.shape without the axis. Raises `ValueError` if there are no entries.
        """

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> Value:
        """a = argmin(x, axis=axis, keepdims=keepdims)

        Where the smallest entry is; see `argmax`.
        """

    def argsort(self, axis: int | None = -1, kind: Any = None, stable: Any = None) -> Value:
        """a = argsort(x, axis, kind, stable=stable)

        The places of the entries in ascending order, along an axis; of all in a row if axis is None.
        `ta.take_axis(x, ta.argsort(x))` are the sorted entries of a vector, with their gradients.
        """

    def any(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = any(x, axis=axis, keepdims=keepdims)

        Whether any entry is not 0, as one boolean or along axes. NaN is not 0.
        """

    def all(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = all(x, axis=axis, keepdims=keepdims)

        Whether no entry is 0, as one boolean or along axes; of no entries it is true.
        """

    def count_nonzero(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """a = count_nonzero(x, axis=axis, keepdims=keepdims)

        How many entries are not 0, in all or along axes.
        """

    def isnan(self) -> Value:
        """a = x != x"""

    def isinf(self) -> Value:
        """a = absolute(x) == inf"""

    def isfinite(self) -> Value:
        """a = absolute(x) < inf"""

    def signbit(self) -> Value:
        """a = signbit(x)

        Whether the sign is minus: of -0.0, too.
        """

    def isclose(self, y: _Operand, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Value:
        """a = isclose(x, y, rtol, atol, equal_nan)

        Whether absolute(x - y) <= atol + rtol * absolute(y), entry by entry; equal infinities are close.
        """

    def allclose(self, y: _Operand, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Value:
        """a = all(isclose(x, y, rtol, atol, equal_nan))

        One boolean.
        """

    def array_equal(self, y: _Operand, equal_nan: bool = False) -> Value:
        """a = array_equal(x, y, equal_nan)

        Whether shapes and all entries are the same: one boolean.
        """

    def array_equiv(self, y: _Operand) -> Value:
        """a = array_equiv(x, y)

        Whether all entries are the same once the shapes are broadcast: one boolean.
        """

    def isin(self, y: _Operand, invert: bool = False) -> Value:
        """a = isin(x, y, invert=invert)

        Whether an entry of x is any of the entries of y, in the shape of x.
        """

    def searchsorted(self, y: _Operand, side: str = "left") -> Value:
        """a = searchsorted(x, y, side)

        Before which entry of x, in ascending order, an entry of y belongs; in the shape of y.
        """

    def relu6(self) -> Value:
        """a = clip(z, 0, 6)

        The slope is 1 at both kinks; PyTorch, JAX and TensorFlow say 0.
        """

    def elu(self, alpha: float = 1.0) -> Value:
        """a = where(z > 0, z, alpha * expm1(minimum(z, 0)))

        Smooth at 0 if alpha is 1; else a kink, where the slope is the right one, 1.
        """

    def celu(self, alpha: float = 1.0) -> Value:
        """a = maximum(z, 0) + alpha * expm1(minimum(z, 0) / alpha)

        Its slope is continuous for every alpha.
        """

    def selu(self) -> Value:
        """a = 1.0507009873554805 * where(z > 0, z, 1.6732632423543772 * expm1(minimum(z, 0)))

        The slope at 0 is the right one, 1.0507; PyTorch and JAX take the left, 1.7581.
        """

    def squareplus(self, b: float = 4.0) -> Value:
        """a = (z + sqrt(z * z + b)) / 2

        A softplus without exponentials; b > 0 rounds the corner. For z < 0 computed as b / 4 over the
        other root, which cancels nothing.
        """

    def sparse_plus(self) -> Value:
        """a = where(z <= -1, 0, where(z >= 1, z, (minimum(z, 1) + 1) ** 2 / 4))

        0, a parabola, the identity: its slope is continuous.
        """

    def hard_swish(self) -> Value:
        """a = z * clip(z / 6 + 0.5, 0, 1)

        The slope is -1/2 at -3 and 3/2 at 3, those of the parabola.
        """

    def round(self, decimals: int = 0) -> Value:
        """a = rint(x * 10.0 ** decimals) / 10.0 ** decimals

        Half a unit goes to the even neighbour. Constant between its jumps there, so nothing flows through it.
        """

    def trunc(self) -> Value:
        """a = where(x < 0, ceil(x), floor(x))

        Constant between its jumps at the integers, so nothing flows through it.
        """

    def floor_divide(self, y: _Operand) -> Value:
        """a = floor(x / y)

        Constant between its jumps where x is a multiple of y, so nothing flows through it.
        """

    def mod(self, y: _Operand) -> Value:
        """a = x - floor(x / y) * y

        What `x % y` gives, with the sign of y, and NumPy's `mod` and `remainder`. It jumps where x is a multiple of y;
        there the slopes are those of the side where x / y is larger.
        """

    def fmod(self, y: _Operand) -> Value:
        """a = x - trunc(x / y) * y

        The remainder with the sign of x, as C has it.
        """

    def heaviside(self, y: _Operand) -> Value:
        """a = where(x == 0, y, x > 0)

        The step whose value at 0 is y. Constant on either side of it: a gradient flows to y, and only where x is 0.
        """

    def hard_shrink(self, threshold: float = 0.5) -> Value:
        """a = where(absolute(z) > threshold, z, 0)

        Jumps at both thresholds. PyTorch calls the parameter lambd.
        """

    def soft_shrink(self, threshold: float = 0.5) -> Value:
        """a = sign(z) * maximum(absolute(z) - threshold, 0)

        The slope is 1 at both thresholds; PyTorch says 0.
        """

    def shrink(self, bias: float = 0.0, threshold: float = 0.5) -> Value:
        """a = where(z < -threshold, z + bias, where(z > threshold, z - bias, 0))

        ONNX's: hard_shrink with bias 0, soft_shrink where bias equals the threshold (whose kinks are
        then no jumps).
        """

    def thresholded_relu(self, alpha: float = 1.0) -> Value:
        """a = where(z > alpha, z, 0)

        Jumps at alpha.
        """

    def threshold(self, threshold: float, value: float) -> Value:
        """a = where(z > threshold, z, value)

        Jumps at the threshold, unless the value is the threshold itself: then it has a kink there, where
        nothing flows either.
        """

    def log_sigmoid(self) -> Value:
        """a = -log(1 + exp(-z))

        Its derivative, sigmoid(-z), is accurate from the output alone.
        """

    def logit(self) -> Value:
        """a = log(z / (1 - z))

        The inverse of sigmoid, for z between 0 and 1; around 1/2, its root, by log1p, which keeps the digits.
        """

    def hard_sigmoid(self, alpha: float = 0.16666666666666666, beta: float = 0.5) -> Value:
        """a = clip(alpha * z + beta, 0, 1)

        The slope is alpha at its kinks: -3 and 3 by default, as in PyTorch and JAX; ONNX has alpha=0.2. An
        alpha of 1/6 or 0.2 means one sixth or one fifth, and beside the foot, where the sum cancels, the value is
        right to the last digit. Any other alpha is the float that it is: there the rounding of alpha * z
        shows, which is beta / a times that of a.
        """

    def sparse_sigmoid(self) -> Value:
        """a = clip((z + 1) / 2, 0, 1)

        The slope of sparse_plus; 1/2 at its kinks, -1 and 1.
        """

    def hard_tanh(self, min: float = -1.0, max: float = 1.0) -> Value:
        """a = clip(z, min, max)

        The slope is 1 at its kinks, -1 and 1 by default, as JAX has it; PyTorch says 0.
        """

    def scaled_tanh(self, alpha: float = 1.0, beta: float = 1.0) -> Value:
        """a = alpha * tanh(beta * z)

        LeCun's choice is alpha=1.7159, beta=2/3 (Efficient BackProp).
        """

    def soft_sign(self) -> Value:
        """a = z / (1 + absolute(z))

        The slope is continuous; its own slope jumps at 0 from 2 to -2, and there counts as -2.
        """

    def tanh_shrink(self) -> Value:
        """a = z - tanh(z)

        Near 0, where that cancels, by a quotient of polynomials; within 4 ulp.
        """
