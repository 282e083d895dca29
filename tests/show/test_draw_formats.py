"""The formats of a drawing, where it is shown, and what is refused. Files by DOT: `test_draw_files`."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import struct
import subprocess
import sys
import threading
import types
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.svg import png

from ..drawn import HOSTILE, Network, batch, chain, hostile, loss_of, neuron, read
from ..each import each

needs_resvg = pytest.mark.skipif(
    importlib.util.find_spec("resvg_py") is None, reason="the package resvg-py (extra `png`) is not installed"
)
needs_fonts = pytest.mark.skipif(not any(png._fonts()), reason="this machine has no fonts")
FORMATS = ("svg", "html", "dot", "text", "json")


def written(drawing):
    return {name: getattr(drawing, name)() for name in FORMATS}


# -- text and JSON ----------------------------------------------------------------------------


def test_the_table_of_a_neuron():
    assert draw(neuron(), names={}).text() == (
        "name  operation  shape  value   grad\n"
        "w     parameter         0.5     0.5898\n"
        "x     parameter         3       0.09831\n"
        "v1    ×                 1.5     0.1966\n"
        "    ← w: ∂/∂w = x = 3; brings 0.5898\n"
        "    ← x: ∂/∂x = w = 0.5; brings 0.09831\n"
        "b     parameter         -0.5    0.1966\n"
        "z     +                 1       0.1966\n"
        "    ← v1: 1; brings 0.1966\n"
        "    ← b: 1; brings 0.1966\n"
        "a     σ                 0.7311  1\n"
        "    ← z: a(1 − a) = 0.1966; at a = 0.7311; brings 0.1966"
    )


def test_the_table_names_what_stops_what_sits_on_a_kink_and_what_is_not_finite():
    x = Value(0.0, "x")
    text = draw(ta.where(x > 1.0, ta.relu(x), Value([1.0] * 8 + [np.nan], "n")), names={}).text()
    assert "← x: nothing flows" in text
    assert "kink at 0: slope 1" in text
    assert "1 nan" in text
    assert "–" in text


def test_json_is_what_the_picture_shows():
    drawing = draw(neuron(), names={})
    found = json.loads(drawing.json())
    assert list(found) == ["note", "nodes", "edges", "backward"]
    assert [node["called"] for node in found["nodes"]] == ["w", "x", "v1", "b", "z", "a"]
    value = found["nodes"][0]["value"]
    assert {key: value[key] for key in ("text", "bad", "histogram", "head", "low", "high", "brief", "data")} == {
        "text": "0.5", "bad": "", "histogram": [], "head": "", "low": 0.5, "high": 0.5, "brief": "0.5", "data": 0.5,
    }  # fmt: skip
    edge, a = found["edges"][-1], 1 / (1 + math.exp(-1.0))
    assert (edge["symbol"], edge["local"], edge["at"], edge["sent"]) == ("a(1 − a)", "0.1966", "a = 0.7311", "0.1966")
    assert edge["numbers"]["at"] == {"a": pytest.approx(a)}
    assert edge["numbers"]["local"]["low"] == edge["numbers"]["sent"]["data"] == pytest.approx(a * (1 - a))
    assert found["backward"] == list(drawing.snapshot.backward) == [4, 2, 3, 0, 1]


def test_json_of_what_is_not_finite_is_text():
    x = Value(2.0, "x")
    y = x * Value(np.nan, "n") + x * Value(np.inf, "i")
    y.backward()
    found = json.loads(draw(y, names={}).json(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert {edge["flow"] for edge in found["edges"]} >= {"nan", "inf"}
    assert [node["value"]["bad"] for node in found["nodes"] if node["name"] == "n"] == ["nan"]


def test_hostile_labels_in_every_format():
    drawing = draw(hostile(), names={}, collapse="none")
    for name, text in written(drawing).items():
        text.encode()
        assert name in ("text", "json") or "<script>alert" not in text
        assert "\u202e" not in text
        assert "\x00" not in text
    root = ET.fromstring(drawing.svg())
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert {node["name"] for node in json.loads(drawing.json())["nodes"]} >= {HOSTILE[0], HOSTILE[1], r"two\nlines"}


# -- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "method"), [
    ("svg", "svg"), ("SVG", "svg"), ("html", "html"), ("Html", "html"), ("dot", "dot"), ("gv", "dot"),
    ("txt", "text"), ("TXT", "text"), ("json", "json"), ("JSON", "json"),
])  # fmt: skip
def test_the_ending_decides_on_the_format(tmp_path, ending, method):
    drawing = draw(neuron(), names={})
    path = tmp_path / f"two dots.and é.{ending}"
    assert drawing.save(path) is path
    assert path.read_bytes().rstrip(b"\n") == getattr(drawing, method)().rstrip("\n").encode()


@pytest.mark.parametrize("name", ["graph.jpeg", "graph", "graph.", ".svg", ""])
def test_an_unknown_ending_writes_nothing_and_lists_the_known(tmp_path, name):
    with pytest.raises(ValueError, match=r"save: .*one of \.svg, \.html, \.png, \.dot, \.gv, \.txt, \.json"):
        draw(neuron()).save(os.path.join(tmp_path, name))
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_way_and_a_folder_that_is_missing_are_named(tmp_path):
    (tmp_path / "here.svg").mkdir()
    for path in (tmp_path / "here.svg", tmp_path / "missing" / "graph.svg"):
        with pytest.raises(OSError, match=path.name):
            draw(neuron()).save(path)


# -- PNG --------------------------------------------------------------------------------------


def size_and_corner(data):
    """Width and height of a PNG."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


