"""The Library in a real browser: folders, changes, undo, thousands of notes, and what an open note shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import OpenPage
from fake_scripts import COSTS, FUNDAMENTALS
from fake_service import FakeStudyService
from fake_study import anchor
from playwright.sync_api import Page, expect

from assistant.cards.card import CardDraft, Origin
from assistant.documents.loading import parse
from assistant.ui.tabs.review.handlers import utc_now

pytestmark = pytest.mark.browser

VAULT = """---
title: Entropy
aliases: [Disorder]
tags: [physics, heat]
---

# Entropy ^top

> [!warning] Sign of the work
> Some books count it the other way round.

See [[Costs|what it costs]], [[Nowhere]] and [[#Second law]]. %%ask the tutor%%

![[engine.png]]

## Second law

Entropy of a closed system ==never falls==. ^law
"""


def library(page: Page) -> Page:
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".notes-table")).to_be_visible()
    return page


def test_a_removed_note_can_be_taken_back(page: Page, service: FakeStudyService) -> None:
    library(page).get_by_role("button", name="Remove AWS cost trade-offs").click()
    page.get_by_role("button", name="Move to trash").click()
    expect(page.locator(".notes-table tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notes-table tbody tr")).to_have_count(3)
    expect(page.locator("#notices")).to_contain_text(f"{COSTS} is back.")
    assert COSTS in service.notes


def test_a_folder_is_linked_watched_and_unlinked(page: Page, service: FakeStudyService, tmp_path: Path) -> None:
    vault = tmp_path / "My vault"
    vault.mkdir()
    library(page).get_by_role("button", name="Link a folder").click()
    page.get_by_label("Folder", exact=True).fill("My vault")
    page.get_by_role("button", name="Link it").click()
    expect(page.locator(".notice-error")).to_contain_text("This is not the full path of a folder.")
    page.get_by_role("button", name="Link a folder").click()
    page.get_by_label("Folder", exact=True).fill(str(vault))
    page.get_by_role("button", name="Link it").click()
    row = page.locator(".folder", has_text="My vault")
    expect(row).to_contain_text("Read when you press Update index.")
    page.get_by_role("switch", name="Notice changes").click()
    expect(row).to_contain_text("Changes are noticed at once.")
    assert service.index.watching
    page.get_by_role("switch", name="Notice changes").click()
    expect(row).to_contain_text("Read when you press Update index.")
    row.get_by_role("button", name="Unlink").click()
    page.get_by_role("button", name="Stop reading it").click()
    expect(page.locator(".folder")).to_have_count(1)
    assert service.index.linked_folders() == ()
    assert vault.is_dir()


def test_thousands_of_notes_are_found_sorted_and_drawn_as_they_are_come_to(
    service: FakeStudyService, open_page: OpenPage
) -> None:
    service.notes |= {
        f"course/{n:04}.md": parse(f"course/{n:04}.md", f"# Note {n}\n\nText {n}.", "markdown", f"Note {n}")
        for n in range(2000)
    }
    page = library(open_page())
    rows = page.locator(".notes-table tbody tr")
    expect(page.locator(".page-lead")).to_contain_text("2,003 files")
    assert rows.count() < 400
    page.get_by_label("Find a note by name").fill("note 1999")
    expect(rows).to_have_count(1)
    expect(page.locator(".table-count")).to_have_text("1 of 2,003 files")
    page.get_by_label("Find a note by name").fill("")
    page.get_by_role("button", name="Title").click()
    page.get_by_role("button", name="Title").click()
    expect(rows.first).to_contain_text("Transformers")
    expect(rows.nth(1)).to_contain_text("Note 999")
    page.locator(".table-more").scroll_into_view_if_needed()
    expect(rows.nth(150)).to_be_attached()


def test_an_open_note_shows_its_passages_its_cards_and_what_obsidian_would(
    service: FakeStudyService, open_page: OpenPage
) -> None:
    service.notes |= {
        "vault/Entropy.md": parse("vault/Entropy.md", VAULT, "markdown", "Entropy"),
        "vault/Costs.md": parse("vault/Costs.md", "# Costs\n\nHeat.", "markdown", "Costs"),
    }
    found = anchor(service, FUNDAMENTALS, "using a trained model to make predictions on new, unseen data")
    service.cards.add(CardDraft("What is inference?", found.quote, Origin.HAND, anchor=found), utc_now())
    page = library(open_page())

    page.get_by_role("button", name="Fundamentals of AI and ML", exact=True).first.click()
    expect(page.locator(".bracket:visible").first).to_be_visible()
    place, text = (page.locator(one).first.bounding_box() for one in (".bracket:visible", ".reader-text > p"))
    assert place and text
    assert abs(place["y"] - text["y"]) < 6, "the first passage is the first paragraph"
    assert place["x"] + place["width"] <= text["x"], "brackets stand in the margin"
    page.get_by_role("switch", name="Show 6 passages").click()
    expect(page.locator(".bracket").first).to_be_hidden()
    expect(page.locator(".note-cards")).to_contain_text("What is inference?")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Entropy", exact=True).first.click()
    reader = page.locator(".reader-page")
    expect(reader.locator(".note-known")).to_have_text("#physics#heatAlso called Disorder")
    expect(reader.locator(".callout-title")).to_have_text("Sign of the work")
    expect(reader.locator("mark.highlight")).to_have_text("never falls")
    expect(reader).to_contain_text("[picture: engine.png]")
    expect(reader.locator(".lost-link")).to_have_text("Nowhere")
    for hidden in ("ask the tutor", "^law", "^top", "aliases", "%%", "[["):
        expect(reader).not_to_contain_text(hidden)
    reader.get_by_role("link", name="what it costs").click()
    expect(page.locator(".reader-head")).to_contain_text("vault/Costs.md")
