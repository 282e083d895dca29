"""Where type checkers and editors look for the operations as methods: in the `.pyi` beside this file, which
`python -m tinygrad_act stubs` writes from the registry. `recording.install_operators` makes the methods themselves."""

from __future__ import annotations

__all__ = ["Registered"]


class Registered:
    """One method an operation, also those that are declared later."""

    __slots__ = ()
