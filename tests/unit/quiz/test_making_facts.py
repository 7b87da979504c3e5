"""Facts from the structure of notes: terms, aspects, groups, steps, tables, prose; every quote exact."""

from __future__ import annotations

import pytest
from quiz_setting import METRICS, note, sample_notes

from assistant.quiz.making.facts import Fact, Facts, Shape, lowered, names_of, shape, state, versions
from assistant.quiz.making.outline_facts import outline_facts
from assistant.quiz.making.pool import read_facts
from assistant.quiz.making.prose import read_definition


def found(text: str) -> Facts:
    return read_facts(note(text))


def outlined(text: str) -> Facts:
    """What the outline says, worth asking or not."""
    return outline_facts(note(text))


def said(facts: Facts) -> list[tuple[str, str, str]]:
    return [(fact.term.label, fact.aspect, fact.text) for fact in facts.facts]


@pytest.mark.parametrize(
    "line",
    [
        "- **Recall** - what is found again\n",
        "- **Recall**- what is found again\n",
        "- **Recall:** what is found again.\n",
        "* __Recall__: what is found again\n",
        "- Recall - what is found again\n",
        "- Recall: what is found again\n",
        "1. **Recall** – what is found again\n",
    ],
)
def test_a_labelled_item_is_a_term_and_what_is_said_of_it(line: str) -> None:
    assert said(found(f"# Metrics\n\n{line}")) == [("Recall", "", "what is found again")]


def test_labels_that_siblings_share_are_aspects_of_what_stands_above_them() -> None:
    facts = outlined(
        "# Plants\n\n- **Oak**\n  - **Soil** - deep clay\n  - **Leaf** - has lobes\n"
        "- **Birch**\n  - **Soil** - poor sand\n  - **Leaf** - has teeth\n"
    )
    assert said(facts)[0] == ("Oak", "Soil", "deep clay")
    assert ("Birch", "Leaf", "has teeth") in said(facts)
    assert [(g.label, [m.label for m in g.members]) for g in facts.groups] == [("Plants", ["Oak", "Birch"])]
    assert [(c.head, c.cells) for c in facts.columns] == [
        ("Soil", ("deep clay", "poor sand")),
        ("Leaf", ("has lobes", "has teeth")),
    ]


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
    facts = outlined(
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


def test_the_rows_of_a_table_of_differences_are_aspects() -> None:
    facts = outlined("# Cells\n\n| Feature | Plant | Animal |\n|---|---|---|\n| Wall | rigid | none |\n")
    assert said(facts) == [("Plant", "Wall", "rigid"), ("Animal", "Wall", "none")]


@pytest.mark.parametrize(
    "line",
    [
        "- **History** - the story of the house since it was built\n",
        "- **Yeast** - this is shown in the figure below\n",
        "- [ ] **Yeast** - the fungus that makes dough rise\n",
        "- **Yeast** - flour, water, salt\n",
        "- **23 June 1940** - the day on which the oven was lit\n",
        "- **1895-1901** - the years in which the oven was built\n",
        "- **If it is warm** - the time until it rises\n",
        "- **Yeast** - we looked at the fungus last week\n",
        "- **Importance of yeast** - the part that it has in making dough rise\n",
        "- **Yeast** - a registered trademark of the bakers of the town\n",
        "- **Yeast** - a fungus called Saccharomyces, with a bag of sugar\n",
        "- **Yeast** - “The Song of the Baker” in the first of three books\n",
        "- **Yeast** - some agents for making the dough rise\n",
        "- **Yeast** - Verify that the dough has risen well\n",
        "- **bake(Dough d, int hours)** - the function that heats the oven\n",
        "- **Long wait of every baker**\n  - keeping the dough as warm as the hand\n",
        "- **Yeast**\n  - strong smell of the dough in the morning\n",
        "- **Yeast** - a fungus that makes dough rise is called yeast\n",
        "- **Yeast** - the French government promotes bread in the schools\n",
        "- **Yeast** - yeast of the kind that bakers buy\n",
        "- **Warm dough** - keeping the dough warm for hours means that it rises\n",
        "- **Yeast**\n  - the field of baking deals with all that lives in the dough of many towns and many lands\n",
        "- **Yeast**\n  - the fungus of the dough in the morning.\n",
        "- **Divisible by hand** - the dough that is made in the morning\n",
        "- **Yeast** - all bakers perceive the same smell\n",
        "- **Yeast + salt** - the dough that is made in the morning\n",
        "- **Warm dough**\n  - keeping the dough as warm as the hand\n",
        "- **Everything** - the dough that is made in the morning\n",
        "- **False** - the dough that rises in the sun\n",
    ],
)
def test_what_no_teacher_would_ask_is_no_fact(line: str) -> None:
    assert said(found(f"# Bread\n\n## Dough\n\n{line}")) == []


def test_the_notes_tell_whether_a_word_is_a_verb() -> None:
    facts = found(
        "# Birds\n\nThey hunt. An owl can hunt well.\n\n- **Owl** - hunts mice at night\n"
        "- **Kite** - hunts young hares\n"
        "- **Hawk** - hunts smaller birds\n- **Buzzard** - hunts voles by day\n"
    ).facts
    assert [fact.shape for fact in facts] == [Shape.VERB] * 4


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


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("A boiler is a vessel that turns water into steam.", True),
        ("The *steam boiler* is the part of the engine that makes steam.", True),
        ("Dudley today is a town in the west of the county.", False),
        ("The Rocket is a locomotive that was built for trials.", False),
        ("A boiler is an important part of the engine.", False),
        ("A boiler is a pump and stokers did not sleep.", False),
        ("A boiler is a bomb for its stokers if the valve is shut.", False),
        ("A boiler $b$ is a vessel that turns water into steam.", False),
        ("A boiler is a vessel that is heated by", False),
        ("A boiler is a vessel full of steam, therefore stokers fear boilers.", False),
        ("A boiler is a bomb for its stokers when the valve is shut.", False),
        ("A boiler is an indispensable vessel for making steam.", False),
        ("A boiler is a vessel in the room of a boiler.", False),
        ("The *steam boiler* is the foundation of a mill.", False),
        ("A boiler or a kettle is a vessel that turns water into steam.", False),
        ("A better boiler is a vessel that turns water into steam.", False),
        ("A boiler is a much stronger vessel than the old ones of the mine.", False),
        ("A boiler is the kind of vessel that is seen most often.", False),
        ("A boiler is a decreasing function of the price of coal.", False),
        ("A boiler is a vessel that turns water into steam 2", False),
        ("A boiler is a multi -year vessel that turns water into steam.", False),
        ('A boiler is a vessel that turns "water into steam.', False),
    ],
)
def test_a_sentence_is_asked_about_if_it_says_what_a_thing_is_that_the_note_is_about(text: str, is_asked: bool) -> None:
    assert bool(found(f"# Steam\n\nEngines were built early. {text}\n").facts) is is_asked


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("parts of the body that respond to heat", True),
        ("The part that turns heat into motion", True),
        ("The pump embeds into the lining of the shaft", False),
        ("lowered by the engine in the north", False),
        ("Loads of steam: more than the mine has", False),
    ],
)
def test_a_label_is_asked_about_if_its_text_defines_it(text: str, is_asked: bool) -> None:
    assert bool(found(f"# Steam\n\n- **Valves** - {text}\n").facts) is is_asked


