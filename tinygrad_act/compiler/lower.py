"""From operations to NumPy: each operation's body and derivative rule, line by line.

Bodies and rules are functions of NumPy and of other operations, so they say it themselves when they
run on proxies. Where one can't (see `NotALine`), or where what it says gives other numbers than the
body on the data at hand, the program calls the body as it is.

Two ways: with care, by body, rule and `chain`, for any data; or trusting, by the shorter formulas
and by plain products, which is right unless a NaN or an overflow shows up (see `guard`).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..core.evaluate import INTERPRETERS
from ..core.mode import Switch, mode
from ..core.op import Op
from ..core.registry import ops
from ..core.rules import cotangent_by, is_constant, scaled, slope_by
from ..engine.tracing import Pull, under
from ..operations.cotangent import repair
from ..operations.idle import may_be_idle, settled, settler
from ..operations.local import fused_pull, marker
from ..operations.slope import asked_at_kink, bent
from .build import operation_of
from .calls import ASARRAY, FLOAT, Call, function, is_own_body, method, opaque
from .compared import Numbers, is_fixed, same
from .node import Graph, Node, rewritten
from .proxy import NotALine, Proxy, as_proxy, call, data_of, line, node_of, proxy_of

__all__ = ["lower"]

_CHAIN, _WHERE_USED = ops["chain"], ops["where_used"]
_FOR_ANY_DATA = Switch(tracing=1)
"""A slope at a kink asks whether any entry lies on it. A program says yes, since others may."""


def lower(graph: Graph, trusting: bool) -> Graph:
    """The graph in NumPy's functions."""
    numbers = Numbers(graph)
    again = trusting and any(_is_pull_of_chain(node) for node in graph.order())

    def rule(node: Node, args: tuple[Node, ...]) -> Node:
        if node.is_constant:
            return node
        theirs, operation = numbers.of_body(node, args), operation_of(node.call)
        if operation is None:
            return numbers.done(node, args, numbers.node(node.call, node, args, theirs), theirs)
        if again and isinstance(operation, Op) and operation.kinks:
            for x in args:  # a mask may be all that is left of it
                x.trusted = True
        proxies = tuple([proxy_of(x, numbers.of(x), trusting) for x in args])
        lines, fixed = _lines(operation, proxies, node.static, trusting), numbers.fixed
        if trusting and lines is not None and (is_fixed(lines.node, fixed) or _masks_nan(operation, args, fixed)):
            proxies = tuple([proxy_of(x, numbers.of(x)) for x in args])
            lines = _lines(operation, proxies, node.static, False)  # nobody looks at a constant: it has to be right
        if lines is not None and type(lines.data) in (bool, int, float) and isinstance(theirs, np.ndarray):
            lines = line(ASARRAY, (lines,), {})  # np.array_equal gives a bool
        if lines is None or not same(lines.data, theirs):
            run = operation if isinstance(operation, Pull) else _body(operation, args, np.shape(theirs))
            name = node.call.name if isinstance(operation, Pull) else operation.name
            body = numbers.node(opaque(name, run, node.call.elementwise), node, args, theirs)
            return numbers.done(node, args, body, theirs)
        if trusting and lines.node not in args and not is_fixed(lines.node, fixed):
            _trust(lines.node, operation, args)
        return numbers.done(node, args, lines.node, lines.data)

    return rewritten(graph, rule, absorbing=False)


def _trust(lines: Node, operation: Op | Pull, args: tuple[Node, ...]) -> None:
    """Note where a NaN may mean that a short formula was not good enough."""
    if isinstance(operation, Pull) and operation.op.elementwise:
        lines.trusted = not is_constant(operation.op.rule(operation.position))
        for x in args[2:] if operation.op.kinks else ():
            x.trusted = True  # a mask hides a NaN in what it is made of
    elif isinstance(operation, Op) and operation.kinks:
        lines.trusted = True
    elif isinstance(operation, Pull) and may_be_idle(operation.op):
        lines.trusted |= any(x.is_constant and _is_odd(x.value) for x in args)


