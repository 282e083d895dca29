"""Right gradients near rounding, steps and kinks. Where differences can't tell, no checker can pass them; but
none of them may be called wrong."""

from __future__ import annotations

import numpy as np

from .case import Case, case, elementwise
from .faults import leaky, relu

TINY = (2e-9, 4.1e-7, 8.3e-6)
ROUNDED = {
    "log(1 + z**2)": (lambda z: np.log(1 + z * z), lambda z: 2 * z / (1 + z * z)),
    "1 - cos(z)": (lambda z: 1 - np.cos(z), np.sin),
    "log(cosh(z))": (lambda z: np.log(np.cosh(z)), np.tanh),
    "sqrt(1 + z**2) - 1": (lambda z: np.sqrt(1 + z * z) - 1, lambda z: z / np.sqrt(1 + z * z)),
    "(1 - cos(z)) / z": (lambda z: (1 - np.cos(z)) / z, lambda z: 0.5 - z * z / 8),
    "(exp(z) - 1) / z": (lambda z: (np.exp(z) - 1) / z, lambda z: 0.5 + z / 3 + z * z / 8),
    "exp(z) - 1 - z": (lambda z: np.exp(z) - 1 - z, np.expm1),
    "z log(1 + z**2)": (lambda z: z * np.log(1 + z * z), lambda z: np.log1p(z * z) + 2 * z * z / (1 + z * z)),
    "(z**2 + 1e5) - 1e5": (lambda z: (z * z + 1e5) - 1e5, lambda z: 2 * z),
    "1 / (1 + z**2) - 1": (lambda z: 1 / (1 + z * z) - 1, lambda z: -2 * z / (1 + z * z) ** 2),
}
STAIRS = {
    "floor at 0.3": (np.floor, 0.3),
    "floor at 1 - 1e-7": (np.floor, 1 - 1e-7),
    "multiples of 1/128": (lambda w: np.round(w * 128) / 128, 0.3),
    "multiples of 1/1000": (lambda w: np.round(w * 1000) / 1000, 0.3),
    "multiples of 1e-6": (lambda w: np.round(w * 1e6) / 1e6, 0.3),
    "multiples of 1e-8": (lambda w: np.round(w * 1e8) / 1e8, 0.3),
    "sign at 1e-7": (np.sign, 1e-7),
    "sign at -1e-12": (np.sign, -1e-12),
    "a step of 5 at 1e-9": (lambda z: np.where(z > 0, 5.0, 0.0), 1e-9),
    "floor + ceil at 2.5": (lambda z: np.floor(z) + np.ceil(z), 2.5),
}
LINES = {
    "tanh in single precision": (lambda z: np.tanh(np.float32(z)).astype(float), lambda z: 1 - np.tanh(z) ** 2, 0.3),
    "tanh in half precision": (lambda z: np.tanh(np.float16(z)).astype(float), lambda z: 1 - np.tanh(z) ** 2, 0.3),
    "(z + 1e12) - 1e12": (lambda z: (z + 1e12) - 1e12, lambda z: 1.0 + 0 * z, 0.3),
    "(z + 1e15) - 1e15": (lambda z: (z + 1e15) - 1e15, lambda z: 1.0 + 0 * z, 1e3),
    "z + floor(z) at 0.7": (lambda z: z + np.floor(z), lambda z: 1.0 + 0 * z, 0.7),
    "sin(z) + sign(z) at 1e-6": (lambda z: np.sin(z) + np.sign(z), np.cos, 1e-6),
}
_slow = lambda z: 3.47e-5 * z
_bent = lambda z: 1.73e-6 * (1.5 - 1.9 * relu(z) ** 3 - relu(z))
_swift = lambda z: 0.534 * (z + 1.155) ** 3
SWINGS = {  # what lies between the steps can't be seen, or is not seen at any
    "log(cosh(3e-5 z))": (lambda z: np.log(np.cosh(_slow(z))), lambda z: 3.47e-5 * np.tanh(_slow(z)), 1.2452662e-10),
    "1 - cos(6e-6 / (1 + z**2))": (
        lambda z: 1 - np.cos(6e-6 / (1 + z * z)), lambda z: -7.2e-11 * z / (1 + z * z) ** 3, 566.2),
    "log(1 + (2e-6 bent)**2) from the right": (
        lambda z: np.log(1 + _bent(z) ** 2),
        lambda z: 2 * _bent(z) / (1 + _bent(z) ** 2) * -1.73e-6 * (5.7 * relu(z) ** 2 + (z >= 0)), 0.0),
    "cos(z**3 / 2) far out": (lambda z: np.cos(_swift(z)), lambda z: -np.sin(_swift(z)) * 1.602 * (z + 1.155) ** 2,
                              -535.6543601661658),
    "10 + 1e-11 sin(1e8 z)": (
        lambda z: 10 + 1e-11 * np.sin(1e8 * z), lambda z: 1e-3 * np.cos(1e8 * z), -2586.8362156205403),
    "sin(sinh(z)) where floats are a turn apart": (
        lambda z: np.sin(np.sinh(z)), lambda z: np.cos(np.sinh(z)) * np.cosh(z), 36.3),
}  # fmt: skip
_huber = lambda z: np.where(np.abs(z) < 1, z * z / 2, np.abs(z) - 0.5)
KINKED = {
    "relu": (relu, lambda z: 1.0 * (z > 0), (1e-9, -1e-9, 1e-12, -1e-12)),
    "1 + relu": (lambda z: 1 + relu(z), lambda z: 1.0 * (z > 0), (1e-8, -1e-8)),
    "leaky relu": (leaky, lambda z: np.where(z > 0, 1.0, 0.01), (-1e-11,)),
    "abs": (np.abs, np.sign, (1e-10,)),
    "z |z|": (lambda z: z * np.abs(z), lambda z: 2 * np.abs(z), (1e-9,)),
    "relu(z)**2": (lambda z: relu(z) ** 2, lambda z: 2 * relu(z), (1e-9,)),
    "huber": (_huber, lambda z: np.clip(z, -1, 1), (1 + 1e-9, 1 - 1e-9)),
    "clip(z, -1, 1)": (lambda z: np.clip(z, -1, 1), lambda z: 1.0 * (np.abs(z) < 1), (1 - 1e-13, 1 + 1e-10)),
    "softplus(1e4 z) / 1e4": (lambda z: np.logaddexp(0, 1e4 * z) / 1e4, lambda z: 1 / (1 + np.exp(-1e4 * z)), (1e-5,)),
    "|sin(z)|": (lambda z: np.abs(np.sin(z)), lambda z: np.cos(z) * np.sign(np.sin(z)), (np.pi,)),
}


def near() -> list[Case]:
    """Sixty of them, and some."""
    return [
        *(elementwise(f"near rounding: {name} at {x:g}", f, df, x) for name, (f, df) in ROUNDED.items() for x in TINY),
        *(elementwise(f"near a step: {name}", f, lambda x: 0.0 * x, x) for name, (f, x) in STAIRS.items()),
        *(elementwise(f"near a step: {name}", f, df, x) for name, (f, df, x) in LINES.items()),
        *(elementwise(f"near noise: {name}", f, df, x) for name, (f, df, x) in SWINGS.items()),
        *(elementwise(f"near a kink: {name} at {x!r}", f, df, x) for name, (f, df, xs) in KINKED.items() for x in xs),
        case("near a tie: max of 1 and 1 + 1e-12", np.max, lambda g, x: g * (x == x.max()), np.array([1, 1 + 1e-12])),
    ]


NEAR = near()
