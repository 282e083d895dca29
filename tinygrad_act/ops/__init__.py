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
    gather,
    index,
    linalg,
    log_exp,
    logistic,
    losses,
    moments,
    parametric,
    powers,
    rectifiers,
    reduce,
    rows,
    shape,
    shrinks,
    slope,
    softmaxes,
    special,
    squashers,
    steps,
)

__all__ = [
    "activations", "arithmetic", "bell", "comparison", "elementary", "gate_slopes", "gated_pairs", "gates", "gather",
    "index", "linalg", "log_exp", "logistic", "losses", "moments", "parametric", "powers", "rectifiers", "reduce",
    "rows", "shape", "shrinks", "slope",
    "softmaxes", "special", "squashers", "steps",
]  # fmt: skip
