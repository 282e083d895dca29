"""A planned program as Python source: one function, its lines in order, and room for its results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..tree import map_leaves
from .calls import CONSTANT, INPUT
from .guard import watched
from .node import Graph, Node
from .plan import Plan, plan
from .spell import NotAText, literal, spell

__all__ = ["Form", "Writer", "write_function"]


@dataclass(frozen=True)
class Form:
    """How the function is called and what it returns."""

    parameters: tuple[str, ...]
    places: tuple[str, ...]
    """For every input, where it is found: `params['w1']`."""
    structure: Any
    """What it returns, with positions among the outputs as leaves."""


class Writer:
    """Gives names to nodes and writes their lines."""

    def __init__(self, objects: dict[str, Any], taken: set[str]) -> None:
        self.objects = objects
        """What the lines can't spell, by name: constants and functions."""
        self.names: dict[Node, str] = {}
        self.views: list[tuple[int, tuple[int, ...], Any]] = []
        """What `memory` holds: (room, shape, dtype)."""
        self._taken = taken
        self._counts: dict[str, int] = {}
        self._known = {id(x): name for name, x in objects.items()}

    def name(self, wish: str) -> str:
        """A name that is not taken: the wish, or the wish with a number."""
        found = wish
        while found in self._taken:
            self._counts[wish] = self._counts.get(wish, 1) + 1
            found = f"{wish}_{self._counts[wish]}"
        self._taken.add(found)
        return found

    def numbered(self, letter: str) -> str:
        """The next of t1, t2, ..."""
        while True:
            self._counts[letter] = self._counts.get(letter, 0) + 1
            if f"{letter}{self._counts[letter]}" not in self._taken:
                return self.name(f"{letter}{self._counts[letter]}")

    def of(self, node: Node) -> str:
        """How an argument is spelled: its name, or a constant."""
        if node not in self.names:
            if not isinstance(node.value, (np.ndarray, np.generic)):
                text = literal(node.value)
                return f"({text})" if text.startswith("-") else text
            self.names[node] = self.object(node.value, node.name)
        return self.names[node]

    def object(self, x: Any, wish: str = "") -> str:
        """A name for an object that the lines can't spell."""
        if id(x) not in self._known:
            self._known[id(x)] = name = self.name(wish) if wish.isidentifier() else self.numbered("k")
            self.objects[name] = x
        return self._known[id(x)]

    def line(self, node: Node, target: Any = None) -> str:
        """`name = call(arguments)`; `target`: the node that it is written over, or a piece of room."""
        args = [self.of(x) for x in node.args]
        out = None if target is None else self.names[target] if isinstance(target, Node) else self._view(target)
        function = node.call.name if node.call.helper is None else self.object(node.call.helper, node.call.name)
        text = spell(node, function, args, out, self._parameter)
        again = isinstance(target, Node) and not target.name and not node.name
        self.names[node] = name = str(out) if again else self._named(node)
        return f"{name} = {text}"

    def _named(self, node: Node) -> str:
        return self.name(node.name) if node.name.isidentifier() else self.numbered("t")

    def _view(self, target: Any) -> str:
        if target not in self.views:
            self.views.append(target)
        return f"m{self.views.index(target) + 1}"

    def _parameter(self, x: Any) -> str:
        try:
            return literal(x)
        except NotAText:
            return self.object(x)


def write_function(
    name: str, graph: Graph, form: Form, writer: Writer, otherwise: str, rooms: bool
) -> tuple[list[str], Plan]:
    """The lines of a function. `otherwise`: the function to call if a number is not to be trusted, if any;
    `rooms`: whether results may be kept in room that stays from call to call."""
    first_plan = plan(graph)
    watch = watched(first_plan.early) if otherwise else []
    made = plan(graph, frozenset(watch), rooms)
    body = _unpacked(graph, form, writer)
    early = [writer.line(x, made.target.get(x)) for x in made.early]
    call = f"return {otherwise}({', '.join(form.parameters)})"
    if otherwise:
        body += _trusting(early, [writer.of(x) if not x.is_array else f"has_nan({writer.of(x)})" for x in watch], watch, call)
    else:
        body += ['with np.errstate(all="ignore"):', *(f"    {line}" for line in early)] if early else []
    body += [writer.line(x, made.target.get(x)) for x in made.late]
    body += [f"np.copyto({writer.of(given)}, {writer.of(output)})" for given, output in made.copied]
    body.append(f"return {_returned(graph, form, writer, made)}")
    head = f"def {name}({', '.join([*form.parameters, 'memory'] if writer.views else form.parameters)}):"
    if writer.views:
        body.insert(0, f"{', '.join(f'm{i + 1}' for i in range(len(writer.views)))}, = memory")
    return [head, *(f"    {line}" for line in body)], made


def _unpacked(graph: Graph, form: Form, writer: Writer) -> list[str]:
    """Lines that take the inputs out of the arguments."""
    lines = []
    used = set(graph.order())
    for node, place in zip(graph.inputs, form.places):
        if node not in used and node not in graph.donated:
            continue
        if place in form.parameters:
            writer.names[node] = place
        else:
            writer.names[node] = writer.name(node.name)
            lines.append(f"{writer.names[node]} = {place}")
    return lines


def _trusting(early: list[str], seen: list[str], watch: list[Node], call: str) -> list[str]:
    if not early:
        return []
    lines = ["try:", '    with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):']
    lines += [f"        {line}" for line in early]
    lines += ["except FloatingPointError:", f"    {call}"]
    if watch:
        tests = [text if x.is_array else f"{text} != {text}" for text, x in zip(seen, watch)]
        lines += [f"if {' or '.join(tests)}:", f"    {call}"]
    return lines


def _returned(graph: Graph, form: Form, writer: Writer, made: Plan) -> str:
    """What the function returns, as a literal. Nothing of it shares memory with an argument or with other results."""
    texts = []
    lines = [*made.early, *made.late]
    seen: set[Node] = set()
    for output in graph.outputs:
        text = writer.of(output)
        if output in made.home and output not in seen:
            text = writer.of(made.home[output])
        elif output.is_array:
            if output in seen or not _stands_alone(output, lines, made):
                text = f"{text}.copy()"
        elif not output.is_number:
            text = f"np.array({text})" if output.call in (INPUT, CONSTANT) or output in seen else f"np.asarray({text})"
        seen.add(output)
        texts.append(text)
    return _literal(map_leaves(lambda i: texts[i], form.structure))


def _stands_alone(output: Node, lines: list[Node], made: Plan) -> bool:
    """Whether its memory is fresh, and no argument's or other result's."""
    if output.call in (INPUT, CONSTANT) or output.call.view:
        return False
    if output.call.elementwise or output.call.out:
        return not isinstance(made.target.get(output), tuple)
    return not any(np.may_share_memory(output.value, x.value) for x in output.args if x.is_array)


def _literal(tree: Any) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key!r}: {_literal(x)}" for key, x in tree.items()) + "}"
    if isinstance(tree, list):
        return f"[{', '.join(map(_literal, tree))}]"
    if isinstance(tree, tuple):
        return f"({', '.join(map(_literal, tree))}{',' if len(tree) == 1 else ''})"
    return str(tree)
