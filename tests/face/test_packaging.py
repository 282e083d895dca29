"""What is built from this tree: the package, the source distribution and what a package index shows of them."""

from __future__ import annotations

import contextlib
import io
import pathlib
import re

import pytest

import tinygrad_act as ta

tomllib = pytest.importorskip("tomllib")

ROOT = pathlib.Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
INDEX = PROJECT["project"]["readme"]["text"]
ALWAYS_THERE = {"mpmath", "fcntl", "resource", "tomllib"}
"""What the extra `test` brings, or the standard library of a system."""


def test_the_source_distribution_has_whatever_the_tests_read():
    included = {name.rstrip("/").partition("/")[0] for name in PROJECT["tool"]["flit"]["sdist"]["include"]}
    always = {"pyproject.toml", "LICENSE", PROJECT["tool"]["flit"]["module"]["name"]}
    here = {path.name for path in ROOT.iterdir()}
    made = {"PKG-INFO", "build", "dist", "out"}
    assert {name for name in here - made if not name.startswith(".")} == {*always, *included} - {".ci", ".gitignore"}
    assert {*always, *included} <= here


def test_the_package_brings_what_editors_read():
    """Wherever it was installed from: a folder, the source distribution or the wheel."""
    package = pathlib.Path(ta.__file__).parent
    assert {str(path.relative_to(package)) for path in package.rglob("*.pyi")} == {
        "__init__.pyi",
        str(pathlib.Path("engine", "registered.pyi")),
    }
    assert (package / "py.typed").exists()


def test_what_an_index_shows_leads_nowhere_beside_it():
    targets = re.findall(r"\]\(([^)]+)\)|(?:src|href)=[\"']([^\"']+)", INDEX)
    assert not [link for pair in targets for link in pair if link and not link.startswith("https://")]
    for link in PROJECT["project"].get("urls", {}).values():
        assert link.startswith("https://")


def test_what_an_index_shows_runs():
    (code,) = re.findall(r"```python\n(.*?)```", INDEX, re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "pyproject.toml", "exec"), {})
    first, rest = printed.getvalue().split("\n", 1)
    assert first == "a = 0.7311, da/dw = 0.5898, da/dx = 0.0983, da/db = 0.1966"
    assert rest.startswith("gradient agrees")
    for name in re.findall(r"`ta\.(\w+)", INDEX) + re.findall(r"ta\.(\w+)\(", INDEX):
        assert hasattr(ta, name)


def test_all_say_the_same_of_versions():
    (oldest,) = re.findall(r"^>=3\.(\d+)$", PROJECT["project"]["requires-python"])
    (numpy,) = [line.removeprefix("numpy>=") for line in PROJECT["project"]["dependencies"] if line.startswith("numpy")]
    assert f"On a machine with Python 3.{oldest} or newer" in README
    assert f"NumPy {numpy} or newer" in README
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py3{oldest}"


def test_the_licence_is_named_as_packaging_asks_today():
    assert PROJECT["project"]["license"] == "MIT"
    assert (ROOT / PROJECT["project"]["license-files"][0]).read_text(encoding="utf-8").startswith("MIT License")


def wanted(source):
    """Packages without which something in this file is skipped."""
    direct = re.findall(r"(?:importorskip|find_spec)\(\s*[\"'](\w+)", source)
    others = re.findall(r"(importorskip|find_spec)\(\s*[a-z]", source)
    return {*direct, *others} - ALWAYS_THERE


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/test_*.py")), ids=lambda path: path.stem)
def test_whoever_wants_an_optional_package_bears_the_mark_that_ci_runs_where_it_is(path):
    source = path.read_text(encoding="utf-8")
    if path.name != pathlib.Path(__file__).name and wanted(source):
        assert "pytest.mark.optional" in source
