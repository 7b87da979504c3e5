"""What the lesson on RAG asks for. No Gradio here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from assistant.answering.answer import Request as Question
from assistant.answering.prompts import SYSTEM, answer_prompt
from assistant.errors import UsageError
from assistant.lab.answer_pictures import certainty_chart, effect_chart
from assistant.lab.follow import Journey, follow
from assistant.lab.interactive import figure_json
from assistant.lab.keeping import Kept
from assistant.lab.leave_one_out import dictate, effects, passages, without_passage
from assistant.lab.live import Live
from assistant.lab.map_pictures import map_chart, star, with_star
from assistant.lab.note_map import NoteMap, draw_map
from assistant.lab.prompt_parts import prompt_parts
from assistant.lab.rewriting import Draft, Setting, write
from assistant.lab.tokens import embedder_split, generator_split
from assistant.types import Choice, Watch
from assistant.ui.boundary import friendly
from assistant.ui.lab.journey_view import choices_view, journey_view, parts_view, passages_view, sentences_view
from assistant.ui.lab.tokens import split_view
from assistant.ui.message import whole
from assistant.ui.scope import example_questions
from assistant.ui.sources import ReadNote
from assistant.wiring_lab import Laboratory

Request = Mapping[str, Any]
T = TypeVar("T")

ALTERNATIVES = 6
LONGEST_SYSTEM = 2_000
_ANY_QUESTION = "What is this about?"


class RagDesk:
    """Follows one question at a time, and tries changes on it. Every method returns what JSON can carry."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._maps: Kept[NoteMap] = Kept()
        self._journey: Live[Journey] = Live("journey")
        self._draft: Live[Draft] = Live("draft")
        self._dictation: Live[tuple[Choice, ...]] = Live("dictation")

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (
            *(self.rag_begin, self.rag_start, self.rag_look, self.rag_stop),
            *(self.rag_question, self.rag_place, self.rag_prompt, self.rag_certainty, self.rag_passages),
            *(self.rag_change, self.rag_changed, self.rag_drop, self.rag_dropped),
        )

    # -- the journey -------------------------------------------------------------------------------------------

    @friendly
    def rag_begin(self, _: object = None) -> dict[str, Any]:
        """Returns a ``question`` to begin with, and the ``system`` prompt of the chat."""
        self._lab.retriever()  # without an index the lesson says so at once
        examples = example_questions(self._lab.study.outline())
        return {"question": next(iter(examples), _ANY_QUESTION), "system": SYSTEM}

    @friendly
    def rag_start(self, request: Request) -> dict[str, Any]:
        """Starts to follow a question. Request: ``question``. Keys: as ``rag_look``."""
        self._stop()
        answerer, question = self._lab.answerer(), str(request.get("question", ""))
        watch = Watch(alternatives=ALTERNATIVES)
        answerer.ask(Question(question))  # refuses what is no question now, not in the background
        self._journey.start(
            self._undisturbed(lambda cancel: follow(answerer, Question(question, cancel=cancel), watch))
        )
        return self._journey_now()

    @friendly
    def rag_look(self, _: object = None) -> dict[str, Any]:
        """Returns ``run``, ``state``, and the ``journey`` as ``journey_view`` describes it, or None."""
        return self._journey_now()

    @friendly
    def rag_stop(self, _: object = None) -> dict[str, Any]:
        """Stops whatever is going on; what is there stays."""
        self._stop()
        return {}

    @friendly
    def rag_question(self, _: object = None) -> dict[str, Any]:
        """Returns the question as the ``writer`` and as the ``searcher`` reads it."""
        question, (name, model) = self._last().question, self._lab.vocabulary()
        searcher = embedder_split(self._lab.embedder(), question, self._lab.config.model.embedder)
        return {"writer": split_view(generator_split(model, question, name)), "searcher": split_view(searcher)}

    @friendly
    def rag_place(self, _: object = None) -> dict[str, Any]:
        """Returns ``figure``: the map of the notes with the question on it."""
        retriever, embedder = self._lab.retriever(), self._lab.embedder()
        question = self._last().question
        query = retriever.trace(question).query
        found = self._maps.get(retriever.store, lambda: draw_map(retriever.store, embedder.dimension))
        mark = star(question, found.layout.place(query[None, :])[0])
        return {"figure": figure_json(with_star(map_chart(found), mark))}

    @friendly
    def rag_prompt(self, _: object = None) -> dict[str, Any]:
        """Returns ``parts``: the prompt that was read, as tokens."""
        journey = self._last()
        blocks = journey.read
        packed = journey.packed
        kept = dict(zip(packed.fitting, packed.ready, strict=True)) if packed else {}
        prompt = answer_prompt(journey.question, blocks)
        parts = prompt_parts(self._lab.engine(), prompt, blocks, [kept.get(block, False) for block in blocks])
        return {"parts": parts_view(parts)}

    @friendly
    def rag_certainty(self, _: object = None) -> dict[str, Any]:
        """Returns ``figure``: how sure the model was of each token."""
        return {"figure": figure_json(certainty_chart(self._last().choices))}

    # -- changes -----------------------------------------------------------------------------------------------

    @friendly
    def rag_change(self, request: Request) -> dict[str, Any]:
        """Has the same question answered otherwise. Request: ``notes`` (whether any are read), ``system``."""
        system = str(request.get("system") or SYSTEM)
        if len(system) > LONGEST_SYSTEM:
            raise UsageError(f"These instructions have {len(system):,} characters.", hint="At most 2,000 are read.")
        journey, answerer = self._last(), self._lab.answerer()
        blocks = journey.read
        against = journey.packed.fitting if journey.packed else ()
        attributor = answerer.attributor(against, journey.question)
        setting = Setting(blocks if request.get("notes") else (), system)
        self._draft.start(
            self._undisturbed(lambda cancel: write(self._lab.engine(), journey.question, setting, attributor, cancel))
        )
        return self._draft_now()

    @friendly
    def rag_changed(self, _: object = None) -> dict[str, Any]:
        """Returns how far the other answer is: ``run``, ``state``, ``text``, ``sentences``, ``choices``."""
        return self._draft_now()

    @friendly
    def rag_passages(self, _: object = None) -> dict[str, Any]:
        """Returns the ``passages`` that were read; one of them can be taken away."""
        store = self._lab.retriever().store
        chunks = passages(store, self._last().read)
        return {"passages": passages_view(chunks, self._last().sentences, self._reader())}

    @friendly
    def rag_drop(self, request: Request) -> dict[str, Any]:
        """Takes a passage away and has the same answer weighed again. Request: ``passage``, its ``key``."""
        journey = self._last()
        blocks = journey.read
        chunks = passages(self._lab.retriever().store, blocks)
        key = whole(request, "passage")
        if not 0 <= key < len(chunks):
            raise UsageError("This passage was not read.", hint="Follow the question again.")
        left = without_passage(blocks, chunks[key])
        tokens = [choice.token for choice in journey.choices]
        if not tokens:
            raise UsageError("There is no answer to weigh.", hint="Follow a question that your notes answer.")
        question, engine = journey.question, self._lab.engine()
        self._dictation.start(self._undisturbed(lambda cancel: dictate(engine, question, left, tokens, cancel)))
        return self._dictation_now()

    @friendly
    def rag_dropped(self, _: object = None) -> dict[str, Any]:
        """Returns how far the weighing is: ``run``, ``state``, ``done`` and ``total`` tokens, at the end ``figure``."""
        return self._dictation_now()

    # -- how things stand --------------------------------------------------------------------------------------

    def _journey_now(self) -> dict[str, Any]:
        look = self._journey.look
        if look.error is not None:
            raise look.error
        shown = journey_view(look.latest, self._reader()) if look.latest else None
        return {"run": look.number, "state": look.state, "journey": shown}

    def _draft_now(self) -> dict[str, Any]:
        look = self._draft.look
        if look.error is not None:
            raise look.error
        draft = look.latest or Draft()
        sentences = sentences_view(draft.sentences, self._reader())
        shown = {"text": draft.text, "sentences": sentences, "choices": choices_view(draft.choices)}
        return {"run": look.number, "state": look.state} | shown

    def _dictation_now(self) -> dict[str, Any]:
        look, journey = self._dictation.look, self._last()
        if look.error is not None:
            raise look.error
        told, total = look.latest or (), len(journey.choices)
        shown: dict[str, Any] = {"run": look.number, "state": look.state, "done": len(told), "total": total}
        if look.state == "done" and len(told) == total:
            found = effects(journey.sentences, journey.starts, journey.choices, told)
            shown["figure"] = figure_json(effect_chart(found))
        return shown

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

    def _undisturbed(self, make: Callable[[threading.Event], Iterator[T]]) -> Callable[[threading.Event], Iterator[T]]:
        def run(cancel: threading.Event) -> Iterator[T]:
            with self._lab.undisturbed():
                yield from make(cancel)

        return run
