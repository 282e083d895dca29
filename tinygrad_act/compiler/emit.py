"""A planned program as Python source: one function, its lines in order, and room for its results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..core.trees import map_leaves
from .calls import CONSTANT, INPUT
from .guard import watched
from .loops import lines_of
from .node import Graph, Node
from .plan import Plan, plan
from .signature import is_spelled, key_text
from .writer import Writer

__all__ = ["Form", "write_careful", "write_trusting"]


@dataclass(frozen=True)
class Form:
    """How the function is called and what it returns."""

    parameters: tuple[str, ...]
    positional: int
    """How many of them are given by position; memory comes after these."""
    places: tuple[str, ...]
    """For every input, where it is found: `params['w1']`."""
    structure: Any
    """What it returns, with positions among the outputs as leaves."""


def write_trusting(
    name: str, graph: Graph, form: Form, writer: Writer, rooms: bool, tiles: bool
) -> tuple[list[str], Plan]:
    """The lines of a function that raises `FloatingPointError` where its numbers are not to be trusted. What
    overwrites donated memory stands in a second function, to be called with the first one's result."""
    watch = watched([*(x for x in graph.order() if x.call is INPUT), *plan(graph, tiles=tiles).early])
    made = plan(graph, frozenset(watch), rooms, tiles)
    body = [*_unpacked(graph, form, writer), *lines_of(writer, made, tuple(watch))]
    watch = [x for x in watch if x not in made.loops]
    if watch:
        body += [f"if {_any_nan(watch, writer)}:", f"    raise {writer.builtin('FloatingPointError')}"]
    returned = f"return {_returned(graph, form, writer, made)}" if not made.late and not made.copied else ""
    update: list[str] = []
    if not returned:
        handed, finish = _handed_over(graph, made, writer), _finish(graph, form, writer, made)
        handed += dict.fromkeys(writer.view(x) for x in map(made.target.get, made.late) if isinstance(x, tuple))
        update = ["", "", f"def {name}_update({', '.join(handed)}):", *_indented(finish)]
        returned = f"return {', '.join(handed)},"
    return [_head(name, form, writer), *_indented([*_memory(writer), *body, returned]), *update], made


def _any_nan(watch: list[Node], writer: Writer) -> str:
    """The test whether any of these holds a NaN: the sum of the squares of its entries does just then."""
    total = writer.name("total")
    names = [(x, writer.of(x)) for x in watch]
    tests = [f"({total} := np.vdot({x}, {x})) != {total}" if node.is_array else f"{x} != {x}" for node, x in names]
    return " or ".join(tests)


def write_careful(
    name: str, graph: Graph, form: Form, writer: Writer, rooms: bool, tiles: bool
) -> tuple[list[str], Plan]:
    """The lines of a function for any numbers. `rooms`: whether results may be kept in room that stays from call
    to call. `tiles`: whether large arrays are cut."""
    made = plan(graph, rooms=rooms, tiles=tiles)
    body = [*_unpacked(graph, form, writer), 'with np.errstate(all="ignore"):']
    body += _indented(lines_of(writer, made))
    body += _indented(_finish(graph, form, writer, made))
    return [_head(name, form, writer), *_indented([*_memory(writer), *body])], made


def _head(name: str, form: Form, writer: Writer) -> str:
    parameters = list(form.parameters)
    if writer.views:
        parameters.insert(form.positional, "memory")
    return f"def {name}({', '.join(parameters)}):"


def _memory(writer: Writer) -> list[str]:
    names = writer.rooms
    return [f"{', '.join(names)}{',' * (len(names) == 1)} = memory"] if names else []


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _handed_over(graph: Graph, made: Plan, writer: Writer) -> list[str]:
    """The names that the late lines and the returned structure refer to, apart from their own."""
    late = set(made.late)
    wanted = [x for node in made.late for x in node.args]
    wanted += [x for pair in made.copied for x in pair] + [*graph.outputs, *made.home.values()]
    names = [writer.of(x) for x in wanted if x not in late and x.call is not CONSTANT]
    return list(dict.fromkeys(names))


def _finish(graph: Graph, form: Form, writer: Writer, made: Plan) -> list[str]:
    """The lines that overwrite donated memory, and the return."""
    lines = [writer.line(x, made.target.get(x)) for x in made.late]
    lines += [f"np.copyto({writer.of(given)}, {writer.of(output)})" for given, output in made.copied]
    return [*lines, f"return {_returned(graph, form, writer, made)}"]


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
    return _literal(map_leaves(lambda i: texts[i], form.structure), writer)


def _stands_alone(output: Node, lines: list[Node], made: Plan) -> bool:
    """Whether its memory is fresh, and no argument's or other result's."""
    if output.call in (INPUT, CONSTANT) or output.call.view:
        return False
    if output.call.elementwise or output.call.out:
        return not isinstance(made.target.get(output), tuple)
    if 0 in output.facts.strides:  # stretched: of memory that nobody else has, perhaps, but not to be written to
        return False
    return not output.lies_in()


def _key(key: Any, writer: Writer) -> str:
    return key_text(key) if is_spelled(key) else writer.object(key)


def _literal(tree: Any, writer: Writer) -> str:
    """A structure of texts as the text of a structure."""
    kind = type(tree)
    if isinstance(tree, dict):
        text = "{" + ", ".join(f"{_key(key, writer)}: {_literal(x, writer)}" for key, x in tree.items()) + "}"
        if hasattr(tree, "default_factory"):
            text = f"{writer.object(tree.default_factory, 'factory')}, {text}"
        return text if kind is dict else f"{writer.object(kind, kind.__name__)}({text})"
    if not isinstance(tree, (list, tuple)):
        return str(tree)
    parts = ", ".join([_literal(x, writer) for x in tree])
    if hasattr(tree, "_fields"):
        return f"{writer.object(kind, kind.__name__)}({parts})"
    text = f"[{parts}]" if isinstance(tree, list) else f"({parts}{',' if len(tree) == 1 else ''})"
    return text if kind in (list, tuple) else f"{writer.object(kind, kind.__name__)}({text})"
