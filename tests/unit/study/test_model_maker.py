"""Items in the model's words: the notes decide what is right, and what fails a check is dropped and counted."""

from __future__ import annotations

import math
import random
import re
import threading
from dataclasses import replace

import pytest

from assistant.answering.prompts import SYSTEM
from assistant.answering.units import source_units
from assistant.errors import ModelError
from assistant.study import model_maker
from assistant.study.exam.examiner import Examiner
from assistant.study.exam.ground import Ground
from assistant.study.exam.model_gate import NAME, NEEDS_NOTES, is_pending
from assistant.study.items import GAP, Item, Kind, Maker
from assistant.study.making.pool import Pool
from assistant.study.model_maker import ModelMaker
from assistant.study.writing import tasks
from assistant.study.writing.drafting import fault_of
from assistant.study.writing.forms import Form, with_gap
from assistant.study.writing.grammar import one_sentence
from assistant.study.writing.orders import ASK_SYSTEM, CASE_SYSTEM, EXAMPLES
from assistant.study.writing.selfcheck import check_with_model
from assistant.study.writing.tasks import ask_task, blank_task, case_task, tasks_in, why_task
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Block, Note, Prompt

TEXT = """# Inference

## Kinds of inference

- **Batch inference** - processes many stored records together, on a schedule at night
- **Real-time inference** - answers every single request within a few milliseconds
- **Edge inference** - runs on the device of the customer itself, without any network
- **Serverless inference** - starts machines only while requests arrive and stops them afterwards

Costs of batch jobs stay low, because machines run only while there is work to do.
"""
NOTE = Note("ml/inference.md", TEXT, "markdown", "Inference")
BLOCK = Block(NOTE.path, ("Inference", "Kinds of inference"), (), 0, len(TEXT), TEXT, 0)
CASE = "A bank scores all card payments of the day after midnight."
WHY = "Why do the costs of batch jobs stay low?"


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool([NOTE], Ground([NOTE]))


@pytest.fixture
def fact(pool):
    return next(fact for fact in pool.facts if fact.term.name == "Batch inference")


def sure_of():
    """Returns a model that knows Batch inference, wherever it stands among the options."""

    def compare(prompt: Prompt) -> list[float]:
        lines = re.findall(r"^[A-D]\) (.*)$", prompt.question, re.MULTILINE)
        return [math.log(0.9 if line == "Batch inference" else 0.01) for line in lines]

    return compare


def maker(pool, generator, **options) -> ModelMaker:
    return ModelMaker(generator, pool, lambda path: [BLOCK], **options)


def write_fitting(prompt: Prompt) -> str:
    """Writes something that passes for whatever was ordered."""
    question = prompt.question
    said = question.rpartition("Description: ")[2].split(",")[0]
    if 'begins with "Why"' in question:
        return WHY
    if question.startswith("Question: Why"):
        return "Because machines run only while there is work to do."
    if prompt.system == CASE_SYSTEM:
        return f"A company {said} for its customers."
    if prompt.system == ASK_SYSTEM:
        said = said.replace("milliseconds", "moments").replace("afterwards", "later")
        return f"Which of these is an approach that {said}?"
    raise AssertionError(f"nothing is known of this order: {question}")


