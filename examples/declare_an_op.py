"""Teaches: how to declare an operation of your own, in five lines, and what you get for them.

The operation is a bump, 1 / (1 + z²). Its derivative is written once, as a function of the output a
and the input z; every gradient, of any order, comes from there. A declaration without a derivative
is refused, and a wrong derivative is found by the gradient check.

Run it: `python examples/declare_an_op.py`
"""

from typing import Any

import numpy as np

import tinygrad_act as ta


@ta.elementwise(dz=lambda a, z: -2 * z * a * a)
def bump(z: Any) -> Any:
    """a = 1 / (1 + z ** 2)"""
    return 1 / (1 + z * z)


def use_it() -> None:
    """It is a function, a method, and an entry of `ta.ops` that knows its formula and derivative."""
    z = ta.Value([-1.0, 0.0, 2.0], "z")
    a = z.bump()  # the same as ta.bump(z)
    a.sum().backward()
    print(f"bump of a number    {ta.bump(2.0)}")
    print(f"bump of a Value     {a.data}")
    print(f"gradient            {z.grad}")
    print(f"second derivative   {ta.grad(ta.grad(bump))(2.0):.6f} at 2; by hand {(6 * 2**2 - 2) / (1 + 2**2) ** 3:.6f}")
    print(f"formula             {ta.ops['bump'].formula}")
    print(f"derivative          {ta.ops['bump'].derivative}\n")


def check_it() -> Any:
    """The gradient check compares the declared derivative with a numerical one."""
    report = ta.gradcheck(bump, np.array([-1.5, 0.0, 0.3, 2.0]))
    print(f"{report}\n")
    return report


def forget_the_derivative() -> str:
    """The mistake is reported where it was made, before anything runs; so are other slips."""
    try:

        @ta.elementwise()
        def forgotten(z: Any) -> Any:
            """a = 1 / (1 + z ** 2)"""
            return 1 / (1 + z * z)

    except TypeError as error:
        print(f"no derivative given: {error}\n")
        return str(error)
    raise AssertionError("a declaration without a derivative was accepted")


def get_the_derivative_wrong() -> Any:
    """A factor of 2 is missing. Nothing can see that from the declaration, but the check does."""

    @ta.elementwise(dz=lambda a, z: -z * a * a)
    def wrong_bump(z: Any) -> Any:
        """a = 1 / (1 + z ** 2)"""
        return 1 / (1 + z * z)

    report = ta.gradcheck(wrong_bump, 2.0)
    print(f"a factor forgotten: {report}")
    del ta.ops["wrong_bump"]
    return report


if __name__ == "__main__":
    use_it()
    check_it()
    forget_the_derivative()
    get_the_derivative_wrong()
