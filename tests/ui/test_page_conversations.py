"""Kept conversations and settings in a real browser."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from conftest import OpenPage, answered, ask
from fake_service import FakeStudyService
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

QUESTION = "What is the difference between batch and real-time inference?"
SHORT = QUESTION[:59].rstrip() + "…"


def entry(page: Page, title: str) -> Locator:
    return page.locator(".thread-entry", has_text=title)


def more(page: Page, title: str) -> Locator:
    entry(page, title).hover()
    entry(page, title).get_by_role("button", name="More for:").click()
    return entry(page, title)


def asked(page: Page, question: str) -> None:
    ask(page, question)
    answered(page)


def test_a_reload_finds_the_conversation_with_all_that_belongs_to_it(page: Page, service: FakeStudyService) -> None:
    asked(page, QUESTION)
    asked(page, "What is the capital of France?")
    page.reload()
    expect(page.locator(".turn .question")).to_have_text([QUESTION, "What is the capital of France?"])
    expect(page.locator(".badge")).to_have_text(["From your notes", "Not in your notes"])
    page.locator(".turn").first.locator(".cite").nth(1).click()
    expect(page.locator(".card.active mark.active").first).to_be_in_viewport()
    expect(entry(page, SHORT).locator(".thread")).to_have_attribute("aria-current", "true")
    asked(page, "and softmax?")
    assert [turn.question for turn in service.asked[-1][1]] == [QUESTION]
    expect(page.locator(".turn")).to_have_count(3)


def test_a_reload_in_the_middle_of_an_answer_keeps_what_was_written(page: Page, service: FakeStudyService) -> None:
    service.hold("middle")
    ask(page, QUESTION)
    expect(page.locator(".cite")).to_have_count(2)
    page.reload()
    expect(page.locator(".turn .question")).to_have_text([QUESTION])
    expect(page.locator(".turn .answer")).to_contain_text("Batch inference takes many inputs at once")
    expect(page.locator(".turn .badge-detail, .turn .remark").first).to_contain_text("You stopped this")
    service.release("middle")


def test_two_tabs_have_conversations_of_their_own(page: Page, open_page: OpenPage) -> None:
    other = open_page()
    asked(page, QUESTION)
    asked(other, "What is softmax?")
    for tab, question in ((page, QUESTION), (other, "What is softmax?")):
        tab.reload()
        expect(tab.locator(".turn .question")).to_have_text([question])
        expect(tab.locator(".thread")).to_have_text(["What is softmax?", SHORT])
    page.locator(".thread", has_text="softmax").click()
    expect(page.locator(".turn .question")).to_have_text(["What is softmax?"])
    expect(other.locator(".turn .question")).to_have_text(["What is softmax?"])


def test_search_rename_save_and_delete(page: Page, service: FakeStudyService, tmp_path: Path) -> None:
    asked(page, QUESTION)
    page.locator("#new").click()
    asked(page, "What is softmax?")
    field = page.get_by_role("searchbox", name="Search conversations")
    field.fill("capacity free")
    expect(page.locator(".thread")).to_have_text([SHORT])
    expect(page.locator(".thread-excerpt")).to_contain_text("capacity is free")
    field.fill("zebra")
    expect(page.locator(".thread-remark")).to_have_text("No conversation contains all of these words.")
    field.fill("")
    expect(page.locator(".thread-day")).to_have_text(["Today"])

    more(page, SHORT).get_by_role("button", name="Rename").click()
    page.get_by_label("Name; empty for its first question").fill("Kinds of inference")
    page.keyboard.press("Enter")
    expect(page.locator(".thread")).to_have_text(["What is softmax?", "Kinds of inference"])
    expect(entry(page, "Kinds of inference").locator(".thread")).to_be_focused()

    with page.expect_download() as download:
        more(page, "Kinds of inference").get_by_role("button", name="Save").click()
    assert download.value.suggested_filename == "kinds-of-inference.md"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert "at once, where no immediate answer is needed. [1]" in text and "\n1. ai/fundamentals.md > " in text

    entry(page, "softmax").get_by_role("button", name="More for:").focus()
    page.keyboard.press("Enter")
    entry(page, "softmax").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".thread")).to_have_count(2)
    entry(page, "softmax").get_by_role("button", name="Delete").click()
    page.locator("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".thread")).to_have_text(["Kinds of inference"])
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".thread")).to_be_focused()
    assert [one.title for one in service.conversations.all()] == ["Kinds of inference"]
    page.reload()
    expect(page.locator(".thread")).to_have_text(["Kinds of inference"])
    expect(page.locator(".welcome-title")).to_be_visible()


def test_all_are_saved_and_deleted_at_once(page: Page, service: FakeStudyService) -> None:
    for question in (QUESTION, "What is softmax?"):
        page.locator("#new").click()
        expect(page.locator(".turn")).to_have_count(0)
        asked(page, question)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save all").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").count("\n# ") == 1
    page.get_by_role("button", name="Delete all").click()
    page.locator("dialog").get_by_role("button", name="Delete all").click()
    expect(page.locator(".kept")).to_be_hidden()
    expect(page.locator(".welcome-title")).to_be_visible()
    assert service.conversations.all() == []


def test_settings_by_keyboard_count_at_once_and_are_written(page: Page, service: FakeStudyService) -> None:
    service.workspace.settings.write_text("# mine\n[answering]\nmax_blocks = 2  # less\n", encoding="utf-8")
    expect(page.locator(".welcome-title")).to_be_visible()
    page.locator(".welcome-title").click()
    page.keyboard.press("g")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog.get_by_role("radio", name="Balanced")).to_be_checked()
    dialog.get_by_role("radio", name="Balanced").press("ArrowDown")
    expect(dialog.get_by_role("radio", name="Strict")).to_be_checked()
    expect(dialog.locator(".setting-done")).to_contain_text("strict. This takes effect at once.")
    assert service.settings.now.answering.min_evidence == 0.4
    keep = dialog.get_by_role("switch", name="Keep conversations")
    keep.press("Space")
    expect(keep).to_have_attribute("aria-checked", "false")
    expect(keep).to_be_focused()
    text = service.workspace.settings.read_text(encoding="utf-8")
    assert text.startswith("# mine\n[answering]\nmax_blocks = 2  # less\n")
    assert tomllib.loads(text) == {
        "answering": {"max_blocks": 2, "min_evidence": 0.4},
        "conversations": {"keep": False},
    }
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    asked(page, QUESTION)
    page.locator("#new").click()
    expect(page.locator(".thread")).to_have_text([SHORT])
    expect(page.locator(".thread-day")).to_have_text(["In this tab only"])
    page.locator(".thread").click()
    expect(page.locator(".turn .question")).to_have_text([QUESTION])
    page.reload()
    expect(page.locator(".thread-remark")).to_contain_text("New ones are not kept.")
    expect(page.locator(".thread")).to_have_count(0)


def test_a_model_that_is_not_here_says_what_it_would_need(page: Page, service: FakeStudyService) -> None:
    folder = service.workspace.models
    folder.mkdir()
    entry = """[[model]]
name = "giant"
role = "generator"
licence = "MIT"
context_tokens = 4096
memory_gb = 64
description = "For a larger machine."
sources = [{kind = "huggingface", repo = "a/b", revision = "c"}]
[[model.files]]
path = "giant.gguf"
bytes = 40000000000
sha256 = "%s"
"""
    (folder / "catalog.toml").write_text(entry % ("0" * 64), encoding="utf-8")
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog.get_by_role("radio", name="giant")).to_be_disabled()
    expect(dialog.locator(".setting-missing").first).to_contain_text(
        "40,000 MB of disk and 64 GB of memory. In a terminal: assistant models pull giant"
    )
    service.workspace.settings.write_text("broken =", encoding="utf-8")
    dialog.get_by_role("switch", name="Read my notes ahead").click()
    expect(dialog.locator(".setting-done")).to_contain_text("cannot be read")
    assert service.workspace.settings.read_text(encoding="utf-8") == "broken ="
