"""Losses fused with their activation: right where the chain through a rounded activation is lost."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each


@pytest.mark.parametrize("z", [-700.0, -40.0, -1.0, 0.0, 1.0, 37.0, 40.0, 700.0])
def test_binary_cross_entropy_is_right_in_both_tails(z):
    for y in (0.0, 1.0):
        away = z if y == 0 else -z  # how far on the wrong side
        loss = max(away, 0.0) + math.log1p(math.exp(-abs(z)))
        assert ta.bce_with_logits(z, y) == pytest.approx(loss, rel=1e-15, abs=0)
        slope = 1 / (1 + math.exp(-away)) if away > -700 else math.exp(away)
        assert ta.grad(ta.bce_with_logits)(z, y) == pytest.approx(slope if y == 0 else -slope, rel=1e-15, abs=0)


def test_the_chain_through_a_rounded_sigmoid_is_lost():
    """Why there is a fused loss: with either form of sigmoid's derivative."""

    def unfused(z):
        return -ta.log(1 - ta.sigmoid(z))

    right = ta.grad(ta.bce_with_logits)
    # a * (1 - a) has the same rounding error as 1 - a, and it cancels
    assert ta.grad(unfused)(20.0) == pytest.approx(right(20.0, 0.0), rel=1e-15, abs=0)
    with ta.derivative_form("input"):
        assert ta.grad(unfused)(30.0) != pytest.approx(right(30.0, 0.0), rel=1e-6), "the accurate form does not"
    assert not math.isfinite(unfused(40.0))
    assert not math.isfinite(ta.grad(unfused)(40.0))
    assert right(40.0, 0.0) == 1.0


@pytest.mark.parametrize("low", [-40.0, -700.0])
def test_the_slope_of_a_confident_row_keeps_its_digits(low):
    z, y = np.array([0.0, low, low - 1]), np.array([1.0, 0.0, 0.0])
    _, pullback = ta.vjp(lambda x: ta.softmax_cross_entropy(x, y), z)
    others = np.exp(z[1:])
    np.testing.assert_allclose(pullback(1.0)[0], [-others.sum(), *others], rtol=4e-15)
    assert ta.softmax_cross_entropy(z, y) == pytest.approx(others.sum(), rel=1e-15, abs=0)
    assert (ta.softmax(z) - y)[0] == 0, "softmax(z) - y is lost"


def test_labels_become_targets():
    z = np.random.default_rng(0).normal(size=(4, 3))
    labels = np.array([2, 0, 1, 1])
    expected = -ta.log_softmax(z)[np.arange(4), labels]
    np.testing.assert_allclose(ta.softmax_cross_entropy(z, ta.one_hot(labels, 3)), expected, rtol=1e-15)
    np.testing.assert_allclose(ta.softmax_cross_entropy(z.T, ta.one_hot(labels, 3).T, axis=0), expected, rtol=1e-15)


def test_what_does_not_fit_is_refused_by_name():
    with pytest.raises(ValueError, match=r"softmax_cross_entropy: logits have shape \(4, 3\) and targets \(4,\)"):
        ta.softmax_cross_entropy(np.ones((4, 3)), np.ones(4))
    with pytest.raises(ValueError, match=r"one_hot: label 3 is not below classes=3"):
        ta.one_hot(np.array([0, 3]), 3)
    with pytest.raises(ValueError, match=r"one_hot: label -1 is not below classes=3, or is negative"):
        ta.one_hot(np.array([0, -1]), 3)
    with pytest.raises(TypeError, match=r"one_hot: labels are whole numbers, not float64"):
        ta.one_hot(np.array([0.0]), 3)


LOSSES = {name: ta.ops[name].call for name in ("bce_with_logits", "softmax_cross_entropy")}
UNLIKE = [
    ((4, 1), (4,)), ((4,), (4, 1)), ((4, 3), (3,)), ((4, 3), (1, 3)), ((2, 1, 3), (2, 3)), ((4,), (3,)), ((), (3,)),
    ((0, 3), (3,)), ((4, 3), (4, 1)), ((1,), (4,)),
]  # fmt: skip


@each(("logits", "targets"), UNLIKE)
@each("name", LOSSES)
def test_every_loss_refuses_other_shapes_in_the_same_words(name, logits, targets):
    """On arrays, Values, in each transform and in programs; of targets that a program is given or holds."""
    loss, z, y = LOSSES[name], np.zeros(logits), np.zeros(targets)
    shapes = f"logits have shape {logits} and targets {targets}; make them equal, since a loss does not broadcast: "
    for call in (
        lambda: loss(z, y),
        lambda: loss(z.astype(np.float32), y.astype(bool)),
        lambda: loss(ta.Value(z), y),
        lambda: loss(z, ta.Value(y)),
        lambda: loss(ta.Value(z), ta.Value(y)).sum().backward(),
        lambda: ta.grad(lambda z: loss(z, y).sum())(z),
        lambda: ta.vjp(loss, z, y),
        lambda: ta.compile(loss)(z, y),
        lambda: ta.compile(ta.grad(lambda z: loss(z, y).sum()))(z),
    ):
        with pytest.raises(ValueError) as caught:
            call()
        message = str(caught.value)
        assert message.startswith(f"{name}: {shapes}"), message
        same_size = math.prod(logits) == math.prod(targets)
        assert (f"targets.reshape({logits})" in message) == same_size, "which would do"
        assert same_size or "target of its own" in message or "one_hot(labels, classes=...)" in message


