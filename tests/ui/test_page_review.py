"""The Review and Progress tabs in a real browser."""

from __future__ import annotations

from datetime import timedelta

import fake_study
import pytest
from conftest import OpenPage
from fake_scripts import FUNDAMENTALS
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect
from test_page_layout import CONTRAST, PHONE
from test_page_quiz import NAMELESS, WIDER, go_to

from assistant.documents.loading import parse

pytestmark = pytest.mark.browser

BATCH = "processes a large number of inputs at once"
OLD = "models can analyse medical images to help doctors."


def change_the_note(service: FakeStudyService) -> None:
    note = service.notes[FUNDAMENTALS]
    text = note.text.replace(OLD, "models can analyse medical images and texts to help nurses and doctors.")
    service.notes[FUNDAMENTALS] = parse(note.path, text, note.kind, note.title)


def test_a_review_by_keyboard_alone(page: Page, service: FakeStudyService) -> None:
    fake_study.card(service, "What is batch inference?", "Many inputs at once.", BATCH)
    fake_study.card(service, "What is bias?", "Systematic errors.")
    expect(page.get_by_role("tab", name="Review (2)")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.locator(".side.front")).to_have_text("What is batch inference?")
    expect(page.locator(".back")).to_have_count(0)
    page.keyboard.press("3")  # no rating before the answer was seen
    page.keyboard.press("Space")
    expect(page.locator(".back .side")).to_have_text("Many inputs at once.")
    expect(page.locator(".back .side")).to_be_focused()
    expect(page.locator(".passage mark")).to_have_text(BATCH)
    expect(page.locator(".rating-interval")).to_have_text(["1 min", "6 min", "10 min", "8 d"])
    page.keyboard.press("Space")  # pressed once too often, it rates nothing
    page.keyboard.press("4")
    expect(page.locator(".side.front")).to_have_text("What is bias?")
    expect(page.get_by_role("tab", name="Review (1)")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".side.front")).to_have_text("What is batch inference?")
    for key in ("Space", "4"):
        page.keyboard.press(key)
    expect(page.locator(".side.front")).to_have_text("What is bias?")
    for key in ("Space", "4"):
        page.keyboard.press(key)
    expect(page.locator(".empty-card")).to_contain_text("Quiz something?")
    expect(page.locator(".page-lead")).to_have_text("2 answers, 2 recalled.")
    ratings = [review.rating for review in service.cards.store.reviews() if review.undone_at is None]
    assert ratings == [4, 4]


def test_a_changed_passage_stands_beside_the_old_one_and_is_kept(page: Page, service: FakeStudyService) -> None:
    fake_study.card(service, "Where do models assist?", "They analyse images.", OLD)
    change_the_note(service)
    go_to(page, "Review")
    expect(page.locator(".side.front")).to_be_visible()
    page.keyboard.press("Space")
    stale = page.get_by_role("region", name="The passage was changed")
    expect(stale.locator(".then")).to_have_text(OLD)
    expect(stale.locator(".passage mark").filter(has_text="nurses and doctors")).to_be_visible()
    boxes = [stale.locator(part).bounding_box() for part in (".then", ".passage")]
    assert boxes[0] and boxes[1] and boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    stale.get_by_role("button", name="Keep: it is still right").click()
    expect(page.locator(".stale")).to_have_count(0)
    assert service.cards.stale() == []


def test_a_changed_card_is_fixed_also_when_nothing_is_due(page: Page, service: FakeStudyService) -> None:
    made = fake_study.card(service, "Where do models assist?", "They analyse images.", OLD)
    fake_study.learned(service, made, due_in=timedelta(days=1), ago=timedelta(days=1), stability=3)
    change_the_note(service)
    go_to(page, "Review")
    expect(page.locator(".empty-card")).to_contain_text("Next review tomorrow, 1 card. Quiz something?")
    page.get_by_role("button", name="Fix the card").click()
    page.get_by_role("dialog").get_by_label("Back: the answer").fill("Images and texts.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".stale")).to_have_count(0)
    assert service.cards.card(made.id).back == "Images and texts."


def test_a_card_is_written_by_hand_and_all_can_be_gone_through(page: Page, service: FakeStudyService) -> None:
    go_to(page, "Review")
    expect(page.locator(".empty-card")).to_contain_text("No cards yet")
    page.get_by_role("button", name="Write a card").click()
    page.keyboard.type("<b>2 + 2?</b>")
    page.get_by_label("Back: the answer").fill("*4*")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".side.front")).to_have_text("<b>2 + 2?</b>")
    for key in ("Space", "4"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Go through all cards").click()
    expect(page.locator(".page-lead")).to_contain_text("their schedule stays as it is")
    page.keyboard.press("Space")
    expect(page.locator(".back .side em")).to_have_text("4")
    expect(page.locator(".rating-interval")).to_have_count(0)


def test_progress_is_told_in_words_shapes_and_links(page: Page, service: FakeStudyService) -> None:
    fake_study.some_progress(service)
    go_to(page, "Progress")
    cell = page.get_by_role("button", name="Bias and fairness: fading")
    expect(cell).to_contain_text("fading")
    expect(cell.locator(".shape-half")).to_be_visible()
    expect(page.get_by_role("button", name="Types of inference: known").locator(".shape-full")).to_be_visible()
    expect(page.get_by_role("table", name="Due in the next 14 days").locator("tbody tr")).to_have_count(14)
    expect(page.get_by_role("table", name="Right answers, day by day").locator("tbody tr")).to_have_count(3)
    expect(page.locator(".figures")).to_contain_text("days in a row")
    expect(page.locator(".pair")).to_contain_text("Batch inference")
    cell.click()
    expect(page.get_by_role("combobox", name="Part of my notes")).to_have_value(
        f"{FUNDAMENTALS}#Fundamentals of AI and ML > Basic concepts > Bias and fairness"
    )
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()


def test_bars_are_as_long_as_their_numbers(page: Page, service: FakeStudyService) -> None:
    fake_study.some_progress(service)
    go_to(page, "Progress")
    chart = page.get_by_role("table", name="Right answers, day by day")
    expect(chart).to_be_visible()
    widths = chart.locator(".bar").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().width)")
    assert widths[2] == pytest.approx(widths[0] / 2, rel=0.02)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_narrow_phone_nothing_scrolls_sideways(
    open_page: OpenPage, service: FakeStudyService, scheme: str
) -> None:
    fake_study.some_progress(service)
    fake_study.card(service, "Where do models assist?", "They analyse images.", OLD)
    change_the_note(service)
    page = open_page(**{**PHONE, "width": 360, "height": 740}, color_scheme=scheme)
    go_to(page, "Progress")
    expect(page.locator(".heat").first).to_be_visible()
    assert page.evaluate(WIDER) == []
    assert page.evaluate(NAMELESS) == []
    for selector in (".cell.state-known .cell-state", ".cell.state-not-yet .cell-state", ".figures dt", ".bars th"):
        assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, f"{selector} in {scheme}"
    go_to(page, "Review")
    for _ in range(3):
        page.get_by_role("button", name="Show the answer").tap()
        expect(page.locator(".ratings")).to_be_in_viewport(ratio=1)
        assert page.evaluate(WIDER) == []
        assert page.evaluate(NAMELESS) == []
        page.get_by_role("button", name="Easy").tap()
        expect(page.locator(".ratings")).to_have_count(0)
