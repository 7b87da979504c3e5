"""Multiple-choice questions of strangers about the subject of the notes, and three ways to answer them.

Positions and lengths of the right options are skewed in such sets, so the options are shuffled, and whoever always
takes the longest stands beside every accuracy. Where several options are equally good, a guesser is right by chance:
it gets its share.

- *longest*: the option with most characters.
- *support*: the option whose words, other than the question's, stand most completely in the passages found for the
  question. It shows what the search alone brings; nothing is said about why an option is right.
- the model: the letter it gives the highest probability, with the notes before it or without.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.index.words import content_words, stem, words
from assistant.types import Prompt

LETTERS = "ABCDEFGH"
_FIELDS = {"id", "question", "options", "answer_indices"}
_SYSTEM = "You answer multiple-choice questions of an exam. Where notes are given, go by them."
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with one right option. ``kind`` is its source; ``key`` the place of the right one in ``options``."""

    id: str
    kind: str
    question: str
    options: tuple[str, ...]
    key: int


def load_choices(folder: Path, seed: int = 0) -> tuple[tuple[Choice, ...], int]:
    """Returns the questions of the folder's ``*.jsonl``, options shuffled, and how many have several keys: left out.

    Raises:
        UsageError: There is no such file, or a line is of another form.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise UsageError(f"There is no .jsonl file in {folder}.", hint="assistant eval run aif --data FOLDER")
    rows = [row for file in files for row in _rows(file)]
    found = tuple(shuffled(row, seed) for row in rows if len(row["answer_indices"]) == 1)
    return found, len(rows) - len(found)


def shuffled(row: dict[str, Any], seed: int) -> Choice:
    """Returns the question with its options in an order that depends on its id and the seed alone."""
    order = list(range(len(row["options"])))
    random.Random(f"{seed} {row['id']}").shuffle(order)
    options = tuple(row["options"][place] for place in order)
    return Choice(
        str(row["id"]), str(row.get("source", "")), row["question"], options, order.index(row["answer_indices"][0])
    )


def credit(scores: Sequence[float], key: int) -> float:
    """Returns how often who takes the best score is right: 1, 0, or a share where several are equally good."""
    best = max(scores)
    taken = [place for place, score in enumerate(scores) if best - score < _EQUAL]
    return 1 / len(taken) if key in taken else 0.0


def support(choice: Choice, passages: Sequence[str]) -> list[float]:
    """Returns for each option the share of its own content words, cut down to stems, that stand in the passages."""
    there = {stem(word) for passage in passages for word in words(passage)}
    asked = set(map(stem, content_words(choice.question)))
    return [_share(set(map(stem, content_words(option))) - asked, there) for option in choice.options]


def _share(wanted: set[str], there: set[str]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 0.0


def letter_prompt(choice: Choice, blocks: Sequence[str]) -> Prompt:
    """Returns the prompt after which the model's next token is the letter of its choice."""
    listed = "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, choice.options, strict=False))
    return Prompt(
        _SYSTEM, tuple(blocks), f"{choice.question}\n{listed}\nReply with the letter of the right option only."
    )


def letter_tokens(count: int) -> tuple[str, ...]:
    """Returns what the reply may begin with: each letter behind a blank, then each without."""
    return tuple(f" {letter}" for letter in LETTERS[:count]) + tuple(LETTERS[:count])


def letter_scores(log_probabilities: Sequence[float]) -> list[float]:
    """Returns the log-probability of each letter, from those of ``letter_tokens``."""
    half = len(log_probabilities) // 2
    pairs = zip(log_probabilities[:half], log_probabilities[half:], strict=True)
    return [max(a, b) + math.log1p(math.exp(-abs(a - b))) for a, b in pairs]


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            sound = set(row) >= _FIELDS and _is_sound(row["options"], row["answer_indices"])
        except (ValueError, TypeError) as error:
            raise UsageError(f"{file}, line {number} is no JSON object.", hint="One question per line.") from error
        if not sound:
            raise UsageError(
                f"{file}, line {number} needs id, question, 2 to {len(LETTERS)} options and answer_indices among them.",
                hint="See docs/evaluation.md.",
            )
        yield row


def _is_sound(options: list[str], keys: list[int]) -> bool:
    return 2 <= len(options) <= len(LETTERS) and bool(keys) and all(0 <= key < len(options) for key in keys)
