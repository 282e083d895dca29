"""A graph keeps its statics as they were when it was recorded, eager and compiled: for every operation and case, in
every form (list, array, nested) that the operation takes, written to after it was recorded."""

from __future__ import annotations

import array
import copy

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.check import samples
from tinygrad_act.compiler import PASSES
from tinygrad_act.core.facts import case as case_of
from tinygrad_act.engine import keeping

from ..conftest import differentiable, every_case
from ..each import each


def _forms(x, lists=False):
    """Forms of a static parameter that can be written to, and mean the same. `lists`: of a number, too."""
    if isinstance(x, np.ndarray):
        yield x.copy()
        yield x.tolist()
    elif isinstance(x, (tuple, list)) and x and not isinstance(x, str):
        yield [*copy.deepcopy(x)]
        if all(isinstance(part, (int, float)) for part in x):
            yield np.array(x)
        for i, part in enumerate(x):
            for form in _forms(part):
                yield (*x[:i], form, *x[i + 1 :])
        if all(isinstance(part, tuple) for part in x):
            yield [list(part) for part in x]
    elif isinstance(x, (int, float)) and not isinstance(x, bool):
        yield np.array(x)
        if lists:
            yield [x]
    elif isinstance(x, slice) and x.stop is not None:
        yield slice(x.start, np.array(x.stop), x.step)


def _spoil(x):
    """Write something else into every part of `x` that can be written to. Returns whether there was any."""
    if isinstance(x, np.ndarray):
        x[...] = ~x if x.dtype == bool else 1 if np.any(x != 1) else 0
        return True
    if isinstance(x, slice):
        return _spoil((x.start, x.stop))
    if isinstance(x, tuple):
        spoiled = [_spoil(part) for part in x]
        return any(spoiled)
    if isinstance(x, list):
        inner = [_spoil(part) for part in x]
        x[:] = [part if it else (not part if type(part) is bool else 5) for part, it in zip(x, inner)]
        return True
    return False


def _variants():
    seen = set()
    for param in every_case():
        op, case = param.values
        if op.estimator or all(rule is None for rule in op.rules):
            continue
        for name, x in {**{k: v for k, v in op.defaults.items() if v is not None}, **case.static}.items():
            if isinstance(x, str) or x is ta.op:
                continue
            if op.elementwise and (op.name, name) in seen:
                continue  # a number in one case is as good as in another
            seen.add((op.name, name))
            for number, form in enumerate(_forms(x, not op.elementwise)):
                static = {**case.static, name: form}
                try:
                    with np.errstate(all="ignore"):
                        f, arrays = _function(op, case, static, lambda: None)
                        f(*arrays)
                        ta.grad(f)(*arrays)
                except Exception:  # this form is none of the operation's
                    continue
                yield pytest.param(op, case, static, name, id=f"{param.id}-{name}-{number}")


def _function(op, case, static, afterwards):
    """A loss that calls the operation, and `afterwards` between the call and all else."""
    arrays = samples.sample(op, case)
    free = [i for i, x in enumerate(case.inputs) if isinstance(x, tuple)]

    def f(*moving):
        full = list(arrays)
        for i, x in zip(free, moving):
            full[i] = x
        a = op.call(*full, **static)
        afterwards()
        return (a * a + a).sum()

    return f, [arrays[i] for i in free]


VARIANTS = list(_variants())


def test_there_are_many():
    reached = {param.values[0].name for param in VARIANTS}
    assert len(VARIANTS) > 80
    assert {"getitem", "scatter_add", "repeat", "tile", "pad", "roll", "clip", "transpose", "reshape"} <= reached


