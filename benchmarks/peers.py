"""The peers that are installed here, on one thread each and set up as their documentation advises."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
from typing import Any

__all__ = ["PEERS", "find"]

PEERS = {
    "micrograd": "micrograd",
    "HIPS autograd": "autograd",
    "MyGrad": "mygrad",
    "PyTorch": "torch",
    "jax.jit": "jax",
}
"""The name in the tables → the package."""


@functools.cache
def find(name: str) -> Any:
    """The peer's package, or None with a printed line if it is not installed or doesn't load."""
    package = PEERS[name]
    try:
        module = importlib.import_module(package)
    except Exception as error:  # one that does not fit this NumPy fails in ways of its own
        print(f"  {name}: skipped, import {package}: {type(error).__name__}: {error}")
        return None
    if package == "torch":
        module.set_num_threads(1)
    if package == "mygrad":
        module.turn_memory_guarding_off()  # as its documentation advises for speed
    if package == "jax":
        module.config.update("jax_enable_x64", True)
    print(f"  {name}: {importlib.metadata.version(package)}")
    return module
