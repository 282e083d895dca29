"""The command line: `python -m tinygrad_act`. See `cli/main.py`."""

import sys

from .cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