@each(("op", "case", "static", "name"), VARIANTS, parts=3)
@each("way", ["backward", "grad", "second", "vjp", "compiled", "plain program", "compiled value"])
def test_a_static_written_to_after_it_was_recorded(op, case, static, name, way):
    clean, arrays = _function(op, case, copy.deepcopy(static), lambda: None)
    expected = ta.grad(clean, tuple(range(len(arrays))))(*arrays)
    dirty = copy.deepcopy(static)
    spoiled = []
    f, _ = _function(op, case, dirty, lambda: spoiled.append(_spoil(dirty[name])))

    def fresh(*args):
        """The function makes its parameters itself, in every run of it."""
        mine = copy.deepcopy(static)
        return _function(op, case, mine, lambda: spoiled.append(_spoil(mine[name])))[0](*args)

    numbers = tuple(range(len(arrays)))
    if way in ("backward", "compiled value"):
        leaves = [Value(x) for x in arrays]
        y = f(*leaves)
        (y if way == "backward" else ta.compile(y)).backward()
        found = tuple(x.grad for x in leaves)
    elif way == "grad":
        found = ta.grad(f, numbers)(*arrays)
    elif way == "second":
        along = [np.ones_like(x) for x in arrays]
        slope = lambda g: lambda *x: sum((c * v).sum() for c, v in zip(ta.grad(g, numbers)(*x), along))
        try:
            expected = ta.grad(slope(clean), numbers)(*arrays)
        except RuntimeError:
            pytest.skip(f"{name} in this form has no second derivative, said aloud")
        found = ta.grad(slope(f), numbers)(*arrays)
    elif way == "vjp":
        found = ta.vjp(f, *arrays)[1](1.0)
    else:
        passes = PASSES if way == "compiled" else ()
        found = ta.compile(ta.grad(fresh, numbers), passes=passes)(*arrays)
    assert any(spoiled)
    for mine, right in zip(found, expected):
        np.testing.assert_allclose(mine, right, rtol=1e-12, atol=1e-12)


def _chosen():
    """Every case with an index or a mask among its inputs, and its place."""
    for param in differentiable(every_case()):
        op, case = param.values
        for i, x in enumerate(case.inputs):
            if isinstance(x, np.ndarray) and x.size and op.rule(i) is None:
                yield pytest.param(op, case, i, id=f"{param.id}-{i}")


CHOSEN = list(_chosen())


def test_indices_and_masks_are_among_the_operands():
    assert {"where", "take_axis"} <= {param.values[0].name for param in CHOSEN}


@each("way", ["backward", "grad", "vjp", "compiled"])
@each(("op", "case", "at"), CHOSEN)
def test_an_index_or_a_mask_written_to_after_it_was_recorded(op, case, at, way):
    x = np.array(case.inputs[at])

    def choosing(mask, afterwards=lambda: None):
        chosen = case_of(*case.inputs[:at], mask, *case.inputs[at + 1 :], **case.static)
        return _function(op, chosen, case.static, afterwards)

    clean, arrays = choosing(x)
    numbers = tuple(range(len(arrays)))
    expected = ta.grad(clean, numbers)(*arrays)
    dirty, spoiled = x.copy(), []
    f, _ = choosing(dirty, lambda: spoiled.append(_spoil(dirty)))
    if way == "backward":
        leaves = [Value(a) for a in arrays]
        f(*leaves).backward()
        found = tuple(leaf.grad for leaf in leaves)
    elif way == "grad":
        found = ta.grad(f, numbers)(*arrays)
    elif way == "vjp":
        found = ta.vjp(f, *arrays)[1](1.0)
    else:

        def fresh(*args):
            mine = x.copy()
            return choosing(mine, lambda: spoiled.append(_spoil(mine)))[0](*args)

        found = ta.compile(ta.grad(fresh, numbers))(*arrays)
    assert any(spoiled)
    for mine, right in zip(found, expected):
        np.testing.assert_allclose(mine, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("index", "changed"),
    [
        (np.array([0, 2]), lambda i: i.fill(1)),
        (np.array([True, False, True]), lambda i: np.logical_not(i, out=i)),
        ((slice(None), np.array([1, 0])), lambda i: i[1].fill(1)),
    ],
)
def test_an_index_from_outside_of_a_program(index, changed):
    """An array from outside that was changed is noticed by the next call, and never changes the program."""
    index = copy.deepcopy(index)
    x = np.arange(9.0).reshape(3, 3)
    f = ta.compile(ta.grad(lambda x: (x[index] ** 2).sum()))
    expected = ta.grad(lambda x: (x[copy.deepcopy(index)] ** 2).sum())(x)
    np.testing.assert_array_equal(f(x), expected)
    changed(index)
    with pytest.raises(RuntimeError, match="was changed"):
        f(x)
    np.testing.assert_array_equal(f.program(x), expected)


class Holder:
    """What keeps an array where nobody finds it by name."""

    def __init__(self, x):
        self.x = x


