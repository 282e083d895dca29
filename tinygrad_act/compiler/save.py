"""A program as a module of its own, which imports only NumPy, and SciPy where an operation's body calls it."""

from __future__ import annotations

import base64
import builtins
import collections
import functools
import keyword
import re
import sys
import textwrap
import types
from typing import Any

import numpy as np

from .._version import __version__
from ..core.op import REQUIRED, Op
from ..core.registry import is_name, ops
from ..engine.numpy_names import public_name
from ..engine.tracing import Pull
from .identifiers import identifier
from .memory import Memory
from .save_pull import write_pull
from .sources import NoSource, is_cached, rewritten_source, spelled_module
from .spell import NotAText, literal
from .standalone import operation

__all__ = ["module_text"]

_SMALL = 32
"""Entries up to which an array is written as a list of numbers."""

_PLAIN = (float, int, bool, str, type(None), types.EllipsisType, slice)

_HEAD = '''"""{name}: a program that tinygrad_act {version} wrote. It needs {needs}.

{name}({parameters}) takes arguments of the structure, shapes and dtypes that it was recorded for, which it
does not check, and gives the same numbers as the program that was saved. {threads}
"""

from __future__ import annotations

{imports}
'''
_OWN_ROOM = """Every call has room of its own for
intermediate results: what an earlier call has left, if no other is using it. So threads may call it at the same
time, and no call overwrites what another has returned, except arrays that were donated."""
_NO_ROOM = """Nothing is kept
between calls, so threads may call it at the same time."""

_ROOM = '''
{free} = []


def {room}():
    """Arrays for the intermediate results of one call."""
    rooms = [np.empty(n, np.uint8) for n in {rooms}]
    return (
{views}
    )
'''


def module_text(source: str, name: str, objects: dict[str, Any], memory: Memory, parameters: tuple[str, ...]) -> str:
    """The module's text. Raises `TypeError` that names the operation whose body can't be written."""
    module = _Module({name, f"{name}_update", f"{name}_with_care", *objects, *parameters})
    for key, x in objects.items():
        module.define(name, key, x)
    threads = _OWN_ROOM if memory.views else _NO_ROOM
    names = ", ".join(parameters)
    body = _with_caller(source, name, memory, names, module)
    imports = "\n".join(f"import {x}" for x in sorted(module.imports)) + "\n" * bool(module.imports)
    needs = "NumPy and SciPy" if any(x.startswith("scipy") for x in module.imports) else "NumPy only"
    head = _HEAD.format(name=name, version=__version__, parameters=names, threads=threads, needs=needs,
                        imports=f"{imports}\nimport numpy as np".strip())  # fmt: skip
    return f"{head}{module.text_of_parts()}\n\n{body}"


def _with_caller(source: str, name: str, memory: Memory, parameters: str, module: _Module) -> str:
    """The program, and a function around it that gives it room and falls back to its careful form."""
    careful, update = f"\ndef {name}_with_care(" in source, f"\ndef {name}_update(" in source
    if not careful and not memory.views:
        return source
    inner, free, room, mine = (module.free(f"{x}{name}{y}") for x, y in [("_", ""), ("_", "_free"), ("_", "_room"),
                                                                         ("memory_of_", "")])  # fmt: skip
    text = source.replace(f"def {name}(", f"def {inner}(", 1)
    head = source.partition("):")[0].removeprefix(f"def {name}(")
    given = ", ".join(mine if x == "memory" else x for x in head.split(", "))
    empty, odd = (module.reference(x, "") for x in (IndexError, FloatingPointError))
    lines = [f"def {name}({parameters}):", f'    """{inner}, in room of its own; see the top of this file."""']
    if memory.views:
        views = [f"        np.ndarray({shape}, {literal(dtype)}, rooms[{i}])," for i, shape, dtype in memory.views]
        text += "\n" + _ROOM.format(free=free, room=room, rooms=memory.rooms, views="\n".join(views))
        lines += ["    try:", f"        {mine} = {free}.pop()", f"    except {empty}:", f"        {mine} = {room}()"]
    lines += ["    try:", '        with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):']
    lines += [f"            {'results = ' if update else 'return '}{inner}({given})"]
    if careful:
        lines += [f"    except {odd}:", f"        return {name}_with_care({parameters})"]
    if memory.views:
        lines += ["    finally:", f"        {free}.append({mine})"]
    lines += [f"    return {name}_update(*results)"] * update
    return text + "\n\n" + "\n".join(lines) + "\n"


