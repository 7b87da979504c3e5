"""What is said of an answer: one sentence that is true of every case, the same in app and terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answering.verdict import (
    WITHDRAWN,
    AnswerVerdict,
    abstention_text,
    count,
    joined,
    ordinal,
    quoted,
    verdict,
)
from assistant.documents.loading import parse
from assistant.types import Answer, AnswerState, Chunk, Citation, ContextBlock, Hit, SearchResult, Sentence

AI, OPS = ("ai.md", ("AI basics", "Inference")), ("ops.md", ("MLOps", "Metrics"))
NUMBER = "your notes do not give the number 40 here"
NOT_SAID = "your notes do not say this"


def cited(*places: tuple[str, tuple[str, ...]]) -> Sentence:
    found = tuple(Citation(note, path, 10 * i, 10 * i + 5, "quote", 1.0) for i, (note, path) in enumerate(places))
    return Sentence("It is so.", 0, 9, True, 1.0, found)


def strange(reason: str) -> Sentence:
    return Sentence("It is not so.", 0, 13, False, 0.2, (), reason)


INTRODUCTION = Sentence("In short:", 0, 9, True, 0.0, is_claim=False)


def given(*sentences: Sentence, **changes: object) -> Answer:
    made = Answer("What is it?", "text", False, sentences, SearchResult("What is it?", ()))
    return replace(made, **changes)  # type: ignore[arg-type]


def hit(*path: str) -> Hit:
    return Hit(Chunk("ai.md", path, (), "", 0, 1, "x", 0), 1, 0.3, 1, 1, 1)


def withheld(
    question: str, missing: tuple[str, ...] = (), *topics: str, found: bool = True, reason: str = ""
) -> Answer:
    blocks = tuple(ContextBlock("ai.md", ("AI basics", topic), (), 0, 1, "x", i) for i, topic in enumerate(topics))
    hits = (hit("AI basics", "Bias"), hit("AI basics", "Fit")) if found else ()
    search = SearchResult(question, hits, (), missing)
    return Answer(question, "", True, (), search, blocks, reason=reason or "Your notes do not seem to answer this.")


def test_all_sentences_stand_in_one_note() -> None:
    answer = given(cited(AI), cited(AI, AI), cited(AI))
    assert verdict(answer) == AnswerVerdict(
        AnswerState.FROM_NOTES, "Each of the 3 sentences is in your notes: 2 passages of AI basics."
    )
    assert verdict(answer).word == "From your notes"


@pytest.mark.parametrize(
    ("sentences", "reason"),
    [
        ([cited(AI)], "The sentence is in your notes: 1 passage of AI basics."),
        ([cited(AI, OPS), cited(OPS)],
         "Each of the 2 sentences is in your notes: 3 passages of AI basics and MLOps."),
        ([cited(AI, OPS, ("c.pdf", ()))], "The sentence is in your notes: 3 passages of 3 notes."),
        ([cited(("folder/c.pdf", ()))], "The sentence is in your notes: 1 passage of c.pdf."),
        ([INTRODUCTION, cited(AI)], "The statement is in your notes: 1 passage of AI basics."),
    ],
)  # fmt: skip
def test_where_it_stands(sentences: list[Sentence], reason: str) -> None:
    assert verdict(given(*sentences)).reason == reason


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([NUMBER], "1 of 2 sentences is not in your notes: they do not give the number 40."),
        ([NOT_SAID], "1 of 2 sentences is not in your notes."),
        (["your notes say this the other way round"],
         "1 of 2 sentences is not in your notes: they say this the other way round."),
        ([NUMBER, NUMBER], "2 of 3 sentences are not in your notes: they do not give the number 40."),
        ([NUMBER, NOT_SAID, "your notes do not name Boole here"],
         "3 of 4 sentences are not in your notes: they do not give the number 40; they do not name Boole."),
        (["this says what the notes do not contain"],
         "1 of 2 sentences is not in your notes: this says what the notes do not contain."),
    ],
)  # fmt: skip
def test_partly_says_what_is_missing(faults: list[str], reason: str) -> None:
    found = verdict(given(cited(AI), *map(strange, faults)))
    assert (found.state, found.word, found.reason) == (AnswerState.PARTLY, "Partly from your notes", reason)


def test_nothing_of_it_supported() -> None:
    one, two = verdict(given(strange(NOT_SAID))), verdict(given(strange(NOT_SAID), strange(NUMBER)))
    assert (one.state, one.word) == (AnswerState.UNSUPPORTED, "Not in your notes")
    assert one.reason.startswith("Your notes do not support this sentence;")
    assert two.reason.startswith("Your notes support none of the 2 sentences;")


def test_an_answer_that_states_nothing_claims_no_support() -> None:
    found = verdict(given(INTRODUCTION))
    assert (found.state, found.word) == (AnswerState.NOTHING_SAID, "Nothing stated")


def test_what_was_written_until_it_was_stopped_is_judged() -> None:
    assert verdict(given(cited(AI), stopped=True)).reason == (
        "You stopped this answer; the sentence is in your notes: 1 passage of AI basics."
    )
    assert verdict(given(cited(AI), strange(NUMBER), stopped=True)).reason.startswith(
        "You stopped this answer; 1 of 2 sentences is not"
    )
    assert verdict(given(stopped=True)).reason == "You stopped this before it stated anything."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (withheld("capital of France?", ("capital", "France")),
         "None of the words “capital” and “France” is in your notes."),
        (withheld("photosynthesis?", ("photosynthesis",)),
         "The word “photosynthesis” is not in your notes, and nothing else there is close enough to the "
         "question."),
        (withheld("capital letters of France models?", ("capital", "France")),
         "The words “capital” and “France” are not in your notes, and nothing else there is close enough to the "
         "question."),
        (withheld("a1 b1 c1 d1 e1 f1", ("a1", "b1", "c1", "d1", "e1", "f1")),
         "None of the words “a1”, “b1”, “c1”, “d1” and 2 more is in your notes."),
        (withheld("models?"), "No passage of your notes is close enough to the question."),
        (withheld("models?", found=False),
         "There was nothing to search: no passage of this part of your notes is indexed."),
        (withheld("models?", (), "Bias"), "The nearest section is about “Bias”, but does not answer this."),
        (withheld("models?", ("x",), "Bias", "Fit", "Cost"),
         "The nearest sections are about “Bias” and “Fit”, but do not answer this."),
        (withheld("models?", (), "Bias", reason=WITHDRAWN), WITHDRAWN),
    ],
)  # fmt: skip
def test_why_there_is_no_answer(answer: Answer, reason: str) -> None:
    assert verdict(answer) == AnswerVerdict(AnswerState.ABSTAINED, reason)
    assert verdict(answer).word == "Not in your notes"


def test_what_stands_in_place_of_an_answer_says_each_thing_once() -> None:
    assert abstention_text(withheld("models?", (), "Bias")) == (
        "Your notes do not seem to answer this. The nearest section is about “Bias”, but does not answer this. "
        "Nearest sections: ai.md > AI basics > Bias; ai.md > AI basics > Fit."
    )
    assert abstention_text(withheld("models?", (), "Bias", reason=WITHDRAWN)).count("withdrawn") == 1
    assert abstention_text(withheld("models?", found=False)).endswith(
        "There was nothing to search: no passage of this part of your notes is indexed."
    )


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")]
)
def test_ordinals(number: int, said: str) -> None:
    assert ordinal(number) == said


def test_counts() -> None:
    assert [count(n, "note") for n in (0, 1, 2, 1024)] == ["0 notes", "1 note", "2 notes", "1,024 notes"]


def test_lists_of_words() -> None:
    assert [joined(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert quoted(list("abcd"), 2) == "“a”, “b” and 2 more"


def test_a_section_without_a_heading_is_called_as_its_document() -> None:
    document = parse("lec7.pdf", "Banks lend.", "pdf", "Money and banks")
    block = ContextBlock("lec7.pdf", (), (), 0, 11, "Banks lend.", 0, document)
    answer = replace(withheld("models?", (), "Bias"), blocks=(block,))
    assert verdict(answer).reason == "The nearest section is about “Money and banks”, but does not answer this."
