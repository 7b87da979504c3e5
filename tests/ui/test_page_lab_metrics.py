"""The lessons on metrics and clustering in a browser, over the real assistant of three sample notes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.embedder]

OpenPage = Callable[..., Page]
PATIENCE_MS = 120_000


def guess(page: Page) -> None:
    page.locator(".lab-predict").get_by_role("button", name="That is my guess").click(timeout=PATIENCE_MS)


def test_an_examination_a_threshold_and_the_questions_behind_a_cell(open_lab: OpenPage) -> None:
    page = open_lab("metrics")
    guess(page)
    expect(page.locator(".predict-told")).to_contain_text("recall", timeout=PATIENCE_MS)
    cells = page.locator(".metrics-cell")
    expect(cells).to_have_count(4)
    threshold = page.get_by_label("It answers from this probability on")
    threshold.fill("0")
    count = page.locator('[data-cell="fn"] .cell-count')
    expect(count).to_have_text("0")
    expect(page.locator('[data-cell="tn"] .cell-count')).to_have_text("0")
    threshold.fill("100")
    expect(page.locator('[data-cell="tp"] .cell-count')).to_have_text("0")
    expect(page.locator(".metrics-rates")).to_contain_text("–")
    page.locator('[data-cell="fn"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator('[data-cell="fn"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".metrics-examples li").first).to_contain_text("from your quiz bank")
    page.get_by_role("button", name="Go to the cheapest").click()
    expect(threshold).not_to_have_value("100")
    expect(page.locator(".lesson-metrics .plot svg.main-svg").first).to_be_visible()


def test_the_lesson_on_metrics_fits_a_phone(open_lab: OpenPage) -> None:
    page = open_lab("metrics", width=390, height=844)
    guess(page)
    expect(page.locator(".metrics-cell")).to_have_count(4, timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.getElementById('lab-tab'))") <= 0


def test_clusters_change_with_k_and_with_what_the_machine_reads(open_lab: OpenPage) -> None:
    page = open_lab("clustering")
    guess(page)
    says = page.locator(".clustering-says")
    expect(says).to_contain_text("Purity", timeout=PATIENCE_MS)
    expect(page.locator(".lab-figure")).to_have_count(3, timeout=PATIENCE_MS)
    caption = page.locator(".lab-figure figcaption").first
    expect(caption).to_contain_text("in 3 clusters")
    page.get_by_label("Number of clusters, k").fill("5")
    expect(caption).to_contain_text("in 5 clusters", timeout=PATIENCE_MS)
    before = says.inner_text()
    page.get_by_text("passages alone", exact=True).click()
    expect(says).not_to_have_text(before, timeout=PATIENCE_MS)
    page.locator(".lab-figure").first.get_by_role("button", name="Show as table").click()
    page.locator(".lab-figure").first.get_by_role("button", name="Choose").first.click()
    expect(page.locator(".clustering-text")).to_have_text(re.compile(r"\S"), timeout=PATIENCE_MS)
    expect(page.locator(".clustering-passage")).to_contain_text("Its silhouette is")
