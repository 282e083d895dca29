"""What a program was made for: the structure of the arguments, shapes, dtypes, and what is static.

Data are arrays, NumPy's numbers and Python floats: a program takes others of the same shapes and
dtypes. All else (int, bool, str, None, functions, ...) is static: a program is made for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import is_real, refuse_kind, refuse_masked
from ..core.trees import flatten, map_leaves
from ..engine.value import Value

__all__ = [
    "DATA", "Signature", "about", "checker", "has_values", "is_spelled", "key_text", "places_of", "plain",
    "read_arguments", "spelled",
]  # fmt: skip

DATA = (np.ndarray, np.generic, float)
"""What stands in a structure for each data leaf."""


class Signature(NamedTuple):
    """A key: equal signatures run the same program."""

    structure: Any
    """Nested tuples: containers, and static leaves as they are."""
    kinds: tuple[Any, ...]
    """For every data leaf (shape, dtype), or float."""
    paths: tuple[str, ...]
    """How a message names each data leaf."""


def read_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Signature, list[Any]]:
    """The signature of a call, and its data in order.

    Raises `TypeError` for data that are no real numbers, and for a static argument without a hash.
    """
    data: list[Any] = []
    kinds: list[Any] = []
    paths: list[str] = []
    structure = _read((args, kwargs), "", data, kinds, paths)
    return Signature(structure, tuple(kinds), tuple(paths)), data


def _read(tree: Any, path: str, data: list[Any], kinds: list[Any], paths: list[str]) -> Any:
    kind = type(tree)
    if isinstance(tree, dict):
        for key in tree:
            if not is_spelled(key):
                raise TypeError(
                    f"compile: argument {spelled(path)} has the key {key!r:.40}; a program spells its keys: use str or "
                    f"int"
                )
        return kind, tuple([(key, _read(tree[key], f"{path}[{key_text(key)}]", data, kinds, paths)) for key in tree])
    if isinstance(tree, (list, tuple)):
        return kind, tuple([_read(x, f"{path}[{i}]", data, kinds, paths) for i, x in enumerate(tree)])
    if isinstance(tree, DATA):
        if isinstance(tree, float) and not isinstance(tree, np.generic):
            kinds.append(float)
        else:
            tree = np.asarray(tree)
            if not is_real(tree):
                raise refuse_kind(f"compile: argument {spelled(path)}", tree)
            kinds.append((tree.shape, tree.dtype))
        data.append(tree)
        paths.append(path)
        return DATA
    try:
        hash(tree)
    except TypeError:
        raise TypeError(
            f"compile: argument {spelled(path)} is of type {kind.__name__}, which is neither data (arrays, floats, "
            f"nested lists, tuples and dicts of them) nor static (it has no hash); turn it into one of these"
        ) from None
    return kind, tree


def is_spelled(key: Any) -> bool:
    """Whether the source of a program can spell this key of a dict."""
    if type(key) is tuple:
        return all(map(is_spelled, key))
    if type(key) is float or isinstance(key, np.floating):
        return bool(key == key)  # NaN is no other NaN, so it finds nothing
    return key is None or type(key) in (str, int, bool, bytes) or isinstance(key, np.integer)


def key_text(key: Any) -> str:
    """A key of a dict as source."""
    if type(key) is tuple:
        return f"({', '.join(map(key_text, key))}{',' * (len(key) == 1)})"
    text = repr(key)
    return re.sub(r"\binf\b", "np.inf", text) if isinstance(key, (float, np.floating)) and "'" not in text else text


def plain(tree: Any) -> Any:
    """`tree` with plain arrays in place of NumPy's numbers and of subclasses of arrays.

    A np.float64 becomes a float, unless narrower floats are among the data: there NumPy has it widen them.
    """
    leaves = flatten(tree)
    if all(type(x) is np.ndarray or not isinstance(x, (np.ndarray, np.generic)) for x in leaves):
        return tree
    widens = any(x.dtype.kind == "f" and x.itemsize < 8 for x in leaves if isinstance(x, (np.ndarray, np.generic)))

    def plainly(x: Any) -> Any:
        refuse_masked("compile", x)
        if type(x) is np.float64 and not widens:
            return float(x)
        return np.asarray(x) if isinstance(x, (np.ndarray, np.generic)) else x

    return map_leaves(plainly, tree)


def has_values(tree: Any) -> bool:
    """Whether any leaf is a Value: then the function runs as it is, and is recorded like any other."""
    if isinstance(tree, dict):
        return any(has_values(x) for x in tree.values())
    if isinstance(tree, (list, tuple)):
        return any(has_values(x) for x in tree)
    return isinstance(tree, Value)


def spelled(path: str, parameters: list[str] | None = None) -> str:
    """`[0][1]['w']` of (args, kwargs) as `y['w']`; a keyword as its name."""
    first, _, rest = path[1:].partition("]")
    second, _, rest = rest[1:].partition("]")
    if first == "0":
        return (parameters[int(second)] if parameters else second) + rest
    return second.strip("'\"") + rest


def about(name: str, signature: Signature) -> str:
    """What a program is of, and what it was recorded for: the first line of its docstring."""
    kinds = ["float" if kind is float else f"{kind[1].name} {kind[0]}" for kind in signature.kinds]
    listed = ", ".join(kinds) if len(kinds) <= 8 else f"{', '.join(kinds[:8])} and {len(kinds) - 8} more"
    return f"{name}, recorded for {listed}." if kinds else f"{name}, recorded without data."


def places_of(signature: Signature, parameters: list[str]) -> list[str]:
    """Where a program finds each data leaf: `params['w1']`."""
    return [spelled(path, parameters) for path in signature.paths]


def checker(signature: Signature, donated: tuple[int, ...]) -> Any:
    """A function of the positional arguments: whether they have this signature, and donated arrays (data leaves
    at these positions) are plainly nobody else's. It may say no where a longer look says yes (a subclass
    of dict, a view), never yes where it says no."""
    if signature.structure[1][1][1]:
        return lambda args: False  # keywords take the longer way
    objects: dict[str, Any] = {"ndarray": np.ndarray}
    tests = _Tests(iter(signature.kinds), objects, [], [])
    tests.add(signature.structure[1][0], "args")
    arrays = tests.arrays
    if donated:
        given = [arrays[i] for i in donated]
        others = [x for i, x in enumerate(arrays) if i not in donated and x]
        tests.texts.extend([f"{x}.base is None" for x in [*given, *others]])
        tests.texts.extend([f"{x} is not {y}" for i, x in enumerate(given) for y in [*given[i + 1 :], *others]])
        tests.texts.extend([f"{x}.flags.writeable" for x in given])
    return eval(f"lambda args: {' and '.join(tests.texts)}", objects)


class _Tests(NamedTuple):
    """Python expressions that test arguments."""

    kinds: Iterator[Any]
    objects: dict[str, Any]
    texts: list[str]
    arrays: list[str]
    """For each data leaf the name that the expressions bind it to; "" for a number."""

    def add(self, structure: Any, place: str) -> None:
        if structure is DATA:
            self._add_data(next(self.kinds), place)
            return
        kind, parts = structure
        self.texts.append(f"type({place}) is {self._named(kind)}")
        if issubclass(kind, dict):
            self.texts.append(f"len({place}) == {len(parts)}")
            for key, part in parts:
                self.texts.append(f"{self._named(key)} in {place}")
                self.add(part, f"{place}[{self._named(key)}]")
        elif issubclass(kind, (list, tuple)):
            self.texts.append(f"len({place}) == {len(parts)}")
            for i, part in enumerate(parts):
                self.add(part, f"{place}[{i}]")
        else:
            self.texts.append(f"{place} == {self._named(parts)}")

    def _add_data(self, kind: Any, place: str) -> None:
        if kind is float:
            self.texts.append(f"type({place}) is float")
            self.arrays.append("")
            return
        name = f"x{len(self.arrays)}"
        self.arrays.append(name)
        self.texts.append(f"type({name} := {place}) is ndarray and {name}.dtype is {self._named(kind[1])}")
        self.texts.append(f"{name}.shape == {kind[0]!r}")

    def _named(self, x: Any) -> str:
        """A name for an object that a test refers to."""
        if isinstance(x, str):
            return repr(x)
        name = f"o{len(self.objects)}"
        self.objects[name] = x
        return name
