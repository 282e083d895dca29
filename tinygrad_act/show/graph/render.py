"""DOT text as SVG or PNG, by Graphviz: its program `dot`, found through the package `graphviz`."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["render"]

_SECONDS = 120.0
"""How long `dot` may take; it needs about 30 s for 5,000 boxes."""

_WITHOUT = ".dot() and .save('graph.dot') work without it"


def render(dot: str, format: str) -> bytes:
    """The picture in `format`, one of `dot`'s: `svg`, `png`.

    Raises `RuntimeError` that says what to do if the package or the program is missing, fails,
    or does not finish in time.
    """
    what = f"drawing {format.upper()}"
    try:
        program = importlib.import_module("graphviz.backend.dot_command")
        execute = importlib.import_module("graphviz.backend.execute")
    except ImportError:
        raise RuntimeError(f"{what} needs the Python package graphviz: pip install graphviz; {_WITHOUT}") from None
    try:
        return _run(program, execute, dot, format)
    except execute.ExecutableNotFound:
        raise RuntimeError(
            f"{what} needs Graphviz's `dot` program, which is not on PATH: install it (Debian/Ubuntu: "
            f"apt install graphviz; macOS: brew install graphviz; Windows: winget install graphviz; "
            f"conda install graphviz); {_WITHOUT}"
        ) from None
    except execute.subprocess.TimeoutExpired:
        raise RuntimeError(
            f"{what}: Graphviz's `dot` was stopped after {_SECONDS:g} s; draw a smaller part, "
            f"or lower max_nodes for a summary; {_WITHOUT}"
        ) from None
    except (OSError, execute.subprocess.CalledProcessError) as error:
        raise RuntimeError(f"{what}: Graphviz's `dot` failed: {_complaint(error)}; {_WITHOUT}") from None


def _run(program: Any, execute: Any, dot: str, format: str) -> bytes:
    """What `graphviz.Source(dot).pipe(format=format)` does, but that one waits for ever."""
    done = execute.run_check(
        program.command("dot", format), input=dot.encode(), capture_output=True, quiet=True, timeout=_SECONDS
    )
    if b"expat" in done.stderr:  # it drops all labels, warns, and calls that a success
        raise OSError("it was built without expat and can't write labels; install another build")
    picture: bytes = done.stdout
    return picture


def _complaint(error: Exception) -> str:
    stderr = getattr(error, "stderr", None)
    return stderr.decode(errors="replace").strip() if stderr else str(error)
