"""Loops over slices as lines of a program; see `tiles`.

    a1 = np.empty((1000, 1000), np.float32)
    for i in range(0, 1000, 25):
        part = slice(i, i + 25)
        z_part = z[part]
        t1 = np.negative(z_part, out=m1)
        ...
"""

from __future__ import annotations

from .node import Node
from .plan import Plan
from .spell import literal
from .tiles import Loop
from .writer import Writer

__all__ = ["lines_of"]


def lines_of(writer: Writer, made: Plan, watch: tuple[Node, ...] = ()) -> list[str]:
    """The early lines of a plan. `watch`: what to look at for NaN, as far as it is made in loops."""
    lines: list[str] = []
    joined = {join.whole for join in made.joins.values()}
    for node in made.early:
        loop = made.loops.get(node)
        if node in joined:
            continue
        if loop is None:
            lines.append(writer.line(node, made.target.get(node)))
        elif node is loop.nodes[0]:
            lines += _LoopWriter(writer, made, loop, watch).lines()
    return lines


class _LoopWriter:
    """Writes one loop."""

    def __init__(self, writer: Writer, made: Plan, loop: Loop, watch: tuple[Node, ...]) -> None:
        self.writer, self.made, self.loop, self.watch = writer, made, loop, watch
        self.before: list[str] = []
        self.body: list[str] = []
        self.whole: dict[Node, str] = {}
        """The names of the arrays that are cut."""
        self.read = {x for node in loop.nodes for x in node.args} | set(watch)
        self.waiting: Node | None = None
        """What is to be looked at together with the next."""
        self.short = loop.count % loop.step != 0
        """Whether the last slice is shorter than the others."""
        self.i, self.part = writer.local("i"), writer.local("part")
        self.size = writer.local("size") if self.short else ""

    def lines(self) -> list[str]:
        """The lines before the loop, and the loop."""
        loop, names = self.loop, self.writer.names
        self._kept_arrays()
        self._arguments()
        for node in loop.nodes:
            self._line(node)
            if node in self.watch:
                self._look_at(node)
        for node, name in self.whole.items():
            names[node] = name
        count, step, i = loop.count, loop.step, self.i
        cut, least, steps = (self.writer.builtin(x) for x in ("slice", "min", "range"))
        first = [f"{self.part} = {cut}({i}, {i} + {step})"]
        first += [f"{self.size} = {least}({step}, {count} - {i})"] if self.short else []
        head = f"for {i} in {steps}(0, {count}, {step}):"
        return [*self.before, head, *(f"    {line}" for line in (*first, *self.body))]

    def _look_at(self, node: Node) -> None:
        """Lines that raise for a NaN: for two kept arrays of one dtype at once, after the second of them."""
        name, kept = self.writer.names[node], self.loop.kept
        if self.waiting is not None and node in kept and node.dtype == self.waiting.dtype:
            name, self.waiting = f"{self.writer.names[self.waiting]}, {name}", None
        elif node in kept and any(x in self.watch and x.dtype == node.dtype and x in kept for x in self._after(node)):
            self.waiting = node
            return
        error = self.writer.builtin("FloatingPointError")
        self.body += [f"if {self.writer.has_nan()}({name}):", f"    raise {error}"]

    def _after(self, node: Node) -> tuple[Node, ...]:
        return self.loop.nodes[self.loop.nodes.index(node) + 1 :]

    def _kept_arrays(self) -> None:
        """Memory for what the loop leaves behind."""
        writer = self.writer
        for node in self.loop.nodes:
            if node not in self.loop.kept:
                continue
            target, join = self.made.target.get(node), self.made.joins.get(node)
            if join is not None and join.whole not in writer.names:
                writer.names[join.whole] = writer.named(join.whole)
                self.before.append(f"{writer.names[join.whole]} = {self._empty(join.whole)}")
            name = writer.named(node)
            if join is not None:
                text = f"{writer.names[join.whole]}[{':, ' * join.axis}{join.start}:{join.stop}]"
            elif target is None:
                text = self._empty(node)
            else:
                text = writer.names[target] if isinstance(target, Node) else writer.view(target)
            self.before.append(f"{name} = {text}")
            self.whole[node] = name

    def _empty(self, node: Node) -> str:
        return f"np.empty({literal(node.shape)}, {self.writer.parameter(node.dtype)})"

    def _arguments(self) -> None:
        """The slices of what the loop reads, and all arrays in a row."""
        inside = set(self.loop.nodes)
        outside = dict.fromkeys(x for node in self.loop.nodes for x in node.args if x not in inside)
        cut = [x for x in outside if self.loop.is_cut(x)]
        for x in cut:
            self.whole[x] = self.writer.of(x)
        self.rows = {x: self._in_a_row(name) for x, name in self.whole.items()}
        for x in cut:
            self.body.append(self._slice(x))

    def _in_a_row(self, name: str) -> str:
        if not self.loop.flat or len(self.loop.shape) == 1:
            return name
        flat = self.writer.local(f"{name}_flat")
        self.before.append(f"{flat} = {name}.reshape(-1)")
        return flat

    def _slice(self, x: Node) -> str:
        """The line that cuts an array, which goes by the slice's name from here on."""
        name = self.writer.local(f"{self.whole[x]}_part")
        self.writer.names[x] = name
        return f"{name} = {self.rows[x]}[{self.part}]"

    def _line(self, node: Node) -> None:
        writer = self.writer
        if node not in self.loop.kept:
            target = self.made.target.get(node)
            line = writer.line(node, target)
            if self.short and isinstance(target, tuple):
                line = line.replace(f"out={writer.view(target)})", f"out={writer.view(target)}[:{self.size}])")
            self.body.append(line)
            return
        into = f"{self.rows[node]}[{self.part}]"
        text = writer.text(node, into if node.call.out else None)
        self.writer.names[node] = self.whole[node]
        if not node.call.out:
            self.body.append(f"{into} = {text}")
            if node in self.read:
                self.body.append(self._slice(node))
        elif node in self.read:
            self._slice(node)
            self.body.append(f"{writer.names[node]} = {text}")
        else:
            self.body.append(text)

