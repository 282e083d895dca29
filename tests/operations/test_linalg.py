"""Products of matrices and vectors: their gradients are products, too, and make no array of all terms."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import tinygrad_act as ta

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(300, 200), (1, 200), (300, 1), (0, 5), (5, 0)])
def test_the_gradient_of_a_matrix_times_a_vector_is_a_product(shape, dtype):
    """d(u . A v) = A' u by v and A v by u; the second derivative by A and v, contracted, comes back to u and v."""
    a = RNG.normal(size=shape).astype(dtype)
    u, v = (RNG.normal(size=n).astype(dtype) for n in shape)
    tolerance = {"rtol": 1e-4 if dtype == np.float32 else 1e-12, "atol": 1e-4 if dtype == np.float32 else 1e-12}
    for f, x, expected in (
        (lambda v: (a @ v) @ u, v, a.T.astype(float) @ u),
        (lambda u: v @ (u @ a), u, a.astype(float) @ v),
    ):
        for found in (ta.grad(f)(x), ta.compile(ta.grad(f))(x)):
            assert found.dtype == dtype
            np.testing.assert_allclose(found, expected, **tolerance)
    hessian = ta.hessian(lambda v: ((a[:, :20] @ v) ** 2).sum())(v[:20])
    np.testing.assert_allclose(hessian, 2 * a[:, :20].T.astype(float) @ a[:, :20], **tolerance)


def test_no_array_of_all_terms_is_made():
    a, x = RNG.normal(size=(700, 700)), RNG.normal(size=700)
    for f in (lambda x: (a @ x).sum(), lambda x: (x @ a).sum()):
        ta.grad(f)(x)
        tracemalloc.start()
        ta.grad(f)(x)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < a.nbytes / 4


@pytest.mark.parametrize("product", [ta.matmul, ta.dot])
@pytest.mark.parametrize("shapes", [((4, 3), (3, 5)), ((4, 3), (3,)), ((3,), (3, 5))])
def test_gradients_of_products_are_recorded_as_products(product, shapes):
    """einsum, and sums of products, do without BLAS."""
    x, y = (ta.Value(RNG.normal(size=shape)) for shape in shapes)
    g = RNG.normal(size=product(x, y).shape)
    product(x, y).backward(g, create_graph=True)
    a, b, g = (np.atleast_2d(z) for z in (x.data, y.data.T, g))
    if len(shapes[1]) == 1:
        g = g.T
    for value, expected in ((x, g @ b), (y, a.T @ g)):
        np.testing.assert_allclose(value.grad.data, expected.reshape(value.shape), rtol=1e-12)
        assert value.ndim == 1 or value.grad.op.name == "matmul" or 1 in (x.ndim, y.ndim)
        assert value.ndim == 2 or value.grad.op.name == "matmul"
