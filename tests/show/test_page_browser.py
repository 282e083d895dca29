"""The interactive page in a real browser: what a reader sees and what keys and pointer do."""

from __future__ import annotations

import itertools
import json
import re

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.graph.page import write_frame

from ..browser import launched
from ..pages import data_of, neuron, number, scalar_mlp, shared, tensor_mlp

FILES = itertools.count()


@pytest.fixture(scope="module")
def browser():
    with launched() as running:
        yield running


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page; in the end the browser must have had nothing to complain about."""

    def opened(graph_or_page, fragment="", **preferences):
        page = graph_or_page
        if not isinstance(page, str):
            page = draw(page, names={}, collapse="none").html()
        path = tmp_path / f"page{next(FILES)}.html"
        path.write_text(page, encoding="utf-8")
        browser.prefer(**preferences)
        browser.open(path, fragment)
        return Reader(browser, page)

    yield opened
    assert browser.problems == []


class Reader:
    """What a reader finds on the page that is open."""

    def __init__(self, browser, page):
        self.browser = browser
        self.ids = {node["name"]: node["id"] for node in data_of(page)["nodes"]}
        self.steps = data_of(page)["steps"]

    def box(self, name):
        return f'[data-node="{self.ids[name]}"]'

    def shown(self, name, row):
        """The numbers in one row of a box that can be seen."""
        return self.browser.evaluate(
            f"[...document.querySelectorAll('{self.box(name)} .{row} text.number')]"
            ".filter(t => getComputedStyle(t).visibility === 'visible').map(t => t.textContent).join(' ')"
        )

    def note(self):
        """The sentence, and the lines below it."""
        return self.browser.evaluate("[...document.querySelectorAll('#note p')].map(p => p.textContent)")

    def step(self):
        return self.browser.evaluate("document.getElementById('count').textContent")

    def classes(self, selector):
        return self.browser.evaluate(f"[...document.querySelector({json.dumps(selector)}).classList]")

    def boxes_with(self, name):
        ids = self.browser.evaluate(f"[...document.querySelectorAll('.node.{name}')].map(n => n.dataset.node)")
        return {name for name, own in self.ids.items() if own in ids}

    def width_of_view(self):
        return float(self.browser.evaluate("document.querySelector('main>svg').getAttribute('viewBox')").split()[2])


@pytest.mark.parametrize("graph", [neuron, shared, scalar_mlp], ids=lambda graph: graph.__name__)
def test_stepping_to_the_end_by_key_leaves_the_gradients_on_the_page(browser, visit, graph):
    output, leaves = graph()
    reader = visit(output, "#step=1")
    assert all(reader.shown(name, "grad") == "" for name in leaves)
    browser.press(*["ArrowRight"] * (len(reader.steps) - 2))
    for name, leaf in leaves.items():  # before the last step, which shows what the picture shows
        assert number(reader.shown(name, "grad")) == float(f"{leaf.grad:.4g}"), name
    browser.press("ArrowRight", "ArrowRight")
    assert reader.step() == f"{len(reader.steps)} / {len(reader.steps)}"
    for name, leaf in leaves.items():
        assert number(reader.shown(name, "grad")) == float(f"{leaf.grad:.4g}"), name
        assert number(reader.shown(name, "value")) == float(f"{leaf.item():.4g}"), name


def test_the_gradients_of_arrays_arrive_as_the_picture_draws_them(browser, visit):
    loss, leaves = tensor_mlp()
    reader = visit(loss)
    drawn = {name: reader.shown(name, "grad") for name in leaves}
    for name, leaf in leaves.items():
        assert f"{np.mean(leaf.grad):.3g}" in drawn[name].replace("−", "-")
    browser.press("Home")
    assert {reader.shown(name, "grad") for name in leaves} == {""}
    seen = set()
    for _ in reader.steps[2:]:
        browser.press("ArrowRight")
        seen.add(reader.shown("W1", "grad"))
    assert {name: reader.shown(name, "grad") for name in leaves} == drawn
    assert len(seen) == 3  # nothing, what the penalty brings, and all
    assert any(re.fullmatch(r"rms \S+ \+ …", text) for text in seen)


def test_a_sum_that_is_not_complete_is_marked(browser, visit):
    y, _ = shared()
    reader = visit(y, "#step=1")
    seen = []
    for _ in reader.steps[1:]:
        browser.press("ArrowRight")
        seen.append(reader.shown("x", "grad"))
    changes = [text for text, _ in itertools.groupby(seen)]
    assert changes[0] == ""
    assert changes[-1] == "14"
    assert len(changes) > 2
    assert all(text.endswith(" + …") for text in changes[1:-1])


def test_values_come_one_by_one_in_the_forward_pass(browser, visit):
    a, _ = neuron()
    reader = visit(a, "#step=1")
    known = lambda: [name for name in ("w", "x", "b", "v1", "z", "a") if reader.shown(name, "value")]
    assert known() == ["w", "x", "b"]
    browser.press("ArrowRight")
    assert known() == ["w", "x", "b", "v1"]
    assert reader.note()[1].startswith("v1 = w × x = 0.5 × 3 = 1.5")
    assert reader.boxes_with("on") == {"v1"}
    browser.press("End")
    assert known() == ["w", "x", "b", "v1", "z", "a"]
    browser.press("ArrowLeft", "ArrowLeft", "Home")
    assert reader.step() == "1 / 9"


def test_the_active_edge_lights_up_and_the_line_has_the_numbers(browser, visit):
    reader = visit(neuron()[0], "#step=6")
    assert reader.note()[1] == "z.grad += 1 × 0.1966 = 0.1966   (a(1 − a) at a = 0.7311)"
    assert reader.boxes_with("on") == {"a", "z"}
    looks = """(() => {
      const style = getComputedStyle(document.querySelector('.edge%s>path'));
      return [style.stroke, style.strokeWidth, style.animationName];
    })()"""
    lit, plain = browser.evaluate(looks % ".on"), browser.evaluate(looks % ":not(.on)")
    assert browser.evaluate("document.querySelectorAll('.edge.on').length") == 1
    assert lit[2] == "march"
    assert plain[2] == "none"
    assert lit[0] != plain[0]
    assert float(lit[1].removesuffix("px")) > float(plain[1].removesuffix("px"))


def test_the_step_stands_in_the_address_and_is_read_from_it(browser, visit):
    reader = visit(neuron()[0], "#step=3")
    assert reader.step() == "3 / 9"
    browser.press("ArrowRight")
    browser.wait_for("location.hash === '#step=4'")
    browser.evaluate("location.hash = '#step=8'")
    browser.wait_for("document.getElementById('count').textContent === '8 / 9'")
    browser.evaluate("location.hash = '#step=999'")
    browser.wait_for("document.getElementById('count').textContent === '9 / 9'")
    browser.evaluate("location.hash = '#step=</script>'")
    assert reader.step() == "9 / 9"


def test_without_an_address_the_page_opens_on_the_whole_picture(visit):
    reader = visit(neuron()[0])
    assert reader.step() == "9 / 9"
    assert reader.note()[1:] == ["w.grad = 0.5898", "x.grad = 0.09831", "b.grad = 0.1966"]


def test_the_slider_moves_and_is_moved_by_keys_once(browser, visit):
    reader = visit(neuron()[0], "#step=2")
    browser.evaluate("document.getElementById('slider').focus()")
    browser.press("ArrowRight")
    assert reader.step() == "3 / 9"
    moved = "(s => { s.value = 7; s.dispatchEvent(new Event('input')); })(document.getElementById('slider'))"
    browser.evaluate(moved)
    assert reader.step() == "7 / 9"
    heard = browser.evaluate("document.getElementById('slider').getAttribute('aria-valuetext')")
    assert heard.startswith("step 7 of 9: Backward pass through +")


def test_buttons_do_what_they_say(browser, visit):
    reader = visit(neuron()[0])
    for button, step in [("first", 1), ("next", 2), ("next", 3), ("back", 2), ("back", 1), ("back", 1), ("last", 9)]:
        browser.click(f"#{button}")
        assert reader.step() == f"{step} / 9"


def test_play_goes_on_to_the_end_and_stops_there(browser, visit):
    reader = visit(neuron()[0], "#step=2")
    browser.evaluate("document.querySelector('#speed').append(new Option('fast', '50', true, true))")
    browser.click("#play")
    browser.wait_for("!document.body.classList.contains('playing')")
    assert reader.step() == "9 / 9"


def test_space_plays_from_the_start_and_pauses(browser, visit):
    reader = visit(neuron()[0])
    label = "document.getElementById('play').getAttribute('aria-label')"
    browser.press(" ")
    assert browser.evaluate(label) == "Pause (space)"
    browser.press(" ")
    assert browser.evaluate(label) == "Play (space)"
    assert reader.step() != "9 / 9"


def test_nothing_moves_where_the_reader_wants_no_motion(browser, visit):
    visit(neuron()[0], "#step=6", prefers_reduced_motion="reduce")
    parts = "[...document.querySelectorAll('.edge.on>path, .node, .edge')].map(p => getComputedStyle(p))"
    assert set(browser.evaluate(f"{parts}.map(style => style.animationName)")) == {"none"}
    assert set(browser.evaluate(f"{parts}.map(style => style.transitionDuration)")) <= {"0s"}


def test_hover_and_focus_trace_the_paths_to_the_output(browser, visit):
    reader = visit(neuron()[0])
    browser.mouse("mouseMoved", *browser.middle(reader.box("w")))
    assert reader.boxes_with("lit") == {"w", "v1", "z", "a"}
    assert browser.evaluate("document.querySelectorAll('.edge.lit').length") == 3
    assert browser.evaluate("document.querySelector('main>svg').classList.contains('shaded')")
    browser.mouse("mouseMoved", 5, 5)
    assert not browser.evaluate("document.querySelector('main>svg').classList.contains('shaded')")
    browser.evaluate("document.getElementById('filter').focus()")
    browser.press("Tab")
    assert reader.boxes_with("lit") == {"w", "v1", "z", "a"}
    browser.press("Escape")
    assert reader.boxes_with("lit") == set()


def test_enter_pins_a_card_that_follows_the_steps_and_keys_close_it(browser, visit):
    loss, _ = tensor_mlp()
    reader = visit(loss)
    card = "document.querySelector('article').innerText"
    browser.evaluate(f"document.querySelector('{reader.box('W1')}').focus()")
    browser.press("Enter")
    text = browser.evaluate(card)
    assert all(part in text for part in ("W1", "parameter", "4×16 float64", "its numbers", "gradient", "["))
    browser.press("Home", "0")
    assert "none has arrived yet" in browser.evaluate(card)
    browser.click(reader.box("loss"))
    assert browser.evaluate("document.querySelectorAll('article').length") == 2
    browser.evaluate("document.querySelector('article button').focus()")
    browser.press("Enter")
    assert browser.evaluate("document.querySelectorAll('article').length") == 1
    assert browser.evaluate("document.activeElement.dataset.node") == reader.ids["W1"]
    browser.evaluate("document.querySelector('article button').focus()")
    browser.press("Escape")
    assert browser.evaluate("document.getElementById('pins').hidden")


def test_a_card_lists_local_derivatives_and_formula(browser, visit):
    reader = visit(neuron()[0])
    browser.click(reader.box("a"))
    text = browser.evaluate("document.querySelector('article').innerText")
    assert "∂a/∂z = a(1 − a) = 0.1966 at a = 0.7311" in text
    assert "a = sigmoid(z) = sigmoid(1) = 0.7311" in text


def test_zoom_by_key_wheel_and_button_and_pan_by_dragging(browser, visit):
    reader = visit(neuron()[0])
    whole = reader.width_of_view()
    browser.press("+")
    assert reader.width_of_view() == pytest.approx(whole / 1.25)
    browser.press("-", "-")
    assert reader.width_of_view() == pytest.approx(whole * 1.25)
    browser.click("#fit")
    assert reader.width_of_view() == whole
    x, y = browser.middle(reader.box("z"))
    browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300)
    browser.wait_for(f"document.querySelector('main>svg').viewBox.baseVal.width < {0.8 * whole}")
    assert browser.middle(reader.box("z")) == pytest.approx((x, y), abs=12)  # what is under the pointer stays there
    x, y = browser.middle(reader.box("z"))
    browser.mouse("mousePressed", x, y, button="left", clickCount=1)
    for part in (0.3, 0.6, 1.0):
        browser.mouse("mouseMoved", x + 80 * part, y + 40 * part, button="left", buttons=1)
    browser.mouse("mouseReleased", x + 80, y + 40, button="left", clickCount=1)
    assert browser.middle(reader.box("z")) == pytest.approx((x + 80, y + 40), abs=2)
    assert browser.evaluate("document.querySelectorAll('article').length") == 0  # a drag is no click
    browser.press("0")
    assert reader.width_of_view() == whole


def test_finding_boxes_by_name_dims_the_others(browser, visit):
    reader = visit(neuron()[0])
    browser.evaluate("document.getElementById('filter').focus()")
    browser.press(*"sigm")
    assert reader.boxes_with("lit") == {"a"}
    assert reader.step() == "9 / 9"
    browser.press("Escape")
    assert reader.boxes_with("lit") == set()


def test_a_screen_reader_hears_what_is_known_and_nothing_more(browser, visit):
    reader = visit(neuron()[0], "#step=4")
    label = f"document.querySelector('{reader.box('z')}').getAttribute('aria-label')"
    assert browser.evaluate(label) == "z, add; value 1; no gradient yet"
    browser.press("ArrowRight", "ArrowRight")
    assert browser.evaluate(label) == "z, add; value 1; gradient 0.1966"
    assert browser.evaluate("document.querySelector('main>svg').getAttribute('role')") == "group"
    assert browser.evaluate("document.getElementById('note').getAttribute('aria-live')") == "polite"
    labels = "[...document.querySelectorAll('button, input, select')].map(e => e.getAttribute('aria-label'))"
    assert all(browser.evaluate(labels))


CONTRASTS = """
[...document.querySelectorAll('h1, #count, #note p, #note b, #note .faint, button, select, dt, dd, h2 span')].map(e => {
  const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
  const linear = c => c <= 10 ? c / 3294.6 : ((c / 255 + .055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  let behind = e;
  while (behind && !(rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1)) behind = behind.parentElement;
  const [a, b] = [getComputedStyle(e).color, getComputedStyle(behind).backgroundColor].map(rgb).map(luminance);
  return [e.tagName, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)];
})
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_in_dark(browser, visit, scheme):
    reader = visit(neuron()[0], "#step=6", prefers_color_scheme=scheme)
    browser.click(reader.box("z"))
    contrasts = browser.evaluate(CONTRASTS)
    assert len(contrasts) > 15
    assert min(ratio for _, ratio in contrasts) >= 4.5, contrasts
    background = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]


