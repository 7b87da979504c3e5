"""The lessons on embeddings and search in a real browser, over the real embedder."""

from __future__ import annotations

import re

import pytest
from conftest import OpenPage
from playwright.sync_api import Page, expect

from assistant.app.assistant import Assistant
from assistant.lab.lessons.embeddings import READY_PAIRS, similarity

pytestmark = [pytest.mark.browser, pytest.mark.embedder, pytest.mark.model]


def guess(page: Page) -> None:
    page.locator(".lab-predict").get_by_role("button", name="That is my guess").click()


_DRAWN = """points => {
  const plot = document.querySelector(".map-place .js-plotly-plot");
  return plot?.data?.reduce((sum, trace) => sum + trace.x.length, 0) === points;
}"""


def wait_for_points(page: Page, count: int) -> None:
    """Waits until the map shows so many marks."""
    page.wait_for_function(_DRAWN, arg=count)


def test_a_text_lands_among_its_nearest_passages(open_lab: OpenPage, lab_assistant: Assistant) -> None:
    page = open_lab("embeddings")
    expect(page.locator(".near li")).to_have_count(5)
    wait_for_points(page, lab_assistant.index.retriever.get().store.count_chunks() + 1)
    text = "a model that learned its training data by heart"
    page.get_by_label("A word or a sentence of yours").fill(text)
    vector = lab_assistant.models.embedder.get().embed_query(text)
    best = [cosine for _, cosine in lab_assistant.index.retriever.get().nearest(vector, 5)]
    expect(page.locator(".near-cosine")).to_have_text([f"{cosine:.2f}" for cosine in best])
    expect(page.locator(".numbers")).to_contain_text(f"{vector[0]:+.3f}")
    page.locator(".near .link").first.click()
    expect(page.locator(".lab-opened .passage mark").first).to_be_visible()


def test_negation_is_guessed_before_it_is_shown(open_lab: OpenPage, lab_assistant: Assistant) -> None:
    page = open_lab("embeddings", width=390, height=844)
    expect(page.get_by_role("cell", name="opposite")).to_have_count(0)
    guess(page)
    pair = READY_PAIRS[0]
    truth = f"{similarity(pair.first, pair.second, lab_assistant.models.embedder.get()):.2f}"
    expect(page.locator(".predict-told")).to_contain_text(truth)
    page.get_by_label("A text", exact=True).fill("cats purr")
    page.get_by_label("Another text").fill("cats purr")
    expect(page.locator(".pair-cosine")).to_have_text("Cosine: 1.00")
    wide = page.locator("#lab-tab").evaluate("tab => tab.scrollWidth - tab.clientWidth")
    assert wide <= 0


def test_arithmetic_with_words(open_lab: OpenPage, lab_assistant: Assistant) -> None:
    page = open_lab("embeddings")
    page.get_by_role("button", name="Try arithmetic").click()
    answers = page.get_by_role("table", name="Nearest words").locator("tbody tr td:nth-child(2)")
    expect(answers.first).to_have_text("queen", timeout=60_000)
    page.get_by_text("may be the answer").click()
    expect(answers.first).to_have_text(re.compile("king|woman"))
    page.get_by_label("Words with + and -, separated by spaces").fill("king")
    expect(page.locator(".lab-notice")).to_contain_text("king - man + woman")


def test_a_question_is_taken_apart(open_lab: OpenPage, lab_assistant: Assistant) -> None:
    page = open_lab("search")
    expect(page.locator(".predict-told")).to_have_count(0)
    page.locator(".lab-predict .choice-chip").first.click()
    guess(page)
    expect(page.locator(".predict-told")).to_contain_text("IDF(")
    question = "What is ovrfitting of the training data?"
    page.locator(".lab-area").get_by_label("Your question").fill(question)
    expect(page.get_by_text("it is read as “overfitting”")).to_be_visible()
    hits = lab_assistant.index.search(question, k=8).hits
    rows = page.get_by_role("table", name="The best passages").locator("tbody tr")
    expect(rows).to_have_count(len(hits))
    for row, hit in zip(rows.all(), hits, strict=True):
        expect(row).to_contain_text(f"{hit.cosine:.2f} ({hit.dense_rank or '-'})")
        expect(row).to_contain_text(f"{hit.bm25:.2f} ({hit.lexical_rank or '-'})")
        expect(row).to_contain_text(f"{hit.score:+.2f}")
    expect(page.locator(".sum-lines")).to_contain_text(f"= {hits[0].score:+.2f}")
    page.locator(".sum-place .link").click()
    expect(page.locator(".lab-opened .passage mark").first).to_be_visible()


def test_exact_against_approximate_search(open_lab: OpenPage) -> None:
    page = open_lab("search", width=390, height=844)
    page.get_by_text("5,000", exact=True).click()
    page.get_by_text("cells (IVF)").click()
    page.get_by_role("button", name="Measure").click()
    expect(page.locator("figure", has_text="5,000 vectors: cells (IVF)")).to_be_visible(timeout=60_000)
    wide = page.locator("#lab-tab").evaluate("tab => tab.scrollWidth - tab.clientWidth")
    assert wide <= 0
