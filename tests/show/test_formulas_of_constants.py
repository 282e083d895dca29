"""What formulas say where constants are zeros with a sign, truths, parameters and things that only rules know."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.formula import call, infix, latex, lift, mathematics, name, number, python, unicode


def symbol(a, x):
    """The formula of the one step from `a` to `x` in an explanation, and its LaTeX."""
    a.backward()
    (path,) = ta.explain(a, wrt=x).paths
    (factor,) = path.factors
    return factor.symbol, ta.explain(a, wrt=x).latex()


@pytest.mark.parametrize(("zero", "shown"), [(0, "1 / 0"), (0.0, "1 / 0"), (-0.0, "1 / (−0.0)")])
def test_a_zero_keeps_its_sign_and_is_divided_by(zero, shown):
    """1 / −0.0 is −inf, 1 / 0 is inf: each formula is that of its own zero, in whichever order they are asked for."""
    with np.errstate(all="ignore"):
        ta.draw(Value(0.5) / -zero, names={}).text()
    x = Value(0.5, label="x")
    with np.errstate(all="ignore"):
        a = x / zero
        text, latex = symbol(a, x)
    assert text == shown
    assert "spell" not in latex
    assert (r"\frac{1}{-0.0}" in latex) == (math.copysign(1, zero) < 0)
    assert shown in ta.draw(a, names={}).text()


def test_a_product_that_is_minus_zero_equals_it():
    x = Value(0.5, label="x")
    a = x * -0.0
    assert r"\approx" not in symbol(a, x)[1]
    assert "(−0.0)" in ta.draw(a, names={}).text()


def test_a_truth_among_numbers_counts_as_one():
    x = Value(0.5, label="x")
    text, latex = symbol(x * True, x)
    assert text == "1"
    assert "True" not in latex
    assert python(mathematics(infix("*", name("z"), True))) == "z"
    assert python(mathematics(call("sum", (name("z"),), {"keepdims": True}))) == "sum(z, keepdims=True)"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (infix("*", -1, infix("**", name("z"), -2)), "-z ** (-2)"),
        (infix("*", name("z"), -1.0), "-z"),
        (infix("*", -1, infix(">", name("z"), 0)), "-1 * (z > 0)"),
        (infix("+", name("z"), -math.nan), "z + nan"),
        (infix("+", name("z"), math.copysign(math.nan, -1)), "z + nan"),
        (call("where", (infix(">", name("z"), math.inf), 1, name("z"))), "z"),
        (call("where", (infix("<", name("z"), -math.inf), 1, name("z"))), "z"),
    ],
)  # fmt: skip
def test_what_says_nothing_is_left_out(code, shown):
    assert python(mathematics(code)) == shown


def test_softplus_does_not_ask_what_is_beyond_infinity():
    z = Value(0.5, label="z")
    a = ta.softplus(z)
    assert symbol(a, z)[0] == "1 − exp(−a)"


def test_limits_that_are_asked_for_stay():
    code = call("where", (infix("<=", name("z"), math.inf), 1, name("z")))  # not so for NaN
    assert "where" in python(mathematics(code))


def test_a_formula_in_an_array_is_spelled():
    z = name("z")
    assert python(lift(np.array(z))) == "z"
    assert python(lift(np.array([z, infix("+", z, number(1))]))) == "[z, z + 1]"


def test_a_parameter_is_not_taken_for_a_variable(scratch):
    """`k` of the operation and a variable that is called `k` are two things, whatever the parameter is."""

    @ta.elementwise(dz=lambda a, z, *, k: k * z)
    def by_k(z, *, k):
        """a = k * z"""
        return k * z

    k, q = Value(0.5, label="k"), Value(0.5, label="q")
    assert symbol(by_k(k, k=np.float32(0.1)), k)[0] == "0.1k"
    assert symbol(by_k(k, k=np.array(2.0)), k)[0] == "2k"
    assert symbol(by_k(k, k=True), k)[0] == "k"
    many = np.array([1.0, 2.0])
    assert "by_k.k · z" in ta.draw(by_k(k, k=many), names={}).text()
    assert "by_k.k" not in ta.draw(by_k(q, k=many), names={}).text()
    for zero, shown in ((0.0, "0z"), (-0.0, "−0.0 · z"), (0.0, "0z")):
        assert shown in ta.draw(by_k(q, k=zero), names={}).text()


def test_a_rule_that_is_no_formula_says_whose_it_is(scratch):
    @ta.elementwise(dz=lambda a, z: 3.0 if z > 0 else 2.0)
    def by_if(z):
        """a = where(z > 0, 3 * z, 2 * z)"""
        return np.where(z > 0, 3 * z, 2 * z)

    z = Value(0.5, label="z")
    text, latex = symbol(by_if(z), z)
    assert text == "the rule of by_if"
    assert r"\left(\text" not in latex


def test_fractions_need_no_brackets_in_latex():
    x, y = Value(0.5, label="x"), Value(2.0, label="y")
    assert r"&= \frac{1}{y} \\" in symbol(x / y, x)[1]
    assert r"\left(-\frac{a}{y}\right)" in symbol(x / y, y)[1]


@pytest.mark.parametrize("code", ["z in z", "z not in (1, 2)", "z is None"])
def test_a_comparison_that_no_formula_has_is_words(scratch, code):
    def by_in(z):
        return z * 1.0

    by_in.__doc__ = f"a = {code}"
    ta.elementwise(dz=1.0)(by_in)
    assert code in ta.card("by_in").text()
    assert "text{" in ta.card("by_in").markdown()


def test_an_integer_of_thousands_of_digits_is_named_by_its_length():
    assert latex(number(10**4000)) == r"\text{an integer of 13,288 bits}"
    assert latex(number(-12)) == "-12"
    assert unicode(number(10**300), 4) == "1e+300"
    assert python(number(10**18 + 1)) == "1000000000000000001"
    assert latex(number(-1e-9)) == r"-1 \cdot 10^{-9}"


def test_an_empty_docstring_says_nothing(scratch):
    def slope(a, z):
        """ """
        return 2 * z

    @ta.elementwise(dz=slope)
    def by_silence(z):
        """a = z ** 2"""
        return z * z

    assert ta.ops["by_silence"].derivative == "2 * z"


def test_a_rule_of_many_operands_is_spelled_with_each_of_them(scratch):
    """Each derivative reads the operand that the rule reads, and their number."""

    @ta.elementwise(dxs=lambda i, a, *xs, k: xs[1 - i] * k * len(xs) / 2)
    def by_other(*xs, k=1.0):
        """a = xs[0] * xs[1] * k"""
        return xs[0] * xs[1] * k

    p, q = Value(2.0, label="xs"), Value(3.0, label="k")
    a = by_other(p, q, k=2.5)
    assert symbol(a, p)[0] == "k · 2.5 · 2 / 2"
    text = ta.draw(a, names={}).text()
    assert "∂/∂xs = k · 2.5 · 2 / 2 = 7.5" in text
    assert "∂/∂k = xs · 2.5 · 2 / 2 = 5" in text
    assert "∂/∂xs = 3\n" in ta.draw(by_other(p, 3.0), names={}).text() + "\n"
    assert ta.ops["by_other"].derivative == "(it does not spell itself)"


def test_a_page_shows_what_comes_of_a_truth():
    """Comparisons of numbers are operands of `where`."""
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    html = ta.draw(ta.where(x > y, x, y), names={}).html()
    assert "where(False, 2, 3) = 3" in html


def test_letters_of_a_rule_are_those_of_no_box():
    """`e = exp(x)` of logsumexp where a variable is called `e`, and `n` of mean where one is called `n`."""
    e, n = Value(np.array([1.0, 2.0]), label="e"), Value(np.array([1.0, 2.0]), label="n")
    text = ta.draw(ta.logsumexp(e + n) * ta.mean(n), names={}).text()
    assert "s = exp(" in text
    assert "e = exp(" not in text
    assert "G / mean.n" in text
    many = {c: Value(np.array([1.0, 2.0]), label=c) for c in "abcdefghijklmnopqrstuvwxyz"}
    assert "s_2 = exp(" in ta.draw(ta.logsumexp(sum(many.values())), names={}).text()
