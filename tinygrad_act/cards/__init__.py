"""Cards of activations: their facts computed, compared with other frameworks, their n-th derivatives."""

from .card import Card, card
from .comparing import Comparison, compare, comparison
from .derivative import derivative
from .listing import catalogue

__all__ = ["Card", "Comparison", "card", "catalogue", "compare", "comparison", "derivative"]
