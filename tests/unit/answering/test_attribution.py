"""A sentence is supported by the notes' own words, or not at all."""

import pytest

from assistant.answering.attribution import Attributor, says_absent
from assistant.answering.units import Words, source_units
from assistant.documents.loading import parse
from assistant.types import ContextBlock, Sentence

TEXT = """## Types of inference
- **Batch**- processing a large number of inputs at once, suitable where real-time responses aren't necessary
\t- like having large chunks sent in periods
- **Real-time**- inputs individually as they arrive, essential for instant responses
- **AWS**-
\t- Polly converts written text into lifelike spoeech
\t- Transcribe converts speech into text
- Training took 3 days on 128 machines in 2023. Costs were not reduced.
- Trade-off: real-time endpoints cost more than batch jobs
"""
BLOCK = ContextBlock("ml.md", ("ML", "Types of inference"), (), 100, 100 + len(TEXT), TEXT, 0)


def attribute(sentence: str, question: str = "") -> Sentence:
    return Attributor([BLOCK], question, 0.68).attribute(sentence, 0, len(sentence))


def quotes(sentence: str, question: str = "") -> list[str]:
    found = attribute(sentence, question)
    for citation in found.citations:
        assert TEXT[citation.start - 100 : citation.end - 100] == citation.quote
    return [citation.quote for citation in found.citations]


@pytest.mark.parametrize(
    ("sentence", "start_of_quote"),
    [
        ("Batch inference processes a large number of inputs at once.", "**Batch**- processing"),
        ("Real-time inputs arrive individually.", "**Real-time**- inputs"),
        ("Polly converts text into lifelike speech.", "Polly converts"),  # the note misspells speech
        ("Transcribe converts speach into text.", "Transcribe converts"),  # so does the model
        ("Training took three days on 128 machines.", "Training took 3 days"),
        ("Costs were not reduced.", "Costs were not"),
        ("Large chunks are sent in periods.", "like having large chunks"),
        ("`Batch` processes a large number of inputs at once.", "**Batch**- processing"),
        ("It is not expensive for batch jobs, as real-time endpoints cost more.", "Trade-off: real-time"),
    ],
)
def test_what_the_notes_say_is_cited_exactly(sentence: str, start_of_quote: str) -> None:
    found = quotes(sentence)
    assert len(found) == 1
    assert found[0].startswith(start_of_quote)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Kubernetes schedules containers across a cluster of nodes.", "do not say"),
        ("Training took 4 days on 128 machines.", "number 4"),
        ("Training took 3 days on 128 machines in Berlin.", "Berlin"),
        ("Costs were reduced.", "other way round"),
        ("Transcribe does not convert speech into text.", "other way round"),
        ("The notes do not mention the price.", "do not contain"),
        ("Paris is the capital of France.", "do not say"),
        ("Batch inference processes a large number of inputs at once with `batch.transform`.", "batch.transform"),
        ("`batch(inputs)` processes a large number of inputs at once.", "name batch here"),
    ],
)
def test_what_they_do_not_say_is_marked_with_the_reason(sentence: str, reason: str) -> None:
    found = attribute(sentence)
    assert not found.supported
    assert found.citations == ()
    assert reason in found.reason


def test_a_sentence_from_two_places_cites_both() -> None:
    found = quotes("Polly converts written text into lifelike speech, and large chunks are sent in periods.")
    assert {quote[:5] for quote in found} == {"Polly", "like "}


def test_a_borrowed_clause_is_not_supported() -> None:
    """Costs are said of other things: a true half and a borrowed half make no truth."""
    found = attribute("Batch processes a large number of inputs at once, which increases costs.")
    assert not found.supported
    assert "increases costs" in found.reason
    assert attribute("Batch processes a large number of inputs; real-time endpoints cost more.").supported


def test_a_few_words_must_stand_where_the_question_is_answered() -> None:
    text = "- **Regression** - house prices\n- **Classification** - spam, diseases\n- Classification is hard\n"
    block = ContextBlock("t.md", ("Techniques",), (), 0, len(text), text, 0)
    attributor = Attributor([block], "which technique predicts house prices?", 0.68)
    assert not attributor.attribute("Classification", 0, 14).supported
    assert [c.quote[:14] for c in attributor.attribute("Regression", 0, 10).citations] == ["**Regression**"]
    sickness = Attributor([block], "which technique finds diseases?", 0.68)
    assert [c.quote[:18] for c in sickness.attribute("Classification", 0, 14).citations] == ["**Classification**"]


