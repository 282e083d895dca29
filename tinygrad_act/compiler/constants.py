"""Arrays from outside of a function: constants of its program, as they were when it was recorded.

The rule: an array that the function reaches by a name (a global one, a closure's, a default; also in
lists and dicts, and by the names of functions that it calls) or that an operation met is a constant. A
change to one, and another array under the same name, would make the program silently wrong, so each
call compares them, down to the last byte: a large one that is read-only (`x.flags.writeable = False`) need
not be. So is a constant Value whose numbers Python or NumPy took (`int(k)`, `slope=k`), or of which only
constants are made (`sqrt(k)`). Plain numbers are constants as well, and nobody looks after them.
"""

from __future__ import annotations

import dis
import functools
import inspect
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..core.trees import flatten
from ..engine.value import Value
from .holders import Holders

__all__ = ["Constants"]

Look = Callable[[], Any]
_OURS = ("tinygrad_act", "numpy")
"""Packages whose global names are left alone."""


class Constants:
    """What a function closes over, and what it was."""

    def __init__(self, met: list[np.ndarray], looked: list[tuple[Value, Any]], variables: list[Value],
                 f: Callable[..., Any], given: list[tuple[str, Look]]) -> None:  # fmt: skip
        """`met`: arrays that operations met; those that `f` refers to by name are looked at, too. `looked`: constant
        Values of which the numbers were taken, and these. `variables`: Values that it met, whose data may change.
        `given`: objects among its arguments that may hold any of these."""
        self._values = looked
        self._names: list[tuple[str, Look, list[np.ndarray]]] = []
        self._arrays: list[tuple[str, np.ndarray, bytes | None]] = []
        known = set()
        scope = list(_scope(f, set()))
        named_at_once = set()
        for name, look in scope:
            arrays = _arrays_in(found := look())
            if arrays:
                self._names.append((f"the array '{name}'", look, arrays))
            if arrays and not isinstance(found, (list, tuple, dict)):
                named_at_once.add(id(arrays[0]))  # there is no shorter way to it
        self._holders = Holders([*given, *scope], [x for x in (*met, *variables) if id(x) not in named_at_once])
        named = [(name, x) for name, _, arrays in self._names for x in arrays]
        met = [*met, *(x for _, x in looked if isinstance(x, np.ndarray))]
        for name, x in [*named, *((f"the array of shape {x.shape}", x) for x in met)]:
            if id(x) not in known and x.dtype.kind in "fiub":
                known.add(id(x))
                self._arrays.append((name, x, None if _is_read_only(x) else x.tobytes()))

    def __len__(self) -> int:
        return len(self._arrays) + len(self._values) + len(self._holders.steps)

    def check(self, function: str) -> None:
        """Raises `RuntimeError` if an array, or a constant Value, is not what it was."""
        for name, x, before in self._arrays:
            if before is None and not _is_read_only(x):
                raise _changed(name, function, "was made writeable")
            if before is not None and x.tobytes() != before:
                raise _changed(name, function, "was changed")
        for name, look, arrays in self._names:
            now = _arrays_in(look())
            if len(now) != len(arrays) or not all(map(operator.is_, now, arrays)):
                raise _changed(name, function, "was replaced")
        for value, data in self._values:
            now = value._held
            if now is not data and (isinstance(data, np.ndarray) or now != data == data):
                raise _changed(f"{value!r:.60}", function, "was changed")
        replaced = self._holders.changed()
        if replaced:
            raise _replaced(replaced, function)


def _is_read_only(x: Any) -> bool:
    """Whether neither `x` nor an array whose memory it looks at can be written to."""
    while isinstance(x, np.ndarray):
        if x.flags.writeable:
            return False
        x = x.base
    return x is None


def _changed(what: str, function: str, how: str) -> RuntimeError:
    return RuntimeError(
        f"compile: {what} that {function} uses from outside {how} after it was recorded: "
        f"it is a constant of the program. Pass it as an argument, or compile the function again"
    )


def _replaced(way: str, function: str) -> RuntimeError:
    return RuntimeError(
        f"compile: '{way}', which {function} uses from outside, is another object than when it was recorded. Give a "
        f"Value new numbers by .data = ..., pass what changes as an argument, or compile the function again"
    )


def _scope(f: Any, seen: set[Any]) -> Iterator[tuple[str, Look]]:
    """The names that `f` and the functions under these names refer to, each with a way to look again."""
    while isinstance(f, functools.partial):
        yield from [(f"argument {i}", functools.partial(operator.getitem, f.args, i)) for i in range(len(f.args))]
        yield from [(name, functools.partial(f.keywords.get, name)) for name in f.keywords]
        f = f.func
    f = inspect.unwrap(f) if callable(f) else f
    if callable(f) and not inspect.isroutine(f) and not inspect.isclass(f):
        f = f.__call__  # an object that is called is `self` there
    if inspect.ismethod(f):
        yield "self", functools.partial(getattr, f, "__self__")
    f = getattr(f, "__func__", f)
    if not inspect.isfunction(f) or f in seen:
        return
    seen.add(f)
    looks: dict[str, Look] = {}
    if str(f.__module__).partition(".")[0] not in _OURS:
        names = [name for name in _global_names(f.__code__) if name in f.__globals__]
        looks = {name: functools.partial(f.__globals__.get, name) for name in names}
    looks.update(zip(f.__code__.co_freevars, [functools.partial(_content, cell) for cell in f.__closure__ or ()]))
    looks.update({f"default {i}": functools.partial(_default, f, i) for i in range(len(f.__defaults__ or ()))})
    for name, look in looks.items():
        if callable(look()):
            yield from _scope(look(), seen)
        yield name, look


def _global_names(code: Any) -> list[str]:
    """The global names that code reads, that of functions inside it, too; not those of attributes."""
    names = [x.argval for x in dis.get_instructions(code) if x.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    inner = [name for x in code.co_consts if inspect.iscode(x) for name in _global_names(x)]
    return list(dict.fromkeys(names + inner))


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # still empty
        return None


def _default(f: Any, i: int) -> Any:
    return f.__defaults__[i] if f.__defaults__ else None


def _arrays_in(x: Any) -> list[np.ndarray]:
    """The arrays that a name stands for, those of constant Values and in lists, tuples and dicts among them."""
    leaves = flatten(x) if isinstance(x, (list, tuple, dict)) else [x]
    found = [leaf._held if isinstance(leaf, Value) and not leaf.level else leaf for leaf in leaves]
    return [leaf for leaf in found if isinstance(leaf, np.ndarray)]
