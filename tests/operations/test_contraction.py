"""Products of tensors as products of matrices: they give what NumPy gives, and where they are none NumPy does it."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.operations import linalg
from tinygrad_act.operations.contraction import contracted

from ..each import each

RNG = np.random.default_rng(0)


def drawn(seed):
    """Subscripts and two arrays: letters twice, axes of length 0 and 1, stretched ones, Fortran's order, two dtypes."""
    r, rng = random.Random(seed), np.random.default_rng(seed)
    letters = "abcdef"
    sizes = {letter: r.choice([1, 2, 3, 3, 4, 0 if r.random() < 0.3 else 2]) for letter in letters}
    terms = ["".join(r.choices(letters, k=n) if r.random() < 0.2 else r.sample(letters, n))
             for n in (r.randint(1, 4), r.randint(1, 4))]  # fmt: skip
    known = sorted(set("".join(terms)))
    if r.random() < 0.5:  # one group is summed over, as a rule
        known = [x for x in known if not (x in terms[0] and x in terms[1])]
    output = "->" + "".join(r.sample(known, len(known) if r.random() < 0.7 else r.randint(0, len(known))))
    arrays = []
    for term in terms:
        x = rng.normal(size=[1 if r.random() < 0.05 else sizes[letter] for letter in term])
        x = x.astype(np.float32) if r.random() < 0.3 else x
        arrays.append(np.asfortranarray(x) if r.random() < 0.3 else x)
    return ",".join(terms) + (output if r.random() < 0.9 else ""), arrays


@each("seed", range(250))
def test_einsum_of_two_is_numpys_and_so_are_its_slopes(seed):
    subscripts, (x, y) = drawn(seed)
    try:
        expected = np.einsum(subscripts, x, y)
    except ValueError:
        with pytest.raises(ValueError, match="einsum"):
            ta.einsum(subscripts, x, y)
        return
    close = {"rtol": 1e-4, "atol": 1e-4} if np.float32 in (x.dtype, y.dtype) else {"rtol": 1e-11, "atol": 1e-11}
    for a in (ta.einsum(subscripts, ta.Value(x), y).data, ta.compile(lambda x, y: ta.einsum(subscripts, x, y))(x, y)):
        assert (a.shape, a.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(a, expected, **close)
    w = np.random.default_rng(seed).normal(size=expected.shape)
    gradient = ta.grad(lambda x, y: ta.sum(ta.einsum(subscripts, x, y) * w), (0, 1))
    slopes = gradient(x, y), ta.compile(gradient)(x, y) if seed % 5 == 0 else gradient(x, y)
    for position, z in enumerate((x, y)):  # it is linear: the slope by an entry is what a 1 there brings
        other = (x, y)[1 - position].astype(float)
        for c in slopes:
            assert (c[position].shape, c[position].dtype) == (z.shape, z.dtype)
        for i in itertools.islice(np.ndindex(*z.shape), 12):
            one = np.zeros(z.shape)
            one[i] = 1.0
            expected = (np.einsum(subscripts, *((one, other) if position == 0 else (other, one))) * w).sum()
            for c in slopes:
                np.testing.assert_allclose(c[position][i], expected, **close)


AS_MATRICES = ["ij,jk->ik", "ij,jk->ki", "ji,jk->ik", "ij,kj", "ij,j->i", "j,jk", "i,i->", "ij,ij->", "bij,jk->bik",
               "bij,bjk->bik", "bij,bkj->bki", "bhqd,bhkd->bhqk", "ijk,kjl->il", "...ij,...jk->...ik", "bi,bij->bj",
               " ij , jk -> ik ", "i,j->ij", "i,j->ji", "ij,ij->ij", "ij,ji->ij", ",ij->ij", "ij,->ij",
               "ij,kl->ikjl"]  # fmt: skip
NONE = ["ii,ij->j", "ij,k->ik", "bi,bi->b", "ij,jk->i", "ij,jkl->k"]
SIZES = {"i": 3, "j": 4, "k": 5, "l": 2, "b": 2, "h": 3, "q": 4, "d": 2}


def arrays_of(subscripts):
    terms = subscripts.replace(" ", "").replace("...", "bh").partition("->")[0].split(",")
    return [RNG.normal(size=[SIZES[letter] for letter in term]) for term in terms]


@each("subscripts", AS_MATRICES)
def test_what_is_a_product_of_matrices_goes_through_matmul(subscripts, monkeypatch):
    """Forward and backward, and at second order: einsum's loop is never called, and no program has it in it."""
    x, y = arrays_of(subscripts)
    expected = np.einsum(subscripts, x, y)
    w = RNG.normal(size=expected.shape)
    step = ta.grad(lambda x, y: ta.sum(ta.einsum(subscripts, x, y) ** 2 * w), (0, 1))
    source = ta.compile(step).trace(x, y).source
    assert "einsum" not in source
    monkeypatch.setattr(np, "einsum", None)
    np.testing.assert_allclose(ta.einsum(subscripts, x, y), expected, rtol=1e-12)
    step(x, y)
    ta.grad(lambda x, y: sum(ta.sum(c * c) for c in step(x, y)), (0, 1))(x, y)


@pytest.mark.parametrize("subscripts", NONE)
def test_what_is_none_is_left_to_einsum(subscripts):
    x, y = arrays_of(subscripts) if "ii" not in subscripts else (np.ones((4, 4)), np.ones((4, 4)))
    assert contracted(x, y, subscripts) is None


def test_a_sum_over_an_axis_of_length_1_is_a_multiplication(monkeypatch):
    x, y = RNG.normal(size=(6, 5, 1)), RNG.normal(size=(6, 1, 4))
    expected = np.einsum("bij,bjk->bik", x, y)
    monkeypatch.setattr(np, "matmul", None)
    monkeypatch.setattr(np, "einsum", None)
    assert np.array_equal(ta.einsum("bij,bjk->bik", x, y), expected)
    assert np.array_equal(ta.matmul(x, y), expected)
    assert ta.matmul(np.ones((2, 0, 1)), np.ones((2, 1, 3))).shape == (2, 0, 3)


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.bool_, np.float16])
def test_other_dtypes_are_numpys_own(dtype):
    x, y = (RNG.integers(0, 2, (3, 3)).astype(dtype) for _ in range(2))
    a = ta.einsum("ij,jk->ik", x, y)
    assert a.dtype == dtype
    expected = np.einsum("ij,jk->ik", x.astype(float), y.astype(float))
    assert np.array_equal(a, expected > 0 if dtype == np.bool_ else expected)


