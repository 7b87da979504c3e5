"""Questions that the model writes: the notes decide what is asked and what is right; what fails a check is counted."""

from __future__ import annotations

import random
import threading
from itertools import islice

import pytest

from assistant.answering.prompts import SYSTEM
from assistant.answering.units import source_units
from assistant.documents.loading import parse
from assistant.errors import ModelError
from assistant.quiz.exam.examiner import Examiner
from assistant.quiz.exam.gates import NAME
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Item, Kind, Maker
from assistant.quiz.writing.cues import FRENCH, GERMAN, Asked
from assistant.quiz.writing.drafting import answered, as_item, fault_of, is_about, sampling_of, write
from assistant.quiz.writing.ideas import Idea, Importance, ideas_in
from assistant.quiz.writing.model_maker import ModelMaker
from assistant.quiz.writing.orders import grammar_of, one_sentence, question_for
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import ContextBlock, Document, Prompt

TEXT = """# Tides

## Why there are two

The tide rises twice a day because the pull of the moon stretches the oceans on both sides of the Earth.
A **spring tide** is a tide of the greatest height, which comes when sun and moon pull along one line.
In a narrow bay, tides grow by pushing the same water into less and less room.
Spring tides rise far, whereas neap tides hardly change the level of the sea.

## What they do

Strong tides lead to a mixing of cold and warm water along the coast.
When the tide runs out, the mud flats of the coast fall dry for six hours.
"""
NOTE = parse("sea/tides.md", TEXT, "markdown", "Tides")


def section(text: str = TEXT, note: Document = NOTE) -> ContextBlock:
    return ContextBlock(note.path, ("Tides",), (), 0, len(text), text, 0, note)


def ideas(text: str) -> list[Idea]:
    note = parse("a.md", text, "markdown", "a")
    block = ContextBlock("a.md", (), (), 0, len(text), text, 0, note)
    return ideas_in(block, Importance(source_units(block)))


def idea(asks: Asked) -> Idea:
    return next(one for one in ideas(TEXT) if one.asks is asks)


REASON = "Why does the tide rise twice a day?"
QUESTIONS = {
    "because": REASON,
    "spring tide is": "What is a spring tide?",
    "by pushing": "How do tides grow in a narrow bay?",
    "whereas": "How do spring tides differ from neap tides?",
    "lead to": "What is the effect of strong tides?",
    "runs out": "What happens when the tide runs out?",
}
"""What the model writes about the sentence with these words."""

ANSWERS = {
    "twice a day": "The pull of the moon stretches the oceans on both sides of the Earth.",
    "spring tide?": "A tide of the greatest height, when sun and moon pull along one line.",
    "narrow bay": "By pushing the same water into less and less room.",
    "neap": "Spring tides rise far, whereas neap tides hardly change the level of the sea.",
    "strong": "They lead to a mixing of cold and warm water along the coast.",
    "runs out": "The mud flats of the coast fall dry for six hours.",
}


def write_fitting(prompt: Prompt) -> str:
    """Writes something that passes for whatever was ordered."""
    if prompt.question.startswith("Question: "):
        return next(answer for words, answer in ANSWERS.items() if words in prompt.question)
    sentence = prompt.question.partition("Sentence: ")[2].partition("\n")[0]
    return next(question for words, question in QUESTIONS.items() if words in sentence)


def maker(generator: FakeGenerator, *, gates: bool = True, **options) -> ModelMaker:
    examine = Examiner(Ground([NOTE])).examine if gates else None
    return ModelMaker(generator, lambda path: [section()], examine=examine, **options)


