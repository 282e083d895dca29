"""`python -m tinygrad_act draw ...`: formulas and models become pictures with values and gradients."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

from tinygrad_act.__main__ import main

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"


def run(capsys, *words):
    """Status, output, errors."""
    status = main(["draw", *map(str, words)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def drawn(capsys, tmp_path, *words):
    """The DOT text that is written, after a run without a complaint."""
    path = tmp_path / "graph.dot"
    assert run(capsys, *words, "-o", path) == (0, f"{path}: picture written\n", "")
    return path.read_text()


def test_a_neuron_with_its_values_and_gradients(capsys, tmp_path):
    text = drawn(capsys, tmp_path, "z = w*x + b; a = sigmoid(z)", "w=0.5", "x=3", "b=-0.5")
    for part in ("0.7311", "0.5898", "0.0983", "0.1966", ">z<", ">a<", ">w<"):
        assert part in text


@pytest.mark.parametrize(("extension", "starts"), [("svg", "<svg"), ("json", "{"), ("txt", "name"), ("html", "<")])
def test_the_extension_is_the_format(capsys, tmp_path, extension, starts):
    path = tmp_path / f"graph.{extension}"
    assert run(capsys, "w*x", "w=3", "x=2", "-o", path, "--title", "A <title>")[0] == 0
    text = path.read_text()
    assert text.lower().startswith(starts)
    assert "<title>A <title>" not in text
    if extension in ("svg", "html"):
        assert "A &lt;title&gt;" in text


def test_without_a_file_it_prints_text_or_json(capsys):
    status, out, err = run(capsys, "z = w*x; tanh(z)", "w=0.5", "x=3")
    assert (status, err) == (0, "")
    assert out.startswith("name")
    assert "∂/∂w = x = 3" in out
    found = json.loads(run(capsys, "z = w*x; tanh(z)", "w=0.5", "x=3", "--json")[1])
    assert {"w", "x", "z"} <= {node.get("name") for node in found["nodes"]}
    assert "outputs" not in out, "a variable of the command is no name for a Value"


def test_json_stands_alone_even_if_a_file_is_written(capsys, tmp_path):
    path = tmp_path / "graph.svg"
    status, out, err = run(capsys, "w*x", "w=3", "x=2", "--json", "-o", path)
    assert (status, err) == (0, f"{path}: picture written\n")
    assert len(json.loads(out)["nodes"]) == 3


def test_options_of_the_picture_are_passed_on(capsys, tmp_path):
    def svg(*options):
        path = tmp_path / "graph.svg"
        assert run(capsys, "tanh(w*x)", "w=3", "x=2", "-o", path, *options)[0] == 0
        return path.read_text()

    changes = [(), ("--direction", "down"), ("--theme", "dark"), ("--title", "other"), ("--max-nodes", "2")]
    pictures = [svg(*options) for options in changes]
    assert len(set(pictures)) == len(changes)
    assert svg("--direction", "auto", "--collapse", "auto", "--engine", "auto", "--theme", "auto") == pictures[0]


def test_no_other_way_to_place_boxes_is_offered_and_the_error_says_how_graphviz_draws_it(capsys):
    status, out, err = run(capsys, "tanh(w*x)", "w=3", "x=2", "--engine", "dot")
    assert (status, out) == (2, "")
    assert err.startswith("draw: engine is 'dot'; places are found here alone")
    assert "dot -Tsvg graph.dot" in err
    with pytest.raises(SystemExit):
        run(capsys, "--help")
    assert "engine" not in capsys.readouterr().out


def test_without_backward_no_gradient_has_arrived(capsys, tmp_path):
    text = drawn(capsys, tmp_path, "sigmoid(w*x)", "w=0.5", "x=3", "--no-backward")
    assert "grad –" in text
    assert "grad –" not in drawn(capsys, tmp_path, "sigmoid(w*x)", "w=0.5", "x=3")


def test_words_may_stand_on_both_sides_of_an_option(capsys, tmp_path):
    path = tmp_path / "graph.dot"
    words = ["w*x", "w=1", "x=2"]
    for place in range(4):
        words_with_option = [*words[:place], "-o", path, *words[place:]]
        assert run(capsys, *words_with_option)[0] == 0
        path.unlink()


def test_the_gradient_of_a_vector_is_that_of_its_sum_and_a_remark_says_so(capsys, tmp_path):
    path = tmp_path / "graph.dot"
    status, _, err = run(capsys, "x * [10, 20]", "x=[1,2]", "-o", path)
    assert (status, err) == (0, "draw: the result has shape (2,); the gradients are those of its sum\n")
    assert "[10, 20]" in path.read_text()


def test_a_result_without_a_gradient_is_drawn_with_a_remark(capsys, tmp_path):
    status, _, err = run(capsys, "floor(x)", "x=2.5", "-o", tmp_path / "graph.dot")
    assert (status, err) == (0, "draw: no gradients, because none flows to the result\n")


def test_what_is_not_finite_is_drawn_without_warnings(capsys, tmp_path):
    assert "nan" in drawn(capsys, tmp_path, "sum(0 * exp(x))", "x=[1000, 2]")


def test_above_max_nodes_it_is_a_summary(capsys, tmp_path):
    assert "summarised by operation" in drawn(capsys, tmp_path, "x * x + x", "x=2", "--max-nodes", "2")


@pytest.mark.parametrize(("words", "message"), [
    ([], "draw: there is nothing to draw: give a formula"),
    (["__import__('os')"], "draw: names that begin with __ are not allowed"),
    (["w*x", "w=1"], "draw: no value is given for 'x'; write x=0.5\n    w*x\n      ^\n"),
    (["w", "w=1", "w=2"], "draw: 'w' is given twice, as 1.0 and in 'w=2'"),
    (["w", "w"], "draw: write NAME=NUMBER"),
    (["w", "w=1", "--model", "x.py"], "draw: a formula and --model at once: leave out 'w w=1' or --model"),
    (["w", "w=1", "-o", "graph.xyz"], "draw: save: unknown extension '.xyz'"),
    (["w", "w=1", "-o", "no/such/folder/graph.dot"], "draw: [Errno 2] No such file or directory"),
    (["--model", "missing.py"], "draw: [Errno 2] No such file or directory: 'missing.py'"),
    (["--model", "."], "draw: [Errno"),
])  # fmt: skip
def test_what_will_not_do_is_a_message_and_status_2(capsys, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith(message)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["x", "x=1", "--frobnicate"], ["-x", "x=1"], ["x", "--max-nodes", "many"]])
def test_unknown_options_are_refused_by_the_parser(capsys, words):
    with pytest.raises(SystemExit) as stopped:
        main(["draw", *words])
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_other_commands_take_no_words_after_their_own(capsys):
    with pytest.raises(SystemExit):
        main(["compare", "gelu", "relu"])
    assert "unrecognized arguments: relu" in capsys.readouterr().err


# -- models ---------------------------------------------------------------------------------------

MODEL = """
import tinygrad_act as ta
from neighbour import BIAS

