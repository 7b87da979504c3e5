"""Facts from the structure of notes: terms, aspects, groups, steps, tables, prose; every quote exact."""

from __future__ import annotations

import pytest
from quiz_setting import METRICS, note, sample_notes

from assistant.study.making.facts import Fact, Facts
from assistant.study.making.phrases import Shape, lowered, names_of, shape, state, versions
from assistant.study.making.pool import read_facts
from assistant.study.making.sentences import read_definition


def found(text: str) -> Facts:
    return read_facts(note(text))


def said(facts: Facts) -> list[tuple[str, str, str]]:
    return [(fact.term.label, fact.aspect, fact.text) for fact in facts.facts]


@pytest.mark.parametrize(
    "line",
    [
        "- **Recall** - what was found\n",
        "- **Recall**- what was found\n",
        "- **Recall:** what was found.\n",
        "* __Recall__: what was found\n",
        "- Recall - what was found\n",
        "- Recall: what was found\n",
        "1. **Recall** – what was found\n",
    ],
)
def test_a_labelled_item_is_a_term_and_what_is_said_of_it(line: str) -> None:
    assert said(found(f"# Metrics\n\n{line}")) == [("Recall", "", "what was found")]


def test_labels_that_siblings_share_are_aspects_of_what_stands_above_them() -> None:
    facts = found(
        "# Plants\n\n- **Oak**\n  - **Soil** - deep clay\n  - **Leaf** - has lobes\n"
        "- **Birch**\n  - **Soil** - poor sand\n  - **Leaf** - has teeth\n"
    )
    assert said(facts)[0] == ("Oak", "Soil", "deep clay")
    assert ("Birch", "Leaf", "has teeth") in said(facts)
    assert [(g.label, [m.label for m in g.members]) for g in facts.groups] == [("Plants", ["Oak", "Birch"])]


@pytest.mark.parametrize(("label", "is_a_term"), [("Eample", False), ("Exmaple", False), ("Sample", True)])
def test_a_mistyped_aspect_is_no_term(label: str, is_a_term: bool) -> None:
    facts = found(f"# AI\n\n- **Diffusion** - makes pictures from noise\n  - **{label}** - a cat on a chair\n")
    assert (label in {fact.term.label for fact in facts.facts}) is is_a_term


def test_the_first_bullet_below_a_bare_label_says_what_it_is() -> None:
    assert said(found("# AI\n\n- **Chunking**-\n\t- dividing text into pieces\n")) == [
        ("Chunking", "", "dividing text into pieces")
    ]


def test_numbered_headings_and_items_are_steps_in_order() -> None:
    groups = {group.label: group for group in read_facts(note()).groups}
    assert groups["Cooking rice"].ordered
    assert [term.label for term in groups["Cooking rice"].members] == ["Washing", "Soaking", "Boiling", "Resting"]
    assert not groups["Model metrics"].ordered


def test_a_table_gives_a_fact_for_each_cell() -> None:
    facts = found(
        "# Fruit\n\n| Name | Colour | Taste |\n|---|---|---|\n| Lemon | yellow | sour |\n| Plum | blue | sweet |\n"
    )
    assert said(facts) == [
        ("Lemon", "Colour", "yellow"),
        ("Lemon", "Taste", "sour"),
        ("Plum", "Colour", "blue"),
        ("Plum", "Taste", "sweet"),
    ]
    assert facts.facts[3].anchor.quote == "| Plum | blue | sweet |"


def test_a_definition_in_prose_keeps_its_subject_and_verb() -> None:
    (fact,) = found("# Text\n\nA **token** is the smallest unit of text that a model processes.\n").facts
    assert (fact.term.label, fact.subject, fact.link) == ("token", "A token", "is")
    assert fact.anchor.quote[fact.offset :].startswith("the smallest unit")


@pytest.mark.parametrize(
    "sentence",
    [
        "It is a system of many parts.",
        "This engine is a machine that turns.",
        "The input is an arbitrary graph.",
        "The main idea is a better plan.",
        "Although time is a resource, space is too.",
        "What he built is a machine.",
    ],
)
def test_a_sentence_that_points_elsewhere_defines_nothing(sentence: str) -> None:
    assert read_definition(sentence) is None


def test_prose_gives_years_numbers_and_names_to_ask_for() -> None:
    facts = found("# Steam\n\nThe first pump was built in 1698 by Thomas Savery for draining deep mines in Cornwall.\n")
    assert [(blank.kind, blank.answer) for blank in facts.blanks] == [
        ("year", "1698"),
        ("name", "Thomas Savery"),
        ("name", "Cornwall"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "In 1905 it was replaced by the first turbine that worked at sea.",
        "Boiling water has been used for motion for over 2000 years by many peoples.",
        "He built the first pump in 1698 for the mines of the whole county.",
    ],
)
def test_a_word_that_cannot_be_known_from_its_sentence_is_not_asked_for(sentence: str) -> None:
    assert not [b for b in found(f"# Steam\n\n{sentence}\n").blanks if b.kind == "year"]


@pytest.mark.parametrize("one", sample_notes(), ids=lambda one: one.path)
def test_every_quote_of_the_sample_notes_is_exact(one: object) -> None:
    facts = read_facts(one)  # type: ignore[arg-type]
    assert facts.facts
    assert all(_stands(fact, one.text) for fact in facts.facts)  # type: ignore[attr-defined]
    for group in facts.groups:
        assert len(group.members) == len(group.anchors)
        assert all(member.label.split()[0] in a.quote for member, a in zip(group.members, group.anchors, strict=True))


def _stands(fact: Fact, text: str) -> bool:
    anchor = fact.anchor
    return text[anchor.start : anchor.end] == anchor.quote and fact.text.split()[0] in anchor.quote[fact.offset :]


def test_a_version_is_a_beginning_that_says_something() -> None:
    assert versions("learns too well: it relies on that data alone, which is why it performs poorly") == (
        "learns too well: it relies on that data alone, which is why it performs poorly",
        "learns too well: it relies on that data alone",
    )
    assert versions("good at tasks like translation") == ("good at tasks like translation",)
    assert versions("funded by the U.S. National Science Foundation in 1981") == (
        "funded by the U.S. National Science Foundation in 1981",
    )


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("processes many inputs", Shape.VERB, "Batch processes many inputs."),
        ("the ratio of hits", Shape.NOUN, "Batch is the ratio of hits."),
        ("feeding data so that it gets better", Shape.DOING, "Batch means feeding data so that it gets better."),
        ("the cost of a plan can exceed its worth", Shape.SENTENCE, "Batch: the cost of a plan can exceed its worth."),
        ("scalable storage", Shape.OTHER, "Batch: scalable storage."),
    ],
)  # fmt: skip
def test_a_statement_fits_what_is_said(text: str, kind: Shape, sentence: str) -> None:
    assert shape(text) is kind
    assert state("Batch", text, kind) == sentence


def test_a_term_knows_its_abbreviation_but_not_any_bracket() -> None:
    assert names_of("Natural language processing (NLP)") == ("Natural language processing", "NLP")
    assert names_of("PartyRock (an Amazon Bedrock playground)") == ("PartyRock",)


def test_a_name_keeps_its_capital_inside_a_sentence() -> None:
    common = frozenset(("overfitting", "batch")).__contains__
    assert lowered("Overfitting", common) == "overfitting"
    assert lowered("Polly", common) == "Polly"
    assert lowered("Batch inference", common) == "batch inference"
    assert lowered("F1 score", common) == "F1 score"


def test_reading_facts_leaves_the_text_alone() -> None:
    assert note().text == METRICS