class TestIdeas:
    @pytest.mark.parametrize(
        ("sentence", "asks", "told", "answer"),
        [
            (
                "The kettle sings because small bubbles of steam collapse in the cold water above.",
                Asked.REASON,
                "The kettle sings",
                "Because small bubbles of steam collapse in the cold water above.",
            ),
            (
                "Because iron rusts in salty air, ships are painted again every year.",
                Asked.REASON,
                "ships are painted again every year",
                "Because iron rusts in salty air.",
            ),
            (
                "If a tenant does not pay the rent, the landlord may end the contract at once.",
                Asked.CONDITION,
                "If a tenant does not pay the rent",
                "The landlord may end the contract at once.",
            ),
            (
                "A relay is a switch that an electromagnet opens and closes.",
                Asked.DEFINITION,
                "A relay",
                "A switch that an electromagnet opens and closes.",
            ),
            (
                "The term “kerning” refers to the adjustment of the space between two letters.",
                Asked.DEFINITION,
                "kerning",
                "The adjustment of the space between two letters.",
            ),
            (
                "**Dead reckoning**: the estimate of a position from speed, course and time.",
                Asked.DEFINITION,
                "Dead reckoning",
                "The estimate of a position from speed, course and time.",
            ),
            (
                "Heavy taxation of windows led to many houses with bricked-up walls.",
                Asked.EFFECT,
                "Heavy taxation of windows",
                "Led to many houses with bricked-up walls.",
            ),
            (
                "A baker keeps the dough from drying by covering it with a damp cloth.",
                Asked.WAY,
                "A baker keeps the dough from drying",
                "By covering it with a damp cloth.",
            ),
            (
                "Ordinary cement consists of burnt lime, clay, and a little gypsum.",
                Asked.PARTS,
                "Ordinary cement",
                "Burnt lime, clay, and a little gypsum.",
            ),
            (
                "A governor is used to keep the speed of an engine even.",
                Asked.USE,
                "A governor",
                "Is used to keep the speed of an engine even.",
            ),
            (
                "Die Milch wird erhitzt, weil dabei die meisten Keime absterben.",
                Asked.REASON,
                "Die Milch wird erhitzt",
                "Weil dabei die meisten Keime absterben.",
            ),
            (
                "Une écluse est un ouvrage qui permet aux bateaux de passer d'un niveau à l'autre.",
                Asked.DEFINITION,
                "Une écluse",
                "Un ouvrage qui permet aux bateaux de passer d'un niveau à l'autre.",
            ),
        ],
    )
    def test_what_a_sentence_says_decides_what_is_asked(self, sentence, asks, told, answer):
        (found,) = ideas(f"# {told}\n\n{sentence}\n")
        assert (found.asks, found.told, found.answer) == (asks, told, answer)
        assert all(point.quote in sentence for point in found.points)

    def test_a_contrast_has_a_point_for_each_side(self):
        found = idea(Asked.CONTRAST)
        assert [point.text for point in found.points] == [
            "Spring tides rise far",
            "whereas neap tides hardly change the level of the sea",
        ]

    @pytest.mark.parametrize(
        "sentence",
        [
            "It rises because the pull of the moon stretches it.",
            "Exercise: explain why the kettle sings because of the bubbles in it.",
            "For example, the kettle of my aunt sings because small bubbles collapse in it.",
            "if no item is left in the queue, return the empty list to the caller",
            "The distance is $d$ because $a$ if",
            "The next section is a description of all the kettles that we will discuss.",
            "One of the leading causes of the fire was a lamp of the old kind.",
            "The **kettle** of the house sang all day long, and everybody in the kitchen heard it.",
            "Singing: a kettle sings early in the morning because small bubbles collapse in it.",
            "When a kettle is heated (on a stove, and slowly), the water in it begins to sing loudly.",
            "An important part of the kettle leads to a louder sound of the small bubbles.",
            "A kettle is an important part of the kitchen of the house.",
        ],
    )
    def test_what_is_not_asked(self, sentence):
        assert not ideas(f"# Kettles\n\n{sentence}\n")

    def test_a_list_is_asked_as_a_whole_where_its_heading_names_the_kind(self):
        text = (
            "# Locks\n\n## Parts of a lock\n\n- the upper gate\n- the chamber\n- the lower gate\n\nThat is all of it.\n"
        )
        (found,) = [one for one in ideas(text) if one.asks is Asked.LIST]
        assert [point.text for point in found.points] == ["the upper gate", "the chamber", "the lower gate"]
        assert text[found.anchor.start : found.anchor.end] == found.anchor.quote
        assert not [one for one in ideas(text.replace("Parts of a lock", "Overview")) if one.asks is Asked.LIST]
        assert not [one for one in ideas(text.replace("the chamber", "the chamber:")) if one.asks is Asked.LIST]

    def test_a_list_below_a_heading_that_many_texts_have_is_asked_of_what_the_note_is_about(self):
        lines = "- takes long to fill\n- ignores boats without an engine\n- needs a keeper by day\n"
        (found,) = [one for one in ideas(f"# Canal lock\n\n## Problems\n\n{lines}") if one.asks is Asked.LIST]
        assert (found.told, len(found.points)) == ("Problems of Canal lock", 3)
        assert not [one for one in ideas(f"# Canal lock\n\n## Notes\n\n{lines}") if one.asks is Asked.LIST]

    def test_a_list_is_asked_as_a_whole_where_a_line_announces_it(self):
        lines = "  - takes long to fill\n  - ignores boats without an engine\n  - needs a keeper by day\n"
        (found,) = ideas(f"# Canal\n\n- The old lock is bad in three ways:\n{lines}")
        assert (found.asks, found.told) == (Asked.LIST, "The old lock is bad in three ways")

    @pytest.mark.parametrize(
        ("text", "asks", "told", "answer"),
        [
            ("- **Towpath**- track beside the water for the horses", "definition", "Towpath", "Track beside"),
            ("- Norm of use – what a boat may do in the water of others", "claim", "Norm of use", "What a boat"),
            ("- **Fill time**- rain can fill the lock by itself in a day", "claim", "Fill time", "Rain can"),
            ("## Weir\n\nLow wall that holds the water of a river back", "definition", "Weir", "Low wall"),
            ("## Weir\n\n- A wall of stone that holds the water back", "definition", "Weir", "A wall of"),
            ("## Weir\n\n### Definition\n\n- Low wall across the bed of a river", "definition", "Weir", "Low wall"),
            ("## Slow boat\n\nSkippers of a slow boat will wait for others.", "definition", "slow boat", "Skippers"),
            (
                "## Types of water\n\n- **Filtered**- free of sand, of leaves and of fish",
                "definition",
                "Filtered water",
                "",
            ),
            ("In hydrology, a weir is a low wall across the bed of a river.", "definition", "a weir", "A low wall"),
            ("A weir, built by monks, is a low wall across the bed of a river.", "definition", "A weir", "A low wall"),
            (
                "## Digging\n\n### Short definition\n\n- Work of hands in the bed of a river",
                "definition",
                "Digging",
                "",
            ),
            ('The "great weir" is a low wall across the bed of a river.', "definition", "The great weir", "A low wall"),
        ],
    )
    def test_what_stands_behind_a_name_or_right_below_it_is_asked(self, text, asks, told, answer):
        (found,) = ideas(f"# Canals of the north\n\n{text}\n\nThe boats of the canal were slow in the winter.\n")
        assert (str(found.asks), found.told) == (asks, told)
        assert found.answer.startswith(answer)

    @pytest.mark.parametrize(
        "text",
        [
            "## Slow boat\n\nA slow boat can be of wood or of iron.",
            "- **Bedingt**: Wartezeit im Sommer zwischen zwei Schleusen, wenn das Wasser niedrig steht",
            "- **Ineffective**- posters on every lock against loud music",
        ],
    )
    def test_what_a_thing_may_be_defines_nothing_and_a_quality_is_no_thing(self, text):
        assert not [one for one in ideas(f"# Canals\n\n{text}\n") if one.asks is Asked.DEFINITION]

    def test_a_sentence_behind_a_label_does_not_say_what_the_label_is(self):
        (found,) = ideas("# Canals\n\n- Rennie: a weir is a balance between two levels of the water in a river\n")
        assert found.asks is Asked.CLAIM

    def test_nobody_asks_what_a_person_is(self):
        assert not ideas("# Canals\n\n## John Rennie\n\nScottish engineer who built the canals of the north\n")

    def test_a_word_alone_is_asked_with_its_place(self):
        (found,) = ideas("# Canals\n\n## The old locks\n\n- **Towpath**- track beside the water for the horses\n")
        assert found.place == " (in “The old locks”)"
        generator = FakeGenerator(["What is a towpath?"])
        asked = write(found, section(), sampling_of(found, 0, 1), generator, threading.Event())
        assert asked == "What is a towpath (in “The old locks”)?"

    def test_a_label_that_many_have_is_asked_of_each(self):
        things = ("Sluice", "Weir", "Towpath", "Basin")
        text = "".join(f"- **{one}**\n  - Purpose- to guide the water of the {one.lower()}\n" for one in things)
        found = ideas(f"# Canals\n\n{text}")
        assert [one.told for one in found] == [f"the purpose of {one}" for one in things]
        assert ideas(f"# Canals\n\n{text}".replace("Purpose", "London")) == []

    def test_a_line_without_a_full_stop_counts_less_only_where_lists_have_them(self):
        bare = "- The lock is slow for boats because it takes long to fill with water\n"
        ended = "- The keeper of the lock went home early.\n- The old boat of the keeper was green.\n"
        (alone,), (beside,) = ideas(f"# Locks\n\n{bare}"), ideas(f"# Locks\n\n{bare}{ended}")
        assert alone.worth > beside.worth

    def test_what_the_material_makes_much_of_comes_first(self):
        text = (
            "# Yeast\n\nYeast makes dough rise because it turns sugar into gas. Yeast needs sugar and warmth."
            " Yeast and sugar are mixed with warm water.\n\nThe mill stood idle because the river was dry in May.\n"
        )
        first, *_ = ideas(text)
        assert first.told == "Yeast makes dough rise"

    def test_a_language_that_is_not_known_is_left_alone(self):
        assert ideas("# Vesi\n\nVesi on aine, joka koostuu vedystä ja hapesta, koska niin on aina ollut.\n") == []