class TestTasks:
    def test_a_case_offers_the_term_among_its_siblings(self, pool, fact):
        task = case_task(fact, pool, random.Random(1))
        item = task.build(CASE)
        assert item.kind is Kind.CHOICE and item.maker is Maker.MODEL
        assert item.options[item.key[0]] == item.answer == "Batch inference"
        assert set(item.options) == {"Batch inference", "Real-time inference", "Edge inference", "Serverless inference"}
        assert item.question.startswith(CASE) and item.question.endswith("?")
        assert TEXT[item.source.start : item.source.end] == item.source.quote
        assert "processes many stored records" in item.source.quote

    def test_the_place_of_the_key_is_drawn(self, pool, fact):
        places = {case_task(fact, pool, random.Random(seed)).build(CASE).key for seed in range(30)}
        assert len(places) == 4

    def test_another_seed_tells_of_something_else(self, pool, fact):
        beginnings = {case_task(fact, pool, random.Random(seed)).grammar for seed in range(10)}
        assert len(beginnings) > 3

    def test_a_reason_becomes_a_short_answer_with_its_exact_clause(self):
        unit = next(u for u in source_units(BLOCK) if "because" in u.own.text)
        item = why_task(unit).build(WHY)
        assert item.kind is Kind.SHORT
        assert item.answer == "Because machines run only while there is work to do."
        assert item.key_points[0].quote in item.source.quote == TEXT[item.source.start : item.source.end]

    def test_no_reason_no_question(self):
        assert [why_task(unit) for unit in source_units(BLOCK) if "because" not in unit.own.text] == [None] * 4

    @pytest.mark.parametrize(
        ("line", "is_asked"),
        [
            ("The lamp is kept cold, so that its light stays even.", True),
            ("The lamp is kept cold, which reduces the noise of its light.", False),
            ("- **Benefit** - cold lamps, so that their light stays even all night.", False),
            ("- **Lamp** - runs behind cold glass, so that its light stays even.", True),
            ("It is kept cold, because its light stays even then.", False),
        ],
    )
    def test_only_a_reason_for_what_happens_is_asked(self, line, is_asked):
        (unit,) = source_units(Block("a.md", (), (), 0, len(line), line, 0))
        assert (why_task(unit) is not None) == is_asked

    @pytest.mark.parametrize(
        ("sentence", "is_asked"),
        [
            ("The beam engine was patented by Thomas Newcomen in 1712 after many years of work.", True),
            ("The beam engine was patented in 1712 and sold by Thomas Newcomen from 1715 on.", False),
            ("One engine was still known to run in its old mine in 1712.", False),
            ("The beam engine was known to many owners of mines by 1712.", False),
        ],
    )
    def test_a_year_is_asked_only_where_it_is_the_answer(self, sentence, is_asked):
        others = "".join(
            f"The mine of number {n} was opened by its owner in {year}.\n\n"
            for n, year in (("one", 1801), ("two", 1812), ("three", 1823), ("four", 1834))
        )
        note = Note("a.md", f"{sentence}\n\n{others}", "markdown", "a")
        pool = Pool([note], Ground([note]))
        block = Block("a.md", (), (), 0, len(note.text), note.text, 0)
        blanks = [blank for blank in pool.of_note["a.md"].blanks if blank.answer == "1712"]
        assert any(blank_task(blank, block, pool, random.Random(1)) for blank in blanks) == is_asked

    def test_a_blank_offers_words_of_its_kind(self):
        text = "".join(
            f"The {name} engine was patented by {who} in {year} after many years of work.\n\n"
            for name, who, year in (
                ("beam", "Thomas Newcomen", 1712),
                ("rotary", "James Watt", 1781),
                ("turbine", "Charles Parsons", 1884),
                ("uniflow", "Jacob Perkins", 1827),
            )
        )
        note = Note("a.md", text, "markdown", "a")
        pool = Pool([note], Ground([note]))
        block = Block("a.md", (), (), 0, len(text), text, 0)
        blanks = [blank for blank in pool.of_note["a.md"].blanks if blank.kind == "year"]
        item = blank_task(blanks[0], block, pool, random.Random(1)).build("In which year was the beam engine patented?")
        assert set(item.options) == {"1712", "1781", "1884", "1827"}
        assert item.options[item.key[0]] == "1712"

    def test_a_section_gives_tasks_about_each_of_its_sentences(self, pool):
        anchors = {task.anchor.start for task in tasks_in(BLOCK, pool, random.Random(1))}
        assert len(anchors) >= 4


