"""Letters of other alphabets, and digits above the line."""

from __future__ import annotations

__all__ = ["GREEK", "RAISED"]

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ",
    "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω",
}  # fmt: skip
"""Greek letters by their names, which are their commands in LaTeX, too."""

RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
"""Whole numbers as exponents: `"2".translate(RAISED)`."""
