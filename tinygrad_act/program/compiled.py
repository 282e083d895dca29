"""`ta.compile(f)`: a function that runs as a program, made once for each kind of arguments."""

from __future__ import annotations

import functools
import inspect
import math
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..locks import lock
from ..mode import mode, special
from ..tree import flatten
from .assemble import assemble
from .build import build
from .changes import advice, describe_change
from .constants import Constants
from .emit import Form
from .memory import all_finite
from .names import RESERVED, input_names, name_nodes, parameter_names
from .program import Program, WithProgram
from .scalars import vector_graph
from .signature import Signature, checker, has_values, places_of, plain, read_arguments
from .trace import run_once, trace

__all__ = ["Compiled"]

_OFTEN = 8
"""Programs of one function from which on it says so, each time their number doubles."""
_USUAL = ("auto", (), None)
"""The conventions if nobody asks for others: form, kinks, dialect."""


class _Made:
    """A program and what has to hold when it is called."""

    def __init__(
        self, program: Program, vectors: bool, accepts: Any, constants: Constants, variables: list[Any], donated: Any
    ) -> None:
        self.vectors = vectors
        """Whether scalars became vectors in it."""
        self.program, self.accepts, self.constants, self.variables = program, accepts, constants, variables
        self.donated = donated
        """A function of the arguments: (arrays that were donated, the others)."""
        self.plain = not constants and not variables and not vectors


class Compiled(WithProgram):
    """A function that is recorded once for each structure, shapes, dtypes and static arguments, and runs as a
    program afterwards. Made by `ta.compile`."""

    def __init__(self, f: Callable[..., Any], donate: Any, passes: tuple[str, ...], retrace: bool) -> None:
        functools.update_wrapper(self, f)
        self.__name__: str = getattr(f, "__name__", type(f).__name__)
        self._f, self._passes, self._retrace = f, passes, retrace
        self._donate = _positions(f, donate)
        self._made: dict[Any, _Made] = {}
        """By signature and conventions in force."""
        self._last: _Made | None = None
        self._usual: _Made | None = None
        """The last one that was made without conventions: called again without a long look."""
        self._lock = lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns, with arrays and numbers in place of Values."""
        last = self._usual
        if last is None or kwargs or special or not last.accepts(args):
            return self._call(args, kwargs)
        if last.plain:
            return last.program(*args)
        return self._replay(last, args, kwargs)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if mode.tracing or has_values((args, kwargs)):
            return self._f(*args, **kwargs)
        args, kwargs = _positional(self._f, args, kwargs)
        args, kwargs = plain((args, kwargs))
        made = self._find(args, kwargs)
        if mode.debugging:  # once more on Values, which are checked
            trace(self._f, args, kwargs)
        if made.donated:
            _check_donated(*made.donated(args))
        return self._replay(made, args, kwargs)

    def _find(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Made:
        """The program for arguments like these, made if need be."""
        signature, _ = read_arguments(args, kwargs)
        conventions = (mode.form, tuple(sorted(mode.kinks.items())), mode.dialect)
        key = (signature, conventions)
        made = self._made.get(key)
        if made is None:
            with self._lock: made = self._made.get(key) or self._make(key, args, kwargs)  # noqa: E701
        self._last = made
        if conventions == _USUAL:
            self._usual = made
        return made

    def _replay(self, made: _Made, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        made.constants.check(self.__name__)
        if made.variables:
            kwargs = {**kwargs, "variables": [x._data for x in made.variables]}
        results = made.program(*args, **kwargs)
        if made.vectors and not all_finite(flatten(results)):
            kwargs.pop("variables", None)
            return run_once(self._f, args, kwargs)  # a sum of products makes a NaN of 0 times infinity
        return results

    def _make(self, key: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Made:
        signature: Signature = key[0]
        if self._made and not self._retrace:
            raise ValueError(
                f"compile: {self.__name__} was compiled with retrace=False, but "
                f"{describe_change([next(iter(self._made))[0], signature], self._parameters(signature))}; "
                f"pass arguments like the first call's, or leave out retrace=False"
            )
        if not RESERVED.isdisjoint(kwargs):
            raise TypeError(f"compile: keyword arguments {list(kwargs)}: {sorted(RESERVED)} are names of programs' own")
        recorded = trace(self._f, args, kwargs)
        parameters = self._parameters(signature)
        names = input_names(signature.paths, parameters) + [x.label or "v" for x in recorded.variables]
        inputs = [*recorded.inputs, *recorded.variables]
        vectors = vector_graph(recorded, inputs, names) if "vectors" in self._passes else None
        graph = vectors or build(recorded.order, inputs, recorded.outputs, names)
        places = places_of(signature, parameters)
        paths = zip(graph.inputs, signature.paths)
        given = [x for x, path in paths if x.is_array and _is_donated(path, self._donate)]
        graph.donated = frozenset(given)
        name_nodes(graph, isinstance(recorded.structure, (tuple, list, int)))
        everything = (*parameters, *(name for name in kwargs if name not in parameters))
        everything += ("variables",) * bool(recorded.variables)
        places_outside = [f"variables[{i}]" for i in range(len(recorded.variables))]
        form = Form(everything, len(parameters), (*places, *places_outside), recorded.structure)
        name = self.__name__ if self.__name__.isidentifier() and self.__name__ not in RESERVED else "step"
        program = assemble(name, graph, form, self._passes, _about(self.__name__, signature))
        made = _Made(
            program,
            vectors is not None,
            checker(signature, tuple(i for i, x in enumerate(graph.inputs) if x in graph.donated)),
            Constants(recorded.outside, self._f),
            recorded.variables,
            _access(places, signature, self._donate, parameters) if given else None,
        )
        self._made[key] = made
        self._warn_if_often(signature)
        return made

    def _parameters(self, signature: Signature) -> list[str]:
        names = parameter_names(self._f, len(signature.structure[1][0][1]))
        return [f"{name}_" if name in RESERVED else name for name in names]

    def _warn_if_often(self, signature: Signature) -> None:
        count = len(self._made)
        if count >= _OFTEN and count & (count - 1) == 0:
            signatures, names = [key[0] for key in self._made], self._parameters(signature)
            warnings.warn(
                f"compile: {self.__name__} was recorded for {count} kinds of arguments, which takes longer than "
                f"running it: lately {describe_change(signatures, names)}. {advice(signatures, names)}",
                RuntimeWarning,
                stacklevel=6,
            )

    @property
    def program(self) -> Program:
        """The program of the last call. Raises `RuntimeError` before the first."""
        if self._last is None:
            raise RuntimeError(f"compile: {self.__name__} has no program yet: call it once, or use .trace(*args)")
        return self._last.program

    @property
    def programs(self) -> list[Program]:
        """All programs that were made, one for each kind of arguments."""
        return [made.program for made in self._made.values()]

    def trace(self, *args: Any, **kwargs: Any) -> Program:
        """The program for arguments like these, made if need be, without running it."""
        return self._find(*_positional(self._f, args, kwargs)).program

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}: {len(self._made)} programs>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: the object is a static argument, so there is a program for each."""
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self) -> Any:
        name: str = getattr(self, "__qualname__", "")
        if vars(sys.modules.get(self.__module__, object)).get(name) is self:
            return name  # a decorated function is pickled by its name, like any other
        return Compiled, (self._f, self._donate, self._passes, self._retrace)


