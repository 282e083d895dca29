"""Text that becomes source: the one gate for names, and for what stands in a docstring.

Labels, keys and names of functions are anybody's text. As a name in a program they are an
identifier that Python reads as it is written (it reads `ﬁ` as `fi`), or they are made into one.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from ..core.registry import is_name, plain

__all__ = ["BUILTINS", "RESERVED", "distinct", "function_name", "identifier", "in_docstring"]

RESERVED = frozenset({"np", "memory", "variables"})
"""What the functions of programs have for themselves."""
BUILTINS = frozenset({"FloatingPointError", "float", "min", "range", "slice"})
"""Functions and classes of Python's own that lines of programs use."""

_LONGEST = 60
"""Characters of a name that is made: a line has to stay readable."""


def identifier(text: object) -> str:
    """A name that is made of any text: `hidden_weights` of "hidden weights". No keyword, not even one that is a name
    elsewhere (`match`), nothing that begins with two underscores, and not long."""
    word = re.sub(r"\W", "_", plain(str(text)[: 4 * _LONGEST]))
    if not f"x{word}".isidentifier() or word != plain(word):  # letters that only look like some to `re`
        word = re.sub(r"[^0-9A-Za-z_]", "_", word)
    word = f"{word}_" if keyword.iskeyword(word) or keyword.issoftkeyword(word) else word
    return (word if word.isidentifier() and not word.startswith("__") else f"x{word}")[:_LONGEST]


def distinct(wishes: Iterable[object], taken: Iterable[str] = ()) -> list[str]:
    """A name for each wish, itself if it is one, no two alike, and none that is taken."""
    used, names = set(taken), []
    for wish in wishes:
        name = word = wish if isinstance(wish, str) and is_name(wish) else identifier(wish)
        count = 1
        while name in used:
            count += 1
            name = f"{word}_{count}"
        used.add(name)
        names.append(name)
    return names


def function_name(text: object) -> str:
    """The name of a program: that of its function, or `step` if that is no name, or one that the program needs."""
    word = plain(text) if isinstance(text, str) else ""
    fit = is_name(word) and len(word) <= _LONGEST and not word.startswith("__")
    return word if fit and word not in RESERVED | BUILTINS | {"IndexError", "has_nan"} else "step"


def in_docstring(text: object) -> str:
    """Text that neither ends the docstring or comment that it stands in, nor breaks its line, nor turns it round."""
    spelled = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text)[:200])
    return spelled.replace("\\", "/").replace('"', "'")

