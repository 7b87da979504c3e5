"""Cards from elsewhere in a real browser: chosen, seen, added, taken back."""

from __future__ import annotations

from pathlib import Path

import fake_study
import pytest
from fake_service import FakeStudyService
from playwright.sync_api import Locator, Page, expect
from test_page_quiz import go_to

pytestmark = pytest.mark.browser

QUIZLET = "Hund\tdog\nKatze\tcat\nMaus\tmouse\nPferd\thorse\nKuh\tcow\nSchaf\tsheep\n"
ANKI = "#separator:tab\n#html:true\n#tags column:3\nWhat is <b>pH</b>?\tminus log\tchem\nonly a front\t\t\n"


def choose(page: Page, file: Path) -> Locator:
    go_to(page, "Review")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import cards").click()
    chooser.value.set_files(file)
    return page.locator(".import-dialog")


def written(tmp_path: Path, name: str, text: str | bytes) -> Path:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_what_a_file_brings_is_seen_added_and_taken_back(page: Page, service: FakeStudyService, tmp_path: Path) -> None:
    fake_study.card(service, "What is bias?", "Systematic errors.")
    dialog = choose(page, written(tmp_path, "words.txt", QUIZLET))
    expect(dialog).to_contain_text("6 new cards.")
    expect(dialog.locator(".import-first li")).to_have_count(5)
    expect(dialog.locator(".import-first li").first).to_contain_text("Hund")
    assert len(service.cards.cards()) == 1, "nothing is made before the student says so"
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("words.txt: 6 new cards.")
    expect(page.get_by_role("tab", name="Review (7)")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notices")).to_contain_text("The import was taken back.")
    expect(page.get_by_role("tab", name="Review (1)")).to_be_visible()
    assert [card.front for card in service.cards.cards()] == ["What is bias?"]


def test_what_is_not_read_is_said_and_escape_makes_nothing(
    page: Page, service: FakeStudyService, tmp_path: Path
) -> None:
    dialog = choose(page, written(tmp_path, "chem.txt", ANKI))
    expect(dialog).to_contain_text("1 new card.")
    expect(dialog.locator(".import-first strong")).to_have_text("What is pH?")
    expect(dialog.locator(".import-remarks li")).to_have_text(["1 card was left out: a side is empty."])
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Import cards")).to_be_focused()
    assert service.cards.cards() == []


def test_the_same_file_again_brings_nothing(page: Page, service: FakeStudyService, tmp_path: Path) -> None:
    file = written(tmp_path, "words.csv", "Hund,dog\nKatze,cat\n")
    choose(page, file).get_by_role("button", name="Add 2 cards").click()
    expect(page.locator("#notices")).to_contain_text("2 new cards")
    dialog = choose(page, file)
    expect(dialog).to_contain_text("0 new cards, 2 here already.")
    expect(dialog.get_by_role("button")).to_have_text(["Close"])


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("broken.apkg", b"PK\x03\x04 nothing", "broken.apkg"),
        ("book.csv", b"\x00\x01\x02\xff" * 50, "book.csv"),
        ("one.csv", b"Hund;dog\nKatze\n", "Card 2 of one.csv does not have two sides: 'Katze'."),
    ],
)
def test_a_file_that_is_none_is_said(page: Page, tmp_path: Path, name: str, text: bytes, says: str) -> None:
    choose(page, written(tmp_path, name, text))
    expect(page.locator("#notices")).to_contain_text(says)
    expect(page.locator(".import-dialog")).to_have_count(0)
