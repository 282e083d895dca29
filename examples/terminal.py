"""What the examples share at the terminal: a line of progress, and checks of what was typed."""

import argparse
import difflib
import inspect
import sys
import time
from collections.abc import Callable

import tinygrad_act as ta


class Progress:
    """On a terminal one line that is written over; elsewhere a plain line four times a training."""

    def __init__(self, quiet: bool, total: int) -> None:
        self.quiet, self.total = quiet, total
        self.live = sys.stdout.isatty()
        self.next_time = 0.0

    def due(self, epoch: int) -> bool:
        """Whether it is time for a new line."""
        if self.quiet:
            return False
        if self.live:
            return time.perf_counter() >= self.next_time
        return epoch * 4 // self.total > (epoch - 1) * 4 // self.total

    def show(self, text: str) -> None:
        """Write `text`, on a terminal over the line before."""
        if self.quiet:
            return
        if self.live:
            print("\r" + text[:79].ljust(79), end="", flush=True)
            self.next_time = time.perf_counter() + 0.1
        else:
            print(text, flush=True)

    def end(self, text: str = "") -> None:
        """Leave the line that was written over, and write `text` on a new one."""
        if self.live and not self.quiet and self.next_time:
            print()
        self.next_time = 0.0
        if text:
            print(text, flush=True)


def usable_activations() -> list[str]:
    """The operations that can stand in the hidden layer: one input, elementwise, defined everywhere."""
    required = inspect.Parameter.empty
    return [
        op.name
        for op in ta.ops.values()
        if op.elementwise and len(op.inputs) == 1 and op.rules[0] is not None
        and not op.domain and not op.poles and required not in op.defaults.values()
    ]  # fmt: skip


def activation_name(text: str) -> str:
    """Check a name given on the command line."""
    names = usable_activations()
    if text == "all" or text in names:
        return text
    near = difflib.get_close_matches(text, names, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise argparse.ArgumentTypeError(f"unknown activation {text!r}{hint}; choose from all, {', '.join(names)}")


def at_least(least: int) -> Callable[[str], int]:
    """A type for argparse: whole numbers from `least` on."""

    def whole(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
        return number

    return whole


def positive(text: str) -> float:
    """A type for argparse: positive numbers."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return number
