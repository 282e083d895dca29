"""The face: which names the package has, that each is what it is whatever was imported before, and that the first use
is as good as the second."""

from __future__ import annotations

import builtins
import json
import os
import pathlib
import pickle
import rlcompleter
import subprocess
import sys
import types

import pytest

import tinygrad_act as ta

PACKAGE = pathlib.Path(ta.__file__).parent
MODULES = sorted(
    ".".join(("tinygrad_act", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)
BELOW = [name for name in MODULES if name.count(".") < 2]
"""The package, its rooms, and what lies beside them."""
INTERNAL = [op for op in ta.ops.values() if op.internal]
SHADOWING = {"abs", "all", "any", "compile", "max", "min", "pow", "round", "sum"}
"""Operations, and `compile`, that have the names of functions of Python's."""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The environment of processes that keep bytecode, as an installed package has it."""
    if not sys.dont_write_bytecode:
        return {**os.environ}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


def fresh(code, *options, env=None, **environment):
    """What a fresh process prints."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True, text=True, check=False, env={**(env or os.environ), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def each_fresh(pieces, env):
    """What each piece of code prints in a process of its own; see `zygote`."""
    zygote = pathlib.Path(__file__).with_name("zygote.py")
    asked = json.dumps([*pieces.values()])
    done = subprocess.run([sys.executable, zygote], input=asked, capture_output=True, text=True, check=True, env=env)
    return dict(zip(pieces, json.loads(done.stdout)))


posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")


# -- names --------------------------------------------------------------------------------------------------


def test_dir_shows_public_names_only():
    assert set(dir(ta)) == {
        *(op.name for op in ta.ops.values() if not op.internal),
        "Card", "Catalogue", "Comparison", "Drawing", "Explanation", "Op", "Program", "Report", "Value", "__version__",
        "activation", "at_kink", "card", "case", "catalogue", "compare", "compile", "debug", "derivative",
        "derivative_form", "dialect", "draw", "elementwise", "explain", "grad", "gradcheck", "hessian", "hvp",
        "implements", "jacobian", "ndim", "no_grad", "one_hot", "op", "ops", "plot", "preactivations", "ravel", "scope",
        "shape", "sheet", "size", "testing", "theirs", "unknown", "value_and_grad", "vjp",
    }  # fmt: skip
    for name in dir(ta):
        assert isinstance(getattr(ta, name), types.ModuleType) is (name == "testing"), name


def test_an_editor_completes_them():
    found = rlcompleter.Completer({"ta": ta}).attr_matches("ta.sig")
    assert {"ta.sigmoid(", "ta.sign("} <= set(found)
    assert not any(match.startswith(("ta.core", "ta._", "ta.sigmoid_slope")) for match in found)


@pytest.mark.parametrize("op", INTERNAL, ids=lambda op: op.name)
def test_internal_operations_are_neither_functions_nor_methods(op):
    assert not hasattr(ta, op.name)
    assert op.name not in dir(ta.Value)
    assert not hasattr(ta.Value, op.name)
    assert ta.ops[op.name] is op


def test_import_all_brings_the_operations_and_shadows_no_builtin():
    brought = {}
    exec("from tinygrad_act import *", brought)
    brought.pop("__builtins__")
    assert set(brought) == set(dir(ta)) - SHADOWING
    assert not set(brought) & set(dir(builtins))
    assert brought["sigmoid"] is ta.sigmoid
    for name in SHADOWING:
        assert getattr(ta, name) is not getattr(builtins, name)


def declared(name):
    body = lambda z: z * 1.0
    body.__name__, body.__qualname__, body.__doc__ = name, name, "a = z"
    return ta.elementwise(dz=1)(body)


def test_an_operation_of_yours_is_here_as_long_as_it_is_declared(scratch):
    mine = declared("mine")
    assert ta.mine is mine
    assert "mine" in dir(ta)
    assert "mine" in ta.__all__
    assert ta.Value(2.0).mine().op is ta.ops["mine"]
    del ta.ops["mine"]
    assert not hasattr(ta, "mine")
    assert "mine" not in dir(ta)
    assert not hasattr(ta.Value, "mine")


@pytest.mark.parametrize("name", ["draw", "ops", "Value", "testing", "show", "core", "_hidden", "__dir__"])
def test_an_operation_of_yours_takes_no_name_of_the_package(scratch, name):
    before = vars(ta).get(name)
    if name.startswith("__"):
        with pytest.raises(ValueError, match="Python's own"):
            declared(name)
    else:
        assert declared(name) is ta.ops[name].call
    assert vars(ta).get(name) is before
    assert type(getattr(ta, "draw")).__name__ == "function"  # noqa: B009


def test_an_alias_of_an_operation_that_is_gone_is_gone(scratch):
    body = lambda z: z * 1.0
    body.__name__, body.__doc__ = "mine", "a = z"
    ta.elementwise(dz=1, aliases=("my_own",))(body)
    with pytest.raises(AttributeError, match="it is called 'mine' here"):
        _ = ta.Value(1.0).my_own
    del ta.ops["mine"]
    assert "my_own" not in vars(ta.Value)


# -- whatever was imported before ------------------------------------------------------------------------------

LOOK = "{name: type(getattr(ta, name)).__name__ for name in NAMES}"
WANTED = {name: type(getattr(ta, name)).__name__ for name in dir(ta)}


def look(module, names):
    """Import one module, and look what the public names are."""
    return (
        f"import importlib, json, sys; importlib.import_module({module!r}); ta = sys.modules['tinygrad_act']\n"
        f"bound = set(vars(ta))\nprint(json.dumps({LOOK.replace('NAMES', names)}))"
    )


@posix
def test_every_public_name_is_what_it_is_whichever_room_was_imported_first(compiled):
    """Python binds a module to the package as soon as it is imported: `tinygrad_act/draw` would become `ta.draw`."""
    found = each_fresh({name: look(name, "dir(ta)") for name in BELOW}, compiled)
    assert {name: json.loads(said) for name, said in found.items()} == dict.fromkeys(BELOW, WANTED)


@posix
@pytest.mark.slow
def test_every_module_can_be_the_first_and_takes_no_public_name(compiled):
    for name, said in each_fresh({name: look(name, "bound & set(dir(ta))") for name in MODULES}, compiled).items():
        assert json.loads(said).items() <= WANTED.items(), name


def test_nothing_directly_below_the_package_bears_a_public_name_of_another_kind():
    below = {name.split(".")[1] for name in MODULES if "." in name}
    assert below & set(dir(ta)) == {"testing"}
    assert below == {*ta._ROOMS, *ta._PATHS, "__main__", "_version"}


# -- the first use -----------------------------------------------------------------------------------------------


def test_the_import_loads_nothing_and_each_name_what_it_needs(compiled):
    code = """
import json, sys
import tinygrad_act as ta
def rooms():
    print(json.dumps(sorted({name.split(".")[1] for name in sys.modules if name.startswith("tinygrad_act.")})))
rooms()
assert "numpy" not in sys.modules and not hasattr(ta, "_repr_html_") and not hasattr(ta, "show")
rooms()
ta.sigmoid(ta.Value(0.5)).backward()
rooms()
ta.compile(ta.tanh)(0.5)
rooms()
"""
    imported, private, used, with_programs = map(json.loads, fresh(code, env=compiled).splitlines())
    assert imported == private == ["_version", "core"]
    assert used == ["_version", "core", "engine", "formula", "names", "operations"]
    assert not {"check", "cli"} & set(with_programs)


FIRST = (
    "ta.sigmoid(0.0)", "ta.ops['swish'].name", "ta.grad(np.tanh)(0.5)", "np.fix(ta.Value(1.5))", "ta.Value(1.0).tanh()",
    "ta.no_grad().__enter__()", "ta.card('gelu')", "ta.__all__", "ta.testing.assert_gradients(np.tanh, 0.5)",
    "ta.draw(ta.Value(1.0) * 2)", "ta.debug", "x = ta.Value(1.0); ta.explain(x * x, x)", "ta.shape(3.0)", "ta.unknown",
    "ta.__version__", "ta.one_hot(np.array([1]), classes=2)", "ta.compile(lambda x: np.divmod(x, 2.0))(1.0)",
    "1.0 - ta.Value(1.0)", "ta.elementwise(dz=1)", "ta.sum(np.ones(3))", "ta.gradcheck(ta.gelu, 0.5)",
    "ta.activation", "ta.implements",
)  # fmt: skip


@posix
def test_any_name_may_be_the_first(compiled):
    """Strictly: warnings and floating-point errors raise, as they do in some people's programs."""
    strict = "import warnings, numpy as np; warnings.simplefilter('error'); np.seterr(all='raise')"
    pieces = {use: f"{strict}; import tinygrad_act as ta; {use}; print(len(ta.ops), dir(ta))" for use in FIRST}
    assert each_fresh(pieces, compiled) == dict.fromkeys(FIRST, f"{len(ta.ops)} {dir(ta)}\n")


IMPORTED = {
    "from tinygrad_act import sigmoid, Value, draw; print(sigmoid(0.0), Value(1), draw.__name__)": (
        "0.5 Value(1) draw\n"
    ),
    "from tinygrad_act import *; print(sigmoid(0.0), abs(-1), sum([1, 2]))": "0.5 1 3\n",
    "from tinygrad_act.testing import assert_gradients as f; import numpy as np; print(f(np.tanh, 0.5).ok)": "True\n",
    "from tinygrad_act.pytest_plugin import assert_gradients as f; print(f.__name__)": "assert_gradients\n",
    "import tinygrad_act.testing as t; print(t.__name__, t is __import__('tinygrad_act').testing)": (
        "tinygrad_act.testing True\n"
    ),
    "try:\n    from tinygrad_act import sigmod\nexcept ImportError as error:\n    print(str(error)[:26])": (
        "cannot import name 'sigmod\n"
    ),
}


@posix
def test_names_may_be_imported_and_the_public_paths_too(compiled):
    found = each_fresh({code: code for code in IMPORTED}, compiled)
    assert found == IMPORTED


@posix
def test_a_first_name_that_is_not_there_is_told_at_the_users_line(compiled):
    (said,) = each_fresh({"": "import tinygrad_act as ta\nta.sigmod"}, compiled).values()
    assert said.rstrip().endswith("no attribute 'sigmod'; did you mean 'sigmoid'?")
    assert str(PACKAGE) not in said


@posix
def test_threads_may_be_first_together(compiled):
    code = """
import sys, threading
sys.setswitchinterval(1e-6)
import tinygrad_act as ta
names = ["sigmoid", "ops", "Value", "draw", "compile", "card", "gradcheck", "grad", "explain", "testing", "__all__"]
start, found = threading.Barrier(len(names)), {}
def work(name):
    start.wait()
    try:
        found[name] = getattr(ta, name) and (ta.sigmoid(0.0), (ta.Value(1.0) + 1).item(), len(ta.ops))
    except BaseException as error:
        found[name] = repr(error)
threads = [threading.Thread(target=work, args=(name,)) for name in names]
[t.start() for t in threads]
[t.join(60) for t in threads]
print(sorted(map(str, {*found.values()})), len(found))
"""
    said = f"{[str((0.5, 2.0, len(ta.ops)))]} 11\n"
    assert each_fresh(dict.fromkeys(range(3), code), compiled) == dict.fromkeys(range(3), said)


@posix
def test_a_first_use_that_is_interrupted_is_done_again(compiled):
    """Ctrl-C while the package is being loaded."""
    code = """
import sys
import tinygrad_act as ta
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "tinygrad_act.WHERE":
            sys.meta_path.remove(self)
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
try:
    ta.sigmoid(0.5)
except KeyboardInterrupt:
    print("interrupted")
x = ta.Value([1.0, 2.0])
print(len(ta.ops), x.tanh().sum().item() == ta.sum(ta.tanh(x)).item(), dir(ta))
"""
    places = ("core.op", "operations.reduce", "operations", "engine.value", "names.composed")
    found = each_fresh({where: code.replace("WHERE", where) for where in places}, compiled)
    assert found == dict.fromkeys(places, f"interrupted\n{len(ta.ops)} True {dir(ta)}\n")


PICKLED = {
    "a Value": (ta.Value([1.5, -2.5]), "(x.tanh() + np.divmod(x, 2.0)[0] + np.fix(x)).numpy().shape", "(2,)"),
    "an operation": (ta.ops["sum"], "x.call(np.ones(3)).item()", "3.0"),
    "an internal one": (ta.ops["chain"], "x.name", "chain"),
    "a function": (ta.sigmoid, "x(0.0)", "0.5"),
    "a method": (ta.Value.sigmoid, "x.__name__", "sigmoid"),
    "a transform": (ta.vjp, "x(np.fix, 1.5)[0]", "1.0"),
    "a check": (ta.gradcheck, "x(lambda v: np.divmod(v, 2.0)[1], 1.5).ok", "True"),
}


@posix
def test_what_comes_out_of_a_pickle_is_whole(compiled):
    """In a process that asks the package for nothing: pickle imports the one module that it needs."""
    start = "import pickle, numpy as np; x = pickle.loads"
    pieces = {what: f"{start}({pickle.dumps(made)!r}); print({used})" for what, (made, used, _) in PICKLED.items()}
    assert each_fresh(pieces, compiled) == {what: f"{expected}\n" for what, (*_, expected) in PICKLED.items()}


def test_without_docstrings(compiled):
    code = "import tinygrad_act as ta; print(dir(ta), ta.sigmoid(0.0))"
    assert fresh(code, "-OO", env=compiled) == f"{dir(ta)} 0.5\n"


def test_what_cannot_be_encoded_is_spelled_before_anything_was_used(compiled):
    code = "import sys, tinygrad_act; sys.stdout.reconfigure(errors='tinygrad_act'); print('\\u03c3 \\u2202')"
    assert fresh(code, env=compiled, PYTHONIOENCODING="ascii") == "sigma d\n"
