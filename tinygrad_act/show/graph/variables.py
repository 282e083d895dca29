"""The caller's variables, and how each got its value: the variable of a `for` loop names nothing for long.

The bytecode of the running code tells, so that it works in a notebook and a prompt as in a file. Code that has
run already and is gone, such as an earlier cell, tells nothing: then the order in which names came up decides.
"""

from __future__ import annotations

import dis
import functools
from collections.abc import Container, Iterable, Iterator, Sequence
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any, Literal, NamedTuple, TypeAlias

from ...engine.value import Value
from .objects import Found, walk

__all__ = ["Binding", "Variable", "names_among", "variables_in", "variables_of"]

Binding: TypeAlias = Literal["once", "loop", "other"]
"""`once`: it is a parameter, or assigned in one place outside of loops. `loop`: the variable of a `for` loop.
`other`: assigned in several places or inside of a loop, or it can't be told."""

_HIDDEN = frozenset({"In", "Out", "exit", "quit"})
"""IPython's."""
_LONGEST = 200_000
"""Longer code is not read: its variables are `other`."""
_ASSIGNS_OUTSIDE = frozenset({dis.opmap["STORE_GLOBAL"], dis.opmap["STORE_DEREF"]})
_STORES = ("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF")


class Variable(NamedTuple):
    """A variable and what it holds."""

    name: str
    thing: Any
    binding: Binding = "other"
    since: tuple[int, int] = (0, 0)
    """A larger one got its first value later."""


def variables_of(frame: Any) -> list[Variable]:
    """The variables of the function that `frame` runs, then those of its module, without private ones."""
    outside = variables_in(frame.f_globals, _module_code(frame))
    if frame.f_locals is frame.f_globals:
        return outside
    inside = variables_in(frame.f_locals, getattr(frame, "f_code", None), 1)
    taken = {variable.name for variable in inside}
    return [*inside, *(variable for variable in outside if variable.name not in taken)]


def variables_in(names: Any, code: CodeType | None, scope: int = 0) -> list[Variable]:
    """The variables among `names`, which `code` has bound, without private ones. `scope`: 1 for those of a function."""
    bound = _bindings(code) if code is not None and len(code.co_code) <= _LONGEST else {}
    found = []
    for position, (name, thing) in enumerate({**names}.items()):
        if type(name) is str and name.isidentifier() and name[0] != "_" and name not in _HIDDEN:
            binding, since = bound.get(name, ("other", position - len(names) - 1))
            found.append(Variable(name, thing, binding, (scope, since)))
    return found


def names_among(variables: Iterable[Variable], missing: Container[int]) -> dict[int, str]:
    """Names for those of the objects `missing`, by `id()`, that can be reached from the variables.

    What says more wins: a variable that was given this value and no other; then the way that ends in a name,
    `net.b`; a variable that was given others too; the way that ends in a number, `layers[0]`; last what begins with
    the variable of a loop, but data: `X` rather than `batches[0][0]`. The result of an operation is called by its
    variable rather than by the list that it was put into. Where the code that gave a variable its value is gone, what
    came first decides between it and a way.
    """
    listed = list(variables)
    known = {variable.name: variable for variable in reversed(listed)}
    best: dict[int, _Way] = {}
    several: dict[int, Variable] = {}
    for path, thing in _ways(listed, missing):
        root = known[path[0].partition("[")[0]]
        direct = path == (root.name,)
        if direct and root.binding == "other":
            several.setdefault(id(thing), root)
        else:
            rank = _rank(path, root, direct)
            way = _Way(rank, root.since, ".".join(path))
            if id(thing) not in best or rank < best[id(thing)].rank:
                best[id(thing)] = way
    for key, variable in several.items():
        if key not in best or _goes_before(variable, best[key]):
            best[key] = _Way(0, variable.since, variable.name)
    return {key: way.text for key, way in best.items()}


class _Way(NamedTuple):
    """A name for an object. `rank`: 0 a variable, 1 a way that ends in a name, 2 a loop's variable that holds data,
    3 a way that ends in a number, 4 what else begins with a loop's variable."""

    rank: int
    since: tuple[int, int]
    text: str


def _rank(path: tuple[str, ...], root: Variable, direct: bool) -> int:
    if root.binding == "loop":
        return 2 if direct and not getattr(root.thing, "level", 0) else 4
    return 0 if direct else 3 if path[-1].endswith("]") else 1


