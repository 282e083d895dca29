"""Functions as source text, with all that they refer to: what a saved program needs of this package, or of the
user's own operations.

Each function becomes one `def` of the module, under a name of its own: the names that its code
looks up outside of itself (globals, closures, defaults) are replaced by those of the module.
"""

from __future__ import annotations

import ast
import builtins
import dis
import functools
import inspect
import linecache
import re
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["NoSource", "rewritten_source"]

_MARKS = re.compile(r"[ \t]+# (type: ignore|fmt: |noqa).*$", re.MULTILINE)


class NoSource(TypeError):
    """A function that can't be written out, and why."""


def rewritten_source(f: types.FunctionType, name: str, spell: Callable[[Any, str], str]) -> str:
    """The source of `f` as a definition of `name`. `spell(object, its name there)`: what stands in the module for an
    object that `f` refers to.

    Raises `NoSource` if there is no source, or none that is sure to be that of `f`.
    """
    node, source = _found(f)
    objects = dict(_references(f))
    decorators = {x for part in getattr(node, "decorator_list", ()) for x in ast.walk(part)}
    inside = [x for x in ast.walk(node) if x not in decorators]
    parts = [x for x in inside if isinstance(x, ast.Attribute) and _is_foreign(_named(x.value, objects))]
    used = {x.value.id for x in parts if isinstance(x.value, ast.Name)}
    references = {x: spell(value, x) for x, value in objects.items() if x not in used}
    own = _local_names(f.__code__)
    changed = {old: new for old, new in references.items() if old != new}
    hidden = own & (changed.keys() | {new.partition(".")[0] for new in references.values()})
    if hidden:
        raise NoSource(f"it uses the name '{min(hidden)}' both for a variable and for something outside")
    defaults = [*node.args.defaults, *(x for x in node.args.kw_defaults if x is not None)]
    keywords = [x.arg for x, default in zip(node.args.kwonlyargs, node.args.kw_defaults) if default is not None]
    values = [*(f.__defaults__ or ()), *((f.__kwdefaults__ or {})[x] for x in keywords)]
    edits = [(x, spell(value, "")) for x, value in zip(defaults, values) if not isinstance(x, ast.Constant)]
    edits += [(x, spell(getattr(_named(x.value, objects), x.attr), x.attr)) for x in parts]
    replaced = {x for part, _ in edits for x in ast.walk(part)}
    names = [x for x in inside if isinstance(x, ast.Name) and x not in replaced]
    edits += [(x, changed[x.id]) for x in names if x.id in changed]
    return _MARKS.sub("", _edited(node, source, edits, name))


