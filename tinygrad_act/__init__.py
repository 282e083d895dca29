"""tinygrad_act: a small autograd framework around activation functions.

    import tinygrad_act as ta

    x = ta.Value(0.5, label="x")
    y = ta.sigmoid(x) * x
    y.backward()
    x.grad

Every operation in `ta.ops` is also a function here (`ta.tanh`, on numbers, arrays and Values), a
method of `Value` (`v.tanh()`), and those of the package are what NumPy's function of that name does to
a Value (`np.tanh(v)`; one of yours says with `ta.implements` which function it stands for).
"""

from collections.abc import Callable
from typing import Any

from . import operations as _families  # declares the operations
from . import testing
from ._version import __version__
from .check.activation import activation
from .check.gradient import Report, gradcheck
from .cli.commands import terminal as _terminal  # the way to spell what can't be encoded, by name
from .compiler import Program, compile
from .core.calls import OtherName, missing_name
from .core.conventions import at_kink, derivative_form, dialect
from .core.dispatch import elementwise, op
from .core.frames import boundary as _boundary
from .core.mode import debug, no_grad, scope
from .core.op import Op, case, theirs, unknown
from .core.registry import ops
from .engine.derivatives import hessian, hvp, jacobian
from .engine.numpy_names import implements
from .engine.transforms import grad, value_and_grad, vjp
from .engine.value import Value
from .names import composed as _composed  # enters NumPy's names into the engine's table
from .operations.attributes import ndim, ravel, shape, size
from .operations.losses import one_hot
from .show.cards import Card, Catalogue, Comparison, card, catalogue, compare, derivative, plot, preactivations, sheet
from .show.graph import Drawing, draw
from .show.paths import Explanation, explain

__all__ = [
    "Card", "Catalogue", "Comparison", "Drawing", "Explanation", "Op", "Program", "Report", "Value", "__version__",
    "activation", "at_kink", "card", "case", "catalogue", "compare", "compile", "debug", "derivative",
    "derivative_form", "dialect", "draw", "elementwise", "explain", "grad", "gradcheck", "hessian", "hvp", "implements",
    "jacobian", "ndim", "no_grad", "one_hot", "op", "ops", "plot", "preactivations", "ravel", "scope", "shape", "sheet",
    "size", "testing", "theirs", "unknown", "value_and_grad", "vjp",
]  # fmt: skip

del _composed, _families, _terminal
_taken = set(globals())


def _export(op: Op) -> None:
    if op.name not in _taken:
        globals()[op.name] = op.call
    for alias in op.aliases:
        if "." not in alias and not hasattr(Value, alias):
            setattr(Value, alias, OtherName(op, alias))


ops.watch(_export, lambda op: globals().pop(op.name, None) if op.name not in _taken else None)


@_boundary
def __getattr__(name: str) -> Callable[..., Any]:
    raise missing_name(__name__, name, __all__)
