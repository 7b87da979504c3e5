"""The decision under examination: production's own score for "do the notes hold the answer?", asked what the notes
answer and what not.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.answering.answer import Answerer
from assistant.answering.evidence import FIRST_GATE, weigh
from assistant.config import Config
from assistant.errors import ModelMissing, UsageError
from assistant.evaluation.datasets import load_notes_set
from assistant.index.embedder import Embedder
from assistant.index.entries import Entry
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.index.words import content_words, stem, words
from assistant.models.generator import Generator
from assistant.quiz.item import Item, Kind
from assistant.types import Answer, Chunk, ContextBlock, Request, Sampling, Scope, answer_of
from assistant.workspace import Workspace

ELSEWHERE = (
    "How do plants turn sunlight into sugar?",
    "Who wrote Hamlet?",
    "Which treaty ended the Thirty Years' War?",
    "How long should one train for a marathon?",
    "What is the derivative of the sine function?",
    "How many bones are there in the human body?",
    "How is sourdough bread made?",
    "How far away is the Moon from the Earth?",
    "Why is the sea salty?",
    "Who painted the Mona Lisa?",
    "What is the offside rule in football?",
    "How does a vaccine protect against measles?",
    "Which clouds bring thunderstorms?",
    "When did the Berlin Wall fall?",
    "At which temperature does lead melt?",
    "Which instruments play in a string quartet?",
    "How do bees find their way back to the hive?",
    "What is the supply curve of a monopolist?",
    "How are volcanoes and tectonic plates connected?",
    "What did the Council of Nicaea decide?",
    "Which vowels does the Finnish language have?",
    "How does a four-stroke engine work?",
    "What is the difference between tort and contract law?",
    "Which river flows through Baghdad?",
    "How does aspirin relieve pain?",
    "What makes a sonnet a sonnet?",
    "Which gas giants have rings?",
    "How did Napoleon lose at Waterloo?",
    "Why do leaves turn red in autumn?",
    "How do you castle in chess?",
    "What is the half-life of caesium-137?",
    "Which organs does the spleen lie next to?",
    "How do the tides depend on the Moon?",
    "What were the demands of the suffragettes?",
    "How is steel made from iron ore?",
    "Which composers belong to the First Viennese School?",
    "What does the mitochondrion do in a cell?",
    "How is a sailing boat steered against the wind?",
    "Which crops were grown by the Aztecs?",
    "What is the categorical imperative?",
)
"""English, one sentence each; no two on one subject."""


_FEWEST_PARTS = 6
_EVERY = 3
_DEEPEST = 4

Part = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was left out of a copy.

    Attributes:
        parts: As ``note`` or ``note > heading > heading``, in reading order.
        kept: For each note, where the passages that stayed begin and end.
    """

    parts: tuple[str, ...]
    kept: dict[str, tuple[tuple[int, int], ...]]

    def holds(self, note: str, start: int, end: int) -> bool:
        """Returns whether a passage that stayed has a character of ``note[start:end]``."""
        return any(low < end and start < high for low, high in self.kept.get(note, ()))


def copy_without_parts(store: Store, folder: Path, dimension: int) -> Hidden:
    """Writes a copy of the index to ``folder`` without every third part of the notes, and returns what it lacks.

    Args:
        store: The index; it is only read.
        folder: Of the copy.
        dimension: Of the vectors.

    Raises:
        UsageError: The notes are all of one part, so nothing can be hidden and anything be left.
    """
    depth = choose_depth(block for note in store.notes() for block in store.blocks(store.block_keys(Scope(note.path))))
    copy = Store(folder, create=True)
    try:
        copy.begin_fingerprint(store.meta("fingerprint"))
        seen: dict[Part, bool] = {}
        kept = {}
        for note in store.notes():
            blocks = store.blocks(store.block_keys(Scope(note.path)))
            for block in blocks:
                seen.setdefault(part_of(block, depth), len(seen) % _EVERY == _EVERY - 1)
            stay = tuple(block for block in blocks if not seen[part_of(block, depth)])
            ids = store.chunk_ids(Scope(note.path))
            found = store.chunks(ids.tolist())
            ordinals = {block.ordinal for block in stay}
            own = [int(id_) for id_ in ids if found[int(id_)].block in ordinals]
            chunks = tuple(found[id_] for id_ in own)
            if chunks:
                copy.put(Entry(store.note(note.path), note.file, stay, chunks), store.vectors(own, dimension))
            kept[note.path] = tuple((chunk.start, chunk.end) for chunk in chunks)
    finally:
        copy.close()
    hidden = tuple(" > ".join(part) for part, is_hidden in seen.items() if is_hidden)
    if not hidden:
        raise UsageError(
            "The notes have too few headings to hide some of them from the assistant.",
            hint="Add notes, or headings to them; then build the index again.",
        )
    return Hidden(hidden, kept)


