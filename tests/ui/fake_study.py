"""Study progress over the notes of the fake service: the real cards, quizzes and bank, in a ``study.db`` of its own.

Only what would need an index or a model is scripted. The items are written by hand, one of each kind.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant.cards.card import Card, CardDraft
from assistant.cards.scheduling import CardPhase, Rating, Schedule
from assistant.errors import IndexMissing, ModelMissing
from assistant.models.scheduler import Scheduler
from assistant.quiz.item import GAP, Anchor, Check, Item, KeyPoint, Kind, Maker, with_id
from assistant.quiz.session import Mode, Posed, Quiz

if TYPE_CHECKING:
    from fake_service import FakeStudyService

    from assistant.app.laboratory import Laboratory
    from assistant.app.quizzes import Quizzes
    from assistant.app.studying import Study

FUNDAMENTALS, TRANSFORMERS = "ai/fundamentals.md", "ai/transformers.md"
FAIR = (
    Check("exact_quote", True, "Its proof is in your notes, word for word."),
    Check("one_answer", True, "No other option is right by any sentence of your notes."),
)


def study_over(service: FakeStudyService) -> tuple[Study, Quizzes]:
    """Returns what the page needs for quizzes, reviews and progress."""
    from assistant.app.quizzes import Engines, Quizzes  # these bring the index along, which no page needs to be built
    from assistant.app.studying import Study

    study = Study(service.workspace.study_db, service.settings, service.index, service.scheduler)

    def no_model() -> Any:
        raise ModelMissing("The model is not on this computer.", hint="assistant models pull")

    engines = Engines(
        retriever=lambda: service.index,  # type: ignore[arg-type,return-value]
        embedder=no_model,
        load_embedder=no_model,
        ready_embedder=lambda: None,
        generator=lambda: None,
        load_generator=no_model,
        scheduler=Scheduler(),
    )
    return study, Quizzes(study, engines)


def laboratory_over(service: FakeStudyService) -> Laboratory:
    """Returns a laboratory before anything was indexed, on a computer without models."""
    from assistant.app.laboratory import Laboratory

    def no_index() -> Any:
        raise IndexMissing("The notes are not indexed yet.", hint="assistant index build")

    def no_model() -> Any:
        raise ModelMissing("The model is not on this computer.", hint="assistant models pull")

    return Laboratory(
        service.workspace,
        service.settings,
        retriever=no_index,
        answerer=no_index,
        embedder=no_model,
        engine=no_model,
        ready_engine=lambda: None,
        vocabulary=no_model,
        study=service.study,
        quiz=service.quiz,
        scheduler=Scheduler(),
    )


def anchor(service: FakeStudyService, path: str, quote: str) -> Anchor:
    """Returns the anchor of words of a note."""
    note = service.notes.read(path)
    start = note.text.index(quote)
    holding = [s for s in service.notes.outline() if s.note == path and s.start <= start < s.end]
    return Anchor(path, holding[-1].heading_path, start, start + len(quote), quote)


def items(service: FakeStudyService) -> dict[Kind, Item]:
    """Returns one item of each kind about the small course."""
    batch = anchor(service, FUNDAMENTALS, "processes a large number of inputs at once")
    real_time = anchor(service, FUNDAMENTALS, "handles each input individually as it arrives")
    labels = anchor(service, FUNDAMENTALS, "| Labelled | comes with tags | supervised learning |")
    bias = anchor(service, FUNDAMENTALS, "systematic errors in a model's predictions, caused by prejudiced assumptions")
    fairness = anchor(service, FUNDAMENTALS, "making sure that predictions are impartial and favour no group")
    compare = anchor(service, TRANSFORMERS, "A *query* is compared with all *keys*")
    scores = anchor(service, TRANSFORMERS, "so that softmax does not become too sharp when the vectors are long")
    made = [
        Item("", Kind.CHOICE, Maker.STRUCTURE, "Which inference processes a large number of inputs at once?", (batch,),
             "Batch inference processes a large number of inputs at once.",
             options=("Batch inference", "Real-time inference", "Training", "Fairness"), key=(0,),
             answer="Batch inference"),
        Item("", Kind.TRUE_FALSE, Maker.STRUCTURE, "Real-time inference processes a large number of inputs at once.",
             (real_time,), "Real-time inference handles each input individually.", options=("True", "False"), key=(1,),
             answer="Real-time inference handles each input individually as it arrives."),
        Item("", Kind.CLOZE, Maker.STRUCTURE, f"Labelled data is used in {GAP} learning.", (labels,),
             "Labelled data comes with tags.", answer="supervised"),
        Item("", Kind.MATCH, Maker.STRUCTURE, "Which description belongs to which term?", (bias, fairness),
             "Bias is about errors, fairness about impartiality.", lefts=("Bias", "Fairness"),
             options=("Impartial predictions that favour no group", "Systematic errors in predictions"), key=(1, 0)),
        Item("", Kind.ORDER, Maker.STRUCTURE, "In which order does self-attention work?", (compare,),
             "First scores, then weights, then the sum.",
             options=("Make weights by softmax", "Sum the values", "Compare the query with all keys"), key=(2, 0, 1)),
        Item("", Kind.SHORT, Maker.STRUCTURE, "Why are the scores divided?", (scores,),
             "Long vectors would make softmax too sharp.", answer="So that softmax does not become too sharp.",
             key_points=(KeyPoint("softmax does not become too sharp", scores.quote),)),
    ]  # fmt: skip
    return {item.kind: with_id(replace(item, checks=FAIR)) for item in made}


def quiz(service: FakeStudyService, *kinds: Kind, exam_s: int | None = None) -> Quiz:
    """Stores a quiz of items of these kinds, options in the order of ``items``, as if it had just been started."""
    known = items(service)
    posed = tuple(Posed(known[kind], tuple(range(len(known[kind].options)))) for kind in kinds)
    mode = Mode.PRACTICE if exam_s is None else Mode.EXAM
    made = Quiz("quiz-of-test", "the course", mode, posed, datetime.now(UTC), exam_s)
    service.quiz.room.bank.add([one.item for one in posed], made.started_at)
    service.quiz.room.store.save(made)
    return made


def card(service: FakeStudyService, front: str, back: str, quote: str = "", path: str = FUNDAMENTALS) -> Card:
    """Adds a new card, anchored if ``quote`` is given."""
    where = anchor(service, path, quote) if quote else None
    return service.cards.add(CardDraft(front, back, anchor=where), datetime.now(UTC))


def learned(service: FakeStudyService, made: Card, *, due_in: timedelta, ago: timedelta, stability: float) -> Card:
    """Makes a card one that was learned: last answered ``ago``, stable for ``stability`` days, due in ``due_in``."""
    now = datetime.now(UTC)
    schedule = Schedule(now + due_in, CardPhase.REVIEW, None, stability, 5.0, now - ago)
    service.cards.store.put(replace(made, schedule=schedule))
    return service.cards.card(made.id)


def some_progress(service: FakeStudyService) -> None:
    """Fills ``study.db``: known, fading and new topics, answers on several days, and a confused pair."""
    now = datetime.now(UTC)
    known = card(
        service, "What is batch inference?", "Many inputs at once.", "processes a large number of inputs at once"
    )
    faded = card(service, "What is bias?", "Systematic errors.", "systematic errors in a model's predictions")
    card(service, "What is softmax?", "Weights.", "Softmax turns any numbers into positive weights", TRANSFORMERS)
    for made in (known, faded):
        service.cards.reviews.review(made.id, Rating.GOOD, now - timedelta(days=2))
    service.cards.reviews.review(known.id, Rating.GOOD, now - timedelta(days=1))
    learned(service, known, due_in=timedelta(days=3), ago=timedelta(days=1), stability=30)
    learned(service, faded, due_in=timedelta(days=-5), ago=timedelta(days=20), stability=4)
    room, asked = service.quiz.room, quiz(service, Kind.CHOICE, Kind.CLOZE)
    asked = room.answer(replace(asked, id="earlier"), 0, 1, now, 2000)
    room.finish(room.answer(asked, 1, "supervised", now, 2000), now)
    room.finish(room.store.load("quiz-of-test"), now)
