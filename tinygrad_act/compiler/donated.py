"""Arrays that a caller gives away: which they are, and whether they may be written to."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .signature import Signature

__all__ = ["access", "check_donated", "is_donated", "positions_of"]


def positions_of(f: Callable[..., Any], donate: Any) -> tuple[int, ...]:
    """The positions of donated arguments. Raises `ValueError` for what is no argument."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
        names = [p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]
        last = math.inf if any(p.kind == p.VAR_POSITIONAL for p in parameters) else len(names)
    except (TypeError, ValueError):
        names, last = [], math.inf
    found = []
    for x in tuple(donate) if isinstance(donate, (tuple, list)) else (donate,):
        if isinstance(x, str) and x in names:
            x = names.index(x)
        if not isinstance(x, (int, np.integer)) or isinstance(x, bool) or not 0 <= x < last:
            raise ValueError(f"compile: donate={x!r}: expected positions or names of arguments, of {names}")
        found.append(int(x))
    return tuple(found)


def is_donated(path: str, donate: tuple[int, ...]) -> bool:
    """Whether a data leaf is part of a donated argument."""
    return any(path.startswith(f"[0][{position}]") for position in donate)


def access(signature: Signature, donate: tuple[int, ...]) -> Any:
    """A function of (args, kwargs): their donated arrays, and the others."""
    given: list[str] = []
    others: list[str] = []
    for path, kind in zip(signature.paths, signature.kinds):
        if kind is not float:
            (given if is_donated(path, donate) else others).append(f"tree{path}")
    return eval(f"lambda tree: ([{', '.join(given)}], [{', '.join(others)}])")


def check_donated(given: list[Any], others: list[Any]) -> None:
    """Raises `ValueError` if a donated array can't be written to, or is another argument as well."""
    everything = [*given, *others]
    shared = len({id(x) for x in everything}) != len(everything)
    if not shared and any(x.base is not None for x in everything if isinstance(x, np.ndarray)):
        shared = any(np.may_share_memory(x, y) for i, x in enumerate(given) for y in everything[i + 1 :])
    elif shared:
        shared = any(x is y for i, x in enumerate(given) for y in everything[i + 1 :])
    if shared:
        raise ValueError(
            "compile: a donated array is passed a second time, or shares memory with another argument; it would be "
            "overwritten while it is still needed: pass a copy"
        )
    for x in given:
        if not x.flags.writeable:
            raise ValueError(f"compile: a donated array of shape {x.shape} is read-only; pass a copy, or don't donate")