class _Module:
    """The definitions that a program needs, each once, in an order in which they run."""

    def __init__(self, taken: set[str]) -> None:
        self.parts: list[str] = []
        self.imports: set[str] = set()
        self._taken_over = taken & set(dir(builtins))
        """Names of Python's own that mean something else in the module."""
        self._taken = {"np", "scipy", "base64", "results", *taken, *dir(builtins), *keyword.kwlist}
        self._names: dict[int, str] = {}
        self._open: set[str] = set()
        """Functions whose definition is being written: nothing before it may ask for them at once."""
        self._kept: list[Any] = []

    def free(self, wish: str) -> str:
        """A name of the module that nothing else has."""
        name, n = (wish := identifier(wish)), 1
        while name in self._taken:
            n += 1
            name = f"{wish}_{n}"
        self._taken.add(name)
        return name

    def text_of_parts(self) -> str:
        """All definitions."""
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(["", *self.parts])).rstrip("\n") + "\n"

    def define(self, program: str, name: str, x: Any) -> None:
        """Define `name`, an object that the program's lines refer to."""
        if isinstance(x, functools.partial):
            raise TypeError(
                f"save: {program} was compiled without the pass 'lower': its lines call tinygrad_act ({name}), which a "
                f"saved module can't import; compile it with all passes, ta.compile(f), or pickle the program"
            )
        try:
            if id(x) in self._names:
                self.parts.append(f"{name} = {self._names[id(x)]}")
            else:
                self._define(name, x)
        except (NoSource, NotAText) as error:
            raise TypeError(
                f"save: the operation {getattr(x, '__name__', name)}, which {program} calls, can't be written into a "
                f"module: {error}. Write its body in NumPy, in a file, with functions of that file and operations of "
                f"this package; or pickle the program"
            ) from None

    def _define(self, name: str, x: Any) -> None:
        self._keep(x, name)
        if isinstance(x, types.FunctionType):
            self._function(name, x)
        elif isinstance(x, Pull):
            write_pull(self, name, x)
        elif callable(x) and not isinstance(x, type):
            self.parts.append(f"{name} = {self.reference(x, '')}")
        else:
            self.parts.append(f"{name} = {self.text(x)}")

    def _keep(self, x: Any, name: str) -> None:
        self._names[id(x)] = name
        self._kept.append(x)  # so that no other object gets its id

    def _function(self, name: str, f: types.FunctionType) -> None:
        op = _public(f)
        if op is None:
            self._open.add(name)
            text = rewritten_source(f, name, self.reference)
            self._open.remove(name)
            self.parts.append(f"\n\n{text.strip()}\n\n")
            return
        count = -1 if op.variadic else len(op.inputs)
        defaults = {key: ... if default is REQUIRED else default for key, default in op.defaults.items()}
        words = [self.reference(op.forward, f"{name}_of_arrays"), self.reference(op.scalar, f"{name}_of_numbers")]
        words = [f"lambda *xs, **static: {x}(*xs, **static)" if x in self._open else x for x in words]
        words += [str(op.elementwise), str(count), self.text(defaults)]
        self.parts.append(f"{name} = {self.reference(operation, 'operation')}({', '.join(words)})")

    def reference(self, x: Any, wish: str) -> str:
        """What the module's code writes for an object."""
        if isinstance(x, types.ModuleType):
            return self._module(spelled_module(x) or _refused(x))
        found = _public_name(x)
        if found.startswith("scipy."):
            module, _, name = found.rpartition(".")
            return f"{self._module(module)}.{name}"
        if found:
            short = found.removeprefix("builtins.")
            return self._module(found) if short in self._taken_over else short
        if isinstance(x, types.BuiltinFunctionType) and isinstance(x.__self__, np.ufunc):
            return f"{self.reference(x.__self__, '')}.{x.__name__}"
        if isinstance(x, types.BuiltinFunctionType) and _is_stdlib(x):
            return f"{self._module(x.__module__)}.{x.__name__}"
        if not wish or x is None or isinstance(x, (bool, types.EllipsisType)):
            return self.text(x)
        if id(x) not in self._names:
            self._define(self.free(wish), x.__wrapped__ if is_cached(x) else x)
            self._keep(x, self._names[id(x.__wrapped__ if is_cached(x) else x)])
        return self._names[id(x)]

    def _module(self, name: str) -> str:
        first = name.partition(".")[0]
        if first != "np":
            self.imports.add(name.rpartition(".")[0] if first == "builtins" else name)
        return name

    def text(self, x: Any) -> str:
        """An expression for a constant. Raises `NotAText` for what has none."""
        if isinstance(x, np.ndarray):
            return self._array(x)
        if isinstance(x, np.dtype):
            return f"np.dtype({x.str!r})"
        if type(x) in (tuple, list):
            inner = ", ".join(map(self.text, x)) + "," * (len(x) == 1)
            return f"[{inner}]" if type(x) is list else f"({inner})"
        if type(x) in (dict, types.MappingProxyType):
            return "{" + ", ".join(f"{self.text(key)}: {self.text(value)}" for key, value in x.items()) + "}"
        if isinstance(x, type):
            return self._type(x)
        if isinstance(x, re.Pattern):
            return f"{self._module('re')}.compile({literal(x.pattern)}, {x.flags})"
        if isinstance(x, np.generic) or type(x) in _PLAIN:
            return literal(x)
        if isinstance(x, types.FunctionType):
            return self.reference(x, x.__name__.strip("<>"))
        if type(x) is functools.partial:
            if not all(map(is_name, x.keywords)):
                raise NotAText(f"it uses a functools.partial with keywords that are no names, {list(x.keywords)!r:.60}")
            words = [self.reference(x.func, getattr(x.func, "__name__", "f").strip("<>")), *map(self.text, x.args)]
            words += [f"{key}={self.text(value)}" for key, value in x.keywords.items()]
            return f"{self._module('functools')}.partial({', '.join(words)})"
        raise NotAText(f"it uses {getattr(x, '__name__', '')!r}, an object of class {type(x).__name__}")

    def _type(self, x: type) -> str:
        found = _public_name(x)
        if issubclass(x, Exception):  # of this package's own errors the one of Python's that they are
            found = next(name for name in map(_public_name, x.__mro__) if name)
        if _is_stdlib(x) and not found:
            return f"{self._module(x.__module__)}.{x.__name__}"
        if not found and _fields(x):
            return f"{self._module('collections')}.namedtuple({literal(x.__name__)}, {literal(_fields(x))})"
        if not found:
            raise NotAText(f"it uses the class {x.__name__}")
        return found.removeprefix("builtins.")

    def _array(self, x: np.ndarray) -> str:
        """An array, to the last bit."""
        dtype = literal(x.dtype)
        if x.flags.f_contiguous and not x.flags.c_contiguous:
            return f"{self._array(x.T)}.T"
        if x.size <= _SMALL and not (x.dtype.kind == "f" and np.isnan(x).any()):
            text = f"np.array({literal(x.tolist())}, dtype={dtype})"
            return text if x.size else f"np.empty({x.shape}, dtype={dtype})"
        first = x.flat[0]
        if first == first and x.tobytes() == first.tobytes() * x.size:
            return f"np.full({x.shape}, {literal(first.item())}, dtype={dtype})"
        self.imports.add("base64")
        packed = textwrap.wrap(base64.b64encode(x.tobytes()).decode(), 100)
        lines = "\n".join(f'    "{line}"' for line in packed)
        return f"np.frombuffer(base64.b64decode(\n{lines}\n), dtype={dtype}).reshape({x.shape})"


