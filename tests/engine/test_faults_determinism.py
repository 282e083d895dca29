"""The faults that a small autograd must survive: determinism and messages (35 to 40).

The checklist is 3.4 of reference/accuracy.md, and the numbers in the names are its numbers. What must
hold for every operation (6, 16 to 18, 30, 32 to 34) is in test_ops.py as well.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value


def test_35_the_same_program_twice_gives_the_same_bits():
    def run():
        x = Value(np.random.default_rng(0).normal(size=(20, 20)))
        y = (x @ x).tanh() + x.sigmoid() * x
        (y * y).sum().backward()
        return x.grad.tobytes()

    assert run() == run()


def test_36_hash_randomisation_changes_nothing():
    code = (
        "import tinygrad_act as ta, numpy as np\n"
        "w = [ta.Value(0.1 * i - 0.3) for i in range(9)]\n"
        "y = sum(((a * b).tanh() + a for a in w for b in w), ta.Value(0.1))\n"
        "y.backward(); print([v.grad.hex() for v in w])"
    )
    outputs = set()
    for seed in ("0", "1", "4"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_37_forgotten_zero_grad_adds_up_and_changes_nothing_else():
    p, q = Value([1.0, 2.0]), Value([1.0, 2.0])
    p.grad = np.array([100.0, 200.0])
    for value in (p, q):
        (value.tanh() * value).sum().backward()
    assert np.array_equal(p.grad, np.array([100.0, 200.0]) + q.grad)


@pytest.mark.parametrize("start", [-2.0, np.array(-2.0)])
def test_39_a_rule_that_fails_on_a_number_is_named(scratch, start):
    @ta.elementwise(dz=lambda a, z: math.sqrt(z))
    def careless(z):
        """a = z"""
        return z * 1.0

    x = Value(start)
    with pytest.raises(RuntimeError, match=r"careless: the derivative rule dz failed .*ValueError"):
        (careless(x) * 2.0).backward()
    (x * 3.0).backward()
    assert x.grad == 3.0


def test_39_an_error_in_a_rule_names_operation_shapes_and_line(scratch):
    @ta.op(dx=lambda g, _, x: g * np.ones(7))
    def bad_rule(x):
        """a = x"""
        return x * 1.0

    with ta.debug():
        y = bad_rule(Value(np.ones((2, 3)))).sum()
        with pytest.raises(RuntimeError, match=r"bad_rule: the derivative rule dx failed .*\(2, 3\).*test_faults_"):
            y.backward()
