"""Where each result of a program is kept: in place of an argument that nobody needs any more, in room
that an earlier result has left, or in fresh memory.

Results that are handed out are never kept in the program's own room, so no later call overwrites
them. Memory is shared only where shape and dtype allow it without a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .calls import CONSTANT, INPUT
from .node import Graph, Node
from .tiles import Join, Loop, grouped, joins_of, loops_of

__all__ = ["Plan", "plan"]

SMALLEST = 64
"""Bytes below which NumPy's own cache hands out memory as fast."""


@dataclass
class Plan:
    """The order of the lines, and what each writes into."""

    early: list[Node]
    late: list[Node]
    """What overwrites memory that the caller has donated, and what depends on it: it runs last."""
    target: dict[Node, Any] = field(default_factory=dict)
    """A node (an argument that is overwritten, or a donated input), or (room, shape, dtype)."""
    rooms: list[int] = field(default_factory=list)
    """The bytes of each piece of room."""
    copied: list[tuple[Node, Node]] = field(default_factory=list)
    """(donated input, output): where the output had to be computed elsewhere."""
    home: dict[Node, Node] = field(default_factory=dict)
    """Output → the donated input that it is returned in."""
    over: dict[Node, Node] = field(default_factory=dict)
    """A step of an update → the donated input that it may be written over."""
    loops: dict[Node, Loop] = field(default_factory=dict)
    """Node → the loop over slices that it runs in."""
    joins: dict[Node, Join] = field(default_factory=dict)
    """Results of loops → their place in a concatenation, which needs no line of its own then."""

    def is_part(self, x: Node) -> bool:
        """Whether only a slice of it is there at a time."""
        return x in self.loops and x not in self.loops[x].kept

    @property
    def lines(self) -> list[Node]:
        """All lines that compute or copy something."""
        joined = {join.whole for join in self.joins.values()}
        return [x for x in (*self.early, *self.late) if x not in joined]

    def nbytes(self, x: Node) -> int:
        """The bytes of what is there of it at a time."""
        return self.loops[x].nbytes(x) if x in self.loops else x.nbytes


def plan(graph: Graph, keep: frozenset[Node] = frozenset(), rooms: bool = True, tiles: bool = False) -> Plan:
    """A plan for the lines of `graph`. `keep`: nodes that have to last until the late lines, though no line
    reads them (those of loops are looked at there). `rooms`: whether results may be kept in room that stays from
    call to call. `tiles`: whether chains on large arrays become loops over slices."""
    paths = _update_paths(graph)
    lines = _masks_first(graph.lines())
    late = _depending(lines, {node for path in paths.values() for node in path})
    order = [x for x in lines if x not in late] + [x for x in lines if x in late]
    made = Plan([x for x in order if x not in late], [x for x in order if x in late])
    if tiles:
        needed = [*graph.outputs, *(x for node in made.late for x in node.args)]
        made.loops = loops_of(made.early, needed)
        made.early = grouped(made.early, made.loops)
        made.joins = joins_of(made.early, made.loops, needed)
        order = [*made.early, *made.late]
    made.home = {output: given for given, (*_, output) in paths.items()}
    made.over = {node: given for given, path in paths.items() for node in path}
    roots = _roots(order)
    if rooms:
        _assign_parts(made)
    _assign(graph, order, roots, made, keep - made.loops.keys(), rooms)
    for output, given in made.home.items():
        if _memory_of(output, made, roots) is not given:
            made.copied.append((given, output))
    return made


def _masks_first(lines: list[Node]) -> list[Node]:
    """The lines with each mask right after what it is computed from: the mask is a quarter or an eighth of it, and
    what comes next may then be written over it, as in z >= 0 before maximum(z, 0)."""
    masks: dict[Node, list[Node]] = {}
    moved = set()
    for node in lines:
        sources = [x for x in node.args if x.call is not CONSTANT]
        if len(sources) == 1 and node.dtype == bool and node.call.elementwise and sources[0].call is not INPUT:
            masks.setdefault(sources[0], []).append(node)
            moved.add(node)
    order = []
    for node in lines:
        if node not in moved:
            stack = [node]
            while stack:  # a mask of a mask follows it
                order.append(stack.pop())
                stack += reversed(masks.get(order[-1], []))
    return order


def _update_paths(graph: Graph) -> dict[Node, list[Node]]:
    """For each donated input the elementwise steps that lead from it to an output of its shape and dtype."""
    paths: dict[Node, list[Node]] = {}
    taken: set[Node] = set()
    for output in graph.outputs:
        path: list[Node] = []
        node = output
        while node.call.elementwise and output not in taken:
            path.insert(0, node)
            alike = [x for x in node.args if x.shape == output.shape and x.dtype == output.dtype]
            given = [x for x in alike if x in graph.donated and x not in paths]
            if given:
                paths[given[0]] = path
                taken.update(path)
                break
            inner = [x for x in alike if x.call.elementwise and x not in taken and x not in graph.outputs]
            if len(inner) == 0:
                break
            node = max(inner, key=lambda x: any(y in graph.donated for y in x.args))
    return paths


def _depending(lines: list[Node], first: set[Node]) -> set[Node]:
    """`first`, and all lines that depend on one of them."""
    found = set(first)
    for node in lines:
        if any(x in found for x in node.args):
            found.add(node)
    return found


