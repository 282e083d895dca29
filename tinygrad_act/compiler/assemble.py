"""From a recorded graph to a program: lower, simplify, plan, write."""

from __future__ import annotations

from typing import Any

from .calls import method
from .costs import costs_of
from .emit import Form, write_careful, write_trusting
from .identifiers import in_docstring
from .lower import lower
from .memory import Memory
from .node import Graph, Node, make
from .passes import simplified
from .program import Program
from .writer import Writer

__all__ = ["assemble"]


def assemble(name: str, recorded: Graph, form: Form, passes: tuple[str, ...], about: str) -> Program:
    """The program of a graph. `about`: the first line of its docstring."""
    scope = {"np", "memory", name, f"{name}_update", f"{name}_with_care", *form.parameters}
    objects: dict[str, Any] = {}
    trusting = "trust" in passes and "lower" in passes
    graph = _prepared(recorded, passes, trusting)
    writer = Writer(objects, set(scope))
    rooms, tiles = "memory" in passes, "tiles" in passes
    lines, planned = (write_trusting if trusting else write_careful)(name, graph, form, writer, rooms, tiles)
    lines.insert(1, f'    """{in_docstring(about)}"""')
    if trusting:
        careful = Writer(objects, {*scope, *objects})
        more, _ = write_careful(f"{name}_with_care", _prepared(recorded, passes, False), form, careful, False, False)
        more.insert(1, '    """The same for numbers that overflow or are not finite, by the safest formulas."""')
        lines += ["", "", *more]
    source = "\n".join(lines) + "\n"
    memory = Memory(planned.rooms, writer.views)
    return Program(source, name, form.parameters, objects, memory, costs_of(recorded, graph, planned))


def _prepared(recorded: Graph, passes: tuple[str, ...], trusting: bool) -> Graph:
    graph = lower(recorded, trusting) if "lower" in passes else recorded
    return _saved(simplified(graph, passes, trusting))


def _saved(graph: Graph) -> Graph:
    """The graph with a copy, made before anything is overwritten, of each output that lies in donated memory."""

    def saved(x: Node) -> Node:
        return make(method("copy"), (x,)) if x.is_array and _may_lie_in(x, graph.donated) else x

    return Graph(graph.inputs, [saved(x) for x in graph.outputs], graph.donated)


def _may_lie_in(x: Node, donated: frozenset[Node]) -> bool:
    """Whether an array may lie in the memory of one of these inputs."""
    stack = [x]
    while stack:
        node = stack.pop()
        if node in donated:
            return True
        stack += node.lies_in()
    return False
