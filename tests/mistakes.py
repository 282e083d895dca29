"""Common mistakes, each a script of its own, and what Python prints of it.

    python tests/mistakes.py          # a table: name, lines that Python prints, tracebacks, runs of one body

`measured()` runs all of them in one fresh process.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback
from typing import Any

import tinygrad_act as ta

HEAD = "import numpy as np, tinygrad_act as ta\nx = ta.Value(np.ones((2, 3)))\ny = ta.Value(np.ones((2, 4)))\n"

OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "matmul": "@", "less": "<"}

MISTAKES = {
    **{f"shapes: Value {sign} Value": f"x {sign} y" for sign in OPERATORS.values()},
    **{f"shapes: Value {sign} array": f"x {sign} np.ones((2, 4))" for sign in OPERATORS.values()},
    **{f"shapes: array {sign} Value": f"np.ones((2, 4)) {sign} x" for sign in OPERATORS.values()},
    "shapes: matmul of plain arrays": "ta.matmul(np.ones((2, 3)), np.ones((2, 3)))",
    "shapes: maximum": "ta.maximum(x, y)",
    "shapes: where": "ta.where(np.ones((2, 3)) > 0, x, y)",
    "shapes: np.add": "np.add(x, y)",
    "shapes: reshape": "x.reshape(4, 4)",
    "shapes: concatenate": "ta.concatenate([x, y], axis=0)",
    "shapes: stack": "ta.stack([x, y])",
    "shapes: einsum": "ta.einsum('ij,jk->ik', x, y)",
    "shapes: loss": "ta.bce_with_logits(x, np.ones((3, 3)))",
    "axis: sum": "ta.sum(x, axis=3)",
    "axis: softmax": "ta.softmax(x, axis=5)",
    "axis: np.mean": "np.mean(x, axis=7)",
    "axis: method": "x.max(axis='rows')",
    "index: out of range": "x[7]",
    "index: too many": "x[0, 0, 0]",
    "iteration over a number": "list(ta.Value(2.0))",
    "dtype: strings": "ta.Value('1.5')",
    "dtype: complex": "ta.Value(1j)",
    "dtype: ragged": "ta.Value([[1.0], [1.0, 2.0]])",
    "dtype: masked": "ta.Value(np.ma.masked_equal([1.0, 2.0], 2.0))",
    "dtype: string operand": "x + 'one'",
    "dtype: None operand": "x * None",
    "dtype: list of Values": "ta.sum([ta.Value(1.0), ta.Value(2.0)])",
    "dtype: astype": "x.astype('complex128')",
    "return missing": "def f(x):\n    ta.sum(x)\nta.grad(f)(np.ones(3))",
    "grad of an array": "ta.grad(lambda x: x * 2)(np.ones(3))",
    "grad by an argument that is not there": "ta.grad(lambda x: x * 2, argnums=3)(1.0)",
    "grad of text": "ta.grad(lambda x: x * 2)('1')",
    "value_and_grad of an array": "ta.value_and_grad(lambda x: x * 2)(np.ones(3))",
    "hessian of a list": "ta.hessian(lambda x: [x])(np.ones(3))",
    "jacobian of nothing": "ta.jacobian(lambda x: None)(np.ones(3))",
    "vjp: cotangent of another shape": "out, pull = ta.vjp(lambda x: x * 2, np.ones(3))\npull(np.ones(4))",
    "hvp: direction of another shape": "ta.hvp(lambda x: ta.sum(x * x), (np.ones(3),), (np.ones(4),))",
    "shapes inside a gradient": "def f(x):\n    return ta.sum(x + np.ones(4))\nta.grad(f)(np.ones(3))",
    "shapes two gradients deep": "def f(x):\n    return x * np.ones(2) + np.ones(3)\nta.grad(ta.grad(f))(1.0)",
    "float() inside a gradient": "ta.grad(lambda x: float(x) * x)(1.0)",
    "array of a Value inside a gradient": "ta.grad(lambda x: np.asarray(x).sum() * x)(1.0)",
    "array[i] = Value inside a gradient": "def f(x):\n    a = np.zeros(2)\n    a[0] = x\n    return a.sum()\n"
    "ta.grad(f)(1.0)",
    "math.exp inside a gradient": "import math\nta.grad(lambda x: math.exp(x))(1.0)",
    "user's own error inside a gradient": "ta.grad(lambda x: x * {}['alpha'])(1.0)",
    "float of a vector": "float(x)",
    "if of a vector": "if x > 0:\n    pass",
    "backward of an array": "(x * 2).backward()",
    "backward of a constant": "ta.Value(1.0, requires_grad=False).backward()",
    "backward after a write": "z = (x * x).sum()\nx.data = np.zeros((2, 3))\nz.backward()",
    "backward with another shape": "(x * 2).backward(np.ones(7))",
    "write into a Value": "x[0] = 1.0",
    "write with out=": "np.exp(x, out=np.zeros((2, 3)))",
    "array += Value": "a = np.ones((2, 3))\na += x",
    "data of another shape": "x.data = np.ones(2)",
    "data of a result": "(x * 2).data = 1.0",
    "grad of another shape": "x.grad = np.ones(2)",
    "unknown operation": "ta.sigmiod(x)",
    "unknown operation by name": "ta.ops['sigmiod']",
    "unknown card": "ta.card('sigmiod')",
    "unknown method": "x.sigmiod()",
    "unknown keyword": "ta.sigmoid(x, alpha=1.0)",
    "unknown keyword of a sum": "ta.sum(x, axes=0)",
    "keyword out of range": "ta.soft_shrink(x, threshold=-1.0)",
    "keyword a Value": "ta.leaky_relu(x, slope=ta.Value(0.1))",
    "keyword missing": "ta.reshape(x)",
    "argument missing": "ta.add(x)",
    "argument too many": "ta.tanh(x, x, x)",
    "keyword out of range, number": "ta.soft_shrink(0.5, threshold=-1.0)",
    "NumPy function without operation": "np.linalg.svd(x)",
    "NumPy ufunc without operation": "np.gcd(x, x)",
    "NumPy ufunc method": "np.add.accumulate(x)",
    "one_hot of floats": "ta.one_hot(np.array([0.5]), 3)",
    "one_hot out of range": "ta.one_hot(np.array([5]), 3)",
    "compile: if": "@ta.compile\ndef f(x):\n    if x > 0:\n        return x\n    return -x\nf(1.0)",
    "compile: shapes": "@ta.compile\ndef f(x, y):\n    return x @ y\nf(np.ones((2, 3)), np.ones((2, 3)))",
    "compile: shapes on Values": "@ta.compile\ndef f(x, y):\n    return x @ y\nf(x, x)",
    "compile: another shape with retrace=False": "f = ta.compile(lambda x: x * 2, retrace=False)\nf(np.ones(2))\n"
    "f(np.ones(3))",
    "compile: returns nothing": "ta.compile(lambda x: None)(1.0)",
    "compile: wrong number of arguments": "f = ta.compile(lambda x: x * 2)\nf(1.0)\nf(1.0, 2.0)",
    "compile: float()": "ta.compile(lambda x: float(x) * x)(1.0)",
    "compile: random": "rng = np.random.default_rng(0)\nta.compile(lambda x: x * rng.random())(1.0)",
    "compile: gradient of an array": "ta.compile(ta.grad(lambda x: x * 2))(np.ones(3))",
    "compile: donated text": "ta.compile(lambda x: x, donate='y')",
    "compile: string argument into data": "ta.compile(lambda x: x * 2)(np.array(['a']))",
    "compile: write": "@ta.compile\ndef f(x):\n    x[0] = 1.0\n    return x\nf(np.ones(3))",
    "compile: program before a call": "ta.compile(lambda x: x).program",
    "assert_gradients of a wrong rule": "@ta.elementwise(dz=3.0)\ndef own(z):\n    '''a = 2 * z'''\n    return 2 * z\n"
    "ta.testing.assert_gradients(own, 0.5)",
    "gradcheck of text": "ta.gradcheck(lambda x: x, 'one')",
    "gradcheck: shapes": "ta.gradcheck(lambda x: x + np.ones(4), np.ones(3))",
    "gradcheck without arguments": "ta.gradcheck(ta.sigmoid)",
    "at_kink: unknown side": "ta.at_kink('middle')",
    "dialect: unknown": "ta.dialect('fortran')",
    "derivative_form: unknown": "ta.derivative_form('both')",
    "scope of a number": "ta.scope(3)",
    "derivative of an unknown": "ta.derivative('sigmiod')",
    "draw of text": "ta.draw('x')",
    "explain of text": "ta.explain('x')",
    "compare of an unknown": "ta.compare('relu', 'sigmiod')",
    "kink in raise mode": "with ta.at_kink('raise'):\n    ta.grad(ta.relu)(0.0)",
    "own operation without rule": "@ta.elementwise()\ndef twice(z):\n    '''a = 2 * z'''\n    return 2 * z",
    "own operation without formula": "@ta.elementwise(dz=2)\ndef twice(z):\n    return 2 * z",
    "own operation, rule of other arguments": "@ta.elementwise(dz=lambda a: 2.0)\ndef twice(z):\n    '''a = 2 * z'''\n"
    "    return 2 * z",
    "own operation, rule unknown": "@ta.elementwise(dz=ta.unknown)\ndef twice(z):\n    '''a = 2 * z'''\n"
    "    return 2 * z\ntwice(x).sum().backward()",
    "activation of wrong derivative": "@ta.activation(dz=lambda a, z: a)\ndef bent(z):\n    '''a = z * tanh(z)'''\n"
    "    return z * ta.tanh(z)",
    "activation of two inputs": "@ta.activation\ndef bent(z, w):\n    '''a = z * w'''\n    return z * w",
    "debug: NaN": "with ta.debug():\n    ta.log(ta.Value(np.zeros(2)) - 1.0)",
}  # fmt: skip
"""Name → what follows `HEAD`."""

OWN = {
    "own body raises": "@ta.elementwise(dz=1.0)\ndef own(z):\n    '''a = z'''\n    raise ValueError('mine')\nown({z})",
    "own body raises, as a method": "@ta.elementwise(dz=1.0)\ndef own(z):\n    '''a = z'''\n"
    "    raise ValueError('mine')\n(ta.Value(1.0) * {z}).own()",
    "own body of two inputs raises": "@ta.elementwise(dx=1.0, dy=1.0)\ndef own(x, y):\n    '''a = x + y'''\n"
    "    raise ValueError('mine')\nown({z}, {z})",
    "own body raises a TypeError": "@ta.elementwise(dz=1.0)\ndef own(z):\n    '''a = z'''\n"
    "    raise TypeError('mine')\nown({z})",
    "own body raises a KeyError": "@ta.elementwise(dz=1.0)\ndef own(z):\n    '''a = z'''\n"
    "    raise KeyError('mine')\nown({z})",
    "own body calls an operation that fails": "@ta.op(dx=lambda g, a, x: g)\ndef own(x):\n    '''a = x'''\n"
    "    return ta.add(x, np.ones((2, 7)))\nown(x)",
    "own @op raises": "@ta.op(dx=lambda g, a, x: g)\ndef own(x):\n    '''a = x'''\n"
    "    raise ValueError('mine')\nown({z})",
    "own @op with a parameter raises": "@ta.op(dx=lambda g, a, x, *, k: g)\ndef own(x, *, k=1):\n    '''a = x'''\n"
    "    raise IndexError('mine')\nown({z}, k=2)",
    "own rule raises": "@ta.elementwise(dz=lambda a, z: {{}}['mine'] / 0)\ndef own(z):\n    '''a = z'''\n"
    "    return 1.0 * z\nown({z}).sum().backward()",
    "own rule raises a ValueError": "def rule(a, z):\n    raise ValueError('mine')\n@ta.elementwise(dz=rule)\n"
    "def own(z):\n    '''a = z'''\n    return 1.0 * z\nown({z}).sum().backward()",
}  # fmt: skip
"""Mistakes in what the user wrote: the user's own error stays, as the cause of ours."""

