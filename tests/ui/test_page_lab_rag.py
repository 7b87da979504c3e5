"""The lessons on RAG, sampling and attention in a browser, over the real assistant of three sample notes."""

from __future__ import annotations

import re

import pytest
from conftest import OpenPage
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.embedder, pytest.mark.model]

PATIENCE_MS = 120_000


def guess(page: Page) -> None:
    page.locator(".lab-predict").get_by_role("button", name="That is my guess").click(timeout=PATIENCE_MS)


def fits(page: Page) -> bool:
    wide = page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.getElementById('lab-tab'))")
    return wide <= 0 and page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


@pytest.mark.timeout(900)
def test_a_question_is_followed_and_spoilt(open_lab: OpenPage) -> None:
    page = open_lab("rag", width=390, height=844)
    guess(page)
    page.locator(".lab-area").get_by_label("Your question").fill("What is overfitting?")
    page.get_by_role("button", name="Follow it").click()
    expect(page.locator(".predict-told")).to_contain_text("tokens", timeout=PATIENCE_MS)
    for name in ("search", "pack", "gate", "prompt"):
        page.locator(f".journey-{name} > details > summary").click()
    expect(page.locator(".journey-search .entry").first).to_contain_text("by meaning")
    expect(page.locator(".journey-prompt .prompt-part")).not_to_have_count(0)
    expect(page.locator(".journey-prompt")).to_contain_text("<|im_start|>")
    tokens = page.locator(".journey-write .token[role=option]")
    tokens.first.click()
    expect(tokens.first).to_have_attribute("aria-selected", "true")
    tokens.first.press("ArrowRight")
    expect(tokens.nth(1)).to_be_focused()
    expect(page.locator(".journey-write .other.own")).to_have_count(1)
    page.get_by_role("button", name="Take the notes away").click()
    expect(page.locator(".change [role=status]").first).to_contain_text("claim", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Take away:").first.click()
    expect(page.locator(".change figcaption")).to_contain_text("times as probable", timeout=PATIENCE_MS)
    assert fits(page)


@pytest.mark.timeout(600)
def test_dials_and_the_same_text_five_times(open_lab: OpenPage) -> None:
    page = open_lab("sampling")
    page.locator(".lab-predict").get_by_role("button", name="Show me").click(timeout=PATIENCE_MS)
    says = page.locator(".lesson-sampling figcaption")
    expect(says).to_contain_text("tokens can be drawn", timeout=PATIENCE_MS)
    page.get_by_label("Temperature").fill("0")
    expect(says).to_contain_text("1 token can be drawn", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Write it five times").click()
    told = page.locator(".lesson-sampling .remark").filter(has_text="at temperature 0 nothing is drawn")
    expect(told).to_be_visible(timeout=PATIENCE_MS)
    texts = page.locator(".five-texts li").all_text_contents()
    assert len(texts) == 5 and len(set(texts)) == 1
    assert texts[0].startswith("Machine learning is a kind of")


@pytest.mark.timeout(600)
def test_heads_can_be_chosen(open_lab: OpenPage) -> None:
    page = open_lab("attention", width=390, height=844)
    guess(page)
    expect(page.locator(".predict-told")).to_contain_text("%", timeout=PATIENCE_MS)
    page.get_by_label("A sentence").fill("The cat sat.")
    words = page.locator(".look-word")
    expect(words).to_have_count(6, timeout=PATIENCE_MS)
    page.locator(".typical .link").first.click()
    expect(page.locator(".lesson-attention figcaption")).to_contain_text(re.compile(r"layer \d"))  # it was drawn again
    words.nth(2).click()
    expect(page.locator(".look-words + .remark")).to_contain_text("“cat” takes most from")
    words.nth(2).press("ArrowRight")
    expect(words.nth(3)).to_be_focused()
    assert fits(page)