def test_half_precision_is_summed_in_single():
    x, y = np.ones((2, 3000), np.float16), np.ones((3000, 2), np.float16)
    for a in (ta.einsum("ij,jk->ik", x, y), ta.tensordot(x, y, axes=1)):
        assert a.dtype == np.float16
        assert (a == 3000).all()


# -- tensordot, dot -------------------------------------------------------------------------------

AXES = [
    ((2, 3, 4), (4, 3, 5), 1), ((2, 3, 4), (3, 4, 5), 2), ((2, 3), (4,), 0), ((2, 3), (2, 3), 2),
    ((2, 3, 4), (4, 5, 2), ((0, -1), (2, 0))), ((2, 3, 4), (4, 5, 2), ([2], [0])), ((2, 3), (5, 3), (1, 1)),
    ((2, 3), (5, 3), (np.array([1]), np.array([-1]))), ((0, 3), (3, 2), 1), ((2, 0), (0, 3), 1), ((2, 3), (), 0),
    ((), (), 0), ((2, 3), (5, 3), np.array([[1], [1]])), ((3,), (3,), ((), ())), ((1, 2), (2, 1), ((0, 1), (1, 0))),
]  # fmt: skip


@each("dtype", [np.float64, np.float32])
@each(("x", "y", "axes"), AXES)
def test_tensordot_is_numpys(x, y, axes, dtype):
    x, y = (RNG.normal(size=shape).astype(dtype) for shape in (x, y))
    expected = np.tensordot(x, y, axes)
    v, program = ta.Value(x), ta.compile(lambda x, y: ta.tensordot(x, y, axes=axes))
    for a in (ta.tensordot(x, y, axes), np.tensordot(v, y, axes).data, v.tensordot(y, axes=axes).data, program(x, y)):
        assert (a.shape, a.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(a, expected, rtol=1e-5 if dtype == np.float32 else 1e-12)


def test_tensordot_sums_over_two_axes_if_nobody_says():
    x, y = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(3, 4, 5))
    np.testing.assert_allclose(ta.tensordot(x, y), np.tensordot(x, y))


@each(
    ("axes", "error", "said"),
    [
        (4, ValueError, "at most as many axes as both have"), (-1, ValueError, "at most as many axes"),
        ((0,), TypeError, "a pair"), ("ab", TypeError, "a pair"), (None, TypeError, "a pair"),
        (True, TypeError, "a pair"), (1.5, TypeError, "a pair"), ((0, 1, 2), TypeError, "a pair"),
        (((0, 1), (0,)), ValueError, "give as many of each"),
        (((0, 0), (0, 1)), ValueError, "twice"), (((9,), (0,)), ValueError, "axis 9 is out of range"),
        (((0,), (1,)), ValueError, "they have 2 and 5"), (((0.5,), (1,)), TypeError, "whole numbers"),
    ],
)  # fmt: skip
def test_axes_of_tensordot_are_checked(axes, error, said):
    with pytest.raises(error, match=f"^tensordot: .*{said}"):
        ta.tensordot(ta.Value(np.ones((2, 3, 4))), np.ones((4, 5, 2)), axes=axes)


