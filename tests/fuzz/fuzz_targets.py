"""All targets by name: functions of bytes that raise if what they promise does not hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fuzz_answers
import fuzz_json
import fuzz_notes
import fuzz_page

TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        *(fuzz_notes.loaders, fuzz_notes.archives, fuzz_notes.chunker, fuzz_notes.lines, fuzz_notes.settings),
        *(fuzz_answers.support, fuzz_answers.sentences, fuzz_answers.questions, fuzz_answers.page_text),
        *(fuzz_json.transfer, fuzz_json.tables, fuzz_json.items, fuzz_json.remote, fuzz_json.eval_sets),
        *(fuzz_page.calls, fuzz_page.quiz_answers),
    )
}
CORPUS = Path(__file__).parent / "corpus"
CRASHES = Path(__file__).parent / "crashes"
"""Inputs that once broke a target, one folder each: they must never do so again."""


def kept_inputs(target: str) -> list[Path]:
    """Returns the inputs of a target that are kept in the repository."""
    return sorted(path for folder in (CORPUS, CRASHES) for path in (folder / target).glob("*") if path.is_file())