def _public(f: Any) -> Op | None:
    """The operation whose public function `f` is."""
    op: Op | None = ops.find(getattr(f, "__name__", ""))
    return op if op is not None and op.call is f else None


def _public_name(x: Any) -> str:
    """`np.exp`, `scipy.special.xlogy`, `builtins.len`, under which `x` itself stands there; "" for anything else."""
    name = getattr(x, "__name__", "")
    if not callable(x) or not name:
        return ""
    if getattr(builtins, name, None) is x:
        return f"builtins.{name}"
    return public_name(x) if type(x).__hash__ is not None else ""


def _fields(x: Any) -> tuple[str, ...]:
    """Those of a class as collections.namedtuple makes it, without defaults and methods of its own; () for others."""
    if x.__bases__ != (tuple,) or getattr(x, "_field_defaults", True):
        return ()
    more = vars(x).keys() - vars(collections.namedtuple("more", x._fields)).keys()
    made = ("collections", f"namedtuple_{x.__name__}")
    own = [y for y in vars(x).values() if isinstance(y, types.FunctionType) and y.__module__ not in made]
    return () if own or not all(name.startswith("__") for name in more) else x._fields


def _is_stdlib(x: Any) -> bool:
    """Whether `x` is a function of Python's library that its name finds there."""
    module = x.__module__ or ""
    return module in sys.stdlib_module_names and getattr(sys.modules.get(module), x.__name__, None) is x


def _refused(x: types.ModuleType) -> str:
    raise NoSource(f"it uses the module {x.__name__} itself, and a saved program may import NumPy and SciPy only")
