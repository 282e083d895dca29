"""`python -m tinygrad_act draw "sigmoid(w*x + b)" w=0.5 x=3 b=-0.5 -o neuron.svg`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.graph import topological_order
from ...engine.value import Value
from ...show.graph import draw
from ...show.graph.shorten import COLLAPSE
from ...show.svg.writing import THEMES
from ..expression import evaluate_expression, parse_assignment
from .model import Drawable, from_file

__all__ = ["add_arguments", "run"]

_PASSED_ON = ("direction", "collapse", "max_nodes", "engine", "theme", "title")
"""Options that `draw` has by the same names."""

_EPILOG = """\
The formula knows numbers, names, + - * / ** @, comparisons, lists of numbers, and every operation that
`list` prints: "softmax(X @ W, axis=1)". Several formulas have ; between them, and names for what they
compute: "z = w*x + b; a = sigmoid(z)". Put one that begins with a minus sign into brackets.
A model is a Python file of yours that is run; it defines graph(), which gives a Value, a list of
Values (the last is the loss), or (model, batch).
"""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command may be told."""
    command.epilog = _EPILOG
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.set_defaults(rest="words")
    add = command.add_argument
    add("words", nargs="*", metavar="FORMULA NAME=NUMBER", help="the formula, then a number or list for each variable")
    add("--model", metavar="FILE[:NAME]", help="draw what graph() or NAME of a Python file gives")
    add("-o", "--output", metavar="FILE", help="write it in the format of the extension (default: print text)")
    add("--no-backward", action="store_true", help="draw without gradients")
    add("--direction", choices=["auto", "right", "down"], help="where the graph runs to")
    add("--collapse", choices=COLLAPSE, help="what is drawn as one box (auto: what makes it fit a screen)")
    add("--max-nodes", type=int, metavar="N", help="above so many boxes the picture is a summary by operation")
    add("--engine", help=argparse.SUPPRESS)  # there is one way to find places; `draw` says how Graphviz draws the graph
    add("--theme", choices=THEMES, help="the colours (auto: what the reader's system asks for)")
    add("--title", metavar="TEXT", help="what pages and screen readers call it")


def run(chosen: argparse.Namespace) -> int:
    """Make the graph, bring it its gradients, and draw it."""
    found = _found(chosen)
    if not chosen.no_backward:
        _bring_gradients(found.outputs)
    asked = {name: getattr(chosen, name) for name in _PASSED_ON}
    picture = draw(found.outputs, names=found.names, model=found.model,
                   **{name: value for name, value in asked.items() if value is not None})  # fmt: skip
    if chosen.output:
        written = f"{picture.save(chosen.output)}: picture written"
        print(written, file=sys.stderr if chosen.json else sys.stdout)  # what stands around JSON is no JSON
    if chosen.json:
        print(picture.json())
    elif not chosen.output:
        print(picture.text())
    return 0


def _found(chosen: argparse.Namespace) -> Drawable:
    if chosen.model is not None:
        if chosen.words:
            raise ValueError(f"a formula and --model at once: leave out {' '.join(chosen.words)!r:.80} or --model")
        return from_file(chosen.model)
    if not chosen.words:
        raise ValueError('there is nothing to draw: give a formula, "sigmoid(w*x)" w=0.5 x=3, or --model FILE')
    formula, *assignments = chosen.words
    values: dict[str, Any] = {}
    for text in assignments:
        name, data = parse_assignment(text)
        if name in values:
            raise ValueError(f"{name!r} is given twice, as {values[name]!r:.40} and in {text!r:.40}")
        values[name] = data
    return Drawable([evaluate_expression(formula, values)], {})  # labels are names enough


def _bring_gradients(outputs: Sequence[Value]) -> None:
    """Run backward from the last output, unless the graph has gradients already: they would be doubled."""
    result = outputs[-1]
    if any(value._grad is not None for value in topological_order(outputs, Value)):
        return
    if not result.requires_grad:
        print("draw: no gradients, because none flows to the result", file=sys.stderr)
        return
    if result.size != 1:
        print(f"draw: the result has shape {result.shape}; the gradients are those of its sum", file=sys.stderr)
    result.backward(np.ones(result.shape))
