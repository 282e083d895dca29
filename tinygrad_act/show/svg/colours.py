"""What the colours of every picture mean, in light and in dark.

An element names a role, as in `text(..., "value")`; `writing.document` puts the role's two colours
into the style of the picture. No meaning hangs on colour alone, and text on the backgrounds that it
stands on has a contrast of at least 4.5:1 in both themes (tested).
"""

from __future__ import annotations

__all__ = ["AGREE", "DARK", "HEAT", "LIGHT", "contrast"]

_ROLES = """
background   #ffffff #14181d
panel        #ffffff #1f252c
track        #f1f3f6 #262d36
frame        #f6f8fa #1a1f25
frame-line   #aab4c0 #4a5563
grid         #e3e6ea #323a44
axis         #6b7480 #8b96a3
text         #1a1d21 #e9edf1
faint        #4b5563 #aab4c0
value        #0b6130 #7fe0a4
gradient     #a31515 #ff9d94
alarm        #b00020 #ff8a80
on-header    #ffffff #ffffff
parameter    #083a6e #144a80
constant     #5a6270 #5a6270
operation    #6b57a3 #7763b5
activation   #93450a #9c4c0e
output       #8a1c3f #9d2c50
value-bar    #86b99a #3f8f61
gradient-bar #e0a29c #b4544c
pill         #ffffff #14181d
pill-line    #9aa4b0 #5b6673
active       #8a5a00 #ffc95c
curve-1      #0b5394 #6cb4ff
curve-2      #b3470b #ffa366
curve-3      #5e4a94 #bda6ff
curve-4      #0b6130 #7fe0a4
curve-5      #8a1c3f #ff9dbb
curve-6      #4b5563 #c2cad3
band         #f3e3c3 #4a3d22
agree-0      #d3e3f1 #233243
agree-1      #9ec3e2 #2f4f70
agree-2      #5b97cb #3f74a8
agree-3      #2a6cae #5c9fdd
agree-4      #084594 #8cc4ff
heat-0       #7d8a98 #566371
heat-1       #8d8173 #6d6558
heat-2       #a27d45 #8f7444
heat-3       #b0741f #b5832f
heat-4       #b8611b #d98c33
heat-5       #b04a1c #f2a04a
heat-6       #9c2d1b #ffbd7a
heat-7       #7d1019 #ffdfb8
"""
_TABLE = [row.split() for row in _ROLES.strip().splitlines()]

LIGHT = {role: light for role, light, _ in _TABLE}
DARK = {role: dark for role, _, dark in _TABLE}

HEAT = 8
"""How many steps `heat-0`, `heat-1`, ... there are, from the smallest to the largest."""

AGREE = 5
"""How many steps `agree-0`, `agree-1`, ... there are, from no digits in common to all of them."""


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, `#rrggbb`: 1 to 21, by WCAG 2.2."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
