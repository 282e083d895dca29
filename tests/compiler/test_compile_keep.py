"""How long programs live: so many as are to be kept, those of a method as long as its object."""

from __future__ import annotations

import copy
import functools
import gc
import linecache
import pickle
import threading
import warnings
import weakref
from dataclasses import dataclass

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler.store import KEEP

X = np.arange(3.0)


@pytest.fixture
def no_gc():
    """What goes must go by its reference count."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def programs_in_linecache():
    return {name for name in linecache.cache if name.startswith("<program ")}


# -- a bound ------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [0, -1, 1.5, "3", True, (1,), np.float64(2)])
def test_keep_is_checked(bad):
    with pytest.raises(ValueError, match=r"keep=.*a whole number from 1, or None"):
        ta.compile(lambda x: x, keep=bad)


@pytest.mark.parametrize(("keep", "left"), [(1, 1), (3, 3), (np.int64(2), 2), (None, 20), (100, 20)])
def test_so_many_programs_are_kept(keep, left):
    f = ta.compile(lambda x: x * 2.0, keep=keep)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in range(1, 21):
            assert np.array_equal(f(np.ones(n)), np.full(n, 2.0))
    assert len(f.programs) == left
    assert f.program is f.programs[-1]


def test_what_is_kept_if_nobody_says():
    f = ta.compile(lambda x: x * 2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in range(1, KEEP + 10):
            f(np.ones(n))
    assert len(f.programs) == KEEP


def test_the_one_that_was_not_used_for_longest_goes():
    traced = []

    def g(x):
        traced.append(x.shape)
        return x * 2.0

    f = ta.compile(g, keep=3)
    for n in (1, 2, 3, 1, 4):  # 2 was not used for longest
        f(np.ones(n))
    traced.clear()
    for n in (1, 3, 4):
        f(np.ones(n))
    assert not traced
    f(np.ones(2))
    assert traced


def test_one_that_runs_by_the_short_way_counts_as_used():
    f = ta.compile(lambda x: x * 2.0, keep=2)
    f(np.ones(1))
    f(np.ones(2))
    f(np.ones(1))
    first = f.program
    with ta.at_kink("left"):  # another convention: the short way still goes to the first
        f(np.ones(5))
    f(np.ones(1))
    with ta.at_kink("left"):
        f(np.ones(7))
    assert first in f.programs


def test_the_warning_counts_what_was_recorded_and_not_what_is_kept():
    f = ta.compile(lambda x: x * 2.0, keep=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for n in range(1, 18):
            f(np.ones(n))
    said = [str(w.message) for w in caught]
    assert ["recorded for 8 kinds" in said[0], "recorded for 16 kinds" in said[1], len(said)] == [True, True, 2]
    assert "argument x was float64 (7,) and is float64 (8,)" in said[0]


@pytest.mark.parametrize("keep", [1, 2])
def test_threads_find_theirs_while_others_are_dropped(keep):
    f = ta.compile(lambda x: ta.sum(x * x), keep=keep)
    wrong = []

    def work(n):
        for _ in range(6):
            if f(np.full(n, 2.0)) != 4.0 * n:
                wrong.append(n)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 6)]
        [t.start() for t in threads]
        [t.join() for t in threads]
    assert not wrong
    assert len(f.programs) == keep


def test_a_program_that_somebody_holds_outlives_its_place(tmp_path):
    f = ta.compile(lambda x: x * 3.0, keep=1)
    mine = f.trace(X)
    f(np.ones(2))
    assert np.array_equal(mine(X), 3.0 * X)
    mine.save(str(tmp_path / "mine.py"))
    assert "flops" in str(mine.explain())


# -- what goes with a program -----------------------------------------------------------------------


def test_its_source_leaves_linecache(no_gc):
    before = programs_in_linecache()
    f = ta.compile(lambda x: ta.tanh(x) * 2.0, keep=2)
    for n in range(1, 6):
        f(np.ones(n))
    assert len(programs_in_linecache() - before) == 2
    del f
    assert programs_in_linecache() == before


@pytest.mark.parametrize("passes", [None, ()])
def test_its_constants_go(no_gc, passes):
    weights = np.random.default_rng(0).normal(size=2000)
    gone = weakref.ref(weights)

    def make(w):
        return ta.compile(lambda x: x @ w, passes=passes)

    f = make(weights)
    f(np.ones(2000)), f(np.ones((2, 2000)))
    del weights, f
    assert gone() is None


def test_its_functions_go_and_what_they_hold(no_gc):
    f = ta.compile(lambda x: ta.tanh(x) * np.arange(3.0))
    f(X)
    gone = [weakref.ref(x) for x in (f.program, f.program.run, f.program.with_care)]
    del f
    assert [x() for x in gone] == [None] * 3


# -- methods ----------------------------------------------------------------------------------------


class Plain:
    def __init__(self, factor, label="w"):
        self.factor = np.full(3, factor)
        self.w = ta.Value(self.factor, label=label)

    @ta.compile
    def step(self, x):
        return ta.sum(x * self.factor + self.w)

    @functools.partial(ta.compile, donate="x", keep=2)
    def update(self, x):
        return x + self.factor

    @staticmethod
    @ta.compile
    def twice(x):
        return x * 2.0

    @ta.compile
    @staticmethod
    def thrice(x):
        return x * 3.0

    @classmethod
    @ta.compile
    def named(cls, x):
        return x * len(cls.__name__)


class Unhashable(Plain):
    __hash__ = None

    def __eq__(self, other):
        return True


class Equal(Plain):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


class Slots:
    __slots__ = ("__weakref__", "factor", "w")
    __init__ = Plain.__init__
    step = ta.compile(Plain.step.__wrapped__)


class NoWeak:
    __slots__ = ("factor", "w")
    __init__ = Plain.__init__
    step = ta.compile(Plain.step.__wrapped__, keep=2)


@dataclass
class Data:
    factor: object
    w: object = 0.0
    step = ta.compile(Plain.step.__wrapped__)


KINDS = {
    "plain": Plain, "unhashable": Unhashable, "equal": Equal, "slots": Slots, "no weak references": NoWeak,
    "a dataclass": lambda factor: Data(np.full(3, factor), ta.Value(np.full(3, factor))),
}  # fmt: skip


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_each_object_has_programs_of_its_own(make):
    one, two = make(2.0), make(5.0)
    for _ in range(3):
        assert one.step(X) == 2.0 * 3 + 6.0
        assert two.step(X) == 5.0 * 3 + 15.0
    assert len(one.step.programs) == len(two.step.programs) == 1
    assert one.step.program is one.step.programs[0]
    assert one.step.program is not two.step.program
    assert "def step(self, x" in one.step.source
    assert "1 programs" in repr(two.step)


@pytest.mark.filterwarnings("ignore:compile")
@pytest.mark.parametrize("make", [x for name, x in KINDS.items() if name != "no weak references"])
def test_a_method_keeps_no_object(no_gc, make):
    before, entries = programs_in_linecache(), len(type(make(1.0)).step.programs)
    model = make(2.0)
    compiled = type(model).step
    gone = [weakref.ref(x) for x in (model, model.factor, model.w)]
    model.step(X), model.step(np.ones((2, 3)))
    assert len(programs_in_linecache() - before) == 2
    del model
    assert [x() for x in gone] == [None] * 3
    assert len(compiled.programs) == entries
    assert programs_in_linecache() == before
    assert not compiled._instances


@pytest.mark.filterwarnings("ignore:compile")
def test_a_hundred_objects_of_a_loop(no_gc):
    before = len(Plain.step.programs)
    for i in range(100):
        assert Plain(float(i)).step(X) == 6.0 * i
    assert len(Plain.step.programs) == before
    with pytest.raises(RuntimeError, match="no program"):
        _ = Plain(1.0).step.program


def test_objects_without_weak_references_are_kept_as_long_as_their_programs():
    for i in range(5):
        NoWeak(float(i)).step(X)
    assert len(NoWeak.step.programs) == 2


def test_the_object_is_there_as_long_as_its_method(no_gc):
    step = Plain(2.0).step
    assert step(X) == 12.0
    assert step.__self__.factor[0] == 2.0


def test_a_compiled_bound_method_keeps_its_object():
    step = ta.compile(Plain(2.0).update)
    assert np.array_equal(step(X), X + 2.0)


class OfItself:
    def __init__(self):
        self.factor = 3.0
        self.step = ta.compile(self._step)

    def _step(self, x):
        return x * self.factor


def test_an_object_that_compiles_its_own_methods_goes_with_the_collector():
    model = OfItself()
    gone = weakref.ref(model)
    assert np.array_equal(model.step(X), 3.0 * X)
    del model
    gc.collect()
    assert gone() is None


def test_static_and_class_methods():
    model = Plain(2.0)
    for owner in (model, Plain):
        assert np.array_equal(owner.twice(X), 2 * X)
        assert np.array_equal(owner.thrice(X), 3 * X)
        assert np.array_equal(owner.named(X), 5 * X)
    with pytest.raises(TypeError, match="write @classmethod above"):
        ta.compile(classmethod(lambda cls, x: x))


def test_donated_arguments_are_counted_with_self():
    model, x = Plain(2.0), np.ones(3)
    for _ in range(3):
        assert model.update(x) is x
    assert x.tolist() == [7.0] * 3


def test_a_method_in_a_gradient_and_on_values():
    model = Plain(2.0)
    v = ta.Value(X)
    model.step(v).backward()
    assert v.grad.tolist() == [2.0] * 3
    assert ta.grad(model.step)(X).data.tolist() == [2.0] * 3, "a Value: it may depend on model.w"
    assert ta.compile(ta.grad(model.step))(X).tolist() == [2.0] * 3
    with ta.debug():
        assert model.step(X) == 12.0


def test_values_of_the_object_are_read_anew():
    model = Plain(2.0)
    assert model.step(X) == 12.0
    model.w.data = np.zeros(3)
    assert model.step(X) == 6.0


def test_a_changed_constant_of_the_object_is_noticed():
    model = Plain(2.0)
    model.step(X)
    model.factor[0] = 7.0
    with pytest.raises(RuntimeError, match="was changed after it was recorded"):
        model.step(X)


class Parameters(dict):
    @ta.compile
    def step(self, x):
        return x * self["w"]


def test_an_object_that_is_data_is_an_argument():
    p = Parameters(w=np.full(3, 2.0))
    assert np.array_equal(p.step(X), 2 * X)
    p["w"] = np.full(3, 5.0)
    assert np.array_equal(p.step(X), 5 * X)
    assert len(Parameters.step.programs) == 1


def test_methods_are_copied_and_pickled_by_their_object():
    model = Plain(2.0)
    assert copy.copy(model.step)(X) == 12.0
    assert copy.deepcopy(model.step).__self__ is not model
    assert pickle.loads(pickle.dumps(model.step))(X) == 12.0


class Fresh(Plain):
    step = ta.compile(Plain.step.__wrapped__)


@pytest.mark.filterwarnings("default")
def test_the_warning_names_the_objects():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        [Fresh(float(i)).step(X) for i in range(16)]
        models = [Fresh(float(i)) for i in range(40)]
        [model.step(X) for model in models]  # each is there still, so none was made in vain
    said = [str(w.message) for w in caught]
    assert len(said) == 2
    assert all("argument self is static, as it is of type Fresh: it was " in x for x in said)


def test_threads_make_and_drop_objects():
    wrong = []

    def work(k):
        for i in range(8):
            if Plain(float(i + k)).step(X) != 6.0 * (i + k):
                wrong.append(i)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        [t.start() for t in threads]
        [t.join() for t in threads]
    assert not wrong
    assert len(Plain.step._instances) == 0
