"""What a call gives: which of its arguments are inputs, and what is said of one that does not fit, or of operands that
the body can't take."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .errors import ShapesDiffer, is_real, refuse_kind, shape_of
from .gate import INTERPRETERS
from .op import REQUIRED, Op
from .registry import ops

__all__ = ["OtherName", "explain", "missing_input", "missing_name", "refuse_uncallable", "sorted_out", "unfit"]

_CALLED_HERE = {
    "dim": "axis", "dims": "axis", "dimension": "axis", "keepdim": "keepdims", "keep_dims": "keepdims",
    "negative_slope": "slope", "leak": "slope", "leakiness": "slope", "alpha": "slope", "lambd": "threshold",
    "lambda_": "threshold", "theta": "threshold", "min_val": "min", "max_val": "max", "a_min": "min", "a_max": "max",
    "min_value": "min", "max_value": "max", "temperature": "tau", "correction": "ddof", "unbiased": "ddof",
    "generator": "rng", "key": "rng", "seed": "rng", "num_classes": "classes", "depth": "classes", "dim0": "axis1",
    "dim1": "axis2", "perm": "axes", "newshape": "shape", "shifts": "shift", "equation": "subscripts",
}  # fmt: skip
"""What NumPy and other frameworks call a parameter, and its name here."""


def sorted_out(
    op: Op, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Any]]:
    """What a call gives as inputs, as static parameters by position, and by keyword. (A saved program holds this.)"""
    if op.variadic:
        if args and isinstance(args[0], (list, tuple)) and not any(map(_is_operand, args[1:])):
            return tuple(args[0]), args[1:], kwargs
        if args and isinstance(args[0], str):
            return args[1:], args[:1], kwargs
        return args, (), kwargs
    named = [name for name in op.inputs[len(args) :] if name in kwargs]
    inputs = (*args, *(kwargs[name] for name in named))[: len(op.inputs)]
    return inputs, args[len(op.inputs) :], {name: x for name, x in kwargs.items() if name not in named}


def _is_operand(x: Any) -> bool:
    """Whether it can be no static parameter: what comes before it is an input as well, though it is a list."""
    return type(x) in INTERPRETERS or isinstance(x, np.ndarray)


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
    if keyword in op.keywords:
        return f"that is {op.keywords[keyword]} here"
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
    for other in ops.activations():
        its = next((name for name in (*other.defaults, *other.inputs[1:]) if name in names), None)
        if its and other is not op and any(word in other.name for word in words):
            found.append((its not in other.defaults, len(other.name), other, its))
    return [(other, its) for _, _, other, its in sorted(found, key=lambda each: each[:2])[:3]]


def missing_name(where: str, name: str, names: Iterable[str]) -> AttributeError:
    """The error for a name that the package `where`, which has `names`, has not: an alias is told by the one name that
    the operation has here."""
    op = ops.find(name)
    if op is not None and op.internal:
        hint = f"; {op.name!r} is a part of other operations, not meant to be called: ta.ops[{op.name!r}] has it"
    elif op is not None:
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
        hint = f"write ta.{op.name}" if op is not None and not op.internal else "pass the function itself"
    elif f is None:
        hint = "the function that makes it returns nothing; is `return` missing?"
    else:
        call = "(f)(x)" if where in _OF_FUNCTIONS else "(f, x)"
        hint = f"pass the function and its arguments apart, as in ta.{where}{call}"
    raise TypeError(f"{where}: expected a function, got {type(f).__name__} {f!r:.40}; {hint}")


def explain(op: Op, args: tuple[Any, ...], static: dict[str, Any], error: Exception) -> Exception:
    """What went wrong inside `op`, with its name, the operands' shapes and the way out."""
    text = getattr(error, "bare", str(error))  # an inner operation's message names the inner one
    text = text.removeprefix(f"{op.name}: ")  # and the gate's begins with what it was given to
    explained = _explained(op, args, static, error, text)
    explained.bare = text  # type: ignore[attr-defined]
    return explained


def _explained(op: Op, args: tuple[Any, ...], static: dict[str, Any], error: Exception, text: str) -> Exception:
    for name, x in zip(op.names(len(args)), args):
        if not is_real(x):
            return refuse_kind(f"{op.name}: input '{name}'", x)
    if isinstance(error, ShapesDiffer):
        return ShapesDiffer(f"{op.name}: {text}")
    shapes = [shape_of(x) for x in args]
    if op.elementwise and not _broadcast(shapes):
        return ValueError(f"{op.name}: {_mismatch(shapes)}")
    given = {name: value for name, value in static.items() if value is not op.defaults.get(name)}
    settings = "".join(f", {name}={value!r}" for name, value in given.items())
    operands = " and ".join(map(str, shapes))
    kind: type[Exception] = IndexError if type(error) is IndexError else ValueError  # NumPy's AxisError is both
    if isinstance(error, TypeError):
        kind = TypeError
    return kind(f"{op.name}: {text} (input shape {operands}{settings})")


def _broadcast(shapes: list[tuple[int, ...]]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def _mismatch(shapes: list[tuple[int, ...]]) -> str:
    depth = max(map(len, shapes))
    for axis in range(-1, -depth - 1, -1):
        sizes = [shape[axis] for shape in shapes if len(shape) >= -axis]
        if len({size for size in sizes if size != 1}) > 1:
            break
    listed = " and ".join(map(str, shapes))
    found = " and ".join(map(str, sizes))
    return f"shapes {listed} do not broadcast: axis {axis} has {found}; sizes must be equal, or 1"
