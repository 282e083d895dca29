"""Cards of activations: their facts computed, compared with other frameworks, their n-th derivatives."""

from .card import Card, card
from .comparing import Comparison, compare
from .derivative import derivative
from .listing import Catalogue, catalogue
from .pictures.overlay import plot
from .pictures.preactivations import preactivations
from .pictures.sheet import sheet

__all__ = [
    "Card", "Catalogue", "Comparison", "card", "catalogue", "compare", "derivative", "plot", "preactivations", "sheet",
]  # fmt: skip
