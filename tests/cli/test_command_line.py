"""`python -m tinygrad_act ...`: what it prints, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main


def run(capsys, *words):
    """Status, output, errors."""
    status = main(words)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_list_and_its_json(capsys):
    status, out, _ = run(capsys, "list")
    assert status == 0
    assert "sigmoid" in out
    status, out, _ = run(capsys, "list", "--json")
    assert {"name", "formula", "derivative", "kinks"} == set(json.loads(out)[0])
    status, out, _ = run(capsys, "list", "--activations", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["relu"]["kinks"] == ["0: right"]
    assert "mul" not in rows


def test_card_as_text_markdown_and_json(capsys):
    assert run(capsys, "card", "swish")[1].startswith("silu (swish)")
    assert run(capsys, "card", "gelu", "--markdown")[1].startswith("### gelu")
    status, out, _ = run(capsys, "card", "relu", "--json")
    assert (status, json.loads(out)["lipschitz"]) == (0, 1.0)


def test_compare(capsys):
    status, out, _ = run(capsys, "compare", "leaky_relu")
    assert status == 0
    assert "keras (slope=0.2, slope 0.2 at 0)" in out
    rows = json.loads(run(capsys, "compare", "leaky_relu", "--json")[1])
    assert [row["framework"] for row in rows] == ["tinygrad_act", "torch", "jax", "keras", "tensorflow", "onnx"]


def test_check_says_which_rule_is_wrong(capsys, scratch):
    assert run(capsys, "check", "tanh", "relu")[0] == 0
    assert run(capsys, "check", "straight_through_sign")[0] == 0

    @ta.elementwise(dz=lambda a, z: 2 * a)
    def wrong(z):
        """a = exp(z)"""
        return ta.exp(z)

    status, out, _ = run(capsys, "check", "wrong")
    assert status == 1
    assert "wrong" in out
    assert "ratio 2" in out


def test_accuracy(capsys):
    pytest.importorskip("mpmath")
    status, out, _ = run(capsys, "accuracy", "soft_sign", "--points", "40")
    assert status == 0
    assert out.splitlines()[0].startswith("operation")
    rows = json.loads(run(capsys, "accuracy", "soft_sign", "--points", "40", "--json")[1])
    assert {"float64", "float32"} == {row["dtype"] for row in rows}


@pytest.mark.parametrize("command", ["card", "compare", "check", "accuracy"])
def test_an_unknown_name_is_a_message_and_status_2(capsys, command):
    status, out, err = run(capsys, command, "tanhh")
    assert (status, out) == (2, "")
    assert err == f"{command}: no operation named 'tanhh'; did you mean 'tanh'?\n"


def test_what_will_not_do_is_a_message_and_status_2(capsys, tmp_path):
    assert run(capsys, "accuracy", "softmax")[0] == 2
    assert run(capsys, "card", "threshold")[2].startswith("card: threshold: static parameter 'threshold' is missing")
    assert run(capsys, "table", str(tmp_path / "missing.md"))[0] == 2
    with pytest.raises(SystemExit) as stopped:
        main(["cards"])
    assert stopped.value.code == 2


def test_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_act", "card", "gelu"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("gelu\n")
    assert done.stderr == ""


@pytest.mark.parametrize("words", [["list"], ["draw", "w*x", "w=1", "x=2"]])
def test_a_reader_that_has_enough_gets_no_complaint(words):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tinygrad_act", *words]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
