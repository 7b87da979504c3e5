"""Fits the judge of quiz items (``quiz.making.judge``), and says how well it does on note sets that were left out.

    python -m tools.research.fit_quiz_judge FOLDER [--write]

where FOLDER holds a folder for each note set. ``eval/quiz/labels.jsonl`` has what readers said of items, by their hash;
those that the program still makes of the notes in FOLDER are fitted on. Where a question now says in brackets where its
term stands, what was said of it without them counts, unless that was that it is unclear. ``--write`` replaces the judge
of the program.
"""

from __future__ import annotations

import hashlib
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.config import Config
from assistant.core.json_form import JsonForm
from assistant.documents.formats import format_of
from assistant.documents.loading import load_document
from assistant.errors import AssistantError
from assistant.models.catalog import REPOSITORY_MODELS
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Item, Kind, with_id
from assistant.quiz.making.judge import FITTED_JUDGE, SIGNS, FittedJudge, Judge
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import made_items
from assistant.types import Document

THRESHOLD = 0.70
FAIR, UNCLEAR = "fair", "unclear"

_SHOWN = (0.0, 0.5, 0.6, 0.67, THRESHOLD, 0.75, 0.8)
_C = 0.5
_PLACE = re.compile(r" \((?:in|bei|dans|en) (?:“[^”]*”|„[^“]*“|« [^»]* »|«[^»]*»)\)")
"""How a question says where its term stands, in all languages of ``phrases.toml``."""

_SOURCE = REPOSITORY_MODELS.parent
_LABELS = _SOURCE / "eval" / "quiz" / "labels.jsonl"
_JUDGE = _SOURCE / "assistant" / "quiz" / "making" / "judge.json"


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said of an item.

    Attributes:
        set: The note set, by a name that says what it is.
        item: The hash of the item.
        maker: The version that made it.
    """

    set: str
    item: str
    kind: Kind
    maker: str
    label: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item with its signs, in the order of ``SIGNS``, and what a reader said.

    Attributes:
        folder: The note set that it was made of.
        bank: How many items the set gives before they are judged.
    """

    folder: str
    kind: Kind
    label: str
    signs: tuple[float, ...]
    bank: int


def labels(file: Path) -> dict[str, str]:
    """Returns the label of each item; what was said last counts."""
    form: JsonForm[Label] = JsonForm(Label)
    read = (form.read(line) for line in file.read_bytes().splitlines())
    return {one.item: one.label for one in read}


