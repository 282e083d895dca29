"""`draw`: files, Graphviz where there is one and where there is none, Jupyter, and what is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET

import graphviz
import numpy as np
import pytest

from tinygrad_act import Value, draw
from tinygrad_act.show.graph import render

from ..dot_reader import HOSTILE, SPELLED, chain, neuron

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's program `dot` is not on PATH")
needs_scripts = pytest.mark.skipif(os.name == "nt", reason="a shell script plays `dot`")

NONE_YET = "grad –"




@pytest.mark.parametrize(("given", "error", "message"), [
    (3.0, TypeError, r"draw: got float; expected a Value, several Values, or a model and its input"),
    (np.ones((2, 3)), TypeError, r"draw: got float64 \(2, 3\); expected a Value"),
    (None, TypeError, "draw: got NoneType"),
    (lambda x: x, TypeError, r"draw: got function without an input; expected draw\(model, batch\)"),
    ({"a": Value(1.0)}, TypeError, "draw: got dict"),
    ([Value(1.0), 2.0], TypeError, "draw: item 1 is float; expected only Values"),
    ([], ValueError, "draw: got an empty list"),
    ((), ValueError, "draw: got an empty tuple"),
])  # fmt: skip
def test_anything_but_values_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        draw(given)


@pytest.mark.parametrize("limit", ["400", 4.0, None])
def test_max_nodes_is_an_integer(limit):
    with pytest.raises(TypeError, match="draw: max_nodes is a number of boxes, an int, not"):
        draw(Value(1.0), max_nodes=limit)


# -- files, and Graphviz where there is none --------------------------------------------------


@pytest.mark.parametrize("name", ["g.dot", "g.gv", "G.DOT"])
def test_dot_files_need_no_graphviz(tmp_path, no_dot, name):
    drawing = draw(neuron())
    path = tmp_path / name
    assert drawing.save(path) is path
    assert path.read_bytes() == drawing.dot().encode()
    assert drawing.save(str(path)) == str(path)


@pytest.mark.parametrize(("name", "what"), [
    ("g.pdf", "extension '.pdf'"), ("graph", "format of 'graph'"), (".svg", "format of '.svg'"),
])  # fmt: skip
def test_an_unknown_extension_lists_the_known_ones(tmp_path, name, what):
    known = r"\.svg, \.html, \.png, \.dot, \.gv, \.txt, \.json"
    with pytest.raises(ValueError, match=rf"save: unknown {what}.*one of {known}"):
        draw(neuron()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_path_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "no" / "such" / "folder.dot"
    with pytest.raises(OSError, match=r"folder\.dot") as caught:
        draw(neuron()).save(path)
    assert str(caught.value.filename) == str(path)
    (tmp_path / "folder.dot").mkdir()
    with pytest.raises(OSError, match=r"folder\.dot"):
        draw(neuron()).save(tmp_path / "folder.dot")


@pytest.fixture
def no_dot(tmp_path, monkeypatch):
    """A PATH with nothing on it."""
    empty = tmp_path / "empty PATH"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    return empty


@pytest.fixture
def no_resvg(monkeypatch):
    """A machine without the package that makes PNG files."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)


@pytest.mark.usefixtures("no_resvg")
def test_png_without_any_help_says_what_to_install_and_what_works(tmp_path, no_dot):
    drawing = draw(neuron())
    old = tmp_path / "g.png"
    old.write_text("old")
    for make in (drawing.png, lambda: drawing.save(old)):
        with pytest.raises(RuntimeError, match=r"drawing PNG needs the package resvg-py: pip install") as caught:
            make()
        for part in ("tinygrad-act[png]", ".svg(), .html() and .save('graph.svg') need nothing",
                     "`dot` program, which is not on PATH", "apt install graphviz", "brew install graphviz",
                     "winget install graphviz", "conda install graphviz"):  # fmt: skip
            assert part in str(caught.value)
    assert old.read_text() == "old"


@pytest.mark.parametrize("engine", ["dot", "neato", None])
def test_places_are_found_here_and_the_error_says_how_graphviz_draws_it(engine):
    with pytest.raises(ValueError, match=r"leave it out; for Graphviz's own picture.*\.to_graphviz\(\), or \.save"):
        draw(neuron(), engine=engine)
    assert draw(neuron(), engine="auto").svg() == draw(neuron()).svg()


@pytest.mark.usefixtures("no_resvg")
def test_without_the_python_package_the_error_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz.backend.dot_command", None)
    with pytest.raises(RuntimeError, match=r"needs the Python package graphviz: pip install graphviz; \.dot") as caught:
        draw(neuron()).png()
    assert caught.value.__cause__ is None
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(RuntimeError, match=r"to_graphviz needs the Python package graphviz: pip install graphviz"):
        draw(neuron()).to_graphviz()


