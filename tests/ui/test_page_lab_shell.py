"""The frame of the laboratory in a browser, with the lesson that stands as an example in the assets' README."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenPage, answered, ask
from fake_scripts import FUNDAMENTALS
from fake_service import FakeStudyService, fake_service
from playwright.sync_api import Page, expect
from test_page_layout import CONTRAST, PHONE

from assistant.api.calls import call
from assistant.errors import UsageError
from assistant.lab import course
from assistant.lab.charts.figures import Chart, Series
from assistant.lab.charts.interactive import figure_json
from assistant.ui.tabs.lab import handlers

pytestmark = pytest.mark.browser

README = Path(handlers.__file__).parents[2] / "assets" / "README.md"
WORDS = """---
place: 1
title: Letters
question: What is a letter?
concepts: batch inference, letter
minutes: 3
---

## Idea

A letter is a sign. <b>Words</b> are made of letters, and your notes are made of words.

## What this leaves out

- Letters of other scripts may need more bytes.
- A letter with an accent may be one sign or two.
"""
EVIL = "<img src=x onerror=alert(1)>"


@dataclass
class LetterHandlers:
    """The calls of the example; ``asked`` has the requests."""

    area: str = "lab/letters"
    asked: list[dict[str, Any]] = field(default_factory=list)

    @call
    def count(self, text: str, times: int) -> dict[str, Any]:
        self.asked.append({"text": text, "times": times})
        if text == "telepathy":
            raise UsageError("There is no text 'telepathy'.", hint="Write another.")
        text = text * times
        names = tuple(dict.fromkeys(text))
        bars = Series("", names, tuple(float(text.count(name)) for name in names), keys=names, mark="bar")
        chart = Chart("Letters of the text", "letter", "times", (bars,), f"{len(names)} different ones {EVIL}")
        return {"letters": len(text), "figure": figure_json(chart)}


@pytest.fixture
def letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LetterHandlers:
    (tmp_path / "letters.md").write_text(WORDS, encoding="utf-8")
    made = LetterHandlers()
    monkeypatch.setattr(course, "FOLDER", tmp_path)
    monkeypatch.setattr(handlers, "lesson_handlers", lambda _: (made,))
    return made


@pytest.fixture
def service(letters: LetterHandlers, tmp_path: Path) -> Iterator[FakeStudyService]:
    del letters  # stands in for the lessons before the page is built
    made = fake_service(tmp_path)
    yield made
    made.close()


OpenLab = Callable[..., Page]


@pytest.fixture
def lab(open_page: OpenPage) -> OpenLab:
    """Opens the Lab; the lesson's module is the code of the README."""
    example = re.search(r"```js\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert example

    def open_one(code: str = example[1], **options: object) -> Page:
        page = open_page(**options)
        page.route(
            "**/page/tabs/lab/letters_lesson.js", lambda route: route.fulfill(body=code, content_type="text/javascript")
        )
        page.get_by_role("tab", name="Lab", exact=True).click()
        expect(page.locator(".lab-card")).to_be_visible()
        return page

    return open_one


def begin(page: Page) -> None:
    """Opens the lesson and skips the guess."""
    page.locator(".lab-card").click()
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".plot .main-svg").first).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def test_a_lesson_by_keyboard_alone(open_page: OpenPage, lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("tab", name="Chat", exact=True).click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.locator(".lab-card")).to_be_visible()
    tab_to(page, ".lab-card")
    page.keyboard.press("Enter")
    expect(page.locator("#lesson-title")).to_be_focused()
    tab_to(page, ".lab-predict input[type=range]")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    tab_to(page, ".lab-predict button.primary")
    page.keyboard.press("Enter")
    expect(page.locator(".predict-told")).to_have_text(
        "You guessed 12 letters, which is too high. It is 10 letters. The space counts too."
    )
    expect(page.locator(".lesson > .sr-only[role=status]")).to_contain_text("You guessed 12")
    expect(page.locator(".plot .main-svg").first).to_be_visible()
    tab_to(page, ".plot-toggle")
    page.keyboard.press("Enter")
    tab_to(page, ".plot-table button.link")
    page.keyboard.press("Enter")
    expect(page.locator(".lab-area > .remark")).to_have_text("y")
    tab_to(page, "#lesson-done")
    page.keyboard.press("Enter")
    expect(page.locator(".step-finished")).to_be_visible()


def test_a_slider_changes_the_picture_and_its_table(lab: OpenLab) -> None:
    page = lab()
    begin(page)
    page.get_by_role("button", name="Show as table").click()
    expect(page.locator(".plot-table tbody tr").first).to_contain_text("1")
    page.locator(".lab-area input[type=range]").fill("7")
    expect(page.locator(".plot-table tbody tr").first).to_contain_text("7")
    assert page.evaluate("document.querySelector('.plot').data[0].x[0]") == 7


THREE_CALLS = """
export async function mount(area, lesson) {
  const asked = ["a", "ab", "abc"].map((text) => lesson.call("count", { text, times: 1 }));
  area.append(JSON.stringify((await Promise.all(asked)).map((found) => found?.letters ?? null)));
}
"""


def test_of_calls_that_overtake_one_another_the_newest_is_answered(lab: OpenLab, letters: LetterHandlers) -> None:
    page = lab(code=THREE_CALLS)
    page.locator(".lab-card").click()
    expect(page.locator(".lab-area")).to_have_text("[null,null,3]")
    assert [request["text"] for request in letters.asked] == ["a", "abc"]  # the middle one was never sent


