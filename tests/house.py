"""The files of the package as the tests of the house read them: each once."""

from __future__ import annotations

import ast
import pathlib
from typing import NamedTuple

import tinygrad_act as ta

PACKAGE = pathlib.Path(ta.__file__).parent

ROOMS = ["formula", "core", "operations", "engine", "names", "compiler", "show", "check", "cli"]
"""From below to above: a file imports only from its own room or from rooms below it."""
AT_THE_ROOT = {"__init__", "__main__", "_version", "testing", "pytest_plugin"}
"""The face, the version, and thin public paths; all of it stands above the rooms, but for the version."""


class File(NamedTuple):
    """A file of the package, read and parsed once."""

    path: pathlib.Path
    source: str
    tree: ast.Module

    @property
    def parts(self):
        return self.path.relative_to(PACKAGE).with_suffix("").parts

    @property
    def room(self):
        return self.parts[0]

    @property
    def says(self):
        """The first sentence of its docstring, in one line."""
        return " ".join((ast.get_docstring(self.tree) or "").partition("\n\n")[0].split())

    def __repr__(self):
        return "/".join(self.parts) + ".py"


FILES = [
    File(path, source, ast.parse(source))
    for path in sorted(PACKAGE.rglob("*.py"))
    for source in [path.read_text(encoding="utf-8")]
]
KNOWN = {file.parts: file for file in FILES}


def imports_of(file):
    """The files of the package that it imports anywhere, for types only included."""
    package = file.parts[:-1]
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*package[: len(package) - node.level + 1], *(node.module or "").split("."))
            base = tuple(part for part in base if part)
            for alias in node.names:
                ways = [(*base, alias.name), (*base, alias.name, "__init__"), base, (*base, "__init__")]
                yield KNOWN[next(way for way in ways if way in KNOWN)]


def rank(file):
    """The number of its room, from below."""
    if file.room == "_version":
        return -1
    return len(ROOMS) if file.room in AT_THE_ROOT else ROOMS.index(file.room)