@pytest.mark.parametrize("part", ["all", "a view"])
@pytest.mark.parametrize("use", ["index", "operand"])
def test_an_array_that_only_operations_meet(use, part):
    holder = Holder(np.array([0, 2, 1]))
    x = np.arange(9.0).reshape(3, 3)

    def f(x):
        met = holder.x if part == "all" else holder.x[1:]
        return (x[met] ** 2).sum() if use == "index" else (x[: len(met)].T @ met).sum()

    program = ta.compile(f)
    np.testing.assert_array_equal(program(x), f(x))
    holder.x[2] = 0
    with pytest.raises(RuntimeError, match="was changed"):
        program(x)


@pytest.mark.parametrize(
    "use",
    {
        "transpose": lambda k: k.T,
        "row": lambda k: k[0],
        "no_grad": lambda k: ta.no_grad()(lambda: k.T)(),
    }.values(),
)
def test_a_view_of_a_constant_that_no_name_leads_to(use):
    class Model:
        def __init__(self):
            self.k = Value(np.eye(3), requires_grad=False)

    model = Model()
    program = ta.compile(lambda x: x * use(model.k))
    program(np.ones((3, 3)))
    model.k.data[0, 0] = 5.0
    with pytest.raises(RuntimeError, match="was changed after it was recorded"):
        program(np.ones((3, 3)))


def test_a_list_from_outside_of_a_program_is_copied():
    index, repeats = [0, 2], [1, 0, 2]
    x = np.arange(3.0)
    f = ta.compile(ta.value_and_grad(lambda x: (x[index] ** 2).sum() + (ta.repeat(x, repeats) ** 3).sum()))
    expected = f(x)
    index[0], repeats[1] = 1, 5
    again = f(x)
    np.testing.assert_array_equal(again[0], expected[0])
    np.testing.assert_array_equal(again[1], expected[1])


def test_a_value_written_to_while_a_program_is_recorded():
    def f(x):
        c = Value(np.ones(2), requires_grad=False)
        y = x * c
        c.data[0] = 5.0
        return (y * c).sum()

    for run in (ta.compile(f), ta.compile(ta.grad(f)), ta.grad(f)):
        with pytest.raises(RuntimeError, match="was given new data after it was used"):
            run(np.ones(2))


def test_debug_notices_an_argument_that_the_function_writes_to():
    x = np.ones(3)

    def f(v):
        y = (v * v).sum()
        x[0] = 9.0
        return y

    with ta.debug(), pytest.raises(RuntimeError, match="was changed in place"):
        ta.grad(f)(x)


def test_a_buffer_that_a_program_is_recorded_from_and_that_is_written_to_meanwhile():
    """As an operand, too: the program computes what the function computed."""
    rows = np.arange(6.0).reshape(3, 2)

    def f(w):
        buffer, total = np.zeros(2), 0.0
        for row in rows:
            buffer[:] = row
            total = total + (w * buffer).sum() ** 2
        buffer[:] = 100.0
        return total

    w = np.array([0.5, -1.0])
    expected = sum((w @ row) ** 2 for row in rows), sum(2 * (w @ row) * row for row in rows)
    value, gradient = ta.compile(ta.value_and_grad(f))(w)
    np.testing.assert_allclose(value, expected[0])
    np.testing.assert_allclose(gradient, expected[1])
    with pytest.raises(RuntimeError, match="was changed in place"), ta.debug():
        ta.grad(f)(w)  # eager, an operand stays by reference


def test_other_containers():
    for x in (bytearray(b"ab"), array.array("i", [1, 2]), {1: [2]}, {1, 2}, memoryview(bytearray(b"ab"))):
        kept = keeping.keep_static({"x": x})["x"]
        before = copy.deepcopy(kept)
        assert kept is not x
        if isinstance(x, dict):
            x[1][0] = 9
        elif isinstance(x, set):
            x.add(9)
        else:
            x[0] = 9
        assert np.array_equal(kept, before) if isinstance(kept, np.ndarray) else kept == before


def test_what_cannot_change_is_not_copied():
    index = (slice(None), ..., None, 0)
    for x in (3, 2.0, (1, (2, 3)), None, slice(1, 2), "a", index, np.float32(1.0), np.dtype("f4")):
        assert keeping.keep_static({"x": x})["x"] is x
