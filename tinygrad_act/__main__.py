"""The command line: `python -m tinygrad_act list`, `check all`, `table README.md`."""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Sequence

from . import __version__, ops, table
from .check.everything import ESTIMATOR, as_json, as_text, check_op

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 if a check fails, or 2 if the arguments or a file won't do."""
    parser = argparse.ArgumentParser(prog="python -m tinygrad_act", description="A small autograd framework.")
    parser.add_argument("--version", action="version", version=f"tinygrad_act {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="print every operation: name, formula, derivative, kinks")
    checker = commands.add_parser("check", help="check the derivatives of operations, one line each")
    checker.add_argument("names", nargs="+", metavar="NAME", help="an operation, or: all")
    checker.add_argument("--json", action="store_true", help="print JSON")
    writer = commands.add_parser("table", help="write that table into a Markdown file, between its two markers")
    writer.add_argument("file", type=pathlib.Path)
    chosen = parser.parse_args(arguments)
    if chosen.command == "list":
        print(table.text())
        return 0
    return _check(chosen.names, chosen.json) if chosen.command == "check" else _write(chosen.file)


def _check(names: list[str], json: bool) -> int:
    try:
        chosen = list(ops.values()) if names == ["all"] else [ops[name] for name in names]
    except KeyError as error:
        print(f"check: {error.args[0]}", file=sys.stderr)
        return 2
    lines = [check_op(op) for op in chosen]
    print(as_json(lines) if json else as_text(lines))
    return 0 if all(line.verdict in ("agrees", "no derivative", ESTIMATOR) for line in lines) else 1


def _write(file: pathlib.Path) -> int:
    try:
        changed = table.write_into(file)
    except (OSError, ValueError) as error:
        print(f"table: {error}", file=sys.stderr)
        return 2
    print(f"{file}: {'table written' if changed else 'the table was up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
