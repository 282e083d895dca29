"""What the tests of `draw` share: graphs to draw, hostile labels, and a reader of DOT.

The reader is a small parser of its own, so that a quote or bracket that is not escaped shows;
`read(drawing)` gives what a picture shows.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import NamedTuple

import tinygrad_act as ta
from tinygrad_act import Value


class Picture(NamedTuple):
    graph: dict[str, str]
    nodes: dict[str, dict[str, str]]
    edges: list[tuple[str, str, str]]
    """Source, target, label."""

    def rows(self, name):
        """The lines of text in one box."""
        return [line for line in "".join(_spelled(_label(self.nodes[name]))).split("\n") if line]

    @property
    def boxes(self):
        return [self.rows(name) for name in self.nodes]

    def box(self, first_row):
        """The one box with this first row."""
        (found,) = [rows for rows in self.boxes if rows[0] == first_row]
        return found

    def colours(self, name):
        """Text → its colour, in one box."""
        return {font.text: font.get("COLOR") for font in _label(self.nodes[name]).iter("FONT")}


def read(drawing):
    """The picture that Graphviz would see in the DOT text."""
    tokens = list(_tokens(drawing.dot()))
    assert tokens[0] == "digraph"
    assert tokens[2] == "{"
    assert tokens[-1] == "}"
    picture, statement = Picture({}, {}, []), []
    for token in tokens[3:]:
        if token in ("graph", "node", "edge", "}") or (re.fullmatch(r"n\d+", token) and statement[-1:] != ["->"]):
            _enter(picture, statement)
            statement = []
        statement.append(token)
    return picture


def _tokens(dot):
    """DOT's words: names, strings without their quotes, HTML-like strings with their brackets."""
    at = 0
    while at < len(dot):
        if dot[at].isspace():
            at += 1
        elif dot[at] == '"':
            word = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(dot, at)
            yield re.sub(r"\\(.)", r"\1", word[1])
            at = word.end()
        elif dot[at] == "<":
            depth, start = 0, at
            while at == start or depth:
                depth += {"<": 1, ">": -1}.get(dot[at], 0)
                at += 1
            yield dot[start:at]
        else:
            word = re.compile(r"->|-?[\w.]+|[{}\[\]=,]").match(dot, at)
            assert word, f"not DOT: {dot[at : at + 40]!r}"
            yield word[0]
            at = word.end()


def _enter(picture, statement):
    if not statement:
        return
    attributes = {}
    if "[" in statement:
        assert statement[-1] == "]"
        inside = statement[statement.index("[") + 1 : -1]
        assert all(word == "=" for word in inside[1::4])
        assert all(word == "," for word in inside[3::4])
        attributes = dict(zip(inside[::4], inside[2::4]))
    if statement[0] == "graph":
        picture.graph.update(attributes)
    elif statement[1:2] == ["->"]:
        picture.edges.append((statement[0], statement[2], attributes.get("label", attributes.get("headlabel", ""))))
    elif statement[0] not in ("node", "edge"):
        picture.nodes[statement[0]] = attributes


def _label(attributes):
    assert attributes["label"][0] == "<"
    return ET.fromstring(f"<label>{attributes['label'][1:-1]}</label>")


def _spelled(element):
    """Its text as Graphviz draws it: of two backslashes one, `\\N` as the node's name, a line as a space."""
    yield "\n" if element.tag == "BR" else _drawn(element.text)
    for child in element:
        yield from _spelled(child)
        yield _drawn(child.tail)


def _drawn(text):
    return re.sub(r"\\(.)", _substituted, (text or "").replace("\n", " "))


def _substituted(escape):
    return "\\" if escape[1] == "\\" else "SUBSTITUTED" if escape[1] in "NGLETH" else escape[0]


def neuron():
    x, w, b = Value(3.0, "x"), Value(0.5, "w"), Value(-0.5, "b")
    z = w * x + b
    z.label = "z"
    return ta.sigmoid(z)


def chain(length):
    x = Value(0.5, "x")
    y = x
    for _ in range(length // 2):
        y = (y + x).tanh()
    return y


HOSTILE = ['a "quoted" b', '"', "a\\", "\\N \\G \\l", "\\", "{a|b}", "<b>bold</b>", "a & b &lt; &#92;", "]];", "-->",
           "<!-- x", "é ∂ σ ×", "👩\u200d💻 😀", "a;b", " ", "digraph {}"]  # fmt: skip
SPELLED = {"two\nlines": r"two\nlines", "nul \0 bell \a": r"nul \x00 bell \x07", "\r\t\x1b[0m": r"\r\t\x1b[0m",
           "half \ud83d": r"half \ud83d", "\u202eevil": r"\u202eevil", "\ufffe\uffff": r"\ufffe\uffff"}  # fmt: skip
