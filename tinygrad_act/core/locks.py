"""Locks that are free in a forked child, although a thread of its parent holds them, which the child does not have."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from typing import Any

__all__ = ["lock"]

_known: weakref.WeakKeyDictionary[Any, Callable[[], None] | None] = weakref.WeakKeyDictionary()


def lock(abandoned: Callable[[], None] | None = None) -> threading.RLock:
    """A lock that its holder may take again. `abandoned`: called in a forked child if a thread of the parent held it:
    takes back what that thread had done by half."""
    new = threading.RLock()
    _known[new] = abandoned
    return new


def _free() -> None:
    for held, abandoned in list(_known.items()):
        if held.acquire(blocking=False):  # nobody has it, or the thread that forked
            held.release()
            continue
        held._at_fork_reinit()
        if abandoned is not None:
            abandoned()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_free)
