"""Writing a file, whole or not at all; and a picture or a report in the format that the file's name asks for."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

__all__ = ["Path", "Writers", "save", "write"]

Path = TypeVar("Path", str, "os.PathLike[str]")
Writers: TypeAlias = Mapping[str, Callable[[], str | bytes]]
"""Extension → what writes a file of that format."""


def save(path: Path, writers: Writers) -> Path:
    """Write what the writer of the path's extension gives, and return `path`.

    Raises `ValueError` for an unknown extension, `OSError` with the path if it can't be written; an
    existing file stays as it is if the writer fails, or the writing.
    """
    name = os.path.basename(path)
    extension = os.path.splitext(name)[1].lower()
    if extension not in writers:
        what = f"extension {extension!r}" if extension else f"format of {name!r}, which has no extension"
        raise ValueError(f"save: unknown {what}; the extension must be one of {', '.join(writers)}")
    write(path, writers[extension]())
    return path


def write(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Put `content` (text as UTF-8) into a file, whole or not at all: it is written into a new file beside, which
    then takes the place of an old one, with its permissions. A link stays one; what it leads to is replaced.

    Written as they are: what is no plain file (a terminal, a pipe), and old files in folders that take no new ones.
    Raises `OSError` with the path if it can't be written; then an old file is as it was, and nothing new is left. A
    process that is killed meanwhile may leave the file beside, which ends in `.part`.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        old = _facts(path)
        if old is not None and not stat.S_ISREG(old.st_mode):
            _write_over(path, data)
        else:
            _write_beside(path, data, old)
    except OSError as error:
        if error.errno is None or error.filename == path:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None


_BINARY = getattr(os, "O_BINARY", 0)  # Windows would write other ends of lines
_NO_SUCH_THING = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def _facts(path: str | os.PathLike[str]) -> os.stat_result | None:
    """What is known of an old file; None if there is none. Raises `OSError` if it may not be written."""
    try:
        file = os.open(path, os.O_WRONLY | _BINARY)  # what it holds stays
    except FileNotFoundError:
        return None
    try:
        return os.fstat(file)
    finally:
        os.close(file)


def _write_over(path: str | os.PathLike[str], data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _write_beside(path: str | os.PathLike[str], data: bytes, old: os.stat_result | None) -> None:
    """Write a new file in the folder of `path` and move it there. `old`: what is known of the file there."""
    place = os.path.realpath(os.fsdecode(path))
    beside = os.path.join(os.path.dirname(place), f".{os.urandom(8).hex()}.part")
    try:
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    except OSError:
        if old is None:
            raise
        _write_over(path, data)
        return
    try:
        _fill(file, data)
        if old is not None:
            _pass_on(old, beside)
        os.replace(beside, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def _fill(file: int, data: bytes) -> None:
    """Write all of a new file and close it."""
    with open(file, "wb") as opened:
        opened.write(data)
        opened.flush()
        try:
            os.fsync(file)  # else the new name may reach the disk before the content
        except OSError as error:
            if error.errno not in _NO_SUCH_THING:
                raise


def _pass_on(old: os.stat_result, beside: str) -> None:
    """Give a new file the owner, as far as that is allowed, and the permissions of the old one."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(beside, old.st_uid, old.st_gid)
    os.chmod(beside, stat.S_IMODE(old.st_mode))


def put_between(path: str | os.PathLike[str], start: str, end: str, text: str) -> bool:
    """Replace what stands between two markers of a file; whether that changed the file.

    Raises `ValueError` if a marker is missing.
    """
    with open(path, encoding="utf-8", newline="") as file:
        old = file.read()
    if start not in old or end not in old:
        raise ValueError(f"{path}: the lines {start!r} and {end!r} must both be there")
    before, _, rest = old.partition(start)
    _, _, after = rest.partition(end)
    inside = f"{start}\n\n{text}\n\n{end}".replace("\n", "\r\n" if "\r\n" in old else "\n")
    new = f"{before}{inside}{after}"
    if new != old:
        write(path, new)
    return new != old
