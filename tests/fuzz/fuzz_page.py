"""Targets: what the browser, or anybody who talks like it, may send to the service."""

from __future__ import annotations

import functools
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from fuzz_draw import Draw, damaged
from fuzz_json import NOW, dumped
from pydantic import TypeAdapter

from assistant.api.calls import OK, REFUSED, UNREADABLE, Call, by_path, calls_of, reply_to
from assistant.cli.json_output import DOCUMENTED, GIVEN
from assistant.cli.quiz_answers import graded
from assistant.errors import AssistantError, StudyError
from assistant.quiz.item import Kind

sys.path.append(str(Path(__file__).resolve().parents[1] / "ui"))
import fake_service
import fake_study

from assistant.ui.serving import handlers_of

_ANCHOR = {"note": "ai/fundamentals.md", "heading_path": ["Inference"], "start": 0, "end": 9, "quote": "Inference"}
_QUIZ = {"quiz": "quiz-of-test", "number": 0, "response": 0, "took_ms": 9, "reason": "r", "item": "x"}
SAMPLES: dict[str, Any] = {
    "library/read": {"path": "ai/fundamentals.md", "start": 0, "end": 20},
    "library/add": {"files": [{"file": "nowhere", "name": "a.md"}]},
    "library/remove": {"path": "ai/fundamentals.md"},
    "quiz/start": {"topic": "", "count": 3, "kinds": ["choice"], "difficulty": "any", "exam": False},
    "review/rate": {"sitting": "", "card": "x", "rating": 3, "took_ms": 5},
    "review/add_card": {"front": "f", "back": "b", "question": "q", "anchor": _ANCHOR},
    "questions/keep": {"question": "q", "proofs": [_ANCHOR]},
    "questions/remove_gap": {"gap": "x"},
}
_ANY = _QUIZ | {"sitting": "", "card": "x", "front": "f", "back": "b", "lesson": "tokens", "text": "some words",
                "question": "q", "key": "a", "note": "ai/fundamentals.md", "size": 5, "k": 2, "places": ["chat"],
                "what": "opened", "id": "1", "gap": "x", "rating": 3, "depth": 1, "seed": 0, "threshold": 0.5,
                "wrong": 1, "refusal": 1, "splitter": "ours", "passage": 0, "layer": 0, "head": 0}  # fmt: skip
_GRADED: TypeAdapter[Any] = TypeAdapter(DOCUMENTED["quiz grade"])
_LEFT_OUT = (
    "library/add_sample",
    "library/restore",
    "folders/link",
    "folders/unlink",
    "folders/watch",
    "servers/add",
    "servers/find",
    "settings/change",
)


class _Setting:
    """The calls over the fake service with a quiz under way; made once, its study.db put back for each message."""

    def __init__(self) -> None:
        self.service = fake_service.fake_service(Path(tempfile.mkdtemp(prefix="fuzz-page-")))
        fake_study.quiz(self.service, Kind.CHOICE, Kind.SHORT, Kind.MATCH, Kind.CLOZE)
        self._file = self.service.workspace.study_db
        self.service.study.close()
        shutil.copyfile(self._file, self._template)
        service = self.service
        calls = by_path(calls_of(*handlers_of(service, service.workspace.root / "uploads")))
        self.calls: dict[str, Call] = {path: call for path, call in calls.items() if path not in _LEFT_OUT}
        self._notes = dict(service.notes)

    @property
    def _template(self) -> Path:
        return self._file.with_suffix(".template")

    def renew(self) -> None:
        self.service.quiz.stop()
        self.service.study.close()
        for leftover in self._file.parent.glob(f"{self._file.name}-*"):
            leftover.unlink()
        shutil.copyfile(self._template, self._file)
        self.service.notes.become(dict(self._notes))


@functools.cache
def _setting() -> _Setting:
    return _Setting()


def calls(data: bytes) -> None:
    """Any message to any call is answered with what JSON can carry; a wrong one with what is wrong with it."""
    draw = Draw(data)
    setting = _setting()
    setting.renew()
    name = draw.pick(sorted(setting.calls))
    message = draw.pick((None, [], "x", 5)) if draw.below(16) == 0 else damaged(draw, SAMPLES.get(name, _ANY))
    status, answer = reply_to(setting.calls[name], dumped(message))
    json.loads(answer, parse_constant=_no_number)
    assert status in (OK, UNREADABLE, REFUSED)


def _no_number(name: str) -> None:
    raise AssertionError(f"{name} is no JSON.")


def quiz_answers(data: bytes) -> None:
    """Answers for ``assistant quiz grade`` are marked, or refused."""
    draw = Draw(data)
    setting = _setting()
    setting.renew()
    ids = [item.id for item in fake_study.items(setting.service).values()]
    answers = [{"item": draw.pick(ids), "answer": draw.pick((1, "a", [1, 2], True, "supervised"))} for _ in range(3)]
    sample = {"quiz": "quiz-of-test", "answers": answers} if draw.below(2) else {"answers": answers}
    try:
        given = GIVEN.read(dumped(damaged(draw, sample)), StudyError)
        found = graded(setting.service.quiz.room, given, NOW)
    except AssistantError as refusal:
        assert refusal.message
        return
    json.dumps(_GRADED.dump_python(found, mode="json"), allow_nan=False)