def play_dot(folder, script):
    """A program `dot` that runs a shell script."""
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@needs_scripts
@pytest.mark.usefixtures("no_resvg")
@pytest.mark.parametrize(("script", "message"), [
    ("echo 'Format: \"svg\" not recognized' >&2; exit 1", 'failed: Format: "svg" not recognized'),
    ("exit 3", "failed: .*returned non-zero exit status 3"),
    ("echo 'Warning: Not built with libexpat.' >&2; echo '<svg/>'", "failed: it was built without expat"),
])  # fmt: skip
def test_what_a_failing_dot_says_is_passed_on(no_dot, script, message):
    play_dot(no_dot, script)
    with pytest.raises(RuntimeError, match=rf"drawing PNG: Graphviz's `dot` {message}.*\.dot\(\) and"):
        draw(neuron()).png()


@needs_scripts
@pytest.mark.usefixtures("no_resvg")
def test_a_dot_that_does_not_finish_is_stopped(no_dot, monkeypatch):
    play_dot(no_dot, "exec /bin/sleep 200")
    monkeypatch.setattr(render, "_SECONDS", 0.2)
    with pytest.raises(RuntimeError, match=r"`dot` was stopped after 0\.2 s; draw a smaller part"):
        draw(neuron()).png()


@needs_scripts
@pytest.mark.usefixtures("no_resvg")
def test_warnings_of_dot_are_not_printed(no_dot, capfd):
    play_dot(no_dot, "echo 'Warning: no font' >&2; echo 'a picture'")
    assert draw(neuron()).png() == b"a picture\n"
    assert capfd.readouterr() == ("", "")


def test_importing_the_package_does_not_import_graphviz():
    code = "import sys, tinygrad_act; print('graphviz' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]


# -- Jupyter ----------------------------------------------------------------------------------


def test_notebooks_show_the_picture_without_graphviz(no_dot):
    drawing = draw(neuron())
    assert drawing._repr_mimebundle_(include=None, exclude=None) == {
        "image/svg+xml": drawing.svg(), "text/plain": "<Drawing of 6 boxes and 5 edges>",
    }  # fmt: skip
    assert drawing._mime_() == ("image/svg+xml", drawing.svg())


def test_a_graphviz_graph_is_shown_with_and_without_dot(no_dot):
    drawing = draw(neuron())
    graph = drawing.to_graphviz()
    assert isinstance(graph, graphviz.Digraph)
    assert [line.strip() for line in graph.source.split("\n") if line.strip()][1:] == [
        line.strip() for line in drawing.dot().split("\n") if line.strip()
    ][1:]
    assert graph._repr_mimebundle_(None, None)["image/svg+xml"] == drawing.svg()
    with pytest.raises(graphviz.ExecutableNotFound):
        graph.pipe(format="svg")


@needs_dot
def test_a_graphviz_graph_is_shown_by_dot_where_there_is_one():
    shown = draw(neuron()).to_graphviz()._repr_mimebundle_(None, None)
    assert "Generated by graphviz" in shown["image/svg+xml"]


def test_repr_is_short():
    assert repr(draw(neuron())) == "<Drawing of 6 boxes and 5 edges>"
    assert repr(draw(Value(1.0))) == "<Drawing of 1 box and 0 edges>"


def test_drawing_from_four_threads():
    y, texts = chain(100), []
    threads = [threading.Thread(target=lambda: texts.append(draw(y).dot())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 4
    assert len(set(texts)) == 1


# -- with Graphviz ----------------------------------------------------------------------------


@needs_dot
@pytest.mark.usefixtures("no_resvg")
def test_png_by_dot(tmp_path):
    drawing = draw(neuron())
    assert drawing.png()[:8] == b"\x89PNG\r\n\x1a\n"
    assert drawing.save(tmp_path / "g.PNG").read_bytes()[:4] == b"\x89PNG"


@needs_dot
def test_graphviz_reads_hostile_labels_as_this_files_parser_does():
    labels = {**dict(zip(HOSTILE, HOSTILE)), **SPELLED}
    root = ET.fromstring(render.render(draw([Value(1.0, label) for label in labels]).dot(), "svg").decode())
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    missing = [shown for shown in labels.values() if shown not in texts]
    assert not missing


@needs_dot
def test_a_parameter_shared_along_a_chain_does_not_take_minutes():
    # with a label in the middle of each edge it does not finish in time
    assert render.render(draw(chain(300), collapse="none").dot(), "svg")


@needs_dot
def test_graphviz_accepts_a_summary():
    assert b"summarised by operation" in render.render(draw(chain(1000), max_nodes=2).dot(), "svg")