def _masks_nan(operation: Any, args: tuple[Node, ...], fixed: dict[Node, bool]) -> bool:
    """Whether it is a slope that may be a mask, and a constant with a NaN in it is given, or what comes of it."""
    kinks = isinstance(operation, Pull) and operation.op.kinks
    return bool(kinks) and any(is_fixed(x, fixed) and np.isnan(x.value).any() for x in args[1:])


def _is_odd(x: Any) -> bool:
    """Whether a NaN or an infinity is among the numbers."""
    return np.asarray(x).dtype.kind == "f" and not np.isfinite(x).all()


def _is_pull_of_chain(node: Node) -> bool:
    """Whether it is a step of a gradient's gradient."""
    operation = operation_of(node.call)
    return isinstance(operation, Pull) and operation.op is _CHAIN


def _body(op: Op, args: tuple[Node, ...], shape: tuple[int, ...]) -> Any:
    """What runs `op` where lines can't: the body where it takes and gives arrays, else what `evaluate` does. For the
    place of an array without axes, and a user's for any, a body may give a number or a list."""
    arrays = all(x.facts.kind is np.ndarray for x in args)
    return op.forward if arrays and shape and is_own_body(op.forward) else _as_call(op).run


@functools.lru_cache(maxsize=4096)
def _as_call(op: Op) -> Call:
    return opaque(op.name, op.call)


def _lines(operation: Op | Pull, args: tuple[Any, ...], static: dict[str, Any], trusting: bool) -> Proxy | None:
    """The last line of the operation; None if it can't be said in lines."""
    try:
        with np.errstate(all="ignore"):
            if isinstance(operation, Pull):
                return as_proxy(_pull(operation, args, static, trusting))
            return as_proxy(_forward(operation, args, static, trusting))
    except (NotALine, TypeError, ValueError, AttributeError, IndexError, ArithmeticError):
        return None


def _forward(op: Op, args: tuple[Any, ...], static: dict[str, Any], trusting: bool) -> Any:
    if not any(isinstance(x, Proxy) for x in args):
        return op.call(*args, **static)
    if all(not isinstance(x, Proxy) or x.node.is_number for x in args) and not op.elementwise:
        raise NotALine(f"{op.name} of numbers")
    first = args[0]
    if trusting and op.fused.forward is not None and _is_float(first) and first.node.is_array and _alike(args):
        try:
            return _fused(op.fused.forward, args, first, static)
        except (NotALine, FloatingPointError):
            pass
    return op.forward(*args, **static)


def _alike(args: tuple[Any, ...]) -> bool:
    return all(isinstance(x, Proxy) and x.node.shape == args[0].node.shape for x in args)


def _is_float(x: Any) -> bool:
    return isinstance(x, Proxy) and x.node.dtype in (np.float32, np.float64)


def _fused(formula: Any, args: tuple[Any, ...], like: Any, static: dict[str, Any]) -> Any:
    out = Proxy(like.node, like.data, True)
    result = formula(*args, out, **static)
    given = out if result is None else result
    return Proxy(given.node, given.data, True)


def _pull(pull: Pull, args: tuple[Any, ...], static: dict[str, Any], trusting: bool) -> Any:
    if pull.conventions is None:
        return _pulled(pull, args, static, trusting)
    with under(pull.conventions), _FOR_ANY_DATA:
        return _pulled(pull, args, static, trusting)


def _pulled(pull: Pull, args: tuple[Any, ...], static: dict[str, Any], trusting: bool) -> Any:
    op, position = pull.op, pull.position
    g, a, *inputs = args
    like = data_of(inputs[position])
    if op.elementwise:
        c = _local(op, position, g, a, inputs, static, trusting)
    else:
        if any(not isinstance(x, Proxy) and not isinstance(x, np.ndarray) for x in inputs):
            raise NotALine("numbers among the inputs")
        g, a, *inputs = (as_proxy(x, trusting) for x in args)
        shorter = _shorter(op, position, (g, a, *inputs), static) if trusting else None
        c = shorter if shorter is not None else cotangent_by(op, op.rule(position), position, g, a, inputs, static)
        if not trusting and may_be_idle(op) and isinstance(c, Proxy):
            run = settler(op, position)
            more = () if run is settled else (a, *inputs)
            c = call(_settling(run), (c, g, *more), {})
    return _repaired(c, like)


