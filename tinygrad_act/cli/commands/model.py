"""The graph of a user's own Python file, for `draw --model FILE[:NAME]`.

The file is run as `python FILE` runs it, but for its main block: with its own folder to import from.
"""

from __future__ import annotations

import difflib
import inspect
import os
import runpy
import sys
import traceback
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import describe
from ...engine.value import Value
from ...show.graph.objects import walk
from ...show.graph.running import run_model
from ...show.graph.variables import names_among, variables_in

__all__ = ["Drawable", "from_file"]

_MODULE = "drawn"
"""The file's `__name__` while it runs; not "__main__", so its main block stays unused."""

_EXPECTED = "a Value, a list of Values, or (model, batch)"


class Drawable(NamedTuple):
    """What is to be drawn."""

    outputs: Sequence[Value]
    names: Mapping[str, Any]
    """Names for Values and arrays that have no label."""
    model: Any = None
    """The model whose parts become clusters."""


def from_file(spec: str) -> Drawable:
    """What `spec` means: "model.py" for its graph(), "model.py:loss" for another name.

    Raises `OSError` for a file that can't be read, `RuntimeError` with the line for one that fails,
    `ValueError` for a name that it does not have, `TypeError` if there is nothing to draw in it.
    """
    path, name = _split(spec)
    names = _run(path)
    if name not in names:
        raise ValueError(_missing(path, name, names))
    found = names[name]
    if callable(found):
        found = _guarded(path, name, found)
    model = None
    if isinstance(found, tuple) and found and callable(found[0]):
        model, *batch = found
        found = _guarded(path, name, run_model, model, tuple(batch))
    values = [found] if isinstance(found, Value) else found
    if not isinstance(values, (list, tuple)) or not values or not all(isinstance(x, Value) for x in values):
        raise TypeError(f"{path}: {name} gave {describe(found)}; expected {_EXPECTED}")
    return Drawable(values, _names_of(path, names, model), model)


def _names_of(path: str, names: Mapping[str, Any], model: Any) -> dict[str, Any]:
    """The Values and arrays among a file's variables, and inside of them: `params.W1`. Those of the
    model are named by their place in it."""
    named = {id(x) for _, x in walk([("", model)])}
    variables = variables_in(names, _code(path))
    things = {id(x): x for _, x in walk([(variable.name, variable.thing) for variable in variables])}
    wanted = {key for key, x in things.items() if isinstance(x, (Value, np.ndarray)) and key not in named}
    return {name: things[key] for key, name in names_among(variables, wanted).items()}


def _code(path: str) -> CodeType | None:
    """The code of a file that has run, which tells how its variables got their values."""
    try:
        with open(path, "rb") as file:
            return compile(file.read(), path, "exec")
    except (OSError, SyntaxError, ValueError):  # it may have changed since, or be a zipped application
        return None


def _split(spec: str) -> tuple[str, str]:
    path, colon, name = spec.rpartition(":")
    if colon and path and name.isidentifier() and not os.path.exists(spec):
        return path, name
    return spec, "graph"


def _run(path: str) -> Mapping[str, Any]:
    """All names of the file, once it has run."""
    with open(path, "rb"):  # a message of its own for a missing file; a folder can't be opened either
        pass
    folder = os.path.dirname(os.path.abspath(path))
    before = sys.path[:]
    sys.path.insert(0, folder)
    try:
        return _guarded(path, "", runpy.run_path, path, run_name=_MODULE)  # type: ignore[no-any-return]
    finally:
        sys.path[:] = before  # whatever the file has done to it


def _guarded(path: str, name: str, function: Any, *args: Any, **options: Any) -> Any:
    """What the function gives. Raises `RuntimeError` that names the line of the file in which it failed."""
    if name and not args and not _takes_nothing(function):
        raise TypeError(f"{path}: {name} can't be called without arguments; expected def graph(): ...")
    try:
        return function(*args, **options)
    except (Exception, SystemExit) as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        where = f"{path}, line {lines[-1]}" if lines else path
        raise RuntimeError(f"{where}: {type(error).__name__}: {error}") from error


def _takes_nothing(function: Any) -> bool:
    try:
        inspect.signature(function).bind()
    except TypeError:
        return False
    except ValueError:  # a function in C may not say what it takes
        return True
    return True


def _missing(path: str, name: str, names: Mapping[str, Any]) -> str:
    """What the file has instead."""
    own = [key for key, x in names.items() if isinstance(x, Value) or _is_own_function(x)]
    near = difflib.get_close_matches(name, own, n=1)
    hint = f"did you mean {path}:{near[0]}?" if near else f"define {name}(), which gives {_EXPECTED}"
    has = f"it has {', '.join(own[:20])}" if own else "it has no functions and no Values"
    return f"{path} has no {name!r}; {hint} ({has})"


def _is_own_function(x: Any) -> bool:
    return inspect.isfunction(x) and x.__module__ == _MODULE
