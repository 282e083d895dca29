"""The gradient check: `gradcheck`, its `Report`, and what they are made of.

`problem` is what is checked, `ladder` takes numerical derivatives, `slopes` tells smooth points from
kinks and jumps, `places` knows the kinks that operations declare, `verdict` judges, `entries`
compares, `manners` looks at determinism and float32, `blame` finds the operation at fault.
"""

from .gradcheck import gradcheck
from .report import Entry, Note, Report

__all__ = ["Entry", "Note", "Report", "gradcheck"]
