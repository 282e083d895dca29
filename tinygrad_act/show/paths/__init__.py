"""The chain rule from an output to one of the values that it depends on, along every path between them.

`between` finds what lies between the two and counts the paths, `heaviest` chooses among them, `pulling`
computes what each brings, `spelling` and `naming` say it in symbols; `text`, `markdown`, `latex` and
`record` print it.
"""

from .explanation import Explanation, explain
from .path import Factor, Path

__all__ = ["Explanation", "Factor", "Path", "explain"]
