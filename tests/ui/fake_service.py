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
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answering.warming import WarmStatus
from assistant.config import Config
from assistant.errors import ModelMissing, NoteNotFound, UnreadableNote
from assistant.study.conversations.keeper import Keeper
from assistant.types import (
    BuildProgress,
    BuildReport,
    Chunk,
    Done,
    EngineStatus,
    Event,
    IndexStatus,
    Note,
    NoteStatus,
    Scope,
    SearchResult,
    Section,
    Turn,
)
from assistant.wiring_settings import Settings
from assistant.workspace import Workspace

if TYPE_CHECKING:
    from assistant.wiring_index import Indexing
    from assistant.wiring_lab import Laboratory
    from assistant.wiring_quiz import Quizzes
    from assistant.wiring_study import Study

try:
    from tests.ui.fake_play import Play, StoppedError, headings, sections
    from tests.ui.fake_scripts import FUNDAMENTALS, SCRIPTS, Script, course
    from tests.ui.fake_study import indexing_over, laboratory_over, study_over
except ModuleNotFoundError:  # pytest puts this folder, not the repository, on the path
    from fake_play import Play, StoppedError, headings, sections
    from fake_scripts import FUNDAMENTALS, SCRIPTS, Script, course
    from fake_study import indexing_over, laboratory_over, study_over