class TestFaults:
    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("", "unfinished"),
            ("Which approach processes many stored records", "unfinished"),
            ("Which approach do the notes describe for stored records?", "stands_alone"),
            ("Which approach is batch inference of many stored records?", "gives_nothing_away"),
            ("Which approach does not process stored records together?", "turned_round"),
            ("Which planets orbit around distant suns in galaxies?", "off_topic"),
            ("Which approach processes many stored records together?", ""),
        ],
    )
    def test_of_a_question(self, pool, fact, text, fault):
        assert fault_of(text, ask_task(fact, pool, random.Random(1)), pool.ground) == fault

    def test_a_question_that_tells_the_reason(self, pool):
        task = why_task(next(u for u in source_units(BLOCK) if "because" in u.own.text))
        assert fault_of(WHY, task, pool.ground) == ""
        told = "Why do the costs of batch jobs stay low while machines run only for work?"
        assert fault_of(told, task, pool.ground) == "gives_nothing_away"
        assert fault_of("Why do machines have costs at night?", task, pool.ground) == "off_topic"

    @pytest.mark.parametrize("text", ["A company processes stored records for its.", "A firm sorts records , ."])
    def test_a_sentence_that_was_cut_off(self, pool, fact, text):
        assert fault_of(text, case_task(fact, pool, random.Random(1)), pool.ground) == "unfinished"

    def test_an_example_that_is_said_again_is_no_question(self, pool, fact):
        task = ask_task(fact, pool, random.Random(1))
        assert {fault_of(text, task, pool.ground) for text in EXAMPLES} <= {"copied", "turned_round"}

    def test_what_is_nearer_to_another_option_is_off_topic(self, pool, fact):
        task = replace(ask_task(fact, pool, random.Random(1)), least_known=0.0)
        embedder = FakeEmbedder(dimension=256)
        own, rival = "Which of them works on many stored records together?", "Which one runs on the device itself?"
        assert fault_of(own, task, pool.ground, embedder) == ""
        assert fault_of(rival, task, pool.ground, embedder) == "off_topic"

    def test_the_description_itself_is_not_in_other_words(self, pool, fact):
        task = ask_task(fact, pool, random.Random(3))
        assert fault_of(f"Which of these {task.said}?", task, pool.ground) == "copied"
        case = case_task(fact, pool, random.Random(3))
        assert fault_of(f"A team {task.said} in winter for its customers.", case, pool.ground) == "copied"


class TestSelfCheck:
    @pytest.fixture
    def item(self, pool, fact) -> Item:
        return case_task(fact, pool, random.Random(1)).build(CASE)

    def check(self, item, comparisons):
        generator = FakeGenerator([], comparisons=comparisons)
        return check_with_model(item, BLOCK, generator, threading.Event()), generator

    def test_right_in_every_order_and_how_sure_without_the_notes(self, item):
        (agrees, needs), generator = self.check(item, sure_of())
        assert (agrees.name, agrees.passed) == (NAME, True)
        assert "4 of 4" in agrees.detail
        assert needs.name == NEEDS_NOTES
        assert [bool(prompt.blocks) for prompt in generator.compared] == [True] * 4 + [False] * 2
        assert len({prompt.question for prompt in generator.compared[:4]}) == 4

    def test_always_the_first_letter_is_no_knowledge(self, item):
        (agrees,), _ = self.check(item, [-0.1, -3.0, -3.0, -3.0])
        assert not agrees.passed
        assert "1 of 4" in agrees.detail

    def test_a_guess_is_not_enough(self, item):
        def unsure(prompt: Prompt) -> list[float]:
            return [math.log(0.4 if p > -1 else 0.2) for p in sure_of()(prompt)]

        assert not self.check(item, unsure)[0][0].passed

    def test_a_term_that_general_knowledge_speaks_against_may_be_wrong(self, item):
        def knows_otherwise(prompt: Prompt) -> list[float]:
            right = sure_of()(prompt)
            return right if prompt.blocks else [-p - 5 for p in right]

        generator = FakeGenerator([], comparisons=knows_otherwise)
        for is_term, passed in ((True, False), (False, True)):
            checks = check_with_model(item, BLOCK, generator, threading.Event(), is_term=is_term)
            assert [check.passed for check in checks] == [True, passed]

    def test_a_reason_is_answered_in_words(self):
        item = why_task(next(u for u in source_units(BLOCK) if "because" in u.own.text)).build(WHY)
        for answer, passed in (("Since machines run only while there is work.", True), ("They use gold.", False)):
            checks = check_with_model(item, BLOCK, FakeGenerator([answer]), threading.Event())
            assert [check.passed for check in checks] == [passed]


