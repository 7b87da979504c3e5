"""Study guides: only what the notes say gets in, with its place; and they can be stopped."""

from __future__ import annotations

import random
import re
import threading

import pytest

from assistant.app.studying import GuideNotes, guide_request
from assistant.config import RetrievalConfig
from assistant.documents.loading import parse
from assistant.errors import StudyError
from assistant.index.retriever import Retriever
from assistant.quiz.choosing import Span
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Anchor, Item, Kind, Maker
from assistant.quiz.making.pool import Pool
from assistant.study.guide import GuideMaker, GuideRequest, blocks_in, guide_markdown, shares, spread
from assistant.study.summaries import pick_summary
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import ContextBlock, Scope

TEXT = """# Inference

## Kinds

- **Batch inference** - processes many records at once, on a schedule
- **Real-time inference** - answers single requests within milliseconds
- **Edge inference** - runs on the device itself, without a network

## Costs

Batch inference is cheap because machines run only while there is work.
Real-time endpoints cost money even when nobody asks.
"""
NOTE = parse("ml/inference.md", TEXT, "markdown", "Inference")
KINDS_START, COSTS_START = TEXT.index("## Kinds"), TEXT.index("## Costs")
KINDS = ContextBlock(NOTE.path, ("Inference", "Kinds"), (), KINDS_START, COSTS_START, TEXT[KINDS_START:COSTS_START], 0)
COSTS = ContextBlock(NOTE.path, ("Inference", "Costs"), (), COSTS_START, len(TEXT), TEXT[COSTS_START:], 1)
TRUE_LINE = "Batch inference processes many records at once, on a schedule."
WRITTEN = (
    f"- {TRUE_LINE}\n- Batch inference was invented in France in 1968.\n- Edge inference runs on the device itself."
)


@pytest.fixture
def request_() -> GuideRequest:
    facts = Pool([NOTE], Ground([NOTE])).of_note[NOTE.path].facts
    return GuideRequest("Inference", (KINDS, COSTS), {NOTE.path: NOTE}, facts)


def make(request: GuideRequest, generator: FakeGenerator | None = None, cancel: threading.Event | None = None):
    return GuideMaker(FakeEmbedder(), generator, 0.68).make(request, cancel or threading.Event())


def every_sentence(guide):
    return [sentence for part in guide.parts for sentence in part.sentences]


class TestSummary:
    def test_only_supported_sentences_stay_each_with_exact_words(self, request_):
        guide = make(request_, FakeGenerator([WRITTEN, "Real-time endpoints cost money even when nobody asks."]))
        texts = [sentence.text for sentence in every_sentence(guide)]
        assert texts == [
            TRUE_LINE,
            "Edge inference runs on the device itself.",
            "Real-time endpoints cost money even when nobody asks.",
        ]
        assert guide.left_out == 1
        for sentence in every_sentence(guide):
            for cited in sentence.citations:
                assert TEXT[cited.start : cited.end] == cited.quote
        assert [part.heading_path for part in guide.parts] == [("Inference", "Kinds"), ("Inference", "Costs")]

    def test_a_section_on_which_the_model_says_nothing_true_speaks_for_itself(self, request_):
        guide = make(request_, FakeGenerator(["Paris is the capital of France.", "Penguins live on ice."]))
        assert {sentence.citations[0].heading_path[-1] for sentence in every_sentence(guide)} == {"Kinds", "Costs"}
        assert guide.left_out == 2

    def test_what_was_said_is_not_said_again(self, request_):
        guide = make(request_, FakeGenerator([TRUE_LINE, f"{TRUE_LINE}\nBatch inference is cheap."]))
        assert [s.text for s in every_sentence(guide)].count(TRUE_LINE) == 1

    def test_a_sentence_that_was_cut_off_is_left_out(self, request_):
        long = " ".join([TRUE_LINE] + ["Edge inference runs on the device itself and on the device itself and"] * 40)
        guide = make(request_, FakeGenerator([long, "Batch inference is cheap."]))
        assert all(sentence.text.endswith(".") for sentence in every_sentence(guide))
        assert TRUE_LINE in [sentence.text for sentence in every_sentence(guide)]

    def test_the_model_reads_a_block_as_it_does_for_a_question(self, request_):
        generator = FakeGenerator(lambda prompt: TRUE_LINE)
        make(request_, generator)
        assert [prompt.blocks[0].startswith("## Inference > ") for prompt in generator.prompts] == [True, True]


