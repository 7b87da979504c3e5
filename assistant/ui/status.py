"""The status line: the model, the notes, and whatever long work is going on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.answering.warming import WarmStatus
from assistant.types import BuildProgress, EngineStatus, IndexStatus
from assistant.ui import wording
from assistant.ui.boundary import friendly
from assistant.ui.service import StudyService

_ENGINE = {
    "loading": ("warming up", "The model is being loaded. You can ask already; the answer comes when it is ready."),
    "ready": ("ready", "The model is loaded and waits for your question."),
    "missing": ("model missing", "The model's file is not on this computer."),
    "failed": ("model failed", "The model could not be loaded."),
}


class WarmSwitch:
    """The switch that lets sections be prepared while nobody asks."""

    def __init__(self, service: StudyService) -> None:
        self._service = service

    @friendly
    def warming(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Turns it as the request says (``on``) and returns ``warm_view``."""
        self._service.set_warming(bool(request["on"]))
        return warm_view(self._service.warm_status())


def status_view(engine: EngineStatus, index: IndexStatus, warm: WarmStatus) -> dict[str, Any]:
    """Returns the status line.

    Keys: ``model``, ``engine`` (``state``, ``word``, ``means``, ``mend``), ``notes``, ``speed``, ``build`` (or None),
    ``waiting`` (a line when notes changed, else empty), ``fault`` (why the last build failed), ``indexed`` (there is
    something to ask about), ``empty`` (no note at all), ``warm`` (see ``warm_view``), ``fingerprint``.
    """
    word, means = _ENGINE.get(engine.state, (engine.state, ""))
    return {
        "model": engine.model,
        "engine": {"state": engine.state, "word": word, "means": means, "mend": engine.message},
        "notes": f"{wording.count(index.notes, 'note')}, {wording.count(index.passages, 'passage')}",
        "speed": _speed(engine),
        "build": _build(index.progress) if index.state == "building" else None,
        "waiting": wording.waiting(index),
        "fault": index.fault,
        "indexed": index.passages > 0,
        "empty": index.notes == 0 and index.waiting == 0,
        "warm": warm_view(warm),
        "fingerprint": f"{index.fingerprint}/{index.state}/{index.notes}/{index.passages}/{index.waiting}",
    }


def warm_view(warm: WarmStatus) -> dict[str, Any]:
    """Returns ``says`` (empty before the sections are counted), ``means``, and whether it is switched ``on``."""
    return {"says": wording.warmth(warm), "means": wording.warmth_means(warm), "on": warm.on}


def _speed(engine: EngineStatus) -> str:
    parts = []
    if engine.first_token_s is not None:
        parts.append(f"first word {engine.first_token_s:.1f} s")
    if engine.tokens_per_s is not None:
        parts.append(f"about {engine.tokens_per_s * wording.WORDS_PER_TOKEN:.0f} words/s")
    return " · ".join(parts)


def _build(progress: BuildProgress | None) -> dict[str, Any]:
    if progress is None:
        return {"says": "Looking for changes…", "share": None, "current": ""}
    share = progress.notes_done / progress.notes_total if progress.notes_total else 1.0
    return {"says": wording.building(progress), "share": round(share, 3), "current": progress.current}
