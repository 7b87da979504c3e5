"""The questions of the first page are answered by the notes themselves."""

from __future__ import annotations

from assistant.documents.loading import parse
from assistant.types import Section
from assistant.ui.scope import first_questions


def questions(**texts: str) -> list[str]:
    notes = {f"{name}.md": parse(f"{name}.md", text, "markdown", name) for name, text in texts.items()}
    found: list[Section] = [section for note in notes.values() for section in note.outline]
    return first_questions(found, notes.__getitem__)


def test_a_definition_is_asked_for_before_a_heading() -> None:
    text = "# Cells\n\n## Ways in\n\n- **Osmosis** - the movement of water through a membrane.\n"
    assert questions(cells=text)[0] == "What is osmosis?"


def test_a_definition_in_a_sentence_keeps_its_article() -> None:
    assert questions(a="# T\n\nA neural network is a model made of layers.\n") == ["What is a neural network?"]


def test_names_stay_names() -> None:
    text = "# T\n\nAmazon SageMaker is a service that trains models.\n"
    assert questions(a=text) == ["What is Amazon SageMaker?"]


def test_three_notes_give_a_question_each() -> None:
    texts = {
        name: f"# T\n\n{name.title()} is the study of {name}-like things.\n" for name in ("algebra", "logic", "optics")
    }
    assert questions(**texts) == ["What is algebra?", "What is logic?", "What is optics?"]


def test_many_notes_are_asked_about_from_the_first_to_the_last() -> None:
    texts = {f"n{i:02}": f"# T\n\n## Topic{'abcdefghijklmnopqrst'[i]}\n" for i in range(20)}
    asked = questions(**texts)
    assert len(asked) == 3
    assert asked[0] == "What is topica?"
    assert asked[2] > "What is topick?"


def test_what_a_readme_says_is_no_topic() -> None:
    assert questions(readme="# Notes\n\nGravity is the force between masses.\n") == []


def test_notes_that_define_nothing_give_their_headings() -> None:
    assert questions(a="# T\n\n## Types of inference\n\nSome words.\n") == ["What types of inference are there?"]


def test_people_are_asked_for_as_people() -> None:
    text = (
        "# T\n\nMaria Sibylla Merian was a German painter of insects.\n\nRandom Forest is a classifier of many trees.\n"
    )
    assert questions(a=text) == ["Who was Maria Sibylla Merian?", "What is Random Forest?"]


def test_what_ends_in_s_is_not_always_many() -> None:
    headings = "# T\n\n## Actor-observer bias\n\nWords.\n\n## Laws of motion\n\nWords.\n"
    assert questions(a=headings) == ["What is actor-observer bias?", "What are laws of motion?"]
