"""The lesson on chunking in a real browser."""

from __future__ import annotations

import pytest
from conftest import OpenPage
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.embedder]


def begun(open_lab: OpenPage, **options: object) -> Page:
    page = open_lab("chunking", **options)
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".cut-label").first).to_be_visible()
    return page


def test_the_note_is_drawn_as_it_is_cut(open_lab: OpenPage) -> None:
    page = begun(open_lab)
    expect(page.locator(".cut-hint")).to_contain_text("This is how your notes are cut now")
    expect(page.locator(".predict-told")).to_contain_text("It is")
    count = page.locator(".cut-label").count()
    expect(page.locator(".cut-head")).to_contain_text(f"{count} chunks")
    expect(page.get_by_label("Overlap")).to_be_disabled()
    expect(page.locator(".stretch.out").first).to_contain_text("#")  # headings stand in no chunk


def test_another_way_of_cutting(open_lab: OpenPage) -> None:
    page = begun(open_lab, width=390)
    page.locator(".choice-chip", has_text="Fixed number of tokens").click()
    expect(page.locator(".cut-context")).to_have_count(0)
    page.get_by_label("Overlap").fill("20")
    expect(page.locator(".stretch.shared").first).to_be_attached()
    page.get_by_label("Size, at most").fill("400")
    expect(page.locator(".cut-hint")).to_contain_text("ignores the rest")
    expect(page.locator(".stretch.unread").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_many_chunks_are_drawn_a_few_at_a_time(open_lab: OpenPage) -> None:
    page = begun(open_lab)
    page.get_by_label("Size, at most").fill("20")
    expect(page.locator(".cut-label")).to_have_count(40)
    total = int(page.locator(".cut-head strong").inner_text().split()[0])
    page.get_by_role("button", name=f"Show more ({total - 40} left)").click()
    expect(page.locator(".cut-label")).to_have_count(min(total, 80))
    numbers = page.locator(".cut-number").all_inner_texts()
    assert numbers == [str(n + 1) for n in range(len(numbers))]


def test_measured_on_the_questions_of_the_bank(open_lab: OpenPage) -> None:
    page = begun(open_lab)
    page.locator(".choice-chip", has_text="Fixed number of tokens").click()
    page.get_by_label("Size, at most").fill("20")
    page.get_by_role("button", name="Measure on my questions").click()
    rows = page.locator(".trial-found > .table-scroll tbody tr")
    expect(rows).to_have_count(2, timeout=120_000)
    expect(rows.first).to_contain_text("(in use)")
    expect(page.locator(".trial-found")).to_contain_text("found only by the way in use")
    page.get_by_label("Chunks that are looked at (k)").fill("7")
    expect(page.locator(".trial-found")).to_contain_text("Recall@7")
