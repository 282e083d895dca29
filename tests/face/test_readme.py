"""The README shows only what runs: its code is executed, its output compared, its table regenerated."""

from __future__ import annotations

import contextlib
import io
import pathlib
import re

import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main
from tinygrad_act.cli import table

from ..checker import table as checkers
from ..checker.faults import FAULTS
from ..checker.hard import HARD

ROOT = pathlib.Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```\n+```text\n(.*?)```", README, re.DOTALL)


def test_every_python_block_says_what_it_prints():
    assert len(BLOCKS) == README.count("```python") >= 3


@pytest.mark.parametrize(("code", "expected"), BLOCKS)
@pytest.mark.usefixtures("scratch")
def test_the_code_prints_what_the_readme_says(code, expected):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == expected


def test_the_table_of_operations_is_up_to_date():
    shown = README.split(table.START)[1].split(table.END)[0].strip()
    assert shown == table.markdown(), "run: python -m tinygrad_act table README.md"
    for op in ta.ops.values():
        assert op.name in table._INTERNAL or f"`{op.name}`" in shown


def test_the_table_of_gradient_checkers_has_every_case_and_nothing_wrong_of_ours():
    shown = README.split(checkers.START)[1].split(checkers.END)[0]
    rows = [line.strip("| ").split(" | ") for line in shown.splitlines() if line.startswith("| ")]
    said = {row[0].replace("\\", ""): row[1] for row in rows}
    for case in FAULTS:
        assert said[case.name] == "fails", f"{case.name}: run python -m tests.checker.table README.md"
    for case in HARD:
        assert said[case.name] == "passes", f"{case.name}: run python -m tests.checker.table README.md"


def test_the_map_names_every_file_of_the_package():
    listed = README.split("## A map of the files")[1].split("## ")[0]
    for path in (ROOT / "tinygrad_act").glob("*.py"):
        if path.name not in ("__init__.py", "_version.py"):
            assert f"`{path.name}`" in listed or f"/{path.name}`" in listed, path.name
    for path in (ROOT / "tinygrad_act" / "ops").glob("[a-z]*.py"):
        assert f"`{path.stem}`" in listed, path.name


def test_the_command_line(tmp_path, capsys):
    assert main(["list"]) == 0
    assert re.search(r"^sigmoid +1 / \(1 \+ exp\(-z\)\) +a \* \(1 - a\)$", capsys.readouterr().out, re.MULTILINE)
    target = tmp_path / "x.md"
    target.write_text(f"before {table.START} old {table.END} after")
    assert main(["table", str(target)]) == 0
    assert target.read_text().endswith(f"{table.END} after")
    assert "`softplus`" in target.read_text()
    assert main(["table", str(target)]) == 0
    assert "up to date" in capsys.readouterr().out
    assert main(["table", str(tmp_path / "none.md")]) == 2
    (tmp_path / "bare.md").write_text("no markers")
    assert main(["table", str(tmp_path / "bare.md")]) == 2
    assert "must both be there" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["nonsense"])