@pytest.mark.optional
@needs_resvg
@needs_fonts
def test_png_in_the_size_asked_for_and_in_both_themes(tmp_path):
    y = neuron()
    found = read(draw(y, names={}).svg())
    light, dark, auto = (draw(y, names={}, theme=theme) for theme in ("light", "dark", "auto"))
    for scale in (1, 2.0):
        wide, high = size_and_corner(light.png(scale))
        assert abs(wide - scale * found.width) <= scale + 1
        assert abs(high - scale * found.height) <= scale + 1
    assert auto.png() == light.png() != dark.png()
    assert auto.save(tmp_path / "g.PNG").read_bytes() == light.png()


@pytest.mark.optional
@needs_resvg
@needs_fonts
def test_png_has_its_text():
    y = neuron()
    drawing = draw(y, names={}, theme="light")
    without = drawing.svg().replace(">0.7311<", "><")
    assert png.png_of(without, 1.0) != png.png_of(drawing.svg(), 1.0)


@pytest.mark.parametrize("scale", [0, -1, 21, float("nan"), float("inf"), "2", None, 1j])
def test_a_scale_that_is_none_is_refused(scale):
    with pytest.raises(ValueError, match="png: scale is .*; expected a number above 0, at most 20"):
        draw(neuron()).png(scale)


def test_without_fonts_png_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(png, "_fonts", lambda: iter(()))
    monkeypatch.setitem(sys.modules, "resvg_py", types.SimpleNamespace())
    with pytest.raises(RuntimeError, match=r"no fonts.*apt install fonts-dejavu-core.*\.svg\(\) or \.html\(\)"):
        draw(neuron()).png()


def test_a_renderer_that_fails_is_reported(monkeypatch):
    def fail(**_):
        raise KeyError("inside")

    monkeypatch.setattr(png, "_fonts", lambda: iter(["a font"]))
    monkeypatch.setitem(sys.modules, "resvg_py", types.SimpleNamespace(svg_to_bytes=fail))
    with pytest.raises(RuntimeError, match="drawing PNG: resvg-py failed: 'inside'"):
        draw(neuron()).png()


# -- shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", [True, False])
def test_show_opens_the_page_in_a_browser_or_says_where_it_is(monkeypatch, tmp_path, capsys, opened):
    folder = tmp_path / "a folder #1"
    folder.mkdir()
    given = []
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setattr("webbrowser.open", lambda url: given.append(url) or opened)
    monkeypatch.setitem(sys.modules, "IPython", None)
    drawing = draw(neuron(), names={})
    drawing.show()
    (file,) = folder.iterdir()
    assert file.read_text(encoding="utf-8") == drawing.html()
    assert given == [file.as_uri()]
    assert "%20" in given[0]
    said = capsys.readouterr().out
    assert said == ("" if opened else f"no browser could be opened; the page is in {file}\n")


def test_show_in_a_notebook_displays_the_picture(monkeypatch):
    shown = []
    for kernel, expected in ((object(), 1), (None, 0)):
        shell = types.SimpleNamespace(kernel=kernel)
        module = types.SimpleNamespace(get_ipython=lambda shell=shell: shell,
                                       display=types.SimpleNamespace(display=shown.append))  # fmt: skip
        monkeypatch.setitem(sys.modules, "IPython", module)
        monkeypatch.setattr(sys.modules["tinygrad_act.show.graph.drawing"], "show_page", lambda page: None)
        shown.clear()
        drawing = draw(neuron())
        drawing.show()
        assert len(shown) == expected
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    drawing.show()
    assert shown == []


