"""What to write in place of a function of NumPy's or SciPy's that nothing here stands for.

Each line is run by the tests, which compare it with NumPy's own.
"""

from __future__ import annotations

__all__ = ["TAKES_NUMBERS", "WAYS_OUT", "bare_way_out", "way_out"]

WAYS_OUT: dict[str, tuple[tuple[str, str], ...]] = {
    # joining and cutting
    "np.vstack": (("np.vstack([A, B])", "ta.concatenate([A, B], axis=0)"), ("np.vstack([x, y])", "ta.stack([x, y])")),
    "np.hstack": (("np.hstack([x, y])", "ta.concatenate([x, y])"),
                  ("np.hstack([A, B])", "ta.concatenate([A, B], axis=1)")),
    "np.column_stack": (("np.column_stack([x, y])", "ta.stack([x, y], axis=1)"),),
    "np.dstack": (("np.dstack([A, B])", "ta.stack([A, B], axis=2)"),),
    "np.block": (("np.block([A, B])", "ta.concatenate([A, B], axis=1)"),),
    "np.append": (("np.append(x, y)", "ta.concatenate([x, y])"),
                  ("np.append(x, k)", "ta.concatenate([x, ta.reshape(k, (1,))])")),
    "np.insert": (("np.insert(x, 1, k)", "ta.concatenate([x[:1], ta.reshape(k, (1,)), x[1:]])"),),
    "np.delete": (("np.delete(x, 1)", "ta.concatenate([x[:1], x[2:]])"),),
    "np.split": (("np.split(x, [1])", "[x[:1], x[1:]]"),),
    "np.array_split": (("np.array_split(x, 2)", "[x[:2], x[2:]]"),),
    "np.hsplit": (("np.hsplit(A, [1])", "[A[:, :1], A[:, 1:]]"),),
    "np.vsplit": (("np.vsplit(A, [1])", "[A[:1], A[1:]]"),),
    "np.unstack": (("np.unstack(A)", "list(A)"),),
    "np.atleast_1d": (("np.atleast_1d(k)", "ta.reshape(k, (1,))"),),
    "np.atleast_2d": (("np.atleast_2d(x)", "x[None]"),),
    "np.atleast_3d": (("np.atleast_3d(A)", "A[..., None]"),),
    "np.meshgrid": (("np.meshgrid(x, k)", "[x[None], ta.broadcast_to(k, (1, len(x)))]"),),
    "np.broadcast_arrays": (("np.broadcast_arrays(x, A)", "[ta.broadcast_to(x, A.shape), A]"),),
    "np.resize": (("np.resize(x, 6)", "ta.tile(x, 2)"),),
    # entries of a matrix, and order
    "np.diag": (("np.diag(S)", "S[np.arange(len(S)), np.arange(len(S))]"),
                ("np.diag(x)", "ta.where(np.eye(len(x)) == 1, x, 0.0)")),
    "np.diagonal": (("np.diagonal(S)", "S[np.arange(len(S)), np.arange(len(S))]"),),
    "np.trace": (("np.trace(S)", "ta.sum(S[np.arange(len(S)), np.arange(len(S))])"),),
    "np.tril": (("np.tril(A)", "ta.where(np.tri(*A.shape) == 1, A, 0.0)"),),
    "np.triu": (("np.triu(A)", "ta.where(np.tri(*A.shape, k=-1) == 1, 0.0, A)"),),
    "np.fliplr": (("np.fliplr(A)", "ta.flip(A, axis=1)"),),
    "np.flipud": (("np.flipud(A)", "ta.flip(A, axis=0)"),),
    "np.rot90": (("np.rot90(A)", "ta.flip(A.T, axis=0)"),),
    "np.rollaxis": (("np.rollaxis(A, 1)", "ta.moveaxis(A, 1, 0)"),),
    "np.matrix_transpose": (("np.matrix_transpose(A)", "ta.swapaxes(A, -1, -2)"),),
    "np.linalg.matrix_transpose": (("np.linalg.matrix_transpose(A)", "ta.swapaxes(A, -1, -2)"),),
    "np.take": (("np.take(A, [2, 0], axis=1)", "ta.take_axis(A, [2, 0], axis=1)"),),
    "np.take_along_axis": (("np.take_along_axis(A, I, axis=1)", "A[np.arange(len(A))[:, None], I]"),),
    "np.sort": (("np.sort(x)", "ta.take_axis(x, ta.argsort(x))"),),
    "np.median": (
        ("np.median(x)", "ta.mean(ta.take_axis(x, ta.argsort(x))[(len(x) - 1) // 2 : len(x) // 2 + 1])"),
    ),
    "np.percentile": (
        ("np.percentile(x, 25)",
         "ta.take_axis(x, ta.argsort(x)) @ np.maximum(0, 1 - abs(np.arange(len(x)) - 0.25 * (len(x) - 1)))"),
    ),
    "np.quantile": (
        ("np.quantile(x, 0.25)",
         "ta.take_axis(x, ta.argsort(x)) @ np.maximum(0, 1 - abs(np.arange(len(x)) - 0.25 * (len(x) - 1)))"),
    ),
    "np.unique": (("np.unique(x)", "ta.take_axis(x, np.unique(x.numpy(), return_index=True)[1])"),),
    "np.extract": (("np.extract(x > 0, x)", "x[x > 0]"),),
    "np.compress": (("np.compress(x > 0, x)", "x[x > 0]"),),
    "np.fft.fftshift": (("np.fft.fftshift(x)", "ta.roll(x, len(x) // 2)"),),
    "np.vander": (("np.vander(y, 3)", "y[:, None] ** np.arange(2, -1, -1)"),),
    # sums and averages
    "np.average": (("np.average(x, weights=y)", "ta.sum(x * y) / ta.sum(y)"),),
    "np.ptp": (("np.ptp(x)", "ta.max(x) - ta.min(x)"),),
    "np.diff": (("np.diff(x)", "x[1:] - x[:-1]"),),
    "np.ediff1d": (("np.ediff1d(x)", "x[1:] - x[:-1]"),),
    "np.cumprod": (("np.cumprod(y)", "ta.exp(ta.cumsum(ta.log(y)))"),),
    "np.nansum": (("np.nansum(x)", "ta.sum(ta.where(ta.isnan(x), 0.0, x))"),),
    "np.nanmean": (("np.nanmean(x)", "ta.sum(ta.where(ta.isnan(x), 0.0, x)) / ta.sum(~ta.isnan(x))"),),
    "np.nanprod": (("np.nanprod(x)", "ta.prod(ta.where(ta.isnan(x), 1.0, x))"),),
    "np.nanmax": (("np.nanmax(x)", "ta.max(ta.where(ta.isnan(x), -np.inf, x))"),),
    "np.nanmin": (("np.nanmin(x)", "ta.min(ta.where(ta.isnan(x), np.inf, x))"),),
    "np.nan_to_num": (("np.nan_to_num(x)", "ta.where(ta.isnan(x), 0.0, x)"),),
    "np.cov": (
        ("np.cov(A)",
         "(A - A.mean(1, keepdims=True)) @ (A - A.mean(1, keepdims=True)).T / (A.shape[1] - 1)"),
    ),
    "np.gradient": (
        ("np.gradient(x)", "ta.concatenate([x[1:2] - x[:1], (x[2:] - x[:-2]) / 2, x[-1:] - x[-2:-1]])"),
    ),
    "np.convolve": (
        ("np.convolve(x, y)",
         "ta.pad(x, len(y) - 1)[np.arange(len(x) + len(y) - 1)[:, None] + np.arange(len(y))] @ ta.flip(y)"),
    ),
    "np.correlate": (
        ("np.correlate(x, y, 'full')",
         "ta.pad(x, len(y) - 1)[np.arange(len(x) + len(y) - 1)[:, None] + np.arange(len(y))] @ y"),
    ),
    "np.trapezoid": (("np.trapezoid(x, y)", "ta.sum((x[1:] + x[:-1]) * (y[1:] - y[:-1])) / 2"),),
    "np.polyval": (("np.polyval(x, k)", "ta.sum(x * k ** np.arange(len(x))[::-1])"),),
    "np.apply_along_axis": (("np.apply_along_axis(np.sum, 1, A)", "ta.stack([ta.sum(row) for row in A])"),),
    "np.add.reduce": (("np.add.reduce(A)", "ta.sum(A, axis=0)"),),
    "np.multiply.reduce": (("np.multiply.reduce(A)", "ta.prod(A, axis=0)"),),
    "np.maximum.reduce": (("np.maximum.reduce(A)", "ta.max(A, axis=0)"),),
    "np.minimum.reduce": (("np.minimum.reduce(A)", "ta.min(A, axis=0)"),),
    "np.logaddexp.reduce": (("np.logaddexp.reduce(A)", "ta.logsumexp(A, axis=0)"),),
    "np.add.accumulate": (("np.add.accumulate(A)", "ta.cumsum(A, axis=0)"),),
    # products
    "np.inner": (("np.inner(x, y)", "x @ y"),),
    "np.vdot": (("np.vdot(x, y)", "x @ y"),),
    "np.vecdot": (("np.vecdot(A, B)", "ta.sum(A * B, axis=-1)"),),
    "np.linalg.vecdot": (("np.linalg.vecdot(A, B)", "ta.sum(A * B, axis=-1)"),),
    "np.kron": (("np.kron(x, y)", "ta.reshape(ta.outer(x, y), (-1,))"),),
    "np.cross": (("np.cross(x, y)", "ta.roll(ta.roll(x, -1) * ta.roll(y, -2) - ta.roll(x, -2) * ta.roll(y, -1), 0)"),),
    "np.add.outer": (("np.add.outer(x, y)", "x[:, None] + y"),),
    "np.subtract.outer": (("np.subtract.outer(x, y)", "x[:, None] - y"),),
    "np.multiply.outer": (("np.multiply.outer(x, y)", "ta.outer(x, y)"),),
    "np.linalg.norm": (("np.linalg.norm(x)", "ta.sqrt(ta.sum(x * x))"),
                       ("np.linalg.norm(A, axis=1)", "ta.sqrt(ta.sum(A * A, axis=1))")),
    "np.linalg.vector_norm": (("np.linalg.vector_norm(x)", "ta.sqrt(ta.sum(x * x))"),),
    "np.linalg.matrix_power": (("np.linalg.matrix_power(S, 2)", "S @ S"),),
    "np.linalg.multi_dot": (("np.linalg.multi_dot([S, S, x])", "S @ (S @ x)"),),
    "np.linalg.trace": (("np.linalg.trace(S)", "ta.sum(S[np.arange(len(S)), np.arange(len(S))])"),),
    "np.linalg.diagonal": (("np.linalg.diagonal(S)", "S[np.arange(len(S)), np.arange(len(S))]"),),
    # entry by entry
    "np.hypot": (("np.hypot(x, y)", "ta.sqrt(x * x + y * y)"),),
    "np.arctan2": (("np.arctan2(x, y)", "2 * ta.arctan(x / (ta.sqrt(x * x + y * y) + y))"),),
    "np.logaddexp": (("np.logaddexp(x, y)", "ta.maximum(x, y) + ta.softplus(-abs(x - y))"),
                     ("np.logaddexp(0.0, x)", "ta.softplus(x)")),
    "np.logaddexp2": (("np.logaddexp2(x, y)", "ta.log2(2.0**x + 2.0**y)"),),
    "np.fmax": (("np.fmax(x, y)", "ta.where(ta.isnan(x), y, ta.where(ta.isnan(y), x, ta.maximum(x, y)))"),),
    "np.fmin": (("np.fmin(x, y)", "ta.where(ta.isnan(x), y, ta.where(ta.isnan(y), x, ta.minimum(x, y)))"),),
    "np.sinc": (("np.sinc(x)", "ta.where(x == 0, 1.0, ta.sin(np.pi * x) / ta.where(x == 0, 1.0, np.pi * x))"),),
    "np.copysign": (("np.copysign(x, y)", "ta.abs(x) * ta.where(ta.signbit(y), -1.0, 1.0)"),),
    "np.cbrt": (("np.cbrt(x)", "ta.sign(x) * ta.abs(x) ** (1 / 3)"),),
    "np.float_power": (("np.float_power(y, x)", "y**x"),),
    "np.degrees": (("np.degrees(x)", "x * (180 / np.pi)"),),
    "np.rad2deg": (("np.rad2deg(x)", "x * (180 / np.pi)"),),
    "np.radians": (("np.radians(x)", "x * (np.pi / 180)"),),
    "np.deg2rad": (("np.deg2rad(x)", "x * (np.pi / 180)"),),
    "np.select": (
        ("np.select([x > 1, x < 0], [x, y], 0.0)", "ta.where(x > 1, x, ta.where(x < 0, y, 0.0))"),
    ),
    "np.full": (("np.full(3, k)", "ta.broadcast_to(k, (3,))"),),
    "np.full_like": (("np.full_like(z, k)", "ta.full_like(z, k)"),),
    "np.piecewise": (
        ("np.piecewise(x, [x < 0], [np.exp, np.sin])", "ta.where(x < 0, np.exp(x), np.sin(x))"),
    ),
    "np.linspace": (("np.linspace(k, 3.0, 5)", "k + (3.0 - k) * np.linspace(0, 1, 5)"),),
    "np.emath.sqrt": (("np.emath.sqrt(y)", "ta.sqrt(y)"),),
    "np.emath.log": (("np.emath.log(y)", "ta.log(y)"),),
    "np.emath.power": (("np.emath.power(y, x)", "y**x"),),
    # writing into an array
    "np.copyto": (("np.copyto(z, x, where=z < 1)", "z = ta.where(z < 1, x, z)"),),
    "np.putmask": (("np.putmask(z, z < 1, x)", "z = ta.where(z < 1, x, z)"),),
    "np.put": (("np.put(z, [1], k)", "z = ta.where(np.arange(len(z)) == 1, k, z)"),),
    "np.fill_diagonal": (("np.fill_diagonal(Z, x)", "Z = ta.where(np.eye(len(Z)) == 1, x, Z)"),),
    "np.add.at": (("np.add.at(z, [0, 0, 1], x)", "z = z + ta.scatter_add(x, shape=z.shape, index=[0, 0, 1])"),),
    # SciPy's
    "scipy.special.logsumexp": (("scipy.special.logsumexp(A, axis=1)", "ta.logsumexp(A, axis=1)"),),
    "scipy.special.softmax": (("scipy.special.softmax(A, axis=1)", "ta.softmax(A, axis=1)"),),
    "scipy.special.log_softmax": (("scipy.special.log_softmax(A, axis=1)", "ta.log_softmax(A, axis=1)"),),
    "scipy.special.xlogy": (
        ("scipy.special.xlogy(x, y)", "ta.where(x == 0, 0.0, x * ta.log(ta.where(x == 0, 1.0, y)))"),
    ),
    "scipy.special.erfc": (("scipy.special.erfc(x)", "1 - ta.erf(x)"),),
    "scipy.special.ndtr": (("scipy.special.ndtr(x)", "(1 + ta.erf(x / np.sqrt(2))) / 2"),),
    "scipy.stats.norm.pdf": (("scipy.stats.norm.pdf(x)", "ta.exp(-x * x / 2) / np.sqrt(2 * np.pi)"),),
    "scipy.stats.norm.logpdf": (("scipy.stats.norm.logpdf(x)", "-x * x / 2 - np.log(2 * np.pi) / 2"),),
    "scipy.stats.norm.cdf": (("scipy.stats.norm.cdf(x)", "(1 + ta.erf(x / np.sqrt(2))) / 2"),),
    "scipy.linalg.norm": (("scipy.linalg.norm(x)", "ta.sqrt(ta.sum(x * x))"),),
}  # fmt: skip
"""A call of the function, and what to write for it; several where it does several things. Small letters are
vectors, capitals matrices, k is a number, S a square matrix; z and Z are arrays that are written to, and I is of
whole numbers. What is of a small domain is so here: np.emath.sqrt of numbers that are not negative."""

