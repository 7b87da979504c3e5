import pytest

from assistant.answering.followup import complete, is_followup, relevant_turns
from assistant.types import Turn


@pytest.mark.parametrize(
    "question",
    [
        "and its disadvantages?",
        "What are its advantages?",
        "why?",
        "Can you give an example?",
        "How does it work?",
        "what about the costs",
        "And for images?",
        "explain that more simply",
        "What is the third step?",
        "Which of them is cheaper?",
        "examples pls",
    ],
)
def test_what_cannot_stand_alone(question: str) -> None:
    assert is_followup(question)
    history = (Turn("What is batch inference?", "It processes many inputs at once."),)
    assert complete(question, history) == f"What is batch inference? {question}"
    assert relevant_turns(question, history) == history


@pytest.mark.parametrize(
    "question",
    [
        "What is overfitting?",
        "How do embeddings work?",
        "What is it called when a model learns its training data by heart?",
        "Which AWS service converts speech into text?",
        "difference btw batch n real time?",
        "Why would a bank use machine learning to find fraud in transactions?",
        "Name the stages of the machine learning lifecycle",
        "What does SageMaker Data Wrangler do?",
        "advantages of generative AI",
    ],
)
def test_a_standalone_question_is_untouched(question: str) -> None:
    history = (Turn("What is batch inference?", "It processes many inputs at once."),)
    assert complete(question, history) == question
    assert relevant_turns(question, history) == ()


def test_without_a_conversation_nothing_is_added() -> None:
    assert complete("and its disadvantages?", ()) == "and its disadvantages?"


def test_a_chain_of_followups_goes_back_to_what_it_is_about() -> None:
    history = (Turn("What is supervised learning?", "..."), Turn("and its disadvantages?", "..."))
    expected = "What is supervised learning? and its disadvantages? why?"
    assert complete("why?", history) == expected
