"""Many cases in one test item: thousands of small items cost pytest more than what they check."""

from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
import traceback

import pytest

import tinygrad_act as ta
from tinygrad_act.engine import numpy_names

CHOSEN = {"once": False, "case": ""}
"""What of every loop is run, from the command line: `--once`, `--case TEXT`."""
_INSIDE: list[str] = []
"""The names of the cases that loops around this one are at."""
FAILURES = (Exception, pytest.fail.Exception)


class CasesFail(AssertionError):
    """Of a loop: every case that failed, by name."""

    def __init__(self, failed, of):
        super().__init__(failed, of)
        self.failed, self.of = failed, of

    def __str__(self):
        lines = [f"{name}: {_short(error)}" for name, error in self.failed]
        return "\n  ".join([f"{len(lines)} failures in {self.of} cases:", *lines])


def each(names, values, ids=None, parts=1):
    """As `pytest.mark.parametrize(names, values, ids=ids)`, but a loop inside one item (or `parts` of them).

    A case that fails does not end the loop: the item fails at its end, with every case that failed, by name.
    What a case declares is gone after it, and so is what it patched. `pytest --case TEXT` runs the cases whose names
    hold the text.
    """
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    cases = _cases(names, values, ids)
    if not cases:
        raise ValueError(f"each({', '.join(names)}): there are no cases")

    def decorate(function):
        @functools.wraps(function)
        def loop(*, part=0, **fixtures):
            chosen = cases[part::parts] if hasattr(function, "of_cases") else _narrowed(cases[part::parts])
            _run(function, chosen[:1] if CHOSEN["once"] else chosen, fixtures)

        asked = inspect.signature(function).parameters.values()
        kept = [p.replace(kind=p.KEYWORD_ONLY) for p in asked if p.name not in names]
        if parts > 1:
            kept.append(inspect.Parameter("part", inspect.Parameter.KEYWORD_ONLY))
        loop.of_cases = True
        loop.__signature__ = inspect.Signature(kept)
        return pytest.mark.parametrize("part", range(parts))(loop) if parts > 1 else loop

    return decorate


def _run(function, cases, fixtures):
    failed, skipped = [], []
    for name, given in cases:
        _INSIDE.append(name)
        try:
            with alone(fixtures.get("monkeypatch")):
                function(**given, **fixtures)
        except pytest.skip.Exception as reason:
            skipped.append(reason)
        except CasesFail as error:
            failed += [(f"{name}-{inner}", cause) for inner, cause in error.failed]
        except FAILURES as error:
            failed.append((name, error))
        finally:
            _INSIDE.pop()
    if failed:
        raise CasesFail(failed, len(cases)) from failed[0][1]
    if skipped and len(skipped) == len(cases):
        raise skipped[0]


@contextlib.contextmanager
def alone(monkeypatch=None):
    """What is declared inside is removed from the registry after it, and so are what it implements and patches."""
    before, table = set(ta.ops), dict(numpy_names._table)
    try:
        yield
    finally:
        if monkeypatch is not None:
            monkeypatch.undo()
        for name in set(ta.ops) - before:
            del ta.ops[name]
        if numpy_names._table != table:
            numpy_names._table.clear()
            numpy_names._table.update(table)


def _narrowed(cases):
    return [case for case in cases if CHOSEN["case"] in "-".join([*_INSIDE, case[0]])]


def _cases(names, values, ids):
    """(name, arguments) of every case."""
    values = list(values)
    ids = [*itertools.islice(ids, len(values))] if ids is not None and not callable(ids) else ids  # may be endless
    cases = []
    for i, value in enumerate(values):
        given, name, marks = (value.values, value.id, value.marks) if _is_param(value) else (value, None, ())
        if marks:
            raise ValueError(f"{names}: a case of a loop has no marks of its own; got {marks}")
        given = given if len(names) > 1 or _is_param(value) else (given,)
        if len(given) != len(names):
            raise ValueError(f"case {i} has {len(given)} values for {names}")
        own = ids[i] if isinstance(ids, list) else None
        name = name or own or "-".join(_name(x, ids, f"{n}{i}") for n, x in zip(names, given))
        cases.append((str(name), dict(zip(names, given))))
    return cases


def _is_param(value):
    return hasattr(value, "values") and hasattr(value, "marks")


def _name(x, ids, otherwise):
    if callable(ids) and (name := ids(x)) is not None:
        return str(name)
    if isinstance(x, (str, int, float, complex, bool, type(None))):
        return str(x)
    return getattr(x, "__name__", None) or getattr(x, "name", None) or otherwise


def _short(error):
    """The error in one line, with the last line of the tests that it passed."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/tests/" in f.filename and f.name != "_run"]
    where = f" (line {frames[-1].lineno} of {frames[-1].filename.rpartition('/')[2]})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}{where}"
