"""Parts of a model in a picture: scopes, models that are run, models that have run, one box for each."""

from __future__ import annotations

import cProfile
import sys
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.core.mode import mode, special
from tinygrad_act.show.graph.modules import collapse_modules
from tinygrad_act.show.graph.quotient import is_acyclic

from ..drawn import Dense, Network, Residual, batch, picture, read


def parts(drawing):
    """The module of every result, in order, as one text each."""
    return ["/".join(node.cluster) for node in drawing.snapshot.nodes if node.kind == "result"]


@pytest.fixture(autouse=True)
def nothing_stays_on():
    yield
    assert not special
    assert mode.scope == ()
    assert sys.getprofile() is None


class Cell:
    def __init__(self):
        self.W = Value(np.eye(4))

    def forward(self, h):
        return ta.tanh(h @ self.W)

    def __call__(self, h):
        return self.forward(h)


class Twice:
    def __init__(self):
        self.cell = Cell()

    def __call__(self, x):
        return self.cell(self.cell(x) + 1.0)


# -- scopes -----------------------------------------------------------------------------------


def test_scopes_nest_and_every_entry_is_a_part_of_its_own():
    x = Value(1.0, "x")
    with ta.scope("outer"):
        y = x * 2.0
        for _ in range(2):
            with ta.scope("inner"):
                y = ta.sin(y)
    with ta.scope("outer"):
        y = ta.cos(y)
    y = y + 1.0
    assert parts(draw(y, names={})) == ["outer", "outer/inner", "outer/inner #2", "outer #2", ""]
    found = picture(y)
    assert sorted(frame.title for frame in found.frames) == ["outer", "outer #2", "outer / inner", "outer / inner #2"]


def test_a_scope_decorates_a_function_and_an_exception_leaves_it():
    @ta.scope("part")
    def run(x, fail=False):
        if fail:
            raise KeyError("in the middle")
        return ta.sin(x)

    x = Value(1.0)
    with pytest.raises(KeyError):
        run(x, fail=True)
    assert mode.scope == ()
    assert parts(draw(ta.cos(run(run(x))))) == ["part", "part #2", ""]


def test_outside_of_scopes_nothing_is_noted():
    with ta.scope("part"):
        pass
    y = Value(1.0) * 2.0
    assert y.note is None
    assert parts(draw(y)) == [""]


def test_scopes_belong_to_one_thread():
    entered, go_on, made = threading.Event(), threading.Event(), []

    def other():
        with ta.scope("other"):
            entered.set()
            go_on.wait(5)
            made.append(Value(1.0) * 2.0)

    thread = threading.Thread(target=other)
    thread.start()
    entered.wait(5)
    with ta.scope("mine"):
        mine = Value(1.0) * 3.0
    go_on.set()
    thread.join()
    assert parts(draw(mine)) == ["mine"]
    assert parts(draw(made)) == ["other"]


def test_scopes_among_other_switches():
    x = Value(1.0, "x")
    with ta.debug(), ta.scope("debugged"):
        y = ta.sin(x)
    with ta.scope("silent"), ta.no_grad():
        fixed = ta.sin(x)
    assert fixed.op is None
    assert parts(draw(y)) == ["debugged"]

    @ta.scope("cube")
    def cube(z):
        return z * z * z

    assert ta.grad(cube)(2.0) == 12.0
    assert ta.compile(cube)(2.0) == 8.0
    assert ta.grad(ta.grad(cube))(2.0) == 12.0


@pytest.mark.parametrize(("name", "error", "message"), [
    (3, TypeError, "the name of a part is a text, not int"), ("", ValueError, "the name of a part is empty"),
])  # fmt: skip
def test_a_scope_without_a_name(name, error, message):
    with pytest.raises(error, match=message):
        ta.scope(name)


def test_a_hostile_scope_can_be_written_everywhere():
    with ta.scope("a\nb\ud800</g>" + "x" * 10_000):
        drawing = draw(ta.sin(Value(1.0)))
    for text in (drawing.svg(), drawing.html(), drawing.json(), drawing.dot(), drawing.text()):
        text.encode()
        assert len(text) < 60_000
    assert len(read(drawing.svg()).frames) == 1


# -- models that are run ----------------------------------------------------------------------