class TestWithoutModel:
    def test_sentences_are_the_notes_own_in_their_order(self, request_):
        guide = make(request_)
        cited = [sentence.citations[0] for sentence in every_sentence(guide)]
        assert cited and guide.writer == ""
        assert [c.start for c in cited] == sorted(c.start for c in cited)
        assert all(TEXT[c.start : c.end] == c.quote for c in cited)

    def test_the_odd_one_out_and_the_repetition_are_not_picked(self):
        lines = [
            "Batch inference processes many records.",
            "Batch inference processes many records together.",
            "Inference of many records needs a model.",
            "Zebras wear stripes quietly.",
        ]
        text = "\n".join(lines)
        block = ContextBlock("a.md", (), (), 0, len(text), text, 0)
        picked = [sentence.text for sentence in pick_summary([block], {}, FakeEmbedder(dimension=512), 2)]
        assert lines[3] not in picked
        assert not {lines[0], lines[1]} <= set(picked)

    def test_a_topic_in_free_words_decides(self):
        lines = ["Batch inference is cheap for many records.", "Edge devices run without a network connection."]
        text = "\n".join(lines)
        block = ContextBlock("a.md", (), (), 0, len(text), text, 0)
        assert pick_summary([block], {}, FakeEmbedder(), 1, "edge devices network")[0].text == lines[1]

    def test_a_label_that_many_items_have_gets_its_item(self):
        uses = {"Polly": "reads texts aloud in many voices", "Lex": "builds chat robots for shops"}
        text = "".join(f"- **{name}**\n  - **Use** - {use}\n" for name, use in uses.items())
        block = ContextBlock("a.md", (), (), 0, len(text), text, 0)
        picked = pick_summary([block], {}, FakeEmbedder(), 2)
        assert [sentence.text.split(":")[0] for sentence in picked] == ["Polly", "Lex"]


class TestTerms:
    def test_terms_are_defined_by_exact_words(self, request_):
        guide = make(request_)
        assert [term.name for term in guide.terms][:3] == ["Batch inference", "Real-time inference", "Edge inference"]
        assert all(TEXT[t.definition.start : t.definition.end] == t.definition.quote for t in guide.terms)

    def test_terms_of_other_sections_are_left_out(self, request_):
        guide = make(GuideRequest("Costs", (COSTS,), request_.notes, request_.facts))
        assert "Edge inference" not in [term.name for term in guide.terms]


class TestStopping:
    def test_before_it_began(self, request_):
        cancel = threading.Event()
        cancel.set()
        guide = make(request_, FakeGenerator([]), cancel)
        assert guide.stopped
        assert not guide.parts

    def test_after_the_first_section(self, request_):
        cancel = threading.Event()

        def answer(prompt) -> str:
            if "Costs" in prompt.blocks[0]:
                cancel.set()
            return TRUE_LINE

        guide = make(request_, FakeGenerator(answer), cancel)
        assert guide.stopped
        assert [part.heading_path[-1] for part in guide.parts] == ["Kinds"]
        assert "stopped before it was complete" in guide_markdown(guide)

    def test_progress_names_the_sections(self, request_):
        seen = []
        GuideMaker(FakeEmbedder(), None, 0.68).make(request_, threading.Event(), seen.append)
        assert [(p.done, p.total, p.current) for p in seen] == [
            (0, 2, "ml/inference.md > Kinds"),
            (1, 2, "ml/inference.md > Costs"),
            (2, 2, ""),
        ]


class TestMarkdown:
    def test_every_number_has_its_source(self, request_):
        text = guide_markdown(make(request_))
        numbers = {int(n) for n in re.findall(r"\[(\d+)\]", text)}
        sources = text.split("## Sources\n\n")[1].splitlines()
        assert numbers == set(range(1, len(sources) + 1))
        assert sources[0].startswith("1. ml/inference.md > Inference > Kinds: “")

    def test_questions_come_with_answers_and_quotes(self, request_):
        anchor = Anchor(NOTE.path, ("Inference",), 0, 11, "# Inference")
        items = (
            Item("1", Kind.CHOICE, Maker.MODEL, "Which?", (anchor,), "", options=tuple("wxyz"), key=(2,), answer="y"),
            Item("2", Kind.TRUE_FALSE, Maker.MODEL, "It is.", (anchor,), "", options=("True", "False"), key=(1,)),
            Item(
                "3", Kind.MATCH, Maker.MODEL, "Match?", (anchor,), "", options=("p", "q"), lefts=("l", "m"), key=(1, 0)
            ),
            Item("4", Kind.ORDER, Maker.MODEL, "Order?", (anchor,), "", options=("p", "q"), key=(1, 0)),
            Item("5", Kind.SHORT, Maker.MODEL, "Why?", (anchor,), "", answer="Because."),
        )
        text = guide_markdown(make(GuideRequest("T", (COSTS,), request_.notes, (), questions=lambda count: items)))
        answers = text.split("## Answers\n\n")[1].split("\n\n")[0].splitlines()
        keys = [line.split(" “")[0] for line in answers]
        assert keys == ["1. C) y.", "2. False.", "3. l: B; m: A.", "4. B, A.", "5. Because."]
        assert "2. True or false? It is." in text
        assert "(ml/inference.md > Inference)" in answers[0]


