"""The house rules, enforced: layers, sizes, import time, one version, small helpers."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading

import numpy as np

import tinygrad_act as ta
from tinygrad_act.core import trees as tree

from ..house import AT_THE_ROOT, FILES, ROOMS, imports_of, rank

LATE = {"graphviz", "resvg_py", "tempfile", "webbrowser"}
"""What may be imported where it is used: optional packages, and what only `Drawing.show()` needs."""


def test_at_the_root_there_are_only_the_face_and_thin_public_paths():
    assert {file.room for file in FILES if len(file.parts) == 1} == AT_THE_ROOT
    assert {file.room for file in FILES if len(file.parts) > 1} == set(ROOMS)
    for file in FILES:
        if len(file.parts) == 1 and file.room not in ("__init__", "__main__"):
            assert len(file.source.splitlines()) <= 12, f"{file} does more than to name what lies in a room"


def test_a_file_imports_only_from_its_own_room_or_from_those_below():
    upward = [
        f"{file} -> {other}" for file in FILES for other in imports_of(file) if rank(other) > rank(file)
    ]
    assert not upward


def circle_in(graph):
    """The files of one circle, in order, or nothing: files that need none of the others are taken out until none is
    left; else a walk along what they need comes back to where it was."""
    while graph:
        free = {parts for parts, needs in graph.items() if not needs & graph.keys()}
        if not free:
            walk = [next(iter(graph))]
            while len(set(walk)) == len(walk):
                walk.append(min(graph[walk[-1]] & graph.keys()))
            return walk[walk.index(walk[-1]) :]
        graph = {parts: needs for parts, needs in graph.items() if parts not in free}
    return []


def test_there_are_no_import_circles():
    """Between files, with those for types only."""
    circle = circle_in({file.parts: {x.parts for x in imports_of(file)} - {file.parts} for file in FILES})
    assert not circle, " -> ".join("/".join(parts) for parts in circle)


def test_files_and_functions_are_short():
    long = [f"{file}: {n} lines" for file in FILES if (n := len(file.source.splitlines())) > 300]
    for file in FILES:
        for node in ast.walk(file.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                n = node.end_lineno - node.lineno + 1
                long += [f"{file}: {node.name}: {n} lines"] * (n > 40)
    assert not long


def test_imports_stand_on_top_and_users_get_named_errors():
    wrong = []
    for file in FILES:
        for node in ast.walk(file.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inner = [n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom))]
                wrong += [f"{file}: {node.name} imports inside" for _ in inner]
            if isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func) and file.room != "__init__":
                late = ast.literal_eval(node.args[0]).split(".")[0]
                wrong += [f"{file}: {late} is imported late"] * (late not in LATE)
            if isinstance(node, ast.Assert):
                wrong.append(f"{file}: an assert in line {node.lineno}")
    assert not wrong


NO_OPERATIONS = {"declare.py", "latex.py"}
"""Where names of NumPy's functions that compute nothing are listed, and commands of LaTeX."""


def lists_of_operations(tree):
    """Tuples, lists and sets in a source of which most entries are names of operations, and there are three."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            words = [x.value for x in node.elts if isinstance(x, ast.Constant) and isinstance(x.value, str)]
            named = [word for word in words if ta.ops.find(word) is not None]
            if len(named) >= 3 and len(named) > 0.75 * len(node.elts):
                yield named


def test_what_is_known_of_an_operation_stands_at_its_declaration():
    """A list of names elsewhere is a fact that an operation of yours can't have. (Words of mathematics, as formulas
    are spelled with, are no operations yet in the lowest room.)"""
    rooms = set(ROOMS) - {"formula", "operations"}
    others = [file for file in FILES if file.room in rooms and file.path.name not in NO_OPERATIONS]
    assert not {repr(file): found for file in others if (found := list(lists_of_operations(file.tree)))}


def test_lists_of_operations_are_found():
    for source in ('X = {"exp", "log", "tanh"}', 'f(("mul", "add", "sub", "neg"))', 'x in ["abs", "max", "swish"]'):
        assert list(lists_of_operations(ast.parse(source)))
    for source in ('__all__ = ["exp", "one", "two", "three"]', 'X = ("exp", "log")', "(exp, log, tanh)"):
        assert not list(lists_of_operations(ast.parse(source)))


def test_import_loads_nothing_heavy():
    code = "import sys, tinygrad_act; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"graphviz", "asyncio", "scipy", "matplotlib", "numpy.testing", "numpy.ma"} & set(loaded)


def test_it_works_without_docstrings():
    code = "import tinygrad_act as ta; print(ta.grad(ta.sigmoid)(0.0), ta.Value(1.0).tanh())"
    done = subprocess.run([sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("0.25 Value(0.761594")


def test_every_public_name_is_documented():
    for name in dir(ta):
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