def test_an_error_says_what_to_do_and_goes_when_it_is_mended(lab: OpenLab) -> None:
    page = lab()
    begin(page)
    page.get_by_label("A text").fill("telepathy")
    expect(page.locator(".lab-notice")).to_have_text("There is no text 'telepathy'.Write another.")
    page.get_by_label("A text").fill("telegraph")
    expect(page.locator(".lab-notice")).to_have_count(0)


def test_nothing_of_a_lesson_or_figure_is_read_as_html(lab: OpenLab) -> None:
    page = lab()
    begin(page)
    expect(page.locator(".lab-idea")).to_contain_text("<b>Words</b>")
    expect(page.locator(".plot-says")).to_contain_text(EVIL)
    page.get_by_label("A text").fill(EVIL)
    expect(page.locator(".plot-says")).to_contain_text("different ones")
    assert page.locator(".lesson img").count() == 0


def test_plotly_is_fetched_for_the_first_picture_and_offers_no_way_out(lab: OpenLab) -> None:
    page = lab()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.locator(".lab-card").click()
    expect(page.locator(".lab-predict input")).to_be_visible()
    assert not [url for url in seen if "plotly" in url]
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".plot .main-svg").first).to_be_visible()
    assert len([url for url in seen if url.endswith("/page/plotly.min.js")]) == 1
    assert page.locator(".plot a").count() == 0
    assert page.locator(".modebar-btn").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone_and_all_can_be_read(lab: OpenLab, scheme: str) -> None:
    page = lab(**PHONE, color_scheme=scheme)
    assert wide(page) == []
    page.locator(".lab-card").click()
    expect(page.locator(".lab-predict")).to_be_visible()
    assert wide(page) == []
    page.get_by_role("button", name="That is my guess").click()
    expect(page.locator(".plot .main-svg").first).to_be_visible()
    page.get_by_role("button", name="Show as table").click()
    assert wide(page) == []
    for selector in (".lesson-question", ".label", ".predict-told", ".plot-says", ".lab-table th", ".quiet"):
        assert page.locator(f".lesson {selector}").first.evaluate(CONTRAST) >= 4.5, selector


def wide(page: Page) -> list[str]:
    return page.evaluate("""() => [...document.querySelectorAll('html, body, #lab-tab, #lab-view, .lab *')]
        .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible'
            && getComputedStyle(e).display !== 'inline' && !e.closest('svg, .sr-only, .table-scroll, .plot'))
        .map(e => e.className || e.tagName)""")  # type: ignore[no-any-return]


def test_every_control_has_a_name(lab: OpenLab) -> None:
    page = lab()
    begin(page)
    nameless = page.evaluate("""() => [...document.querySelectorAll('.lab :is(input, textarea, select, button)')]
        .filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()))
        .map(e => e.outerHTML.slice(0, 120))""")
    assert nameless == []
    assert page.locator(".plot").get_attribute("role") == "img"
    assert (page.locator(".plot").get_attribute("aria-label") or "").startswith("Letters of the text. ")


def test_a_reload_leads_back_to_the_lesson_and_escape_to_the_path(lab: OpenLab) -> None:
    page = lab()
    begin(page)
    page.reload()
    expect(page.locator("#lesson-title")).to_have_text("Letters")
    page.locator("#lesson-back").click()
    expect(page.locator(".step-opened")).to_be_visible()
    expect(page.locator("#lab-continue")).to_have_text("Continue: Letters")


def test_without_notes_the_lab_says_so_and_leads_to_the_library(lab: OpenLab, service: FakeStudyService) -> None:
    service.notes.clear()
    page = lab()
    expect(page.locator(".lab-needs")).to_contain_text("There are no notes yet")
    page.get_by_role("button", name="Add notes").click()
    expect(page.locator("#library-tab .drop-card")).to_be_visible()


def test_without_an_index_the_lab_offers_to_make_it(lab: OpenLab, service: FakeStudyService) -> None:
    service.stale.update(service.notes)
    page = lab()
    expect(page.locator(".lab-needs")).to_contain_text("not indexed yet")
    page.locator(".lab-needs").get_by_role("button", name="Index them now").click()
    expect(page.locator(".lab-needs .lab-notice")).to_have_count(0)
    assert service.builds == 1


def test_a_passage_that_defines_a_concept_leads_to_its_lesson(lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("tab", name="Chat", exact=True).click()
    ask(page, "What is the difference between batch and real-time inference?")
    answered(page)
    chip = page.locator("#right .live-chip")
    expect(chip).to_have_count(1)
    expect(chip).to_have_attribute("aria-label", "See it live: Batch inference, in the lesson Letters")
    assert "processes a large number" in (page.locator(".card:has(.live-chip)").text_content() or "")
    chip.click()
    expect(page.locator("#lesson-title")).to_have_text("Letters")


def test_an_open_note_names_the_lessons_that_show_it(lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("tab", name="Library", exact=True).click()
    page.locator(f'tr[data-path="{FUNDAMENTALS}"] .note-link').click()
    page.get_by_role("button", name="See it live: Batch inference, in the lesson Letters").click()
    expect(page.locator("#lesson-title")).to_have_text("Letters")