@functools.cache
def _settling(run: Any) -> Call:
    """The call that leaves out what a cotangent of 0 made of an infinity; its result may be its first argument."""
    return Call(run.__name__, run, view=True, nan=False, helper=run)


def _shorter(op: Op, position: int, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The cotangent by the shorter formula of an operation that is not elementwise, if it has one; what that can't
    cope with shows as NaN in one of its `chain`s."""
    z = args[2]
    if op.fused.pull is None or position or not z.node.is_array or not _is_float(z):
        return None
    try:
        return _fused(op.fused.pull, args, z, static)
    except (NotALine, FloatingPointError):
        return None


def _local(op: Op, position: int, g: Any, a: Any, inputs: list[Any], static: dict[str, Any], trusting: bool) -> Any:
    rule: Any = op.rule(position, mode.form)
    policy = asked_at_kink(op)
    if is_constant(rule) and policy is None:
        return scaled(g, rule)
    if op.told and op is not _CHAIN:  # of a chain an output tells it, and what that was made of is watched
        trusting = False
    z, fused = inputs[0], None if policy is not None else fused_pull(op, rule)
    alike = [isinstance(x, Proxy) and x.node.is_array and x.shape == a.shape for x in (a, z)]
    if trusting and fused is not None and position == 0 and all(alike) and _is_float(z):
        try:
            return _fused(fused, (g, a, *inputs), z, static)
        except (NotALine, FloatingPointError):
            pass
    times = functools.partial(_chained, g, marker(op, position, a, tuple(inputs)), trusting)
    c = times(slope_by(op, rule, position, a, inputs, static))
    if policy is None:
        return c
    return bent(op, position, rule, policy, c, tuple(inputs), static, True, times)  # so that a mask stays a mask


def _chained(g: Any, told: Any, trusting: bool, d: Any) -> Any:
    """The cotangent times a slope: plainly, or as `chain` has it."""
    if trusting:
        return g * d
    numbers = all(node_of(x).is_number for x in (g, d, told))
    return call(_as_call(_CHAIN) if numbers else opaque("chain", _CHAIN.forward, True), (g, d, told), {})


def _repaired(c: Any, like: Any) -> Any:
    """The cotangent in the shape and dtype of its input, as backpropagation repairs it."""
    if type(like) is float:
        if not isinstance(c, Proxy) or c.node.is_number:
            return c
        if c.node.shape:
            raise NotALine("an array's cotangent for a number")
        return line(FLOAT, (c,), {})
    c = as_proxy(c)
    if c.node.shape == like.shape and c.node.dtype == like.dtype:
        return c
    if c.node.is_number or (not c.node.is_array and c.node.dtype != like.dtype):
        c = line(method("astype"), (line(ASARRAY, (c,), {}),), {"args": (like.dtype,)})
    if not c.node.is_array:
        return line(function(np.broadcast_to), (c,), {"shape": like.shape})
    return repair(c, like)


def _interpret(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """An operation inside a body: its own lines, or a call of its body."""
    if op is _CHAIN and _trusting(args) and not isinstance(args[2], Proxy):
        product = args[0] * args[1]
        if isinstance(product, Proxy):
            product.node.trusted = True
            return product
    if op is _WHERE_USED and _trusting(args[:1]):
        args[0].node.trusted = True
        return args[0]
    try:
        return _forward(op, args, static, _trusting(args))
    except NotALine:
        nodes = tuple([node_of(x) for x in args])
        shape = np.broadcast_shapes(*(x.shape for x in nodes)) if op.elementwise else ()
        body = opaque(op.name, _body(op, nodes, shape), op.elementwise)
        return line(body, args, static)


def _trusting(args: tuple[Any, ...]) -> bool:
    return any(isinstance(x, Proxy) and x.trusting for x in args)


INTERPRETERS[Proxy] = _interpret
