"""What the tests of quizzes share: small notes with siblings, and items made of them."""

from __future__ import annotations

import random
from pathlib import Path

from assistant.documents.loading import parse
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Anchor, Item, KeyPoint, Kind, Maker
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import made_items
from assistant.types import Document

REPOSITORY = Path(__file__).parents[2]

METRICS = """# Metrics

## Model metrics

- **Accuracy** - the percentage of correct predictions out of all predictions.
- **Precision** - the ratio of true positives to all predicted positives.
- **Recall** - the ratio of true positives to all actual positives.
- **F1 score** - the harmonic mean of precision and recall, which balances the two.
- **Area under the curve (AUC)** - measures the model's ability to distinguish between classes.

## Cooking rice

### 1. Washing

- **Purpose** - remove the starch with cold water.

### 2. Soaking

- **Purpose** - let every grain drink for half an hour.

### 3. Boiling

- **Purpose** - heat the pot until steam lifts its lid.

### 4. Resting

- **Purpose** - keep the lid closed so that moisture spreads.
"""


def note(text: str = METRICS, path: str = "metrics.md") -> Document:
    return parse(path, text, "markdown", path)


def sample_notes() -> list[Document]:
    """The sample course of the repository."""
    files = sorted((REPOSITORY / "notes").glob("0*.md"))
    return [parse(file.name, file.read_text(encoding="utf-8"), "markdown", file.stem) for file in files]


def fair_items(*notes: Document, seed: int = 0) -> list[Item]:
    """The items of some notes that pass the exam."""
    ground = Ground(notes)
    pool, examiner = Pool(notes, ground), Examiner(ground)
    made = [item for one in notes for item in made_items(one.path, pool, random.Random(f"{seed} {one.path}"))]
    return [item for item in map(examiner.examine, made) if is_fair(item)]


def anchor(quote: str, text: str = METRICS, path: str = "metrics.md", heading: str = "Model metrics") -> Anchor:
    start = text.index(quote)
    return Anchor(path, ("Metrics", heading), start, start + len(quote), quote)


PRECISION = "**Precision** - the ratio of true positives to all predicted positives."


def choice(**changes: object) -> Item:
    """A fair question about precision, with changes."""
    given: dict[str, object] = {
        "id": "c1",
        "kind": Kind.CHOICE,
        "maker": Maker.STRUCTURE,
        "question": "How do your notes describe “precision”?",
        "proofs": (anchor(PRECISION),),
        "explanation": "Precision is the ratio of true positives to all predicted positives.",
        "options": (
            "The ratio of true positives to all actual positives",
            "The ratio of true positives to all predicted positives",
            "The percentage of correct predictions out of all predictions",
            "Measures the model's ability to distinguish between classes",
        ),
        "key": (1,),
        "answer": "The ratio of true positives to all predicted positives",
    }
    return Item(**(given | changes))  # type: ignore[arg-type]


def true_false(statement: str, *, is_true: bool) -> Item:
    return Item(
        "t1", Kind.TRUE_FALSE, Maker.STRUCTURE, statement, (anchor(PRECISION),), "Precision is ...", ("True", "False"),
        key=(0 if is_true else 1,), answer="Precision is the ratio of true positives to all predicted positives.",
    )  # fmt: skip


def cloze(question: str, answer: str = "Precision", accepted: tuple[str, ...] = ()) -> Item:
    return Item(
        "g1", Kind.CLOZE, Maker.STRUCTURE, question, (anchor(PRECISION),), "Precision is ...",
        answer=answer, accepted=accepted,
    )  # fmt: skip


def short(question: str = "How would you explain “precision” in your own words?") -> Item:
    point = "the ratio of true positives to all predicted positives"
    return Item(
        "s1", Kind.SHORT, Maker.STRUCTURE, question, (anchor(PRECISION),), "Precision is ...",
        answer="The ratio of true positives to all predicted positives.", key_points=(KeyPoint(point, point),),
    )  # fmt: skip