def test_what_a_compiled_loss_was_recorded_for_does_not_excuse_other_shapes():
    program = ta.compile(ta.bce_with_logits)
    assert program(np.zeros((4, 1)), np.zeros((4, 1))).shape == (4, 1)
    with pytest.raises(ValueError, match=r"bce_with_logits: logits have shape \(4, 1\) and targets \(4,\)"):
        program(np.zeros((4, 1)), np.zeros(4))


def test_a_program_of_binary_cross_entropy_keeps_its_formula_and_notices_infinities():
    y = np.array([1.0, 0.0])
    program = ta.compile(lambda z: ta.bce_with_logits(z, y).mean())
    assert program(np.zeros(2)) == math.log(2)
    short, _, careful = program.program.source.partition("def step_with_care")
    assert "heaviside" not in short
    assert "heaviside" in careful
    assert program(np.array([np.inf, -np.inf])) == 0


def test_every_operation_with_logits_and_targets_is_among_the_losses():
    assert {op.name for op in ta.ops.values() if op.inputs == ("z", "y")} == set(LOSSES)


@pytest.mark.parametrize("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
def test_one_number_is_the_target_of_all_logits(way):
    z = np.array([[0.5, -1.0], [2.0, 0.0]])
    for y in (1.0, 0.25, np.array(1.0), np.float32(0.5), 1, True):
        full = np.full(z.shape, float(y))
        np.testing.assert_array_equal(way(lambda z, y=y: ta.bce_with_logits(z, y))(z), ta.bce_with_logits(z, full))
        g = way(ta.grad(lambda z, y=y: ta.bce_with_logits(z, y).sum()))(z)
        np.testing.assert_allclose(g, 1 / (1 + np.exp(-z)) - full, rtol=1e-15, atol=1e-16)
    slope = way(ta.grad(lambda y: ta.bce_with_logits(z, y).sum()))(0.25)
    assert slope == -z.sum()
    assert way(lambda z, y: ta.bce_with_logits(z, y))(0.0, 1.0) == math.log(2)


@pytest.mark.optional
def test_they_agree_with_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(5, 4)) * 10, rng.uniform(size=(5, 4))
    F = torch.nn.functional
    theirs = F.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(y), reduction="none")
    np.testing.assert_allclose(ta.bce_with_logits(z, y), theirs.numpy(), rtol=1e-13)
    labels = rng.integers(0, 4, 5)
    theirs = F.cross_entropy(torch.tensor(z), torch.tensor(labels), reduction="none")
    np.testing.assert_allclose(ta.softmax_cross_entropy(z, ta.one_hot(labels, 4)), theirs.numpy(), rtol=1e-12)


def test_a_trusting_program_of_a_masked_cross_entropy_has_no_mask_and_looks_at_the_product():
    """0 * inf shows itself as NaN, so ordinary logits need no lines for classes that are masked."""
    f = lambda z, y: ta.softmax_cross_entropy(z, y).sum()
    compiled = ta.compile(f)
    z, y = np.array([[2.0, 1.0, 0.5]]), np.array([[1.0, 0.0, 0.0]])
    assert float(compiled(z, y)) == pytest.approx(float(f(z, y)), rel=1e-15)
    trusting = compiled.source.split("_with_care(")[0]
    assert "np.where(" not in trusting
    assert "raise FloatingPointError" in trusting
    masked = np.array([[2.0, 1.0, -np.inf]])
    assert float(compiled(masked, y)) == pytest.approx(0.31326168751822286, rel=1e-15)
    lost = np.array([[2.0, np.nan, 1.0]])
    assert np.isnan(compiled(lost, y))
    for targets in (y, y[0], np.array([0.0, 0.0, 1.0])):  # a constant, so that the products become one of vectors
        row = ta.compile(lambda z, t=targets: ta.softmax_cross_entropy(z, t).sum())
        given = masked.reshape(targets.shape)
        with np.errstate(all="ignore"):
            assert float(row(given)) == pytest.approx(float(f(given, targets)), rel=1e-15)
    assert np.isnan(compiled(lost, np.zeros((1, 3)))), "a NaN among the logits stays, whatever the targets are"
