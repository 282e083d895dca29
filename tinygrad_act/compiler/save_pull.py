"""A step of backpropagation that a program calls as it is, as a definition in a saved module."""

from __future__ import annotations

import types
from typing import Any, Protocol

from ..core.blocks import BLOCK
from ..core.mode import mode
from ..core.op import REQUIRED, Op
from ..engine.tracing import Pull, under
from ..operations.arithmetic import chain
from ..operations.local import by_pieces, marker, worth_pieces
from ..operations.shape import sum_to
from ..operations.slope import asked_at_kink, bent
from .sources import NoSource
from .spell import NotAText
from .standalone import bound_of, pulled

__all__ = ["write_pull"]


class Module(Protocol):
    """What is asked of the module that is being written."""

    parts: list[str]

    def reference(self, x: Any, wish: str) -> str:
        """What the module's code writes for an object."""

    def text(self, x: Any) -> str:
        """An expression for a constant."""


def write_pull(module: Module, name: str, pull: Pull) -> None:
    """Define `name` as the step, by the rule that the conventions ask for which it was recorded under.

    Raises `NoSource` if the rule can't be written.
    """
    try:
        _write(module, name, pull)
    except (NoSource, NotAText):
        if pull.conventions is None or "raise" not in dict(pull.conventions[1]).values():
            raise
        raise NoSource('at_kink("raise") was on, and only this package can look for its kinks') from None


def _write(module: Module, name: str, pull: Pull) -> None:
    op, position = pull.op, pull.position
    form, policy = "auto", None
    if pull.conventions is not None and op.elementwise:
        with under(pull.conventions):
            form, policy = mode.form, asked_at_kink(op)
    chosen = op.rules[0 if op.variadic else position] if form == "auto" else op.rule(position, form)
    rule = module.reference(chosen, f"{name}_rule")
    at_kinks = "None" if policy is None else _at_kinks(module, name, op, f"{position}, {rule}, {policy!r}")
    words = [rule, str(position), _facts(module, name, op, chosen, at_kinks)]
    words += [module.reference(x, x.__name__) for x in (chain, sum_to, worth_pieces, by_pieces, marker)]
    module.parts.append(f"{name} = {module.reference(pulled, 'pulled')}({', '.join(words)})")


def _facts(module: Module, name: str, op: Op, rule: Any, at_kinks: str) -> str:
    """What a backward step asks of the operation."""
    accurate = rule is op.forms.get("input")
    fused = {"pull": op.fused.pull, "accurate": op.fused.accurate if accurate else None}
    shorter = ", ".join(f"{key}={module.reference(x, f'{name}_{key}') if x else None}" for key, x in fused.items())
    namespace = f"{module.reference(types, 'types')}.SimpleNamespace"
    forms = f"{{'input': {module.reference(rule, f'{name}_rule')}}}" if accurate else "{}"
    facts = f"name={op.name!r}, elementwise={op.elementwise}, variadic={op.variadic}, kinks={bool(op.kinks)}"
    facts += f", domain={bool(op.domain)}"
    facts += f", rules=({module.reference(op.rules[0], f'{name}_default')},), forms={forms}, bent={at_kinks}"
    return f"{namespace}({facts}, fused={f'{namespace}({shorter})' if op.elementwise else None}, large={2 * BLOCK})"


def _at_kinks(module: Module, name: str, op: Op, how: str) -> str:
    """A function that puts the slope of `at_kink` or a dialect at the kinks."""
    defaults = {key: default for key, default in op.defaults.items() if default is not REQUIRED}
    places = [module.reference(x, f"{name}_kink") if callable(x) else module.text(x) for x in op.kinks]
    kinks = ", ".join(f"{place}: {side!r}" for place, side in zip(places, op.kinks.values()))
    facts = f"name={op.name!r}, kinks={{{kinks}}}, call={module.reference(op.call, op.name)}, place_text=str"
    facts += f", bound={module.reference(bound_of, 'bound_of')}({module.text(defaults)})"
    module.parts.append(f"{name}_op = {module.reference(types, 'types')}.SimpleNamespace({facts})")
    given = "d, args, static"
    return f"lambda {given}, times: {module.reference(bent, 'bent')}({name}_op, {how}, {given}, False, times)"