def test_hostile_labels_run_nothing(browser, visit):
    label = "</script><img src=x onerror=alert(1)><script>alert(1)</script>"
    x = Value(2.0, label)
    y = x * x
    y.label = "\u202e<b onclick=alert(1)>👩‍🔬"
    y.backward()
    visit(draw(y, names={}, title=label).html())
    browser.click('[data-node="n0"]')
    assert "</script>" in browser.evaluate("document.querySelector('article h2 span').textContent")
    assert browser.evaluate("document.querySelectorAll('img, script').length") == 2


def test_injected_scripts_are_refused(browser, visit):
    page = draw(neuron()[0]).html().replace("<main", "<script>document.title = 'broken into'</script><main")
    visit(page)
    assert browser.evaluate("document.title") != "broken into"
    assert any("Content Security Policy" in problem for problem in browser.problems)
    browser.problems.clear()


def test_the_page_works_in_a_frame_as_notebooks_show_it(browser, visit):
    page = draw(neuron()[0]).html()
    outer = f"<!doctype html><title>notebook</title>{write_frame(page)}"
    path_reader = visit(outer + page[page.index('<script type="application/json"') : page.index("<script>")])
    assert path_reader.ids
    browser.click("iframe")
    assert browser.evaluate("document.activeElement.tagName") == "IFRAME"
    browser.press("Home", "ArrowRight")
    browser.evaluate("new Promise(done => setTimeout(done, 300))")  # time to write the address, which a frame must not


