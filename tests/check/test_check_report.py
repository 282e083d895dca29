"""The report as text, JSON and picture; `assert_gradients`, the pytest plugin, the command line."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main
from tinygrad_act.check.gradient import everything
from tinygrad_act.core.rules import is_unknown

ROOT = pathlib.Path(__file__).parents[2]
Z = np.array([-1.7, 0.0, 0.3, 1.9])
WRONG = lambda x: np.where(np.arange(x.size) == 2, 0.5, 1.0) * 2 * x


def wrong_report():
    return ta.gradcheck(lambda x: np.sum(x * x), np.linspace(1, 2, 30), gradient=lambda x: WRONG(x))


def test_it_reads_as_a_sentence_first_and_a_table_second():
    lines = str(wrong_report()).splitlines()
    assert lines[0] == "gradient is WRONG in 1 of 30 entries"
    assert lines[1].split() == ["entry", "analytic", "numeric", "±", "error", "digits"]
    assert lines[2].split()[:4] == ["argument", "0[2]", "1.06896551724", "2.13793103448"]
    assert lines[3] == "      ratio 0.5"


def test_it_fits_a_screen():
    report = ta.gradcheck(lambda x: np.sum(x * x), np.linspace(1, 2, 300), gradient=lambda x: x)
    assert len(str(report).splitlines()) <= 24
    assert "... and 292 more" in str(report)
    kinked = ta.gradcheck(ta.relu, np.zeros(100))
    assert len(str(kinked).splitlines()) <= 24
    assert max(map(len, f"{kinked}\n{report}".splitlines())) <= 100


def test_json_holds_every_entry_and_is_valid():
    report = ta.gradcheck(lambda p: ta.relu(p["z"]), {"z": Z})
    data = json.loads(report.json())
    assert data["verdict"] == "agrees"
    assert len(data["entries"]) == 4
    assert data["entries"][1]["name"] == "argument 0['z'][1]"
    assert data["entries"][1]["index"] == [1]
    broken = ta.gradcheck(lambda x: x * x, 1.0, gradient=lambda x: np.nan)
    assert json.loads(broken.json())["entries"][0]["analytic"] == "nan"


def test_the_picture_has_a_cell_for_every_entry_in_the_colour_of_its_verdict():
    root = ElementTree.fromstring(wrong_report().svg())
    cells = [g for g in root.iter() if g.tag.endswith("}g")]
    assert len(cells) == 30
    roles = [next(r for r in g if r.tag.endswith("rect")).get("class") for g in cells]
    assert [n for n, role in enumerate(roles) if role == "f-alarm"] == [2]
    assert {role[:-1] for n, role in enumerate(roles) if n != 2} == {"f-agree-"}
    odd = ta.gradcheck(lambda p: p['<a & "b">'] ** 2, {'<a & "b">': 1.0})
    assert any("<a & " in text for text in ElementTree.fromstring(odd.svg()).itertext())
    kinked = ElementTree.fromstring(ta.gradcheck(ta.relu, Z).svg())
    assert sum(c.tag.endswith("circle") for g in kinked.iter() if g.tag.endswith("}g") for c in g) == 1


def test_save_picks_the_form_by_the_ending(tmp_path):
    report = wrong_report()
    assert report.save(tmp_path / "r.svg").read_text().startswith("<svg")
    assert report.save(str(tmp_path / "r.json")) == str(tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "wrong"
    assert report.save(tmp_path / "r.txt").read_text() == f"{report}\n"
    with pytest.raises(ValueError, match=r"save: unknown extension '.png'; .* must be one of .svg, .json, .txt"):
        report.save(tmp_path / "r.png")


# -- assert_gradients and the plugin --------------------------------------------------------------


def test_assert_gradients_returns_the_report_or_raises_with_it():
    assert ta.testing.assert_gradients(ta.tanh, Z).digits > 8
    assert ta.testing.assert_gradients(ta.tanh, Z, order=2).ok
    with pytest.raises(AssertionError, match="gradient is WRONG in 1 of 30"):
        ta.testing.assert_gradients(lambda x: np.sum(x * x), np.linspace(1, 2, 30), gradient=lambda x: WRONG(x))
    with pytest.raises(AssertionError, match=r"agrees to \d+.\d digits only, 16.5 are asked for"):
        ta.testing.assert_gradients(ta.tanh, Z, digits=16.5)
    with pytest.raises(AssertionError, match="a jump by 1"):
        ta.testing.assert_gradients(lambda x: np.floor(x), 0.0, gradient=lambda x: 0.0)


def test_the_fixture_counts_what_it_checked(tmp_path):
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tinygrad_act.pytest_plugin"]\n')
    (tmp_path / "test_it.py").write_text(
        "import tinygrad_act as ta\n"
        "def test_right(assert_gradients): assert_gradients(ta.tanh, 0.5); assert_gradients(ta.exp, 1.0)\n"
        "def test_wrong(assert_gradients): assert_gradients(lambda x: x * x, 1.0, gradient=lambda x: x)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "gradient is WRONG in 1 of 1 entries" in done.stdout
    assert "gradients: 2 checked, all to 1" in done.stdout


# -- the command line -----------------------------------------------------------------------------


def test_check_prints_a_line_an_operation(capsys):
    assert main(["check", "sigmoid", "relu", "less"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "digits" in lines[1]
    assert "relu at 0: left 0, right 1, rule gives 1: the declared side" in lines[2]
    assert lines[3].split() == ["less", "-", "-", "no", "derivative"]


FINE = {"agrees", "no derivative", "straight-through", "derivative unknown"}


def test_check_all_asks_for_every_operation(capsys, monkeypatch):
    """What it finds of each, the tests of operations find, too."""
    asked = []
    monkeypatch.setattr(
        everything, "check_op", lambda op: asked.append(op) or everything.Line(op.name, 9.0, 9.0, (), "agrees")
    )
    assert main(["check", "all", "--json"]) == 0
    assert (
        [row["operation"] for row in json.loads(capsys.readouterr().out)] == list(ta.ops) == [op.name for op in asked]
    )


def test_check_of_one_operation_of_each_kind(capsys):
    every = list(ta.ops.values())
    estimator = next(op.name for op in every if op.estimator)
    nobody = next(op.name for op in every if any(is_unknown(rule) for rule in op.rules))
    assert main(["check", "silu", "sum", "less", estimator, nobody, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["verdict"] for row in rows] == [
        "agrees", "agrees", "no derivative", "straight-through", "derivative unknown",
    ]  # fmt: skip
    assert all(row["first"] >= 8 for row in rows[:2])


@pytest.mark.slow
def test_check_all_agrees(capsys):
    assert main(["check", "all", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["verdict"] for row in rows} == FINE
    assert len(rows) == len(ta.ops)
    assert all(row["first"] >= 8 for row in rows if row["first"] is not None)


def test_check_fails_for_a_wrong_rule_and_for_an_unknown_name(scratch, capsys):
    @ta.elementwise(dz=lambda a, _: 2 * a)
    def off(z):
        """a = exp(z)"""
        return np.exp(z)

    assert main(["check", "off"]) == 1
    assert "wrong" in capsys.readouterr().out
    assert main(["check", "sigmod"]) == 2
    assert "did you mean 'sigmoid'" in capsys.readouterr().err
