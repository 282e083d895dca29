"""How fast tinygrad_act is, beside the same work by hand and beside its peers.

    python benchmarks/run_all.py                    # everything, about 7 minutes
    python benchmarks/run_all.py --quick            # the same with fewer rounds, about 2 minutes
    python benchmarks/run_all.py scalar depth       # some of it

`runner.py` times contenders in turns and prints ratios; `peers.py` finds the installed peers and
`steps.py` writes a training step in each; every `bench_*.py` is one comparison. Before anything is
timed, all contenders must agree on the gradients.

Two things make runs comparable, and both are done here, in the file that Python reads first: every
library computes on one thread, which has to be said before NumPy is imported; and freed memory
stays with the process.
"""

import contextlib
import ctypes
import os

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"


def _keep_memory() -> None:
    """Let glibc keep freed memory; other C libraries lack the function and go on as they are.

    To give arrays back to the system and take them again costs a step of the 784-128-64-10 network
    a millisecond, or nothing, by the accident of what lies at the end of the heap.
    """
    trim_threshold, mmap_threshold = -1, -3  # glibc's names for the two settings, without M_
    with contextlib.suppress(OSError, AttributeError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(mmap_threshold, 1 << 25)  # the most it accepts
        libc.mallopt(trim_threshold, 1 << 30)


_keep_memory()
