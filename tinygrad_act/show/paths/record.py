"""An explanation as JSON."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .numerals import count_text

if TYPE_CHECKING:
    from .explanation import Explanation

__all__ = ["as_json"]

_EXACT = 2**53


def as_json(explained: Explanation) -> str:
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
                "factors": [factor._asdict() for factor in path.factors],
            }
            for path in explained.paths
        ],
    }
    return json.dumps(_plain(record), indent=1, ensure_ascii=False, allow_nan=False)


def _plain(x: Any) -> Any:
    """Tuples as lists, arrays as nested lists, and numbers that are not finite as texts."""
    if isinstance(x, dict):
        return {key: _plain(item) for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        return [_plain(item) for item in x]
    if isinstance(x, (np.ndarray, np.generic)):
        return _plain(x.tolist())
    return str(x) if isinstance(x, float) and not math.isfinite(x) else x
