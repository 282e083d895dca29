"""In which argument two calls of a compiled function differ, and what to do about it: for messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .signature import DATA, Signature, spelled

__all__ = ["advice", "changes", "describe_change"]

_MOST = 8
"""How many values of an argument a message lists; of objects, which say little, one."""


class Change(NamedTuple):
    """An argument, or a part of one, that differs."""

    path: str
    what: str
    """What it is now: `shape`, `dtype`, `structure`, or the name of the type of a static argument."""
    before: str
    now: str


def changes(old: Signature, new: Signature) -> list[Change]:
    """What differs, outermost first: of a list of another length, not each of its entries."""
    before, now = dict(_parts(old)), dict(_parts(new))
    found: list[Change] = []
    for path, (what, text) in now.items():
        kind, was = before.get(path, ("", text))
        if was == text or any(path.startswith(f"{change.path}[") for change in found):
            continue
        if what == kind == "data":
            what = "dtype" if was.partition(" ")[2] == text.partition(" ")[2] else "shape"
        found.append(Change(path, "structure" if what == "data" else what, was, text))
    return found


def _parts(signature: Signature) -> Iterator[tuple[str, tuple[str, str]]]:
    """(path, (what it is, text)) for every container, static leaf and data leaf."""
    kinds = iter(signature.kinds)

    def walk(structure: Any, path: str) -> Iterator[tuple[str, tuple[str, str]]]:
        if structure is DATA:
            kind = next(kinds)
            yield path, ("data", "a Python float" if kind is float else f"{kind[1]} {kind[0]}")
            return
        kind, parts = structure
        if issubclass(kind, dict):
            yield path, ("structure", f"a {kind.__name__} of {', '.join(repr(key) for key, _ in parts) or 'nothing'}")
            for key, part in parts:
                yield from walk(part, f"{path}[{key!r}]")
        elif issubclass(kind, (list, tuple)):
            yield path, ("structure", f"a {kind.__name__} of {len(parts)}")
            for i, part in enumerate(parts):
                yield from walk(part, f"{path}[{i}]")
        else:
            yield path, (getattr(parts, "kind", kind).__name__, f"{parts!r:.60}")

    return walk(signature.structure, "")


def describe_change(signatures: Sequence[Signature], parameters: list[str]) -> str:
    """What differs between the last two signatures, in words; of a static argument all values that it had."""
    *_, old, new = signatures
    found = changes(old, new)
    if not found:
        return "at_kink, derivative_form or dialect asks for something else now"
    return ", and ".join([_described(change, signatures, parameters) for change in found[:3]])


def _described(change: Change, signatures: Sequence[Signature], parameters: list[str]) -> str:
    if change.path in ("[0]", "[1]"):
        which = "positional" if change.path == "[0]" else "keyword"
        return f"the {which} arguments were {change.before} and are {change.now}"
    name = spelled(change.path, parameters)
    if change.what in ("shape", "dtype", "structure"):
        return f"argument {name} was {change.before} and is {change.now}"
    texts = [text for signature in signatures[:-1] for path, (_, text) in _parts(signature) if path == change.path]
    values = [text for text in dict.fromkeys(texts) if text != change.now]
    most = _MOST if change.what in _ADVICE or change.what == "bytes" else 1
    listed = ", ".join([*(["..."] if len(values) > most else []), *values[-most:]])
    return f"argument {name} is static, as it is of type {change.what}: it was {listed} and is {change.now}"


def advice(signatures: Sequence[Signature], parameters: list[str]) -> str:
    """What to do so that fewer programs are made."""
    *_, old, new = signatures
    found = changes(old, new)
    what = found[0].what if found else "conventions"
    name = spelled(found[0].path, parameters) if found and found[0].path not in ("[0]", "[1]") else "them"
    return _ADVICE.get(what, _OF_OBJECTS).format(name)


_OF_OBJECTS = "Make {0} once, outside of the loop: one program is made for each object"
_ADVICE = {
    "int": (
        "If it is a number to compute with, pass float({0}) or np.array({0}), or keep it so among the parameters: one "
        "program takes all values. If it says how often or how large, there is one program for each"
    ),
    "bool": "Pass np.array({0}) and choose by ta.where({0}, x, y): one program takes both",
    "str": "Pass only a few different texts as {0}: one program is made for each",
    "shape": "Pad {0} to one shape",
    "dtype": "Convert {0} to one dtype, or always pass a float, or always an array",
    "structure": "Pass {0} with the same keys, lengths and types in each call",
    "conventions": "Set the same conventions around each call",
}
