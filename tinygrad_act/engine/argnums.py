"""`argnums`: which arguments a transform differentiates by."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Argnums", "by_position", "located", "named", "positions_of"]

Argnums: TypeAlias = "int | Sequence[int]"


def positions_of(name: str, f: Callable[..., Any], argnums: Any) -> tuple[tuple[int, ...], bool]:
    """The positions that `argnums` names, and whether it is a single one and no tuple. `name`: what the messages
    call the transform of `f`.

    Raises `TypeError` for what is no whole number, `ValueError` for the same number twice: the second start
    would take the place of the first, whose gradient would then be lost.
    """
    single = not isinstance(argnums, (tuple, list, range)) and not (isinstance(argnums, np.ndarray) and argnums.ndim)
    positions = tuple([_position(name, f, x, argnums) for x in ((argnums,) if single else argnums)])
    for position in positions:
        if positions.count(position) > 1:
            raise _twice(name, positions, position)
    return positions, single


def located(name: str, positions: tuple[int, ...], count: int) -> tuple[int, ...]:
    """`positions` in a call of `count` arguments. Raises `TypeError` for one that the call has not, `ValueError`
    for two that are the same argument, as 0 and -2 of two are."""
    for position in positions:
        if not -count <= position < count:
            raise TypeError(f"{name}: there is no positional argument {position}; the call has {count}")
    if len(positions) > 1 and min(positions) < 0:
        found = [position % count for position in positions]
        for position in found:
            if found.count(position) > 1:
                raise _twice(name, positions, position, f" (the call has {count})")
    return positions


def named(
    f: Callable[..., Any], positions: tuple[int, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call with keywords, those by name in their position if `positions` may mean one of them."""
    if all(0 <= position < len(args) for position in positions):
        return args, kwargs
    return by_position(f, args, kwargs)


def by_position(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call, those that are given by name in their position, where they have one."""
    try:
        bound = inspect.signature(f).bind(*args, **kwargs)
    except (TypeError, ValueError):  # they don't fit, as the function will say; or it has no signature
        return args, kwargs
    return bound.args, bound.kwargs


def _position(name: str, f: Callable[..., Any], x: Any, argnums: Any) -> int:
    try:
        if isinstance(x, (bool, np.bool_)):
            raise TypeError
        return operator.index(x)
    except TypeError:
        hint = ""
        if isinstance(x, str) and x in (parameters := _parameters(f)):
            hint = f"; {x} is at position {parameters.index(x)}"
        raise TypeError(
            f"{name}: argnums={argnums!r:.60}: expected the position of an argument, as in argnums=0, or a tuple of "
            f"them, as in argnums=(0, 1){hint}"
        ) from None


def _parameters(f: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(f).parameters)
    except (TypeError, ValueError):  # a function without a signature
        return []


def _twice(name: str, positions: tuple[int, ...], position: int, call: str = "") -> ValueError:
    return ValueError(
        f"{name}: argnums={positions} names argument {position} twice{call}; name each once: its gradient is one, "
        f"whoever needs it twice takes it twice"
    )
