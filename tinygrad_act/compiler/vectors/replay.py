"""Run the groups: one operation of arrays for each, sums of products as matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.evaluate import INTERPRETERS, evaluate
from ...core.op import Op
from ...core.registry import ops
from ...engine.tracing import Pull
from ...engine.value import Value
from .groups import CONSTANT, Group, Groups
from .operand import Operand, Vectors, arranged, operand, rows_of, stretched
from .products import as_product
from .regular import common_lengths
from .units import SUM

__all__ = ["apply", "replay"]

Part = tuple[Any, tuple[int, ...]]
"""Sums, to be broadcast to the lengths beside them."""
_MUL = ops["mul"]


def replay(groups: Groups, leaves: Sequence[Any], roots: Sequence[Value]) -> Vectors:
    """What all nodes are for these leaves, a vector for each group of leaves; `roots`: those that are asked for."""
    vectors = Vectors(groups, leaves)
    inside = _only_summed(groups, roots)
    for number, group in enumerate(groups.groups):
        if group.kind is not None and number not in inside:
            vectors.put(number, _sum(vectors, group, inside) if group.kind == SUM else _elementwise(vectors, group))
    return vectors


def apply(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The operation on arrays and Values, whatever dialect is on."""
    if any(isinstance(x, Value) for x in args):
        return INTERPRETERS[Value](op, args, static)
    return evaluate(op, args, static)


def _only_summed(groups: Groups, roots: Sequence[Value]) -> set[int]:
    """Groups of products of which each is one term of one sum, in order: the sum computes them on its way."""
    units, home = groups.units, groups.home
    uses = [0] * len(groups.groups)
    for place in [units.place[root] for root in roots]:
        if place >= 0:
            uses[home[place]] += 1
    for i in units.units:
        for source in units.sources[i]:
            if source >= 0:
                uses[home[source]] += 1
    found = set()
    for group in groups.groups:
        if group.kind == SUM and group.alike:
            for number, sources in _columns(groups, group):
                once = number != CONSTANT and uses[number] == len(sources) == len(groups.groups[number].members)
                if once and _is_product(groups, number) and sources == groups.groups[number].members:
                    found.add(number)
    return found


def _is_product(groups: Groups, number: int) -> bool:
    kind = groups.groups[number].kind
    return kind is not None and kind != SUM and groups.units.operations[kind][0] is _MUL


def _columns(groups: Groups, group: Group) -> list[tuple[int, list[int]]]:
    """(group, sources, row by row) of the terms that come from one group, for each; going by the first member."""
    sources, home = groups.units.sources, groups.home
    homes = [home[s] if s >= 0 else CONSTANT for s in sources[group.members[0]]]
    starts = [k for k in range(len(homes)) if k == 0 or homes[k] != homes[k - 1]]
    ends = [*starts[1:], len(homes)]
    return [(homes[a], [s for i in group.members for s in sources[i][a:b]]) for a, b in zip(starts, ends)]


def _elementwise(vectors: Vectors, group: Group) -> Any:
    units, count = vectors.groups.units, len(group.members)
    operands = [operand(vectors, column) for column in zip(*(units.sources[i] for i in group.members))]
    lengths = arranged(operands, count)
    op, static = units.operations[group.kind]
    args = _by(operands, lengths)
    if isinstance(op.forward, Pull):  # it gives each argument's cotangent that argument's shape
        args = tuple([stretched(x, lengths) for x in args])
    return stretched(apply(op, args, static), lengths)


def _by(operands: Sequence[Operand | float], lengths: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple([x if isinstance(x, float) else x.by(lengths) for x in operands])


def _sum(vectors: Vectors, group: Group, inside: set[int]) -> Any:
    """The sums of a group's terms: those from one group at a time."""
    count, parts = len(group.members), []
    for number, terms in _columns(vectors.groups, group):
        width = len(terms) // count
        if number in inside:
            parts.append(_products(vectors, vectors.groups.groups[number], count, width))
        else:
            parts.append(_summed(operand(vectors, terms), count, width))
    return _added(parts, count)


def _summed(x: Operand | float, count: int, width: int) -> Part:
    """`count` sums of `width` entries each."""
    if isinstance(x, float):
        return x * width, ()
    lengths = arranged([x], count, width)
    rows = rows_of(lengths, width)
    steps = x.steps(lengths)
    if steps is None or 0 in steps[rows:]:
        x.scatter()
        lengths = arranged([x], count, width)
        rows = rows_of(lengths, width)
    return _over_inner(x.by(lengths), lengths, rows), lengths[:rows]


def _over_inner(a: Any, lengths: Sequence[int], rows: int) -> Any:
    """The sums over the last axes, from `rows` on."""
    inner = len(lengths) - rows
    return a.sum(axis=tuple(range(-inner, 0))) if inner else a


def _products(vectors: Vectors, group: Group, count: int, width: int) -> Part:
    """Sums of products, without the products where they make a matrix product."""
    x, y = (operand(vectors, column) for column in zip(*(vectors.groups.units.sources[i] for i in group.members)))
    if isinstance(x, float) or isinstance(y, float):
        number, other = (x, y) if isinstance(x, float) else (y, x)
        sums, lengths = _summed(other, count, width)
        return number * sums, lengths
    lengths = arranged([x, y], count, width)
    rows = rows_of(lengths, width)
    product = as_product(x, y, lengths, rows)
    if product is not None:
        return product, lengths[:rows]
    a = apply(_MUL, _by((x, y), lengths), {})
    return _over_inner(stretched(a, lengths), lengths, rows), lengths[:rows]


def _added(parts: Sequence[Part], count: int) -> Any:
    """The sum of all parts, each broadcast as it comes; zeros that sum() began with are left out."""
    lengths = common_lengths([*(own for _, own in parts if own), [count][: count > 1]]) or (count,)[: count > 1]
    total: Any = None
    for a, own in parts:
        if isinstance(a, float) and a == 0 and len(parts) > 1:
            continue
        part = a.reshape(_finer(a.shape, own, lengths)) if own and own != lengths else a
        total = part if total is None else total + part
    return stretched(total, lengths)


def _finer(shape: Sequence[int], own: Sequence[int], lengths: Sequence[int]) -> tuple[int, ...]:
    """`shape`, whose last axes are of the lengths `own` or 1, with each axis split as `lengths` has it."""
    found: list[int] = []
    rest = list(lengths)
    for n, whole in zip(reversed(shape), reversed(own)):
        while whole > 1:
            length = rest.pop()
            whole //= length
            found.append(length if n > 1 else 1)
    return tuple(reversed(found))