def choose_depth(blocks: Iterable[ContextBlock]) -> int:
    """Returns how many headings make a part: 0 for whole notes, or as many as it takes to have six parts."""
    every = list(blocks)
    counts = [len({part_of(block, depth) for block in every}) for depth in range(_DEEPEST + 1)]
    return next((depth for depth, count in enumerate(counts) if count >= _FEWEST_PARTS), _DEEPEST)


def part_of(record: ContextBlock | Chunk, depth: int) -> Part:
    """Returns the part that a record lies in: its note, and the first ``depth`` headings above it."""
    return (record.note, *record.heading_path[:depth])


_NEEDS_ITS_OPTIONS = re.compile(r"\b(which|for which|of) (of )?these\b|\blist under\b|which description", re.IGNORECASE)
_MANNER = re.compile(r"^in your own words: | in your own words|, according to your notes", re.IGNORECASE)
_TOO_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class TrialQuestion:
    """One question.

    Attributes:
        answerable: The notes hold its answer.
        origin: ``yours``, ``hidden``, ``elsewhere``, ``course``, ``course, near`` or ``course, far``.
        proof: The words that answer it, where it was made from some.
    """

    text: str
    answerable: bool
    origin: str
    proof: str = ""


def course_questions(notes: Path, questions: Path, seed: int = 0) -> list[TrialQuestion]:
    """Returns the questions written by hand over the sample course, shuffled.

    Raises:
        UsageError: They are not there, or these are other notes.
    """
    try:
        cases = load_notes_set(notes, questions).cases
    except UsageError as error:
        message = f"The questions written for the sample course do not fit these notes: {error.message}"
        raise UsageError(message, hint="Ask the questions of your quiz bank instead.") from error
    asked = [TrialQuestion(c.question, c.answerable, "course" if c.answerable else f"course, {c.kind}") for c in cases]
    random.Random(seed).shuffle(asked)
    return asked


def bank_questions(items: Iterable[Item], hidden: Hidden) -> list[TrialQuestion]:
    """Returns what can be asked without its options, one question for each proof."""
    found: dict[str, TrialQuestion] = {}
    for item in items:
        if item.kind not in (Kind.CHOICE, Kind.SHORT) or _NEEDS_ITS_OPTIONS.search(item.question):
            continue
        proof = item.source
        there = hidden.holds(proof.note, proof.start, proof.end)
        text = _MANNER.sub("", item.question)
        asked = TrialQuestion(text[0].upper() + text[1:], there, "yours" if there else "hidden", proof.quote)
        found.setdefault(proof.quote, asked)
    unique = {asked.text: asked for asked in found.values()}
    return list(unique.values())


