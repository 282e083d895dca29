"""`preactivations`: what a network gives to its activations, drawn below their curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ....core.columns import columns
from ....core.errors import describe
from ....core.frames import boundary
from ....core.graph import topological_order
from ....core.mode import mode, special
from ....core.op import Op
from ....core.rules import slope_by
from ....engine.tracing import refuse_look
from ....engine.value import Value
from ...svg import document, fit, flow, group, one_line, text
from ...svg.chart import Panel, legend, legend_width
from ...svg.writing import Theme
from ...texts import percent, tick_text
from ..card import card
from .curves import HELD, read, span, subject
from .histogram import Numbers, Outcome, outcome
from .picture import Picture
from .shared import heights, title_of
from .small import KEYS, Small, draw_small, signs, small

__all__ = ["Layer", "Preactivations", "preactivations"]

_COLUMNS, _CELL, _PLOT, _ROW = 3, 348, 170, 284
_EDGE, _HEAD, _LEFT = 20, 78, 38
_MOST = 24


class Layer(NamedTuple):
    """One activation in a graph; the scalar ones of the same depth and kind are one."""

    name: str
    """With its parameters, where they are not the default ones."""
    label: str
    """The label of its output, if it has one."""
    size: str
    """`shape (64, 10)`, or `8 scalars`."""
    numbers: Numbers
    outcome: Outcome
    small: Small
    slopes: Any


class Preactivations(Picture):
    """The pictures of all activations in a graph; `.layers` has the numbers."""

    layers: list[Layer]

    def __init__(self, layers: list[Layer]) -> None:
        super().__init__("Pre-activations", lambda theme: _draw(layers, theme), _text(layers))
        self.layers = layers


class _Group(NamedTuple):
    """Values that one activation gave, all drawn together."""

    op: Op
    values: list[Value]


@boundary
def preactivations(value: Value | Sequence[Value]) -> Preactivations:
    """What went into every activation that a Value was computed with: `ta.preactivations(loss).save("z.svg")`.

    For each its curve, the histogram of its inputs z below it, and how many of them saturate it: the units
    through which hardly any gradient flows. Scalar activations of the same kind and depth are taken together,
    as a layer. Nothing is computed anew and no gradient changes. The result has `.svg()`, `.html()`, `.text()`,
    `.save(path)` and `.layers`, and shows itself in a notebook.

    Raises `TypeError` for anything but a Value, or a list or tuple of them.
    """
    outputs = [value] if isinstance(value, Value) else value
    if not isinstance(outputs, (list, tuple)) or not all(isinstance(x, Value) for x in outputs):
        raise TypeError(f"preactivations: expected a Value, or a list or tuple of Values, not {describe(value)}")
    if special and mode.tracing:
        for x in outputs:
            refuse_look(x, "preactivations()")
    known: dict[str, Small] = {}
    layers = [_layer(group, known) for group in _groups(topological_order(outputs, Value))]
    return Preactivations([layer for layer in layers if layer is not None])


def _groups(order: Sequence[Value]) -> list[_Group]:
    """Activations in order; `order` has inputs first."""
    depths: dict[Value, int] = {}
    groups: dict[Any, _Group] = {}
    for value in order:
        op = value.op
        active = op is not None and op.reference is not None and op.elementwise and op.inputs[0] == "z"
        depth = max((depths[x] for x in value.inputs or () if isinstance(x, Value)), default=0) + active
        depths[value] = depth
        if active and op is not None:
            own = len(groups) if np.ndim(value.data) else f"{depth} {op.name} {sorted(value.static.items())}"
            groups.setdefault(own, _Group(op, [])).values.append(value)
    return list(groups.values())


def _layer(group: _Group, known: dict[str, Small]) -> Layer | None:
    """The layer of a group; None for an operation without a curve. Equal ones share what is `known`."""
    first = group.values[0]
    inputs = [np.asarray(x, np.float64) for x in first.primals or ()]
    held = float(np.mean(inputs[1])) if len(inputs) > 1 and inputs[1].size else HELD
    key = f"{group.op.name} {held} {sorted(first.static.items())}"
    if key not in known:
        found = card(group.op, **first.static)
        one = subject(found, held if np.isfinite(held) else HELD)
        if one is None:
            return None
        known[key] = small(found, one)
    pairs = [_z_and_slope(group.op, value) for value in group.values]
    z, slopes = (np.concatenate(parts) for parts in zip(*pairs))
    finite = np.isfinite(z)
    numbers = Numbers(z[finite], int(np.isnan(z).sum()), int(np.isinf(z).sum()))
    scalars = f"{len(group.values)} scalar{'s' * (len(group.values) > 1)}"
    size = f"shape {np.shape(first.data)}" if np.ndim(first.data) else scalars
    label = one_line(str(first.label)) if first.label and len(group.values) == 1 else ""
    name = title_of(known[key].card)
    return Layer(name, label, size, numbers, outcome(slopes[finite]), known[key], slopes[finite])


def _z_and_slope(op: Op, value: Value) -> tuple[Any, Any]:
    """What went in, and the slope there by the rule, as flat arrays."""
    held = value.primals or ()
    with np.errstate(all="ignore"):
        slope = slope_by(op, op.known(0, "input"), 0, value.data, held, value.static)
    z = np.asarray(held[0], np.float64)
    shape = np.broadcast_shapes(z.shape, np.shape(slope))
    return np.broadcast_to(z, shape).ravel(), np.broadcast_to(np.asarray(slope, np.float64), shape).ravel()


def _draw(layers: Sequence[Layer], theme: Theme) -> str:
    shown = layers[:_MOST]
    across = min(_COLUMNS, max(1, len(shown)))
    width = max(700, 2 * _EDGE + across * _CELL - 20)
    more = f", of which the first {_MOST} are drawn" if len(layers) > _MOST else ""
    heading = f"{len(layers)} activation{'s' * (len(layers) != 1)} and what goes into them{more}"
    parts = [text(_EDGE, 30, heading, size=16, bold=True), *legend(_EDGE, 54, KEYS)]
    parts += signs(_EDGE + 16 + legend_width(KEYS), 54, ["kink", "band", "bar"])
    for position, layer in enumerate(shown):
        row, column = divmod(position, across)
        parts.append(_one(layer, _EDGE + column * _CELL, _HEAD + row * _ROW + 10))
    height = _HEAD + -(-len(shown) // across) * _ROW
    return document(width, height, parts, title="Pre-activations", description=_text(shown), theme=theme)


def _one(layer: Layer, x: float, y: float) -> str:
    one, numbers = layer.small.subject, layer.numbers
    axis = span(one, layer.small.kinks, numbers.finite)
    curves = read(one, *axis, layer.small.cuts)
    panel = Panel.at(x + _LEFT, y + 10, _CELL - _LEFT - 30, _PLOT, axis, heights(curves._replace(second=None)))
    name = " · ".join(filter(None, [layer.name, layer.label, layer.size]))
    parts = [text(x, y, fit(name, 13, _CELL - 30, bold=True), size=13, bold=True)]
    parts += draw_small(panel, layer.small, numbers.finite, curves)
    told = numbers.told(axis, layer.slopes)
    for i, row_of_text in enumerate(flow(told, 12, _CELL - 24, between=" · ", most=3)):
        parts.append(text(x, y + _PLOT + 44 + 17 * i, row_of_text))
    return group(parts, title=name)


def _text(layers: Sequence[Layer]) -> str:
    if not layers:
        return "no activation of z in this graph"
    rows = [("activation", "output", "size", "z", "saturated", "slope 0", "mean |slope|", "NaN or infinite")]
    for layer in layers:
        found = layer.outcome
        bad = layer.numbers.nans + layer.numbers.infinite
        shares = percent(found.saturated, 1), percent(found.dead, 1), tick_text(found.slope, 3)
        rows.append((layer.name, layer.label or "-", layer.size, layer.numbers.spread() or "-", *shares, str(bad)))
    return "\n".join(columns(rows))
