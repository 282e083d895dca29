"""Showing a page to somebody who has no notebook: a file, opened by the system's browser."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from ...core.saving import write

__all__ = ["show_page"]


def show_page(page: str) -> None:
    """Write `page` into a temporary file and open it; print where it is if no browser can be opened."""
    tempfile = importlib.import_module("tempfile")  # both take time that every import would pay
    webbrowser = importlib.import_module("webbrowser")
    file, name = tempfile.mkstemp(suffix=".html", prefix="graph-")
    os.close(file)
    try:
        write(name, page)
    except BaseException:
        os.unlink(name)
        raise
    if not webbrowser.open(Path(name).as_uri()):  # a folder may be called "a b#c"
        print(f"no browser could be opened; the page is in {name}")