w = ta.Value(0.5, "weight")

def graph():
    return ta.sigmoid(w * 3 + BIAS)

def outputs():
    return [w * 2, w * 3]

def prepared():
    value = ta.tanh(w)
    value.backward()
    return value

class Part:
    def __init__(self):
        self.w = ta.Value(0.5)

    def __call__(self, x):
        return ta.relu(self.w * x)

class Net:
    def __init__(self):
        self.hidden = Part()

    def __call__(self, x):
        return self.hidden(x)

weights = {"scale": ta.Value(4.0)}

def named():
    return weights["scale"] * 2

def pair():
    return Net(), ta.Value([1.0, 2.0], "batch", requires_grad=False)

def with_arguments(x):
    return x

def wrong():
    return 3.0

def failing():
    return ta.no_such_thing

def leaving():
    raise SystemExit(3)

if __name__ == "__main__":
    raise RuntimeError("the main block ran")
"""


@pytest.fixture
def model(tmp_path):
    (tmp_path / "neighbour.py").write_text("BIAS = -0.5\n")
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    yield path
    sys.modules.pop("neighbour", None)


def test_a_model_gives_its_graph(capsys, tmp_path, model):
    before = list(sys.path)
    text = drawn(capsys, tmp_path, "--model", model)
    assert sys.path == before
    for part in ("weight", "0.7311", "0.5898"):
        assert part in text


@pytest.mark.parametrize(("name", "parts"), [
    ("w", ["weight", "grad 1"]), ("outputs", ["weight", "grad 3"]), ("prepared", ["weight", "0.7864"]),
    ("named", ["weights.scale", "grad 2"]),
])  # fmt: skip
def test_or_what_another_name_gives(capsys, tmp_path, model, name, parts):
    text = drawn(capsys, tmp_path, "--model", f"{model}:{name}")
    assert all(part in text for part in parts), text


def test_a_model_and_a_batch(capsys, model):
    status, out, err = run(capsys, "--model", f"{model}:pair")
    assert (status, err) == (0, "draw: the result has shape (2,); the gradients are those of its sum\n")
    assert "batch" in out
    assert "∂/∂w = batch = mean 1.5; brings 3" in out, "the model's parts give the names"
    path = model.parent / "graph.svg"
    run(capsys, "--model", f"{model}:pair", "-o", path)
    assert ">hidden<" in path.read_text(), "and are clusters"


@pytest.mark.parametrize(("name", "message"), [
    ("grap", "has no 'grap'; did you mean {path}:graph? (it has w, graph, outputs, prepared, named, pair, "),
    ("xyzzy", "has no 'xyzzy'; define xyzzy(), which gives a Value, a list of Values, or (model, batch) (it has w, "),
    ("with_arguments", "with_arguments can't be called without arguments; expected def graph(): ..."),
    ("wrong", "wrong gave float; expected a Value, a list of Values, or (model, batch)"),
    ("failing", "line 47: AttributeError: module 'tinygrad_act' has no attribute 'no_such_thing'"),
    ("leaving", "line 50: SystemExit: 3"),
    ("BIAS", "BIAS gave float"),
])  # fmt: skip
def test_a_model_that_will_not_do(capsys, model, name, message):
    status, out, err = run(capsys, "--model", f"{model}:{name}")
    assert (status, out) == (2, "")
    assert message.format(path=model) in err


def test_a_file_that_is_no_python(capsys, tmp_path):
    path = tmp_path / "model.py"
    for text in ("def graph(:\n", "\0", "1 / 0\n", ""):
        path.write_text(text)
        status, _, err = run(capsys, "--model", path)
        assert status == 2
        assert err.startswith(f"draw: {path}")


@pytest.mark.parametrize("name", ["compiled_training.py"])
def test_the_examples_can_be_drawn(tmp_path, name):
    path = tmp_path / "graph.dot"
    command = [sys.executable, "-m", "tinygrad_act", "draw", "--model", str(EXAMPLES / name), "-o", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "w1" in path.read_text()
