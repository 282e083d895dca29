"""`card`: everything known about one activation, declared and computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...core.frames import boundary, public_methods
from ...core.op import DROPPED, REQUIRED, Op
from ...core.rules import slope_by
from ...core.saving import Path, save
from ...formula import LARGEST, Expr, call, is_condition, latex, mathematics, python, unicode, words
from ...operations.slope import Kink, kinks_of
from ..svg import bundle, page
from ..svg.png import png_of
from ..svg.writing import Theme
from . import show
from .expect import gain, root_mean_square
from .facts import Derivative, Facts, Parameter
from .find import bound_statics, find
from .pictures.card_picture import card_svg
from .shape import Interval, Shape, shape_of

__all__ = ["Card", "card"]


@public_methods
class Card(Facts):
    """The facts about an operation. `print(card)`, `card.svg()`, `card.save("gelu.svg")`, `card.markdown()`,
    `card.json()`; in a notebook it shows itself. What does not make sense for an operation is None, or empty."""

    __slots__ = ()

    def text(self) -> str:
        """The card for a terminal."""
        return show.as_text(self)

    def markdown(self) -> str:
        """The card as Markdown, with the formulas in LaTeX."""
        return show.as_markdown(self)

    def json(self) -> str:
        """The card as JSON; numbers that are not finite are texts, "inf"."""
        return show.as_json(self)

    def svg(self, theme: Theme = "auto", *, z: Any = None) -> str:
        """The card as a picture, SVG text: curves of g, g′ and g″, where it saturates, its kinks and the slope
        taken there, how well g′ agrees with numerical differences, formulas and facts.

        `theme`: `auto`, `light` or `dark`. `z`: an array or a Value, whose histogram is drawn below the curve,
        such as a network's pre-activations. Raises `ValueError` for another theme and for an empty `z`,
        `TypeError` for a `z` that isn't made of real numbers.
        """
        return card_svg(self, theme, z)

    def html(self, theme: Theme = "auto") -> str:
        """The picture and the text as a page of its own."""
        return page(self.svg(theme), title=self.name, text=self.text(), theme=theme)

    def png(self, scale: float = 2.0) -> bytes:
        """A PNG file's bytes, light; `scale` 1 is the size in px of the SVG. Needs the package `resvg-py`.

        Raises `RuntimeError` that says what to install, `ValueError` for a scale that is not above 0, at most 20.
        """
        return png_of(self.svg("light"), scale)

    def save(self, path: Path) -> Path:
        """Write the card in the format of the extension, `.svg`, `.html`, `.png`, `.md`, `.json` or `.txt`; return
        `path`. Raises `ValueError` for an unknown extension, `OSError` with the path if it can't be written,
        `RuntimeError` as `png` does.
        """
        pictures: dict[str, Callable[[], str | bytes]] = {".svg": self.svg, ".html": self.html, ".png": self.png}
        return save(path, {**pictures, ".md": _ended(self.markdown), ".json": _ended(self.json),
                           ".txt": _ended(self.text)})  # fmt: skip

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """What a notebook prefers: the picture, and the text when asked. Never raises."""
        return self._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows. Never raises."""
        return bundle(self.svg, self.text(), more={"text/markdown": self.markdown()}, folded=True)


