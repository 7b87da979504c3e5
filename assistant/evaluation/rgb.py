"""The RGB benchmark: five search results as notes, of which some, all or none answer the question.

Chen et al. 2024, "Benchmarking Large Language Models in Retrieval-Augmented Generation" (https://arxiv.org/abs/2309.01431).
Its four kinds here, each question in each:

    noise 0         as many of the five answer it as there are
    noise 0.8       one of the five answers it
    rejection       none does: the right reaction is to decline
    counterfactual  those that answer it say something false about the world, which a study assistant has to repeat
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.evaluation.questions import Case, Dataset
from assistant.types import Note, Scope

DOCUMENTS = 5
KINDS = ("noise 0", "noise 0.8", "rejection", "counterfactual")
_NOISE = {"noise 0": 0.0, "noise 0.8": 0.8, "rejection": 1.0, "counterfactual": 0.4}


def load_rgb(folder: Path, seed: int = 0) -> Dataset:
    """Returns every question of the folder's ``*.jsonl`` in four kinds; each has its documents in a note of its own.

    Args:
        folder: Where they are.
        seed: Of the order of a note's documents.

    Raises:
        UsageError: There is no such file, or a line is of another form.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise UsageError(f"There is no .jsonl file in {folder}.", hint="assistant eval run rgb --data FOLDER")
    notes, cases = [], []
    for file in files:
        for row in _rows(file):
            for kind in KINDS:
                name = f"{file.stem}-{row['id']}-{kind.replace(' ', '-')}"
                chosen = _documents(row, kind)
                random.Random(f"{seed} {name}").shuffle(chosen)
                note, gold = _note(name, chosen)
                notes.append(note)
                told = row["fakeanswer"] if kind == "counterfactual" else row["answer"]
                cases.append(Case(name, row["query"], kind, gold, _facts(told) if gold else (), Scope(note.path)))
    return Dataset("rgb", tuple(notes), tuple(cases))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            missing = {"id", "query", "answer", "positive", "negative"} - set(row)
        except (ValueError, TypeError) as error:
            raise UsageError(f"{file}, line {number} is no JSON object.", hint="One question per line.") from error
        if missing:
            raise UsageError(
                f"{file}, line {number} lacks {', '.join(sorted(missing))}.", hint="See docs/evaluation.md."
            )
        yield {"fakeanswer": "", "positive_wrong": [], **row}


def _documents(row: dict[str, Any], kind: str) -> list[tuple[str, bool]]:
    """The texts and whether each answers; too few of one sort are made up by the other, as in the original."""
    answering = row["positive_wrong"] if kind == "counterfactual" else row["positive"]
    if kind == "rejection":
        return [(text, False) for text in row["negative"][:DOCUMENTS]]
    noise = min(int(DOCUMENTS * _NOISE[kind]), len(row["negative"]))
    wanted = min(DOCUMENTS - noise, len(answering))
    others = row["negative"][: DOCUMENTS - wanted]
    return [(text, True) for text in answering[:wanted]] + [(text, False) for text in others]


def _note(name: str, documents: Sequence[tuple[str, bool]]) -> tuple[Note, tuple[tuple[str, int, int], ...]]:
    path, text, gold = f"{name}.md", "", []
    for document, answers in documents:
        body = " ".join(document.split())
        if answers:
            gold.append((path, len(text), len(text) + len(body)))
        text += body + "\n\n"
    return Note(path, text, "markdown", name), tuple(gold)


def _facts(answer: str | Sequence[str | Sequence[str]]) -> tuple[str, ...]:
    """A text, or a list of parts that are all needed, each a text or a list of ways to write it."""
    parts = [answer] if isinstance(answer, str) else answer
    return tuple(("|".join([part] if isinstance(part, str) else part)).lower() for part in parts)