class TestMaking:
    @pytest.fixture
    def generator(self, pool):
        return FakeGenerator(write_fitting, comparisons=self.knows)

    @staticmethod
    def knows(prompt: Prompt) -> list[float]:
        lines = re.findall(r"^[A-D]\) (.*)$", prompt.question, re.MULTILINE)
        terms = {"Batch": "stored records", "Real-time": "single request", "Edge": "device"}
        terms["Serverless"] = "only while requests"
        asked = prompt.question.partition("\nA)")[0]
        return [
            math.log(0.9 if re.search(terms.get(line.split()[0], "no such words"), asked) else 0.01) for line in lines
        ]

    def test_items_come_with_their_checks_and_the_rest_is_counted(self, pool, generator):
        made = maker(pool, generator, examine=Examiner(Ground([NOTE])).examine)
        items = list(made.make(NOTE, threading.Event()))
        assert items
        assert made.made == len(items)
        for item in items:
            assert item.maker is Maker.MODEL
            assert item.checks and all(check.passed for check in item.checks)
            assert not is_pending(item)
            assert [check.name for check in item.checks].count(NAME) == 1
            assert all(TEXT[p.start : p.end] == p.quote for p in item.proofs)

    def test_what_fails_is_counted_by_its_check(self, pool):
        ignorant = FakeGenerator(write_fitting, comparisons=lambda prompt: [-0.1, -9.0, -9.0, -9.0])
        made = maker(pool, ignorant, examine=Examiner(Ground([NOTE])).examine)
        items = list(made.make(NOTE, threading.Event()))
        assert {item.kind for item in items} <= {Kind.SHORT}
        assert made.dropped[NAME] >= 2

    def test_one_try_for_each_sentence_and_no_more_than_asked(self, pool, generator):
        made = maker(pool, generator)
        list(made.make_from(BLOCK, random.Random(1), threading.Event(), most=3))
        written = [p for p in generator.prompts if not p.question.startswith("Question:")]
        assert len({p.question for p in written}) == 3

    def test_the_same_seed_makes_the_same_and_another_one_something_else(self, pool):
        def run(seed: int) -> list[str]:
            generator = FakeGenerator(write_fitting, comparisons=self.knows)
            list(maker(pool, generator, seed=seed).make(NOTE, threading.Event()))
            return [prompt.question for prompt in (*generator.prompts, *generator.compared)]

        assert run(1) == run(1)
        assert run(1) != run(2)

    def test_the_model_writes_under_a_grammar_behind_the_section(self, pool):
        samplings = []

        class Recording(FakeGenerator):
            def generate(self, prompt, **options):
                samplings.append(options.get("sampling"))
                return super().generate(prompt, **options)

        generator = Recording(lambda prompt: "")
        made = maker(pool, generator)
        assert list(made.make(NOTE, threading.Event())) == []
        assert made.dropped["unfinished"] == len(samplings) > 0
        assert all(sampling.grammar.startswith("root ::= ") and sampling.temperature > 0 for sampling in samplings)
        read = {prompt.blocks for prompt in generator.prompts if prompt.system == SYSTEM}
        assert read == {(f"## Inference > Kinds of inference\n{TEXT}\n\n",)}
        described = [prompt for prompt in generator.prompts if prompt.system != SYSTEM]
        assert described and not any("Batch inference -" in prompt.question for prompt in described)

    @pytest.mark.parametrize("after", [0, 1, 2, 3, 6])
    def test_it_can_be_stopped_at_every_stage(self, pool, after):
        cancel = threading.Event()
        calls = []

        def counted(answer):
            def call(prompt: Prompt):
                calls.append(prompt)
                if len(calls) >= after:
                    cancel.set()
                return answer(prompt)

            return call

        if after == 0:
            cancel.set()
        generator = FakeGenerator(counted(write_fitting), comparisons=counted(self.knows))
        made = list(maker(pool, generator).make(NOTE, cancel))
        assert len(calls) == after
        assert len(made) <= after / 2, "an item takes at least two calls, and none is half checked"

    def made_as(self, form, pool, generator, monkeypatch) -> list[Item]:
        monkeypatch.setattr(tasks, "_FORMS", (form,))
        monkeypatch.setattr(tasks, "_CASES", 0.0)
        made = maker(pool, generator, examine=Examiner(Ground([NOTE])).examine)
        items = list(made.make(NOTE, threading.Event()))
        assert made.made == len(items)
        assert all(check.passed for item in items for check in item.checks)
        return items

    def test_a_question_becomes_a_sentence_with_a_gap(self, pool, generator, monkeypatch):
        items = self.made_as(Form.GAP, pool, generator, monkeypatch)
        gaps = [item for item in items if item.kind is Kind.CLOZE]
        assert {item.question.partition(" ")[0] for item in gaps} == {GAP}
        assert "Edge inference" in {item.answer for item in gaps}
        assert all(item.question.endswith(".") and not item.options and not is_pending(item) for item in gaps)

    def test_questions_are_matched_with_their_answers(self, pool, generator, monkeypatch):
        items = self.made_as(Form.SET, pool, generator, monkeypatch)
        (whole,) = [item for item in items if item.kind is Kind.MATCH]
        assert len(whole.lefts) == 3
        assert [check.detail for check in whole.checks if check.name == NAME] == [
            "With the notes before it, the model matched all 3, in every order."
        ]
        for left, right, proof in zip(whole.lefts, whole.key, whole.proofs, strict=True):
            assert left.startswith("Which is an approach that ")
            assert proof.quote.startswith(f"**{whole.options[right]}**") or whole.options[right] in proof.quote
        alone = [item for item in items if item.kind is Kind.CHOICE]
        assert not {item.answer for item in alone} & set(whole.options), "nothing is asked twice"

    def test_too_few_for_a_set_are_asked_as_they_are(self, pool, generator, monkeypatch):
        monkeypatch.setattr(model_maker, "_SET", 5)
        items = self.made_as(Form.SET, pool, generator, monkeypatch)
        assert Kind.MATCH not in {item.kind for item in items}
        assert len([item for item in items if item.kind is Kind.CHOICE]) >= 3

    def test_a_failing_model_is_reported(self, pool):
        def fail(prompt: Prompt) -> str:
            raise ModelError("The engine was closed.", hint="")

        with pytest.raises(ModelError):
            list(maker(pool, FakeGenerator(fail)).make(NOTE, threading.Event()))


def test_no_gap_where_the_answer_would_need_another_verb(pool, fact):
    item = ask_task(fact, pool, random.Random(1)).build("Which of these is done at night?")
    assert with_gap(item, ("Batch inference", "Batch")).question == f"{GAP} is done at night."
    assert with_gap(item, ("Batch inference", "Batch")).accepted == ("Batch",)
    assert with_gap(replace(item, answer="Transformers"), ()) is None
    year = replace(item, question="In which year was the loom invented?", answer="1785")
    assert with_gap(year, ()).question == f"In which year was the loom invented? {GAP}"


def test_the_grammar_of_a_sentence_quotes_its_beginnings():
    assert one_sentence(('A "bank" \\ ', "Why "), 5, 9, "?").startswith('root ::= ("A \\"bank\\" \\\\ " | "Why ") [^')
    assert one_sentence((), 5, 9, "?").endswith('*]{5,9} "?"\n')
