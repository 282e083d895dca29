"""Writing a picture or a report to a file, in the format that the file's name asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

__all__ = ["Path", "Writers", "save"]

Path = TypeVar("Path", str, "os.PathLike[str]")
Writers: TypeAlias = Mapping[str, Callable[[], str | bytes]]
"""Extension → what writes a file of that format."""


def save(path: Path, writers: Writers) -> Path:
    """Write what the writer of the path's extension gives, and return `path`.

    Raises `ValueError` for an unknown extension, `OSError` with the path if it can't be written; an
    existing file stays as it is if the writer fails.
    """
    name = os.path.basename(path)
    extension = os.path.splitext(name)[1].lower()
    if extension not in writers:
        what = f"extension {extension!r}" if extension else f"format of {name!r}, which has no extension"
        raise ValueError(f"save: unknown {what}; the extension must be one of {', '.join(writers)}")
    content = writers[extension]()
    with open(path, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return path
