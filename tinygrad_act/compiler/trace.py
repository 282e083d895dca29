"""Run a function once on Values and keep the graph: what a program is made from.

The function runs twice on the same data. A program does the same in every call, so two runs must
give the same graph; where they do not, the function depends on random numbers, a counter or a
clock, and is refused. An array that both runs meet stood outside of the function: a constant,
which later calls compare with what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import is_masked, is_real, shown
from ..core.graph import topological_order
from ..core.mode import Switch, deeper
from ..core.op import Op
from ..core.registry import ops
from ..core.trees import flatten, leaves_with_paths, map_leaves
from ..engine.keeping import Met
from ..engine.lending import changed, unchanged
from ..engine.recording import constant, new_node
from ..engine.tracing import TracingError
from ..engine.value import Value
from ..operations.activations import identity

__all__ = ["Trace", "run_once", "trace"]

_IDENTITY = ops[identity.__name__]
_STATELESS = "the function gives something else when it runs a second time on the same data"


@dataclass
class Trace:
    """A recorded function."""

    inputs: list[Value]
    """One for each data leaf of the arguments."""
    outputs: list[Any]
    """Values, numbers and arrays: the leaves of what the function returned."""
    structure: Any
    """What the function returned, with positions in `outputs` as leaves."""
    order: list[Value]
    outside: list[np.ndarray]
    """Arrays that the function met outside of itself."""
    variables: list[Value]
    """Leaves that it met outside of itself: their data is read anew in every call."""
    looked: list[tuple[Value, Any]]
    """Constants outside of it of which it took the numbers, and what they held."""


def trace(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Trace:
    """Record `f(*args, **kwargs)`.

    Raises `TracingError` for a function that looks at numbers, changes its arguments, or depends on
    anything but them.
    """
    met = Met()
    steps, outputs = _noted(_run(f, args, kwargs, met))  # the numbers of one run at a time
    looked, met.looked = met.looked, {}
    recorded = _run(f, args, kwargs, met)
    given = set(recorded.inputs)
    if len(steps) != len(recorded.order) or len(outputs) != len(recorded.outputs):
        raise _not_repeatable(f"{len(steps)} operations, then {len(recorded.order)}")
    known = _Known(met, {})
    for step, x in zip(steps, recorded.order):
        if x in given:
            continue
        if step.leaf is x:
            recorded.variables.append(_variable(x))
        else:
            _compare(step, x, known)
    for a, b in zip(outputs, recorded.outputs):
        if not isinstance(b, Value):
            _compare_constants(a, b, known, "an output")
    recorded.outside = list(known.arrays.values())
    recorded.looked = [(x, data) for x, data in met.looked.items() if x in looked]  # others are made by `f`
    return recorded


def run_once(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What `f(*args, **kwargs)` returns, with numbers and arrays in place of Values."""
    done = _run(f, args, kwargs, Met())
    results = [x._held if isinstance(x, Value) else x for x in done.outputs]
    return map_leaves(lambda position: results[position], done.structure)


class _Step(NamedTuple):
    """What is kept of a Value of the first run to compare with that of the second."""

    op: Op | None
    shape: tuple[int, ...]
    dtype: Any
    static: dict[str, Any]
    constants: tuple[Any, ...]
    """The inputs; None for a Value."""
    leaf: Value | None
    """The Value itself, if no operation made it."""
    text: str
    """How a message shows it."""


def _noted(recorded: Trace) -> tuple[list[_Step], list[Any]]:
    """What is kept of a run: its steps, and its outputs with None for Values."""
    return [_step(x) for x in recorded.order], [None if isinstance(x, Value) else x for x in recorded.outputs]


def _step(x: Value) -> _Step:
    constants = tuple([None if isinstance(y, Value) else y for y in x.inputs or ()])
    made = x.op is not None
    text = f"{x.op.name} of shape {x.shape}" if x.op else f"a constant of shape {x.shape}"
    return _Step(x.op, x.shape, x.dtype, x.static, constants, None if made else x, text)


class _Known(NamedTuple):
    """Arrays from outside that two runs met, by `id()`."""

    met: Met
    arrays: dict[int, np.ndarray]


def _run(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], met: Met) -> Trace:
    with deeper(tracing=True) as depth, Switch(met=met):
        inputs: list[Value] = []

        def start(leaf: Any) -> Any:
            if not isinstance(leaf, (np.ndarray, np.generic, float)):
                return leaf
            value, given = _input(leaf, depth)
            inputs.append(value)
            return given

        given = map_leaves(start, (args, kwargs))
        before = _contents(given)
        with np.errstate(all="ignore"):
            result = f(*given[0], **given[1])
        _check_unchanged(before, given)
    outputs = _outputs(result)
    positions = iter(range(len(outputs)))
    order = topological_order([x for x in outputs if isinstance(x, Value)], Value)
    _check_leaves(order)
    return Trace(inputs, outputs, map_leaves(lambda _: next(positions), result), order, [], [], [])