def examination(
    items: Iterable[Item], hidden: Hidden, answerer: Answerer, limit: int, seed: int = 0
) -> list[TrialQuestion]:
    """Returns at most ``limit`` questions that the index answers, and at most as many that it does not, shuffled.

    Args:
        items: The quiz bank.
        hidden: What the index lacks.
        answerer: Over that index; it only searches.
        limit: Of either side.
        seed: Of the draw. The same arguments give the same questions.
    """
    draw = random.Random(seed)
    bank = bank_questions(items, hidden)
    draw.shuffle(bank)
    yours = [asked for asked in bank if asked.answerable][:limit]
    away = (TrialQuestion(text, False, "elsewhere") for text in draw.sample(ELSEWHERE, len(ELSEWHERE)))
    elsewhere = list(islice(_not_answered(away, answerer), limit // 2))
    near = _not_answered((asked for asked in bank if not asked.answerable), answerer)
    chosen = yours + elsewhere + list(islice(near, limit - len(elsewhere)))
    draw.shuffle(chosen)  # so that the first questions are a fair sample of all
    return chosen


def _not_answered(questions: Iterable[TrialQuestion], answerer: Answerer) -> Iterator[TrialQuestion]:
    """The questions that the index does not answer all the same, in other words or by accident."""
    for asked in questions:
        found = answerer.search(Request(asked.text))
        if asked.proof:
            seen = answerer.attributor(found.blocks, found.search.query).attribute(asked.proof, 0, len(asked.proof))
            if seen.supported:
                continue
        elif _most_shared(asked.text, [hit.chunk.embedding_text for hit in found.search.hits]) >= _TOO_ALIKE:
            continue
        yield asked


def _most_shared(question: str, passages: Sequence[str]) -> float:
    """The largest share of the question's content words that one passage holds."""
    wanted = {stem(word) for word in content_words(question)}
    shares = [len(wanted & {stem(word) for word in words(passage)}) / max(1, len(wanted)) for passage in passages]
    return max(shares, default=0.0)


LIMIT = 60
"""Questions of either side, with an answer in the notes and without."""


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """One question, and the probability that the notes hold its answer, as production sees it."""

    asked: TrialQuestion
    score: float


@dataclass(frozen=True, slots=True)
class Examination:
    """An examination that is ready to begin.

    Attributes:
        questions: In the order in which they are asked.
        answerer: Over the index that is examined.
        hidden: The parts of the notes that this index lacks.
    """

    questions: tuple[TrialQuestion, ...]
    answerer: Answerer
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What is examined: production's parts.

    Attributes:
        generator: Returns the model; called only when it takes part.
    """

    retriever: Retriever
    embedder: Embedder
    config: Config
    generator: Callable[[], Generator]


@contextmanager
def own_session(examined: Examined, items: Sequence[Item], limit: int = LIMIT) -> Iterator[Examination]:
    """Gives an examination on the student's own questions, over a copy of the index that lacks a third of the notes.

    Raises:
        UsageError: The notes have too few headings.
    """
    with TemporaryDirectory(prefix="assistant-lab-") as folder:
        hidden = copy_without_parts(examined.retriever.store, Path(folder), examined.embedder.dimension)
        mark = examined.retriever.store.meta("fingerprint")
        copy = Retriever(Path(folder), examined.embedder, lambda: examined.config.retrieval, mark)
        try:
            answerer = answerer_over(copy, examined)
            yield Examination(tuple(examination(items, hidden, answerer, limit)), answerer, hidden.parts)
        finally:
            copy.close()


@contextmanager
def course_session(examined: Examined, workspace: Workspace) -> Iterator[Examination]:
    """Gives an examination on the questions written by hand over the sample course.

    Raises:
        UsageError: The questions are not there, or the notes are others.
    """
    questions = course_questions(workspace.notes, workspace.root / "eval" / "questions")
    yield Examination(tuple(questions), answerer_over(examined.retriever, examined))


def answerer_over(retriever: Retriever, examined: Examined) -> Answerer:
    """Returns production's answerer, which stops after its first token."""
    config = replace(examined.config.answering, max_output_tokens=1)
    return Answerer(retriever, examined.generator, config, Sampling(), "laboratory")


def no_model() -> Generator:
    """Stands for the model where none takes part.

    Raises:
        ModelMissing: Always.
    """
    raise ModelMissing("This test was started without the model.", hint="Start it with the model.")


def trials(session: Examination, cancel: threading.Event, *, with_model: bool = False) -> Iterator[JudgedQuestion]:
    """Yields each question with its score, until ``cancel`` is set.

    Raises:
        ModelError: With the model: it cannot be used.
    """
    for asked in session.questions:
        if with_model:
            answer = full_look(session.answerer, asked.text, cancel)
            if answer.stopped:
                return
            yield JudgedQuestion(asked, answer.evidence)
        else:
            yield JudgedQuestion(asked, first_look(session.answerer, asked.text))
        if cancel.is_set():
            return


def first_look(answerer: Answerer, question: str) -> float:
    """Returns the probability that the notes hold the answer, without the model."""
    found = answerer.search(Request(question))
    return FIRST_GATE.probability(weigh(found.search, found.blocks, found.search.query))


def full_look(answerer: Answerer, question: str, cancel: threading.Event) -> Answer:
    """Returns production's answer, of which only ``evidence`` and ``stopped`` matter here."""
    return answer_of(answerer.ask(Request(question), cancel))
