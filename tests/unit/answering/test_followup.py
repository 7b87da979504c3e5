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
        "can u give an exmaple",
        "advantges?",
        "Give me an example where it must be exact",
        "give an example where the result is wrong",
        "which one do I need for a meeting?",
        "show me one",
        "What is the other type good for?",
        "Which metric combines the two?",
        "with which tools?",
        "what tools?",
        "on AWS?",
        "And what do the nodes do?",
        "who needs that?",
        "which of them is faster and why?",
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
        "What is a token and what is it used for?",
        "wats a token n what is it for",
        "Are there services that read aloud?",
        "How many bones are there in the hand?",
        "How can Amazon help its customers?",
        "So what kind of service is Amazon Lex?",
        "And what does prompt engineering mean?",
        "Give me an example of supervised learning",
        "What causes overfitting?",
        "for which task is clustering used?",
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


def test_a_thing_that_takes_the_place_of_another_takes_it_in_the_question() -> None:
    history = (Turn("How is generative AI used for audio?", "..."), Turn("and for videos?", "..."))
    assert complete("and for videos?", history[:1]) == "How is generative AI used for videos?"
    assert complete("and for code?", history) == "How is generative AI used for code?"


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("What is AI good for?", "and for images?"),  # nothing stands after the "for"
        ("Where on AWS do I store my data?", "and on disk?"),  # what follows "on" is most of the question
        ("What is AI used for in medicine?", "for it?"),
    ],
)
def test_nothing_is_exchanged_where_it_would_be_lost(before: str, question: str) -> None:
    assert complete(question, (Turn(before, "..."),)) == f"{before} {question}"


def test_an_item_of_the_last_answer_is_searched_by_its_name() -> None:
    history = (Turn("What are the stages?", "The stages are data selection, pre-training and fine-tuning."),)
    assert complete("what is the second one for?", history) == "what is pre-training for?"
    assert complete("what is the ninth one for?", history) == "What are the stages? what is the ninth one for?"
    later = (*history, Turn("what is the second one for?", "To learn."))
    assert complete("why?", later) == "what is pre-training for? why?"
