"""The assistant without notes on disk, index or model, for developing and testing the page.

Run ``python -m tests.ui.fake_service`` from the repository and open the address it prints.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from assistant.answering.warming import Agenda, Warmer, WarmStatus
from assistant.app.answer_parts import Answers
from assistant.app.calibrating import CalibrationStatus
from assistant.app.indexing import Indexing
from assistant.app.model_loading import Models
from assistant.app.settings import LiveSettings
from assistant.config import Config
from assistant.conversations.keeper import Keeper
from assistant.core.lazy import Lazy
from assistant.documents.loading import parse
from assistant.errors import ModelMissing, NoteNotFound, UnreadableNote
from assistant.index.note_pages import NotePages
from assistant.models.scheduler import Scheduler
from assistant.types import (
    Answer,
    BuildProgress,
    BuildReport,
    Chunk,
    Document,
    Done,
    EngineStatus,
    Event,
    IndexStatus,
    NoteStatus,
    Request,
    Scope,
    SearchResult,
    Section,
    Turn,
)
from assistant.workspace import Workspace

if TYPE_CHECKING:
    from assistant.app.laboratory import Laboratory
    from assistant.app.quizzes import Quizzes
    from assistant.app.studying import Study
    from assistant.cards.deck import Deck

try:
    from tests.ui.fake_play import Play, StoppedError, headings, sections
    from tests.ui.fake_scripts import FUNDAMENTALS, SCRIPTS, Script, course
    from tests.ui.fake_study import laboratory_over, study_over
except ModuleNotFoundError:  # pytest puts this folder, not the repository, on the path
    from fake_play import Play, StoppedError, headings, sections
    from fake_scripts import FUNDAMENTALS, SCRIPTS, Script, course
    from fake_study import laboratory_over, study_over


@dataclass
class FakeStudyService:
    """An assistant that answers from scripts. Tests hold it at a phase with ``hold`` and let it go on with ``release``.

    Attributes:
        pace_s: Seconds between two tokens.
        engine: The state that ``models.status`` reports: ``ready``, ``loading``, ``missing``.
        sends_to: The host that questions leave this computer for.
        asked: Every question with its history and scope.
        exact: The questions that were to be answered without the section cache.
        watched: The questions that somebody was to look on at.
        warmth: What the warmer reports, apart from the switch.
        warming: Whether the switch is on.
        modified_at: When every note was changed last.
    """

    workspace: Workspace
    config: Config = field(default_factory=Config)
    texts: dict[str, Document] = field(default_factory=dict)
    scripts: tuple[Script, ...] = SCRIPTS
    pace_s: float = 0.0
    engine: str = "ready"
    sends_to: str = ""
    deaf: bool = False
    asked: list[tuple[str, tuple[Turn, ...], Scope]] = field(default_factory=list)
    exact: list[str] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)
    warmth: WarmStatus = WarmStatus(412, 530, running=True)  # noqa: RUF009 - frozen
    warming: bool = True
    modified_at: float = 1.7e9
    cancelled: list[str] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    builds: int = 0
    warmed: int = 0
    fault: Exception | None = None
    progress: BuildProgress | None = None
    holds: dict[str, threading.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notes = FakeNotes(self, self.texts)
        self.settings = LiveSettings(self.workspace, self.config, self._follow)
        self.scheduler = Scheduler()
        self.models = FakeModels(self)
        self.calibrator = SimpleNamespace(status=CalibrationStatus)
        self.index = FakeIndex(self)
        self.answers = FakeAnswers(self)
        self.conversations = Keeper(self.workspace.conversations_db, lambda: self.settings.now.conversations.keep)

    @cached_property
    def _progress_of(self) -> tuple[Study, Quizzes]:
        return study_over(self)

    @property
    def study(self) -> Study:
        return self._progress_of[0]

    @property
    def quiz(self) -> Quizzes:
        return self._progress_of[1]

    @property
    def cards(self) -> Deck:
        return self.study.deck

    def _follow(self, before: Config, now: Config) -> None:
        if now.answering.warm != before.answering.warm:
            self.warming = now.answering.warm

    @cached_property
    def lab(self) -> Laboratory:
        return laboratory_over(self)

    def warm(self) -> None:
        self.warmed += 1

    def close(self) -> None:
        self.scheduler.close()
        self.quiz.stop()
        self.conversations.close()
        self.study.close()

    # ---- what tests do ----

    def hold(self, phase: str) -> None:
        """Makes an answer wait before ``search``, ``reading``, ``halfway``, ``writing``, ``middle`` or ``done``."""
        self.holds[phase] = threading.Event()

    def release(self, phase: str) -> None:
        """Lets the answer go on."""
        self.holds.pop(phase).set()


class FakeNotes(dict[str, Document]):
    """The notes, by path; as the assistant's own they are read, added and removed."""

    def __init__(self, service: FakeStudyService, notes: dict[str, Document]) -> None:
        super().__init__(notes)
        self._service = service
        self._trash: dict[str, Document] = {}

    def become(self, notes: dict[str, Document]) -> None:
        """Makes these the notes."""
        kept = dict(notes)
        self.clear()
        self.update(kept)

    def all(self) -> tuple[NoteStatus, ...]:
        return tuple(self._status(note) for note in self.values())

    def _status(self, note: Document) -> NoteStatus:
        waits = note.path in self._service.stale
        passages = 0 if waits else len(sections(note)) * 4
        state = "waiting" if waits else "unreadable" if not note.text else "ready"
        reason = "The PDF is protected by a password." if not note.text else ""
        return NoteStatus(
            note.path,
            note.title,
            note.kind,
            passages if note.text else 0,
            state,
            reason,
            self._service.modified_at,
            len(note.text),
        )

    def read(self, path: str) -> Document:
        if path not in self:
            raise NoteNotFound(f"There is no note {path}.", hint="Choose one from the library.")
        return self[path]

    def file(self, path: str) -> Path:
        """Tests put the files there that are to be shown."""
        file = self._service.workspace.notes / path
        if not file.is_file():
            raise NoteNotFound(f"There is no note {path}.")
        return file

    def indexed(self, path: str) -> None:
        """Nothing is."""

    def outline(self) -> tuple[Section, ...]:
        return tuple(section for note in self.values() for section in sections(note))

    def passages(self, path: str) -> tuple[Chunk, ...]:
        note = self.read(path)
        lines = [
            m.span() for m in re.finditer(r"^(?!#)[^\n]*\S[^\n]*(?:\n(?!#|\n)[^\n]*\S[^\n]*)*", note.text, re.MULTILINE)
        ]
        return tuple(
            Chunk(path, headings(note, start), (), "", start, end, note.text[start:end], 0, note.page_at(start))
            for start, end in lines
        )

    def add(self, files: Sequence[Path]) -> tuple[str, ...]:
        found = [(path, base) for base in files for path in ([base] if base.is_file() else sorted(base.rglob("*.*")))]
        return tuple(self._add(path, str(path.relative_to(base.parent))) for path, base in found)

    def _add(self, path: Path, name: str) -> str:
        if path.suffix == ".exe":
            raise UnreadableNote(f"{name} is a program, not a note.", hint="Add Markdown, text, PDF or office files.")
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^# (.+)$", text, re.MULTILINE)
        self[name] = parse(name, text, "markdown", title[1] if title else path.stem)
        self._service.stale.add(name)
        return name

    def remove(self, path: str) -> str:
        self._trash[path] = self.read(path)
        del self[path]
        self._service.stale.discard(path)
        return path

    def refresh(self) -> None:
        """Nothing is kept that could be old."""

    def restore(self, kept: str) -> str:
        self[kept] = self._trash.pop(kept)
        return kept