def test_a_narrow_window_cuts_no_control_off(browser, visit):
    browser.send("Emulation.setDeviceMetricsOverride", width=380, height=640, deviceScaleFactor=1, mobile=False)
    try:
        visit(scalar_mlp()[0], "#step=30")
        ends = "[...document.querySelectorAll('button, input')].map(e => e.getBoundingClientRect().right)"
        assert max(browser.evaluate(ends)) <= 380
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        browser.click(".node.on")
        places = "['picture', 'pins'].map(id => document.getElementById(id).getBoundingClientRect().y)"
        picture, pins = browser.evaluate(places)
        assert pins > picture + 100  # the cards stand below, not beside
        active = "document.querySelector('.node.on').getBoundingClientRect()"
        assert browser.evaluate(f"{active}.left >= 0 && {active}.right <= innerWidth")
        near = browser.evaluate(f"{active}.width")
        browser.press("0")
        assert near > 1.25 * browser.evaluate(f"{active}.width")  # the whole picture is too small to read
    finally:
        browser.send("Emulation.clearDeviceMetricsOverride")


def test_a_graph_without_gradients_steps_forward_only(browser, visit):
    y = ta.tanh(Value(1.0, "x") * 2.0)
    y.label = "y"
    reader = visit(y, "#step=1")
    assert reader.shown("y", "value") == ""
    browser.press("End")
    assert reader.step() == "4 / 4"
    assert "call backward() before drawing" in reader.note()[0]
    assert number(reader.shown("y", "value")) == 0.964