TAKES_NUMBERS = frozenset({
    "np.save", "np.savez", "np.savez_compressed", "np.savetxt", "np.histogram", "np.histogram2d", "np.histogramdd",
    "np.histogram_bin_edges", "np.bincount", "np.array_repr", "np.array_str", "np.array2string", "np.setdiff1d",
    "np.intersect1d", "np.union1d", "np.setxor1d",
})  # fmt: skip
"""Functions from which no gradient is wanted back: they count, write or print."""
_BARE = "value.numpy() is the bare array, where no gradient is needed"

_FOURIER = (
    "real and imaginary part of np.fft.fft(x) are x @ np.cos(w) and -x @ np.sin(w), where "
    "w = 2 * np.pi * np.outer(n, n) / len(x) and n = np.arange(len(x))"
)


def way_out(name: str, written: bool = False, declarable: bool = True) -> str:
    """The message for a function of this full name, of which a gradient would be lost. `written`: whether it is
    called with `out=`. `declarable`: whether an operation can stand for it."""
    if written:
        return (
            f"{name}: a Value can't be written into an array (out=, or array += value): its gradient would be lost; "
            f"write array = array + value; {_BARE}"
        )
    if name in TAKES_NUMBERS:
        return f"{name}: there is no operation for Values that is this function, and no gradient comes back; {_BARE}"
    if name.startswith("np.fft.") and not _known(name):
        return f"{name}: complex numbers are not differentiated here; {_FOURIER}; {_BARE}"
    what = _known(name) or "build it from the operations in ta.ops"
    if declarable and not _known(name):
        what += (
            f", or declare an operation that stands for it: @ta.implements({name}) above its @ta.op or @ta.elementwise"
        )
    return f"{name}: there is no operation for Values that is this function; {what}; {_BARE}"


def bare_way_out(name: str) -> str:
    """What to do instead where a function of this name, "" if NumPy itself, asks for the bare array of a Value."""
    if name.startswith("scipy."):
        return _known(name) or "build it from the operations in ta.ops"
    join = "use ta.stack([...]) to join Values or fill an array, the operations in ta.ops"
    return f"{_known(name)}; {join}" if _known(name) else join


def _known(name: str) -> str:
    return ", ".join(f"for {call} write {way}" for call, way in WAYS_OUT.get(name, ()))