@pytest.mark.parametrize("give", [lambda m, x: draw(m, x), lambda m, x: draw((m, x))])
def test_a_model_and_its_input(give):
    found = give(Network((4, 8, 3)), batch())
    assert parts(found) == ["layers[0]"] * 3 + ["layers[1]"] * 3
    clusters = {node.called: node.cluster for node in found.snapshot.nodes if node.kind == "parameter"}
    assert clusters == {f"layers[{i}].{p}": (f"layers[{i}]",) for i in (0, 1) for p in "Wb"}


def test_a_part_that_is_called_twice_is_drawn_twice_and_call_with_forward_once():
    assert parts(draw(Twice(), batch())) == ["cell", "cell", "", "cell #2", "cell #2"]


def test_a_part_of_a_part_and_a_part_that_others_share():
    class Outer:
        def __init__(self):
            self.inner, self.again = Twice(), None

        def forward(self, x):
            return ta.sin(self.inner(x)) + self.inner.cell(x)

        __call__ = forward

    assert parts(draw(Outer(), batch())) == [
        "inner/cell", "inner/cell", "inner", "inner/cell #2", "inner/cell #2", "", "inner.cell", "inner.cell", "",
    ]  # fmt: skip


def test_a_part_that_calls_itself_is_one():
    class Nested:
        def __init__(self):
            self.w = Value(2.0)

        def forward(self, x, depth):
            return x * self.w if depth == 0 else ta.sin(self.forward(x, depth - 1))

    class Model:
        def __init__(self):
            self.nested = Nested()

        def __call__(self, x):
            return self.nested.forward(x, 3)

    assert parts(draw(Model(), 1.0)) == ["nested"] * 4


def test_self_in_a_closure_is_seen():
    class Part:
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            return sum(map(lambda one: self.w * one, [x, x]), 1.0)  # noqa: C417 - a closure over self

    class Model:
        def __init__(self):
            self.part = Part()

        def __call__(self, x):
            return self.part(x)

    assert parts(draw(Model(), 3.0)) == ["part"] * 4


@pytest.mark.parametrize("model", [lambda x: ta.sin(x) * 2.0, ta.sin, Network((4, 3)).__call__])
def test_functions_are_models_too(model):
    assert draw(model, Value(batch(), "x")).snapshot.nodes[-1].output


def test_whatever_a_model_returns_is_drawn_if_there_are_values_in_it():
    found = draw(lambda x: {"a": (ta.sin(x), 3, None), "b": [ta.cos(x), "text"]}, Value(1.0))
    assert [node.op for node in found.snapshot.nodes if node.output] == ["sin", "cos"]
    for nothing, said in ((None, "NoneType"), (np.ones(3), r"float64 \(3,\)"), ({"a": 1.0}, "dict")):
        with pytest.raises(TypeError, match=f"draw: the model returned {said}.*; expected a Value, or several"):
            draw(lambda _, nothing=nothing: nothing, 1.0)


def test_a_model_that_raises_leaves_everything_as_it_was():
    class Broken:
        def __init__(self):
            self.cell = Cell()

        def __call__(self, x):
            return self.cell(x, "too many")

    for model in (Broken(), Failing()):
        with pytest.raises((TypeError, ZeroDivisionError)):
            draw(model, batch())
        assert not special
        assert mode.scope == ()
        assert sys.getprofile() is None


class Failing:
    """Fails two parts deep; and catches it once."""

    def __init__(self):
        self.bad, self.caught = Bad(), Bad()

    def __call__(self, x):
        try:
            self.caught(x)
        except ZeroDivisionError:
            assert mode.scope == ()
        return self.bad(x)


class Bad:
    def __call__(self, x):
        assert len(mode.scope) == 1
        return x / 0 if x is None else 1 / 0


def test_a_model_that_takes_the_profiler_away_leaves_no_scope_open():
    class Rude:
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            sys.setprofile(None)
            return x * self.w

    class Model:
        def __init__(self):
            self.rude = Rude()

        def __call__(self, x):
            return self.rude(x)

    assert parts(draw(Model(), 3.0)) == ["rude"]
    assert mode.scope == ()


def test_a_profile_function_goes_on_seeing_everything():
    seen = []

    def profile(frame, event, argument):
        seen.append((frame.f_code.co_name, event))

    sys.setprofile(profile)
    try:
        found = draw(Twice(), batch())
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)
    assert seen.count(("forward", "call")) == seen.count(("forward", "return")) == 2
    assert parts(found)[0] == "cell"


