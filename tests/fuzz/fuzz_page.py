"""Targets: what the browser, or anybody who talks like it, may send to the page's desks."""

from __future__ import annotations

import functools
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzz_draw import Draw, damaged
from fuzz_json import NOW, dumped

from assistant.cli.quiz_json import grade_answers
from assistant.errors import AssistantError
from assistant.study.items import Kind
from assistant.ui.boundary import UNEXPECTED
from assistant.ui.lab.desk import LabDesk
from assistant.ui.library import LibraryDesk
from assistant.ui.message import read_message
from assistant.ui.study_tabs import StudyDesks

sys.path.append(str(Path(__file__).resolve().parents[1] / "ui"))
import fake_service
import fake_study

_ANCHOR = {"note": "ai/fundamentals.md", "heading_path": ["Inference"], "start": 0, "end": 9, "quote": "Inference"}
_QUIZ = {"quiz": "quiz-of-test", "number": 0, "response": 0, "took_ms": 9, "reason": "r", "item": "x"}
SAMPLES: dict[str, Any] = {
    "read": {"path": "ai/fundamentals.md", "start": 0, "end": 20},
    "add": {"files": [{"path": "/nowhere", "name": "a.md"}]},
    "remove": {"path": "ai/fundamentals.md"},
    "quiz_start": {"topic": "", "count": 3, "kinds": ["choice"], "difficulty": "any", "exam": False},
    "review_rate": {"sitting": "", "card": "x", "rating": 3, "took_ms": 5},
    "card_add": {"front": "f", "back": "b", "question": "q", "anchor": _ANCHOR},
    "question_keep": {"question": "q", "proofs": [_ANCHOR]},
    "gap_remove": {"gap": "x"},
}
_ANY = _QUIZ | {"sitting": "", "card": "x", "front": "f", "back": "b", "lesson": "tokens", "text": "some words",
                "question": "q", "key": "a", "note": "ai/fundamentals.md", "size": 5, "k": 2, "places": ["chat"],
                "what": "opened", "id": "1", "gap": "x", "rating": 3, "depth": 1, "seed": 0, "threshold": 0.5,
                "wrong": 1, "refusal": 1, "splitter": "ours", "passage": 0, "layer": 0, "head": 0}  # fmt: skip
_SLOW = ("add_sample",)


class _Setting:
    """A page's desks over the fake service with a quiz under way; made once, its study.db put back for each message."""

    def __init__(self) -> None:
        self.service = fake_service.fake_service(Path(tempfile.mkdtemp(prefix="fuzz-page-")))
        fake_study.quiz(self.service, Kind.CHOICE, Kind.SHORT, Kind.MATCH, Kind.CLOZE)
        self._file = self.service.workspace.study_db
        self.service.study.close()
        shutil.copyfile(self._file, self._template)
        service = self.service
        library = LibraryDesk(service, service.workspace.root / "uploads")
        named = (library.contents, library.notes, library.read, library.add, library.remove)
        calls = (*named, *StudyDesks.of(service).calls(), *LabDesk(service).calls())
        self.calls: dict[str, Callable[[Any], Any]] = {call.__name__: call for call in calls}
        self._notes = dict(service.notes)

    @property
    def _template(self) -> Path:
        return self._file.with_suffix(".template")

    def renew(self) -> None:
        self.service.quizzes.stop()
        self.service.study.close()
        for leftover in self._file.parent.glob(f"{self._file.name}-*"):
            leftover.unlink()
        shutil.copyfile(self._template, self._file)
        self.service.notes = dict(self._notes)


@functools.cache
def _setting() -> _Setting:
    return _Setting()


def desks(data: bytes) -> None:
    """Any message to any desk is answered with what JSON can carry; a wrong one with what is wrong with it."""
    draw = Draw(data)
    setting = _setting()
    setting.renew()
    name = draw.pick(sorted(setting.calls))
    message = draw.pick((None, [], "x", 5)) if draw.below(16) == 0 else damaged(draw, SAMPLES.get(name, _ANY))
    answer = setting.calls[name](read_message(json.loads(dumped(message))))
    assert isinstance(answer, dict)
    json.dumps(answer, allow_nan=False)
    assert answer.get("error", {}).get("message") != UNEXPECTED.message


def quiz_answers(data: bytes) -> None:
    """Answers for ``assistant quiz grade`` are marked, or refused."""
    draw = Draw(data)
    setting = _setting()
    setting.renew()
    ids = [item.id for item in fake_study.items(setting.service).values()]
    answers = [{"item": draw.pick(ids), "answer": draw.pick((1, "a", [1, 2], True, "supervised"))} for _ in range(3)]
    sample = {"quiz": "quiz-of-test", "answers": answers} if draw.below(2) else {"answers": answers}
    try:
        found = grade_answers(setting.service.quizzes.room, json.loads(dumped(damaged(draw, sample))), NOW)
    except AssistantError as refusal:
        assert refusal.message
        return
    json.dumps(found, allow_nan=False)
