"""Subclasses of Value through pickle and copy: what they add comes along, in whatever way they keep it."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.trees import flatten

from ..each import each


class Plain(Value):
    """Attributes in `__dict__`, and an `__init__` with arguments of its own."""

    def __init__(self, size, rate):
        super().__init__(np.full(size, 2.0), label="w")
        self.rate, self.tags = rate, ["a", "b"]


class Slotted(Value):
    __slots__ = ("__secret", "never", "rate", "tags")

    def __init__(self, rate):
        super().__init__([1.0, 2.0])
        self.rate, self.tags, self.__secret = rate, ["a", "b"], 7

    def secret(self):
        return self.__secret


class Both(Slotted):
    def __init__(self, rate):
        super().__init__(rate)
        self.more = {"x": 1}


class OneSlot(Value):
    __slots__ = "rate"  # noqa: PLC0205  (a text is allowed)


class WithState(Plain):
    """Only what it says is kept."""

    def __getstate__(self):
        return {"saved": self.rate * 2}

    def __setstate__(self, state):
        self.rate, self.tags, self.restored = state["saved"] / 2, ["a", "b"], True


class OnlySet(Plain):
    def __setstate__(self, state):
        self.__dict__.update(state, restored=True)


class OnTop(Plain):
    def __getstate__(self):
        return {**super().__getstate__(), "extra": 1}


class Reduced(Plain):
    def __reduce__(self):
        return type(self), (self.size, self.rate)


class Checked(Plain):
    """A new one can't be made without arguments."""

    def __new__(cls, size, rate):
        return super().__new__(cls)


def by(protocol):
    return lambda x: pickle.loads(pickle.dumps(x, protocol))


WAYS = {
    "copy": copy.copy, "deepcopy": copy.deepcopy,
    **{f"protocol {i}": by(i) for i in range(pickle.HIGHEST_PROTOCOL + 1)},
}  # fmt: skip
MAKE = {
    cls.__name__: (lambda cls=cls: cls(2, 0.5)) for cls in (Plain, WithState, OnlySet, OnTop, Reduced, Checked)
} | {"Slotted": lambda: Slotted(0.5), "Both": lambda: Both(0.5)}  # fmt: skip


@each("way", WAYS.values(), ids=WAYS)
@each("make", MAKE.values(), ids=MAKE)
def test_attributes_come_along(make, way):
    p = make()
    (p * 3.0).sum().backward()
    twin = way(p)
    assert type(twin) is type(p)
    assert (twin.rate, twin.tags, twin.label) == (0.5, ["a", "b"], p.label)
    assert np.array_equal(twin.data, p.data)
    assert twin.requires_grad
    assert isinstance(p, Reduced) or twin.grad.tolist() == [3.0, 3.0]
    assert not np.shares_memory(twin.data, p.data)
    assert not np.shares_memory(twin.grad, p.grad)
    (twin * 2.0).sum().backward()
    assert twin.grad.tolist() == ([2.0, 2.0] if isinstance(p, Reduced) else [5.0, 5.0])
    twin.data -= 1.0
    assert np.array_equal(twin.data, p.data - 1.0)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_slots_private_ones_and_those_never_set(way):
    twin = way(Both(0.5))
    assert (twin.secret(), twin.more) == (7, {"x": 1})
    assert not hasattr(twin, "never")
    one = OneSlot(2.0)
    one.rate = 3
    assert way(one).rate == 3
    assert not hasattr(way(OneSlot(2.0)), "rate")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_the_subclass_says_itself_is_done(way):
    assert way(WithState(2, 0.5)).restored
    assert way(OnlySet(2, 0.5)).restored
    assert way(OnTop(2, 0.5)).extra == 1


@each("way", WAYS.values(), ids=WAYS)
@each("wrap", [lambda x: [x, x], lambda x: {"w": (x,), "again": x}], ids=["list", "dict"])
def test_in_containers(wrap, way):
    p = Plain(2, 0.5)
    twin = flatten(way(wrap(p)))
    assert [x.rate for x in twin] == [0.5, 0.5]
    assert twin[0] is twin[1], "one object stays one"
    assert (twin[0] is p) == (way is copy.copy)


@pytest.mark.parametrize("way", [x for name, x in WAYS.items() if name != "copy"])
def test_attributes_that_lead_back(way):
    p = Plain(2, 0.5)
    p.owner = {"parameters": [p]}
    twin = way(p)
    assert twin.owner["parameters"][0] is twin
    assert twin is not p


def test_a_copy_shares_attributes_and_a_deep_copy_does_not():
    p = Plain(2, 0.5)
    assert copy.copy(p).tags is p.tags
    assert copy.deepcopy(p).tags is not p.tags
    assert copy.copy(p).__dict__ is not p.__dict__


@each("data", [2.0, [1.0, 2.0], np.ones((2, 2), np.float32)], ids=["number", "list", "float32"])
@each("way", WAYS.values(), ids=WAYS)
def test_plain_values_are_what_they_were(data, way):
    for value in (Value(data, label="x"), Value(data, requires_grad=False)):
        twin = way(value)
        assert value.__getstate__() is None
        assert len(value.__reduce__()) == 2
        assert (twin.label, twin.requires_grad, twin.dtype) == (value.label, value.requires_grad, value.dtype)
        assert np.array_equal(twin.data, value.data)


def test_integer_constants_stay_integers():
    twin = copy.copy(Plain.__mro__[1](np.arange(3), requires_grad=False))
    assert twin.dtype == np.int64


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_results_are_refused_as_before(way):
    with pytest.raises(TypeError, match=r"a result of mul can't be copied or pickled"):
        way(Plain(2, 0.5) * 2.0)


def test_a_copy_in_a_gradient_is_the_same_number_still():
    assert ta.grad(lambda x: copy.deepcopy(x) * copy.copy(x))(3.0) == 6.0
    assert ta.compile(ta.grad(lambda x: copy.deepcopy(x) * copy.copy(x)))(3.0) == 6.0
