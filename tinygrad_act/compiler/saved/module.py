"""The text of a module that holds a program: its head, definitions, the program, and the function that calls it."""

from __future__ import annotations

from typing import Any

from ..._version import __version__
from ..memory import Memory
from ..spell import literal
from .definitions import Definitions

__all__ = ["module_text"]

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
    module = Definitions({name, f"{name}_update", f"{name}_with_care", *objects, *parameters})
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


def _with_caller(source: str, name: str, memory: Memory, parameters: str, module: Definitions) -> str:
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
