"""Targets: what reads JSON and tables that somebody else may have written."""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fuzz_draw import Draw, damaged

from assistant.api.app_file import find_app
from assistant.api.messages import SearchRequest, decode, decode_request
from assistant.cards.anki import write_tsv
from assistant.cards.card import CardDraft
from assistant.cards.card_rows import add_rows
from assistant.cards.card_table import read_table
from assistant.cards.deck import Deck
from assistant.cards.scheduling import Rating
from assistant.errors import AppNotRunning, AssistantError, StudyError, UsageError
from assistant.evaluation.datasets import load_notes_set
from assistant.evaluation.report import compare, load_rows
from assistant.quiz.item import ITEM, Anchor, Item, Kind, Maker
from assistant.study.database import StudyDatabase
from assistant.study.gaps import Gap, GapLog
from assistant.study.kept_questions import KeptQuestion, KeptQuestions
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import ProgressPart, ProgressTransfer
from assistant.types import Request
from tools.research.claims import load_claims
from tools.research.squad import load_squad

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_HERE = Path(tempfile.mkdtemp(prefix="fuzz-json-"))
_ANCHOR = Anchor("ml.md", ("Learning",), 3, 8, "learn")


def dumped(value: Any) -> bytes:
    """Returns JSON as other programs write it, oddities such as NaN included."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _transfer(database: StudyDatabase) -> ProgressTransfer:
    deck, gaps, kept = Deck(database), GapLog(database), KeptQuestions(database)
    parts = {
        "gaps": ProgressPart(Gap, gaps.everything, gaps.merge),
        "questions": ProgressPart(KeptQuestion, kept.everything, kept.merge),
    }
    return ProgressTransfer(deck.store, deck.scheduler, parts)


@functools.cache
def _studied() -> tuple[Path, Any]:
    """Returns a ``study.db`` with a little of everything, and its export."""
    file = _HERE / "template.db"
    with closing(StudyDatabase(file, MIGRATIONS)) as database:
        deck = Deck(database)
        first = deck.add(CardDraft("What is overfitting?", "Learning by heart", anchor=_ANCHOR, tags=("ml",)), NOW)
        deck.add(CardDraft("Front", "Back"), NOW)
        for minutes, rating in ((0, Rating.GOOD), (20, Rating.AGAIN), (60, Rating.EASY)):
            deck.reviews.review(first.id, rating, NOW + timedelta(minutes=minutes))
        KeptQuestions(database).keep("What is learning?", [_ANCHOR], NOW)
        content = json.loads(_transfer(database).write(NOW))
    return file, content


def transfer(data: bytes) -> None:
    """An import brings what it says, or nothing at all; a second one of the same changes nothing."""
    draw = Draw(data)
    template, sample = _studied()
    content = draw.rest() if draw.byte() % 4 == 0 else dumped(damaged(draw, sample))
    file, db = _HERE / "import.json", _HERE / "import.db"
    file.write_bytes(content)
    shutil.copyfile(template, db)
    with closing(StudyDatabase(db, MIGRATIONS)) as database:
        carrier = _transfer(database)
        before = carrier.write(NOW)
        try:
            carrier.load(file)
        except StudyError as refusal:
            assert refusal.hint and carrier.write(NOW) == before
            return
        after = carrier.write(NOW)
        again = carrier.load(file)
        assert (again.added, again.answers) == (0, 0) and carrier.write(NOW) == after
        json.loads(after, parse_constant=_no_number)
        deck = Deck(database)
        for card in deck.cards():
            assert all(away.total_seconds() > 0 for away in deck.scheduler.preview(card.schedule, NOW).values())


def _no_number(name: str) -> None:
    raise AssertionError(f"{name} in an export")


def tables(data: bytes) -> None:
    """A table of cards is read whole or refused, and what was read is read again from what is written."""
    draw = Draw(data)
    file, db, out = _HERE / "cards.tsv", _HERE / "cards.db", _HERE / "out.tsv"
    file.write_bytes(draw.rest() if draw.byte() % 2 else draw.text(longest=3000).encode("utf-8", "surrogatepass"))
    shutil.copyfile(_empty(), db)
    try:
        rows = read_table(file).rows
    except StudyError as refusal:
        assert refusal.hint
        return
    with closing(StudyDatabase(db, MIGRATIONS)) as database:
        deck = Deck(database)
        try:
            add_rows(deck, rows, NOW)
        except StudyError as refusal:
            assert refusal.message
            return
        before = {(card.front.strip(), card.back.strip()) for card in deck.cards()}
        write_tsv(deck.cards(), out)
        done = add_rows(deck, read_table(out).rows, NOW)
        assert not done.added
        assert {(card.front.strip(), card.back.strip()) for card in deck.cards()} == before


@functools.cache
def _empty() -> Path:
    file = _HERE / "empty.db"
    StudyDatabase(file, MIGRATIONS).close()
    return file


_ITEM = ITEM.columns(
    Item("i1", Kind.CHOICE, Maker.STRUCTURE, "Which?", (_ANCHOR,), "Because.", options=("a", "b"), key=(0,), answer="a")
)


def items(data: bytes) -> None:
    """A stored quiz item is read as it was written, or refused in the way its callers expect."""
    try:
        item = ITEM.read(dumped(damaged(Draw(data), _ITEM)))
    except ValueError:
        return
    assert ITEM.read(ITEM.write(item)) == item


_ASK = {"question": "q", "history": [{"question": "a", "answer": "b"}], "scope": {"path": "", "heading_path": []}}


def remote(data: bytes) -> None:
    """What comes over the wire between command line and app is understood or refused, on both sides."""
    draw = Draw(data)
    body = draw.rest() if draw.byte() % 2 else dumped(damaged(draw, _ASK))
    for kind in (Request, SearchRequest):
        request = decode_request(kind, body)
        assert request is None or isinstance(request, kind)
    line = {
        "kind": draw.pick(("Token", "Done", "Retrieved", "UsageError", "x")),
        "value": draw.pick(({}, 3, {"text": "a"})),
    }
    for message in (body, dumped(damaged(draw, line))):
        try:
            decode(message)
        except AppNotRunning as refusal:
            assert refusal.hint
    (_HERE / "app.json").write_bytes(body)
    try:
        find_app(_HERE)
    except AppNotRunning as refusal:
        assert refusal.hint


_CLAIM = {"id": "1", "src_dataset": "s", "question": "q", "claim": "c [1]", "references": ["r"],
          "attribution_label": "attributable"}  # fmt: skip
_ROW = {"id": "q1", "question": "What?", "kind": "plain", "gold": [{"note": "a.md", "quote": "text"}], "facts": ["x"]}
_DOC = [{"doc": "d", "paragraphs": ["One.", "Two."]}]
_ASKED = {"id": "s1", "doc": "d", "para": 0, "question": "q", "answers": ["One"], "answer_starts": [0]}
_REPORT = {"format": 1, "rows": [{"id": "a", "right": True, "score": 0.5}]}


def eval_sets(data: bytes) -> None:
    """Question sets, claims and reports of any form are read, or refused with the place of the fault."""
    draw = Draw(data)
    (_HERE / "a.md").write_text("some text", encoding="utf-8")
    (_HERE / "claims").mkdir(exist_ok=True)
    _put(draw, "claims/c.jsonl", _CLAIM)
    _put(draw, "answerable.jsonl", _ROW)
    _put(draw, "unanswerable.jsonl", {**_ROW, "gold": []})
    _put(draw, "dev_docs.json", _DOC)
    _put(draw, "dev_questions.jsonl", _ASKED)
    _put(draw, "report.json", _REPORT)
    reads: tuple[Any, ...] = (
        lambda: load_claims(_HERE / "claims"),
        lambda: load_notes_set(_HERE, _HERE),
        lambda: load_squad(_HERE),
        lambda: compare(load_rows(_HERE / "report.json"), load_rows(_HERE / "report.json")),
    )
    for read in reads:
        try:
            read()
        except UsageError as refusal:
            assert refusal.hint


def _put(draw: Draw, name: str, sample: Any) -> None:
    content = (
        draw.text(0.3, 200).encode("utf-8", "surrogatepass") if draw.below(5) == 0 else dumped(damaged(draw, sample))
    )
    (_HERE / name).write_bytes(content)


def expected(error: Exception) -> bool:
    """Whether an error is one that a student may see."""
    return isinstance(error, AssistantError)
