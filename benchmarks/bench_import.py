"""What `import tinygrad_act` costs beside `import numpy`, and what the first use of a Value does: fresh processes, in
turns.

The import loads nothing by itself, not even NumPy, so NumPy is imported with it here, as every program does that uses
either. The first name that is asked for loads the operations and `Value`. Bytecode is cached, as in an installed
package: the first import of each is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from .runner import Effort, verdicts

__all__ = ["run"]

TARGET = 1.3
CODES = (
    "import numpy", "import numpy, tinygrad_act", "import numpy, tinygrad_act; tinygrad_act.Value(1.0)",
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent


def run(effort: Effort) -> None:
    """Compare the two imports."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        rounds = [[_seconds(code, environment) for code in CODES] for _ in range(max(effort.rounds // 2, 5) + 1)][1:]
    print("\nimport in a fresh process, bytecode cached")
    for code, times in zip(CODES, zip(*rounds)):
        print(f"  {code:45} best {1000 * min(times):6.1f} ms   median {1000 * statistics.median(times):6.1f} ms")
    imported, used = (statistics.median(each[i] / each[0] for each in rounds) for i in (1, 2))
    verdict = f"at most {TARGET}x import numpy: {'reached' if imported <= TARGET else 'MISSED'}"
    verdicts.append(f"{verdict:40}{imported:6.2f}x | import tinygrad_act")
    verdicts.append(f"{'beside import numpy, no target':40}{used:6.2f}x | import tinygrad_act, and the first Value")


def _seconds(code: str, environment: dict[str, str]) -> float:
    timed = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", timed], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)
