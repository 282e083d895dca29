"""Labels and names in pictures, pages, explanations, cards and reports: shown as text, never read as anything else."""

from __future__ import annotations

import html.parser
import importlib.util
import json
import re
import unicodedata
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_act as ta
from tinygrad_act.core.facts import theirs

from ..dot_reader import read
from ..each import each
from .test_hostile import KNOWN, no_code_runs, texts

__all__ = ["no_code_runs"]
shown = settings(max_examples=15, deadline=None)
five = st.lists(texts, min_size=5, max_size=5)
X = np.linspace(-1.0, 1.0, 6).reshape(2, 3)


class Elements(html.parser.HTMLParser):
    """The elements of a page, its attributes that run code, and the data that it carries."""

    def __init__(self, page):
        super().__init__()
        self.found, self.live, self.data, self._inside = [], [], "", ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append(tag)
        self._inside = "data" if ("type", "application/json") in attributes else ""
        for name, value in attributes:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.live.append((tag, name, value))

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside:
            self.data += data

    def handle_comment(self, data):
        self.found.append("!--")

    def unknown_decl(self, data):
        self.found.append("![")


def check_svg(svg):
    """It is XML, holds nothing that runs, and its texts can be read."""
    svg.encode()
    for element in ET.fromstring(svg).iter():
        tag = element.tag.rpartition("}")[2]
        assert tag in {"svg", "title", "desc", "style", "rect", "g", "text", "path", "line", "circle", "polyline",
                       "tspan", "defs", "clipPath", "marker", "ellipse", "polygon", "use"}, tag  # fmt: skip
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name]
        assert tag in ("style", "desc") or "\n" not in (element.text or "").strip()


def check_page(page, like):
    """It has the elements that it has for plain labels, so none came from a label."""
    page.encode()
    made, plain = Elements(page), Elements(like)
    assert not made.live
    assert made.found.count("script") == plain.found.count("script")
    assert set(made.found) <= set(plain.found)
    return made


def check_json(text):
    text.encode()
    return json.loads(text)


def check_text(text):
    """A terminal shows it: no character steers it, and the file can be written."""
    text.encode()
    odd = [c for line in text.split("\n") for c in line if steers(c)]
    assert not odd, ascii(odd)


def steers(c):
    """Whether a character moves the cursor, ends a line or turns the direction of writing round."""
    return unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in BIDI


def check_markdown(text, like):
    """The same blocks, and rows of as many cells, as for plain labels."""
    text.encode()
    for line in text.split("\n"):
        assert not any(map(steers, line)), ascii(line)
    cells = lambda x: [len(re.findall(r"(?<!\\)\|", line)) for line in x.split("\n") if line.startswith("|")]
    assert cells(text) == cells(like)
    heads = lambda x: [line for line in x.split("\n") if line.startswith("#")]
    assert len(heads(text)) == len(heads(like))
    assert not re.search(r"<(?!br>|/?sub>|/?sup>)[a-zA-Z/!]", re.sub(r"`+[^`]*`+", "", text)), text


def graph(labels):
    w, b = ta.Value(X.copy(), labels[0]), ta.Value(X[0], labels[2])
    x = ta.Value(X.copy(), labels[1], requires_grad=False)
    z = w * x + b
    z.label = labels[3]
    loss = ta.sum(ta.tanh(z))
    loss.label = labels[4]
    loss.backward()
    return loss, w


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PLAIN = ["w", "x", "b", "z", "loss"]


@shown
@given(five)
def test_pictures_of_graphs(labels):
    like, drawing = ta.draw(graph(PLAIN)[0]), ta.draw(graph(labels)[0])
    check_svg(drawing.svg())
    check_json(drawing.json())
    check_text(drawing.text())
    check_json(check_page(drawing.html(), like.html()).data)
    found, plain = read(drawing), read(like)
    assert len(found.nodes) == len(plain.nodes)
    assert found.edges == plain.edges
    drawing.dot().encode()


@shown
@given(five)
def test_pictures_with_names(labels):
    loss, w = graph(["", "", "", "", ""])
    drawing = ta.draw(loss, names={labels[0]: w})
    check_svg(drawing.svg())
    check_page(drawing.html(), ta.draw(loss, names={"w": w}).html())
    read(drawing)
    check_text(drawing.text())


@each("label", KNOWN[::2])
def test_scopes_and_parts_of_models(label):
    class Model:
        def __init__(self):
            self.layers = {label: ta.Value(X[0], "w"), "other": [ta.Value(X[1])]}

        def __call__(self, x):
            with ta.scope(label):
                return ta.tanh(x * self.layers[label]) + self.layers["other"][0]

    try:
        drawing = ta.draw(Model(), X)
    except (TypeError, ValueError) as error:
        assert "scope" in str(error)  # noqa: PT017 - refused, and said so
        return
    check_svg(drawing.svg())
    check_text(drawing.text())
    check_json(drawing.json())
    read(drawing)
    check_page(drawing.html(), ta.draw(graph(PLAIN)[0]).html().replace("</body>", "<g></g></body>"))


