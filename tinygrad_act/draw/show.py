"""Showing a page to somebody who has no notebook: a file, opened by the system's browser."""

from __future__ import annotations

import importlib
from pathlib import Path

__all__ = ["show_page"]


def show_page(page: str) -> None:
    """Write `page` into a temporary file and open it; print where it is if no browser can be opened."""
    tempfile = importlib.import_module("tempfile")  # both take time that every import would pay
    webbrowser = importlib.import_module("webbrowser")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".html", prefix="graph-", delete=False) as file:
        file.write(page)
    if not webbrowser.open(Path(file.name).as_uri()):  # a folder may be called "a b#c"
        print(f"no browser could be opened; the page is in {file.name}")