class TestTopic:
    @pytest.fixture
    def library(self, tmp_path):
        from assistant.config import ChunkingConfig, NotesConfig
        from assistant.index.build import Builder, fingerprint

        (tmp_path / "notes" / "ml").mkdir(parents=True)
        (tmp_path / "notes" / "ml" / "inference.md").write_text(TEXT)
        (tmp_path / "notes" / "cats.md").write_text("# Cats\n\nCats purr at night and chase mice in the garden.\n")
        embedder = FakeEmbedder()
        Builder(
            tmp_path / "notes",
            tmp_path / "index",
            embedder,
            ChunkingConfig(),
            NotesConfig(),
            lambda _: None,
            threading.Event(),
        ).build()
        key = fingerprint(ChunkingConfig(), embedder.name)
        retriever = Retriever(tmp_path / "index", embedder, RetrievalConfig, key)
        notes = tuple(retriever.store.note(note.path) for note in retriever.store.notes())
        yield GuideNotes(notes, tuple(s for note in notes for s in note.outline), retriever)
        retriever.close()

    def request(self, topic: str, library: GuideNotes, scope: str = "") -> GuideRequest:
        return guide_request(topic, library, Scope.parse(scope), random.Random(1))

    def test_a_heading_takes_its_part_only(self, library):
        request = self.request("#Costs", library)
        assert request.title == "Costs"
        assert "".join(block.text for block in request.blocks) == TEXT[COSTS_START:].rstrip()

    def test_a_note_takes_all_of_it(self, library):
        request = self.request("cats.md", library)
        assert {block.note for block in request.blocks} == {"cats.md"}
        assert not request.focus

    def test_free_words_find_their_section(self, library):
        request = self.request("what do cats chase at night", library)
        assert request.blocks[0].note == "cats.md"
        assert request.focus == request.title == "what do cats chase at night"

    def test_the_scope_keeps_out_the_rest(self, library):
        assert {block.note for block in self.request("everything", library, "cats.md").blocks} == {"cats.md"}

    def test_words_that_the_notes_do_not_know(self, library):
        request = self.request("quantum chromodynamics lattice", library)
        with pytest.raises(StudyError, match="contain nothing on 'quantum"):
            make(request)

    def test_past_mistakes_are_no_topic(self, library):
        with pytest.raises(StudyError, match="not about mistakes"):
            self.request("wrong", library)

    def test_questions_are_about_the_topic_and_known_ones_come_first(self, library):
        request = self.request("#Kinds", library)
        made = request.questions(3)
        assert made and all(KINDS.start <= item.source.start < KINDS.end for item in made)
        known = GuideNotes(library.notes, library.outline, library.retriever, items=made)
        again = self.request("#Kinds", known).questions(len(made))
        assert {item.id for item in again} == {item.id for item in made}


def test_blocks_are_cut_to_the_spans_and_stay_exact():
    span = Span(NOTE.path, TEXT.index("- **Real"), COSTS_START + 8)
    cut = blocks_in([span], [KINDS, COSTS])
    assert [TEXT[b.start : b.end] == b.text for b in cut] == [True, True]
    assert cut[0].text.startswith("- **Real")
    assert blocks_in([Span("other.md", 0, 999)], [KINDS, COSTS]) == ()


def test_wide_topics_are_read_evenly_and_sentences_shared_by_size():
    blocks = [KINDS] * 10 + [COSTS] * 10
    assert spread(blocks, 4) == (KINDS, KINDS, COSTS, COSTS)
    assert shares([100, 300], 8) == [2, 5]
    assert shares([1, 10_000], 14)[0] == 1
