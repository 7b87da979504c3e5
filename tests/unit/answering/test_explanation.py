"""Why an answer is as it is, in words for a student."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answering import verdict as explanation
from assistant.answering.plan import Wanted
from assistant.answering.writing import found_sections
from assistant.types import Answer, Chunk, ContextBlock, Fate, FoundSection, Hit, Packed, SearchResult, Sentence

BLOCKS = tuple(ContextBlock("a.md", (name,), (), 0, 9, "one two three", i) for i, name in enumerate("abcd"))


def found(dense: int | None, lexical: int | None, cosine: float = 0.5, text: str = "x") -> Hit:
    return Hit(Chunk("a.md", (), (), "", 0, 1, text, 0), 1, cosine, 1, dense, lexical)


def answer(**changes: object) -> Answer:
    made = Answer("q", "text", False, (), SearchResult("q", ()), BLOCKS[:1], evidence=0.934, threshold=0.4)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_what_the_question_was_taken_for_is_said() -> None:
    assert "a reason" in explanation.understood(answer(question="Why do dogs bark?"))
    assert explanation.understood(answer(question="dogs at night")) == ""


def test_every_kind_of_question_has_its_words() -> None:
    assert set(explanation._WANTED) == set(Wanted) - {Wanted.ANYTHING}


def test_how_sure_it_was_against_what_is_enough() -> None:
    assert (
        explanation.sureness(answer())
        == "After reading it was 93% sure that your notes answer this; it answers from 40% on."
    )
    alone = "From the search alone it was 8% sure that your notes answer this; below 15% the model is not asked."
    assert explanation.sureness(answer(blocks=(), evidence=0.08, threshold=0.15)) == alone
    assert explanation.sureness(answer(text="", stopped=True)).startswith("From the search alone")
    assert explanation.sureness(answer(threshold=0.0)) == ""


def test_how_a_passage_was_found() -> None:
    assert explanation.how_found(found(1, 3)) == "1st by meaning and 3rd by words"
    assert explanation.how_found(found(None, 2)) == "2nd by words"
    assert explanation.how_found(found(None, None)) == "by spelling"


@pytest.mark.parametrize(
    ("cosine", "said"), [(0.7, "very close"), (0.55, "close"), (0.4, "somewhat close"), (0.2, "not close")]
)
def test_closeness_in_meaning_is_said_in_words(cosine: float, said: str) -> None:
    assert explanation.how_near(found(1, 1, cosine), SearchResult("q", ())).startswith(f"{said} in meaning, ")


def test_the_words_that_a_passage_shares_are_named_as_they_were_meant() -> None:
    search = SearchResult("What does infrence of models cost?", (), (("infrence", "inference"),))
    assert explanation.how_near(found(1, 1, text="Inferences; a model."), search).endswith(
        "has “inference” and “models”"
    )
    assert explanation.how_near(found(1, 1, text="Cats."), search).endswith("has none of your words")


def test_what_supports_a_sentence() -> None:
    said = explanation.support
    assert said(Sentence("s", 0, 1, True, 0.925), [1, 3]) == "sources 1 and 3: 92% of its words are there"
    assert said(Sentence("s", 0, 1, True, 1.0), [1]) == "source 1: 100% of its words are there"
    assert said(Sentence("s", 0, 1, False, 0, (), "“x” is missing"), []) == "not in your notes: “x” is missing"
    assert said(Sentence("s", 0, 1, True, 0, is_claim=False), []) == "states nothing that needs a source"


def test_what_became_of_each_section() -> None:
    packed = Packed(BLOCKS, (3, 3, 3, 99), 20, BLOCKS[:3], (True, True, False), BLOCKS[:2])
    fates = [section.fate for section in found_sections(BLOCKS, packed, BLOCKS[:1])]
    assert fates == [Fate.READ, Fate.NOT_NEEDED, Fate.TOO_SLOW, Fate.NO_ROOM]
    assert {section.words for section in found_sections(BLOCKS, packed, BLOCKS[:1])} == {3}
    assert {section.fate for section in found_sections(BLOCKS, None, ())} == {Fate.NOT_ASKED}
    passage = replace(BLOCKS[0], start=3, end=6, text="two")
    cut = Packed(BLOCKS[:1], (99,), 2, (passage,), (False,), (passage,))
    assert [section.fate for section in found_sections(BLOCKS[:1], cut, (passage,))] == [Fate.IN_PART]


def test_nothing_is_told_of_sections_where_the_model_was_not_asked() -> None:
    unread, read = (found_sections(BLOCKS[:2], None, ()), (FoundSection("a.md", ("a",), 3, Fate.READ),))
    assert explanation.sections_told(answer(sections=unread)) == ()
    assert explanation.sections_told(answer(sections=(*read, *unread))) == (*read, *unread)


def test_every_fate_has_its_words() -> None:
    assert len({explanation.what_became(fate) for fate in Fate}) == len(Fate)
