"""Which turns a follow-up question may refer to."""

from dataclasses import replace

from assistant.answering.followup import complete
from assistant.conversations.records import history
from assistant.types import Answer, SearchResult, Turn

ANSWERED = Answer("What is overfitting?", "It learns the noise.", False, (), SearchResult("", ()))


def test_what_was_declined_or_failed_or_said_nothing_is_no_turn() -> None:
    declined = replace(ANSWERED, question="Who won the cup?", text="Your notes do not say.", abstained=True)
    empty = replace(ANSWERED, question="What is bias?", text="", stopped=True)
    stopped = replace(ANSWERED, question="What is variance?", text="It depends", stopped=True)
    turns = history([ANSWERED, declined, None, empty, stopped])
    assert turns == (
        Turn("What is overfitting?", "It learns the noise."),
        Turn("What is variance?", "It depends"),
    )


def test_a_follow_up_after_a_declined_question_is_about_what_was_answered() -> None:
    declined = replace(ANSWERED, question="Who won the cup?", text="Your notes do not say.", abstained=True)
    found = complete("and how is it prevented?", history([ANSWERED, declined]))
    assert found == "What is overfitting? and how is it prevented?"
