"""What values are called: labels, names given, places in a model, the caller's variables."""

from __future__ import annotations

import types

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.graph.names import find_names
from tinygrad_act.show.graph.objects import walk
from tinygrad_act.show.graph.variables import variables_of

from ..drawn import HOSTILE, Dense, Network, batch

in_the_module = Value(7.0)
_private = Value(8.0)


def called(drawing):
    """What every box is called, in order."""
    return [node.called for node in drawing.snapshot.nodes]


def shown(drawing):
    return [node.name for node in drawing.snapshot.nodes]


class Holder:
    """Anything with attributes."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def test_a_label_goes_before_a_name_given_before_the_model_before_a_variable():
    w = Value(2.0)
    model = Holder(inner=Holder(weight=w))
    y = w * 1.0
    assert shown(draw(y)) == ["w", "y"]
    assert called(draw(y, model=model)) == ["inner.weight", "y"], "however much shorter the variable's name is"
    assert called(draw(y, names={"given": w}, model=model)) == ["given", "v1"]
    w.label = "label"
    assert called(draw(y, names={"given": w}, model=model)) == ["label", "v1"]
    assert shown(draw(y)) == ["label", "y"]


def test_no_names_keep_the_variables_out():
    w = Value(2.0)
    y = w * 1.0
    assert shown(draw(y, names={})) == ["", ""]
    assert called(draw(y, names={})) == ["v1", "v2"]


def test_local_variables_go_before_those_of_the_module():
    local = in_the_module
    assert shown(draw(in_the_module * 2.0)) == ["local", ""]
    del local
    assert shown(draw(in_the_module * 2.0)) == ["in_the_module", ""]


def test_private_names_and_those_of_ipython_are_left_out():
    assert shown(draw(_private * 2.0)) == ["", ""]
    w = Value(1.0)
    space = {"_": w, "_1": w, "__": w, "In": [w], "Out": {1: w}, "exit": w, "quit": w, "ta": ta, "made": [w]}
    exec("d = ta.draw(made[0] * 2.0)", space)
    assert shown(space["d"]) == ["made[0]", ""]


def test_values_inside_of_lists_dicts_tuples_and_objects_are_found():
    class Slots:
        __slots__ = ("__hidden", "weight", "without")

        def __init__(self):
            self.weight, self.__hidden = Value(1.0), Value(2.0)

        def both(self):
            return self.weight * self.__hidden

    some, table, pair, thing = [Value(1.0), [Value(2.0)]], {"k": Value(3.0), 5: Value(4.0)}, (Value(5.0),), Slots()
    X = np.ones(3)
    holder = Holder(data=X)
    y = some[0] * some[1][0] + table["k"] * table[5] + pair[0] + thing.both()
    assert set(filter(None, shown(draw(y)))) == {
        "some[0]", "some[1][0]", "table.k", "table[5]", "pair[0]", "thing.weight", "thing._Slots__hidden", "y",
    }  # fmt: skip
    del X
    assert "holder.data" in shown(draw(Value(1.0) * holder.data))


def test_equal_names_are_told_apart_in_sentences():
    a, b, c, d = Value(1.0, "a"), Value(2.0, "a"), Value(3.0, "a (2)"), Value(4.0, "v1")
    y = a * b * c * d
    names = called(draw(y, names={}))
    assert len(set(names)) == len(names)
    assert names[:2] == ["a", "a (3)"]
    assert shown(draw(y, names={}))[:2] == ["a", "a"]


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_names_are_short_printable_and_told_apart(label):
    x, y = Value(1.0), Value(2.0)
    drawing = draw(x * y, names={label: x, label + " ": y})
    names = called(drawing)
    assert len(set(names)) == 3
    assert all(len(name) < 80 and "\n" not in name and "\u202e" not in name for name in names)
    for text in (drawing.svg(), drawing.text(), drawing.json(), drawing.dot(), drawing.html()):
        text.encode()
        assert "<script>alert" not in text or text == drawing.text() or text == drawing.json()


# -- nothing of the user's is run -------------------------------------------------------------


class Angry:
    """Raises at whatever Python may do to it."""

    def fail(self, *_):
        raise RuntimeError("something of mine was run")

    __getattr__ = __eq__ = __hash__ = __bool__ = __repr__ = __len__ = __iter__ = __str__ = fail


class AngryDict(dict):
    items = keys = values = __iter__ = __getitem__ = Angry.fail


class AngryList(list):
    __iter__ = __len__ = __getitem__ = Angry.fail


class Properties:
    @property
    def weight(self):
        raise RuntimeError("a property was read")


class Pretender:
    """Its class is a property, too, as of a proxy that is not bound."""

    __slots__ = ("__dict__held",)
    __class__ = __dict__ = property(Angry.fail)


class Overridden:
    __slots__ = ("weight",)


class Override(Overridden):
    __slots__ = ()
    weight = property(Angry.fail)


class Meta(type):
    __module__ = property(Angry.fail)


class OfMeta(metaclass=Meta):
    pass


@pytest.mark.parametrize("thing", [
    Angry, lambda: AngryDict(a=1), lambda: AngryList([1]), Properties, Pretender, Override, OfMeta,
    lambda: {Key(): [1]}, lambda: [Angry(), Angry()],
])  # fmt: skip
def test_objects_that_fail_on_being_looked_at_do_no_harm(thing):
    thing = thing()
    w = Value(2.0)
    assert shown(draw(w * 3.0)) == ["w", ""]
    assert shown(draw(w * 3.0, model=thing)) == ["w", ""]


class Key:
    """As the key of a dict it is named by its class."""

    __repr__ = Angry.fail


def test_a_key_is_spelled_without_running_it():
    table = {Key(): Value(1.0), (1, 2): Value(2.0)}
    w, v = table.values()
    names = find_names([w, v], [("table", table)]).shown
    assert list(names.values()) == ["table[Key]", "table[tuple]"]


def test_what_stands_in_angry_containers_is_found_all_the_same():
    w = Value(1.0)
    assert [found.path for found in walk([("d", AngryDict(w=w)), ("l", AngryList([Value(2.0)]))])] == [
        ("d",), ("l",), ("d", "w"), ("l[0]",),
    ]  # fmt: skip


def test_classes_modules_and_functions_are_not_looked_into():
    w = Value(1.0)
    module = types.ModuleType("somewhere")
    module.weight = w

    class Cls:
        weight = w

    def function():
        """Carries an attribute."""

    function.weight = w
    found = [thing for _, thing in walk([("m", module), ("c", Cls), ("f", function), ("b", "text")])]
    assert found == [module, Cls, function, "text"]


def test_containers_that_hold_themselves():
    loop = []
    loop.append(loop)
    table = {"me": loop, "w": Value(1.0)}
    table["self"] = table
    loop.append(table)
    holder = Holder(loop=loop)
    holder.me = holder
    drawn = draw(table["w"] * 2.0)
    assert shown(drawn) == ["table.w", ""]


def test_huge_containers_are_looked_at_in_part_and_what_stands_behind_them_in_full():
    numbers, table = list(range(2_000_000)), dict.fromkeys(range(500_000))
    model = Network()
    looked = list(walk([("numbers", numbers), ("table", table), ("model", model)]))
    assert len(looked) < 30_000
    assert ("model", "layers[2]", "b") in {path for path, _ in looked}
    assert len(list(walk([(f"x{i}", [Value(1.0)] * 3 + [[]] * 3) for i in range(30_000)]))) < 60_000


def test_the_order_of_variables_is_that_of_the_code():
    frame = types.SimpleNamespace(f_locals={"b": 1, "a": 2, 3: 4, "x y": 5}, f_globals={"c": 3, "a": 9, "_p": 1})
    assert [found[:2] for found in variables_of(frame)] == [("b", 1), ("a", 2), ("c", 3)]


def test_a_model_that_is_called_names_its_parts():
    network, X = Network((4, 3)), batch()
    drawing = draw(network, X)
    assert shown(drawing)[:3] == ["W", "X", ""]
    assert called(drawing)[:3] == ["layers[0].W", "X", "v1"]
    assert shown(draw(Dense(4, 3), X, names={}))[0] == "W"


@pytest.mark.parametrize(("names", "message"), [
    ([1], 'draw: names is list; expected a dict such as {"w": w}'),
    ({"w": 3.0}, "draw: names['w'] is float; expected names of Values and arrays"),
    ({1: Value(1.0)}, "draw: names[1] is Value; expected names of Values and arrays"),
])  # fmt: skip
def test_names_that_are_none(names, message):
    with pytest.raises(TypeError) as caught:
        draw(Value(1.0), names=names)
    assert str(caught.value) == message
