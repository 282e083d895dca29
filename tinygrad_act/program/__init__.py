"""Compile: from the recorded graph to a program faster than hand-written NumPy, that you can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..value import Value
from .compiled import Compiled
from .of_value import CompiledValue
from .passes import PASSES, check_passes
from .program import Program

__all__ = ["PASSES", "Compiled", "CompiledValue", "Program", "compile"]


def compile(
    function: Callable[..., Any] | Value | None = None,
    *,
    donate: Any = (),
    passes: Sequence[str] | None = None,
    retrace: bool = True,
    backend: str = "numpy",
) -> Any:
    """A function that runs as a program: one recorded from `function`, for each kind of arguments.

    `function`: takes and returns numbers, arrays, and nested lists, tuples and dicts of them; inside, it
    works on Values. Without it, `compile(donate=...)` is a decorator. A Value in its place: the graph that
    made it, as a `CompiledValue` with `forward()` and `backward()`.

    Arrays, NumPy's numbers and Python floats are data; anything else among the arguments is static, and
    each of its values gets a program, as each structure, shape and dtype does. Arrays that the function
    meets outside of its arguments are constants; a later call raises `RuntimeError` if one was changed or
    replaced. Values from outside are read anew in each call.

    `donate`: positions or names of arguments whose arrays the caller gives away. A result of the same
    shape and dtype is written over such an array, and the array returned in its place.
    `passes`: names of `PASSES`, None for all. With () results are those of eager mode to the last bit, with
    all of them up to a few units in the last place.
    `retrace`: whether a second kind of arguments gets a program as well. `backend`: "numpy".

    Each call that is running has room of its own, so threads may call one program at the same time, and no
    later call overwrites what an earlier one returned, donated arrays apart.

    Raises `ValueError` for an unknown pass or backend, for `donate` that names no argument, for a Value
    without a graph, and at the call for a donated array that is read-only or passed twice and, with
    `retrace=False`, for another kind of arguments. Raises `TypeError` for what is no function, and at the
    call if `function` returns something else than numbers and arrays; and `TracingError`, a `TypeError`,
    if it looks at the numbers of a Value, changes its arguments, or depends on chance.
    """
    if backend != "numpy":
        raise ValueError(f"compile: backend={backend!r}: there is only 'numpy'; leave it out")
    if isinstance(function, Value):
        if donate != ():
            raise ValueError(f"compile: donate={donate!r}: a recorded graph has no arguments to donate")
        return CompiledValue(function, check_passes(passes))
    if function is None:
        return lambda f: compile(f, donate=donate, passes=passes, retrace=retrace, backend=backend)
    if not callable(function):
        raise TypeError(
            f"compile: got {type(function).__name__} {function!r:.40}; expected a function, as in "
            f"ta.compile(lambda x: ...), or the result of an operation on Values"
        )
    return Compiled(function, donate, check_passes(passes), retrace)
