"""What a terminal or a pipe can't encode is spelled in ASCII: `inf` for ∞, `sigma` for σ, `d` for ∂.

The command line does so by itself. A script does it with `sys.stdout.reconfigure(errors="tinygrad_act")`, once the
package is imported.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import TextIO

__all__ = ["close_output", "spelling", "write_json"]

_SPELLED = "tinygrad_act"
_ESCAPED = "tinygrad_act.escaped"
_TABLE = """
∞ inf   ∂ d     × x     · *     − -     – -     — -     ± +/-   ÷ /     √ sqrt  ∑ sum   ∏ prod  ⊗ (x)   □ []
→ ->    ← <-    ′ '     ″ ''    ’ '     ‘ '     “ "     ” "     … ...   › >     ⟨ <     ⟩ >     ≤ <=    ≥ >=
≠ !=    ≈ ~     ᵀ ^T    ⁰ ^0    ¹ ^1    ² ^2    ³ ^3    ⁴ ^4    ⁵ ^5    ⁶ ^6    ⁷ ^7    ⁸ ^8    ⁹ ^9    µ u
"""
_SIGNS = dict(zip(_TABLE.split()[::2], _TABLE.split()[1::2]))
_GREEK = {"GREEK SMALL LETTER ": str.lower, "GREEK CAPITAL LETTER ": str.capitalize}


@contextlib.contextmanager
def spelling() -> Iterator[None]:
    """While it lasts, whatever is printed can be printed."""
    before = [(stream, stream.errors) for stream in _streams()]
    for stream, _ in before:
        stream.reconfigure(errors=_SPELLED)
    try:
        yield
    finally:
        for stream, errors in before:
            with contextlib.suppress(OSError, ValueError):  # nobody reads it any more, or it is closed
                stream.reconfigure(errors=errors or "strict")


def write_json() -> None:
    """From here on standard output is JSON, which has escapes of its own: \\u221e."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=_ESCAPED)


def close_output() -> None:
    """Let what can't be written go nowhere, if there is any: Python would complain about it when it ends."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
        return
    except (OSError, ValueError):
        pass
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _streams() -> list[io.TextIOWrapper]:
    found: list[TextIO | None] = [sys.stdout, sys.stderr]
    return [stream for stream in found if isinstance(stream, io.TextIOWrapper)]


def _spell(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    part = error.object[error.start : error.end]
    if all("\udc80" <= c <= "\udcff" for c in part):  # bytes of a file name that were no text to begin with
        return bytes(ord(c) - 0xDC00 for c in part), error.end
    return "".join(map(_in_ascii, part)), error.end


def _in_ascii(c: str) -> str:
    if c in _SIGNS:
        return _SIGNS[c]
    name = unicodedata.name(c, "")
    for start, form in _GREEK.items():
        if name.startswith(start) and " " not in name[len(start) :]:
            return form(name[len(start) :])
    return "" if unicodedata.combining(c) else _escape_one(c)


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_escape_one, error.object[error.start : error.end])), error.end


def _escape_one(c: str) -> str:
    """As JSON has it: what is beyond the first 65,536 characters is a pair."""
    units = c.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


codecs.register_error(_SPELLED, _spell)
codecs.register_error(_ESCAPED, _escape)
