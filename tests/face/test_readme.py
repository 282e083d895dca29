"""The READMEs show only what runs: their code is executed, its output compared, their tables regenerated."""

from __future__ import annotations

import contextlib
import io
import pathlib
import re

import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main
from tinygrad_act.cli import table

from .. import rooms
from ..checker import table as checkers
from ..checker.faults import FAULTS
from ..checker.hard import HARD
from ..each import each
from ..house import PACKAGE, ROOMS

ROOT = pathlib.Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "tinygrad_act").rglob("README.md"))]
TEXTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in PAGES}
OPERATIONS, CHECK = TEXTS["tinygrad_act/operations/README.md"], TEXTS["tinygrad_act/check/README.md"]
BLOCK = re.compile(r"```python\n(.*?)```\n+```text\n(.*?)```", re.DOTALL)
BLOCKS = [pytest.param(code, said, id=f"{name}-{n}") for name, text in TEXTS.items()
          for n, (code, said) in enumerate(BLOCK.findall(text))]  # fmt: skip


def test_every_room_has_its_page_and_the_first_is_short():
    assert {f"tinygrad_act/{room}/README.md" for room in ROOMS} < set(TEXTS)
    assert len((ROOT / "README.md").read_bytes()) <= 16 * 1024


@each("name", TEXTS)
def test_every_python_block_says_what_it_prints(name):
    assert len(BLOCK.findall(TEXTS[name])) == TEXTS[name].count("```python")


@each(("code", "expected"), BLOCKS)
@pytest.mark.usefixtures("scratch")
def test_the_code_prints_what_the_page_says(code, expected):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == expected


@each("name", TEXTS)
def test_links_and_pictures_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", TEXTS[name]):
        assert target.startswith("https://") or ((ROOT / name).parent / target).exists(), target


@pytest.mark.parametrize("room", ROOMS)
def test_the_list_of_files_is_up_to_date(room):
    shown = TEXTS[f"tinygrad_act/{room}/README.md"].split(rooms.START)[1].split(rooms.END)[0].strip()
    assert shown == rooms.listed(room), "run: python -m tests.rooms"


def test_files_that_the_pages_name_are_there():
    """`core/op.py` and the like, on the page of the package from there, on a room's page from that room."""
    for name, text in TEXTS.items():
        for path in re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", text.split(rooms.START)[0]):
            places = (ROOT, (ROOT / name).parent, PACKAGE, ROOT / "tests")
            assert any((place / path).exists() for place in places), f"{name}: {path}"


def test_the_table_of_operations_is_up_to_date():
    shown = OPERATIONS.split(table.START)[1].split(table.END)[0].strip()
    assert shown == table.markdown(), "run: python -m tinygrad_act table tinygrad_act/operations/README.md"
    for op in ta.ops.values():
        assert op.internal != (f"`{op.name}`" in shown)


def test_the_table_of_gradient_checkers_has_every_case_and_nothing_wrong_of_ours():
    shown = CHECK.split(checkers.START)[1].split(checkers.END)[0]
    rows = [line.strip("| ").split(" | ") for line in shown.splitlines() if line.startswith("| ")]
    said = {row[0].replace("\\", ""): row[1] for row in rows}
    again = "run python -m tests.checker.table tinygrad_act/check/README.md"
    for case in FAULTS:
        assert said[case.name] == "fails", f"{case.name}: {again}"
    for case in HARD:
        assert said[case.name] == "passes", f"{case.name}: {again}"


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
