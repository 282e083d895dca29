"""Formulas are the first lines of docstrings: how they are read, also where `python -OO` has dropped them."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

__all__ = ["keep_docstring", "read_formula"]


def keep_docstring(function: Any) -> None:
    """Give a function the docstring that its source has, if `python -OO` has dropped it: formulas stand there."""
    if sys.flags.optimize < 2 or not isinstance(function, FunctionType) or function.__doc__:
        return
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:  # a function in C, wrapped
        return
    source = "".join(linecache.getlines(code.co_filename, function.__globals__))
    inputs = code.co_varnames[: code.co_argcount]
    function.__doc__ = _docstrings(source).get((code.co_firstlineno, code.co_name, inputs))


@functools.lru_cache(maxsize=8)
def _docstrings(source: str) -> dict[tuple[int, str, tuple[str, ...]], str | None]:
    """The docstrings of all functions, by first line, name and positional arguments."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with commands of IPython's
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            inputs = tuple(x.arg for x in (*node.args.posonlyargs, *node.args.args))
            found[first, node.name, inputs] = ast.get_docstring(node, clean=False)
    return found
def read_formula(name: str, body: Callable[..., Any]) -> str:
    """The formula of an operation's body. Raises `ValueError` if its docstring begins with none."""
    first_line = (body.__doc__ or "").strip().split("\n")[0].strip()
    if not first_line.startswith("a = ") and sys.flags.optimize < 2:  # -OO drops docstrings, and no source may be there
        raise ValueError(
            f"{name}: the docstring's first line must be the formula, as code: "
            f"'a = ...' (it is {first_line!r}); documentation and tests read it"
        )
    return first_line