def _positions(f: Callable[..., Any], donate: Any) -> tuple[int, ...]:
    """The positions of donated arguments. Raises `ValueError` for what is no argument."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
        names = [p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]
        last = math.inf if any(p.kind == p.VAR_POSITIONAL for p in parameters) else len(names)
    except (TypeError, ValueError):
        names, last = [], math.inf
    found = []
    for x in tuple(donate) if isinstance(donate, (tuple, list)) else (donate,):
        if isinstance(x, str) and x in names:
            x = names.index(x)
        if not isinstance(x, int) or isinstance(x, bool) or not 0 <= x < last:
            raise ValueError(f"compile: donate={x!r}: expected positions or names of arguments, of {names}")
        found.append(x)
    return tuple(found)


def _positional(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Arguments given by keyword in their position, where they have one."""
    if not kwargs:
        return args, kwargs
    try:
        bound = inspect.signature(f).bind(*args, **kwargs)
    except ValueError:  # a function without a signature
        return args, kwargs
    return bound.args, bound.kwargs


def _is_donated(path: str, donate: tuple[int, ...]) -> bool:
    return any(path.startswith(f"[0][{position}]") for position in donate)


def _access(places: list[str], signature: Signature, donate: tuple[int, ...], parameters: list[str]) -> Any:
    """A function of the arguments: their donated arrays, and the others."""
    given: list[str] = []
    others: list[str] = []
    for place, path, kind in zip(places, signature.paths, signature.kinds):
        if kind is not float:
            (given if _is_donated(path, donate) else others).append(place)
    text = f"lambda args: (lambda {', '.join(parameters)}, **_: ([{', '.join(given)}], [{', '.join(others)}]))(*args)"
    return eval(text)


def _check_donated(given: list[Any], others: list[Any]) -> None:
    """Raises `ValueError` if a donated array can't be written to, or is another argument as well."""
    everything = [*given, *others]
    shared = len({id(x) for x in everything}) != len(everything)
    if not shared and any(x.base is not None for x in everything if isinstance(x, np.ndarray)):
        shared = any(np.may_share_memory(x, y) for i, x in enumerate(given) for y in everything[i + 1 :])
    elif shared:
        shared = any(x is y for i, x in enumerate(given) for y in everything[i + 1 :])
    if shared:
        raise ValueError(
            "compile: a donated array is passed a second time, or shares memory with another argument; it would be "
            "overwritten while it is still needed: pass a copy"
        )
    for x in given:
        if not x.flags.writeable:
            raise ValueError(f"compile: a donated array of shape {x.shape} is read-only; pass a copy, or don't donate")


def _about(name: str, signature: Signature) -> str:
    kinds = ["float" if kind is float else f"{kind[1].name} {kind[0]}" for kind in signature.kinds]
    listed = ", ".join(kinds) if len(kinds) <= 8 else f"{', '.join(kinds[:8])} and {len(kinds) - 8} more"
    return f"{name}, recorded for {listed}." if kinds else f"{name}, recorded without data."
