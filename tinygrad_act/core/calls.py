"""What is said of a call that does not fit: an input that is missing, a keyword that another operation knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from .op import REQUIRED, Op
from .registry import ops

__all__ = ["OtherName", "missing_input", "missing_name", "refuse_uncallable", "unfit"]

_CALLED_HERE = {
    "dim": "axis", "dims": "axis", "dimension": "axis", "keepdim": "keepdims", "keep_dims": "keepdims",
    "negative_slope": "slope", "leak": "slope", "leakiness": "slope", "alpha": "slope", "lambd": "threshold",
    "lambda_": "threshold", "theta": "threshold", "min_val": "min", "max_val": "max", "a_min": "min", "a_max": "max",
    "min_value": "min", "max_value": "max", "temperature": "tau", "correction": "ddof", "unbiased": "ddof",
    "generator": "rng", "key": "rng", "seed": "rng", "num_classes": "classes", "depth": "classes", "dim0": "axis1",
    "dim1": "axis2", "perm": "axes", "newshape": "shape", "shifts": "shift", "equation": "subscripts",
}  # fmt: skip
"""What NumPy and other frameworks call a parameter, and its name here."""

_OF_ITS_OWN = {("gelu", "approximate"): "gelu_tanh", ("relu", "max_value"): "relu6, or general_relu(z, max_value=...)"}
"""Parameters of other frameworks that are another operation here."""


def missing_input(op: Op, given: int) -> TypeError:
    """The error for a call with too few inputs."""
    names = op.inputs[given:]
    word = "input" if len(names) == 1 else "inputs"
    count = f"takes {len(op.inputs)} input{'s' * (len(op.inputs) > 1)} ({', '.join(op.inputs)}), got {given}"
    return TypeError(
        f"{op.name}: {count}; the {word} {' and '.join(map(repr, names))} {'is' if len(names) == 1 else 'are'} missing"
    )


def unfit(op: Op, rest: tuple[Any, ...], kwargs: Mapping[str, Any]) -> TypeError:
    """The error for a keyword that `op` does not know, or for too many arguments."""
    known = ", ".join(
        name if default is REQUIRED else f"{name}={default!r}" for name, default in op.defaults.items()
    )
    takes = f"its static parameters are: {known}" if known else "it takes no static parameters"
    unknown = [name for name in kwargs if name not in op.defaults]
    if unknown:
        meant = _meant(op, unknown[0])
        said = [meant, takes] if known else [takes, meant]
        return TypeError(f"{op.name}: unknown keyword '{unknown[0]}'; {'; '.join(filter(None, said))}")
    return TypeError(f"{op.name}: got {len(rest)} more argument{'s' * (len(rest) > 1)} after its inputs; {takes}")


def _meant(op: Op, keyword: str) -> str:
    """The parameter here that `keyword` means, or the operations that have it."""
    own = _OF_ITS_OWN.get((op.name, keyword))
    if own:
        return f"that is {own} here"
    name = _CALLED_HERE.get(keyword, keyword)
    if name in op.defaults:
        return f"it is called '{name}' here"
    near = difflib.get_close_matches(keyword, op.defaults, n=1, cutoff=0.7)
    if near:
        return f"did you mean '{near[0]}'"
    return ", ".join(f"{other.name} has '{its}'" for other, its in _relatives(op, {keyword, name}))


def _relatives(op: Op, names: set[str]) -> list[tuple[Op, str]]:
    """Up to three operations that bear this one's name in theirs and have a parameter, or a second input, of one of
    these names: of relu and `slope` leaky_relu and prelu."""
    words = (op.name, *op.aliases)
    found = []
    for other in ops.values():
        its = next((name for name in (*other.defaults, *other.inputs[1:]) if name in names), None)
        if its and other is not op and other.reference is not None and any(word in other.name for word in words):
            found.append((its not in other.defaults, len(other.name), other, its))
    return [(other, its) for _, _, other, its in sorted(found, key=lambda each: each[:2])[:3]]


def missing_name(where: str, name: str, names: Iterable[str]) -> AttributeError:
    """The error for a name that the package `where`, which has `names`, has not: an alias is told by the one name that
    the operation has here."""
    op = ops.find(name)
    if op is not None:
        hint = f"; it is called {op.name!r} here: ta.{op.name}"
    else:
        hint = "" if name.startswith("_") else ops.hint(name, names)
    text = f"module {where!r} has no attribute {name!r}{hint}"
    return AttributeError(text, name=name, obj=object() if hint else None)  # else Python adds a guess of its own


class OtherName:
    """Under an alias in the class of Values: not there, and says what the operation is called here."""

    def __init__(self, op: Op, alias: str) -> None:
        self._op, self._alias = op, alias

    def __get__(self, value: Any, cls: type) -> Any:
        name, alias = self._op.name, self._alias
        text = f"{cls.__name__!r} object has no attribute {alias!r}; it is called {name!r} here: .{name}()"
        raise AttributeError(text, name=alias, obj=object())


_OF_FUNCTIONS = ("grad", "value_and_grad", "jacobian", "hessian")
"""Transforms that give a function."""


def refuse_uncallable(where: str, f: Any) -> None:
    """Raises `TypeError` if `f` is no function: its result, or its name."""
    if callable(f):
        return
    if isinstance(f, str):
        op = ops.find(f)
        hint = f"write ta.{op.name}" if op is not None else "pass the function itself"
    elif f is None:
        hint = "the function that makes it returns nothing; is `return` missing?"
    else:
        call = "(f)(x)" if where in _OF_FUNCTIONS else "(f, x)"
        hint = f"pass the function and its arguments apart, as in ta.{where}{call}"
    raise TypeError(f"{where}: expected a function, got {type(f).__name__} {f!r:.40}; {hint}")
