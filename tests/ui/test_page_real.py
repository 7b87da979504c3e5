"""The whole way of a student in a real browser: real notes, real index, real search, and a small real model.

The short form goes it once at the width of a desk. With ``TEST_UI=full`` (``make test-ui``) it is also gone on a phone,
in the dark, and through every lesson of the laboratory. Afterwards no request of any tab had left this computer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import OpenPage, answered, ask, serving, watched
from playwright.sync_api import Browser, Page, expect
from states import go_to

from assistant.app.assistant import Assistant
from assistant.config import AnsweringConfig, Config, ModelConfig
from assistant.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.embedder]

FULL = os.environ.get("TEST_UI") == "full"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
FORMS = [pytest.param(DESK, id="desk"), *([pytest.param(PHONE, id="phone")] if FULL else [])]
LESSONS = ("tokens", "chunking", "embeddings", "search", "rag", "sampling", "attention", "metrics", "clustering")
PATIENCE_MS = 120_000
"""For what the model writes: the machine may be busy."""

BIOLOGY = """# The cell

## Parts of a cell

- **Mitochondrion** - the part of a cell that makes most of the energy that the cell needs.
- **Nucleus** - the part of a cell that holds its genetic material and controls what it does.
- **Ribosome** - the part of a cell that builds proteins from amino acids.
- **Membrane** - the thin layer around a cell that decides what comes in and what goes out.

## Ways through the membrane

- **Osmosis** - the movement of water through a membrane, from where there is much of it to where there is little.
- **Diffusion** - the movement of particles from where there are many to where there are few.
- **Active transport** - the movement of particles against that direction, which costs energy.
"""
GEOLOGY = """# Rocks

