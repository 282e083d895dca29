"""The toolkit of all pictures: text that is escaped and fits, colours, charts, pages."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tinygrad_act.show.svg import (
    DARK,
    LIGHT,
    circle,
    contrast,
    document,
    escape,
    fit,
    flow,
    group,
    line,
    number,
    one_line,
    page,
    rectangle,
    text,
    text_width,
)
from tinygrad_act.show.svg.chart import Key, Panel, Scale, legend, legend_width, pieces, simplified, spread, ticks

from ..each import each

HOSTILE = "<script>alert('x')</script> & \"quoted\" \x00 \ud800 \u202e"
HELVETICA = (  # widths of the letters from blank to ~, in thousandths, from Adobe's font metrics
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
TEXT_ROLES = ("text", "faint", "value", "gradient", "alarm", "active", *(f"curve-{i}" for i in range(1, 7)))
GROUNDS = ("background", "panel", "frame", "track")


def test_hostile_text_is_escaped_as_content_and_as_an_attribute():
    root = ET.fromstring(f'<a b="{escape(HOSTILE)}">{escape(HOSTILE)}</a>')
    assert root.text == root.get("b") == HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    drawn = document(9, 9, [text(0, 0, HOSTILE), group([], title=HOSTILE)], title=HOSTILE, description=HOSTILE)
    assert "<script" not in drawn
    assert len(list(ET.fromstring(drawn).iter())) == 8, "svg, title, desc, style, rect, text, g and its title"


@each("theme", [LIGHT, DARK], ids=["light", "dark"])
@each("role", TEXT_ROLES)
def test_every_text_can_be_read_on_every_ground(theme, role):
    for ground in GROUNDS:
        assert contrast(theme[role], theme[ground]) >= 4.5, ground


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_remark_can_be_read_on_a_shaded_band(theme):
    assert contrast(theme["faint"], theme["band"]) >= 4.5


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_themes_have_the_same_roles():
    assert LIGHT.keys() == DARK.keys()
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in [*LIGHT.values(), *DARK.values()])


def test_no_letter_is_wider_than_was_reckoned():
    for code, width in enumerate(map(int, HELVETICA.split()), 32):
        assert text_width(chr(code), 1000) >= width, chr(code)
    assert text_width("日本", 10) >= 20
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("abc", 10, mono=True) == pytest.approx(18.15)
    assert text_width("abc", 10, bold=True) > text_width("abc", 10)


def test_fit_takes_as_much_as_there_is_room_for():
    assert fit("short", 12, 100) == "short"
    cut = fit("a long sentence that does not fit", 12, 80)
    assert cut.endswith("…")
    assert text_width(cut, 12) <= 80 < text_width(cut[:-1] + "nce…", 12)


def test_flow_breaks_lines_between_items_only():
    assert flow(["one two", "three", "four"], 12, 85, between=" · ") == ["one two", "three · four"]
    lines = flow(["word"] * 20, 12, 90, most=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(text_width(row, 12) <= 90 for row in lines)
    assert flow([], 12, 90) == []
    assert one_line(" a\n\n b\t") == "a b"


def test_numbers_have_one_decimal_and_no_negative_zero():
    assert [number(x) for x in (1.0, -0.04, 2.25, 1 / 3, -7.86)] == ["1", "0", "2.2", "0.3", "-7.9"]


def test_a_document_styles_the_roles_that_occur_and_no_others():
    drawn = document(10, 20, [circle(1, 1, 1, "value"), line(0, 0, 1, 1, "axis")], title="t")
    assert f".f-value{{fill:{LIGHT['value']}}}" in drawn
    assert f".s-axis{{stroke:{DARK['axis']}}}" in drawn
    assert "f-alarm" not in drawn
    assert "@media (prefers-color-scheme:dark)" in drawn
    assert LIGHT["value"] not in document(1, 1, [circle(1, 1, 1, "value")], title="t", theme="dark")
    assert "@media" not in document(1, 1, [], title="t", theme="light")


def test_an_unknown_theme_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"theme: got 'blue'; expected one of 'auto', 'light', 'dark'"):
        document(1, 1, [], title="t", theme="blue")


def test_two_pictures_in_one_page_do_not_style_each_other():
    drawn = [document(1, 1, [rectangle(0, 0, size, 1, "value")], title="t") for size in (1, 2)]
    drawn += [document(1, 1, [rectangle(0, 0, 1, 1, "value")], title="t", theme="dark")]
    assert len({re.search(r'class="(ta\w+)"', svg)[1] for svg in drawn}) == 3


def test_a_page_loads_nothing_and_runs_nothing():
    made = page("<svg></svg>", title=HOSTILE, text=HOSTILE)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in made
    assert "<script" not in made
    assert "http:" not in made
    assert "https:" not in made
    assert 'name="color-scheme" content="light dark"' in made
    assert "@media" not in page("<svg></svg>", title="t", theme="dark")


def test_a_scale_runs_either_way():
    assert Scale(0, 10, 100, 200)(5) == 150
    assert Scale(0, 1, 90, 10)(1) == 10


@pytest.mark.parametrize("ends", [(-6, 6), (0, 1), (-0.1, 1.07), (3, 3.001), (-1e12, 1e12), (0, 7e-10), (-19, -3)])
def test_ticks_are_few_round_and_inside(ends):
    found = ticks(*ends, 8)
    assert 2 <= len(found) <= 8
    assert all(ends[0] - 1e-9 <= x <= ends[1] + 1e-9 for x in found)
    steps = np.diff(found)
    assert np.allclose(steps, steps[0], rtol=1e-6)
    assert f"{steps[0]:.2e}"[0] in "125"


X = np.linspace(-1, 1, 41)


def test_a_curve_is_cut_at_the_frame_exactly():
    ((xs, ys),) = pieces(X, 4.1 * X, -1, 1)
    assert (xs[0], ys[0], xs[-1], ys[-1]) == pytest.approx((-1 / 4.1, -1, 1 / 4.1, 1))
    assert not list(pieces(X, 0 * X + 5, -1, 1))
    both = list(pieces(X, 4 * X * X, 0, 1))
    assert len(both) == 1
    assert len(list(pieces(X, 1 - 4 * X * X, 0.5, 2))) == 1
    assert len(list(pieces(X, 4 * X * X, 1, 9))) == 2, "the middle is below the frame"


def test_a_curve_is_cut_at_holes_jumps_and_where_it_is_told():
    with_hole = np.where(np.abs(X) < 0.2, np.nan, X)
    assert len(list(pieces(X, with_hole, -2, 2))) == 2
    assert len(list(pieces(X, np.sign(X + 0.01), -2, 2))) == 2, "a jump"
    assert len(list(pieces(X, X, -2, 2, cuts=[0.31]))) == 2
    with np.errstate(all="ignore"):
        infinite = 1 / np.where(X == 0, 0, X)
        found = list(pieces(X, infinite, -2, 2))
    assert len(found) == 2
    assert all(np.isfinite(ys).all() for _, ys in found)


def test_a_line_loses_only_points_that_nobody_misses():
    straight = np.column_stack([X, 3 * X])
    assert len(simplified(straight)) == 2
    bent = np.column_stack([100 * X, 50 * np.abs(X)])
    assert np.allclose(simplified(bent), [(-100, 50), (0, 0), (100, 50)])
    curve = np.column_stack([200 * X, 80 * np.sin(3 * X)])
    kept = np.array(simplified(curve))
    assert len(kept) < len(curve)
    assert np.max(np.abs(np.interp(curve[:, 0], kept[:, 0], kept[:, 1]) - curve[:, 1])) < 0.2


def test_labels_are_spread_apart_and_stay_in_order():
    places = spread([50, 50, 52, 10], 12, 0, 100)
    assert sorted(range(4), key=places.__getitem__) == [3, 0, 1, 2]
    assert all(b - a >= 12 - 1e-9 for a, b in itertools.pairwise(sorted(places)))
    assert max(spread([99, 99, 99], 12, 0, 100)) <= 100


def test_a_legend_is_as_wide_as_it_says():
    keys = [Key("one", "curve-1"), Key("another", "curve-2", dash="7 3")]
    parts = legend(10, 20, keys)
    last = re.search(r'<text x="([\d.]+)"', parts[-1])
    assert float(last[1]) + text_width("another", 12) == pytest.approx(10 + legend_width(keys), abs=0.1)
    assert 'stroke-dasharray="7 3"' in parts[2]


def test_a_band_ends_at_the_frame():
    panel = Panel.at(10, 10, 100, 50, (0, 10), (0, 1))
    assert 'x="10" y="10" width="50"' in panel.band(-np.inf, 5)
    assert 'x="60" y="10" width="50"' in panel.band(5, np.inf)
    assert len([part for part in panel.grid() if part.startswith("<text")]) >= 8
