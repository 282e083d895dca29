"""Teaches: derivatives of derivatives. Sigma and its first four, by nesting `ta.grad`, beside the closed forms.

`ta.grad(f)` is a function again, so `ta.grad(ta.grad(f))` is the second derivative, and so on: the
rule a(1 - a) that sigma is declared with is written in operations that have derivatives themselves.
The closed forms are polynomials in a = sigma(z), worked out by hand.

Run it: `python examples/higher_order.py`
"""

import math
from collections.abc import Callable

import tinygrad_act as ta

CLOSED_FORMS: list[tuple[str, str, Callable[[float], float]]] = [
    ("sigma", "a", lambda a: a),
    ("sigma'", "a(1-a)", lambda a: a * (1 - a)),
    ("sigma''", "a(1-a)(1-2a)", lambda a: a * (1 - a) * (1 - 2 * a)),
    ("sigma'''", "a(1-a)(1-6a+6a²)", lambda a: a * (1 - a) * (1 - 6 * a + 6 * a * a)),
    ("sigma''''", "a(1-a)(1-2a)(1-12a+12a²)", lambda a: a * (1 - a) * (1 - 2 * a) * (1 - 12 * a + 12 * a * a)),
]


def digits(x: float, y: float) -> float:
    """To how many decimal digits two numbers agree; 16 is all that a float has."""
    if x == y:
        return 16.0
    return min(16.0, -math.log10(abs(x - y) / max(abs(x), abs(y))))


def main(points: tuple[float, ...] = (-2.0, 0.0, 0.5, 3.0)) -> float:
    """Print both for every order at every point; the worst agreement in digits."""
    worst = 16.0
    for z in points:
        print(f"z = {z:<8g} {'by nested ta.grad':>21} {'closed form':>22} {'digits':>8}   with a = sigma(z)")
        f = ta.sigmoid
        for name, formula, closed in CLOSED_FORMS:
            nested, by_hand = f(z), closed(ta.sigmoid(z))
            agreement = digits(nested, by_hand)
            worst = min(worst, agreement)
            print(f"  {name:<9} {nested:>+22.16f} {by_hand:>+22.16f} {agreement:>8.1f}   {formula}")
            f = ta.grad(f)
        print()
    print(f"all agree to {worst:.1f} digits or more")
    return worst


if __name__ == "__main__":
    main()