class FakeModels(Models):
    """No model is on this computer; its state is what a test says."""

    def __init__(self, service: FakeStudyService) -> None:
        super().__init__(service.workspace, service.config.model, named=False, kv_folder=None)
        self.weights = Lazy(lambda: None, "embedder")
        self._service = service

    def status(self) -> EngineStatus:
        state = self._service.engine
        message = "Fetch it with: assistant models pull qwen2.5-coder-1.5b" if state == "missing" else ""
        return EngineStatus("qwen2.5-coder-1.5b", state, message, self._service.sends_to)


class FakeIndex(Indexing):
    """The folders of the workspace are real; nothing in them is ever indexed."""

    def __init__(self, service: FakeStudyService) -> None:
        super().__init__(service.workspace, service.settings, service.models.embedder.get, service.scheduler)
        self._service = service
        self.notes = service.notes  # type: ignore[assignment]
        self.pages = NotePages(self.notes, service.workspace.index)

    def status(self) -> IndexStatus:
        service = self._service
        ready = [note for note in service.notes.all() if note.state == "ready"]
        state = "building" if service.progress else "stale" if service.stale else "ready"
        passages = sum(note.passages for note in ready)
        return IndexStatus(state, len(ready), passages, len(service.stale), f"f{service.builds}", (), service.progress)

    def search(self, question: str, *, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        found = Play(self._service, question, threading.Event()).retrieve()[0]
        return replace(found, hits=found.hits[:k])

    def find_scope(self, scope: Scope) -> Scope:
        notes = self._service.notes
        places = {Scope(), *(Scope(s.note, s.heading_path) for s in notes.outline()), *map(Scope, notes)}
        if scope in places:
            return scope
        meant = [place for place in places if scope.heading_path and place.heading_path[-1:] == scope.heading_path]
        if len(meant) != 1:
            raise NoteNotFound(f"Nothing in the index is at {str(scope)!r}.", hint="See: assistant notes list")
        return meant[0]

    def build(
        self,
        on_progress: Callable[[BuildProgress], None] | None = None,
        cancel: threading.Event | None = None,
        *,
        force: bool = False,
    ) -> BuildReport:
        service, added = self._service, tuple(sorted(self._service.stale))
        service.stale.clear()
        service.builds += 1
        return BuildReport(added, (), (), (), len(service.notes), (), 0, 0, 0.1)

    def start(self) -> None:
        if "build" in self._service.holds:
            self._service.progress = BuildProgress(1, 3, 20, FUNDAMENTALS, 41.0)
        else:
            self.build()

    def cancel(self) -> None:
        self._service.progress = None


class FakeWarmer(Warmer):
    """Reports what a test says, and prepares nothing."""

    def __init__(self, service: FakeStudyService) -> None:
        super().__init__(lambda: None, lambda topic: Agenda((), 0), service.scheduler)
        self._service = service

    def status(self) -> WarmStatus:
        service = self._service
        return replace(service.warmth, running=service.warmth.running and service.warming, on=service.warming)

    def switch(self, on: bool) -> None:
        self._service.warming = on


class FakeAnswers(Answers):
    """Questions take turns as in the real assistant; the answers come from scripts."""

    def __init__(self, service: FakeStudyService) -> None:
        def note(answer: Answer, scope: Scope, now: datetime) -> Answer:
            return service.study.note_answer(answer, scope, now)

        super().__init__(service.settings, service.index, service.models, service.scheduler, note)
        self.warmer = FakeWarmer(service)
        self._answerer = FakeAnswerer(service)

    def answerer(self) -> FakeAnswerer:  # type: ignore[override]
        return self._answerer


class FakeAnswerer:
    """Answers from scripts."""

    def __init__(self, service: FakeStudyService) -> None:
        self._service = service

    def ask(self, request: Request, cancel: threading.Event) -> Iterator[Event]:
        service, question = self._service, request.question
        service.asked.append((question, request.history, request.scope))
        service.exact += [question] if request.exact else []
        service.watched += [question] if request.watch else []
        if service.fault is not None:
            raise service.fault
        if service.engine == "missing":
            raise ModelMissing("The model qwen2.5-coder-1.5b is not on this computer.", hint="assistant models pull")
        play = Play(service, question, cancel)
        try:
            yield from play.events()
        except StoppedError:
            service.cancelled.append(question)
            yield Done(play.answer(stopped=True))


def fake_service(root: Path, notes: dict[str, Document] | None = None) -> FakeStudyService:
    """Returns a service over ``notes`` (the small course by default) with an empty workspace at ``root``."""
    (root / "notes").mkdir(parents=True, exist_ok=True)
    return FakeStudyService(Workspace(root), texts=course() if notes is None else notes)


def main() -> None:
    """Serves the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=7870)
    options.add_argument("--pace", type=float, default=0.05, help="seconds between two tokens")
    options.add_argument("--engine", default="ready")
    options.add_argument("--empty", action="store_true", help="begin without notes")
    chosen = options.parse_args()
    from assistant.ui.serving import serve

    root = Path(tempfile.mkdtemp(prefix="fake-study-"))
    service = replace(fake_service(root, {} if chosen.empty else None), pace_s=chosen.pace, engine=chosen.engine)
    try:
        serve(service, port=chosen.port, open_browser=False, on_ready=lambda url: print(url, flush=True))  # noqa: T201
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
