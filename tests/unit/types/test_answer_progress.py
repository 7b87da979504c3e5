"""The events of an answer, folded into one record."""

from dataclasses import replace

import pytest

from assistant.types import (
    Answer,
    AnswerPhase,
    AnswerProgress,
    Citation,
    ContextBlock,
    Done,
    Event,
    Evidence,
    Packed,
    ReadingProgress,
    Retrieved,
    SearchResult,
    Sentence,
    Timings,
    Token,
    TokenChoice,
    Weighed,
    answer_of,
    citation_numbers,
)

FOUND = Retrieved(SearchResult("cats", ()), (ContextBlock("a.md", (), (), 0, 10, "Cats purr.", 0),))
PURR = Sentence("Cats purr.", 1, 11, supported=True, score=1.0)
SEEN = Evidence(0.5, 1.0, 1.0)
EVENTS: tuple[Event, ...] = (
    FOUND,
    Weighed(SEEN, (), 0.6, 0.15),
    Packed(FOUND.blocks, (4,), 100, FOUND.blocks, (True,), FOUND.blocks),
    ReadingProgress(0, 40),
    ReadingProgress(30, 40),
    Weighed(SEEN, FOUND.blocks, 0.9, 0.25, 2.5),
    Token("\nCats"),
    Token(" purr."),
    PURR,
)
ANSWER = Answer("cats?", "Cats purr.", False, (replace(PURR, start=0, end=10),), FOUND.search, FOUND.blocks)


def folded(*events: Event) -> AnswerProgress:
    progress = AnswerProgress("cats?")
    for event in events:
        progress = progress.after(event)
    return progress


def test_each_event_is_in_the_record() -> None:
    seen = folded(*EVENTS)
    assert (seen.found, seen.search, seen.packed) == (FOUND, FOUND.search, EVENTS[2])
    assert [look.probability for look in seen.looks] == [0.6, 0.9]
    assert seen.read == FOUND.blocks
    assert (seen.text, seen.sentences, seen.answer) == ("\nCats purr.", (PURR,), None)


def test_the_phases_follow_what_has_come() -> None:
    phases = [folded(*EVENTS[:count]).phase for count in range(len(EVENTS) + 1)]
    assert phases == [AnswerPhase.SEARCHING, *[AnswerPhase.READING] * 6, *[AnswerPhase.WRITING] * 3]
    assert folded(*EVENTS, Done(ANSWER)).phase is AnswerPhase.DONE
    assert folded(*EVENTS).stop().phase is AnswerPhase.DONE


def test_the_share_that_is_read_is_known_only_while_it_reads() -> None:
    shares = [folded(*EVENTS[:count]).share_read for count in (3, 4, 5, 7)]
    assert shares == [None, 0.0, 0.75, None]
    assert folded(FOUND, ReadingProgress(50, 40)).share_read == 1.0
    assert folded(FOUND, ReadingProgress(0, 0)).share_read is None


def test_what_is_written_and_what_a_student_reads_may_differ() -> None:
    withdrawn = Answer("cats?", "Your notes do not say.", True, (), FOUND.search, draft="\nCats purr.")
    seen = folded(*EVENTS, Done(withdrawn))
    assert (seen.text, seen.said) == ("\nCats purr.", "Your notes do not say.")
    assert seen.said_sentences == ()


def test_a_sentence_is_found_again_where_the_text_begins_otherwise() -> None:
    [sentence] = folded(*EVENTS, Done(replace(ANSWER, sentences=(PURR,)))).said_sentences
    assert (sentence.start, sentence.end) == (0, 10)


def test_a_token_that_is_part_of_a_character_begins_where_the_next_does() -> None:
    chosen = [TokenChoice(1, text, -0.1, ()) for text in ("A", "\\xe2", "\\x82\\xac")]
    assert folded(chosen[0], Token("A"), chosen[1], chosen[2], Token("€")).starts == (0, 1, 1)


@pytest.mark.parametrize("count", range(len(EVENTS) + 1))
def test_an_answer_may_be_cut_short_at_any_point(count: int) -> None:
    seen = folded(*EVENTS[:count])
    answer = seen.cut_short(Timings(total_s=2.0))
    assert (answer.stopped, answer.abstained, answer.timings.total_s) == (True, False, 2.0)
    assert (answer.text, answer.sentences) == (seen.text, seen.sentences)
    assert answer.search.query == ("cats" if count else "cats?")


def test_a_finished_answer_cannot_be_stopped() -> None:
    done = folded(Done(ANSWER))
    assert done.stop() == done and not done.stopped


def test_a_subclass_stays_what_it_is() -> None:
    class Journey(AnswerProgress):
        pass

    assert isinstance(Journey("?").after(Token("a")), Journey)


def test_the_last_event_has_the_answer() -> None:
    assert answer_of(iter((*EVENTS, Done(ANSWER)))) is ANSWER
    with pytest.raises(AssertionError):
        answer_of(EVENTS)


def test_citations_are_numbered_by_their_first_use() -> None:
    def cite(start: int) -> Citation:
        return Citation("a.md", (), start, start + 2, "ab", 1.0)

    sentences = [replace(PURR, citations=(cite(8), cite(4))), replace(PURR, citations=(cite(0), cite(8)))]
    assert citation_numbers(sentences) == {("a.md", 8, 10): 1, ("a.md", 4, 6): 2, ("a.md", 0, 2): 3}
    found = replace(ANSWER, sentences=tuple(sentences)).numbered_citations()
    assert [citation.start for citation in found] == [8, 4, 0]
