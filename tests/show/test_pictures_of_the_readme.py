"""The pictures in the README are what their script makes today."""

from __future__ import annotations

import pathlib
import re
import runpy
import xml.etree.ElementTree as ET

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PICTURES = ROOT / "examples" / "pictures"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PREFIX = re.compile(r"\bta[0-9a-f]{8}\b")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    runpy.run_path(str(ROOT / "examples" / "pictures.py"))["main"](folder)
    return folder


def pieces(svg):
    """Every element with its text and attributes, without the prefix that is made from the content."""
    for element in ET.fromstring(PREFIX.sub("prefix", svg)).iter():
        yield element.tag, (element.text or "").strip(), (element.tail or "").strip(), element.attrib


@pytest.mark.parametrize("name", sorted(path.name for path in PICTURES.glob("*.svg")))
def test_a_picture_is_what_its_script_makes(made, name):
    """Texts to the letter; coordinates to the rounding of the last digit, which another machine's NumPy may turn."""
    ours, theirs = ((folder / name).read_text(encoding="utf-8") for folder in (PICTURES, made))
    old, new = list(pieces(ours)), list(pieces(theirs))
    assert len(old) == len(new), "run: python examples/pictures.py examples/pictures"
    for (tag, text, tail, attributes), (tag2, text2, tail2, attributes2) in zip(old, new):
        assert (tag, text, tail, attributes.keys()) == (tag2, text2, tail2, attributes2.keys())
        for key, value in attributes.items():
            assert NUMBER.sub("#", value) == NUMBER.sub("#", attributes2[key])
            for x, y in zip(NUMBER.findall(value), NUMBER.findall(attributes2[key])):
                assert abs(float(x) - float(y)) <= 0.11, (key, value, attributes2[key])


def test_every_picture_of_the_readme_is_there_and_made_by_the_script(made):
    pages = [ROOT / "README.md", *(ROOT / "tinygrad_act").rglob("README.md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = {pathlib.Path(path).name for text in texts for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)}
    assert len(shown) == 3
    assert shown == {path.name for path in PICTURES.glob("*.svg")}
    assert shown <= {path.name for path in made.iterdir()}
