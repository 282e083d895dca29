"""`dialect`: default parameters, and which function a name means, as another framework has it."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.conventions import DIALECTS
from tinygrad_act.core.facts import ELSEWHERE
from tinygrad_act.core.mode import special
from tinygrad_act.operations.dialects import TABLE

Z = np.array([-4.0, -2.75, -0.6, -0.1, 0.3, 1.2, 2.75, 4.0])
CHANGED = [  # the framework, the operation, what its defaults are there
    ("keras", "leaky_relu", {"slope": 0.2}),
    ("tensorflow", "leaky_relu", {"slope": 0.2}),
    ("onnx", "hard_sigmoid", {"alpha": 0.2}),
    ("torch", "softplus", {"threshold": 20.0}),
]
UNCHANGED = [("torch", "leaky_relu"), ("jax", "leaky_relu"), ("onnx", "leaky_relu"), ("torch", "hard_sigmoid"),
             ("jax", "hard_sigmoid"), ("jax", "softplus"), ("torch", "gelu"), ("tensorflow", "gelu"),
             ("onnx", "gelu")]  # fmt: skip


@pytest.fixture(autouse=True)
def _switches_are_back():
    assert not special
    yield
    assert not special


def everywhere(call, z):
    """The values of an operation on an array, on floats, on a Value and by the method of a Value."""
    op = ta.ops[call]
    return {
        "array": op.call(z).tolist(),
        "floats": [op.call(float(x)) for x in z],
        "value": op.call(ta.Value(z)).data.tolist(),
        "scalar value": [op.call(ta.Value(float(x))).item() for x in z],
    }


@pytest.mark.parametrize(("framework", "name", "defaults"), CHANGED)
def test_default_parameters_are_theirs_wherever_they_are_asked_for(framework, name, defaults):
    z = np.append(Z, 20.5)
    f = ta.ops[name].call
    expected = f(z, **defaults)
    assert not np.array_equal(expected, f(z))
    with ta.dialect(framework):
        for way, found in everywhere(name, z).items():
            np.testing.assert_allclose(found, expected, rtol=2e-16, err_msg=way)
        assert np.array_equal(getattr(ta.Value(z), name)().data, expected)
        assert [getattr(ta.Value(float(x)), name)().item() for x in z] == pytest.approx(expected.tolist(), rel=2e-16)
        assert np.array_equal(ta.grad(lambda x: f(x).sum())(z), ta.grad(lambda x: f(x, **defaults).sum())(z))
    assert not np.array_equal(expected, f(z)), "restored"


@pytest.mark.parametrize(("framework", "name"), UNCHANGED)
def test_defaults_that_are_the_same_stay(framework, name):
    before = everywhere(name, Z)
    with ta.dialect(framework):
        assert everywhere(name, Z) == before


@pytest.mark.parametrize("framework", ["jax", "keras"])
def test_gelu_means_the_one_with_tanh_where_that_is_the_default(framework):
    expected, exact = ta.gelu_tanh(Z), ta.gelu(Z)
    slopes = ta.grad(lambda z: ta.gelu_tanh(z).sum())(Z)
    with ta.dialect(framework):
        for way, found in everywhere("gelu", Z).items():
            np.testing.assert_allclose(found, expected, rtol=4e-16, err_msg=way)
        assert np.array_equal(ta.grad(lambda z: ta.gelu(z).sum())(Z), slopes)
        assert np.array_equal(ta.gelu_tanh(Z), expected)
    assert np.array_equal(ta.gelu(Z), exact)


def test_gelu_means_the_one_with_tanh_as_a_method_too():
    with ta.dialect("jax"):
        assert np.array_equal(ta.Value(Z).gelu().data, ta.gelu_tanh(Z))
        assert ta.Value(1.2).gelu().item() == ta.gelu_tanh(1.2)


def test_gated_pairs_use_the_gate_that_the_dialect_means_forward_and_backward():
    z = np.random.default_rng(0).normal(size=(2, 6))
    with ta.dialect("jax"):
        assert np.array_equal(ta.geglu(z), z[:, :3] * ta.gelu_tanh(z[:, 3:]))
        assert ta.gradcheck(ta.geglu, z, order=2).ok
    assert np.array_equal(ta.geglu(z), z[:, :3] * ta.gelu(z[:, 3:]))


def test_parameters_that_are_given_win():
    with ta.dialect("keras"):
        assert ta.leaky_relu(-1.0) == -0.2
        assert ta.leaky_relu(-1.0, slope=0.5) == -0.5
        assert ta.leaky_relu(-1.0, 0.5) == -0.5
        assert ta.Value(-1.0).leaky_relu(0.5).item() == ta.Value(-1.0).leaky_relu(slope=0.5).item() == -0.5
        assert ta.leaky_relu(-1.0, slope=0.01) == -0.01, "even if it is the default here"
        assert ta.grad(lambda z: ta.leaky_relu(z, slope=0.5))(0.0) == 0.5
    with ta.dialect("onnx"):
        assert ta.hard_sigmoid(1.0, beta=0.25) == pytest.approx(0.45)


def test_kinks_lie_where_their_parameters_put_them():
    slope = ta.grad(ta.hard_sigmoid)
    with ta.dialect("onnx"):
        assert slope(2.5) == slope(-2.5) == 0.2
        assert slope(2.75) == slope(-3.0) == 0.0
    assert slope(3.0) == slope(2.75) == 1 / 6


def test_aliases_follow():
    assert ta.ops["swish"] is ta.ops["silu"]
    assert ta.ops["hard_silu"] is ta.ops["hard_swish"]
    assert ta.ops["exponential"] is ta.ops["exp"]
    assert ta.ops["linear"] is ta.ops["identity"]
    with ta.dialect("torch"):
        assert ta.grad(ta.ops["hard_silu"].call)(3.0) == 1.0
        assert ta.grad(np.abs)(0.0) == 0.0
    with ta.dialect("jax"):
        assert ta.grad(ta.ops["absolute"].call)(0.0) == 1.0


def test_a_dialect_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="dialect: 'pytorch' is not known; write one of torch, jax, keras, tens"):
        ta.dialect("pytorch")


def test_a_dialect_nests_is_restored_and_decorates():
    with ta.dialect("keras"):
        with ta.dialect("torch"):
            assert ta.leaky_relu(-1.0) == -0.01
        assert ta.leaky_relu(-1.0) == -0.2
    with pytest.raises(KeyError), ta.dialect("keras"):
        raise KeyError
    assert ta.leaky_relu(-1.0) == -0.01
    assert ta.dialect("keras")(lambda: ta.leaky_relu(-1.0))() == -0.2


def test_another_thread_does_not_see_it():
    found = []
    with ta.dialect("keras"):
        thread = threading.Thread(target=lambda: found.append(ta.leaky_relu(-1.0)))
        thread.start()
        thread.join()
    assert found == [-0.01]


@pytest.mark.parametrize("name", TABLE)
def test_every_row_of_the_table_is_that_of_an_operation(name):
    op = ta.ops[name]
    assert op.name == name, "by its own name"
    assert {framework: theirs.name for framework, theirs in op.elsewhere.items()} == {
        framework: x if isinstance(x, str) else x.name for framework, x in TABLE[name].items()
    }


def test_operations_of_this_package_say_it_in_the_table_alone():
    assert {op.name for op in ta.ops.values() if op.elsewhere} == set(TABLE)


@pytest.mark.usefixtures("scratch")
def test_an_operation_of_yours_has_what_it_is_given_and_no_row_of_the_table(monkeypatch):
    monkeypatch.setitem(ELSEWHERE, "mine", {"torch": ta.theirs("F.relu")})
    for given in (None, {"jax": ta.theirs("nn.mine", note="bent")}):

        @ta.elementwise(dz=1, elsewhere=given)
        def mine(z):
            """a = z"""
            return z + 0.0

        assert ta.ops["mine"].elsewhere == (given or {})


def test_what_elsewhere_says_fits_the_operation():
    for op in ta.ops.values():
        for framework, theirs in op.elsewhere.items():
            assert framework in DIALECTS
            assert theirs.name
            assert theirs.defaults.keys() <= op.defaults.keys(), op.name
            assert not theirs.instead or theirs.instead in ta.ops
            if theirs.at_kink is not None:
                assert op.kinks, op.name
                ta.at_kink(theirs.at_kink)


def test_softplus_with_torchs_threshold_is_the_identity_above_it():
    with ta.dialect("torch"):
        assert ta.softplus(20.0) > 20.0
        assert ta.softplus(math.nextafter(20.0, 21.0)) == math.nextafter(20.0, 21.0)
        assert ta.grad(ta.softplus)(21.0) == 1.0
    assert ta.softplus(21.0) > 21.0
