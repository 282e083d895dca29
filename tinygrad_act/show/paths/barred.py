"""LaTeX of a derivative, with room for the gradient that arrives: a name with a bar, which may get an index."""

from __future__ import annotations

from ...formula import Expr, Latex, Piece
from ..graph.text import CUT, constant_text

__all__ = ["Barred"]

_ROOM = "\0"
"""Holds the place of the gradient: no printable name has it."""
_CUT = 4


class Barred(Latex):
    """Constants as they were typed, and no name for the gradient that arrives."""

    @property
    def around(self) -> tuple[str, ...]:
        """The pieces between which the gradient stands."""
        return tuple(self.text.split(_ROOM))

    def of_arriving(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece(_ROOM)

    def of_number(self, e: Expr, parts: list[Piece]) -> Piece:
        self.digits = _CUT if CUT in constant_text(e.head) else None
        return super().of_number(e, parts)