@pytest.mark.parametrize(
    ("line", "is_asked"),
    [
        ("- **Kessel**: ein Gefäß, das Wasser in Dampf verwandelt\n", True),
        ("- **Kessel**: Gefäß, das Wasser in Dampf verwandelt\n", True),
        ("- **Kessel**: Abbau der Stätten und Förderung des Handels\n", False),
        ("- **Kessel**: Die freie Nutzung der Kraft beinhaltet auch das Recht auf Wasser\n", False),
        ("- **Kessel** der großen Mächte in den Häfen\n  - Dampf\n", False),
        ("Dadurch ist der Kessel ein Gefäß am Ort. Dadurch fährt er. Dadurch hält er. Dadurch lebt er.\n", False),
        ("Ein Kessel ist eine Voraussetzung für die Fahrt auf der Schiene.\n", False),
        ("- **Kessel**: a vessel that is heated so that it makes steam for the engine\n", False),
    ],
)
def test_in_german_a_label_needs_a_definition_of_its_own(line: str, is_asked: bool) -> None:
    text = f"# Dampf\n\nDie Maschine ist alt und wird von dem Werk nicht mehr gebaut.\n\n{line}"
    assert bool(found(text).facts) is is_asked


def test_nothing_is_asked_in_a_language_that_has_no_questions() -> None:
    text = (
        "# Vapore\n\nLa macchina è nel porto e non si muove per il gelo.\n\n- **Caldaia** - a vessel that makes steam\n"
    )
    assert not found(text).facts
    assert not found(text).groups


_ROCKS = ("Tephra", "Pumice", "Magma", "Glacier", "Scree", "Corrie")


def test_in_a_glossary_the_form_of_the_others_tells_that_a_line_describes_its_term() -> None:
    lines = ["fine ash in the wind", "black rock with holes", "hot melt within the crust", "slow stream in the valley"]
    lines += ["loose stones on the slope", "wide bowl at the top"]
    text = "".join(f"- {name}: {line}\n" for name, line in zip(_ROCKS, lines, strict=True))
    assert len(found(f"# Rocks\n\n{text}").facts) == 6
    assert not found(f"# Rocks\n\n{text[: text.index('- Magma')]}").facts


def test_how_a_thing_was_does_not_define_it() -> None:
    assert not found("# Mills\n\n## Boiler\n\nwas unused and soon surrounded by its stokers\n").facts
    assert found("# Mills\n\n## Boiler\n\nwas the vessel that made the steam of a mill\n").facts


