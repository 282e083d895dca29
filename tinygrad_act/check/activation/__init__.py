"""`@ta.activation`: declare an activation of your own, proven as you declare it.

`declare` is the decorator, `formula` reads the declaration, `breaks` finds kinks and jumps,
`manners` looks at shapes, dtypes, NaN and infinity, `slopes` compares the derivative with numerical
ones, `report` says what was found and `picture` draws it.
"""

from .declare import activation
from .report import Refused, Report

__all__ = ["Refused", "Report", "activation"]
