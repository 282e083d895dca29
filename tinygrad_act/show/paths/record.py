"""An explanation as JSON."""

from __future__ import annotations

from typing import Any

from ..texts import count_text, json_text
from .path import Factor
from .sums import Sums

__all__ = ["as_json"]

_EXACT = 2**53


def as_json(explained: Sums) -> str:
    """An object with everything that an explanation holds."""
    record = {
        "of": explained.of,
        "wrt": explained.wrt,
        "total": explained.total,
        "count": explained.count if explained.count <= _EXACT else count_text(explained.count),
        "shown": explained.shown,
        "estimated": explained.estimated,
        "paths": [
            {
                "names": path.names,
                "product": path.product,
                "factors": list(map(_facts, path.factors)),
            }
            for path in explained.paths
        ],
    }
    return json_text(record)


def _facts(factor: Factor) -> dict[str, Any]:
    """All but what only printing needs."""
    return {name: x for name, x in factor._asdict().items() if name not in ("is_sum", "rounded", "around")}