def test_in_a_long_text_coming_back_takes_more_than_four_mentions() -> None:
    said = "The bound tolerance is the share that is used for the plot. "
    mentions = "It takes the bound tolerance. " * 4
    assert found(f"# Plots\n\n{said}{mentions}").facts
    filler = "Colours are drawn on a page in this order. " * 2000
    assert not found(f"# Plots\n\n{said}{mentions}{filler}").facts


def test_an_aspect_that_is_given_twice_has_no_one_answer() -> None:
    rows = "| Thyroid | less calcium in the blood |\n| Pituitary | growth of bones |\n| Pituitary | more water kept |\n"
    facts = found(f"# Glands\n\n| Gland | Effect |\n|---|---|\n{rows}").facts
    assert {fact.term.label for fact in facts} == {"Thyroid"}


def test_rows_below_advantages_are_no_things() -> None:
    rows = "| Controlled by a pump | Needs a ward and a monitor |\n| Can be stopped | Takes a nurse all day |\n"
    table = "# Oxytocin\n\n| {} | Disadvantage |\n|---|---|\n" + rows
    assert found(table.format("Method")).facts
    assert not found(table.format("Advantages")).facts
    line = "- **Lost touch**: a loss of the feel of tissue in the hand\n"
    assert found(f"# Surgery\n\n## Kinds of harm\n\n{line}").facts
    assert not found(f"# Surgery\n\n## Limitations of surgery\n\n{line}").facts


def test_a_cell_that_holds_a_list_is_no_answer() -> None:
    table = "# Birth\n\n| Helper | Purpose |\n|---|---|\n| Midwife | {}the care of a mother |\n"
    table += "| Doctor | {}the care of a child |\n"
    assert found(table.format("", "")).facts
    assert not found(table.format("- ", "- ")).facts


def test_is_behind_a_label_belongs_to_neither() -> None:
    facts = found("# Malware\n\n- **Worm**: Is a program that spreads through networks\n").facts
    assert [(fact.link, fact.text) for fact in facts] == [("", "a program that spreads through networks")]


def test_what_is_said_of_two_things_defines_neither() -> None:
    list_, stack = "A **list** is a type that holds a row of values. ", "A **stack** is a type that holds a row of {}."
    assert {fact.term.label for fact in found(f"# Types\n\n{list_}{stack.format('calls')}\n").facts} == {
        "list",
        "stack",
    }
    assert not found(f"# Types\n\n{list_}{stack.format('values')}\n").facts


@pytest.mark.parametrize(
    ("noun", "sentence"),
    [
        ("the use of the rectified unit in deep nets", "AlexNet popularized the use of the rectified unit"),
        ("vectors that capture the meaning of a token", "Embeddings capture the meaning of a token"),
        ("the share of time that a run takes", "Be mindful of the share that a run takes"),
    ],
)  # fmt: skip
def test_a_remark_behind_a_label_is_no_definition(noun: str, sentence: str) -> None:
    lines = ("fine ash in the wind", "black rock with holes", "hot melt within the crust", "slow stream in the valley")
    glossary = zip(_ROCKS, (*lines, "loose stones at a slope"), strict=False)
    others = "# Rocks\n\n" + "".join(f"- {name}: {line}\n" for name, line in glossary)
    texts = (f"{others}- Corrie: {said}\n" for said in (noun, sentence))
    known = [{fact.term.label for fact in found(text).facts} for text in texts]
    assert ["Corrie" in labels for labels in known] == [True, False]


def test_a_question_about_a_letter_names_nothing() -> None:
    answers = "  - Los bloques de la memoria se llenan uno tras otro.\n  - Cada uno tiene una parte de las filas.\n"
    assert found(f"# Junta\n\n- ¿Cómo escoger la partición de una junta?\n{answers}").answered
    assert not found(f"# Junta\n\n- ¿Cómo escoger m?\n{answers}").answered


def test_a_relation_of_another_thing_is_not_what_it_costs() -> None:
    assert found("# FFT\n\n- **Cost:** about $N$ steps for every point of the signal\n").facts
    assert not found("# FFT\n\n- **Cost:** DFT $= N^2$ mults for all points of the signal\n").facts


def test_every_quote_of_the_sample_notes_is_exact() -> None:
    for one in sample_notes():
        facts = read_facts(one)
        assert all(_stands(fact, one.text) for fact in facts.facts)
        for group in facts.groups:
            assert len(group.members) == len(group.anchors)
            assert all(m.label.split()[0] in a.quote for m, a in zip(group.members, group.anchors, strict=True))
    assert sum(len(read_facts(one).facts) for one in sample_notes()) > 70


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
    assert lowered("L’occupation", common) == "l’occupation"


def test_reading_facts_leaves_the_text_alone() -> None:
    assert note().text == METRICS
