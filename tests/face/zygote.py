"""Run as a script: pieces of code, each in a process of its own that has imported nothing of the package.

The processes are forked from this one, which has imported NumPy only, so that each costs no more than what it does. A
list of pieces comes in as JSON; what each has printed, or the error, goes out as JSON.
"""

import contextlib
import io
import json
import os
import sys
import traceback

import numpy as np  # noqa: F401  (before the forks)


def run(code):
    """What the code prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(code, "<piece>", "exec"), {"__name__": "__main__"})
        except BaseException:
            return traceback.format_exc()
    return printed.getvalue()


def forked(code):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        with open(write, "w", encoding="utf-8") as pipe:
            json.dump(run(code), pipe)
        os._exit(0)
    os.close(write)
    with open(read, encoding="utf-8") as pipe:
        found = json.load(pipe)
    os.waitpid(child, 0)
    return found


if __name__ == "__main__":
    json.dump([forked(code) for code in json.load(sys.stdin)], sys.stdout)
