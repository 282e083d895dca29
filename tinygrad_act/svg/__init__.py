"""One way to write every picture: text that is escaped and fits, colours for light and dark, SVG elements.

`metrics` knows how wide a text is, `colours` what a colour means, `writing` the elements and the whole file.
"""

from .colours import DARK, LIGHT, contrast
from .metrics import fit, text_width
from .writing import circle, document, escape, group, line, number, path, polyline, rectangle, text, title

__all__ = [
    "DARK", "LIGHT", "circle", "contrast", "document", "escape", "fit", "group", "line", "number", "path", "polyline",
    "rectangle", "text", "text_width", "title",
]  # fmt: skip
