"""Operations, and steps of backpropagation that a program calls as they are, as definitions in a saved module."""

from __future__ import annotations

import functools
from typing import Any, Protocol

from ...core.mode import mode
from ...core.op import REQUIRED, Op
from ...engine.tracing import Pull, under
from ...operations.idle import may_be_idle, settle
from ...operations.local import fused_pull, pull_bent, pull_by
from ...operations.slope import asked_at_kink
from ..spell import NotAText
from .alone import facts_of, operation, pulled
from .sources import NoSource

__all__ = ["write_operation", "write_pull"]

_WIDTH = 110
"""Characters of a line of facts."""


class Module(Protocol):
    """What is asked of the module that is being written."""

    parts: list[str]

    def reference(self, x: Any, wish: str) -> str:
        """What the module's code writes for an object."""

    def late_reference(self, x: Any, wish: str) -> str:
        """The same for a function that is called later, and whose own definition may stand below."""

    def text(self, x: Any) -> str:
        """An expression for a constant."""


def write_operation(module: Module, name: str, op: Op) -> None:
    """Define `name` as the public function of an operation."""
    defaults = {key: ... if default is REQUIRED else default for key, default in op.defaults.items()}
    facts = {"inputs": module.text(op.inputs), "defaults": module.text(defaults)}
    facts["forward"] = module.late_reference(op.forward, f"{name}_of_arrays")
    if op.elementwise:
        facts["scalar"] = module.late_reference(op.scalar, f"{name}_of_numbers")
        facts["rules"] = module.text(tuple(None if rule is None else 1.0 for rule in op.rules))
    module.parts.append(f"{name} = {module.reference(operation, 'operation')}({_facts(module, op, facts)})")


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
    chosen = op.rule(position, form)
    rule = module.reference(chosen, f"{name}_rule")
    settles = module.reference(settle, "settle") if may_be_idle(op) else "None"
    facts, through = _idle_facts(module, name, op, position) if may_be_idle(op) else {}, "None"
    if op.elementwise:
        facts = _local_facts(module, name, op, chosen) if policy is None else _bent_facts(module, name, op)
        through = module.reference(pull_by if policy is None else pull_bent, "pull")
    if policy is not None:
        through = f"{module.reference(functools.partial, '')}({through}, {policy!r}, False)"
    module.parts.append(f"{name}_op = {_facts(module, op, facts)}")
    if policy is not None:
        bound = module.reference(Op.bound, "bound")
        module.parts.append(f"{name}_op.bound = {module.reference(functools.partial, '')}({bound}, {name}_op)")
    words = f"{name}_op, {rule}, {position}, {through}, {settles}"
    module.parts.append(f"{name} = {module.reference(pulled, 'pulled')}({words})")


def _facts(module: Module, op: Op, more: dict[str, str]) -> str:
    """What is asked of an operation."""
    facts = {"name": repr(op.name), "elementwise": str(op.elementwise), "variadic": str(op.variadic), **more}
    lines = [""]
    for key, text in facts.items():
        lines += [""] * (len(lines[-1]) + len(key) + len(text) > _WIDTH)
        lines[-1] += f" {key}={text},"
    inside = "\n".join(f"   {line}" for line in lines)
    return f"{module.reference(facts_of, 'facts_of')}(\n{inside}\n)"


def _local_facts(module: Module, name: str, op: Op, rule: Any) -> dict[str, str]:
    """What the chain rule asks of an elementwise operation: its rule is the only one."""
    shorter = module.reference(fused_pull(op, rule), f"{name}_in_fewer_steps")
    fused = f"{module.reference(facts_of, 'facts_of')}(pull={shorter})"
    rules = f"({module.reference(rule, f'{name}_rule')},)"
    told = {"inputs": module.text(op.inputs), "told": module.text(dict(op.told))}
    return {"kinks": str(bool(op.kinks)), "domain": str(bool(op.domain)), "rules": rules, "fused": fused, **told}


def _idle_facts(module: Module, name: str, op: Op, position: int) -> dict[str, str]:
    """What settles the cotangent of that input."""
    here = op.idle[position] if op.idle else None
    return {"idle": f"{{{position}: {module.reference(here, f'{name}_settled') if here else None}}}"}


def _bent_facts(module: Module, name: str, op: Op) -> dict[str, str]:
    """What `bent` asks, which puts the slope of `at_kink` or a dialect at the kinks."""
    places = [module.reference(x, f"{name}_kink") if callable(x) else module.text(x) for x in op.kinks]
    kinks = ", ".join(f"{place}: {side!r}" for place, side in zip(places, op.kinks.values()))
    call = module.reference(op.call, op.name)
    given = {key: default for key, default in op.defaults.items() if default is not REQUIRED}
    return {"kinks": f"{{{kinks}}}", "defaults": module.text(given), "call": call, "place_text": "str"}
