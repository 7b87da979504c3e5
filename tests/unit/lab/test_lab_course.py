"""The words of the lessons: every file reads, and says what a lesson has to say."""

import pytest

from assistant.errors import UsageError
from assistant.lab.course import FOLDER, Lesson, lesson, lessons, read_lesson

TEXT = """---
place: 10
title: Letters
question: What is a letter?
concepts: letter,  alphabet
minutes: 3
needs: model
---

## Idea

A sign.

Two
paragraphs.

## What this leaves out

- Much,
  and more.
- Else.
"""


def test_a_lesson_is_read() -> None:
    expected = Lesson(
        "letters",
        10,
        "Letters",
        "What is a letter?",
        ("letter", "alphabet"),
        3,
        "A sign.\n\nTwo paragraphs.",
        "- Much, and more.\n- Else.",
        True,
    )
    assert read_lesson("letters", TEXT) == expected


@pytest.mark.parametrize("gone", ["place: 10\n", "title: Letters\n", "concepts: letter,  alphabet\n", "## Idea\n"])
def test_a_lesson_without_a_part_is_refused(gone: str) -> None:
    with pytest.raises(KeyError):
        read_lesson("letters", TEXT.replace(gone, ""))


def test_every_file_has_its_place_on_the_path() -> None:
    assert [found.place for found in lessons()] == list(range(1, len(list(FOLDER.glob("*.md"))) + 1))
    assert [found.id for found in lessons()][:3] == ["tokens", "chunking", "embeddings"]


def test_every_lesson_has_what_the_page_calls_and_draws() -> None:
    tab = FOLDER.parents[1] / "ui" / "tabs" / "lab"
    for found in lessons():
        assert (tab / f"{found.id}_lesson.py").is_file()
        assert (tab / f"{found.id}_lesson.js").is_file()


@pytest.mark.parametrize("found", lessons(), ids=lambda found: found.id)
def test_a_lesson_is_short_honest_and_has_concepts(found: Lesson) -> None:
    assert found.question.endswith("?")
    assert found.concepts
    assert 1 <= found.minutes <= 15
    assert 50 <= len(found.idea.split()) <= 140
    assert 2 <= found.leaves_out.count("\n- ") + found.leaves_out.startswith("- ") <= 5


def test_an_unknown_lesson_names_the_remedy() -> None:
    with pytest.raises(UsageError) as caught:
        lesson("telepathy")
    assert caught.value.hint == "See: assistant lab lessons"
