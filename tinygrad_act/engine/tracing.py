"""What happens while `compile` records a program: nothing may look at numbers, and a backward step is one node.

A program runs on other numbers than those that it was recorded with. So Python code that looks at a
number (`if x > 0`, `float(x)`) would be right for the first call only, and raises.

The backward pass of a program's gradient is recorded with one node for each cotangent, which runs
the same code as the backward pass outside of programs: the same numbers, to the last bit.
"""

from __future__ import annotations

import functools
from typing import Any

from ..core.errors import KEEP_THE_GRAPH, BareNumberError
from ..core.frames import user_line
from ..core.mode import Switch, mode
from ..core.op import Op

__all__ = [
    "Pull", "TracingError", "pull_op", "refuse_backward", "refuse_here", "refuse_look", "refuse_write", "static_index",
    "under",
]  # fmt: skip


class TracingError(BareNumberError):
    """A function does what can't be recorded as a program."""


def refuse_look(value: Any, how: str) -> None:
    """Raises `TracingError` if `value` may hold other numbers in the program's next call; of a constant it is noted
    what it holds."""
    if value.level or value.op is not None:
        raise TracingError(
            f"{how} of a Value while ta.compile records a program, at {user_line()}: the program runs on other "
            f"numbers later, so nothing can branch on them or take them out; {KEEP_THE_GRAPH}; to choose, "
            f"ta.where(condition, x, y); for array[index], ta.take_axis(array, index); or pass what decides as an "
            f"int, bool or str: one program is made for each"
        )
    if mode.met is not None:
        mode.met.look_at((value,))


def static_index(key: Any, cls: type) -> Any:
    """An index with numbers and arrays in place of Values (of class `cls`)."""
    if isinstance(key, tuple):
        return tuple(static_index(part, cls) for part in key)
    if isinstance(key, cls) and mode.tracing:
        refuse_look(key, "an index")
    return key._held if isinstance(key, cls) else key  # type: ignore[attr-defined]


def refuse_write(value: Any, what: str) -> TracingError:
    """The error for `.data = ...` and `.grad = ...` in a program."""
    name = f"'{value.label}'" if value.label else "a Value"
    return TracingError(
        f"the function changes the {what} of {name} while ta.compile records it, at {user_line()}: return the new "
        f"{what} instead, as in params = step(params), with donate= to update arrays in place"
    )


def refuse_backward() -> TracingError:
    """The error for `.backward()` in a program."""
    return TracingError(
        f".backward() while ta.compile records a program, at {user_line()}: gradients are results there; use "
        f"ta.value_and_grad(f)(params), or compile the recorded graph: ta.compile(value)"
    )


def refuse_here(how: str) -> TracingError:
    """The error for what compares numbers, in a program."""
    return TracingError(
        f"{how} while ta.compile records a program, at {user_line()}: it would run once, on the numbers of the first "
        f"call; call it outside, on the function itself"
    )


class Pull:
    """One step of backpropagation as an operation: `(g, a, *inputs)` to the cotangent of one input."""

    def __init__(self, op: Op, position: int, run: Any, conventions: tuple[Any, ...] | None) -> None:
        self.op, self.position, self.conventions = op, position, conventions
        """`conventions`: what `derivative_form`, `at_kink` and `dialect` said, if anything."""
        self._run = run

    def __call__(self, g: Any, a: Any, *args: Any, **static: Any) -> Any:
        if self.conventions is None:
            return self._run(self.op, self.position, g, a, args, static)
        with under(self.conventions):
            return self._run(self.op, self.position, g, a, args, static)


def under(conventions: tuple[Any, ...]) -> Switch:
    """The switch that sets conventions as they were."""
    form, kinks, dialect = conventions
    return Switch(form=form, kinks=dict(kinks), dialect=dialect)


def pull_op(op: Op, position: int, count: int, run: Any) -> Op:
    """The operation that a backward step is recorded as."""
    conventions = None
    if mode.form != "auto" or mode.kinks or mode.dialect:
        conventions = (mode.form, tuple(mode.kinks.items()), mode.dialect)
    return _made(op, position, count, run, conventions)


@functools.lru_cache(maxsize=1024)
def _made(op: Op, position: int, count: int, run: Any, conventions: Any) -> Op:
    pull = Pull(op, position, run, conventions)
    names = op.names(count)
    return Op(
        name=f"{op.name}_d{names[position]}",
        inputs=("g", "a", *(f"x{i}" for i in range(count))),
        rules=(None,) * (count + 2),
        forward=pull,
        scalar=pull,
        formula=f"the cotangent of input {position} of {op.name}",
        label=f"∂{op.label}",
        elementwise=op.elementwise,
        variadic=False,
        defaults=op.defaults,
        domain={},
    )
