"""tinygrad_act: a small autograd framework around activation functions.

    import tinygrad_act as ta

    x = ta.Value(0.5, label="x")
    y = ta.sigmoid(x) * x
    y.backward()
    x.grad

Every operation in `ta.ops` is also a function here (`ta.tanh`, on numbers, arrays and Values), a
method of `Value` (`v.tanh()`), and those of the package are what NumPy's function of that name does to
a Value (`np.tanh(v)`; one of yours says with `ta.implements` which function it stands for).

The first name that is asked for brings the operations and `Value`; what draws, explains, compiles or checks
comes when it is asked for. Editors read `__init__.pyi`, which `python -m tinygrad_act stubs` writes.
"""

import builtins as _builtins
import codecs as _codecs
import sys as _sys
from importlib import import_module as _import_module

from ._version import __version__ as __version__
from .core.locks import lock as _new_lock

_HOMES = {
    "check.activation": "activation",
    "check.gradient": "Report gradcheck",
    "compiler": "Program compile",
    "core.conventions": "at_kink derivative_form dialect",
    "core.dispatch": "elementwise op",
    "core.facts": "case theirs",
    "core.mode": "debug no_grad scope",
    "core.op": "Op",
    "core.registry": "ops",
    "core.rules": "unknown",
    "engine.derivatives": "hessian hvp jacobian",
    "engine.numpy_names": "implements",
    "engine.transforms": "grad value_and_grad vjp",
    "engine.value": "Value",
    "operations.attributes": "ndim ravel shape size",
    "show.cards": "Card Catalogue Comparison card catalogue compare derivative plot preactivations sheet",
    "show.graph": "Drawing draw",
    "show.paths": "Explanation explain",
}
"""Where each public name lives that is no operation."""
_PATHS = ("testing", "pytest_plugin")
"""Modules that are imported by their names. (pytest is there in tests only, so the second is nothing to look up.)"""
_ROOMS = ("formula", "core", "operations", "engine", "names", "compiler", "show", "check", "cli")
"""The package's own. Python binds the name of a module here as soon as somebody imports it, so none of these is the
name of a function or a class; and none is looked up, so that `from .. import engine` finds the module."""
_FIRST = ("operations", "engine.value", "names.composed")
"""What everything stands on: the operations, Values, and NumPy's functions on them."""

_loading = _new_lock()
"""Held while something is loaded: of two threads that import a package and a module in it, Python stops one."""
_home = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name):
    if name in _ROOMS or name in _PATHS[1:] or (name.startswith("_") and name != "__all__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=_sys.modules[__name__])
    try:
        with _loading:
            return _find(name)
    except Exception as error:
        _module("core.frames").trim(error)
        raise


def __dir__():
    with _loading:
        return sorted(_public())


def _find(name):
    """A public name, which stands here from now on."""
    if name in _PATHS:
        return _module(name)
    _open()
    if name == "__all__":  # `import *` brings what is public now, and leaves abs, max, sum, ... what they are
        return sorted(public for public in _public() if not hasattr(_builtins, public))
    if name in _home:
        globals()[name] = getattr(_module(_home[name]), name)
    if name not in globals():
        raise _module("core.calls").missing_name(__name__, name, _public())
    return globals()[name]


def _module(name):
    return _import_module(f"{__name__}.{name}")


def _open():
    """Load what everything stands on, and bring every operation here, also those that are declared later."""
    if "ops" not in globals():
        for name in _FIRST:
            _module(name)
        registry = _module("core.registry").ops
        registry.watch(_enter, _leave)
        globals()["ops"] = registry  # last: who finds it here finds everything


def _is_here(op):
    return not (op.internal or op.name in _home or op.name in _ROOMS or op.name in _PATHS or op.name.startswith("_"))


def _enter(op):
    if _is_here(op):
        globals()[op.name] = op.call


def _leave(op):
    if _is_here(op):
        globals().pop(op.name, None)


def _public():
    _open()
    here = (op.name for op in globals()["ops"].values() if _is_here(op))
    return {"__version__", _PATHS[0], *_home, *here}


def _spell(error):
    """What can't be encoded, spelled in ASCII: `sys.stdout.reconfigure(errors="tinygrad_act")` asks for it by name.
    The module that does it enters itself in the place of this."""
    _module("cli.commands.terminal")
    return _codecs.lookup_error(__name__)(error)


_codecs.register_error(__name__, _spell)