def test_notebooks_get_the_picture_and_the_page_in_a_frame():
    drawing = draw(neuron(), names={})
    assert drawing._repr_mimebundle_() == {"image/svg+xml": drawing.svg(), "text/plain": repr(drawing)}
    assert drawing._mime_() == ("image/svg+xml", drawing.svg())
    frame = drawing.interactive()
    assert frame._repr_html_().startswith("<iframe")
    assert frame._mime_() == ("text/html", frame._repr_html_())


def test_repr_tells_what_was_left_out():
    assert repr(draw(neuron())) == "<Drawing of 6 boxes and 5 edges>"
    assert repr(draw(chain(100), max_nodes=3)).startswith("<Drawing of 4 boxes and 5 edges: 501 values: summarised")


# -- the same bytes ---------------------------------------------------------------------------

CODE = """
import sys
import tests.drawn as drawn
from tinygrad_act import draw
model, hidden = drawn.Network(), drawn.hostile()
made = [draw(model, drawn.batch()), draw(hidden), draw(drawn.scalar_network(), collapse="repeats")]
text = "".join(getattr(one, name)() for one in made for name in ("svg", "html", "dot", "text", "json"))
"""


def test_other_processes_write_the_same_bytes():
    space = {}
    exec(CODE, space)
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    for seed in ("1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([root, *sys.path])}
        code = CODE + "sys.stdout.buffer.write(text.encode())"
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        assert done.stdout == space["text"].encode()


def test_two_threads_write_the_same_bytes():
    y, made = loss_of(Network()), []
    threads = [threading.Thread(target=lambda: made.append(written(draw(y, names={})))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made[0] == made[1]


def test_a_drawing_is_a_snapshot():
    x = Value(np.ones(3), "x")
    y = ta.sum(x * x)
    drawing = draw(y, names={})
    before = written(drawing)
    y.backward()
    x.data[:] = 7.0
    x.data = np.zeros(3)
    x.label = "other"
    assert written(drawing) == before


def test_a_drawing_keeps_no_graph_alive():
    big = Value(np.ones(1000), "big")
    drawing = draw(big * 2.0)
    count = sys.getrefcount(big)
    del drawing
    assert sys.getrefcount(big) == count


# -- what is refused --------------------------------------------------------------------------


@each(("arguments", "options", "error", "said"), [
    ((3.0,), {}, TypeError, "draw: got float; expected a Value, several Values, or a model and its input"),
    (([],), {}, ValueError, "draw: got an empty list; expected at least one Value"),
    (([Value(1.0), None],), {}, TypeError, "draw: item 1 is NoneType; expected only Values"),
    ((Value(1.0), 2), {}, TypeError, "and 1 more argument; expected a model and its input, or one Value, or a list"),
    ((Value(1.0), 2, 3), {}, TypeError, "and 2 more arguments; expected a model and its input"),
    ((Network(),), {}, TypeError, r"draw: got Network without an input; expected draw\(model, batch\), or a Value"),
    (((Network(),),), {}, TypeError, "draw: got Network without an input"),
    ((Value(1.0),), {"direction": "left"}, ValueError, "direction is 'left'; expected one of 'auto', 'right', 'down'"),
    ((Value(1.0),), {"direction": np.ones(2)}, ValueError, "direction is array.*; expected one of"),
    ((Value(1.0),), {"collapse": None}, ValueError, "collapse is None; expected one of 'auto', 'none', 'repeats', 'mo"),
    ((Value(1.0),), {"engine": "neato"}, ValueError, "engine is 'neato'; places are found here alone"),
    ((Value(1.0),), {"theme": "blue"}, ValueError, "theme is 'blue'; expected one of 'auto', 'light', 'dark'"),
    ((Value(1.0),), {"title": 5}, TypeError, "title is int; expected a text, as in title="),
    ((Value(1.0),), {"max_nodes": 2.0}, TypeError, "max_nodes is a number of boxes, an int, not float"),
    ((Value(1.0),), {"max_nodes": True}, TypeError, "max_nodes is a number of boxes, an int, not bool"),
    ((Value(1.0),), {"max_nodes": 0}, ValueError, "max_nodes is 0; expected at least 1"),
    ((Value(1.0),), {"max_nodes": -5}, ValueError, "max_nodes is -5; expected at least 1"),
    ((Value(1.0),), {"names": [1]}, TypeError, "names is list; expected a dict"),
])  # fmt: skip
def test_bad_arguments(arguments, options, error, said):
    with pytest.raises(error, match=said):
        draw(*arguments, **options)


def test_a_choice_is_checked_before_the_model_runs():
    ran = []
    with pytest.raises(ValueError, match="direction"):
        draw(lambda x: ran.append(x), batch(), direction="up")
    with pytest.raises(TypeError, match="names is list"):
        draw(lambda x: ran.append(x) or Value(1.0), batch(), names=[1])
    assert ran == []
