"""Another array or Value in the place of one that a program was recorded with: no call goes on with the old one."""

from __future__ import annotations

import dataclasses
import functools
import gc
import types
import weakref

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

X = np.arange(3.0)


class Layer:
    def __init__(self, kind):
        self.w = kind(np.ones(3))

    def __call__(self, x):
        return x * self.w


class Model:
    def __init__(self, kind):
        self.best, self.history, self.me = None, [], self  # a circle, and what the function does not use
        self.layers = [Layer(kind), Layer(kind)]

    def forward(self, x):
        return ta.sum(self.layers[1](self.layers[0](x)))

    step = ta.compile(forward)


@pytest.fixture(autouse=True)
def count_anew(monkeypatch):
    """Objects of other tests are gone, and would be counted."""
    monkeypatch.setattr(Model, "step", ta.compile(Model.forward))


@dataclasses.dataclass
class Slotted:
    __slots__ = ("w",)
    w: object

    @ta.compile
    def step(self, x):
        return ta.sum(x * self.w)


def of_model(use):
    def made(kind):
        model = Model(kind)
        return use(model), lambda: setattr(model.layers[1], "w", kind(np.full(3, 5.0)))

    return made


def of_slots(kind):
    model = Slotted(kind(np.ones(3)))
    return model.step, lambda: setattr(model, "w", kind(np.full(3, 5.0)))


def by_name(kind):
    w = kind(np.ones(3))

    def change():
        nonlocal w
        w = kind(np.full(3, 5.0))

    return ta.compile(lambda x: ta.sum(x * w)), change


def in_a_dict(kind):
    space = types.SimpleNamespace(parameters={"w": (kind(np.ones(3)),)})
    return ta.compile(lambda x: ta.sum(x * space.parameters["w"][0])), lambda: space.parameters.update(
        w=(kind(np.full(3, 5.0)),)
    )


def another_layer(kind):
    model = Model(kind)
    return model.step, lambda: setattr(model, "layers", [Layer(kind), Layer(kind)])


WAYS = {
    "a method": of_model(lambda model: model.step),
    "a bound method": of_model(lambda model: ta.compile(model.forward)),
    "a partial": of_model(lambda model: ta.compile(functools.partial(Model.forward, model))),
    "a static argument": of_model(lambda model: functools.partial(ta.compile(Model.forward), model)),
    "a static argument by name": of_model(
        lambda model: functools.partial(ta.compile(lambda x, *, net: net.forward(x)), net=model)
    ),
    "an object from outside": of_model(lambda model: ta.compile(lambda x: model.forward(x))),
    "a gradient": of_model(lambda model: ta.compile(ta.grad(model.forward))),
    "an object that is called": of_model(lambda model: ta.compile(model.layers[1])),
    "slots": of_slots,
    "a name": by_name,
    "a dict": in_a_dict,
    "a list": another_layer,
}
KINDS = {"an array": np.array, "a Value": ta.Value, "a constant": lambda x: ta.Value(x).detach()}


@each("kind", KINDS.values(), ids=KINDS)
@each("way", WAYS.values(), ids=WAYS)
def test_what_is_replaced_is_refused(way, kind):
    step, change = way(kind)
    first = step(X)
    np.testing.assert_array_equal(step(X), first)
    change()
    with pytest.raises(RuntimeError, match="uses from outside.*compile the function again"):
        step(X)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_the_function_does_not_use_may_change(kind):
    model = Model(kind)
    first = model.step(X)
    model.best = [model.step(X), np.array(3.0)]
    model.history.append(X)
    model.layers = list(model.layers)  # other lists with the same in it
    model.layers[0].more = {"w": np.zeros(3)}
    del model.me
    np.testing.assert_array_equal(model.step(X), first)


def test_new_numbers_of_a_value_are_no_other_value():
    model = Model(ta.Value)
    assert model.step(X) == 3.0
    model.layers[1].w.data = np.full(3, 5.0)
    assert model.step(X) == 15.0


def test_the_message_says_where():
    model = Model(ta.Value)
    model.step(X)
    model.layers[1].w = ta.Value(X)
    with pytest.raises(RuntimeError, match=r"'self\.layers\[1\]\.w', which forward uses"):
        model.step(X)


def test_no_object_lives_longer_for_it():
    model = Model(ta.Value)
    model.me = None
    gone = weakref.ref(model)
    model.step(X)
    del model
    gc.collect()
    assert gone() is None


def test_no_property_is_asked():
    class Asked(Layer):
        @property
        def secret(self):
            raise AssertionError

        @ta.compile
        def step(self, x):
            return ta.sum(x * self.w)

    asked = Asked(ta.Value)
    asked.__dict__["secret"] = X
    assert asked.step(X) == asked.step(X) == 3.0


def test_many_objects_at_a_time_are_nothing_to_warn_about():
    models = [Slotted(np.full(3, float(i))) for i in range(20)] + [Model(ta.Value) for _ in range(20)]
    assert [model.step(X) for model in models] == [3.0 * i for i in range(20)] + [3.0] * 20


def test_objects_made_anew_in_a_loop_are_warned_about():
    def one():
        model = Model(ta.Value)
        model.me = None  # it goes at once
        model.step(X)

    with pytest.warns(RuntimeWarning, match="Make self once") as said:
        [one() for _ in range(33)]
    assert len(said) == 3  # the 8th, the 16th and the 32nd


def test_an_object_that_answers_nobody_is_left_alone():
    class Closed:
        __slots__ = ()

        def __getattr__(self, name):
            raise KeyError(name)

        @ta.compile
        def step(self, x):
            return ta.sum(x * factor)

    factor = np.ones(3)
    assert Closed().step(X) == 3.0
