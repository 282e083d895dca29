"""Run the benchmarks and print ratios: `python benchmarks/run_all.py [--quick] [name ...]`."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # measure this checkout, installed or not

from benchmarks import (
    bench_activations,
    bench_compile,
    bench_compile_scalar,
    bench_demo,
    bench_depth,
    bench_draw,
    bench_gather,
    bench_import,
    bench_lending,
    bench_products,
    bench_scalar,
    bench_step_241,
    bench_step_784,
    runner,
)

BENCHMARKS = {
    "activations": bench_activations.run,
    "compile": bench_compile.run,
    "compile_scalar": bench_compile_scalar.run,
    "import": bench_import.run,
    "lending": bench_lending.run,
    "products": bench_products.run,
    "scalar": bench_scalar.run,
    "demo": bench_demo.run,
    "depth": bench_depth.run,
    "draw": bench_draw.run,
    "gather": bench_gather.run,
    "step241": bench_step_241.run,
    "step784": bench_step_784.run,
}


def main() -> None:
    """Run what the command line names, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"which to run: {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, for a first impression")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    effort = runner.Effort(rounds=8, share=0.003, total=0.4, deepest=10_000) if options.quick else runner.Effort()
    start = time.perf_counter()
    numpy = importlib.metadata.version("numpy")
    print(f"Python {platform.python_version()}, NumPy {numpy}, {platform.machine()}, one thread")
    for name in options.names or BENCHMARKS:
        BENCHMARKS[name](effort)
    print(f"\nTargets, after {time.perf_counter() - start:.0f} s:")
    print("\n".join(f"  {verdict}" for verdict in runner.verdicts))


if __name__ == "__main__":
    main()