def test_a_row_of_a_table_is_read_with_its_columns() -> None:
    text = "| | Mitosis | Meiosis |\n|---|---|---|\n| daughter cells | 2, identical | 4, different |\n"
    block = ContextBlock("t.md", ("Cells",), (), 0, len(text), text, 0)
    found = Attributor([block], "", 0.68).attribute("Meiosis makes 4 different daughter cells.", 0, 41)
    assert [c.quote for c in found.citations] == ["| daughter cells | 2, identical | 4, different |"]


def test_what_introduces_a_list_and_what_an_arrow_says_belong_to_a_line() -> None:
    listed = "Packages of the release Bullseye:\n\n- Apache 2.4\n- Python 3.9.1\n\nOther words.\n\n- Buster 10\n"
    assert [c.quote for c in read_from(listed, "Bullseye has the package Python 3.9.1.").citations] == ["Python 3.9.1"]
    assert not read_from(listed, "Bullseye has the package Buster 10.").supported
    table = "| Inhibitor | speed |\n|---|---|\n| uncompetitive | $\\downarrow$ |\n| allosteric | ↑ |\n"
    assert read_from(table, "An uncompetitive inhibitor decreases the speed.").supported
    assert not read_from(table, "An uncompetitive inhibitor raises the speed.").supported


def test_a_german_noun_is_no_name() -> None:
    text = "Führung ist die zielgerichtete Beeinflussung von Mitarbeitern, zum Beispiel zur Motivation."
    assert read_from(text, "Führung ist eine Art der zielgerichteten Beeinflussung von Mitarbeitern.").supported
    english = "Leadership is the deliberate influence on people."
    assert not read_from(english, "Leadership is what Art calls the deliberate influence on people.").supported


def read_from(text: str, sentence: str) -> Sentence:
    block = ContextBlock("t.md", ("Notes",), (), 0, len(text), text, 0)
    return Attributor([block], "", 0.68).attribute(sentence, 0, len(sentence))


def test_the_numbers_of_a_row_are_its_words_too() -> None:
    table = "| Carbon atoms | Prefix |\n|---|---|\n| 6 | Hex |\n| 7 | Hept |\n"
    found = read_from(table, "The prefix for a chain of 7 carbon atoms is Hept.")
    assert [citation.quote for citation in found.citations] == ["| 7 | Hept |"]
    assert not read_from(table, "The prefix for a chain of 9 carbon atoms is Hept.").supported


def test_a_number_is_not_taken_from_a_line_that_says_nothing_else() -> None:
    yields = "- 1 NADH gives 2.5 ATP in humans\n- 1 FADH2 gives 1.5 ATP in humans\n"
    assert read_from(yields, "NADH gives 2.5 ATP in humans.").supported
    assert read_from(yields, "In humans one gets 1.5 ATP from NADH.").reason.endswith("number 1.5 here")
    both = "- Hamm came out in 1998\n- Hamm has 1500 packages\n"
    assert read_from(both, "Hamm came out in 1998 with 1500 packages.").supported


FLUIDS = """## Rapid bolus

- Initial bolus: 10-20 mL/kg over 15-30 minutes.
- Administer colloids at 10-20 mL/kg over 1 hour.
"""


def test_numbers_stand_in_a_stretch_as_words_do() -> None:
    block = ContextBlock("t.md", (), (), 0, len(FLUIDS), FLUIDS, 0)
    said = "The initial bolus is 10-20 mL/kg over 15-30 minutes."
    assert Attributor([block], "", 0.9).signs(said).together == 1.0


def test_a_line_with_other_numbers_does_not_speak_against_one_that_has_all_of_them() -> None:
    said = "It is administered rapidly, typically starting with a bolus of {} mL/kg over 15-30 minutes."
    found = read_from(FLUIDS, said.format("10-20"))
    assert [citation.quote for citation in found.citations] == ["Initial bolus: 10-20 mL/kg over 15-30 minutes."]
    assert read_from(FLUIDS, said.format("20-40")).reason == "your notes do not give the number 40 here"


def test_words_of_the_question_are_not_held_against_the_answer() -> None:
    sentence = "The cheapest option is batch processing."
    assert not attribute("Zebras graze in batch processing.").supported
    assert attribute(sentence, question="What is the cheapest option?").supported


@pytest.mark.parametrize("text", ["The types are:", "## Summary", "**", "Here is the list:"])
def test_what_states_nothing_needs_no_support(text: str) -> None:
    found = attribute(text)
    assert not found.is_claim
    assert found.supported and found.citations == ()