@pytest.mark.parametrize("shapes", [((2, 3), (4, 3, 5)), ((2, 4, 3), (3,)), ((3,), (2, 3, 4)), ((2, 4, 3), (5, 3, 2))])
def test_dot_of_tensors_goes_through_matmul(shapes):
    x, y = (RNG.normal(size=shape) for shape in shapes)
    np.testing.assert_allclose(ta.dot(x, y), np.dot(x, y), rtol=1e-12)
    w = RNG.normal(size=np.dot(x, y).shape)
    program = ta.compile(ta.grad(lambda x, y: ta.sum(ta.dot(x, y) * w), (0, 1)))
    dx, dy = program(x, y)
    assert "einsum" not in program.source
    np.testing.assert_allclose((dx * x).sum(), (np.dot(x, y) * w).sum(), rtol=1e-10)
    np.testing.assert_allclose((dy * y).sum(), (np.dot(x, y) * w).sum(), rtol=1e-10)


def test_nan_and_infinity_go_where_numpy_sends_them():
    x, y = np.array([[np.nan, 1.0], [np.inf, 2.0]]), np.array([[0.0, 1.0], [1.0, 3.0]])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(ta.einsum("ij,jk->ik", x, y), np.einsum("ij,jk->ik", x, y))


LENGTHS = {"i": 2, "j": 3, "k": 4}
OF_TWO = [
    f"{x},{y}->{a}"
    for x in ("ij", "ji", "i", "j") for y in ("jk", "kj", "ij", "ji", "j", "ik", "k")
    for a in ("", "i", "k", "ik", "ki", "ij", "ji", "j", "jk", "kj", "ijk") if set(a) <= {*x, *y}
]  # fmt: skip


@pytest.mark.parametrize("stretched", [None, 0, 1])
def test_slopes_of_two_factors_are_those_of_a_linear_map(stretched):
    """Products of vectors and matrices in every order of the axes; of one of them an axis may have length 1."""
    rng = np.random.default_rng(0)
    for subscripts in OF_TWO:
        terms = subscripts.partition("->")[0].split(",")
        shapes = [[1 if k == stretched and c == "j" else LENGTHS[c] for c in term] for k, term in enumerate(terms)]
        x, y = (rng.normal(size=shape) for shape in shapes)
        w = rng.normal(size=np.einsum(subscripts, x, y).shape)
        right = [np.zeros_like(x), np.zeros_like(y)]
        for i in np.ndindex(x.shape):
            right[0][i] = np.sum(np.einsum(subscripts, np.eye(1, x.size, np.ravel_multi_index(i, x.shape))
                                           .reshape(x.shape), y) * w)  # fmt: skip
        for i in np.ndindex(y.shape):
            right[1][i] = np.sum(np.einsum(subscripts, x, np.eye(1, y.size, np.ravel_multi_index(i, y.shape))
                                           .reshape(y.shape)) * w)  # fmt: skip
        step = ta.grad(lambda x, y, subscripts=subscripts, w=w: ta.sum(ta.einsum(subscripts, x, y) * w), (0, 1))
        for found in (step(x, y), ta.compile(step)(x, y)):
            for mine, theirs in zip(found, right, strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12, err_msg=subscripts)


@pytest.mark.parametrize(
    "product",
    [lambda x, y: ta.einsum("ij,jk->ik", x, y), lambda x, y: ta.einsum("ji,kj->ki", x, y),
     lambda x, y: ta.tensordot(x, y, axes=1), lambda x, y: ta.tensordot(x, y, axes=((0,), (1,)))],
)  # fmt: skip
def test_both_slopes_of_a_product_of_matrices_are_products_by_matmul(product, monkeypatch):
    """A call of `@` costs half as much as one of einsum: there its rule is not read."""
    called = []

    def counted(x, y):
        called.append((x, y))
        return ta.matmul(x, y)

    monkeypatch.setattr(linalg, "matmul", counted)
    product(ta.Value(np.ones((3, 3))), ta.Value(np.ones((3, 3)))).sum().backward()
    assert len(called) == 2


def test_a_number_of_axes_may_be_an_array_without_axes():
    x, y = np.ones((2, 3)), np.ones((3, 2))
    assert ta.tensordot(x, y, axes=np.array(1)).shape == (2, 2)
    assert ta.tensordot(x, y, axes=1).shape == (2, 2)
    with pytest.raises(TypeError, match="axes=True"):  # equal to 1, which was asked before
        ta.tensordot(x, y, axes=True)
