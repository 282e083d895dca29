"""One way to write every picture: text that is escaped and fits, colours for light and dark, SVG elements.

`metrics` knows how wide a text is, `colours` what a colour means, `writing` the elements and the whole file;
`chart` draws axes and curves, `page` makes a page of a picture, `shown` what a notebook shows.
"""

from ...core.shown import escape, fragment
from .colours import DARK, LIGHT, contrast
from .metrics import fit, flow, one_line, text_width
from .page import page
from .shown import bundle
from .writing import circle, document, group, line, number, path, polyline, rectangle, text

__all__ = [
    "DARK", "LIGHT", "bundle", "circle", "contrast", "document", "escape", "fit", "flow", "fragment", "group", "line",
    "number", "one_line", "page", "path", "polyline", "rectangle", "text", "text_width",
]  # fmt: skip
