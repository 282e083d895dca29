"""Compile: from the recorded graph to a program faster than hand-written NumPy, that you can read.

In the order in which a call runs through the files:

- `compiled`: a function that is called, and `of_value` (with `rerun`): a graph that was recorded. `signature` tells
  kinds of arguments apart, `changes` says in what two differ, `store` keeps a program for each kind, `instances` one
  for each object with a method, `donated` knows which arrays are given away.
- `trace` runs the function on Values; `constants` and `holders` look after what it met outside of itself.
- `build`: the graph as nodes (`node`; `facts` of those whose numbers are not kept; `calls`: the functions that they
  call). `vectors/`: scalars that are alike become arrays first.
- `assemble` makes a program of it: `lower` replaces operations by the lines that they are made of, which bodies and
  rules say on a `proxy`, `compared` with what they give; `passes/` make the graph smaller and cheaper.
- `plan`: where each result is kept, with `tiles` for chains on large arrays; `guard`: what to look at for NaN.
- `emit` writes the functions, `loops` those of tiles, `writer` lines, `spell` calls, `names` and `identifiers` names.
- `program` runs it in `memory` of its own; `costs`: what a call costs; `saved/` writes it as a module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.frames import boundary
from ..engine.value import Value
from .compiled import Compiled
from .of_value import CompiledValue
from .passes import PASSES, check_passes
from .program import Program
from .store import KEEP, check_keep

__all__ = ["PASSES", "Compiled", "CompiledValue", "Program", "compile"]


@boundary
def compile(function: Callable[..., Any] | Value | None = None, *, donate: Any = (),
            passes: Sequence[str] | None = None, retrace: bool = True, keep: int | None = KEEP,
            backend: str = "numpy") -> Any:  # fmt: skip
    """A function that runs as a program, recorded from `function` once for each kind of arguments.

    `function` takes and returns numbers, arrays, and nested lists, tuples and dicts of them; inside, it works on
    Values. Without it, a decorator. For a Value: the graph that made it, as a `CompiledValue`.

    Arrays, NumPy's numbers and Python floats are data (whole numbers may index: `x[ids]`); anything else among the
    arguments is static. Each structure, shape, dtype and static gets a program. Arrays that the function meets outside
    of its arguments are constants: a call raises `RuntimeError` if one was changed. Values from outside are read anew.

    `donate`: positions or names of arguments whose arrays are given away: a result of the same shape and dtype is
    written over such an array and returned in it. `passes`: names of `PASSES`, None for all; with () results are
    eager's to the last bit, else up to a few units in it. `retrace=False`: one kind of arguments only. `keep`: how many
    programs are kept, those that were used last; another one is recorded again when it is wanted. None: all.

    With passes, too, what eager has finite is finite, what it has not 0 is not 0, and infinities have its sign. A zero
    may have the other sign: `algebra` takes x for x + 0, y - x for -(x - y) and sqrt(x) for x ** 0.5, `lower` maximum
    and minimum for clip, and `sums`, `products` and `vectors` add in another order. Threads may call one program at the
    same time, and no later call overwrites what an earlier one returned, donated arrays apart. A method has a program
    for each object, and gives it up when the object goes.

    Raises `ValueError` for an unknown pass or backend, `keep` below 1, `donate` that names no argument, a Value without
    a graph; at the call for a donated array that is read-only or passed twice and, with `retrace=False`, for other
    arguments. Raises `TypeError` for what is no function or returns no numbers; `TracingError`, a `TypeError`, for one
    that looks at a Value's numbers, changes its arguments, or depends on chance.
    """
    if backend != "numpy":
        raise ValueError(f"compile: backend={backend!r}: there is only 'numpy'; leave it out")
    if isinstance(function, Value):
        if donate != ():
            raise ValueError(f"compile: donate={donate!r}: a recorded graph has no arguments to donate")
        return CompiledValue(function, check_passes(passes))
    if function is None:
        keywords = {"donate": donate, "passes": passes, "retrace": retrace, "keep": keep, "backend": backend}
        return boundary(lambda f: compile(f, **keywords))
    if not callable(function):
        raise _no_function(function)
    return Compiled(function, donate, check_passes(passes), retrace, check_keep(keep))


def _no_function(x: Any) -> TypeError:
    if isinstance(x, classmethod):
        return TypeError("compile: got a classmethod; write @classmethod above @ta.compile, which takes the function")
    return TypeError(
        f"compile: got {type(x).__name__} {x!r:.40}; expected a function, as in ta.compile(lambda x: ...), or the "
        f"result of an operation on Values"
    )
