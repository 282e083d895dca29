"""The operations, one file a family. Each is one declaration (see `tinygrad_act.op`)."""

from . import (
    activations,
    arithmetic,
    comparison,
    elementary,
    gated_pairs,
    gates,
    index,
    linalg,
    log_exp,
    losses,
    moments,
    parametric,
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
    "activations", "arithmetic", "comparison", "elementary", "gated_pairs", "gates", "index", "linalg",
    "log_exp", "losses", "moments", "parametric", "rectifiers", "reduce", "rows", "shape", "shrinks", "slope",
    "softmaxes", "special", "squashers", "steps",
]  # fmt: skip
