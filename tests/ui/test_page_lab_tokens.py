"""The lesson on tokens in a real browser."""

from __future__ import annotations

import pytest
from conftest import OpenPage
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.embedder]


def test_guess_then_see_then_try(open_lab: OpenPage) -> None:
    page = open_lab("tokens")
    slider = page.locator(".lab-predict input[type=range]")
    expect(slider).to_be_visible()
    expect(page.locator(".token-pane")).to_have_count(0)  # nothing is given away before the guess
    slider.fill("5")
    page.get_by_role("button", name="That is my guess").click()
    expect(page.locator(".predict-told")).to_contain_text("too low")

    page.get_by_label("Your text", exact=True).fill("is learning\n漢")
    writer, searcher = page.locator(".token-pane").nth(0), page.locator(".token-pane").nth(1)
    expect(writer.locator(".piece").nth(1)).to_have_text("·learning")
    expect(writer.locator(".pieces")).to_contain_text("⏎")
    expect(writer.locator(".piece-bytes").first).to_have_text("E6")
    expect(searcher.locator(".token-count strong")).to_have_text("3")
    expect(page.locator(".plot .main-svg").first).to_be_visible()


def test_pieces_by_keyboard_and_what_they_say(open_lab: OpenPage) -> None:
    page = open_lab("tokens", width=390)
    page.get_by_role("button", name="Show me").click()
    page.get_by_role("button", name="Typos").click()
    pane = page.locator(".token-pane").first
    expect(pane.locator(".pieces")).to_contain_text("Mach")
    pane.locator('.piece[tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    expect(pane.locator(".piece-detail")).to_contain_text("Token 2 · id ")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Token 2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_cost_follows_price_and_answer(open_lab: OpenPage) -> None:
    page = open_lab("tokens")
    page.get_by_role("button", name="Show me").click()
    page.get_by_label("Your text", exact=True).fill("hello")
    page.get_by_label("Price of a million tokens read").fill("1000000")
    page.get_by_label("Price of a million tokens written").fill("0")
    expect(page.locator(".bill")).to_contain_text("1 for one question, 1,000 for a thousand")
    page.get_by_label("Price of a million tokens read").fill("cheap")
    expect(page.locator(".lab-notice")).to_contain_text("'cheap' is not a number")


def test_markup_in_a_text_stays_text(open_lab: OpenPage) -> None:
    page = open_lab("tokens")
    page.get_by_role("button", name="Show me").click()
    page.get_by_label("Your text", exact=True).fill("<img src=x onerror=alert(1)>")
    expect(page.locator(".token-pane").first.locator(".pieces")).to_contain_text("onerror")
    assert page.locator(".token-pane img").count() == 0