def _input(leaf: Any, depth: int) -> tuple[Value, Value]:
    """A leaf of the program, and what the function is given for it.

    No gradient flows to integers and booleans, so what the function gets of them has level 0. As the result of
    an operation it is still traced: its numbers are others in the next call.
    """
    given = None
    if isinstance(leaf, float) and not isinstance(leaf, np.generic):
        value: Value = constant(Value, leaf)
    else:
        data = np.asarray(leaf).view()
        data.setflags(write=False)  # the function may not write to what belongs to its caller
        value = constant(Value, data)
        if data.dtype.kind != "f":
            given = new_node(Value, _IDENTITY, data.view(), 0, {}, (value, data))
    value.level = depth
    return value, value if given is None else given


def _outputs(result: Any) -> list[Any]:
    """The leaves of what a function returned. Raises `TypeError` for what is no number or array."""
    for path, leaf in leaves_with_paths(result):
        if not isinstance(leaf, Value) and (not is_real(leaf) or is_masked(type(leaf))):
            what = "nothing (None)" if leaf is None else f"{type(leaf).__name__} {shown(leaf)}"
            if result is None:
                what += "; is `return` missing?"
            raise TypeError(
                f"compile: the function returned {what}{' at ' + path if path else ''}; return Values, arrays, "
                f"numbers, or nested lists, tuples and dicts of them"
            )
    leaves = flatten(result)
    if not leaves:
        raise ValueError("compile: the function returned an empty structure: there is nothing to compute")
    return leaves


def _contents(tree: Any) -> list[tuple[str, int]]:
    return [(path, id(leaf)) for path, leaf in leaves_with_paths(tree)]


def _check_unchanged(before: list[tuple[str, int]], given: Any) -> None:
    """Raises `TracingError` if a list or dict among the arguments holds something else now."""
    if _contents(given) != before:
        raise TracingError(
            "compile: the function changes a list or dict among its arguments in place; a program can't do that to its "
            "caller's: build a new one and return it"
        )


def _check_leaves(order: list[Value]) -> None:
    """Raises `RuntimeError` if the function wrote into the array of a Value after it used it."""
    seen: dict[Any, int] = {}
    for node in order:
        for x, primal in zip(node.inputs or (), (node._edges or ())[len(node.inputs or ()) :]):
            if isinstance(x, Value) and x.op is None and not unchanged(x, primal, seen):
                raise changed(node, x)


def _variable(x: Value) -> Value:
    """A Value that stands outside of the function. Raises `TracingError` if it belongs to another graph."""
    if x.op is not None or x.level > 1:
        raise TracingError(
            f"compile: the function uses {x!r} from outside, which belongs to another graph: no gradient would flow "
            f"back to it; pass it as an argument"
        )
    return x


def _compare(x: _Step, y: Value, known: _Known) -> None:
    """Raises `TracingError` unless two nodes are the same operation on the same constants."""
    if x.op is not y.op or x.shape != y.shape or x.dtype != y.dtype or len(x.static) != len(y.static):
        raise _not_repeatable(f"{x.text}, then {_step(y).text}")
    for name, parameter in x.static.items():
        if isinstance(parameter, np.random.Generator):
            raise TracingError(
                f"{x.op.name if x.op else ''}: {name}= is a random generator, whose numbers would be drawn once and "
                f"for all; draw outside and pass the noise as an argument, or give a seed, which always draws the same"
            )
        _compare_constants(parameter, y.static[name], known, f"{x.op.name if x.op else ''}: {name}")
    if x.leaf is not None:
        _compare_constants(x.leaf._held, y._held, known, "a constant")
        return
    for mine, other in zip(x.constants, _step(y).constants):
        if (mine is None) != (other is None):
            raise _not_repeatable(f"{x.text}, of a constant in one run and of a Value in the other")
        if mine is not None:
            _compare_constants(mine, other, known, f"{x.op.name if x.op else ''}: a constant")


def _compare_constants(x: Any, y: Any, known: _Known, what: str) -> None:
    """Note an array that both runs met. Raises `TracingError` for constants that differ."""
    if isinstance(x, (tuple, list)) and isinstance(y, (tuple, list)) and len(x) == len(y):
        for a, b in zip(x, y):
            _compare_constants(a, b, known, what)
    elif isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
        origin = known.met.origin(x)
        if origin is known.met.origin(y):
            known.arrays[id(origin)] = origin
        elif x.shape != y.shape or x.dtype != y.dtype or x.tobytes() != y.tobytes():
            raise _not_repeatable(f"{what} of shape {x.shape} holds other numbers")
    elif isinstance(x, (float, np.floating)) and x != x:
        if y == y:
            raise _not_repeatable(f"{what} is {x!r}, then {y!r}")
    elif isinstance(x, (int, float, np.generic)) and (type(x) is not type(y) or x != y):
        raise _not_repeatable(f"{what} is {x!r}, then {y!r}")


def _not_repeatable(how: str) -> TracingError:
    return TracingError(
        f"compile: {_STATELESS} ({how}): it depends on random numbers, a counter or a clock; pass these as arguments"
    )