@dataclass
class FakeStudyService:
    """Answers from scripts. Tests hold it at a phase with ``hold`` and let it go on with ``release``.

    Attributes:
        pace_s: Seconds between two tokens.
        engine: The state that ``engine_status`` reports: ``ready``, ``loading``, ``missing``.
        asked: Every question with its history and scope.
        exact: The questions that were to be answered without the section cache.
        warmth: What ``warm_status`` reports, apart from the switch.
        warming: Whether the switch is on.
        modified_at: When every note was changed last.
    """

    workspace: Workspace
    config: Config = field(default_factory=Config)
    notes: dict[str, Note] = field(default_factory=dict)
    scripts: tuple[Script, ...] = SCRIPTS
    pace_s: float = 0.0
    engine: str = "ready"
    deaf: bool = False
    asked: list[tuple[str, tuple[Turn, ...], Scope]] = field(default_factory=list)
    exact: list[str] = field(default_factory=list)
    warmth: WarmStatus = WarmStatus(412, 530, running=True)  # noqa: RUF009 - frozen
    warming: bool = True
    modified_at: float = 1.7e9
    cancelled: list[str] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    trash: dict[str, Note] = field(default_factory=dict)
    builds: int = 0
    warmed: int = 0
    fault: Exception | None = None
    progress: BuildProgress | None = None
    holds: dict[str, threading.Event] = field(default_factory=dict)

    @cached_property
    def _progress_of(self) -> tuple[Study, Quizzes]:
        return study_over(self)

    @property
    def study(self) -> Study:
        return self._progress_of[0]

    @property
    def quizzes(self) -> Quizzes:
        return self._progress_of[1]

    @cached_property
    def conversations(self) -> Keeper:
        return Keeper(self.workspace.conversations_db, lambda: self.config.conversations.keep)

    @cached_property
    def settings(self) -> Settings:
        return Settings(self.workspace, lambda: self.config, self._follow)

    def _follow(self, config: Config) -> None:
        before, self.config = self.config, config
        if config.answering.warm != before.answering.warm:
            self.warming = config.answering.warm

    @cached_property
    def indexing(self) -> Indexing:
        return indexing_over(self)

    @cached_property
    def lab(self) -> Laboratory:
        return laboratory_over(self)

    def close(self) -> None:
        self.quizzes.stop()
        self.conversations.close()
        self.study.close()

    # ---- what tests do ----

    def hold(self, phase: str) -> None:
        """Makes an answer wait before ``search``, ``reading``, ``halfway``, ``writing``, ``middle`` or ``done``."""
        self.holds[phase] = threading.Event()

    def release(self, phase: str) -> None:
        """Lets the answer go on."""
        self.holds.pop(phase).set()

    # ---- the service ----

    def warm(self) -> None:
        self.warmed += 1

    def engine_status(self) -> EngineStatus:
        message = "Fetch it with: assistant models pull qwen2.5-coder-1.5b" if self.engine == "missing" else ""
        speed = (0.9, 19.0) if self.asked else (None, None)
        return EngineStatus("qwen2.5-coder-1.5b", self.engine, message, *speed)

    def warm_status(self) -> WarmStatus:
        return replace(self.warmth, running=self.warmth.running and self.warming, on=self.warming)

    def set_warming(self, on: bool) -> None:
        self.warming = on

    def index_status(self) -> IndexStatus:
        ready = [note for note in self.library() if note.state == "ready"]
        state = "building" if self.progress else "stale" if self.stale else "ready"
        passages = sum(note.passages for note in ready)
        return IndexStatus(state, len(ready), passages, len(self.stale), f"f{self.builds}", (), self.progress)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        scope: Scope = Scope(),  # noqa: B008
        cancel: threading.Event | None = None,
        exact: bool = False,
    ) -> Iterator[Event]:
        self.asked.append((question, tuple(history), scope))
        self.exact += [question] if exact else []
        if self.fault is not None:
            raise self.fault
        if self.engine == "missing":
            raise ModelMissing("The model qwen2.5-coder-1.5b is not on this computer.", hint="assistant models pull")
        play = Play(self, question, cancel or threading.Event())
        try:
            for event in play.events():
                noted = isinstance(event, Done) and self.study.note_answer(event.answer, scope, datetime.now(UTC))
                yield Done(noted) if noted else event
        except StoppedError:
            self.cancelled.append(question)
            yield Done(play.answer(stopped=True))

    def search(self, question: str, *, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        found = Play(self, question, threading.Event()).retrieve()[0]
        return replace(found, hits=found.hits[:k])

    def find_scope(self, scope: Scope) -> Scope:
        places = {Scope(), *(Scope(s.note, s.heading_path) for s in self.outline()), *map(Scope, self.notes)}
        if scope in places:
            return scope
        meant = [place for place in places if scope.heading_path and place.heading_path[-1:] == scope.heading_path]
        if len(meant) != 1:
            raise NoteNotFound(f"Nothing in the index is at {str(scope)!r}.", hint="See: assistant notes list")
        return meant[0]

    def library(self) -> tuple[NoteStatus, ...]:
        return tuple(self._status(note) for note in self.notes.values())

    def _status(self, note: Note) -> NoteStatus:
        waits = note.path in self.stale
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
            self.modified_at,
            len(note.text),
        )

    def note(self, path: str) -> Note:
        if path not in self.notes:
            raise NoteNotFound(f"There is no note {path}.", hint="Choose one from the library.")
        return self.notes[path]

    def outline(self) -> tuple[Section, ...]:
        return tuple(section for note in self.notes.values() for section in sections(note))

    def build(
        self, on_progress: Callable[[BuildProgress], None] | None = None, cancel: threading.Event | None = None
    ) -> BuildReport:
        added = tuple(sorted(self.stale))
        self.stale.clear()
        self.builds += 1
        return BuildReport(added, (), (), (), len(self.notes), (), 0, 0, 0.1)

    def start_build(self) -> None:
        if "build" in self.holds:
            self.progress = BuildProgress(1, 3, 20, FUNDAMENTALS, 41.0)
        else:
            self.build()

    def cancel_build(self) -> None:
        self.progress = None

    def add_notes(self, files: Sequence[Path]) -> tuple[str, ...]:
        found = [(path, base) for base in files for path in ([base] if base.is_file() else sorted(base.rglob("*.*")))]
        added = [self._add(path, str(path.relative_to(base.parent))) for path, base in found]
        return tuple(added)

    def _add(self, path: Path, name: str) -> str:
        if path.suffix == ".exe":
            raise UnreadableNote(f"{name} is a program, not a note.", hint="Add Markdown, text, PDF or office files.")
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^# (.+)$", text, re.MULTILINE)
        self.notes[name] = Note(name, text, "markdown", title[1] if title else path.stem)
        self.stale.add(name)
        return name

    def passages(self, path: str) -> tuple[Chunk, ...]:
        note = self.note(path)
        lines = [
            m.span() for m in re.finditer(r"^(?!#)[^\n]*\S[^\n]*(?:\n(?!#|\n)[^\n]*\S[^\n]*)*", note.text, re.MULTILINE)
        ]
        return tuple(
            Chunk(path, headings(note, start), (), "", start, end, note.text[start:end], 0, note.page_at(start))
            for start, end in lines
        )

    def remove_note(self, path: str) -> str:
        self.trash[path] = self.note(path)
        self.notes = {key: note for key, note in self.notes.items() if key != path}
        self.stale.discard(path)
        return path

    def restore_note(self, kept: str) -> str:
        self.notes[kept] = self.trash.pop(kept)
        return kept


def fake_service(root: Path, notes: dict[str, Note] | None = None) -> FakeStudyService:
    """Returns a service over ``notes`` (the small course by default) with an empty workspace at ``root``."""
    (root / "notes").mkdir(parents=True, exist_ok=True)
    return FakeStudyService(Workspace(root), notes=course() if notes is None else notes)


def main() -> None:
    """Serves the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=7870)
    options.add_argument("--pace", type=float, default=0.05, help="seconds between two tokens")
    options.add_argument("--engine", default="ready")
    options.add_argument("--empty", action="store_true", help="begin without notes")
    chosen = options.parse_args()
    from assistant.ui.app import serve

    root = Path(tempfile.mkdtemp(prefix="fake-study-"))
    service = replace(fake_service(root, {} if chosen.empty else None), pace_s=chosen.pace, engine=chosen.engine)
    try:
        serve(service, port=chosen.port, open_browser=False, on_ready=lambda url: print(url, flush=True))  # noqa: T201
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
