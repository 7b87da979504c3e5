"""Pages as they look, in a real browser: the cited words are marked where they stand on the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from conftest import OpenPage, answered, ask
from fake_notes import COSTS_PAGES
from fake_pdf import LEADING, PAGE, TOP, lines_of, write_costs
from fake_scripts import COSTS
from fake_service import FakeStudyService
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

QUESTION = "What is the difference between batch and real-time inference?"
CHIP = 4
CITED = "Batch jobs cost about half of on-demand requests"


@pytest.fixture(autouse=True)
def costs_file(service: FakeStudyService) -> Path:
    return write_costs(service)


def cited_source(page: Page) -> Locator:
    ask(page, QUESTION)
    answered(page)
    page.locator(f'.turn .cite[data-n="{CHIP}"]').click()
    card = page.locator(".card.cited.active")
    expect(card.locator(".page-strip img")).to_be_visible()
    return card


def test_a_click_on_a_citation_shows_the_page_with_the_words_marked(page: Page) -> None:
    card = cited_source(page)
    expect(card.locator(".page-strip img")).to_have_attribute("alt", f"Page 2 of AWS cost trade-offs. Marked: {CITED}")
    marks = card.locator(".page-mark")
    line = next(number for number, text in enumerate(lines_of(COSTS_PAGES[1])) if CITED[:9] in text)
    top = float(re.search(r"top:([\d.]+)%", marks.first.get_attribute("style") or "")[1])  # type: ignore[index]
    baseline = 100 * (TOP + LEADING * line) / PAGE[1]
    assert top < baseline < top + 3
    expect(marks).to_have_count(len(lines_with_cited()))
    strip, mark = card.locator(".page-window").bounding_box(), marks.first.bounding_box()
    assert strip and mark
    assert strip["y"] <= mark["y"] <= strip["y"] + strip["height"]


def lines_with_cited() -> list[str]:
    """The lines of the second page that hold cited words."""
    text, found, at = " ".join(COSTS_PAGES[1].split()), [], 0
    start = text.index(CITED)
    for line in lines_of(COSTS_PAGES[1]):
        at = text.index(line, at)
        if at < start + len(CITED) and start < at + len(line):
            found.append(line)
    return found


def test_the_whole_page_is_reached_left_and_made_larger_by_keyboard(page: Page) -> None:
    card = cited_source(page)
    card.locator(".page-open").press("Enter")
    dialog = page.locator(".page-dialog")
    expect(dialog.locator("h2")).to_have_text("AWS cost trade-offs, page 2 of 2")
    expect(dialog.get_by_role("button", name="Next page")).to_be_disabled()
    sheet = dialog.locator(".page-sheet")
    wide = sheet.bounding_box()
    page.keyboard.press("+")
    larger = sheet.bounding_box()
    assert wide and larger and larger["width"] > 1.4 * wide["width"]
    page.keyboard.press("PageUp")
    expect(dialog.locator("h2")).to_have_text("AWS cost trade-offs, page 1 of 2")
    expect(dialog.locator(".page-mark")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(card.locator(".page-open")).to_be_focused()


def test_a_page_fits_a_telephone_in_the_dark(open_page: OpenPage) -> None:
    page = open_page(width=390, height=780, color_scheme="dark")
    card = cited_source(page)
    card.get_by_role("button", name="Show the page").click()
    expect(page.locator(".page-dialog img")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    pane = page.locator(".page-pane")
    assert pane.evaluate("pane => pane.scrollWidth <= pane.clientWidth")
    expect(page.locator(".page-dialog .page-mark").first).to_be_in_viewport()


def test_a_page_of_a_note_is_opened_in_the_library(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="AWS cost trade-offs", exact=True).click()
    page.get_by_label("Page, 1 to 2").fill("2")
    page.get_by_role("button", name="Show the page").click()
    expect(page.locator(".page-dialog h2")).to_have_text("AWS cost trade-offs, page 2 of 2")
    expect(page.locator(".page-dialog img")).to_have_attribute("alt", "Page 2 of AWS cost trade-offs")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Show the page")).to_be_focused()


def test_a_file_that_is_gone_is_said(page: Page, costs_file: Path) -> None:
    costs_file.unlink()
    ask(page, QUESTION)
    answered(page)
    page.locator(f'.turn .cite[data-n="{CHIP}"]').click()
    expect(page.locator(".page-strip")).to_contain_text(f"There is no note {COSTS}.")


def test_only_the_page_may_ask_for_a_page(address: str) -> None:
    url, body = f"{address}api/v1/pages/show", json.dumps({"path": COSTS}).encode()
    assert _status(Request(url)) == 405
    assert _status(Request(url, body)) == 401
    assert _status(Request(url, body, {"x-study-page": "1", "Origin": "http://example.org"})) == 403
    assert _status(Request(url, body, {"x-study-page": "1"})) == 200
    outside = json.dumps({"path": "../costs.pdf", "page": 1}).encode()
    assert _status(Request(url, outside, {"x-study-page": "1"})) == 422


def _status(request: Request) -> int:
    try:
        with urlopen(request) as answer:
            return int(answer.status)
    except HTTPError as refusal:
        refusal.close()
        return refusal.code
