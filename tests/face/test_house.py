"""The house rules, enforced: layers, sizes, import time, one version, small helpers."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core import trees as tree

PACKAGE = pathlib.Path(ta.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = [  # a file imports only from rows above its own, or from its own row
    {"formula", "core", "tree", "graph", "registry", "mode", "op", "declare", "errors", "evaluate", "gate", "blocks", "dispatch"}
    | {"axes", "calls", "parameters"}
    | {"conventions", "docstrings", "float_warnings", "frames", "locks", "saving", "state", "svg", "switched"}
    | {"_version"},
    {"ops"},
    {"debugging", "keeping", "lending", "backprop", "backprop_scalar", "leaves", "interop", "recording"}
    | {"bare", "composed", "indexing", "methods", "numpy_names", "operators", "shortcuts", "tracing", "ways_out"},
    {"value"},
    {"argnums", "transforms", "forward"},
    {"derivatives"},
    {"check", "samples", "table", "draw", "expression"},
    {"testing", "pytest_plugin", "accuracy", "cards", "activation", "program", "explain"},
    {"__init__", "__main__", "commands"},
]


LATE = {"graphviz", "resvg_py", "tempfile", "webbrowser"}
"""What may be imported where it is used: optional packages, and what only `Drawing.show()` needs."""


def module_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports_of(path):
    """(the module inside the package, whether inside a function or for types only)."""
    package = path.relative_to(PACKAGE).parts[:-1]
    found = ast.parse(path.read_text())
    for node in ast.walk(found):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            base = [part for part in base if part]
            yield from ([base[0]] if base else [alias.name for alias in node.names])


def typing_only(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            names |= {(n.module or "").split(".")[0] for n in ast.walk(node) if isinstance(n, ast.ImportFrom)}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_from_its_own_layer_or_from_those_below(path):
    rank = {name: i for i, row in enumerate(LAYERS) for name in row}
    own = module_of(path)
    assert own in rank, f"{own} has no layer yet: add it to LAYERS"
    for name in set(imports_of(path)) - typing_only(path) - {"__version__"}:
        assert rank[name] <= rank[own], f"{path.name} imports {name}, which stands above it"


def test_there_are_no_import_cycles():
    graph = {}
    for path in FILES:
        if path.name == "__init__.py" and path.parent == PACKAGE:
            continue
        graph.setdefault(module_of(path), set()).update(set(imports_of(path)) - typing_only(path) - {module_of(path)})
    while graph:
        free = {name for name, needs in graph.items() if not needs & graph.keys()}
        assert free, f"import cycle among {sorted(graph)}"
        graph = {name: needs for name, needs in graph.items() if name not in free}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_are_short_and_imports_stand_on_top(path):
    source = path.read_text()
    assert len(source.splitlines()) <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno - node.lineno + 1 <= 40, f"{node.name} is too long"
            inner = [n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom))]
            assert all(getattr(n, "module", None) == "graphviz" or n.names[0].name == "graphviz" for n in inner)
        if isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            assert ast.literal_eval(node.args[0]).split(".")[0] in LATE, "only what is optional is imported late"
        assert not isinstance(node, ast.Assert), "users get a named error, not an AssertionError"


def test_import_loads_nothing_heavy():
    code = "import sys, tinygrad_act; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"graphviz", "asyncio", "scipy", "matplotlib", "numpy.testing", "numpy.ma"} & set(loaded)


def test_it_works_without_docstrings():
    code = "import tinygrad_act as ta; print(ta.grad(ta.sigmoid)(0.0), ta.Value(1.0).tanh())"
    done = subprocess.run([sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("0.25 Value(0.761594")


def test_every_public_name_is_documented():
    for name in ta.__all__:
        thing = getattr(ta, name)
        assert name in ("__version__", "ops") or thing.__doc__, name
    for op in ta.ops.values():
        assert op.call.__doc__.startswith(op.formula)


def test_trees():
    data = {"a": [1, (2.0, np.ones(2))], "b": 3}
    assert [path for path, _ in tree.leaves_with_paths(data)] == ["['a'][0]", "['a'][1][0]", "['a'][1][1]", "['b']"]
    doubled = tree.map_leaves(lambda x: x * 2, data)
    assert doubled["a"][1][0] == 4.0
    assert type(doubled["a"][1]) is tuple
    assert tree.unflatten(data, [1, 2, 3, 4]) == {"a": [1, (2, 3)], "b": 4}


def test_threads_may_declare_and_use_operations(scratch):
    def work(i):
        body = lambda z: z * float(i)
        body.__name__, body.__doc__ = f"times_{i}", "a = z"
        results[i] = ta.grad(ta.elementwise(dz=lambda a, z: i + 0.0)(body))(1.0)

    results = {}
    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {i: float(i) for i in range(8)}
