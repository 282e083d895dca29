"""Rules as a picture says them: what guards against overflow or tells the program about shapes is left out."""

from __future__ import annotations

import re

__all__ = ["in_short"]

_SHORTER: tuple[tuple[str, str], ...] = (
    (r"spread\(([^,()]+)(?:, [^()]*)?\)", r"\1"),
    (r"scatter_add\(G, .*index=index\)", "G at the index, 0 elsewhere"),
    (r"reshape\(G, [^()]*(?:\([^()]*\))?\)", "reshape(G)"),
    (r"swapaxes\(G, axis1=−1, axis2=−2\)", "Gᵀ"),
    (r", axis, keepdims=True\)", ")"),
    (r"\(h − sum\(h · a\)\), h = .*", "(G − sum(G · a))"),  # the shift cancels
    (r"clip\((\w+), min=−\d\d[\d.]*, max=\d\d[\d.]*\)", r"\1"),
    (r", as sums of .*", ""),
    (r"\babs\((\w+)\)", r"|\1|"),
    (r"\bsquare\((\w+\([^()]*\))\)", r"\1²"),
    (r"\bsquare\(([^()]*)\)", r"(\1)²"),
    (r" / 1(?=\)|$)", ""),
    (r"^\(([^()]*)\)$", r"\1"),
    (r"^logical_and\(([^()]+), ([^()]+)\)$", r"[\1 and \2]"),
    (r"\blogical_and\(([^(),]+), ([^(),]+)\)", r"\1 and \2"),
    (r"−expm1\(([^()]*)\)", r"1 − exp(\1)"),
    (r"; 1 where .*", ""),
    (r"normal_cdf\(", "Φ("),
    (r"normal_pdf\(", "φ("),
    (r"concatenate\(G · (\w+)\(y\), G · x · its derivative at y\).*", r"[G · \1(y), G · x · \1′(y)]"),
    (r"\bsigmoid(?=[(′])", "σ"),
    (r"\(1 − (\w+)\) · σ\((\w+)\) − \1 · σ\(−\2\)", r"σ(\2) − \1"),
    (r"G / number of ties, where (.+)", r"G where \1, ties share"),
    (r"G\[(?:the part of xs\[i\]|i along axis)\]", "its part of G"),
    (r"where\(.+ = .+, 0\.5, (.+)\)", r"[\1], 0.5 at a tie"),
    (r"where\(([^,()]+), ([^,()]+), (.+)\)", r"\2 if \1, else \3"),
)
_PATTERNS = tuple((re.compile(pattern), shorter) for pattern, shorter in _SHORTER)


def in_short(rule: str) -> str:
    """`G / n` for `spread(G / n, x)`, `a(G − sum(G · a))` for softmax's: the same in mathematics."""
    if "(" not in rule and "[" not in rule and " / " not in rule:
        return rule
    for pattern, shorter in _PATTERNS:
        rule = pattern.sub(shorter, rule)
    return rule
