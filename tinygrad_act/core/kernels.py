"""One-line formulas written out: as few steps over memory as NumPy allows, each over an array that is there already.

    written(lambda g, a, z: g * (a * (1 - a)))

is called with arrays and `out`, and runs

    np.subtract(1, a, out=out)
    np.multiply(a, out, out=out)
    np.multiply(g, out, out=out)

The formula is run once for every dtype and every set of static parameters, on arrays of one entry that note which of
NumPy's functions it calls. A program that is being recorded plans its memory itself: it is given the formula.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .blocks import choose

__all__ = ["Traced", "Written", "written"]

Kernel = Callable[..., None]
_MOST = 64
"""How many kernels of a formula are kept."""
_NO_KERNEL = (TypeError, ValueError, AttributeError, ArithmeticError)
"""What a formula raises that looks at its numbers, or leaves these parameters to the body."""


class Written:
    """A formula of arrays alone, `f(*arrays, **static)`, that can write its result into an array."""

    def __init__(self, formula: Callable[..., Any]) -> None:
        self.formula = formula
        self._kernels: dict[Any, Kernel | None] = {}

    def __call__(self, z: Any, *args: Any, **static: Any) -> None:
        """`f(*arrays, out, **static)`. Raises `FloatingPointError` where it has no kernel."""
        if len(args) == 1 and not static and type(z) is np.ndarray:  # the short way, for small arrays
            kernel = self._kernels.get((z.dtype,)) or self.kernel((z.dtype,), static)
        elif type(args[-1]) is np.ndarray:
            kernel = self.kernel(tuple([x.dtype for x in (z, *args[:-1])]), static)
        else:
            np.copyto(args[-1], self.formula(z, *args[:-1], **static))
            return
        if kernel is None:
            raise FloatingPointError
        kernel(z, *args)

    def kernel(self, dtypes: tuple[Any, ...], static: Mapping[str, Any]) -> Kernel | None:
        """`f(*arrays, out)` for arrays of these dtypes; None if the formula can't be written out for them."""
        key = (*dtypes, *((name, type(x), repr(x)) for name, x in static.items())) if static else dtypes
        kernel = self._kernels.get(key)
        if kernel is None and key not in self._kernels:
            with contextlib.suppress(*_NO_KERNEL), np.errstate(all="ignore"):
                kernel = _write(self.formula, dtypes, static)
            if len(self._kernels) >= _MOST:
                self._kernels.clear()
            self._kernels[key] = kernel  # only now: another thread would take what is half made for none
        return kernel


written = Written


