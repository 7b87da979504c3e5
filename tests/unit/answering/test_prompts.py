"""What the model is told, beside the notes."""

from __future__ import annotations

from assistant.answering.prompts import answer_prompt
from assistant.types import ContextBlock


def block(text: str) -> ContextBlock:
    return ContextBlock("n.md", (), (), 0, len(text), text, 0)


def test_a_german_question_over_german_notes_is_to_be_answered_in_german() -> None:
    german = block("Das Trittbrettfahrerproblem ist, dass man ein Gut nutzt und nicht dafür zahlt.")
    asked = "Was versteht man unter dem Trittbrettfahrerproblem?"
    assert "Antworte auf Deutsch" in answer_prompt(asked, (german,)).question
    english = block("A free rider is somebody who uses a good and does not pay for it.")
    assert answer_prompt(asked, (english,)).question.endswith("Quote the notes closely.")
    assert answer_prompt("What is a free rider?", (german,)).question.endswith("Quote the notes closely.")
