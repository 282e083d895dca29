"""What editors and type checkers read of the operations, made from the registry: `python -m tinygrad_act stubs`.

`__init__.pyi` lists what the package brings, every operation with its signature, its docstring and what it gives: a
Value of a Value, an array of an array, a number of a number. The other file has the methods of Values.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...check.samples import cases
from ...core.frames import is_ours
from ...core.op import REQUIRED, Op
from ...core.registry import ops
from ...core.saving import write
from ...engine.value import Value

__all__ = ["files", "write_all"]

_FOLDER = Path(__file__).parents[2]
_FACE: Any = sys.modules[__name__.partition(".")[0]]
"""The package itself, which stands above all rooms and knows where each name lives."""

_KINDS = {
    "float": "float", "int": "int", "int | None": "int | None", "bool": "bool", "str": "str",
    "Axes": "int | tuple[int, ...] | None", "AxisList": "int | Sequence[int] | None", "Bound": "float | _Array | None",
}  # fmt: skip
"""How an annotation of a static parameter reads there; of any other, nothing is said."""

_NOTE = "Written by `python -m tinygrad_act stubs` from the declarations of the operations: change those."
_TYPES = """
_Array: TypeAlias = np.ndarray[Any, Any]
_Number: TypeAlias = float | np.generic
_Plain: TypeAlias = _Array | _Number | list[Any] | tuple[Any, ...] | range
_Operand: TypeAlias = Value | _Plain
"""


def files() -> dict[Path, str]:
    """Every file, and its text."""
    return {_FOLDER / "__init__.pyi": _face(_FACE._home), _FOLDER / "engine" / "registered.pyi": _methods()}


def write_all() -> list[Path]:
    """Write the files; those that this changed."""
    changed = [path for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        write(path, files()[path])
    return changed


def _face(homes: Mapping[str, str]) -> str:
    """The text of `__init__.pyi`. `homes`: the module of each name that is no operation."""
    chosen = [op for op in _built_in() if op.name not in homes]
    names = {"__version__", "testing", *homes, *(op.name for op in chosen)} - set(dir(builtins))
    quoted = textwrap.wrap(", ".join(f'"{name}"' for name in sorted(names)), 112)
    lines = [
        f'"""A small autograd framework around activation functions.\n\n{_NOTE}\n"""\n',
        "from collections.abc import Sequence", "from typing import Any, TypeAlias, overload\n", "import numpy as np\n",
        "from . import testing as testing", "from ._version import __version__ as __version__",
        *(f"from .{module} import {name} as {name}" for name, module in homes.items()),
        "\n__all__ = [", *(f"    {line}" for line in quoted), "]", _TYPES,
    ]  # fmt: skip
    return "\n".join((*lines, *(_function(op) for op in chosen)))


def _methods() -> str:
    """The text of the file with the methods of Values."""
    lines = [
        f'"""One method an operation.\n\n{_NOTE}\n"""\n',
        "from collections.abc import Sequence", "from typing import Any, TypeAlias\n", "import numpy as np\n",
        "from .value import Value", _TYPES, "class Registered:", '    """The operations as methods."""\n',
    ]  # fmt: skip
    return "\n".join((*lines, *(_method(op) for op in _built_in() if op.name in vars(Value) and not op.variadic)))


def _built_in() -> list[Op]:
    return [op for op in ops.values() if is_ours(op.forward) and not op.internal]


def _function(op: Op) -> str:
    """The signatures of an operation, the docstring below the first."""
    (first, *rest) = _signatures(op)
    head = f"@overload\ndef {op.name}"
    return "\n".join((f"{head}{first}:\n{_docstring(op, 4)}\n", *(f"{head}{other}: ..." for other in rest), ""))


def _signatures(op: Op) -> Iterator[str]:
    """What it gives of Values wherever one stands, of arrays, of numbers alone, and of what may hold either."""
    if op.variadic:
        yield from _of_several(op, op.inputs[0])
        return
    count = len(op.inputs)
    for i in range(count):
        yield _of(op, ["_Plain"] * i + ["Value"] + ["_Operand"] * (count - i - 1), "Value")
    for i in range(count):
        yield _of(op, ["_Number"] * i + ["_Array"] + ["_Array | _Number"] * (count - i - 1), "_Array")
    number = _of_numbers(op)
    if number:
        yield _of(op, ["float"] * count, number)
    yield _of(op, ["_Plain"] * count, "Any")


def _of_several(op: Op, name: str) -> Iterator[str]:
    """The same of any number of inputs: one by one, as a list, or after a string."""
    for kind in ("Value", "_Array"):
        yield _spelled(op, [f"{name}: Sequence[{kind}]", "/"], kind)
    for kind in ("Value", "_Array", "Any"):
        yield _spelled(op, [f"*{name}: {kind}"], kind)
        if [*op.kinds.values()] == ["str"]:
            yield f"({next(iter(op.kinds))}: str, /, *{name}: {kind}) -> {kind}"


def _of(op: Op, kinds: list[str], result: str) -> str:
    return _spelled(op, [f"{name}: {kind}" for name, kind in zip(op.inputs, kinds)], result)


def _spelled(op: Op, inputs: list[str], result: str) -> str:
    """One signature. Static parameters may follow the inputs by position, up to the first that has no default after
    one that has."""
    return f"({', '.join((*inputs, *_static(op, inputs)))}) -> {result}"


def _static(op: Op, inputs: list[str]) -> Iterator[str]:
    seen_default = False
    starred = inputs[-1].startswith("*")
    for name, default in op.defaults.items():
        if default is REQUIRED and seen_default and not starred:
            starred = True
            yield "*"
        seen_default = seen_default or default is not REQUIRED
        kind = _KINDS.get(op.kinds.get(name, ""), "Any")
        yield f"{name}: {kind}" + (f" = {_default(default)}" if default is not REQUIRED else "")


def _default(value: Any) -> str:
    """A default as it is, if it is one that a file of types may have."""
    if isinstance(value, str):
        return f'"{value}"'
    simple = value is None or isinstance(value, int) or (isinstance(value, float) and np.isfinite(value))
    return repr(value) if simple else "..."


def _of_numbers(op: Op) -> str:
    """The type of what it gives of Python's floats, found by asking it; "" if it takes none, or has several."""
    found = set()
    for which in cases(op):
        with contextlib.suppress(IndexError, TypeError, ValueError):
            found.add(type(op.call(*(0.5 for _ in op.inputs), **which.static)))
    names = ["_Array" if kind is np.ndarray else kind.__name__ for kind in found]
    return names[0] if len(names) == 1 else ""


def _method(op: Op) -> str:
    others = [f"{name}: _Operand" for name in op.inputs[1:]]
    return f"    def {op.name}{_spelled(op, ['self', *others], 'Value')}:\n{_docstring(op, 8)}\n"


def _docstring(op: Op, indent: int) -> str:
    text = inspect.cleandoc(op.forward.__doc__ or "")
    prefix = "r" if "\\" in text else ""
    lines = f'{prefix}"""{text}"""' if "\n" not in text else f'{prefix}"""{text}\n"""'
    return "\n".join(" " * indent + line if line else line for line in lines.split("\n"))