class _Step:
    """What one call of NumPy's gives: the function, its arguments, and what it is for arrays of one entry."""

    def __init__(self, name: str, args: tuple[Any, ...], data: Any, more: str = "") -> None:
        self.name, self.args, self.data, self.more = name, args, data, more
        self.place = ""
        """The array that it is in."""

    dtype = property(lambda self: self.data.dtype)


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array of any length while a formula is read."""

    __slots__ = ("_step", "_steps")

    def __init__(self, step: _Step, steps: list[_Step]) -> None:
        self._step, self._steps = step, steps

    dtype = property(lambda self: self._step.dtype)
    itemsize = property(lambda self: self._step.dtype.itemsize)

    def __array_ufunc__(self, f: np.ufunc, how: str, *inputs: Any, **static: Any) -> Any:
        if how != "__call__" or not static.keys() <= {"dtype"}:
            return NotImplemented
        wide = f", dtype=np.{np.dtype(static['dtype']).name}" if static else ""
        return self._note(f"np.{f.__name__}", functools.partial(f, **static), inputs, wide)

    def __array_function__(self, f: Any, types: Any, args: Any, kwargs: Any) -> Any:
        known = {np.where: "choose", np.clip: "np.clip"}
        return self._note(known[f], f, args) if f in known and len(args) == 3 and not kwargs else NotImplemented

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a formula does not look at its numbers")

    __bool__ = __float__ = __int__ = __index__ = __iter__ = __len__ = __array__ = __getitem__ = _refuse
    __hash__ = object.__hash__

    def astype(self, dtype: Any) -> Traced:
        """In another precision."""
        return self if dtype == self.dtype else self._note("astype", lambda x: x.astype(dtype), (self,))

    def _note(self, name: str, f: Any, inputs: tuple[Any, ...], more: str = "") -> Traced:
        args = tuple([x._step if isinstance(x, Traced) else x for x in inputs])
        if not all(isinstance(x, (_Step, float, int, np.floating)) for x in args):
            raise TypeError("a formula is made of its arguments and of numbers")
        step = _Step(name, args, f(*[x.data if isinstance(x, _Step) else x for x in args]), more)
        if name == "choose" and any(isinstance(x, _Step) and x.dtype != step.dtype for x in args[1:]):
            raise TypeError("both of a choice are of one dtype")
        self._steps.append(step)
        return Traced(step, self._steps)


def _write(formula: Callable[..., Any], dtypes: tuple[Any, ...], static: Mapping[str, Any]) -> Kernel:
    steps: list[_Step] = []
    inputs = [_Step("", (), np.ones(1, dtype)) for dtype in dtypes]
    for i, x in enumerate(inputs):
        x.place = f"x{i}"
    result = formula(*[Traced(x, steps) for x in inputs], **static)
    if not isinstance(result, Traced) or result._step in inputs:
        raise TypeError("nothing is computed")
    plan = _Plan(_needed(steps, result._step), dtypes[-1])
    body = "".join(f"    {line}\n" for line in plan.lines)
    source = f"def kernel({', '.join([x.place for x in inputs])}, out):\n{body}"
    namespace = {"np": np, "choose": choose, **plan.numbers}
    exec(source, namespace)
    kernel: Any = namespace["kernel"]
    kernel.source = source
    return kernel  # type: ignore[no-any-return]


def _needed(steps: list[_Step], last: _Step) -> list[_Step]:
    """The steps that the last one depends on, and itself."""
    wanted = {last}
    for step in reversed(steps):
        if step in wanted:
            wanted.update(x for x in step.args if isinstance(x, _Step))
    return [step for step in steps if step in wanted]


class _Plan:
    """Which step writes into what: over an argument that is needed no more, or `out`, or memory of its own."""

    def __init__(self, steps: list[_Step], dtype: Any) -> None:
        self.end, self.dtype = steps[-1], dtype
        self.last = {x: step for step in steps for x in step.args if isinstance(x, _Step)}
        self.others = {step.args[2] for step in steps if step.name == "choose"}
        """`choose` may be written over its first choice, and not over its second."""
        self.free: list[tuple[str, Any]] = [("out", dtype)]
        self.lines: list[str] = []
        self.numbers: dict[str, Any] = {}
        self.count = 0
        for step in steps:
            self._add(step)

    def _add(self, step: _Step) -> None:
        args = [x for x in dict.fromkeys(step.args) if isinstance(x, _Step)]
        self.free = [(x.place, x.dtype) for x in args if x.name and self.last[x] is step] + self.free
        texts = [self._text(x, step) for x in step.args]
        barred = {texts[2]} if step.name == "choose" else set()
        barred |= {"out"} if step in self.others else set()
        fitting = [place for place, dtype in self.free if dtype == step.dtype and place not in barred]
        fitting.sort(key=lambda place: place != "out")  # then over an argument: fewer arrays stay in the cache
        ends = step is self.end and step.dtype == self.dtype
        place = "out" if ends else fitting[0] if fitting else ""
        self.free = [x for x in self.free if x[0] != place]
        step.place = place or self._new()
        self._line(step, texts, bool(place))
        if step is self.end and not ends:
            self.lines.append(f'np.copyto(out, {step.place}, casting="same_kind")')

    def _line(self, step: _Step, texts: list[str], there: bool) -> None:
        """`there`: whether there is an array to write into."""
        if step.name in ("choose", "astype"):
            dtype = f"np.{step.dtype.name}"
            self.lines += [] if there else [f"{step.place} = np.empty_like(out, {dtype})"]
            call = f"choose({', '.join(texts)}, {step.place})" if step.name == "choose" else ""
            self.lines.append(call or f'np.copyto({step.place}, {texts[0]}, casting="same_kind")')
        elif there:
            self.lines.append(f"{step.name}({', '.join(texts)}{step.more}, out={step.place})")
        else:
            self.lines.append(f"{step.place} = {step.name}({', '.join(texts)}{step.more})")

    def _new(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def _text(self, x: Any, step: _Step) -> str:
        """An argument: a place, or a number, of the dtype of the choice where it is one of two things to choose."""
        if isinstance(x, _Step):
            return x.place
        if step.name != "choose" and type(x) in (float, int) and np.isfinite(x):
            return repr(x)
        name = f"k{len(self.numbers)}"
        self.numbers[name] = step.dtype.type(x) if step.name == "choose" else x
        return name
