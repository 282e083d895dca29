"""The command line: `python -m tinygrad_act draw "sigmoid(w*x)" w=0.5 x=3`, `card gelu`, `check all`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from .._version import __version__
from ..check import accuracy
from ..check.gradient import everything
from ..core import saving
from ..core.op import Op
from ..core.registry import ops
from ..show.cards import card, catalogue, compare, sheet
from . import table
from .commands import drawing, stubs
from .commands.terminal import close_output, spelling, write_json

__all__ = ["main"]

_INTERRUPTED = 130
"""128 and the number of the signal, as a shell has it."""
_FINE = ("agrees", everything.NOTHING, everything.ESTIMATOR, everything.UNKNOWN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 if a check fails, 2 if the arguments or a file won't do, or 130 after
    Ctrl-C."""
    with spelling():
        chosen = _parsed(arguments)
        if getattr(chosen, "json", False):
            write_json()
        try:
            status: int = chosen.run(chosen)
            if sys.stdout is not None:  # a program without a console has none
                sys.stdout.flush()
        except KeyboardInterrupt:
            return _INTERRUPTED
        except BrokenPipeError:  # whoever read the output, `| head` perhaps, has enough
            close_output()
            return 1
        except (KeyError, OSError, RuntimeError, TypeError, ValueError) as error:
            message = error.args[0] if isinstance(error, KeyError) else error
            print(f"{chosen.command}: {str(message).removeprefix(f'{chosen.command}: ')}", file=sys.stderr)
            close_output()
            return 2
        return status


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, sorted. Words that argparse leaves over, because they stand behind an option, go to the
    list that the command names as its `rest`."""
    parser = _parser()
    chosen, left = parser.parse_known_args(arguments)
    if left and (not hasattr(chosen, "rest") or any(word.startswith("-") for word in left)):
        parser.error(f"unrecognized arguments: {' '.join(left)}")
    if left:
        getattr(chosen, chosen.rest).extend(left)
    return chosen


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tinygrad_act", description="A small autograd framework.")
    parser.add_argument("--version", action="version", version=f"tinygrad_act {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Callable[..., int], text: str, json: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        if json:
            command.add_argument("--json", action="store_true", help="print JSON")
        return command

    add("list", _list, "print every operation: name, formula, derivative, kinks").add_argument(
        "--activations", action="store_true", help="only activations, with the frameworks that have them"
    )
    one = add("card", _card, "print what is known about one activation")
    one.add_argument("name", metavar="NAME")
    one.add_argument("given", nargs="*", metavar="PARAMETER=NUMBER", help="its parameters, such as alpha=0.5")
    one.add_argument("--markdown", action="store_true", help="print Markdown, with the formulas in LaTeX")
    one.add_argument("-o", "--output", metavar="FILE", help="write it instead: .svg, .html, .png, .md, .json or .txt")
    many = add("sheet", _sheet, "draw activations, all or these, as small pictures on the same axes", json=False)
    many.add_argument("names", nargs="*", metavar="NAME")
    many.add_argument("-o", "--output", metavar="FILE", required=True, help="the file: .svg, .html, .png or .txt")
    add("compare", _compare, "print how other frameworks' versions differ").add_argument("name", metavar="NAME")
    add("check", _check, "check the derivatives of operations, one line each").add_argument(
        "names", nargs="+", metavar="NAME", help="an operation, or: all"
    )
    measure = add("accuracy", _accuracy, "measure the error of values and slopes in ulp (needs mpmath)")
    measure.add_argument("names", nargs="+", metavar="NAME", help="an activation, or: all")
    measure.add_argument("--into", metavar="FILE", help="write a table into a Markdown file instead")
    measure.add_argument("--points", type=int, default=accuracy.QUICK, help="how many (default: %(default)s)")
    drawing.add_arguments(add("draw", drawing.run, "draw the graph of a formula, with values and gradients"))
    listed = add("table", _table, "write the table of `list` into a Markdown file, between its markers", json=False)
    listed.add_argument("file")
    add("stubs", _stubs, "write the files from which editors know the operations", json=False)
    return parser


def _list(chosen: argparse.Namespace) -> int:
    if chosen.activations:
        found = catalogue()
        print(found.json() if chosen.json else found)
    else:
        print(table.as_json() if chosen.json else table.text())
    return 0


def _card(chosen: argparse.Namespace) -> int:
    found = card(chosen.name, **dict(map(_parameter, chosen.given)))
    if chosen.output:
        print(f"{found.save(chosen.output)}: {found.name} written")
        return 0
    print(found.json() if chosen.json else found.markdown() if chosen.markdown else found.text())
    return 0


def _parameter(given: str) -> tuple[str, float]:
    name, _, number = given.partition("=")
    try:
        return name, float(number)
    except ValueError:
        raise ValueError(f"card: {given!r} is no parameter; write its name and a number, as in alpha=0.5") from None


def _sheet(chosen: argparse.Namespace) -> int:
    print(f"{sheet(chosen.names or None).save(chosen.output)}: sheet written")
    return 0


def _compare(chosen: argparse.Namespace) -> int:
    found = compare(chosen.name)
    print(found.json() if chosen.json else found)
    return 0


def _chosen(names: list[str]) -> list[Op]:
    return list(ops.values()) if names == ["all"] else [ops[name] for name in names]


def _check(chosen: argparse.Namespace) -> int:
    chosen_ops = _chosen(chosen.names)
    lines = []
    if not chosen.json:
        print(everything.head(chosen_ops), flush=True)
    for op in chosen_ops:  # one after the other, as they are found: all take a while
        lines.append(everything.check_op(op))
        if not chosen.json:
            print(everything.row(lines[-1], chosen_ops), flush=True)
    print(everything.as_json(lines) if chosen.json else everything.details(lines), end="\n" * bool(chosen.json))
    return 0 if all(line.verdict in _FINE for line in lines) else 1


def _accuracy(chosen: argparse.Namespace) -> int:
    every = chosen.names == ["all"]
    asked = accuracy.measured_ops() if every else [(op, {}) for op in _chosen(chosen.names)]
    names = [op.name for op, _ in asked]
    shown = not (chosen.into or chosen.json)
    rows = []
    for position, (op, static) in enumerate(asked):  # one after the other, as they are measured: all take minutes
        found = accuracy.measure(op, static=static, points=chosen.points)
        rows += found
        if shown:
            lines = [accuracy.head(names)] * (position == 0) + [accuracy.line(row, names) for row in found]
            print("\n".join(lines), flush=True)
    if chosen.into:
        saving.put_between(chosen.into, accuracy.START, accuracy.END, accuracy.markdown(rows))
    elif chosen.json:
        print(accuracy.as_json(rows))
    return 0


def _stubs(_: argparse.Namespace) -> int:
    changed = stubs.write_all()
    print("\n".join(f"{path}: written" for path in changed) or "they were up to date")
    return 0


def _table(chosen: argparse.Namespace) -> int:
    changed = table.write_into(chosen.file)
    print(f"{chosen.file}: {'table written' if changed else 'the table was up to date'}")
    return 0
