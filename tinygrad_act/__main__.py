"""The command line: `python -m tinygrad_act list`, `python -m tinygrad_act table README.md`."""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Sequence

from . import __version__, table

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 2 if the arguments or a file won't do."""
    parser = argparse.ArgumentParser(prog="python -m tinygrad_act", description="A small autograd framework.")
    parser.add_argument("--version", action="version", version=f"tinygrad_act {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="print every operation: name, formula, derivative, kinks")
    writer = commands.add_parser("table", help="write that table into a Markdown file, between its two markers")
    writer.add_argument("file", type=pathlib.Path)
    chosen = parser.parse_args(arguments)
    if chosen.command == "list":
        print(table.text())
        return 0
    try:
        changed = table.write_into(chosen.file)
    except (OSError, ValueError) as error:
        print(f"table: {error}", file=sys.stderr)
        return 2
    print(f"{chosen.file}: {'table written' if changed else 'the table was up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
