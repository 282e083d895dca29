"""LaTeX of a derivative, with room for the gradient that arrives: a name with a bar, which may get an index."""

from __future__ import annotations

from ...formula import PRODUCT, Expr, Latex, Piece

__all__ = ["Barred"]

_ROOM = "\0"
"""Holds the place of the gradient: no printable name has it."""


class Barred(Latex):
    """No name for the gradient that arrives."""

    @property
    def around(self) -> tuple[str, ...]:
        """The pieces between which the gradient stands."""
        return tuple(self.text.split(_ROOM))

    @property
    def is_sum(self) -> bool:
        """Whether a factor beside it would multiply only its first part."""
        return (self.root.tightness < PRODUCT or self.text.startswith("-")) and not self.root.truth

    def of_arriving(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece(_ROOM)