def _goes_before(variable: Variable, way: _Way) -> bool:
    """Whether a variable that has held other things as well is a better name than this."""
    if way.rank == 0:
        return False
    made_here = isinstance(variable.thing, Value) and variable.thing.op is not None
    told = variable.since[1] >= 0 and way.rank == 3
    return way.rank in (2, 4) or made_here or told or variable.since < way.since


def _ways(variables: Sequence[Variable], wanted: Container[int]) -> Iterator[Found]:
    """All ways to what is wanted. What was taken out of another variable is looked into after that one."""
    fixed = [v for v in variables if v.binding == "once"]
    others = sorted((v for v in variables if v.binding == "other"), key=lambda v: v.since)
    groups = [fixed, *([v] for v in others), [v for v in variables if v.binding == "loop"]]
    seen: set[int] = set()
    for group in groups:
        for found in walk([(v.name, v.thing) for v in group], every=wanted, seen=seen):
            if id(found.thing) in wanted and found.path:
                yield found


def _module_code(frame: Any) -> CodeType | None:
    """The code that has bound, or is binding, the global variables of a frame; None if it is gone."""
    caller = frame
    while caller is not None and hasattr(caller, "f_code"):
        if caller.f_code.co_name == "<module>" and caller.f_globals is frame.f_globals:
            return caller.f_code  # type: ignore[no-any-return]
        caller = caller.f_back
    loader = frame.f_globals.get("__loader__")
    if type(loader) is not SourceFileLoader:
        return None
    try:
        return loader.get_code(loader.name)
    except (ImportError, OSError, SyntaxError):
        return None


@functools.lru_cache(maxsize=32)
def _bindings(code: CodeType) -> dict[str, tuple[Binding, int]]:
    """How each variable that `code` assigns gets its values, and where the first."""
    steps = list(dis.get_instructions(code))
    loops = _loops(steps)
    hidden = {step.argval for step in steps if step.opname == "LOAD_FAST_AND_CLEAR"}  # of comprehensions
    targets = set(_targets(steps)) - hidden
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    found: dict[str, tuple[Binding, int]] = dict.fromkeys(code.co_varnames[:count], ("once", -1))
    for step in steps:
        for name in _stored(step):
            inside = any(start <= step.offset < end for start, end in loops)
            binding: Binding = "loop" if name in targets else "other" if name in found or inside else "once"
            found[name] = binding, found[name][1] if name in found else step.offset
    for name in _stored_inside(code):
        found.setdefault(name, ("other", len(code.co_code)))
    return found


def _stored_inside(code: CodeType) -> Iterator[str]:
    """The variables of this code that functions and comprehensions inside of it assign."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    for part in inner:  # it grows while it is read
        inner += [deeper for deeper in part.co_consts if isinstance(deeper, CodeType)]
        if _ASSIGNS_OUTSIDE.isdisjoint(part.co_code[::2]):  # most: to read them all takes long
            continue
        for step in dis.get_instructions(part):
            if step.opname == "STORE_GLOBAL" or (step.opname == "STORE_DEREF" and step.argval in part.co_freevars):
                yield step.argval


def _stored(step: dis.Instruction) -> tuple[str, ...]:
    """The variables that an instruction assigns; since Python 3.13 some do two things at once."""
    if not step.opname.startswith(_STORES):
        return ()
    if step.opname == "STORE_FAST_LOAD_FAST":
        return (step.argval[0],)
    return tuple(step.argval) if type(step.argval) is tuple else (step.argval,)


def _loops(steps: list[dis.Instruction]) -> list[tuple[int, int]]:
    """From where to where the code may run several times."""
    jumps = {*dis.hasjrel, *dis.hasjabs}
    back = [(step.argval, step.offset) for step in steps if step.opcode in jumps and step.argval < step.offset]
    return back + [(step.offset, step.argval) for step in steps if step.opname == "FOR_ITER"]


def _targets(steps: list[dis.Instruction]) -> Iterator[str]:
    """The variables of `for` loops: what is stored right after the next item was got, unpacked or not."""
    wanted = 0
    for step in steps:
        if step.opname == "FOR_ITER":
            wanted = 1
        elif wanted and step.opname == "UNPACK_SEQUENCE":
            wanted += step.arg - 1 if step.arg is not None else 0
        elif wanted and step.opname == "UNPACK_EX":
            wanted += (step.arg & 255) + (step.arg >> 8) if step.arg is not None else 0
        elif wanted and step.opname.startswith("STORE_"):
            names = _stored(step)
            yield from names[:wanted]
            wanted -= min(len(names) or 1, wanted)
