"""Cards and sheets as files, in notebooks and from the command line."""

from __future__ import annotations

import subprocess
import sys
import types

import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main
from tinygrad_act.show.svg import png


@pytest.mark.parametrize("extension", [".svg", ".html", ".md", ".json", ".txt"])
def test_a_card_is_saved_in_the_format_of_the_extension(tmp_path, extension):
    found = ta.card("gelu")
    written = found.save(tmp_path / f"gelu{extension}").read_text(encoding="utf-8")
    forms = {".svg": found.svg(), ".html": found.html(), ".md": f"{found.markdown()}\n", ".json": f"{found.json()}\n"}
    assert written == forms.get(extension, f"{found}\n")


def test_unknown_extensions_and_unwritable_paths(tmp_path):
    with pytest.raises(ValueError, match=r"unknown extension '.pdf'; .* one of .svg, .html, .png, .md, .json, .txt"):
        ta.card("gelu").save(tmp_path / "gelu.pdf")
    with pytest.raises(ValueError, match=r"unknown extension '.pdf'; .* one of .svg, .html, .png, .txt"):
        ta.sheet(["gelu"]).save(tmp_path / "gelu.pdf")
    with pytest.raises(OSError, match="nowhere"):
        ta.card("gelu").save(tmp_path / "nowhere" / "gelu.svg")


def test_png_by_resvg_py_or_a_word_on_how_to_get_it(tmp_path, monkeypatch):
    drawn = []
    renderer = types.SimpleNamespace(svg_to_bytes=lambda **given: drawn.append(given) or b"\x89PNG")
    monkeypatch.setitem(sys.modules, "resvg_py", renderer)
    monkeypatch.setattr(png, "_fonts", lambda: [True])
    assert ta.card("gelu").save(tmp_path / "gelu.png").read_bytes() == b"\x89PNG"
    assert ta.sheet(["gelu"]).png(scale=1) == b"\x89PNG"
    assert [given["zoom"] for given in drawn] == [2.0, 1]
    assert drawn[0]["svg_string"] == ta.card("gelu").svg("light"), "it knows no @media"
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(RuntimeError, match="needs the package resvg-py: pip install"):
        ta.card("gelu").save(tmp_path / "other.png")
    assert not (tmp_path / "other.png").exists()
    for scale in (0, -1, 21, "2", True):
        with pytest.raises(ValueError, match="png: scale is .*; expected a number above 0, at most 20"):
            ta.card("gelu").png(scale)


def test_cards_and_sheets_from_the_command_line(tmp_path, capsys):
    assert main(["card", "elu", "alpha=0.5", "-o", str(tmp_path / "elu.svg")]) == 0
    assert (tmp_path / "elu.svg").read_text(encoding="utf-8") == ta.card("elu", alpha=0.5).svg()
    assert main(["sheet", "relu", "gelu", "-o", str(tmp_path / "few.html")]) == 0
    assert (tmp_path / "few.html").read_text(encoding="utf-8") == ta.sheet(["relu", "gelu"]).html()
    assert main(["card", "elu", "alpha=0.5"]) == 0
    assert "alpha = 0.5, by default 1.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["card", "gelux", "-o", "x.svg"], "did you mean 'gelu'"),
        (["card", "gelu", "-o", "x.pdf"], "unknown extension '.pdf'"),
        (["card", "elu", "alpha=a"], "'alpha=a' is no parameter; write its name and a number"),
        (["card", "elu", "0.5"], "'0.5' is no parameter"),
        (["card", "elu", "beta=1"], "beta"),
        (["sheet", "relux", "-o", "x.svg"], "did you mean 'relu'"),
        (["sheet", "-o", "/nowhere/x.svg"], "/nowhere/x.svg"),
    ],
)
def test_wrong_words_on_the_command_line(words, message, capsys):
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_pictures_need_no_other_package():
    code = "import sys, tinygrad_act as ta; ta.card('gelu').svg(); ta.sheet(['relu']).html(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib", "graphviz", "html", "xml.etree", "xml"} & set(loaded)