def _references(f: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """(name, object) for all that the code of `f` looks up outside of itself."""
    code = f.__code__
    for name, cell in zip(code.co_freevars, f.__closure__ or ()):
        yield name, cell.cell_contents
    for name in sorted(_global_names(code)):
        if name in f.__globals__:
            yield name, f.__globals__[name]
        elif hasattr(builtins, name):
            yield name, getattr(builtins, name)
        else:
            raise NoSource(f"it uses the name '{name}', which is not defined")


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for x in code.co_consts:
        if isinstance(x, types.CodeType):
            yield from _codes(x)


def _global_names(code: types.CodeType) -> set[str]:
    return {x.argval for part in _codes(code) for x in dis.get_instructions(part) if x.opname == "LOAD_GLOBAL"}


def _local_names(code: types.CodeType) -> set[str]:
    return {name for part in _codes(code) for name in (*part.co_varnames, *part.co_cellvars)}


@functools.lru_cache(maxsize=64)
def _parsed(source: str) -> tuple[list[Any], list[types.CodeType]]:
    """All definitions in a file, and all code."""
    nodes = [x for x in ast.walk(ast.parse(source)) if isinstance(x, (ast.FunctionDef, ast.Lambda))]
    return nodes, list(_codes(compile(source, "", "exec", dont_inherit=True)))


def _found(f: types.FunctionType) -> tuple[Any, str]:
    """The definition of `f`, and the text that it stands in."""
    code = f.__code__
    source = "".join(linecache.getlines(code.co_filename, f.__globals__))
    if not source:
        raise NoSource("its source is not at hand; define it in a file")
    try:
        nodes, codes = _parsed(source)
    except SyntaxError:
        nodes, codes = [], []
    name = code.co_name
    there = [x for x in nodes if code.co_firstlineno == _first_line(x) and getattr(x, "name", "<lambda>") == name]
    if len(there) > 1 and hasattr(code, "co_positions"):
        there = [x for x in there if _spans(x, code)]
    if len(there) != 1 or not any(_alike(x, code) for x in codes):
        raise NoSource("its file holds another function there now, or several; start Python anew, or give it a name")
    return there[0], source


def _first_line(x: Any) -> int:
    lines: list[int] = [x.lineno, *(d.lineno for d in getattr(x, "decorator_list", ()))]
    return min(lines)


def _spans(x: Any, code: Any) -> bool:
    """Whether the body of a lambda is where `code` says."""
    places = {(line, start) for line, _, start, _ in code.co_positions() if start}
    return (x.body.lineno, x.body.col_offset) == min(places, default=None)


def _alike(x: types.CodeType, y: types.CodeType) -> bool:
    """Whether two pieces of code are the same."""
    if (x.co_firstlineno, x.co_code, x.co_names) != (y.co_firstlineno, y.co_code, y.co_names):
        return False
    if len(x.co_consts) != len(y.co_consts) or x.co_varnames != y.co_varnames:
        return False
    for a, b in zip(x.co_consts, y.co_consts):
        if isinstance(b, types.CodeType):
            if not isinstance(a, types.CodeType) or not _alike(a, b):
                return False
        elif repr(a) != repr(b):
            return False
    return True


def _edited(node: Any, source: str, edits: list[tuple[Any, str]], name: str) -> str:
    """The definition with some of its parts replaced, at the left margin."""
    lines = [f"{line}\n".encode() for line in source.split("\n")][node.lineno - 1 : node.end_lineno]
    spans = [(x.lineno, x.col_offset, x.end_lineno, x.end_col_offset, new) for x, new in edits]
    lines[-1] = lines[-1][: node.end_col_offset]
    for line, start, last, end, new in sorted(spans, reverse=True):
        i, j = line - node.lineno, last - node.lineno
        lines[i : j + 1] = [lines[i][:start] + new.encode() + lines[j][end:]]
    lines[0] = b" " * node.col_offset * isinstance(node, ast.FunctionDef) + lines[0][node.col_offset :]
    text = textwrap.dedent(b"".join(lines).decode())
    if isinstance(node, ast.Lambda):
        return f"{name} = ({text})" if "\n" in text else f"{name} = {text}"
    return re.sub(rf"\bdef {node.name}\b", f"def {name}", text, count=1)


def _named(x: ast.AST, objects: dict[str, Any]) -> Any:
    return objects.get(x.id) if isinstance(x, ast.Name) else None


def _is_foreign(x: Any) -> bool:
    """Whether it is a module of which a saved program takes the functions one by one."""
    return isinstance(x, types.ModuleType) and not spelled_module(x)


def spelled_module(x: types.ModuleType) -> str:
    """How a module is named where only NumPy, SciPy and the standard library are at hand; "" for any other."""
    if sys.modules.get(x.__name__) is not x or not all(map(str.isidentifier, x.__name__.split("."))):
        return ""
    if x.__name__.partition(".")[0] == "numpy":
        return "np" + x.__name__[len("numpy") :]
    first = x.__name__.partition(".")[0]
    return x.__name__ if x.__name__ in sys.stdlib_module_names or first == "scipy" else ""


def is_cached(x: Any) -> bool:
    """Whether `x` is a function under functools.cache."""
    return isinstance(x, functools._lru_cache_wrapper) and inspect.isfunction(x.__wrapped__)
