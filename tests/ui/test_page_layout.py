"""The page at the widths of a desk and of a phone, light and dark."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import OpenPage, answered, ask
from fake_service import FakeStudyService
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
QUESTION = "What is the difference between batch and real-time inference?"
CONTRAST = """element => {
    const parse = text => {
        const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        canvas.fillStyle = text;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) =>
        0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    let back = null;
    for (let at = element; at && !back; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour[3] > 250) back = colour;
    }
    const pair = [parse(getComputedStyle(element).color), back ?? [255, 255, 255]].map(light);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""
PANES = "html, body, #chat, #middle, #left, #right, #conversation-view, .turn, .card, #library-tab, #library-view"
TEXTS = (
    ".question",
    ".answer p",
    ".cite",
    ".badge-detail",
    ".why summary",
    ".unsupported",
    ".note-text mark",
    ".note-text .cite-mark",
    ".trail",
    ".how",
    ".panel-title",
    ".tree-label[aria-pressed=true]",
    ".status-line .counts",
    ".offline",
    ".dock-hint",
    ".tok-keyword",
    ".tok-comment",
    "#send",
    "#new",
)


def scrolls_sideways(page: Page) -> list[str]:
    """The panes that are wider than they are shown; tables, code and formulas scroll inside their own boxes."""
    wider = """panes => [...document.querySelectorAll(panes)]
        .filter(pane => pane.clientWidth && pane.scrollWidth > pane.clientWidth + 1)
        .map(pane => pane.id || pane.className || pane.tagName)"""
    return page.evaluate(wider, PANES)


def test_on_a_phone_nothing_scrolls_sideways_and_the_input_stays_in_view(open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    for question in (QUESTION, "How does softmax work?", "What is the capital of France?"):
        ask(page, question)
        answered(page)
        expect(page.locator("#question textarea")).to_be_in_viewport(ratio=1)
        expect(page.locator("#send")).to_be_in_viewport(ratio=1)
        assert scrolls_sideways(page) == []
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".notes-table")).to_be_visible()
    assert scrolls_sideways(page) == []
    page.locator(".note-link").first.click()
    expect(page.locator(".reader-text")).to_be_visible()
    assert scrolls_sideways(page) == []


def test_on_a_phone_sources_and_scope_are_drawers(open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    expect(page.locator("#right")).not_to_be_in_viewport()
    ask(page, QUESTION)
    answered(page)
    page.locator(".cite").nth(1).tap()
    expect(page.locator('#right mark.active[data-n="2"]').first).to_be_in_viewport()
    page.get_by_role("button", name="Close sources").tap()
    expect(page.locator("#right")).not_to_be_in_viewport()
    page.get_by_role("button", name="Search in: All notes").tap()
    page.locator("#left").get_by_role("button", name="aws", exact=True).tap()
    expect(page.get_by_role("button", name="Search in: aws")).to_be_visible()
    expect(page.locator("#left")).not_to_be_in_viewport()


def test_the_input_is_in_view_after_many_long_answers(page: Page) -> None:
    for _ in range(3):
        ask(page, "How does softmax work?")
        answered(page)
    expect(page.locator("#question textarea")).to_be_in_viewport(ratio=1)
    expect(page.locator(".turn .question").last).to_be_in_viewport()
    assert page.evaluate("[scrollY, document.documentElement.scrollHeight - innerHeight]") == [0, 0]


def test_conversations_stand_below_the_parts_of_many_notes(open_page: OpenPage, service: FakeStudyService) -> None:
    one = service.notes["ai/transformers.md"]
    service.notes |= {f"n{i:02}.md": replace(one, path=f"n{i:02}.md", title=f"Note {i}") for i in range(30)}
    page = open_page()
    ask(page, QUESTION)
    answered(page)
    tree, threads = (page.locator(f"#{name}-view").bounding_box() for name in ("scope", "threads"))
    assert tree and threads
    assert threads["x"] == pytest.approx(tree["x"], abs=1)
    assert threads["y"] >= tree["y"] + tree["height"]


def test_lines_are_of_readable_length(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    width = """element => {
        const style = getComputedStyle(element);
        const canvas = document.createElement('canvas').getContext('2d');
        canvas.font = `${style.fontSize} ${style.fontFamily}`;
        const text = 'Batch inference takes many inputs at once, where no answer is needed now.';
        return element.clientWidth / (canvas.measureText(text).width / text.length);
    }"""
    assert 55 <= page.locator(".answer p").first.evaluate(width) <= 80


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_at_least_four_and_a_half(open_page: OpenPage, service: FakeStudyService, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    ask(page, "How does softmax work?")
    answered(page)
    for selector in TEXTS:
        shown: Locator = page.locator(selector).first
        assert shown.evaluate(CONTRAST) >= 4.5, f"{selector} in {scheme}"


def test_dark_is_dark_and_light_is_light(open_page: OpenPage) -> None:
    brightness = """element => getComputedStyle(element).backgroundColor
        .match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b)"""
    assert open_page(color_scheme="light").locator("body").evaluate(brightness) > 600
    assert open_page(color_scheme="dark").locator("body").evaluate(brightness) < 150


def test_nothing_moves_for_who_asked_for_less_motion(open_page: OpenPage, service: FakeStudyService) -> None:
    page = open_page(reduced_motion="reduce")
    service.hold("halfway")
    ask(page, QUESTION)
    expect(page.locator(".turn progress")).to_be_visible()
    pulse = page.locator(".pulse")
    assert pulse.evaluate("element => parseFloat(getComputedStyle(element).animationDuration)") < 0.01


def test_the_fonts_come_with_the_page(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    loaded = page.evaluate(
        "document.fonts.ready.then(fonts => [...fonts].filter(f => f.status == 'loaded').map(f => f.family))"
    )
    assert {name.strip('"') for name in loaded} >= {"Source Sans 3", "Source Serif 4"}


def test_every_control_has_a_name(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    nameless = """() => [...document.querySelectorAll('button, textarea, input, a, [role=tab]')]
        .filter(e => e.checkVisibility() && !e.closest('[aria-hidden=true]'))
        .filter(e => !(e.innerText.trim() || e.ariaLabel || e.labels?.length || e.title))
        .map(e => e.outerHTML.slice(0, 120))"""
    assert page.evaluate(nameless) == []
