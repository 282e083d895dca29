"""What is checked: a function, the point, and where its gradient comes from.

`Problem` hides the difference between a function of Values, whose gradient is ours, and a plain
NumPy function with a gradient or Jacobian that somebody wrote by hand.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ...core.gate import admit, cast
from ...core.graph import topological_order
from ...core.mode import deeper, no_grad
from ...core.trees import flatten, leaves_with_paths, unflatten
from ...engine.leaves import leaf_data
from ...engine.transforms import pullback_of
from ...engine.value import Value
from .ladder import Line

__all__ = ["Problem", "WrongShape", "data_of", "name_of", "plain"]

_IMAGINARY = 1e-150


class WrongShape(Exception):
    """A gradient does not have the shape of its argument; the text says which."""


def name_of(path: str, index: tuple[int, ...] = ()) -> str:
    """`argument 0['W1'][2, 1]`."""
    argument, _, rest = path[1:].partition("]")
    where = f"[{', '.join(map(str, index))}]" if index else ""
    return f"argument {argument}{rest}{where}"


class Problem:
    """`f` at `args`, in `dtype`. `gradient` and `jacobian`: functions of the same arguments, or None."""

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        gradient: Callable[..., Any] | None = None,
        jacobian: Callable[..., Any] | None = None,
        dtype: Any = np.float64,
    ) -> None:
        self.f, self.args, self.gradient, self.jacobian = f, list(args), gradient, jacobian
        self.dtype = np.dtype(dtype)
        pairs = list(leaves_with_paths(self.args))
        self.paths = [path for path, _ in pairs]
        self.leaves = [_as_array(path, leaf, self.dtype) for path, leaf in pairs]

    @property
    def by_hand(self) -> bool:
        """Whether `f` is a plain function of arrays with a gradient of its own."""
        return self.gradient is not None or self.jacobian is not None

    def arguments(self, leaves: list[Any]) -> list[Any]:
        """The arguments with `leaves` in place of their arrays."""
        return list(unflatten(self.args, leaves))

    def graph(self) -> tuple[list[Value], list[Any]]:
        """A Value for every leaf, and the operations that one call computes with them, in order."""
        starts = [Value(leaf) for leaf in self.leaves]
        with deeper(), np.errstate(all="ignore"):
            out = self.f(*self.arguments(starts))
        nodes = topological_order([out] if isinstance(out, Value) else [], Value)
        return starts, [node for node in nodes if node.op is not None]

    def value(self, leaves: list[np.ndarray]) -> np.ndarray:
        """The output as an array; the function gets arrays of its own, or Values that record nothing."""
        if self.by_hand:
            return self._checked(self.f(*self.arguments([_like(leaf, leaf.copy()) for leaf in leaves])))
        with no_grad():
            return self._checked(self.f(*self.arguments([Value(leaf, requires_grad=False) for leaf in leaves])))

    def _checked(self, out: Any) -> np.ndarray:
        if out is None:
            raise TypeError("gradcheck: the function's result is nothing (None); is `return` missing?")
        if isinstance(out, (list, tuple, dict)):
            raise TypeError(f"gradcheck: the function returned a {type(out).__name__}; return one number or array")
        out, where = plain(out), "gradcheck: the function's result"
        if isinstance(out, complex) or getattr(getattr(out, "dtype", None), "kind", "") == "c":
            raise TypeError(
                "gradcheck: the function returned complex numbers; only real ones are differentiated here: "
                "return the real and the imaginary part, or the absolute value"
            )
        return cast(where, admit(where, out), np.dtype(np.float64))

    def pull(self, weights: np.ndarray) -> list[np.ndarray]:
        """The gradient of sum(weights * output), one array for every leaf. Raises `WrongShape`."""
        if self.gradient is not None:
            return self._by_hand(self.gradient, weights, False)
        if self.jacobian is not None:
            return self._by_hand(self.jacobian, weights, True)
        return next(self.pulls([weights]))

    def pulls(self, many: Iterable[np.ndarray]) -> Iterator[list[np.ndarray]]:
        """The same for several weights, by the pullback of one call."""
        args = tuple(self.arguments([leaf.copy() for leaf in self.leaves]))
        _, pullback = pullback_of("gradcheck", self.f, args, warn=False)
        for weights in many:
            found = [np.asarray(c, np.float64) for c in flatten(list(pullback(weights.astype(self.dtype))))]
            yield self._of_shape(found, ())

    def _by_hand(self, function: Callable[..., Any], weights: np.ndarray, full: bool) -> list[np.ndarray]:
        word = "jacobian" if full else "gradient"
        if not full and weights.size != 1:
            raise ValueError(
                f"gradcheck: the function returns shape {weights.shape}; gradient= is for functions "
                f"that return one number; give jacobian= instead"
            )
        out = function(*self.arguments([_like(leaf, leaf.copy()) for leaf in self.leaves]))
        single = len(self.args) == 1 and not (isinstance(out, tuple) and len(out) == 1)
        found = flatten([out] if single else out)
        if len(found) != len(self.leaves):
            raise WrongShape(f"{word} returned {len(found)} arrays for {len(self.leaves)} arguments' arrays")
        where = f"gradcheck: the {word}"
        arrays = [cast(where, admit(where, plain(c)), np.dtype(np.float64)) for c in found]
        if not full:
            return [weights.reshape(()) * c for c in self._of_shape(arrays, ())]
        self._of_shape(arrays, weights.shape)
        return [np.tensordot(weights, c, weights.ndim) for c in arrays]

    def _of_shape(self, found: list[np.ndarray], front: tuple[int, ...]) -> list[np.ndarray]:
        for path, leaf, c in zip(self.paths, self.leaves, found):
            if c.shape != front + leaf.shape:
                raise WrongShape(f"the gradient of {name_of(path)} has shape {c.shape}, expected {front + leaf.shape}")
        return found

    def line(self, number: int, index: tuple[int, ...], weights: np.ndarray, limits: tuple[float, float]) -> Line:
        """The function along one entry of one leaf."""
        leaf = self.leaves[number]

        def read(step: float) -> np.ndarray:
            moved = leaf.copy()
            moved[index] += step
            return self.value([*self.leaves[:number], moved, *self.leaves[number + 1 :]]).ravel()

        x = float(leaf[index])
        return Line(read, weights.ravel(), x, abs(x), limits)

    def complex_slope(self, number: int, index: tuple[int, ...], weights: np.ndarray) -> float:
        """The derivative from one step along the imaginary axis, which cancels nothing; NaN if the
        function does not take complex numbers, or drops their imaginary part.

        Squire and Trapp 1998. Only for plain functions of arrays, and right only if all that they
        do is analytic (`abs` is not): a second opinion, no verdict.
        """
        leaves: list[Any] = [leaf.copy() for leaf in self.leaves]
        leaves[number] = leaves[number].astype(complex)
        leaves[number][index] += _IMAGINARY * 1j
        given = [_like(leaf, new) for leaf, new in zip(self.leaves, leaves)]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a function that casts to real numbers
                out = np.asarray(self.f(*self.arguments(given)))
        except Exception:  # many functions refuse complex numbers, each in its own way
            return math.nan
        if out.dtype.kind != "c" or out.shape != weights.shape:
            return math.nan
        slope = float(np.sum(weights * out.imag)) / _IMAGINARY
        return slope if abs(slope) > 1e10 * _IMAGINARY else math.nan  # or the step itself is seen

    def direction(self, steps: list[np.ndarray], weights: np.ndarray) -> Line:
        """The function along a direction: all leaves move by a multiple of `steps`."""

        def read(step: float) -> np.ndarray:
            return self.value([leaf + step * d for leaf, d in zip(self.leaves, steps)]).ravel()

        scale = max((float(np.max(np.abs(x[d != 0]), initial=0.0)) for x, d in zip(self.leaves, steps)), default=0.0)
        return Line(read, weights.ravel(), 0.0, scale, many=True)


def plain(x: Any) -> Any:
    """The number or array that a Value holds; anything else as it is."""
    return x._held if isinstance(x, Value) else x


def data_of(x: Any) -> np.ndarray:
    """The same as an array."""
    return np.asarray(plain(x))


def _like(leaf: np.ndarray, array: np.ndarray) -> Any:
    """A number where the user gave one."""
    return array if leaf.ndim else array.item()


def _as_array(path: str, leaf: Any, dtype: np.dtype) -> np.ndarray:
    try:
        array = np.array(leaf_data(plain(leaf), True), dtype)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"gradcheck: {name_of(path)} (argument {path}): {error}") from None
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        index = tuple(int(i) for i in bad[0])
        raise ValueError(
            f"gradcheck: {name_of(path, index)} is {array[index]}; there is no derivative at a point that is not finite"
        )
    return array
