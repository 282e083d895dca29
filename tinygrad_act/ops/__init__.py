"""The operations, one file a family. Each is one declaration (see `tinygrad_act.op`)."""

from . import activations, arithmetic, comparison, elementary, index, linalg, reduce, shape, special

__all__ = ["activations", "arithmetic", "comparison", "elementary", "index", "linalg", "reduce", "shape", "special"]
