"""Measures how well ``quiz.exam.expected`` tells fair quiz items from others, on items that readers have labelled.

    python -m tools.research.quiz_expected FOLDER

where FOLDER holds a folder for each note set. Of the items that the program makes of them and the judge of signs
passes, those with a label in ``eval/quiz`` are looked at by the workspace's model: the area under the curve, and for
each threshold how many are left and how many of those are fair; at the program's threshold also by kind and by set.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.app.assistant import Assistant
from assistant.config import load_config
from assistant.models.catalog import REPOSITORY_MODELS
from assistant.models.generator import Generator
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.expected import THRESHOLD, likelihood
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Kind
from assistant.quiz.making.judge import Judge
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import make_items
from assistant.types import Document
from assistant.workspace import find_workspace
from tools.research.fit_quiz_judge import FAIR, label_of, labels, notes_in

_LABELS = REPOSITORY_MODELS.parent / "eval" / "quiz"
_THRESHOLDS = (-100.0, -5.0, -4.5, THRESHOLD, -3.5, -3.0)


@dataclass(frozen=True, slots=True)
class Looked:
    """A labelled item and what the model thinks of what the notes say.

    Attributes:
        folder: The note set.
        found: Mean log-probability of a token.
    """

    folder: str
    kind: Kind
    label: str
    found: float


def look(
    name: str, notes: Sequence[Document], said: Mapping[str, str], generator: Generator, cancel: threading.Event
) -> Iterator[Looked]:
    """Yields the labelled ones of the items that are about one thing, each once.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    ground = Ground(notes)
    pool, examiner = Pool(notes, ground), Examiner(ground)
    for note in notes:
        judge = Judge(note.path, pool)
        for item in map(examiner.examine, make_items(note.path, pool, random.Random(f"0 {note.path}"))):
            label, told = label_of(item, said), judge.told(item)
            found = likelihood(told, generator, cancel) if label and told and is_fair(item) else None
            if found is not None:
                yield Looked(name, item.kind, label, found)


def report(seen: Sequence[Looked]) -> Iterator[str]:
    """Yields the area under the curve, and what is left at each threshold."""
    from sklearn.metrics import roc_auc_score

    auc = roc_auc_score([one.label == FAIR for one in seen], [one.found for one in seen])
    yield f"{len(seen)} items; AUC {auc:.2f}"
    for threshold in _THRESHOLDS:
        left = [one for one in seen if one.found >= threshold]
        yield f"{threshold:6.1f}: {len(left)} left, {_fair(left)}"
    for names in ({str(one.kind) for one in seen}, {one.folder for one in seen}):
        for name in sorted(names):
            chosen = [one for one in seen if name in (one.kind, one.folder)]
            left = [one for one in chosen if one.found >= THRESHOLD]
            yield f"{name}: {_fair(chosen)}; at {THRESHOLD} {_fair(left)}"


def _fair(items: Sequence[Looked]) -> str:
    return f"{sum(one.label == FAIR for one in items)} of {len(items)} fair"


def main(folder: Path) -> None:
    """Looks at the items of each note set of a folder."""
    said = {item: label for file in sorted(_LABELS.glob("labels*.jsonl")) for item, label in labels(file).items()}
    workspace = find_workspace(None, os.environ, Path.cwd())
    seen: list[Looked] = []
    with contextlib.closing(Assistant(workspace, load_config(workspace.settings))) as assistant:
        for place in sorted(path for path in folder.iterdir() if path.is_dir()):
            generator = assistant.models.engine.get()
            seen += look(place.name, list(notes_in(place)), said, generator, threading.Event())
    for line in report(seen):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
