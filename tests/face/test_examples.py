"""The examples run as their users run them, on what is bundled, and end where they should."""

from __future__ import annotations

import collections
import gzip
import hashlib
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"


def run(name, *options, cwd):
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *options]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hello_value.py", "da/dw = da/dz * dz/dw = 0.4700, and w.grad = 0.4700"),
        ("declare_an_activation.py", "WRONG"),
        ("declare_an_op.py", "no derivative for input"),
        ("higher_order.py", "digits"),
        ("xor_scalars.py", "loss"),
        ("compiled_training.py", "it gives the same loss: True"),
        ("pictures.py", "written: network.svg"),
    ],
)
def test_the_small_examples_run(name, said, tmp_path):
    done = run(name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    assert not done.stderr
    assert len((EXAMPLES / name).read_text().splitlines()) < 80
    assert (EXAMPLES / name).read_text().startswith('"""')


def test_the_compiled_step_learns_the_flower_and_is_saved_where_it_says(tmp_path):
    done = run("compiled_training.py", cwd=tmp_path)
    assert float(re.search(r"right on the test set: ([\d.]+)%", done.stdout)[1]) >= 85
    assert "    da1 = " in done.stdout
    path = re.search(r"saved as (\S+):", done.stdout)[1]
    imported = re.findall(r"^(?:import|from) (\w+)", (tmp_path / path).read_text(), re.MULTILINE)
    assert set(imported) == {"__future__", "numpy"}


def test_the_network_learns_the_digits_and_the_flower_and_checks_its_gradient(tmp_path):
    """A shorter run of the main job: relu reaches 96 % on digits, tanh 85 % on the flower."""
    for data, activation, epochs, least in [("digits", "relu", "30", 96.0), ("flower", "tanh", "2000", 85.0)]:
        done = run("one_hidden_layer.py", "--data", data, "--activation", activation, "--epochs", epochs, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert float(re.search(rf"best on the test set: {activation}, ([\d.]+)%", done.stdout)[1]) >= least
        assert float(re.search(r"gradient check of the loss .*agrees to ([\d.]+) digits", done.stdout)[1]) > 7
        assert "epoch" in done.stdout, "no progress was shown"
        graph = (tmp_path / "out" / f"one_hidden_layer_{data}.svg").read_text()
        assert ">W1<" in graph
        assert ">grad<" in graph
        assert (tmp_path / "out" / f"one_hidden_layer_{data}.html").read_text().startswith("<!doctype html>")


@pytest.mark.slow
def test_the_main_job_as_the_readme_has_it(tmp_path):
    done = run("one_hidden_layer.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    accuracies = re.findall(r"best on the test set: \w+, ([\d.]+)%", done.stdout)
    assert float(accuracies[0]) >= 90
    assert float(accuracies[1]) >= 96
    assert done.stdout.count("agrees to") == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--activation", "rleu"], "unknown activation 'rleu' (did you mean relu?)"),
        (["--hidden", "0"], "'0' is not a whole number of at least 1"),
        (["--learning-rate", "nan"], "'nan' is not a positive number"),
        (["--data", "mnist"], "invalid choice: 'mnist'"),
        (["--out", "file/below"], "argument --out: can't write to"),
    ],
)
def test_what_is_typed_wrong_gets_one_line_and_no_traceback(options, message, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = run("one_hidden_layer.py", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_help_explains_every_option(tmp_path):
    shown = run("one_hidden_layer.py", "--help", cwd=tmp_path).stdout
    options = ["--data", "--activation", "--hidden", "--epochs", "--learning-rate", "--batch-size", "--seed", "--out"]
    for option in options:
        explained = shown.partition("options:")[2].partition(f"\n  {option} ")[2].partition("\n  --")[0]
        assert re.search(r"\(default:\s", explained), option


def test_the_bundled_digits_are_what_their_note_says():
    note = (EXAMPLES / "data" / "README.md").read_text()
    packed = (EXAMPLES / "data" / "optdigits.csv.gz").read_bytes()
    assert hashlib.sha256(packed).hexdigest() in note
    assert "CC BY 4.0" in note
    rows = np.array([line.split(",") for line in gzip.decompress(packed).decode().split()], dtype=int)
    assert rows.shape == (1797, 65)
    assert rows[:, :64].min() == 0
    assert rows[:, :64].max() == 16
    counts = collections.Counter(rows[:, 64].tolist())
    assert [counts[digit] for digit in range(10)] == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