@pytest.mark.optional
@pytest.mark.skipif(importlib.util.find_spec("resvg_py") is None, reason="resvg-py is not installed")
@each("label", KNOWN[::7])
def test_png(label):
    assert ta.draw(graph([label] * 5)[0]).png()[:4] == b"\x89PNG"


def scalar(labels):
    w = ta.Value(2.0, labels[0])
    return ta.tanh(w * ta.Value(0.5, labels[1]) + w), w


@shown
@given(five)
def test_explanations(labels):
    for make in (graph, scalar):
        made, like = (ta.explain(loss, wrt=w) for loss, w in (make(labels), make(PLAIN)))
        check_text(made.text())
        check_text(str(made))
        check_text(repr(made))
        check_markdown(made.markdown(), like.markdown())
        check_json(made.json())
        check_latex(made.latex())


def check_latex(text):
    """Braces in pairs, environments closed, and nothing that leaves mathematics or starts a comment."""
    text.encode()
    bare = re.sub(r"\\[\\{}$%&#_ ]", "", text)
    depth = 0
    for c in bare:
        depth += (c == "{") - (c == "}")
        assert depth >= 0, text
    assert depth == 0, text
    assert bare.count(r"\begin{") == bare.count(r"\end{") <= 2
    assert "%" not in bare
    assert "#" not in bare


@shown
@given(five)
def test_histograms_of_what_goes_into_activations(labels):
    made, like = (ta.preactivations(graph(x)[0]) for x in (labels, PLAIN))
    check_svg(made.svg())
    check_page(made.html(), like.html())
    check_text(made.text())


@shown
@given(five)
def test_reports_of_gradients(labels):
    tree = dict.fromkeys(labels[:2], X)
    report = ta.gradcheck(lambda t: ta.sum(sum(t.values()) * 2.0), tree)
    assert report
    check_text(str(report))
    check_svg(report.svg())
    check_json(report.json())


LIKE = {}
"""Of a declaration with plain words: the pages and texts of its card and plot, made once."""


@pytest.mark.usefixtures("scratch")
@each("text", [*KNOWN[:12:3], *(x for x in KNOWN[12:] if not x.isidentifier())][::2])
def test_cards(text):
    def declared(name, word):
        def body(z, *, slope=0.5):
            return np.where(z > 0, z, slope * z)

        body.__name__, body.__doc__ = name, f"a = maximum(z, slope * z)\n\n{word}"
        return ta.elementwise(dz=lambda a, z, *, slope: ta.where(z > 0, 1.0, slope), label=word, reference=word,
                              elsewhere={"torch": theirs(word, note=word)})(body)  # fmt: skip

    if not LIKE:
        declared("like", "plain")
        card = ta.card("like")
        LIKE.update(card=card.html(), markdown=card.markdown(), plot=ta.plot("like", "relu").html())
    declared("trial", text)
    made = ta.card("trial")
    check_svg(made.svg())
    check_page(made.html(), LIKE["card"])
    check_json(made.json())
    check_text(str(made))
    check_markdown(made.markdown(), LIKE["markdown"])
    made = ta.plot("trial", "relu")
    check_svg(made.svg())
    check_page(made.html(), LIKE["plot"])
    value = ta.ops["trial"].call(ta.Value(X, text))
    check_svg(ta.draw(value).svg())
    read(ta.draw(value))
    check_text(str(ta.explain(ta.sum(value), wrt=value.inputs[0])))


@pytest.mark.usefixtures("scratch")
@each("text", KNOWN[::10])
def test_activations_of_any_name(text):
    """Every tenth: what a name goes through, its characters, is what all the other tests are about."""
    check_activation(text)


@pytest.mark.slow
@pytest.mark.usefixtures("scratch")
@each("text", KNOWN[::5])
def test_activations_of_more_names(text):
    check_activation(text)


def check_activation(text):
    f = lambda z: z * ta.sigmoid(z)
    f.__name__ = f.__qualname__ = text
    f.__doc__ = text
    if text.startswith("__") or text in ("case", *ta.ops):
        with pytest.raises(ValueError, match="name"):
            ta.activation(f)
        return
    made = ta.activation(f)
    check_text(str(made.report))
    check_svg(made.report.svg())


@pytest.mark.usefixtures("scratch")
def test_an_activation_without_a_name():
    assert ta.activation(lambda z: z * ta.sigmoid(z))(0.0) == 0.0