class TestOrders:
    def test_a_question_for_a_definition_names_the_term_and_no_more(self):
        grammar = grammar_of(idea(Asked.DEFINITION))
        assert grammar.startswith('root ::= "What is a spring tide?" | ') and "{" not in grammar

    def test_a_name_is_asked_about_as_a_whole_first_and_more_freely_later(self):
        found = idea(Asked.EFFECT)
        assert '"What is the effect of strong tides?"' in grammar_of(found)
        assert '"What happens "' in grammar_of(found, free=True)

    def test_a_question_begins_as_its_kind_asks(self):
        assert grammar_of(idea(Asked.REASON)).startswith('root ::= ("Why ") ')

    @pytest.mark.parametrize(
        ("text", "cues"),
        [
            ("# Milch\n\nDie Milch wird erhitzt, weil dabei die meisten Keime absterben.\n", GERMAN),
            ("# Eau\n\nL'eau de la ville est filtrée, car elle contient du sable et des algues.\n", FRENCH),
        ],
    )
    def test_the_language_of_the_notes_is_named(self, text, cues):
        (found,) = ideas(text)
        assert question_for(found, section()).question.endswith(f"Write it in {cues.name}.")
        assert cues.starts[found.asks][0] in grammar_of(found)

    def test_the_grammar_of_a_sentence_quotes_its_beginnings(self):
        grammar = one_sentence(('A "bank" \\ ', "Why "), 5, 9, "?")
        assert grammar.startswith('root ::= ("A \\"bank\\" \\\\ " | "Why ") [^')
        assert one_sentence((), 5, 9, "?").endswith('*]{5,9} "?"\n')