def test_cprofile_goes_on_after_the_model_has_run():
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        found = draw(Twice(), batch())
        np.linalg.det(np.eye(3))
    finally:
        profiler.disable()
    names = {entry.code.co_name for entry in profiler.getstats() if not isinstance(entry.code, str)}
    assert {"draw", "det"} <= names
    assert parts(found)[0] == "cell"


def test_other_threads_are_not_watched():
    done = []

    class Model:
        def __init__(self):
            self.cell = Cell()

        def __call__(self, x):
            thread = threading.Thread(target=lambda: done.append(self.cell(x)))
            thread.start()
            thread.join()
            return self.cell(x)

    assert parts(draw(Model(), batch())) == ["cell", "cell"]
    assert parts(draw(done)) == ["", ""]


# -- models that have run ---------------------------------------------------------------------


def test_without_scopes_parameters_tell_the_module():
    model = Network((4, 8, 3))
    loss = ta.mean(model(batch()) ** 2)
    assert parts(draw(loss, model=model)) == ["layers[0]"] * 3 + ["layers[1]"] * 3 + ["", ""]
    assert parts(draw(loss)) == [""] * 8


def test_a_model_without_parameters_or_of_no_use_makes_no_clusters():
    y = Value(1.0) * 2.0
    for model in (Network(), object(), 5, None, lambda x: x):
        assert parts(draw(y, model=model)) == [""]


# -- one box for each -------------------------------------------------------------------------


def test_a_collapsed_module_says_what_is_in_it():
    model = Network()
    found = draw(model, batch(), collapse="modules")
    boxes = [node for node in found.snapshot.nodes if node.kind == "module"]
    assert [(node.name, node.title, node.parameters, node.shape) for node in boxes] == [
        ("layers[0]", "@, +, tanh", 40, (5, 8)), ("layers[1]", "@, +, tanh", 72, (5, 8)),
        ("layers[2]", "@, +, tanh", 27, (5, 3)),
    ]  # fmt: skip
    full = draw(model, batch(), collapse="none").snapshot.nodes
    assert boxes[-1].value == full[-1].value
    assert [node.output for node in boxes] == [False, False, True]
    assert found.snapshot.note == "16 values: modules are one box each; collapse='none' draws all of them"
    assert read(found.svg()).rest[0].text == found.snapshot.note
    assert "40 parameters" in read(found.svg()).boxes[boxes[0].id].lines


def test_gradients_flow_between_collapsed_modules():
    model = Network()
    loss = ta.mean(model(batch()) ** 2)
    loss.backward()
    found = draw(loss, model=model, collapse="modules").snapshot
    ends = {node.id: node.op or node.name for node in found.nodes}
    flowing = [(ends[found.edges[i].source], ends[found.edges[i].target]) for i in found.backward]
    assert flowing == [("pow", "mean"), ("layers[2]", "pow"), ("layers[1]", "layers[2]"), ("layers[0]", "layers[1]")]
    assert all(edge.flow > 0 for edge in map(found.edges.__getitem__, found.backward))
    assert found.nodes[1].grad is not None


def test_a_module_that_would_depend_on_itself_is_not_collapsed():
    model = Network((4, 4, 4))
    first, second = model.layers
    y = ta.sum(first(second(first(batch()))))
    found = draw(y, model=model, collapse="modules").snapshot
    assert collapse_modules(draw(y, model=model, collapse="none").snapshot, 1) is None
    assert "module" not in {node.kind for node in found.nodes}
    assert found.note == "a module would depend on itself if it were one box: all values are drawn"
    assert draw(Value(1.0) * 2.0, collapse="modules").snapshot.note == "", "there is no module to speak of"


@pytest.mark.parametrize("model", [Network(), Residual(), Twice(), Dense(4, 3)])
def test_collapsed_graphs_have_inputs_first(model):
    full = draw(model, batch(), collapse="none").snapshot
    short = collapse_modules(full, 1)
    assert is_acyclic(short)
    boxes = [node for node in short.nodes if node.kind == "module"]
    assert len({node.called for node in boxes}) == len(boxes) == len({node.cluster for node in full.nodes} - {()})
