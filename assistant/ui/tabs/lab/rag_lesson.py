"""What the lesson on RAG asks for. No Gradio here."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from assistant.answering.prompts import SYSTEM, answer_prompt
from assistant.api.calls import Payload, Whole, call
from assistant.app.laboratory import Laboratory
from assistant.errors import UsageError
from assistant.lab.charts.answer_charts import certainty_chart, effect_chart
from assistant.lab.charts.chunks import map_chart, star, with_star
from assistant.lab.charts.interactive import figure_json
from assistant.lab.kept import Kept
from assistant.lab.lessons.causal_citation import dictate, effects, passages, without_passage
from assistant.lab.lessons.note_map import NoteMap, draw_map
from assistant.lab.lessons.rag import ChangedSetting, Journey, RewrittenAnswer, follow, prompt_parts, write
from assistant.lab.lessons.tokens import embedder_split, generator_split
from assistant.lab.live import Live
from assistant.types import Request as Question
from assistant.types import TokenChoice, TokenWatch
from assistant.ui.scope import example_questions
from assistant.ui.tabs.chat.sources import ReadNote
from assistant.ui.tabs.lab.tokens_lesson import ReadTwice, split_view
from assistant.ui.tabs.lab.view import (
    ChosenToken,
    JourneyView,
    JudgedSentence,
    Picture,
    PlotlyFigure,
    PromptPartView,
    ReadPassage,
    choices_view,
    journey_view,
    parts_view,
    passages_view,
    sentences_view,
)

T = TypeVar("T")

ALTERNATIVES = 6
LONGEST_SYSTEM = 2_000
_ANY_QUESTION = "What is this about?"


class RagStart(Payload):
    """A question to begin with, and the instructions of the chat."""

    question: str
    system: str


class JourneyState(Payload):
    """How far the question that is followed has come; a newer ``run`` has another number."""

    run: int
    state: str
    journey: JourneyView | None


class DraftState(Payload):
    """How far the other answer is."""

    run: int
    state: str
    text: str
    sentences: list[JudgedSentence]
    choices: list[ChosenToken]


class DictationState(Payload):
    """How many tokens were weighed again; at the end, the picture."""

    run: int
    state: str
    done: int
    total: int
    figure: PlotlyFigure | None = None


class PromptView(Payload):
    """The prompt that was read, as tokens."""

    parts: list[PromptPartView]


class ReadPassages(Payload):
    """The passages that were read; one of them can be taken away."""

    passages: list[ReadPassage]


class RagHandlers:
    """Follows one question at a time, and tries changes on it."""

    area = "lab/rag"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._maps: Kept[NoteMap] = Kept()
        self._journey: Live[Journey] = Live("journey", lab.scheduler)
        self._draft: Live[RewrittenAnswer] = Live("draft", lab.scheduler)
        self._dictation: Live[tuple[TokenChoice, ...]] = Live("dictation", lab.scheduler)

    # -- the journey -------------------------------------------------------------------------------------------

    @call
    def begin(self) -> RagStart:
        """Returns what the lesson begins with."""
        self._lab.retriever()  # without an index the lesson says so at once
        examples = example_questions(self._lab.study.outline())
        return RagStart(question=next(iter(examples), _ANY_QUESTION), system=SYSTEM)

    @call
    def start(self, question: str = "") -> JourneyState:
        """Starts to follow a question."""
        self._stop()
        answerer = self._lab.answerer()
        watch = TokenWatch(alternatives=ALTERNATIVES)
        answerer.ask(Question(question))  # refuses what is no question now, not in the background
        self._journey.start(lambda lease: follow(answerer, question, lease, watch))
        return self._journey_now()

    @call
    def look(self) -> JourneyState:
        """Returns how far the question has come."""
        return self._journey_now()

    @call
    def stop(self) -> None:
        """Stops whatever is going on; what is there stays."""
        self._stop()

    @call
    def question(self) -> ReadTwice:
        """Returns the question as the two models read it."""
        question, (name, model) = self._last().question, self._lab.vocabulary()
        searcher = embedder_split(self._lab.embedder(), question, self._lab.config.model.embedder)
        return ReadTwice(writer=split_view(generator_split(model, question, name)), searcher=split_view(searcher))

    @call
    def place(self) -> Picture:
        """Returns the map of the notes with the question on it."""
        retriever, embedder = self._lab.retriever(), self._lab.embedder()
        question = self._last().question
        query = retriever.trace(question).query
        found = self._maps.get(retriever.store, lambda: draw_map(retriever.store, embedder.dimension))
        mark = star(question, found.layout.place(query[None, :])[0])
        return Picture(figure=figure_json(with_star(map_chart(found), mark)))

    @call
    def prompt(self) -> PromptView:
        """Returns the prompt that was read, as tokens."""
        journey = self._last()
        blocks = journey.read
        packed = journey.packed
        kept = dict(zip(packed.fitting, packed.ready, strict=True)) if packed else {}
        prompt = answer_prompt(journey.question, blocks)
        parts = prompt_parts(self._lab.engine(), prompt, blocks, [kept.get(block, False) for block in blocks])
        return PromptView(parts=parts_view(parts))

    @call
    def certainty(self) -> Picture:
        """Returns how sure the model was of each token."""
        return Picture(figure=figure_json(certainty_chart(self._last().choices)))

    # -- changes -----------------------------------------------------------------------------------------------

    @call
    def change(self, notes: bool = False, system: str = "") -> DraftState:
        """Has the same question answered otherwise: with or without ``notes``, by other instructions."""
        system = system or SYSTEM
        if len(system) > LONGEST_SYSTEM:
            raise UsageError(f"These instructions have {len(system):,} characters.", hint="At most 2,000 are read.")
        journey, answerer = self._last(), self._lab.answerer()
        blocks = journey.read
        against = journey.packed.fitting if journey.packed else ()
        attributor = answerer.attributor(against, journey.question)
        setting = ChangedSetting(blocks if notes else (), system)
        self._draft.start(lambda lease: write(self._lab.engine(), journey.question, setting, attributor, lease))
        return self._draft_now()

    @call
    def changed(self) -> DraftState:
        """Returns how far the other answer is."""
        return self._draft_now()

    @call
    def passages(self) -> ReadPassages:
        """Returns the passages that were read."""
        store = self._lab.retriever().store
        chunks = passages(store, self._last().read)
        return ReadPassages(passages=passages_view(chunks, self._last().sentences, self._reader()))

    @call
    def drop(self, passage: Whole) -> DictationState:
        """Takes a passage away, by its ``key``, and has the same answer weighed again."""
        journey = self._last()
        blocks = journey.read
        chunks = passages(self._lab.retriever().store, blocks)
        if not 0 <= passage < len(chunks):
            raise UsageError("This passage was not read.", hint="Follow the question again.")
        left = without_passage(blocks, chunks[passage])
        tokens = [choice.token for choice in journey.choices]
        if not tokens:
            raise UsageError("There is no answer to weigh.", hint="Follow a question that your notes answer.")
        question, engine = journey.question, self._lab.engine()
        self._dictation.start(lambda lease: dictate(engine, question, left, tokens, lease))
        return self._dictation_now()

    @call
    def dropped(self) -> DictationState:
        """Returns how far the weighing is."""
        return self._dictation_now()

    # -- how things stand --------------------------------------------------------------------------------------

    def _journey_now(self) -> JourneyState:
        look = self._journey.look
        if look.error is not None:
            raise look.error
        shown = journey_view(look.latest, self._reader()) if look.latest else None
        return JourneyState(run=look.number, state=look.state, journey=shown)

    def _draft_now(self) -> DraftState:
        look = self._draft.look
        if look.error is not None:
            raise look.error
        draft = look.latest or RewrittenAnswer("")
        return DraftState(
            run=look.number,
            state=look.state,
            text=draft.text,
            sentences=sentences_view(draft.sentences, self._reader()),
            choices=choices_view(draft.choices),
        )

    def _dictation_now(self) -> DictationState:
        look, journey = self._dictation.look, self._last()
        if look.error is not None:
            raise look.error
        told, total = look.latest or (), len(journey.choices)
        figure = None
        if look.state == "done" and len(told) == total:
            figure = figure_json(effect_chart(effects(journey.sentences, journey.starts, journey.choices, told)))
        return DictationState(run=look.number, state=look.state, done=len(told), total=total, figure=figure)

    def _reader(self) -> ReadNote:
        return cache(self._lab.retriever().store.note)  # a note is read once for a view

    def _last(self) -> Journey:
        journey = self._journey.look.latest
        if journey is None:
            raise UsageError("No question was followed yet.", hint="Ask one first.")
        return journey

    def _stop(self) -> None:
        for live in (self._journey, self._draft, self._dictation):
            live.stop()
