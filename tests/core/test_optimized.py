"""`python -O` and `python -OO`: docstrings are dropped, and the formulas in them are read from the source."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import tinygrad_act as ta

HERE = pathlib.Path(ta.__file__).parent

FACTS = """
import hashlib, inspect, tinygrad_act as ta
from tinygrad_act.cli import table
for op in ta.ops.values():
    forms = {form: op.spell(rule) for form, rule in op.forms.items()}
    print(op.name, "|", op.formula, "|", op.derivative, "|", forms, "|",
          hashlib.md5(inspect.cleandoc(op.call.__doc__ or "").encode()).hexdigest())
print(table.markdown())
print(ta.catalogue())
for name in ("gelu", "elu", "softmax", "swish_beta"):
    print(ta.card(name), ta.card(name).svg(), ta.card(name).markdown())
print(ta.sheet().svg(), ta.compare("gelu"), ta.compare("gelu").svg())
"""

USES = '''
import numpy as np, tinygrad_act as ta, pathlib
from tinygrad_act.__main__ import main

@ta.activation
def bent(z):
    """a = z * sigmoid(z) + minimum(z, 0) / 4

    A remark."""
    return z * ta.sigmoid(z) + ta.minimum(z, 0.0) / 4

@ta.elementwise(dz=lambda a, z, *, k: k * np.cos(k * z))
def wave(z, *, k=2.0):
    """a = sin(k * z)"""
    return np.sin(k * z)

def by_words(g, a, x):
    """g, turned around"""
    return ta.flip(g, axis=0) if len(x.shape) == 1 else g

@ta.op(dx=by_words)
def turned(x):
    """a = flip(x, axis=0)"""
    return np.flip(x, axis=0)

@ta.activation
def spelled(z, *, c=0.5):
    return z * ta.tanh(c * z)

print(bent.report)
print([ta.ops[name].formula for name in ("bent", "wave", "turned", "spelled")], ta.ops["turned"].derivative)
print(ta.card("bent"), ta.card(wave), ta.card(bent).svg())
try:
    ta.activation(dz=lambda a, z: a)(lambda z: ta.exp(z) + 1)
except ValueError as refused:
    print(refused)
w, x = ta.Value(0.5), ta.Value([1.0, 2.0])
y = bent(wave(w * x)).sum()
y.backward()
print(w.grad, x.grad, ta.grad(ta.grad(bent))(0.5))
f = ta.compile(ta.value_and_grad(lambda w, x: bent(ta.turned(w * x)).sum()))
print(f(np.float64(0.5), np.array([1.0, 2.0])))
folder = pathlib.Path("pictures")
folder.mkdir(exist_ok=True)
saved = [(f"a.{end}", ta.draw(y)) for end in ("svg", "html", "txt")]
saved += [("b.svg", ta.sheet()), ("c.html", ta.card(bent))]
for name, made in saved:
    print(name, made.save(folder / name).read_bytes() == made.save(folder / name).read_bytes())
print(ta.draw(y).text())
print(ta.explain(y, w))
print(ta.gradcheck(bent, 0.3), ta.preactivations(y))
print([main(words) for words in (
    ["card", "gelu"], ["compare", "relu"], ["check", "bent", "wave", "tanh", "turned"], ["list"],
    ["draw", "sigmoid(w*x)", "w=0.5", "x=3"], ["sheet", "relu", "-o", str(folder / "s.svg")])])
'''


def run(code, *flags, path=HERE.parent, folder=None):
    """What a script prints; it is a file, as a program of a user's is."""
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = {**inherited, "PYTHONPATH": str(path), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *flags, str(script)]
    done = subprocess.run(command, capture_output=True, env=environment, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8").splitlines()


@pytest.mark.parametrize("code", [FACTS, USES], ids=["facts", "uses"])
def test_all_is_the_same_without_docstrings(tmp_path, code):
    plain = run(code, folder=tmp_path)
    assert run(code, "-OO", folder=tmp_path) == plain
    assert len(plain) > 80


@pytest.mark.slow
@pytest.mark.parametrize("code", [FACTS, USES], ids=["facts", "uses"])
def test_asserts_decide_nothing(tmp_path, code):
    """`-OO` drops them, too: this says which of the two it was."""
    assert run(code, "-O", folder=tmp_path) == run(code, folder=tmp_path)


WITHOUT_SOURCE = """
import sys, tinygrad_act as ta, numpy as np
from tinygrad_act.__main__ import main
print(ta.ops["gelu"].formula == "", ta.grad(ta.gelu)(0.5))
x = ta.Value([0.5, -1.0], label="x")
y = ta.softmax(ta.gelu(x)).max()
print(ta.draw(y).text())
print(ta.explain(y, x))
print(ta.card("gelu"), ta.card("relu").svg()[:4], ta.sheet().svg()[:4], ta.catalogue(), ta.compare("gelu"))
print([main(words) for words in (["list"], ["check", "gelu"], ["card", "softmax"])])
print(main(["accuracy", "gelu", "--points", "40"]))
space = {"ta": ta}
exec('''
@ta.activation
def mine(z):
    "a = z * tanh(z)"
    return z * ta.tanh(z)
''', space)
print(ta.ops["mine"].formula)
"""


def test_without_a_source_it_computes_and_says_what_is_missing(tmp_path):
    """Only compiled files, as some installers leave them."""
    package = tmp_path / "lib" / "tinygrad_act"
    shutil.copytree(HERE, package, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-OO", "-m", "compileall", "-q", "-b", str(package)], check=True)
    for file in package.rglob("*.py"):
        file.unlink()
    lines = run(WITHOUT_SOURCE, "-OO", path=package.parent, folder=tmp_path)
    text = "\n".join(lines)
    assert lines[0].startswith("True 0.867")
    assert "formula               (dropped by python -OO)" in text
    assert lines[-1] == "a = z * tanh(z)", "the body spells it"
    assert lines[-2] == "2"