OPERANDS = {
    "number": "0.5", "array": "np.ones(3)", "Value": "ta.Value(0.5)", "Value of an array": "ta.Value(np.ones(3))",
}  # fmt: skip

REPORTS = ("activation of wrong derivative", "assert_gradients of a wrong rule")
"""What these say is a report of several lines, and all of them are meant."""


def scripts() -> dict[str, str]:
    """Name → a whole script."""
    found = {name: HEAD + text for name, text in MISTAKES.items()}
    for name, text in OWN.items():
        for operand, spelled in OPERANDS.items():
            if "{z}" in text and ("backward" not in text or "Value" in operand):
                found[f"{name}: {operand}"] = HEAD + text.format(z=spelled)
        if "{z}" not in text:
            found[name] = HEAD + text
    return found


def measured() -> dict[str, dict[str, Any]]:
    """Name → the text that Python prints, whether its last line is the script's, the most runs of one body."""
    env = {name: value for name, value in os.environ.items() if name != "TINYGRAD_ACT_TRACEBACK"}
    line = [sys.executable, "-W", "ignore", __file__, "--json"]
    done = subprocess.run(line, capture_output=True, text=True, env=env, check=True)
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def _run(path: pathlib.Path, text: str) -> dict[str, Any]:
    """What one script does."""
    path.write_text(text)
    codes = {op.forward.__code__: op.name for op in ta.ops.values()}
    runs: dict[str, int] = {"": 0}

    def count(frame: Any, event: str, _: Any) -> None:
        name = codes.get(frame.f_code) or ("own" if frame.f_code.co_name == "own" else None)
        if event == "call" and name:
            runs[name] = runs.get(name, 0) + 1

    code = compile(text, str(path), "exec")
    sys.setprofile(count)
    try:
        exec(code, {"__name__": f"script_{path.stem}"})
    except Exception as error:
        sys.setprofile(None)
        error.__traceback__ = error.__traceback__.tb_next  # without the line above
        mine = traceback.extract_tb(error.__traceback__)[-1].filename == str(path)
        return {"text": "".join(traceback.format_exception(error)), "mine": mine, "runs": max(runs.values())}
    finally:
        sys.setprofile(None)
        for name in ("own", "twice", "bent"):
            if name in ta.ops:
                del ta.ops[name]
    return {"text": "", "mine": False, "runs": max(runs.values())}


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = {
            name: _run(pathlib.Path(folder) / f"script_{i}.py", text)
            for i, (name, text) in enumerate(scripts().items())
        }
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    for name, what in found.items():
        lines, count = len(what["text"].splitlines()), what["text"].count("Traceback")
        where = "the script" if what["mine"] else "the package"
        print(f"{name:50s} {lines:4d} lines {count:2d} tracebacks {what['runs']:2d} runs, ends in {where}")


if __name__ == "__main__":
    _main()
