"""The operations, one file a family. Each is one declaration (see `tinygrad_act.op`)."""

from . import (
    activations,
    arithmetic,
    bell,
    comparison,
    elementary,
    gate_slopes,
    gated_pairs,
    gates,
    index,
    linalg,
    log_exp,
    logistic,
    losses,
    parametric,
    rectifiers,
    reduce,
    shape,
    shrinks,
    slope,
    softmaxes,
    special,
    squashers,
    steps,
)

__all__ = [
    "activations", "arithmetic", "bell", "comparison", "elementary", "gate_slopes", "gated_pairs", "gates", "index",
    "linalg", "log_exp", "logistic", "losses", "parametric", "rectifiers", "reduce", "shape", "shrinks", "slope",
    "softmaxes", "special", "squashers", "steps",
]  # fmt: skip