@boundary
def card(which: str | Op | Callable[..., Any], /, **static: Any) -> Card:
    """The card of an activation: `print(ta.card("gelu"))`; also `.markdown()` and `.json()`.

    `which`: a name, an alias, or the function itself. `static`: its parameters, where the defaults won't
    do (`ta.card("elu", alpha=0.5)`) or where there are none.

    Formulas and derivatives are printed from the declaration that runs; range, parity, slopes and gains
    are computed from it. Two gains are given. `gain`: with weights of variance gain**2 / fan_in, the
    activations of a deep stack of wide layers settle at a root mean square of 0.651347, where those of
    tanh settle with the well-known 5/3; 5/3 for tanh, sqrt(2) for relu. `unit_gain`: such that an input
    from N(0, 1) has an output of root mean square 1.

    Raises `KeyError` with the nearest name for an unknown one, `TypeError` for a missing or unknown
    parameter, `ValueError` for a value that is not allowed.
    """
    op = find("card", which)
    full = bound_statics(op, static)
    quiet = {**full, "rng": None} if op.defaults.get("rng", REQUIRED) is None else full  # facts are not drawn by lot
    alone = op.elementwise and len(op.inputs) == 1 and not op.variadic
    domain = op.domain_of()
    kinks = tuple(kinks_of(op, quiet)) if alone else ()
    found = _shape(op, quiet, domain, kinks) if alone and not any(op.poles.values()) else None
    gains = _gains(op, quiet, kinks) if alone and not any(map(math.isfinite, domain)) else (None, None)
    formula = op.definition if op.definition is not None else words(op.formula.removeprefix("a = "))
    return Card(
        op.name, op.elementwise, op.aliases, _about(op), op.formula or DROPPED,
        latex(formula) if op.formula else "", unicode(formula, _DIGITS),
        tuple(_derivatives(op)), tuple(_parameters(op, full)), Interval(*domain) if alone else None,
        found and found.range, kinks, found and found.parity, found and found.monotone, found and found.curvature,
        found and found.lipschitz, found.flat if found else (), *gains, op.reference, op.elsewhere,
    )  # fmt: skip


_DIGITS = 5
"""Of numbers that nobody typed, such as selu's."""


def _ended(write: Callable[[], str]) -> Callable[[], str]:
    """The same text with a line end, as files have it."""
    return lambda: f"{write()}\n"


def _about(op: Op) -> str:
    lines = (op.forward.__doc__ or "").split("\n")[1:]
    return " ".join(" ".join(lines).split())


def _derivatives(op: Op) -> list[Derivative]:
    rules = [(name, "default", rule) for name, rule in zip(op.inputs, op.rules)]
    rules += [(op.inputs[0], form, rule) for form, rule in op.forms.items()]
    trees = [(name, form, op.tree_of(rule)) for name, form, rule in rules]
    return [Derivative(name, form, python(tree), latex(tree), _shown(tree)) for name, form, tree in trees]


def _shown(slope: Expr) -> str:
    """A condition counts as the number that it is: `1 if z ≥ 0, else 0`."""
    is_truth = slope.weight <= LARGEST and is_condition(mathematics(slope))
    return unicode(call("where", (slope, 1, 0)) if is_truth else slope, _DIGITS)


def _parameters(op: Op, full: Mapping[str, Any]) -> list[Parameter]:
    return [
        Parameter(name, None if default is REQUIRED else default, full[name],
                  _interval(*op.domain[name]) if name in op.domain else None)
        for name, default in op.defaults.items()
    ]  # fmt: skip


def _interval(low: float, high: float) -> Interval:
    """An open interval; one that begins right below 0 holds 0."""
    return Interval(0.0, high, low_closed=True) if low == -math.ulp(0.0) else Interval(low, high)


def _function(op: Op, static: Mapping[str, Any]) -> Callable[[Any], Any]:
    return lambda z: np.asarray(op.call(z, **static), np.float64)


def _shape(op: Op, static: Mapping[str, Any], domain: tuple[float, float], kinks: tuple[Kink, ...]) -> Shape | None:
    rule = op.known(0, "input")

    def slope(z: Any) -> Any:
        d = slope_by(op, rule, 0, op.call(z, **static), (z,), static)
        return np.broadcast_to(np.asarray(d, np.float64), z.shape)

    sides = [(kink.at, kink.left, kink.right) for kink in kinks]
    return shape_of(_function(op, static), slope, domain, sides, rule is not None and not op.estimator)


def _gains(op: Op, static: Mapping[str, Any], kinks: tuple[Kink, ...]) -> tuple[float | None, float | None]:
    f, places = _function(op, static), [kink.at for kink in kinks]
    size = root_mean_square(f, 1.0, places)
    return gain(f, places), 1 / size if math.isfinite(size) and size > 0 else None
