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
    """A function that runs as a program."""
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
