"""The Guide tab: what its page receives, over a real study and stand-ins for index and model."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from assistant.documents.loading import parse
from assistant.errors import Cancelled, StudyError
from assistant.quiz.choosing import Span
from assistant.quiz.exam.ground import Ground
from assistant.quiz.making.pool import Pool
from assistant.study.guide import GuideTopic, make_guide
from assistant.ui.tabs.guide.handlers import GuideHandlers

TEXT = """# Ice

Ice is water in its solid state, and it floats on water because it is lighter.

## Kinds of glaciers

- Valley glaciers
- Ice caps
- Ice sheets

## Pressure

For a force $F$ on an area $A$ the pressure is:

$$p = \\frac{F}{A}$$
"""
NOTE = parse("ice.md", TEXT)


class FakeStudy:
    """Knows one note."""

    def guide_topic(self, topic):
        if topic != "ice.md":
            raise StudyError("Your notes contain nothing on it.")
        return GuideTopic("Ice", (NOTE,), (Span("ice.md", 0, len(TEXT) + 1),), Pool([NOTE], Ground([NOTE])))

    def guide(self, topic):
        return make_guide(self.guide_topic(topic))


@pytest.fixture
def handlers():
    quiz = SimpleNamespace(write_about=lambda notes, spans, cancel: None)
    return GuideHandlers(SimpleNamespace(study=FakeStudy(), quiz=quiz, notes=SimpleNamespace(read=lambda path: NOTE)))


def test_every_line_opens_its_place(handlers):
    shown = handlers.make("ice.md")
    lines = [line for group in (*shown.ideas, *shown.formulas) for part in group.parts for line in part.lines]
    assert lines
    assert all(line.place.note == "ice.md" and line.place.start < line.place.end for line in lines)
    assert {line.place.number for line in lines} <= {place.number for place in shown.sources}
    assert [place.number for place in shown.sources] == list(range(1, len(shown.sources) + 1))


def test_lists_and_formulas_are_drawn_as_such(handlers):
    shown = handlers.make("ice.md")
    drawn = str([group.model_dump() for group in (*shown.ideas, *shown.formulas)])
    assert "'ul'" in drawn and "Valley glaciers" in drawn
    assert "'math'" in drawn


def test_headings_and_file_are_those_of_the_guide(handlers):
    shown = handlers.make("ice.md")
    assert (shown.title, shown.headings.ideas, shown.language) == ("Ice", "What matters", "en")
    assert shown.markdown.startswith("# Study guide: Ice\n")
    assert shown.completes


def test_after_writing_no_more_is_offered_unless_it_was_stopped(handlers):
    assert not handlers.write("ice.md").completes

    def stopped(notes, spans, cancel: threading.Event) -> None:
        handlers.stop()
        assert cancel.is_set()
        raise Cancelled("Stopped.")

    handlers._service.quiz.write_about = stopped
    assert handlers.write("ice.md").completes


def test_a_topic_without_notes_is_an_error(handlers):
    with pytest.raises(StudyError, match="nothing on it"):
        handlers.make("fire")