def _roots(order: list[Node]) -> dict[Node, Node]:
    """Node → the node in whose memory it lies, itself or what it is a view of."""
    roots: dict[Node, Node] = {}
    for node in order:
        roots[node] = node
        for x in node.args:
            roots.setdefault(x, x)
        for x in node.lies_in():
            roots[node] = roots[x]
    return roots


def _assign(graph: Graph, order: list[Node], roots: dict[Node, Node], made: Plan, keep: frozenset[Node],
            rooms: bool) -> None:  # fmt: skip
    """Choose what each line writes into, by when each piece of memory is read for the last time."""
    last: dict[Node, int] = {}
    for i, node in enumerate(order):
        for x in node.args:
            last[roots[x]] = i
    for x in graph.outputs:
        last[roots.get(x, x)] = len(order)
    for i, node in reversed(list(enumerate(order))):
        if node.call.view and node.call.helper is not None:  # a user's body: whose memory it hands out, is not known
            for x in node.args:
                last[roots[x]] = max(last[roots[x]], last.get(roots[node], i))
    for x in keep:
        last[roots.get(x, x)] = max(last.get(roots.get(x, x), 0), len(made.early))
    free: list[int] = []
    held: dict[Node, int] = {}
    late = len(made.early)
    handed_out = {roots.get(x, x) for x in graph.outputs}
    for i, node in enumerate(order):
        loop = made.loops.get(node)
        if made.is_part(node) or node in made.joins:
            pass
        elif (node.call.out or loop) and node.is_array and (node.nbytes >= SMALLEST or i >= late):
            over = _overwritten(graph, node, roots, last, i, made, held, i >= late, handed_out, rooms)
            if over is not None:
                made.target[node] = over
                if roots[over] in held:
                    held[node] = held.pop(roots[over])
                    last.pop(roots[over], None)
            elif node not in handed_out and rooms and node.nbytes >= SMALLEST and i < late:
                held[node] = room = _take_room(free, made.rooms, node.nbytes)
                made.target[node] = (room, node.shape, node.dtype)
        if loop is None or node is loop.nodes[-1]:  # the slices of what is read in a loop are read until its end
            for owner in [x for x in held if last.get(x, i) <= i and x is not node]:
                free.append(held.pop(owner))


def _assign_parts(made: Plan) -> None:
    """Choose what the lines of loops write into where only a slice is kept. All loops use the same room."""
    pool: list[int] = []
    for loop in dict.fromkeys(made.loops.values()):
        last = {x: i for i, node in enumerate(loop.nodes) for x in node.args}
        held: dict[Node, int] = {}
        for i, node in enumerate(loop.nodes):
            if made.is_part(node) and node.call.out:
                over = [x for x in node.args if x in held and last[x] == i and x.dtype == node.dtype]
                made.target[node] = over[0] if over else (room := _take_room(pool, made.rooms, loop.nbytes(node)),
                                                          loop.part, node.dtype)  # fmt: skip
                held[node] = held.pop(over[0]) if over else room
            for x in [x for x in held if last.get(x, i) <= i and x is not node]:
                pool.append(held.pop(x))
        pool += held.values()


def _overwritten(graph: Graph, node: Node, roots: dict[Node, Node], last: dict[Node, int], i: int, made: Plan,
                 held: dict[Node, int], late: bool, handed_out: set[Node], rooms: bool) -> Node | None:  # fmt: skip
    """The argument that `node` may be written over."""
    if not node.call.elementwise:
        return None
    for x in node.args:
        if roots[x] is not x or last[x] != i or x.shape != node.shape or x.dtype != node.dtype:
            continue
        if node in made.loops and not _may_be_cut(x, made.loops[node], roots):
            continue
        if x.call is INPUT:
            if late and made.over.get(node) is x:
                return x
            continue
        if x.call is CONSTANT or not _is_own(x):
            continue
        if x in held:
            if node not in handed_out:
                return x
        elif _donated_memory(x, made) or not rooms or not x.call.view:
            return x
    return None


def _may_be_cut(x: Node, loop: Loop, roots: dict[Node, Node]) -> bool:
    """Whether the slices of an argument may be written over one after the other: none is read later by another view
    of it, and no copy is made to lay all entries in a row."""
    if loop.flat or x in loop.nodes:
        return False
    return all(y is x or roots[y] is not x for node in loop.nodes for y in node.args)


def _is_own(x: Node) -> bool:
    """Whether its memory belongs to it alone: a function that is not known may hand out an argument's."""
    return x.call.out or x.call.elementwise


def _donated_memory(x: Node, made: Plan) -> bool:
    target = made.target.get(x)
    while isinstance(target, Node):
        if target.call is INPUT:
            return True
        target = made.target.get(target)
    return False


def _memory_of(x: Node, made: Plan, roots: dict[Node, Node]) -> Node:
    x = roots.get(x, x)
    while isinstance(made.target.get(x), Node):
        x = made.target[x]
    return x


def _take_room(free: list[int], rooms: list[int], nbytes: int) -> int:
    """The smallest room that is free and large enough; else the largest, made larger; else a new one."""
    enough = [room for room in free if rooms[room] >= nbytes]
    if enough:
        room = min(enough, key=lambda room: rooms[room])
    elif free:
        room = max(free, key=lambda room: rooms[room])
        rooms[room] = nbytes
    else:
        rooms.append(nbytes)
        return len(rooms) - 1
    free.remove(room)
    return room
