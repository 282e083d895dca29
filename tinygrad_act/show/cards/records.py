"""`Records`: rows of facts that can be had as data, as text and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from ...core.saving import Writers
from ..texts import json_text
from .pictures.picture import Picture

__all__ = ["Records"]

T = TypeVar("T")


class Records(Picture, Generic[T]):
    """A picture of `_records`, which are named tuples: iterates over them, and is echoed as its text."""

    _records: tuple[T, ...]

    def json(self) -> str:
        """A JSON list of objects; numbers that are not finite are texts."""
        return json_text(self._records)

    def _writers(self) -> Writers:
        return {**super()._writers(), ".json": lambda: f"{self.json()}\n"}

    def __iter__(self) -> Iterator[T]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return self.text()
