"""Suite ``ideas``: how many of the ideas that a teacher marked in four note sets of others the quiz bank asks about.

The marks lie in ``eval/quiz/ideas.jsonl``, as places with the checksum of their words; the notes do not, and belong
below ``--data`` as ``SET/FILE``. ``--maker structure`` is the bank as it is without the model; with ``--maker model``
what the model writes about every section comes to it, as the bank has it when it has been through them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.core.json_form import JsonForm
from assistant.documents.loading import load_document
from assistant.errors import UsageError
from assistant.evaluation.datasets import Dataset, indexed, read_rows
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.retrieval import Span
from assistant.evaluation.suite_quiz import By, QuizMaterial, fair_items
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, of_kinds
from assistant.index.store import Store
from assistant.quiz.exam.examiner import Examiner
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Item
from assistant.quiz.writing.model_maker import ModelMaker
from assistant.types import ContextBlock, Scope
from tools.research.strangers import AnsweringPlace, place_of

MARKS = Path(__file__).parents[2] / "eval" / "quiz" / "ideas.jsonl"
GOAL = 0.75
_HALF = 0.5
_LIST = "list"


@dataclass(frozen=True, slots=True)
class MarkedIdea:
    """A line of ``ideas.jsonl``.

    Attributes:
        asks: What it is: a definition, a reason, a list, ...
        places: Of a list the pieces that it consists of; otherwise each says it.
    """

    id: str
    set: str
    asks: str
    places: tuple[AnsweringPlace, ...]

    @property
    def kind(self) -> str:
        """Its set."""
        return self.set


_IDEA = JsonForm[MarkedIdea](MarkedIdea)


def asks_about(items: Sequence[Item], places: Sequence[Span], *, whole: bool) -> list[Item]:
    """Returns the items that ask for what stands at ``places``; none if they do not.

    One that proves its answer with words there does: with half of the shorter of the two. Of a list that is asked as a
    ``whole``, half of the characters have to be in the proofs of some items.
    """
    proofs = [(item, proof) for item in items for proof in item.proofs]
    if not whole:
        return [
            item
            for item, proof in proofs
            for note, start, end in places
            if proof.note == note
            and min(proof.end, end) - max(proof.start, start) >= _HALF * min(proof.end - proof.start, end - start)
        ]
    inside = {(note, place) for note, start, end in places for place in range(start, end)}
    touching, covered = [], set()
    for item, proof in proofs:
        if common := inside & {(proof.note, place) for place in range(proof.start, proof.end)}:
            touching.append(item)
            covered |= common
    return touching if len(covered) >= _HALF * len(inside) else []


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Makes the bank of one set after the other, and looks which marked ideas it asks about.

    Raises:
        UsageError: There is no such maker or set, or a file is missing or another one.
        ModelError: The model failed.
    """
    if options.data is None:
        raise UsageError("The suite ideas needs its data.", hint="assistant eval run ideas --data FOLDER")
    if options.maker not in list(By):
        raise UsageError(f"There is no maker {options.maker!r}.", hint="--maker structure or --maker model")
    ideas = of_kinds(list(read_rows(MARKS, _IDEA)), options.kinds, "ideas")
    sets = list(dict.fromkeys(idea.set for idea in ideas))
    rows: list[Row] = []
    sizes = []
    for number, name in enumerate(sets):
        marked = [idea for idea in ideas if idea.set == name]
        dataset = _dataset(name, marked, options.data, subject)
        texts = {note.path: note.text for note in dataset.notes}
        places = {idea.id: [place_of(texts[one.file], one, MARKS.name) for one in idea.places] for idea in marked}
        items = list(_bank(subject, dataset, options))
        sizes.append(Metric(f"{name}: items", mean([float(len(items))])))
        rows += [_row(idea, asks_about(items, places[idea.id], whole=idea.asks == _LIST)) for idea in marked]
        options.on_progress(number + 1, len(sets))
        if options.cancel.is_set():
            break
    return Report(
        suite="ideas",
        settings={"maker": options.maker, "seed": options.seed, "kinds": list(options.kinds)},
        fingerprint=subject.index.fingerprint(),
        metrics=(*_shares(rows), *sizes),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=len(rows) == len(ideas),
    )


def _dataset(name: str, ideas: Sequence[MarkedIdea], data: Path, subject: MeasuredAssistant) -> Dataset:
    files = dict.fromkeys(place.file for idea in ideas for place in idea.places)
    missing = [file for file in files if not (data / name / file).is_file()]
    if missing:
        raise UsageError(
            f"Of the notes with marked ideas {data / name} lacks {', '.join(missing)}.",
            hint="eval/README.md says which they are; --kinds SET takes one set alone.",
        )
    notes = (load_document(data / name / file, file, subject.settings.now.notes) for file in files)
    return Dataset(name, tuple(notes), ())


def _bank(subject: MeasuredAssistant, dataset: Dataset, options: SuiteOptions) -> Iterator[Item]:
    """Yields what the bank holds of a set."""
    writes = options.maker == By.MODEL
    with indexed(dataset, subject) as retriever:
        embedder = subject.models.embedder.get()
        generator = subject.models.engine.get() if writes else None
        material = QuizMaterial(dataset.notes, retriever.store, embedder, generator)
        known = list(fair_items(material, By.STRUCTURE, options.seed, options.cancel))
        yield from known
        if generator is None:
            return
        examiner = Examiner(Ground(dataset.notes), embedder, known)
        maker = ModelMaker(
            generator,
            lambda path: _blocks(retriever.store, path),
            examine=examiner.examine,
            embedder=embedder,
            seed=options.seed,
        )
        for note in dataset.notes:
            yield from maker.make(note, options.cancel)


def _blocks(store: Store, path: str) -> list[ContextBlock]:
    return store.blocks(store.block_keys(Scope(path)))


def _row(idea: MarkedIdea, asked: Sequence[Item]) -> Row:
    questions = list(dict.fromkeys(item.question for item in asked))
    makers = sorted({str(item.maker) for item in asked})
    return {
        "id": idea.id,
        "kind": idea.set,
        "asks": idea.asks,
        "asked": bool(asked),
        "makers": makers,
        "questions": questions,
        "error": "",
    }


def _shares(rows: Sequence[Row]) -> Iterator[Metric]:
    yield Metric("ideas that the bank asks about", mean([float(row["asked"]) for row in rows]), GOAL)
    for name in dict.fromkeys(row["kind"] for row in rows):
        yield Metric(f"{name}: asked about", mean([float(row["asked"]) for row in rows if row["kind"] == name]))
    for asks in dict.fromkeys(row["asks"] for row in rows):
        yield Metric(f"{asks}: asked about", mean([float(row["asked"]) for row in rows if row["asks"] == asks]))


SUITE = Suite(
    "ideas", "Marked ideas of four note sets (--data): does the quiz bank ask about them?", run, searches=False
)