- **Granite** - a hard rock that forms when magma cools slowly deep below the ground.
- **Basalt** - a dark rock that forms when lava cools fast at the surface.
"""


@pytest.fixture(scope="module")
def assistant(
    tmp_path_factory: pytest.TempPathFactory, models_dir: Path, small_model_path: Path
) -> Iterator[Assistant]:
    """The real assistant over one small note, indexed, with its questions made."""
    del small_model_path  # without it nothing here can work, and the message says how to fetch it
    root = tmp_path_factory.mktemp("student")
    (root / "notes").mkdir()
    (root / "notes" / "biology.md").write_text(BIOLOGY, encoding="utf-8")
    (root / "models").symlink_to(models_dir)
    model = ModelConfig(name="smollm2-135m", context_tokens=2048, threads=1)
    # The gate is fitted on the default model; this small one is never sure of a Yes.
    answering = AnsweringConfig(warm=False, min_evidence=0.1, max_output_tokens=48)
    made = Assistant(Workspace(root), Config(model=model, answering=answering), model_named=True)
    made.index.build()
    made.quiz.build(threading.Event())
    made.models.engine.get()
    yield made
    made.close()


@pytest.fixture(scope="module")
def real_address(assistant: Assistant) -> Iterator[str]:
    with serving(assistant) as found:
        yield found


@pytest.fixture
def open_real(chromium: Browser, real_address: str, slow_page: bool) -> Iterator[OpenPage]:
    """Opens the page. After the test: every request went to 127.0.0.1, and no script failed."""
    with watched(chromium, real_address, slow=slow_page) as open_one:
        yield open_one


def settled(page: Page) -> None:
    expect(page.locator(".turn").last).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MS)
    answered(page)


@pytest.mark.parametrize("form", FORMS)
def test_ask_see_the_source_ask_on_and_review_a_card_of_it(open_real: OpenPage, form: dict[str, object]) -> None:
    page = open_real(**form)
    expect(page.locator(".example")).to_have_count(3)
    page.get_by_role("button", name="What is osmosis?").click()
    settled(page)
    first = page.locator(".turn").first
    expect(first.locator(".badge")).to_contain_text("rom your notes")
    first.locator(".cite").first.click()
    expect(page.locator("#right .card.active mark").first).to_be_in_viewport()
    expect(page.locator("#right .card.active")).to_contain_text("movement of water through a membrane")
    page.keyboard.press("Escape")
    ask(page, "And what about diffusion?")
    expect(page.locator(".turn")).to_have_count(2)
    settled(page)
    expect(page.locator(".turn").last.locator(".badge")).to_be_visible()
    first.get_by_role("button", name="Make a card").click()
    page.get_by_label("Front: the question").fill("What moves by osmosis?")
    page.get_by_label("Back: the answer").fill("Water.")
    page.get_by_role("button", name="Make the card").click()
    go_to(page, "Review")
    expect(page.locator(".side.front")).to_have_text("What moves by osmosis?")
    page.get_by_role("button", name="Show the answer").click()
    expect(page.locator(".passage mark").first).to_be_visible()
    page.get_by_role("button", name="Easy").click()
    expect(page.locator("#review-view .empty-card")).to_contain_text("Next review")


@pytest.mark.parametrize("form", FORMS)
def test_a_quiz_to_its_result_and_on_to_the_progress(open_real: OpenPage, form: dict[str, object]) -> None:
    page = open_real(**form)
    go_to(page, "Quiz")
    page.get_by_role("radio", name="5", exact=True).check()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".quiz-where strong")).to_contain_text("Question 1 of", timeout=PATIENCE_MS)
    questions = page.locator(".dots li").count()
    for _ in range(questions):
        _answer(page)
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.locator(".verdict-word")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".passage mark").first).to_be_visible()
        page.locator(".next button").click()
    expect(page.locator(".result .page-title")).to_contain_text(f"of {questions} right")
    go_to(page, "Progress")
    answers = page.locator(".figures > div").filter(has_text="answers").locator("dd")
    expect(answers).not_to_have_text("0")
    expect(page.locator(".heat .cell").first).to_be_visible()


def _answer(page: Page) -> None:
    options = page.locator("button.option")
    expect(options.or_(page.locator("#quiz-text")).first).to_be_visible()
    if not options.count():
        return page.locator("#quiz-text").fill("energy")
    for option in options.all():
        option.click()
    return None


@pytest.mark.parametrize("form", FORMS)
def test_an_added_note_is_indexed_and_found_in_an_answer(
    open_real: OpenPage, form: dict[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "geology.md"
    file.write_text(GEOLOGY, encoding="utf-8")
    page = open_real(**form)
    go_to(page, "Library")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").click()
    chooser.value.set_files(file)
    row = page.locator('tr[data-path="geology.md"]')
    expect(row.locator(".note-state")).to_have_text("Ready", timeout=PATIENCE_MS)
    go_to(page, "Chat")
    ask(page, "What is granite?")
    settled(page)
    expect(page.locator(".turn").last.locator(".cite").first).to_be_visible()
    expect(page.locator("#right .card", has_text="magma cools slowly").first).to_be_attached()
    go_to(page, "Library")
    page.get_by_role("button", name="Remove Rocks").click()
    page.get_by_role("button", name="Move to trash").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("form", FORMS)
def test_a_lesson_shows_what_it_teaches(open_real: OpenPage, form: dict[str, object]) -> None:
    page = open_real(**form)
    # Clustering needs more notes than these, and says so.
    shown = page.locator(".lab-predict, .lab-area > *, .lab-notice").filter(visible=True).first
    for lesson in LESSONS if FULL else LESSONS[:1]:
        go_to(page, "Lab")
        page.locator(f'.lab-card[data-lesson="{lesson}"]').click()
        expect(page.locator("#lesson-title")).to_be_visible()
        expect(shown).to_be_visible(timeout=PATIENCE_MS)
        if page.get_by_role("button", name="Show me").is_visible():  # rather than to guess
            page.get_by_role("button", name="Show me").click()
            expect(page.locator(".lab-area > *").first).to_be_visible(timeout=PATIENCE_MS)
        page.locator("#lesson-back").click()
