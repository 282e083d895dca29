"""The two data sets of `one_hidden_layer.py`: the planar flower (generated) and handwritten digits (bundled).

Both come as `Data`: inputs X with one example a row, and targets Y. The flower has two classes and
one column of targets, 0 or 1; the digits have ten classes and one column for each ("one-hot").
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

DIGITS = Path(__file__).parent / "data" / "optdigits.csv.gz"


class Data(NamedTuple):
    """Inputs X and targets Y, to train on and to test on."""

    X: np.ndarray
    Y: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray


def flower(rng: np.random.Generator, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """`n` points (n x 2) of a flower whose petals belong to two classes in turn, and their classes.

    A rose curve, r = 4 sin(4 t): class 0 has the angles t up to about 180 degrees, class 1 the
    rest. Angle and radius are noisy, so the petals overlap: some 92 % is as good as it gets.
    """
    y = np.repeat([0, 1], [n // 2, n - n // 2])
    t = np.linspace(0, 2 * np.pi, n) + 0.2 * rng.standard_normal(n)
    r = 4 * np.sin(4 * t) + 0.2 * rng.standard_normal(n)
    return np.stack([r * np.sin(t), r * np.cos(t)], axis=1), y


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The 1,797 images of 8 x 8 pixels as rows (1797 x 64) of grey levels from 0 to 1, and what they show.

    Source and licence: `data/README.md`.
    """
    table = np.loadtxt(DIGITS, delimiter=",", dtype=np.uint8)
    return table[:, :64] / 16, table[:, 64].astype(int)


def flower_data(rng: np.random.Generator) -> Data:
    """400 points of the flower to train on and 400 others to test on."""
    (X, y), (X_test, y_test) = flower(rng), flower(rng)
    return Data(X, y[:, None] * 1.0, X_test, y_test[:, None] * 1.0)


def digits_data(rng: np.random.Generator, test: int = 360) -> Data:
    """The digits, shuffled by `rng`: `test` images to test on, the other four fifths to train on."""
    X, y = digits()
    order, Y = rng.permutation(len(X)), np.eye(10)[y]
    return Data(X[order[test:]], Y[order[test:]], X[order[:test]], Y[order[:test]])
