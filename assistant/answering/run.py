"""One question on its way through, phase by phase: find, weigh, read, write, attribute."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Generator as YieldsOf
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from assistant.answering import followup
from assistant.answering.attribution import names_any, says_absent, shares_words
from assistant.answering.conflicts import OTHER_WAY_ROUND
from assistant.answering.evidence import CLEARLY_ABSENT, FIRST_GATE, names_unknown, weigh, yes_margin
from assistant.answering.lists import introduced_by, whole_list, with_list
from assistant.answering.packing import pack, without_slow
from assistant.answering.plan import Wanted, wanted
from assistant.answering.prompts import answer_prompt, aside_evidence, render_block
from assistant.answering.quoting import (
    ListedItem,
    closest_lines,
    has_number,
    only_affirms,
    place_of,
    quoted_text,
    says_all,
)
from assistant.answering.verdict import BESIDE_THE_POINT, WITHDRAWN, abstention_text
from assistant.answering.writing import SentenceWriter, found_sections
from assistant.errors import Cancelled, ModelError
from assistant.models.generator import Generation, GenerationEvent, Generator
from assistant.types import (
    Answer,
    AnswerProgress,
    Citation,
    Compared,
    ContextBlock,
    Done,
    Event,
    Evidence,
    Generated,
    Packed,
    ReadingProgress,
    Request,
    Retrieved,
    SearchResult,
    Sentence,
    Timings,
    Token,
    TokenChoice,
    Weighed,
)

if TYPE_CHECKING:
    from assistant.answering.answer import Answerer

E = TypeVar("E", bound=Event)

_BEST_IS_ENOUGH = 2.0
"""From this log P(Yes) - log P(No) on, the best section is read alone: what else was found only distracts the model. Of
65 questions whose best section answers them 37 are above it, of 55 whose best section does not, 1."""

_PROBABLY = 0.5
"""From this evidence on, the notes are quoted in place of an answer that they do not support."""


class _Enough(threading.Event):
    """Says that no more is wanted: the student stopped the answer, or the rest would only repeat it."""

    def __init__(self, stopped: threading.Event) -> None:
        super().__init__()
        self._stopped = stopped

    def is_set(self) -> bool:
        return super().is_set() or self._stopped.is_set()


class AnswerRun:
    """One question on its way through. Its methods are the phases, in order."""

    def __init__(self, owner: Answerer, request: Request, cancel: threading.Event) -> None:
        self._owner = owner
        self._request = request
        self._enough = _Enough(cancel)
        self._progress = AnswerProgress(request.question)
        self._history = followup.relevant_turns(request.question, request.history)
        self._began = time.perf_counter()
        self._timings = Timings()
        self._found = Retrieved(SearchResult(request.question, ()), ())
        self._blocks: tuple[ContextBlock, ...] = ()
        self._listed: tuple[ListedItem, ...] = ()
        self._model = ""
        self._decided = Weighed(Evidence(0.0, 0.0, 0.0), (), 0.0, 0.0)

    def events(self) -> YieldsOf[Event, None, None]:
        """Yields what ``Answerer.ask`` does."""
        self._began = time.perf_counter()
        yield self._find()
        look = self._first_look()
        yield look
        if settled := tuple(self._without_model(look)):
            yield from settled
            return
        try:
            generator = self._wait_for_model()
            packed = self._pack(generator)
            yield packed
            for blocks in self._portions(generator, packed):
                self._blocks = blocks
                if generator.scorer is None:
                    look = self._decide(generator, look.probability)
                    yield look
                    if not look.holds:
                        break
                with contextlib.closing(self._generate(generator)) as stream:
                    first = yield from self._read(stream)
                    if generator.scorer is not None:
                        look = self._second_look(generator, first, is_last=blocks == packed.blocks)
                        yield look
                    if look.holds:
                        yield from self._write(chain((first,), stream))
                if not look.goes_on:
                    break
            if not look.holds:
                yield Done(self._abstention(_NOT_FOUND))
        except Cancelled:
            yield Done(self._answer("", (), stopped=True))

    def _tell(self, event: E) -> E:
        self._progress = self._progress.after(event)
        return event

    def _find(self) -> Retrieved:
        self._found = self._owner.search(self._request)
        self._listed = whole_list(self._request.question, self._found.search, self._found.blocks)
        self._timings = replace(self._timings, retrieve_s=self._elapsed())
        return self._tell(self._found)

    def _first_look(self) -> Weighed:
        seen = weigh(self._found.search, self._found.blocks, self._found.search.query)
        self._decided = self._tell(Weighed(seen, (), FIRST_GATE.probability(seen), CLEARLY_ABSENT))
        return self._decided

    def _without_model(self, look: Weighed) -> Iterator[Event]:
        """What needs no model: there is nothing, or a place is asked for, which is a line of each section."""
        if not look.holds or not self._found.blocks or names_unknown(self._request.question, self._found.search):
            yield Done(self._abstention(_NOT_FOUND))
        elif wanted(self._request.question) is Wanted.PLACE:
            each = (replace(self._found, blocks=(block,)) for block in self._found.blocks)
            nearest = (closest_lines(one, "", self._owner.cosines, self._owner.notes(one.blocks)) for one in each)
            found = [max(lines, key=lambda line: line.score) for lines in nearest if lines]
            lines = [line for line in found if names_any(self._found.search.query, line)] or found[:1]
            if lines:
                text, sentences = quoted_text(lines, list(map(place_of, lines)))
                yield self._tell(Token(text))
                for sentence in sentences:
                    yield self._tell(sentence)
                yield Done(self._answer(text, sentences))

    def _wait_for_model(self) -> Generator:
        waited_from = time.perf_counter()
        generator = self._owner.wait_for_model()
        self._began += time.perf_counter() - waited_from  # loading is not answering
        return generator

    @property
    def _needed(self) -> int:
        """How many of the sections are read in any case: the best one, and that of each thing that is compared."""
        return len({(one.note, one.ordinal) for part in (self._found, *self._found.parts) for one in part.blocks[:1]})

    def _pack(self, generator: Generator) -> Packed:
        """The sections to read: within the budget, and within what the context leaves beside question and answer."""
        bare = answer_prompt(self._request.question, (), self._history)
        said = sum(map(generator.count_tokens, bare.turns))
        reserved = generator.prompt_overhead(bare.system, aside_evidence(self._request.question).question) + said
        room = generator.context_tokens - reserved - self._owner.config.max_output_tokens
        budget = min(self._owner.config.notes_tokens, room)
        sizes = tuple(generator.count_tokens(render_block(section)) for section in self._found.blocks)
        fitting = pack(self._found.blocks, self._found.search.hits, budget, generator.count_tokens)
        cache = generator.cache
        ready = cache.ready(bare.system, list(map(render_block, fitting))) if cache else (False,) * len(fitting)
        blocks = fitting if self._request.exact else without_slow(fitting, ready, self._needed)
        return self._tell(Packed(self._found.blocks, sizes, budget, fitting, ready, blocks))

    def _generate(self, generator: Generator) -> Generation:
        question = self._request.question
        return generator.generate(
            answer_prompt(question, self._blocks, self._history),
            max_tokens=self._owner.config.max_output_tokens,
            cancel=self._enough,
            sampling=self._owner.sampling,
            stop=_LINE_ENDS if self._listed else (),
            exact=self._request.exact,
            aside=aside_evidence(question) if generator.scorer else None,
            watch=self._request.watch,
        )

    def _portions(self, generator: Generator, packed: Packed) -> Iterable[tuple[ContextBlock, ...]]:
        """What is read: what is needed first; all at once where the model cannot score."""
        whole = len(packed.blocks)
        counts = (whole,) if generator.scorer is None else dict.fromkeys((min(self._needed, whole), whole))
        return (packed.blocks[:count] for count in counts)

    def _read(self, events: Generation) -> YieldsOf[Event, None, GenerationEvent]:
        """Passes on how far the reading is, and returns what comes after it.

        Raises:
            Cancelled: It was stopped before.
        """
        for event in events:
            if isinstance(event, ReadingProgress):
                yield event
            elif isinstance(event, Generated) and event.finish == "cancelled":
                break
            else:
                return event
        raise Cancelled("The question was stopped.")

    def _second_look(self, generator: Generator, reply: GenerationEvent, *, is_last: bool) -> Weighed:
        """Judges by what the model said after reading, and by the surest that it was of the sections so far."""
        if not isinstance(reply, Compared):
            raise ModelError(f"{generator.name} did not say how sure it is.", hint="Restart the assistant.")
        margin = yes_margin(reply.log_probabilities)
        surest = max([margin, *(look.margin for look in self._progress.looks if look.margin is not None)])
        probability = self._owner.gate(generator.name).probability(self._decided.evidence, surest)
        return self._decide(generator, probability, surest, goes_on=margin < _BEST_IS_ENOUGH and not is_last)

    def _decide(
        self, generator: Generator, probability: float, margin: float | None = None, *, goes_on: bool = False
    ) -> Weighed:
        """Returns what was weighed; where nothing more is read, the answer is decided by it."""
        threshold = self._owner.config.min_evidence
        look = self._tell(Weighed(self._decided.evidence, self._blocks, probability, threshold, margin, goes_on))
        if not goes_on:
            self._decided, self._model = look, generator.name
        return look

    def _write(self, events: Iterable[GenerationEvent]) -> Iterator[Event]:
        writer, finish = SentenceWriter(self._owner.attributor(self._blocks, self._found.search.query)), "stop"
        for event in events:
            if isinstance(event, TokenChoice | Token) and not writer.repeats:
                if isinstance(event, Token) and not self._progress.text:
                    self._timings = replace(self._timings, first_token_s=self._elapsed())
                yield self._tell(event)
            elif isinstance(event, Generated):
                finish = "stop" if writer.repeats else event.finish
                self._count(event)
            for sentence in writer.finished_by(event):
                yield self._tell(sentence)
            if writer.repeats:
                self._enough.set()
        if self._listed and finish != "cancelled":
            yield from self._write_list()
        else:
            yield Done(self._close(finish, writer.repeats))

    def _write_list(self) -> Iterator[Event]:
        """The list of the notes behind the model's line; where that is not supported, the answer is the list alone."""
        line, said = self._progress.text, self._progress.sentences
        text, sentences = with_list(line, said, self._listed)
        is_kept = text.startswith(line)
        if is_kept and text != line:
            yield self._tell(Token(text[len(line) :]))
            for sentence in sentences[len(said) :]:
                yield self._tell(sentence)
        yield Done(replace(self._answer(text, sentences), draft="" if is_kept else line))

    def _close(self, finish: str, repeats: bool) -> Answer:
        """Returns the answer; where the notes support nothing of it, with their own words or with none."""
        text, sentences = self._progress.text, self._progress.sentences
        text = text[: sentences[-1].end] if repeats else text
        claims = [sentence for sentence in sentences if sentence.is_claim]
        supported = [sentence for sentence in claims if sentence.supported]
        strays = bool(supported) and not shares_words(self._found.search.query, supported)
        kept = bool(text.strip()) and (not claims or bool(supported)) and not strays
        only_yes = self._only_affirms(text, claims)
        kept = kept and not (only_yes and self._closest_lines(""))
        if finish == "cancelled":
            return self._answer(text, sentences, stopped=True)
        if kept:
            answer = self._answer(text, sentences, truncated=finish == "length")
            return replace(answer, quotes=self._closest_lines(text))
        if not claims or says_absent(claims[0].text):
            return self._abstention(_NOT_FOUND, draft=text)
        is_told = only_yes or self._decided.probability >= _PROBABLY
        is_told = is_told or any(claim.reason == OTHER_WAY_ROUND for claim in claims)
        lines = self._closest_lines("", withdrawn="" if only_yes else text) if is_told else ()
        if not lines or (wanted(self._request.question) is Wanted.NUMBER and not any(map(has_number, lines))):
            return self._abstention(BESIDE_THE_POINT if strays else WITHDRAWN, draft=text)
        notes = self._owner.notes([block for one in (self._found, *self._found.parts) for block in one.blocks])
        below = [introduced_by(line, notes[line.note]) for line in lines]
        return replace(self._answer(*quoted_text(lines, below=below)), draft=text)

    def _only_affirms(self, text: str, claims: Sequence[Sentence]) -> bool:
        """Whether the model said Yes to what was asked, in words that no line of the notes has all of."""
        if wanted(self._request.question) is not Wanted.YES_OR_NO or not only_affirms(text, self._found.search.query):
            return False
        return not all(any(says_all(line, claim.text) for line in claim.citations) for claim in claims)

    def _closest_lines(self, said: str, withdrawn: str = "") -> tuple[Citation, ...]:
        """The lines nearest to the question, or to each thing that it compares."""
        found = self._found.parts or (self._found,)
        whole = self._found if self._found.parts else None
        owner = self._owner
        each = (
            closest_lines(one, said, owner.cosines, owner.notes(one.blocks), whole, withdrawn=withdrawn)
            for one in found
        )
        return tuple({line.span: line for lines in each for line in lines}.values())

    def _abstention(self, reason: str, draft: str = "") -> Answer:
        answer = replace(self._answer("", ()), abstained=True, reason=reason, draft=draft)
        return replace(answer, text=abstention_text(answer))

    def _answer(
        self, text: str, sentences: tuple[Sentence, ...], *, stopped: bool = False, truncated: bool = False
    ) -> Answer:
        return Answer(
            question=self._request.question,
            text=text,
            abstained=False,
            sentences=sentences,
            search=self._found.search,
            blocks=self._blocks,
            timings=replace(self._timings, total_s=self._elapsed()),
            model=self._model,
            fingerprint=self._owner.fingerprint,
            evidence=self._decided.probability,
            threshold=self._decided.threshold,
            sections=found_sections(self._found.blocks, self._progress.packed, self._blocks),
            stopped=stopped,
            truncated=truncated,
        )

    def _count(self, cost: Generated) -> None:
        self._timings = replace(
            self._timings,
            prompt_tokens=cost.prompt_tokens,
            cached_tokens=cost.cached_tokens,
            output_tokens=cost.output_tokens,
        )

    def _elapsed(self) -> float:
        return time.perf_counter() - self._began


_LINE_ENDS = ("\n",)
"""Before a list of the notes the model writes one line."""

_NOT_FOUND = "Your notes do not seem to answer this."