class TestFaults:
    @pytest.mark.parametrize(
        ("question", "fault"),
        [
            ("", "unfinished"),
            ("Why does the tide rise twice a", "unfinished"),
            ("Why does the tide rise twice a day in the?", "unfinished"),
            ("Why does the tide rise twice a day according to the notes?", "stands_alone"),
            ("Why does it rise twice a day?", "stands_alone"),
            ("Why does this tide rise twice a day?", "stands_alone"),
            ("Why does the pull of the moon stretch the oceans twice a day?", "gives_nothing_away"),
            ("Why do the planets orbit around their distant suns?", "off_topic"),
            (REASON, ""),
        ],
    )
    def test_of_a_question(self, question, fault):
        assert fault_of(question, idea(Asked.REASON), "Tides") == fault

    def test_a_name_that_only_the_answer_has_gives_it_away(self):
        (found,) = ideas(
            "# Secret codes\n\nSailors keep a message secret by writing it in the cipher of Vigenere first.\n"
        )
        assert fault_of("How do sailors use Vigenere for a secret message?", found, "Codes") == "gives_nothing_away"
        assert fault_of("How do sailors keep a message secret?", found, "Codes") == ""

    def test_a_question_about_another_sentence_is_seen(self):
        own, near = [1.0, 0.0], [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
        assert is_about([0.8, 0.6], own, near)
        assert not is_about([0.0, 1.0], own, near)

    def test_where_the_model_has_it_from_is_left_out(self):
        generator = FakeGenerator(["Why does the tide rise twice a day, as described in the notes?"])
        found = idea(Asked.REASON)
        assert write(found, section(), sampling_of(found, 0, 1), generator, threading.Event()) == REASON

    @pytest.mark.parametrize(
        ("sentence", "question"),
        [
            (
                "When the tide runs out, the mud flats of the coast fall dry for six hours.",
                "What happens when the tide runs out?",
            ),
            (
                "Once the dam of the coast had burst, the mud flats were flooded by every tide.",
                "What happened once the dam of the coast had burst?",
            ),
        ],
    )
    def test_what_follows_from_a_condition_needs_no_model(self, sentence, question):
        (found,) = ideas(f"# Tide and mud flats of the coast\n\n{sentence}\n")
        written = write(found, section(), sampling_of(found, 0, 1), FakeGenerator([]), threading.Event())
        assert written == question


class TestSelfCheck:
    @pytest.mark.parametrize(
        ("answer", "passed"),
        [
            ("Since the moon's pull stretches the oceans on both sides.", True),
            ("The Earth turns once in a day.", False),
        ],
    )
    def test_the_model_must_find_the_answer_of_the_notes(self, answer, passed):
        found = answered(REASON, idea(Asked.REASON), section(), FakeGenerator([answer]), None, threading.Event())
        assert (found.name, found.passed) == (NAME, passed)

    def test_the_same_words_with_another_meaning_are_no_answer(self):
        embedder = FakeEmbedder(dimension=256)
        far = "Moon and oceans: both sides, Earth. " + "Copper wire and cheese, candles, trains, letters. " * 4
        found = answered(REASON, idea(Asked.REASON), section(), FakeGenerator([far]), embedder, threading.Event())
        assert not found.passed
        assert "cosine" in found.detail


class TestMaking:
    def test_items_come_with_their_checks(self):
        generator = FakeGenerator(write_fitting)
        made = maker(generator)
        items = list(made.make(NOTE, threading.Event()))
        assert {"Why", "What"} <= {item.question.split()[0] for item in items}
        assert made.made == len(items) >= 2
        for item in items:
            assert item.maker is Maker.MODEL and item.kind is Kind.SHORT
            assert item.checks and all(check.passed for check in item.checks)
            assert [check.name for check in item.checks].count(NAME) == 1
            assert all(TEXT[p.start : p.end] == p.quote for p in item.proofs)
            assert all(point.quote in item.source.quote for point in item.key_points)

    def test_it_reads_the_section_behind_the_instructions_of_the_chat(self):
        generator = FakeGenerator(write_fitting)
        list(maker(generator).make(NOTE, threading.Event()))
        assert {prompt.system for prompt in generator.prompts} == {SYSTEM}
        assert {prompt.blocks for prompt in generator.prompts} == {(f"## Tides\n{TEXT}\n\n",)}

    def test_one_question_at_a_time_is_made(self):
        generator = FakeGenerator(write_fitting)
        (first,) = islice(maker(generator).make(NOTE, threading.Event()), 1)
        assert len(generator.prompts) <= 2
        assert isinstance(first, Item)

    def test_what_fails_is_counted_by_its_check(self):
        def ignorant(prompt: Prompt) -> str:
            return "Nobody knows." if prompt.question.startswith("Question: ") else write_fitting(prompt)

        made = maker(FakeGenerator(ignorant))
        assert list(made.make(NOTE, threading.Event())) == []
        assert made.dropped[NAME] >= 3

    def test_nothing_is_asked_twice(self):
        def same(prompt: Prompt) -> str:
            return REASON if not prompt.question.startswith("Question: ") else write_fitting(prompt)

        text = TEXT.replace(
            "## What", "The tide rises twice a day due to the pull of the moon on the oceans.\n\n## What"
        )
        note = parse("sea/tides.md", text, "markdown", "Tides")
        made = ModelMaker(FakeGenerator(same), lambda path: [section(text, note)], embedder=FakeEmbedder(dimension=256))
        asked = [item.question for item in made.make(note, threading.Event())]
        assert asked.count(REASON) == 1
        assert made.dropped["repeated"]

    def test_no_more_than_asked(self):
        made = maker(FakeGenerator(write_fitting))
        assert len(list(made.make_from(section(), random.Random(1), threading.Event(), most=1))) == 1

    def test_sections_without_anything_to_ask_are_not_planned(self):
        links = parse("links.md", "# Links\n\nSee [here](https://example.org).\n", "markdown", "Links")
        block = ContextBlock("links.md", ("Links",), (), 0, len(links.text), links.text, 0, links)
        made = ModelMaker(FakeGenerator([]), lambda path: [block])
        assert made.plan(links) == []

    @pytest.mark.parametrize("after", [0, 1, 2, 3])
    def test_it_can_be_stopped_at_every_stage(self, after):
        cancel = threading.Event()
        calls = []

        def counted(prompt: Prompt) -> str:
            calls.append(prompt)
            if len(calls) >= after:
                cancel.set()
            return write_fitting(prompt)

        if after == 0:
            cancel.set()
        made = list(maker(FakeGenerator(counted)).make(NOTE, cancel))
        assert len(calls) == after
        assert len(made) <= after / 2 + 1

    def test_a_failing_model_is_reported(self):
        def fail(prompt: Prompt) -> str:
            raise ModelError("The engine was closed.", hint="")

        with pytest.raises(ModelError):
            list(maker(FakeGenerator(fail)).make(NOTE, threading.Event()))


def test_an_item_says_what_the_notes_say():
    item = as_item(REASON, idea(Asked.REASON))
    assert (
        item.explanation == "The tide rises twice a day because the pull of the moon stretches the oceans on both sides"
        " of the Earth."
    )
    assert item.answer.startswith("Because the pull of the moon")


@pytest.mark.parametrize(("name", "wrong"), [("Placenta", "an placenta"), ("Amniotic sac", "a amniotic sac")])
def test_a_name_without_article_gets_the_one_that_goes_with_it(name, wrong):
    (found,) = ideas(f"# Birth\n\n- {name}: the thin organ that feeds and surrounds the child before birth.\n")
    assert wrong not in grammar_of(found)
    assert f"What is {wrong.split(' ', 1)[1]}?" in grammar_of(found)
