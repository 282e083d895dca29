"""The operations, one file a family. Each is one declaration (see `tinygrad_act.core.op`).

What other frameworks call them stands in `dialects`, which has to be there before they are declared.
"""

from . import dialects  # isort: skip
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
    likes,
    linalg,
    log_exp,
    logistic,
    losses,
    moments,
    parametric,
    powers,
    questions,
    rectifiers,
    reduce,
    rounding,
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
    "activations", "arithmetic", "bell", "comparison", "dialects", "elementary", "gate_slopes", "gated_pairs", "gates",
    "gather", "index", "likes", "linalg", "log_exp", "logistic", "losses", "moments", "parametric", "powers",
    "questions", "rectifiers", "reduce", "rounding", "rows", "shape", "shrinks", "slope", "softmaxes",
    "special", "squashers", "steps",
]  # fmt: skip
