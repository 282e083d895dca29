"""Cards of activations: their facts computed, compared with other frameworks, their n-th derivatives."""

from .card import Card, card
from .comparing import Comparison, compare, comparison
from .derivative import derivative
from .listing import catalogue
from .pictures.overlay import plot
from .pictures.preactivations import preactivations
from .pictures.sheet import sheet

__all__ = [
    "Card", "Comparison", "card", "catalogue", "compare", "comparison", "derivative", "plot", "preactivations", "sheet",
]  # fmt: skip
