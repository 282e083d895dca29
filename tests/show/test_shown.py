"""What scripts print and notebooks show: objects with a text, and with HTML that carries their picture."""

from __future__ import annotations

import contextlib
import html.parser
import io
import json
import re

import mpmath
import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.show.cards.pictures.curves import read, subject
from tinygrad_act.show.svg import bundle

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Reader(html.parser.HTMLParser):
    """Tags that are closed, ids, classes and the text outside of pictures."""

    def __init__(self, page):
        super().__init__()
        self.open, self.ids, self.tags, self.texts = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.ids += [value for name, value in attributes if name == "id"]
        self.open += [] if tag in VOID else [tag]

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.ids += [value for name, value in attributes if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "svg" not in self.open:
            self.texts.append(data)


def declared():
    @ta.activation
    def bent(z):
        """a = z * sigmoid(z) + minimum(z, 0) / 4"""
        return z * ta.sigmoid(z) + ta.minimum(z, 0.0) / 4

    return bent


MAKERS = {
    "card": lambda: ta.card("gelu"),
    "card of softmax": lambda: ta.card("softmax"),
    "card of an own one": lambda: ta.card(declared()),
    "compare": lambda: ta.compare("leaky_relu"),
    "compare softmax": lambda: ta.compare("softmax"),
    "compare one without defaults": lambda: ta.compare("threshold"),
    "compare one that nobody has": lambda: ta.compare("quick_gelu"),
    "compare one that is another elsewhere": lambda: ta.compare("gelu"),
    "catalogue": lambda: ta.catalogue(),
    "sheet": lambda: ta.sheet(["relu", "elu"]),
    "plot": lambda: ta.plot("relu", "elu"),
    "preactivations": lambda: ta.preactivations(ta.relu(ta.Value([1.0, -2.0]))),
    "gradient check": lambda: ta.gradcheck(ta.tanh, np.linspace(-1, 1, 6).reshape(2, 3)),
    "activation report": lambda: declared().report,
}


@pytest.fixture(params=MAKERS.values(), ids=MAKERS.keys())
def shown(request, scratch):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        made = request.param()
    assert printed.getvalue() == "", "the library prints nothing by itself"
    return made


def test_it_has_a_text_and_html_with_its_picture(shown):
    text = str(shown)
    assert len(text.splitlines()) >= 1
    assert "object at 0x" not in text + repr(shown)
    found = shown._repr_mimebundle_()
    assert next(iter(found)) == "text/html"
    assert found["text/html"] == shown._repr_html_()
    assert found["image/svg+xml"] == shown.svg()
    assert shown.svg().partition("<style>")[2] in found["text/html"], "nothing has to be loaded"
    page = Reader(found["text/html"])
    assert page.open == []
    assert page.tags.count("svg") == 1
    assert not {"script", "iframe", "html", "body"} & set(page.tags)
    assert page.ids == [], "the same picture may stand on the page twice"
    assert "<title>" in found["text/html"], "which screen readers read"
    assert "aria-labelledby" not in found["text/html"]
    told = " ".join(" ".join(page.texts).split())
    for word in text.split()[:40]:
        assert word in told
    assert found["text/plain"] == text
    assert "@media (prefers-color-scheme:dark)" in found["text/html"]


def test_a_notebook_has_nothing_that_it_prefers_to_html(shown):
    assert not {"application/json", "application/javascript"} & shown._repr_mimebundle_().keys()


def test_two_on_one_page_have_no_style_of_each_other(scratch):
    made = [make() for name, make in MAKERS.items() if "own" not in name and name != "compare softmax"]
    scopes = [set(re.findall(r"\.(ta[0-9a-f]{8})", thing._repr_html_())) for thing in made]
    assert all(len(scope) == 1 for scope in scopes)
    assert len(set.union(*scopes)) == len(made)


def test_what_is_asked_of_as_a_list_is_one():
    catalogue, compared = ta.catalogue(), ta.compare("leaky_relu")
    assert len(catalogue) == len(list(catalogue)) == len(str(catalogue).splitlines()) - 1
    assert [line.name for line in catalogue][:1] == ["exp"]
    assert [version.framework for version in compared][:3] == ["tinygrad_act", "torch", "jax"]
    assert len(compared) == 6
    assert repr(catalogue) == str(catalogue), "a prompt shows the table"
    assert repr(compared) == str(compared)
    assert repr(ta.card("relu")) == str(ta.card("relu"))


@pytest.mark.parametrize("extension", [".svg", ".html", ".txt", ".json"])
def test_they_are_saved(tmp_path, extension):
    for made in (ta.catalogue(), ta.compare("elu")):
        path = made.save(tmp_path / f"x{extension}")
        content = path.read_text(encoding="utf-8")
        forms = {".svg": made.svg, ".html": made.html, ".txt": lambda: f"{made}\n", ".json": lambda: f"{made.json()}\n"}
        assert content == forms[extension]()
    assert extension != ".json" or len(json.loads(content)) == 6
    with pytest.raises(ValueError, match=r"unknown extension '.pdf'"):
        ta.catalogue().save(tmp_path / "x.pdf")


def test_hostile_names_stay_text(scratch):
    report = ta.gradcheck(lambda d: d["<script>alert(1)</script>&"] ** 2, {"<script>alert(1)</script>&": 1.5})
    page = report._repr_html_()
    assert "script" not in Reader(page).tags
    assert "&lt;script&gt;" in page
    assert "<b>" not in bundle(None, "<b>x</b>", rows=[("<b>", "&"), ("<i>", '"')])["text/html"]


def test_where_no_picture_can_be_drawn_the_text_says_why(monkeypatch):
    monkeypatch.setattr(ta.Card, "svg", lambda self: 1 / 0)
    found = ta.card("gelu")._repr_mimebundle_()
    assert "no picture: division by zero" in found["text/plain"]
    assert "no picture: division by zero" in found["text/html"]
    assert "image/svg+xml" not in found


def test_an_empty_gradient_check_has_no_picture():
    report = ta.Report([])
    assert "image/svg+xml" not in report._repr_mimebundle_()
    assert "cannot tell" in report._repr_html_()


def test_what_a_program_costs_is_a_table_in_a_notebook():
    program = ta.compile(lambda x: ta.tanh(x).sum())
    program(np.ones(4))
    costs = program.explain()
    assert Reader(costs._repr_html_()).tags.count("tr") == 6
    assert repr(costs) == str(costs)


@pytest.mark.optional
def test_ipython_shows_html():
    formatters = pytest.importorskip("IPython.core.formatters")
    found, _ = formatters.DisplayFormatter().format(ta.card("gelu"))
    assert list(found)[:1] == ["text/html"]
    assert "<svg" in found["text/html"]


# -- g″ on the cards of own activations ---------------------------------------------------------

mp = mpmath.mp
OWN = {
    "through operations": (lambda z: z * ta.tanh(ta.softplus(z)), {}, lambda z: z * mp.tanh(mp.log(1 + mp.exp(z)))),
    "through NumPy": (lambda z: np.sin(z) * np.exp(-z * z), {}, lambda z: mp.sin(z) * mp.exp(-z * z)),
    "np.where": (lambda z: np.where(z > 0, z * z, np.expm1(np.minimum(z, 0.0))), {},
                 lambda z: z * z if z > 0 else mp.expm1(z)),
    "a parameter": (lambda z, *, k=1.5: z / (1 + np.exp(-k * z)), {"k": 0.7}, lambda z, k: z / (1 + mp.exp(-k * z))),
    "two parameters": (lambda z, *, p=2.0, q=0.5: ta.where(z > q, (z - q) ** 3 * p, 0.0 * z), {"p": 0.3, "q": -1.0},
                       lambda z, p, q: (z - q) ** 3 * p if z > q else mp.mpf(0)),
}  # fmt: skip


def second_of(card):
    one = subject(card)
    curves = read(one, -3.0, 3.0, [], 61)
    assert curves.second is not None
    assert ">g″</text>" in card.svg()
    return curves.z, curves.second


def check_second(card, truth):
    z, second = second_of(card)
    with mp.workdps(40):
        for at, found in zip(z[::4].tolist(), np.broadcast_to(second, z.shape)[::4].tolist()):
            if abs(at) > 1e-3 and abs(at + 1) > 1e-3:  # off the kinks
                exact = float(mp.diff(truth, mp.mpf(at), 2))
                assert abs(found - exact) < 1e-9 * max(1.0, abs(exact))


@pytest.mark.parametrize(("body", "static", "truth"), OWN.values(), ids=OWN.keys())
def test_a_derived_slope_has_a_second_derivative(scratch, body, static, truth):
    body.__name__ = "mine"
    f = ta.activation(body)
    check_second(ta.card(f, **static), lambda z: truth(z, **static))


def test_so_has_one_through_an_operation_whose_rule_is_written_in_numpy(scratch):
    @ta.elementwise(dz=lambda a, z, *, k: np.where(z > 0, k * np.cos(k * z), k))
    def wave(z, *, k=2.0):
        """a = where(z > 0, sin(k * z), k * z)"""
        return np.where(z > 0, np.sin(k * z), k * z)

    @ta.activation
    def mine(z, *, c=3.0):
        return wave(z, k=1.5) * c + np.tanh(z)

    def truth(z):
        return 2 * (mp.sin(1.5 * z) if z > 0 else 1.5 * z) + mp.tanh(z)

    check_second(ta.card(mine, c=2.0), truth)
    check_second(ta.card(wave), lambda z: mp.sin(2 * z) if z > 0 else 2 * z)
    assert ta.derivative(wave, 3)(0.5) == pytest.approx(-8 * np.cos(1.0), rel=1e-14), "a series goes through it"
    assert ta.derivative(mine, 3, c=0.0)(-0.5) == pytest.approx(ta.derivative("tanh", 3)(-0.5), rel=1e-14)
    assert "where(z > 0, k * cos(k * z), k)" in str(ta.card(wave)), "and it spells itself"


def test_so_has_a_rule_that_no_series_goes_through(scratch):
    @ta.elementwise(dz=lambda a, z: ta.reshape(ta.exp(z), shape=np.shape(z)))
    def grown(z):
        """a = exp(z)"""
        return np.exp(z)

    check_second(ta.card(grown), mp.exp)


def test_so_has_one_with_a_second_input():
    check_second(ta.card("swish_beta"), lambda z: z / (1 + mp.exp(-z / 4)))
