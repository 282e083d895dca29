"""A program: source that runs, its constants, and room for its results."""

from __future__ import annotations

import linecache
import types
import weakref
from typing import Any

import numpy as np

from ..core.float_warnings import carefully
from ..core.frames import boundary, public_methods, trim
from ..core.op import Op
from ..core.registry import ops
from ..core.saving import write
from .calls import is_own_body
from .costs import Costs
from .memory import Memory
from .saved import module_text

__all__ = ["Program", "WithProgram"]


class Program:
    """A recorded function for arguments of one structure, shapes and dtypes. Made by `ta.compile`.

    Every call has its own room for intermediate results (some that an earlier call has left, if no
    other is using it), so threads may call one program at the same time. What it returns is in
    memory that no later call writes to, except arrays that were donated.
    """

    def __init__(self, source: str, name: str, parameters: tuple[str, ...], objects: dict[str, Any], memory: Memory,
                 costs: Costs) -> None:  # fmt: skip
        self.source = source
        """The program in NumPy."""
        self.name, self.parameters, self.objects, self.memory = name, parameters, objects, memory
        """`objects`: what the source does not spell, by name: constants and bodies of operations."""
        self._costs = costs
        self.run, self.update, self.with_care = self._executed()
        self._alone = all(map(is_own_body, filter(callable, objects.values())))
        """Whether nothing in it may ask what is switched on around it, as the user's bodies may."""

    def _executed(self) -> Any:
        file = f"<program {self.name} {id(self):x}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        weakref.finalize(self, linecache.cache.pop, file, None).atexit = False
        namespace: dict[str, Any] = {"np": np, **self.objects}
        exec(compile(self.source, file, "exec"), namespace)  # the functions go out: no circle keeps them and constants
        return tuple(namespace.pop(f"{self.name}{end}", None) for end in ("", "_update", "_with_care"))

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """The results for these arguments: of the structure, shapes and dtypes that it was made for."""
        free = self.memory.free
        try:
            running = free.pop()
        except IndexError:
            running = self.memory.make()
        memory, context, calm = running
        try:
            try:
                if self._alone:
                    results = context.run(self.run, *args, *memory, **kwargs)
                else:
                    results = carefully(self.run, *args, *memory, **kwargs)
                return results if self.update is None else calm.run(self.update, *results)
            except FloatingPointError:
                if self.with_care is None:
                    raise
            finally:
                free.append(running)
            return self.with_care(*args, **kwargs)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    def explain(self) -> Costs:
        """Operations, flops, bytes, buffers, and the most memory in use at a time against eager."""
        return self._costs

    @boundary
    def save(self, path: str) -> None:
        """Write a module that imports only NumPy (and SciPy, where the body of an operation calls that), and whose
        function of the same name gives the same numbers.

        The module holds the constants and the bodies of operations that the program calls as they are. Every call
        has room of its own there, too. Arguments are not checked.

        Raises `TypeError` for a program that was made without the pass `lower`: its lines call this package; and for
        one that calls the body of an operation that has no source at hand, or that uses what NumPy and the standard
        library do not have. Then no file is written. Raises `OSError` with the path if it can't be written; an old
        file is then as it was.
        """
        text = module_text(self.source, self.name, self.objects, self.memory, self.parameters)
        write(path, text)

    def __repr__(self) -> str:
        return f"<program {self.name}: {self._costs.headline}>"

    def __reduce__(self) -> Any:
        bodies = {getattr(op, which): (name, which) for name, op in ops.items() for which in ("forward", "call")}
        objects = {
            name: _Body(*bodies[x]) if isinstance(x, types.FunctionType) and x in bodies else x
            for name, x in self.objects.items()
        }
        return _restored, (self.source, self.name, self.parameters, objects, self.memory, self._costs)


@public_methods
class WithProgram:
    """What runs by a program, and shows it."""

    _last: Any
    """What ran last, or is to run first; it has a program."""

    @property
    def program(self) -> Program:
        """The program of the last call; before the first, the one that was made already."""
        return self._last.program  # type: ignore[no-any-return]

    @property
    def source(self) -> str:
        """The source of `program`."""
        return self.program.source

    def explain(self) -> Costs:
        """What `program` costs; see `Program.explain`."""
        return self.program.explain()

    def save(self, path: str) -> None:
        """Write `program` as a module; see `Program.save`."""
        self.program.save(path)


class _Body:
    """The body of an operation, or its public function, while a program is pickled."""

    def __init__(self, name: str, which: str) -> None:
        self.name, self.which = name, which


def _restored(source: str, name: str, parameters: tuple[str, ...], objects: dict[str, Any], memory: Memory,
              costs: Costs) -> Program:  # fmt: skip
    """A program as it was when it was pickled. Raises `TypeError` if an operation is not declared here."""
    found = {}
    for key, x in objects.items():
        op: Op | None = ops.find(x.name) if isinstance(x, _Body) else None
        if isinstance(x, _Body) and op is None:
            raise TypeError(f"program {name}: the operation {x.name} is not declared here; import its module first")
        found[key] = getattr(op, x.which) if op is not None else x
    return Program(source, name, parameters, found, memory, costs)