def test_a_verbatim_sentence_scores_one() -> None:
    for unit in source_units(BLOCK):
        text = TEXT[unit.start - 100 : unit.end - 100]
        found = attribute(text)
        assert found.score == pytest.approx(1.0), text
        assert found.supported, text
        assert (unit.start, unit.end) in {(c.start, c.end) for c in found.citations}


def test_a_citation_names_heading_and_page() -> None:
    note = parse("ml.md", " " * 100 + TEXT, "pdf", "ml", page_starts=(0, 300))
    attributor = Attributor([BLOCK], "", 0.68, {"ml.md": note})
    first = attributor.attribute("Batch means processing a large number of inputs at once.", 0, 56).citations[0]
    last = attributor.attribute("Real-time endpoints cost more than batch jobs.", 0, 46).citations[0]
    assert first.heading_path == ("ML", "Types of inference")
    assert (first.page, last.page) == (1, 2)


def test_headings_inside_a_block_are_part_of_the_place() -> None:
    text = "# Pets\n\n## Cats\n\nThey purr loudly at night.\n\n## Dogs\n\nThey bark loudly at night.\n"
    block = ContextBlock("p.md", ("Pets",), (), 0, len(text), text, 0)
    attributor = Attributor([block], "", 0.68)
    dogs = attributor.attribute("Dogs bark loudly at night.", 0, 26)
    assert [c.heading_path for c in dogs.citations] == [("Pets", "Dogs")]
    assert [c.quote for c in dogs.citations] == ["They bark loudly at night."]


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("The notes do not mention who invented it.", True),
        ("This is not specified in the notes.", True),
        ("There is no information about prices.", True),
        ("A model does not require being programmed.", False),
        ("Batch suits tasks where responses are not necessary.", False),
    ],
)
def test_saying_that_nothing_was_found(text: str, absent: bool) -> None:
    assert says_absent(text) is absent


def test_a_count_that_was_asked_or_points_back_is_no_new_number() -> None:
    asked = "Polly and Transcribe convert text and speech in two ways."
    assert "number 2" in attribute(asked).reason
    assert "number" not in attribute(asked, "In which two ways do Polly and Transcribe convert text and speech?").reason
    assert "number" not in attribute("Costs of the two real-time endpoints are more than batch jobs.").reason
    assert "number" in attribute("Training took 4 days on 128 machines.", "Did training take 4 days?").reason


def test_a_source_that_the_others_make_needless_is_not_cited() -> None:
    text = "- Batch jobs process many inputs at once at night\n- Batch jobs process inputs\n- Many jobs run at night\n"
    block = ContextBlock("n.md", (), (), 0, len(text), text, 0)
    sentence = "Batch jobs process many inputs at once, at night."
    cited = Attributor([block], "", 0.68).attribute(sentence, 0, len(sentence)).citations
    assert [citation.quote for citation in cited] == ["Batch jobs process many inputs at once at night"]


@pytest.mark.parametrize(
    ("claim", "question", "reason"),
    [
        ("A grown-up has 4-6 liters of blood.", "how many liters of blood does a grown up have", ""),
        (
            "A grown-up has 7-8 liters of blood.",
            "how many liters of blood does a grown up have",
            "your notes do not give the number 7, 8 here",
        ),
        ("Phase 3 takes a larger group of patients.", "how many people take part in phase 3?", ""),
        (
            "Phase II takes a larger group of patients.",
            "how many take part in phase 2?",
            "your notes do not give the number 2 here",
        ),
    ],
)
def test_numbers_are_claims_in_whatever_signs(claim: str, question: str, reason: str) -> None:
    text = "# Blood\n\nAdult: 4-6 l of blood.\n\n# Trials\n\nPhase III - Larger group of patients (thousands)\n"
    block = ContextBlock("n.md", (), (), 0, len(text), text, 0)
    assert Attributor([block], question, 0.68).attribute(claim, 0, len(claim)).reason == reason


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Phase III", {"3"}),
        ("Louis XIV", {"14"}),
        ("I saw V and X", set()),
        ("an IVX line", set()),
        ("XX-rated", set()),
    ],
)
def test_roman_numerals_are_numbers(text: str, numbers: set[str]) -> None:
    assert Words(text).numbers == numbers


def test_a_thousandth_of_a_millimetre_is_the_same_in_latex() -> None:
    text = "Silicon has a band gap of 1.1 $\\mu$m, and germanium of 1.8 $\\mu$m.\n"
    block = ContextBlock("a.tex", (), (), 0, len(text), text, 0)
    said = "The band gap of silicon is 1.1 μm."
    assert Attributor([block], "How large is the band gap of silicon?", 0.9).attribute(said, 0, len(said)).supported
