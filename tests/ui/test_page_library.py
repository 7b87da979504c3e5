"""The Library tab in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import OpenPage, answered, ask
from fake_scripts import COSTS, FUNDAMENTALS
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect

from assistant.documents.loading import parse

pytestmark = pytest.mark.browser

DROP = """files => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) transfer.items.add(new File([text], name));
    for (const type of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def library(page: Page) -> Page:
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".notes-table")).to_be_visible()
    return page


def test_every_file_has_a_row_with_its_state(service: FakeStudyService, open_page: OpenPage) -> None:
    service.stale = {COSTS}
    service.notes["locked.pdf"] = parse("locked.pdf", "", "pdf", "locked")
    page = open_page()
    page.get_by_role("tab", name="Library").click()
    rows = page.locator(".notes-table tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(0).locator("td").nth(1)).to_have_text("Markdown")
    expect(rows.nth(0).locator(".note-state")).to_have_text("Ready")
    expect(rows.nth(2).locator(".note-state")).to_have_text("Not indexed yet")
    expect(rows.nth(3)).to_contain_text("Cannot be read")
    expect(rows.nth(3)).to_contain_text("The PDF is protected by a password.")
    expect(page.locator(".page-lead")).to_contain_text("4 files")


def test_a_note_is_removed_after_confirmation_and_kept_in_the_trash(library: Page, service: FakeStudyService) -> None:
    library.get_by_role("button", name="Remove AWS cost trade-offs").click()
    dialog = library.get_by_role("dialog")
    expect(dialog).to_contain_text("moved to the trash")
    dialog.get_by_role("button", name="Cancel").click()
    expect(library.locator(".notes-table tbody tr")).to_have_count(3)
    library.get_by_role("button", name="Remove AWS cost trade-offs").click()
    library.get_by_role("button", name="Move to trash").click()
    expect(library.locator(".notes-table tbody tr")).to_have_count(2)
    expect(library.locator("#notices")).to_contain_text("aws/costs.pdf was moved to")
    assert COSTS not in service.notes


def test_chosen_files_are_added(library: Page, service: FakeStudyService, tmp_path: Path) -> None:
    note = tmp_path / "Übung eins.md"
    note.write_text("# Bäume\n\nEin Baum.", encoding="utf-8")
    with library.expect_file_chooser() as chooser:
        library.get_by_role("button", name="Add files").click()
    chooser.value.set_files(note)
    expect(library.locator("#notices")).to_contain_text("Übung eins.md was added.")
    expect(library.locator(".notes-table")).to_contain_text("Bäume")
    assert service.notes["Übung eins.md"].text == "# Bäume\n\nEin Baum."


def test_a_chosen_folder_keeps_its_structure(library: Page, service: FakeStudyService, tmp_path: Path) -> None:
    (tmp_path / "course" / "week 1").mkdir(parents=True)
    (tmp_path / "course" / "top.md").write_text("# Top", encoding="utf-8")
    (tmp_path / "course" / "week 1" / "deep.md").write_text("# Deep", encoding="utf-8")
    (tmp_path / "course" / ".hidden.md").write_text("# Hidden", encoding="utf-8")
    with library.expect_file_chooser() as chooser:
        library.get_by_role("button", name="Add a folder").click()
    chooser.value.set_files(tmp_path / "course")
    expect(library.locator("#notices")).to_contain_text("2 notes were added.")
    assert {"course/top.md", "course/week 1/deep.md"} < set(service.notes)
    assert not any("hidden" in path for path in service.notes)


def test_files_dropped_anywhere_are_added(page: Page, service: FakeStudyService) -> None:
    page.evaluate(DROP, [["dropped.md", "# Dropped\n\nText."]])
    expect(page.locator("#notices")).to_contain_text("dropped.md was added.")
    assert service.notes["dropped.md"].text == "# Dropped\n\nText."
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".notes-table")).to_contain_text("Dropped")


def test_a_file_that_is_no_note_is_refused_with_the_reason(page: Page, service: FakeStudyService) -> None:
    page.evaluate(DROP, [["setup.exe", "MZ"]])
    expect(page.locator(".notice-error")).to_contain_text("setup.exe could not be added.")
    expect(page.locator(".notice-error")).to_contain_text("Files of its kind cannot be read")
    expect(page.locator(".notice-error")).to_contain_text("Add Markdown, text, PDF or office files.")
    assert "setup.exe" not in service.notes


def test_a_note_opens_with_its_outline(library: Page) -> None:
    library.locator(".note-link").first.click()
    expect(library.locator(".outline-link")).to_have_text(
        [
            "Fundamentals of AI and ML",
            "Basic concepts",
            "Types of inference",
            "Bias and fairness",
            "Types of data",
            "Use cases",
        ]
    )
    library.get_by_role("button", name="Use cases").click()
    expect(library.locator(".reader-text h4", has_text="Use cases")).to_be_in_viewport()
    expect(library.locator(".reader-text table")).to_contain_text("supervised learning")
    library.keyboard.press("Escape")
    expect(library.locator(".notes-table")).to_be_visible()
    expect(library.locator(".note-link").first).to_be_focused()


def test_a_source_opens_in_its_note(page: Page) -> None:
    ask(page, "batch or real-time?")
    answered(page)
    page.locator(".card.cited").first.get_by_role("button", name="Open the note").click()
    expect(page.locator(".reader-head")).to_contain_text(FUNDAMENTALS)


def test_without_notes_the_page_says_how_to_begin(service: FakeStudyService, open_page: OpenPage) -> None:
    service.notes.become({})
    page = open_page()
    expect(page.locator(".welcome-title")).to_have_text("Begin with your notes")
    expect(page.locator(".drop-card")).to_contain_text("Drop a file or a folder here")
    page.get_by_role("button", name="try the sample course").click()
    expect(page.locator(".welcome-title")).to_have_text("What would you like to understand?")
    assert len(service.notes) > 5


def test_updating_can_be_started_and_cancelled(library: Page, service: FakeStudyService) -> None:
    service.hold("build")
    library.get_by_role("button", name="Update index").click()
    expect(library.locator(".build-line")).to_contain_text("Reading your notes: 1 of 3, about 41 s left")
    expect(library.get_by_role("button", name="Updating…")).to_be_disabled()
    library.locator(".build-line").get_by_role("button", name="Cancel").click()
    expect(library.locator(".build-line")).to_have_count(0)
    assert service.progress is None


def test_notes_that_are_not_indexed_yet_are_offered_for_indexing(
    service: FakeStudyService, open_page: OpenPage
) -> None:
    service.stale = set(service.notes)
    page = open_page()
    expect(page.locator(".welcome-title")).to_have_text("Your notes are waiting")
    service.hold("build")
    page.get_by_role("button", name="Index them now").click()
    expect(page.locator(".welcome-title")).to_have_text("Reading your notes")
    service.release("build")
    service.progress = None
    service.index.build()
    expect(page.locator(".welcome-title")).to_have_text("What would you like to understand?")
