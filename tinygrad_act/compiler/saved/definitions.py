"""The definitions that a saved program needs, each once, in an order in which they run."""

from __future__ import annotations

import builtins
import functools
import keyword
import re
import types
from typing import Any

import numpy as np

from ...core.kernels import Written
from ...core.op import Op
from ...core.registry import is_name, ops
from ...engine.tracing import Pull
from ..identifiers import identifier
from ..spell import NotAText, literal
from .alone import STANDS_IN, into
from .constants import array_text, class_text, is_stdlib, name_of
from .operations import write_operation, write_pull
from .sources import NoSource, is_cached, rewritten_source, spelled_module

__all__ = ["Definitions"]

_PLAIN = (float, int, bool, str, type(None), types.EllipsisType, slice)


class Definitions:
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
        if op is not None:
            write_operation(self, name, op)
            return
        self._open.add(name)
        text = rewritten_source(f, name, self.reference)
        self._open.remove(name)
        self.parts.append(f"\n\n{text.strip()}\n\n")

    def late_reference(self, x: Any, wish: str) -> str:
        """The same for a function that is called later, and whose own definition may stand below."""
        text = self.reference(x, wish)
        return f"lambda *xs, **static: {text}(*xs, **static)" if text in self._open else text

    def reference(self, x: Any, wish: str) -> str:
        """What the module's code writes for an object."""
        x = next((here for there, here in STANDS_IN if there is x), x)
        if isinstance(x, types.ModuleType):
            return self._module(spelled_module(x) or _refused(x))
        found = name_of(x)
        if found.startswith("scipy."):
            module, _, name = found.rpartition(".")
            return f"{self._module(module)}.{name}"
        if found:
            short = found.removeprefix("builtins.")
            return self._module(found) if short in self._taken_over else short
        if isinstance(x, types.BuiltinFunctionType) and isinstance(x.__self__, np.ufunc):
            return f"{self.reference(x.__self__, '')}.{x.__name__}"
        if isinstance(x, types.BuiltinFunctionType) and is_stdlib(x):
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
            return array_text(x, self._module)
        if isinstance(x, np.dtype):
            return f"np.dtype({x.str!r})"
        if type(x) in (tuple, list):
            inner = ", ".join(map(self.text, x)) + "," * (len(x) == 1)
            return f"[{inner}]" if type(x) is list else f"({inner})"
        if type(x) in (dict, types.MappingProxyType):
            return "{" + ", ".join(f"{self.text(key)}: {self.text(value)}" for key, value in x.items()) + "}"
        if isinstance(x, type):
            return class_text(x, self._module)
        if isinstance(x, re.Pattern):
            return f"{self._module('re')}.compile({literal(x.pattern)}, {x.flags})"
        if isinstance(x, np.generic) or type(x) in _PLAIN:
            return literal(x)
        if isinstance(x, types.FunctionType):
            return self.reference(x, x.__name__.strip("<>"))
        if isinstance(x, Written):
            return f"{self.reference(into, 'into')}({self.text(x.formula)})"
        if type(x) is functools.partial:
            if not all(map(is_name, x.keywords)):
                raise NotAText(f"it uses a functools.partial with keywords that are no names, {list(x.keywords)!r:.60}")
            words = [self.reference(x.func, getattr(x.func, "__name__", "f").strip("<>")), *map(self.text, x.args)]
            words += [f"{key}={self.text(value)}" for key, value in x.keywords.items()]
            return f"{self._module('functools')}.partial({', '.join(words)})"
        raise NotAText(f"it uses {getattr(x, '__name__', '')!r}, an object of class {type(x).__name__}")


def _public(f: Any) -> Op | None:
    """The operation whose public function `f` is."""
    op: Op | None = ops.find(getattr(f, "__name__", ""))
    return op if op is not None and op.call is f else None


def _refused(x: types.ModuleType) -> str:
    raise NoSource(f"it uses the module {x.__name__} itself, and a saved program may import NumPy and SciPy only")
