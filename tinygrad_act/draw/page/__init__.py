"""Stub until the page lands."""

from __future__ import annotations

from typing import Any

__all__ = ["write_frame", "write_page"]


def write_page(snapshot: Any, svg: str, *, title: str) -> str:
    """Stub."""
    return svg


def write_frame(page: str) -> str:
    """Stub."""
    return page
