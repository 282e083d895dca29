"""Formulas of code as they are read: `z * sqrt(2) ** 2` becomes `z · √2²`."""

from __future__ import annotations

import re

__all__ = ["pretty"]

_NAMES = {
    "maximum": "max", "minimum": "min", "normal_cdf": "Φ", "normal_pdf": "φ", "sigmoid": "σ", "pi": "π",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "lambda_": "λ", "mu": "μ", "tau": "τ", "theta": "θ",
}  # fmt: skip
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TRUTHS = re.compile(r"==|!=|<=|>=|<|>")
_NOTHING = "none"


def pretty(code: str, slope: bool = False) -> str:
    """A formula, or a derivative (`slope`), to be read: Greek letters, roots, powers, a real minus sign.

    What is only a truth as a derivative, `z >= 0`, is spelled as a number: `1 if z ≥ 0, else 0`.
    """
    if slope and code == _NOTHING:
        return "none: nothing flows through it"
    if slope and _is_truth(code):
        return f"1 if {_shown(code)}, else 0"
    return _shown(code)


def _is_truth(code: str) -> bool:
    if re.match(r"logical_(and|or|not)\(", code):
        return True
    outside = code
    while True:
        inner = re.sub(r"\([^()]*\)", "", outside)
        if inner == outside:
            return bool(_TRUTHS.search(outside)) and not re.search(r"[,;:]|\bwhere\b|=[^=]*\bif\b", outside)
        outside = inner


def _shown(code: str) -> str:
    code = re.sub(r"\bclip\((\w+), min=-\d\d[\d.]*, max=\d\d[\d.]*\)", r"\1", code)  # guards against overflow
    found = re.sub(r"\babsolute\(([^()]*)\)|\babs\(([^()]*)\)", lambda m: f"|{m[1] or m[2]}|", code)
    found = re.sub(r"logical_and\(([^(),]*), ([^(),]*)\)", r"\1 and \2", found)
    found = re.sub(r"\b[A-Za-z_]+\b", lambda m: _NAMES.get(m[0], m[0]), found)
    found = re.sub(r" ?\*\* ?(\d+)(?![\d.])", lambda m: m[1].translate(_RAISED), found)
    found = re.sub(r"\bsqrt\((\w+)\)", r"√\1", found).replace("sqrt(", "√(")
    found = re.sub(r"(?<=\d\.\d{4})\d{3,}", "…", found)
    found = found.replace(" * ", " · ").replace("<=", "≤").replace(">=", "≥").replace("!=", "≠").replace("==", "=")
    return re.sub(r"-(?!>)", "−", found)
