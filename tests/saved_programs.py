"""Saved programs, run where this package can't be imported."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np

from tinygrad_act.core.trees import flatten

RUNNER = '''
import importlib.util, pickle, sys

class Refuses:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "tinygrad_act":
            raise ImportError("a saved program imports tinygrad_act")

sys.meta_path.insert(0, Refuses())
folder = sys.argv[1]
with open(f"{folder}/calls.pickle", "rb") as file:
    calls = pickle.load(file)
results = []
for path, name, all_arguments in calls:
    spec = importlib.util.spec_from_file_location("saved", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    results.append([(getattr(module, name)(*args), args) for args in all_arguments])
assert "tinygrad_act" not in sys.modules
with open(f"{folder}/results.pickle", "wb") as file:
    pickle.dump(results, file)
'''


def run_all(folder, calls):
    """The results of every call, and the arguments after it. `calls`: (module, function, [arguments, ...])."""
    (folder / "calls.pickle").write_bytes(pickle.dumps(calls))
    command = [sys.executable, "-W", "error", "-c", RUNNER, str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return pickle.loads((folder / "results.pickle").read_bytes())


def bits(tree):
    """All that two results must have in common."""
    return [(type(x), np.asarray(x).dtype, np.shape(x), np.asarray(x).tobytes()) for x in flatten(tree)]


def same_numbers(folder, program, *all_arguments):
    """Assert that the saved `program` gives the same as the program itself, and does the same to its arguments."""
    path = folder / f"{program.name}.py"
    program.save(path)
    ((*there,),) = run_all(folder, [(str(path), program.name, all_arguments)])
    for args, (result, args_there) in zip(all_arguments, there, strict=True):
        expected = program(*args)
        assert bits(result) == bits(expected)
        assert bits(args_there) == bits(args)
    return path.read_text()
