"""What `import tinygrad_act` costs beside `import numpy`, which it contains: fresh processes, in turns.

Bytecode is cached, as in an installed package: the first import of each is not counted.
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
ROOT = Path(__file__).resolve().parent.parent


def run(effort: Effort) -> None:
    """Compare the two imports."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        names = ("numpy", "numpy, tinygrad_act")
        pairs = [[_seconds(name, environment) for name in names] for _ in range(max(effort.rounds // 2, 5) + 1)][1:]
    ratio = statistics.median(ours / numpy for numpy, ours in pairs)
    print("\nimport in a fresh process, bytecode cached")
    for name, times in zip(names, zip(*pairs)):
        print(f"  import {name:20} best {1000 * min(times):6.1f} ms   median {1000 * statistics.median(times):6.1f} ms")
    verdict = f"at most {TARGET}x import numpy: {'reached' if ratio <= TARGET else 'MISSED'}"
    verdicts.append(f"{verdict:40}{ratio:6.2f}x | import tinygrad_act")


def _seconds(names: str, environment: dict[str, str]) -> float:
    code = f"import time; t = time.perf_counter(); import {names}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)
