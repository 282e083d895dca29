"""`ta.compile(f)`: a function that runs as a program, made once for each kind of arguments."""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from ..core.frames import boundary, trim, warn_user
from ..core.locks import lock
from ..core.mode import mode, special
from ..core.registry import is_name
from ..core.trees import flatten
from ..engine.argnums import by_position
from .assemble import assemble
from .build import build
from .changes import advice, describe_change
from .constants import Constants
from .donated import access, check_donated, is_donated, positions_of
from .emit import Form
from .identifiers import RESERVED, function_name
from .instances import Instance, Method, is_argument, objects, with_self
from .names import input_names, name_nodes, parameter_names
from .program import Program, WithProgram
from .signature import Signature, about, checker, has_values, places_of, plain, read_arguments
from .store import KEEP, Made, Programs
from .trace import run_once, trace
from .vectors import all_finite, vector_graph

__all__ = ["Compiled"]

_OFTEN = 8
"""Programs of one function from which on it says so, each time their number doubles."""
_USUAL = ("auto", (), None)
"""The conventions if nobody asks for others: form, kinks, dialect."""


class Compiled(WithProgram):
    """A function that is recorded once for each structure, shapes, dtypes and static arguments, and runs as a
    program afterwards. Made by `ta.compile`."""

    def __init__(self, f: Callable[..., Any], donate: Any, passes: tuple[str, ...], retrace: bool,
                 keep: int | None = KEEP) -> None:  # fmt: skip
        functools.update_wrapper(self, f)
        self.__name__: str = getattr(f, "__name__", type(f).__name__)
        self._f, self._passes, self._retrace = f, passes, retrace
        self._donate = positions_of(f, donate)
        self._made = Programs(keep)
        """By signature and conventions in force."""
        self._instances: dict[int, Instance] = {}
        """What stands for the objects that it is a method of, by their `id()`."""
        self._last: Made | None = None
        self._usual: Made | None = None
        """The last one that was made without conventions: called again without a long look."""
        self._warned = 0
        """How many there were when it was said last."""
        self._previous: Signature | None = None
        """What the last program was made for, which may be gone."""
        self._lock = lock()

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """What the function returns, with arrays and numbers in place of Values."""
        try:
            last = self._usual
            if last is None or kwargs or special or not last.accepts(args):
                return self._call(args, kwargs)
            if last.plain:
                return last.program(*args)
            return self._replay(last, args, kwargs)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if mode.tracing or has_values((args, kwargs)):
            return self._f(*with_self(args), **kwargs)
        args, kwargs = by_position(self._f, args, kwargs) if kwargs else (args, kwargs)
        args, kwargs = plain((args, kwargs))
        made = self._find(args, kwargs)
        if mode.debugging:  # once more on Values, which are checked
            trace(self._f, with_self(args), kwargs)
        if made.donated:
            check_donated(*made.donated((args, kwargs)))
        return self._replay(made, args, kwargs)

    def _find(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Made:
        """The program for arguments like these, made if need be."""
        signature, _ = read_arguments(args, kwargs)
        conventions = (mode.form, tuple(sorted(mode.kinks.items())), mode.dialect)
        key = (signature, conventions)
        made: Made | None = self._made.find(key)
        if made is None:
            with self._lock: made = self._made.find(key) or self._make(key, args, kwargs)  # noqa: E701
        self._last = made
        if conventions == _USUAL:
            self._usual = made
        return made

    def _replay(self, made: Made, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        made.constants.check(self.__name__)
        if made.variables:
            kwargs = {**kwargs, "variables": [x._held for x in made.variables]}
        results = made.program(*args, **kwargs)
        if made.vectors and not all_finite(flatten(results)):
            kwargs.pop("variables", None)
            return run_once(self._f, with_self(args), kwargs)  # a sum of products makes a NaN of 0 times infinity
        return results

    def _make(self, key: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Made:
        signature: Signature = key[0]
        self._check_call(signature, kwargs)
        recorded = trace(self._f, with_self(args), kwargs)
        parameters = self._parameters(signature, kwargs)
        names = input_names(signature.paths, parameters) + [x.label or "v" for x in recorded.variables]
        inputs = [*recorded.inputs, *recorded.variables]
        vectors = vector_graph(recorded, inputs, names) if "vectors" in self._passes else None
        graph = vectors or build(recorded.order, inputs, recorded.outputs, names)
        places, held = places_of(signature, parameters), objects({**dict(zip(parameters, args)), **kwargs})
        paths = zip(graph.inputs, signature.paths)
        given = [x for x, path in paths if x.is_array and is_donated(path, self._donate)]
        graph.donated = frozenset(given)
        recorded.order, recorded.inputs, recorded.outputs, inputs = [], [], [], []  # and the numbers with them
        name_nodes(graph, isinstance(recorded.structure, (tuple, list, int)))
        everything = (*parameters, *(name for name in kwargs if name not in parameters))
        everything += ("variables",) * bool(recorded.variables)
        places_outside = [f"variables[{i}]" for i in range(len(recorded.variables))]
        form = Form(everything, len(parameters), (*places, *places_outside), recorded.structure)
        program = assemble(function_name(self.__name__), graph, form, self._passes, about(self.__name__, signature))
        made = Made(
            program,
            vectors is not None,
            checker(signature, tuple(i for i, x in enumerate(graph.inputs) if x in graph.donated)),
            Constants(recorded.outside, recorded.looked, recorded.variables, self._f, held),
            recorded.variables,
            access(signature, self._donate) if given else None,
            args[0] if args and type(args[0]) is Instance else None,
        )
        return self._kept(key, made)

    def _kept(self, key: Any, made: Made) -> Made:
        """One more program; where it is one of many, with a warning."""
        if self._usual is not None:
            self._made.use(self._usual)  # its calls were not noted
        signatures = [*(self._made.signatures() or [self._previous]), key[0]]
        self._made.add(key, made)
        self._previous = key[0]
        self._warn_if_often(signatures, sum(x.instance not in (None, made.instance) for x in self.entries()))
        return made

    def _check_call(self, signature: Signature, kwargs: dict[str, Any]) -> None:
        if self._made and not self._retrace:
            raise ValueError(
                f"compile: {self.__name__} was compiled with retrace=False, but "
                f"{describe_change([self._made.signatures()[0], signature], self._parameters(signature))}; "
                f"pass arguments like the first call's, or leave out retrace=False"
            )
        if not RESERVED.isdisjoint(kwargs):
            raise TypeError(f"compile: keyword arguments {list(kwargs)}: {sorted(RESERVED)} are names of programs' own")
        if not all(map(is_name, kwargs)):
            raise TypeError(f"compile: keyword arguments {list(kwargs)!r:.200}: not all are names; use a dict")

    def _parameters(self, signature: Signature, keywords: Iterable[str] = ()) -> list[str]:
        return parameter_names(self._f, len(signature.structure[1][0][1]), keywords)

    def _warn_if_often(self, signatures: list[Any], of_others: int) -> None:
        """`of_others`: how many are of other objects that are still there: each object has its own."""
        count = self._made.count - of_others
        if count >= max(_OFTEN, self._warned + 1) and count & (count - 1) == 0:
            self._warned = count
            names = self._parameters(signatures[-1])
            warn_user(
                f"compile: {self.__name__} was recorded for {count} kinds of arguments, which takes longer than "
                f"running it: lately {describe_change(signatures, names)}. {advice(signatures, names)}"
            )

    @property
    @boundary
    def program(self) -> Program:
        """The program of the last call. Raises `RuntimeError` before the first."""
        if self._last is None:
            raise RuntimeError(f"compile: {self.__name__} has no program yet: call it once, or use .trace(*args)")
        return self._last.program

    @property
    def programs(self) -> list[Program]:
        """All programs that are kept, one for each kind of arguments."""
        return [made.program for made in self.entries()]

    def entries(self) -> list[Any]:
        """What is kept, in the order in which it was made."""
        return self._made.values()

    @boundary
    def trace(self, /, *args: Any, **kwargs: Any) -> Program:
        """The program for arguments like these, made if need be, without running it."""
        return self._find(*plain(by_position(self._f, args, kwargs))).program

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}: {len(self._made)} programs>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: there is a program for each object, which it does not keep alive."""
        if instance is None or isinstance(self._f, staticmethod):
            return self
        if is_argument(instance):
            return functools.partial(self, instance)
        method = Method(self, self._standing_for(instance))
        method.__self__ = instance
        return method

    def _standing_for(self, instance: Any) -> Instance:
        known = self._instances.get(id(instance))
        if known is None or known.get() is not instance:
            number, me = id(instance), weakref.ref(self)
            known = Instance(instance, functools.partial(_forget, me, number))
            if isinstance(known.get, weakref.ref):
                self._instances[number] = known
        return known

    def _forget(self, number: int) -> None:
        """An object is no more: neither are its programs."""
        self._instances.pop(number, None)
        self._made.drop_dead()
        if self._last is not None and self._last.instance is not None and self._last.instance.get() is None:
            self._last = None
        if self._usual is not None and self._usual.instance is not None and self._usual.instance.get() is None:
            self._usual = None

    def __reduce__(self) -> Any:
        name: str = getattr(self, "__qualname__", "")
        if vars(sys.modules.get(self.__module__, object)).get(name) is self:
            return name  # a decorated function is pickled by its name, like any other
        return Compiled, (self._f, self._donate, self._passes, self._retrace, self._made.keep)


def _forget(compiled: weakref.ref[Compiled], number: int, _: Any) -> None:
    known = compiled()
    if known is not None:
        known._forget(number)
