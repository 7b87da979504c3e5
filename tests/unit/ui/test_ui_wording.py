"""What the page says."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assistant.answering.verdict import verdict
from assistant.answering.warming import WarmStatus
from assistant.types import (
    Answer,
    BuildProgress,
    ContextBlock,
    EngineStatus,
    IndexStatus,
    SearchResult,
    Sentence,
)
from assistant.ui import wording
from assistant.ui.status_line import BuildView, PageHandlers, status_view, warm_view

WARM = WarmStatus(62, 62)
BLOCKS = (ContextBlock("a.md", (), (), 0, 9, "one two three", 0), ContextBlock("a.md", (), (), 9, 12, "four", 1))


def answer(*supported: bool, abstained: bool = False) -> Answer:
    sentences = tuple(Sentence("s", 0, 1, ok, 0.5) for ok in supported)
    return Answer("q", "s", abstained, sentences, SearchResult("q", ()))


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (41.4, "41 s"), (75, "1 min"), (119, "2 min"), (4200, "1 h 10 min")]
)
def test_durations(seconds: float, said: str) -> None:
    assert wording.duration(seconds) == said


def test_reading_is_told_in_words_of_the_notes() -> None:
    assert wording.reading(None, BLOCKS) == "Reading 2 passages…"
    assert wording.reading(0.5, BLOCKS) == "Reading 2 passages… about 2 of 4 words"
    assert wording.reading(1.0, BLOCKS) == "Reading 2 passages… about 4 of 4 words"


@pytest.mark.parametrize(
    ("given", "word", "shape"),
    [
        (answer(True, True), "From your notes", "full"),
        (answer(True, False), "Partly from your notes", "half"),
        (answer(False), "Not in your notes", "none"),
        (answer(), "Nothing stated", "none"),
        (answer(abstained=True), "Not in your notes", "none"),
    ],
)
def test_a_badge_has_a_word_a_shape_and_the_reason(given: Answer, word: str, shape: str) -> None:
    badge = wording.badge(given)
    assert (badge["word"], badge["shape"], badge["detail"]) == (word, shape, verdict(given).reason)


def test_corrections_say_what_was_searched() -> None:
    assert wording.corrections([("infrence", "inference")]) == "Searched for “inference” instead of “infrence”"


def test_the_status_line_of_a_quiet_assistant() -> None:
    view = status_view(EngineStatus("qwen", "ready"), IndexStatus("ready", 3, 62, 0, "f"), WARM)
    assert (view.model, view.notes) == ("qwen", "3 notes, 62 passages")
    assert (view.engine.word, view.build, view.waiting) == ("ready", None, "")
    assert (view.indexed, view.empty) == (True, False)


def test_the_status_line_says_what_mends_a_missing_model() -> None:
    view = status_view(
        EngineStatus("qwen", "missing", "Run: assistant models pull"), IndexStatus("missing", 0, 0, 2, ""), WARM
    )
    assert view.engine.mend == "Run: assistant models pull"
    assert view.waiting == "Your notes are not indexed yet."


def test_the_status_line_of_a_build() -> None:
    progress = BuildProgress(3, 12, 60, "a.md", 39.6)
    view = status_view(EngineStatus("qwen", "loading"), IndexStatus("building", 3, 60, 9, "f", (), progress), WARM)
    assert view.build == BuildView(says="Reading your notes: 3 of 12, about 40 s left", share=0.25, current="a.md")
    assert view.engine.word == "warming up"


def test_changed_notes_are_mentioned() -> None:
    assert wording.waiting(IndexStatus("stale", 3, 60, 1, "f")) == "1 note changed."
    assert wording.waiting(IndexStatus("ready", 3, 60, 0, "f")) == ""


@pytest.mark.parametrize(
    ("warm", "says"),
    [
        (WarmStatus(0, 0), ""),
        (WarmStatus(412, 530, running=True), "412 of 530 sections ready for instant answers"),
        (WarmStatus(0, 1), "0 of 1 section ready for instant answers"),
        (WarmStatus(1_412, 5_300, full=True), "The cache contains 1,412 of 5,300 sections"),
        (WarmStatus(530, 530), "All sections ready"),
        (WarmStatus(1, 1), "Ready for instant answers"),
    ],
)
def test_how_many_sections_are_ready(warm: WarmStatus, says: str) -> None:
    view = warm_view(warm)
    assert (view.says, view.on) == (says, True)
    assert view.means.endswith(".")


def test_the_switch_for_preparing_sections() -> None:
    class Warmer:
        on = True

        def switch(self, on: bool) -> None:
            self.on = on

        def status(self) -> WarmStatus:
            return WarmStatus(3, 5, on=self.on)

    service = SimpleNamespace(answers=SimpleNamespace(warmer=Warmer()))
    page = PageHandlers(service, None, None)  # type: ignore[arg-type]
    assert page.warming(on=False).on is False
    assert page.warming(on=True) == warm_view(WarmStatus(3, 5))
