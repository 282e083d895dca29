"""Which of several names an object is drawn by: loop variables lose against what says more, whatever the order."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.__main__ import main
from tinygrad_act.show.graph.variables import names_among, variables_in

from ..each import each

NET = """
import itertools
import numpy as np
import tinygrad_act as ta

class Layer:
    def __init__(self, w, b):
        self.w, self.b = ta.Value(w), ta.Value(b)

class Net:
    def __init__(self):
        self.first, self.layers = Layer(0.5, 0.1), [Layer(1.5, 0.2), Layer(2.5, 0.3)]

    def parameters(self):
        return [v for layer in (self.first, *self.layers) for v in (layer.w, layer.b)]

    def __call__(self, x):
        for layer in (self.first, *self.layers):
            x = ta.tanh(layer.w * x + layer.b)
        return x
"""
TRUTH = {"net.first.w", "net.first.b", "net.layers[0].w", "net.layers[0].b", "net.layers[1].w", "net.layers[1].b"}
LOOPS = {
    "for": "for p in net.parameters():\n    p.grad = None",
    "enumerate": "for i, p in enumerate(net.parameters()):\n    p.grad = None",
    "nested targets": "for i, (p, (q, *r)) in enumerate(zip(net.parameters(), itertools.repeat((1, 2)))):\n    pass",
    "star": "for *p, q in [net.parameters()]:\n    pass\nq = p[0]",
    "into a list": "kept = [0]\nfor kept[0] in net.parameters():\n    pass",
    "layers": "for layer in net.layers:\n    for p in (layer.w, layer.b):\n        pass",
    "comprehension": "zeroed = sum([p.data for p in net.parameters()])",
    "walrus": "rest = net.parameters()\nwhile rest and (p := rest.pop()) is not None:\n    pass",
    "walrus in a comprehension": "[(p := v) for v in net.parameters()]",
    "while": "rest = net.parameters()\nwhile rest:\n    p = rest.pop()",
    "several assignments": "p = net.first.w\np = net.layers[1].b",
    "left at once": "for p in net.parameters():\n    break",
    "two loops": "for p in net.parameters():\n    pass\nfor p in reversed(net.parameters()):\n    pass",
    "a list of them": "parameters = net.parameters()\nfor p in parameters:\n    pass",
    "a dict of them": "state = dict(enumerate(net.parameters()))\nfor k, p in state.items():\n    pass",
    "else": "for p in net.parameters():\n    pass\nelse:\n    k = 1",
    "inside with and try": "try:\n  with np.errstate():\n    for p in net.parameters():\n      pass\nfinally:\n  k = 1",
    "before it existed": "p = 1",
}


def drawn(code, function, first=""):
    """What boxes are called after `code`, run as a module or inside of a function."""
    body = f"{first}\nnet = Net()\n{code}\nx = ta.Value(2.0)\ny = net(x)\n"
    body += "names = {n.called for n in ta.draw(y).snapshot.nodes}\ntold = str(ta.explain(y, x))"
    if function:
        indented = "\n".join(f"    {line}" for line in body.splitlines())
        body = f"def work():\n{indented}\n    return names, told\nnames, told = work()"
    space = {"__name__": "somewhere"}
    exec(compile(NET + body, "<no source>", "exec"), space)
    return space["names"], space["told"]


@each("function", [False, True], ids=["module", "function"])
@each("code", LOOPS.values(), ids=LOOPS.keys())
def test_after_any_loop_a_parameter_is_called_by_its_place(code, function):
    names, told = drawn(code, function)
    assert names >= TRUTH | {"x", "y"}
    assert "net.layers[1].w" in told


@pytest.mark.parametrize("function", [False, True], ids=["module", "function"])
@pytest.mark.parametrize("code", [LOOPS["for"], LOOPS["enumerate"], LOOPS["layers"]])
def test_a_loop_variable_loses_even_if_its_name_came_first(code, function):
    assert drawn(code, function, "p = i = layer = 1")[0] >= TRUTH


@pytest.mark.parametrize("function", [False, True], ids=["module", "function"])
def test_a_name_that_was_given_once_is_the_one_the_code_reads(function):
    names, _ = drawn("w, bias = net.first.w, net.layers[1].b", function)
    assert names >= (TRUTH - {"net.first.w", "net.layers[1].b"}) | {"w", "bias"}


def test_a_parameter_of_the_function_is_the_one_its_code_reads():
    class Net:
        def __init__(self):
            self.w = Value(0.5)

    net = Net()

    def inside(w):
        return ta.draw(w * 2.0), net

    assert inside(net.w)[0].snapshot.nodes[0].called == "w"


def test_values_keep_their_own_names_whatever_list_they_are_put_into():
    w = Value(1.0)
    b = Value(2.0)
    params = [w, b]
    for _ in range(3):
        w = Value(float(w.data))  # a name that a loop assigns is no loop variable
        params = [w, b]
        y = w * b
    assert [node.called for node in ta.draw(y).snapshot.nodes] == ["w", "b", "y"]
    assert len(params) == 2


def test_results_and_batches_are_called_as_the_code_calls_them():
    kept, batches = [], [np.full(2, float(i)) for i in range(3)]
    i = 0
    while i < 3:
        X = batches[i]
        loss = (Value(2.0) * X).sum()
        kept.append(loss)
        i += 1
    assert [node.called for node in ta.draw(loss).snapshot.nodes][1:] == ["X", "v2", "loss"]


def test_the_data_of_a_loop_is_called_as_the_loop_calls_it():
    w, batches = Value([1.0, 2.0]), [(np.ones(2), np.zeros(2)), (np.full(2, 2.0), np.ones(2))]
    for X, t in batches:
        loss = ((w * X - t) ** 2).sum()
    assert {"w", "X", "t", "loss"} <= {node.called for node in ta.draw(loss).snapshot.nodes}
    for X, t in [tuple(map(Value, batch)) for batch in batches]:
        loss = ((w * X.detach() - t) ** 2).sum()
    assert {"w", "t", "loss"} <= {node.called for node in ta.draw(loss).snapshot.nodes}


def test_a_loop_variable_is_better_than_no_name():
    for x in (Value(1.0), Value(2.0)):
        y = x * 3.0
    assert [node.called for node in ta.draw(y).snapshot.nodes] == ["x", "y"]


def test_of_two_names_the_first_one_and_of_two_ways_the_one_that_ends_in_a_name():
    class Holder:
        pass

    a = Value(1.0)
    b = a
    listed = [Value(2.0)]
    holder = Holder()
    holder.deep = Holder()
    holder.deep.c = listed[0]
    y = a * holder.deep.c
    assert b is a
    assert [node.called for node in ta.draw(y).snapshot.nodes] == ["a", "holder.deep.c", "y"]


def cells(*sources):
    """Every one is code of its own, as in a notebook or at a prompt."""
    space = {"__name__": "__main__"}
    for source in (NET, *sources):
        exec(compile(source, "<cell>", "exec"), space)
    return {node.called for node in space["d"].snapshot.nodes}


def test_at_a_prompt_the_order_decides():
    names = cells("net = Net()", "for p in net.parameters():\n    pass", "y = net(ta.Value(2.0))", "d = ta.draw(y)")
    assert names >= TRUTH
    names = cells("net = Net()", "for layer in net.layers:\n    pass", "y = net(ta.Value(2.0))", "d = ta.draw(y)")
    assert names >= TRUTH
    names = cells("w = ta.Value(1.0)", "params = [w]", "for p in params: pass", "y = w * 2", "d = ta.draw(y)")
    assert "w" in names


def test_in_a_script_that_is_run_and_in_a_module_that_was_imported(tmp_path):
    (tmp_path / "mine.py").write_text(
        NET + "net = Net()\np = 1\nfor p in net.parameters():\n    pass\n"
        "def show():\n    y = net(ta.Value(2.0))\n    return {n.called for n in ta.draw(y).snapshot.nodes}\n"
    )
    (tmp_path / "script.py").write_text("import mine\nprint(sorted(mine.show()))\n")
    command = [sys.executable, str(tmp_path / "script.py")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert eval(run.stdout)[:1] == ["net.first.b"]
    assert set(eval(run.stdout)) >= TRUTH


def test_on_the_command_line(tmp_path, capsys):
    file = tmp_path / "model.py"
    file.write_text(
        NET + "p = 1\nnet = Net()\nfor p in net.parameters():\n    pass\ndef graph():\n    return net(ta.Value(2.0))\n"
    )
    assert main(["draw", "--model", str(file)]) == 0
    assert "net.layers[1].b " in capsys.readouterr().out


@pytest.mark.slow
def test_it_is_quick_for_long_code_and_many_variables():
    source = "\n".join(f"for a{i} in (1, 2):\n    b{i} = a{i}" for i in range(3000)) + "\n"
    code = compile(source, "<long>", "exec")
    w = Value(1.0)
    names = {**{f"a{i}": [w] for i in range(3000)}, "w": w}
    start = time.process_time()
    assert names_among(variables_in(names, code), {id(w)}) == {id(w): "w"}
    assert time.process_time() - start < 5
    assert names_among(variables_in({"w": np.ones(2)}, None), set()) == {}