def notes_in(folder: Path) -> Iterator[Document]:
    """Yields the notes of a set; what cannot be read is named and left out."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if format_of(name) is None:
            continue
        try:
            yield load_document(file, name, Config().notes)
        except AssistantError as error:
            sys.stderr.write(f"{folder.name}: {error.message}\n")


def observe(name: str, notes: Sequence[Document], said: Mapping[str, str]) -> list[Labelled]:
    """Returns the labelled ones of the items that pass the exam, each once."""
    ground = Ground(notes)
    pool, examiner = Pool(notes, ground), Examiner(ground)
    found: dict[str, tuple[Kind, str, tuple[float, ...]]] = {}
    count = 0
    for note in notes:
        judge = Judge(note.path, pool)
        for made in made_items(note.path, pool, random.Random(f"0 {note.path}")):
            item = examiner.examine(made)
            if is_fair(item):
                count += 1
                if label := label_of(item, said):
                    found.setdefault(item.id, (item.kind, label, tuple(judge.signs(item).values())))
    return [Labelled(name, kind, label, signs, count) for kind, label, signs in found.values()]


def label_of(item: Item, said: Mapping[str, str]) -> str:
    """Returns what was said of an item, or of the same one before its place was put into it; nothing if neither."""
    before = replace(item, question=_PLACE.sub("", item.question))
    earlier = said.get(with_id(before).id, "")
    return said.get(item.id) or (earlier if earlier != UNCLEAR else "")


def left_out(seen: Sequence[Labelled]) -> NDArray[np.float64]:
    """Returns the probability of each item by a judge that was fitted without its note set."""
    from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

    signs, fair = _arrays(seen)
    found: NDArray[np.float64] = cross_val_predict(
        _model(), signs, fair, groups=[one.folder for one in seen], cv=LeaveOneGroupOut(), method="predict_proba"
    )[:, 1]
    return found


def fit(seen: Sequence[Labelled], likely: NDArray[np.float64], labels_sha256: str) -> FittedJudge:
    """Returns the judge that all items give, with what ``left_out`` says of it."""
    signs, fair = _arrays(seen)
    model = _model().fit(signs, fair)
    scale, logistic = model[0], model[1]
    weights = logistic.coef_[0] / scale.scale_
    passed = likely >= THRESHOLD
    return FittedJudge(
        bias=round(float(logistic.intercept_[0] - weights @ scale.mean_), 3),
        weights={name: round(float(weight), 3) for name, weight in zip(SIGNS, weights, strict=True)},
        threshold=THRESHOLD,
        items=len(seen),
        sets=len({one.folder for one in seen}),
        labels_sha256=labels_sha256,
        auc=_auc(fair, likely),
        fair_before=round(float(fair.mean()), 4),
        fair=round(float(fair[passed].mean()), 4),
        kept=round(float(passed.mean()), 4),
        program=version("study-assistant"),
        at=datetime.now(UTC),
    )


def report(seen: Sequence[Labelled], likely: NDArray[np.float64]) -> Iterator[str]:
    """Yields how items of note sets left out fare: by threshold, by kind, and by set."""
    _, fair = _arrays(seen)
    yield f"{len(seen)} items, {fair.mean():.1%} fair; AUC on sets left out {_auc(fair, likely):.3f}"
    labelled = Counter(one.folder for one in seen)
    weights = np.array([one.bank / labelled[one.folder] for one in seen])
    for threshold in _SHOWN:
        passed = likely >= threshold
        said = Counter(one.label for one, yes in zip(seen, passed, strict=True) if yes)
        shares = ", ".join(f"{label} {count / passed.sum():.1%}" for label, count in said.most_common())
        kept, right = weights[passed].sum() / weights.sum(), (weights * fair)[passed].sum() / weights[passed].sum()
        yield f"{threshold:.2f}: {passed.mean():.0%} kept: {shares}; of whole banks {kept:.0%} kept, {right:.1%} fair"
    for names in ([str(one.kind) for one in seen], [one.folder for one in seen]):
        for name in sorted(set(names)):
            chosen = np.array([other == name for other in names])
            passed = chosen & (likely >= THRESHOLD)
            mixed = 0 < fair[chosen].sum() < chosen.sum()
            auc = f", AUC {_auc(fair[chosen], likely[chosen]):.2f}" if mixed else ""
            after = f"{fair[passed].mean():.0%} of {passed.sum()}" if passed.any() else "none"
            yield f"{name}: fair {fair[chosen].mean():.0%} of {chosen.sum()}, judged {after}{auc}"


def _auc(fair: NDArray[np.int_], likely: NDArray[np.float64]) -> float:
    from sklearn.metrics import roc_auc_score

    return round(float(roc_auc_score(fair, likely)), 4)


def _arrays(seen: Sequence[Labelled]) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    return np.array([one.signs for one in seen]), np.array([int(one.label == FAIR) for one in seen])


def _model() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=_C, max_iter=5000))


def main(folder: Path, *, write: bool) -> Iterator[str]:
    """Yields the report over the note sets of a folder, and replaces the program's judge where it is asked to."""
    said = labels(_LABELS)
    seen: list[Labelled] = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        seen += observe(place.name, list(notes_in(place)), said)
    likely = left_out(seen)
    yield from report(seen, likely)
    made = fit(seen, likely, hashlib.sha256(_LABELS.read_bytes()).hexdigest())
    yield FITTED_JUDGE.write(made, indent=1)
    if write:
        _JUDGE.write_text(FITTED_JUDGE.write(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for line in main(Path(sys.argv[1]), write="--write" in sys.argv):
        sys.stdout.write(line + "\n")
