"""A loop in one test item may fail as often as its cases: none hides another, and none leaves anything behind."""

from __future__ import annotations

import pytest

import tinygrad_act as ta

from ..each import CHOSEN, CasesFail, each


@pytest.fixture(autouse=True)
def every_case_is_run(monkeypatch):
    monkeypatch.setitem(CHOSEN, "once", False)
    monkeypatch.setitem(CHOSEN, "case", "")


def test_every_case_that_fails_is_named():
    seen = []

    @each("y", [1, 2])
    @each(("x", "word"), [(1, "a"), pytest.param(2, "b", id="two"), (3, "c")])
    def check(x, word, y):
        seen.append((x, word, y))
        if word == "b":
            pytest.fail("no two")
        with pytest.raises(ZeroDivisionError):
            x / (x - 1 if y == 1 else 0)

    with pytest.raises(CasesFail) as caught:
        check()
    assert len(seen) == 6
    assert [name for name, _ in caught.value.failed] == ["1-two", "1-3-c", "2-two"]
    text = str(caught.value)
    assert "2-two: Failed: no two (line" in text
    assert "1-3-c: Failed: DID NOT RAISE" in text
    assert "of test_each.py" in text


def test_what_a_case_declares_and_patches_is_gone_after_it(monkeypatch):
    @each("i", range(2))
    def check(i, monkeypatch):
        monkeypatch.setattr(ta, "sigmoid", i) if i == 0 else None

        @ta.elementwise(dz=1.0)
        def of_a_case(z):
            """a = z"""
            return z

        assert ta.sigmoid is ta.ops["sigmoid"].call or i == 0

    check(monkeypatch=monkeypatch)
    assert "of_a_case" not in ta.ops


def test_names_parts_and_the_choice_of_cases(monkeypatch):
    seen = []

    @each("f", {"one": abs, "other": min}.values(), ids={"one": abs, "other": min}, parts=2)
    def check(f):
        seen.append(f)

    assert [mark.args for mark in check.pytestmark] == [("part", range(2))]
    check(part=1)
    assert seen == [min]
    monkeypatch.setitem(CHOSEN, "case", "one")
    check(part=0), check(part=1)
    assert seen == [min, abs]


def test_the_choice_is_by_the_names_of_all_loops(monkeypatch):
    seen = []

    @each("x", ["a", "b"])
    @each("y", ["c", "d"])
    def check(x, y):
        seen.append(x + y)

    for text in ("a-d", "b", "c"):
        monkeypatch.setitem(CHOSEN, "case", text)
        check()
    assert seen == ["ad", "bc", "bd", "ac", "bc"]
    monkeypatch.setitem(CHOSEN, "once", True)
    check()
    assert seen[5:] == ["ac"]


def test_a_loop_is_skipped_if_all_of_it_is():
    @each("x", [1, 2])
    def check(x, least):
        if x < least:
            pytest.skip("too small")

    check(least=2)
    with pytest.raises(pytest.skip.Exception, match="too small"):
        check(least=3)


def test_nothing_to_do_and_wrong_numbers_of_values_are_mistakes():
    with pytest.raises(ValueError, match="there are no cases"):
        each("x", [])
    with pytest.raises(ValueError, match="case 0 has 3 values"):
        each("x, y", [(1, 2, 3)])
    with pytest.raises(ValueError, match="no marks"):
        each("x", [pytest.param(1, marks=pytest.mark.slow)])
