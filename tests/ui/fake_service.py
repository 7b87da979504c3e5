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
    Answer,
    Block,
    BuildProgress,
    BuildReport,
    Chunk,
    Citation,
    Done,
    EngineStatus,
    Event,
    Fate,
    FoundSection,
    Hit,
    IndexStatus,
    Note,
    NoteStatus,
    Reading,
    Retrieved,
    Scope,
    SearchResult,
    Section,
    Sentence,
    Timings,
    Token,
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
    from tests.ui.fake_notes import ATTENTION, COSTS_PAGES, INFERENCE
    from tests.ui.fake_study import indexing_over, laboratory_over, study_over
except ModuleNotFoundError:  # pytest puts this folder, not the repository, on the path
    from fake_notes import ATTENTION, COSTS_PAGES, INFERENCE
    from fake_study import indexing_over, laboratory_over, study_over

FUNDAMENTALS, TRANSFORMERS, COSTS = "ai/fundamentals.md", "ai/transformers.md", "aws/costs.pdf"


@dataclass(frozen=True)
class Said:
    """A sentence of a scripted answer, with the words of the notes that support it, if any do."""

    text: str
    quotes: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    is_claim: bool = True


@dataclass(frozen=True)
class Script:
    """An answer, found by a word of the question; ``below``, of the item ``under``, are lines that it does not say."""

    word: str
    sentences: tuple[Said, ...]
    passages: tuple[tuple[str, str], ...]
    corrections: tuple[tuple[str, str], ...] = ()
    below: tuple[tuple[str, str], ...] = ()
    under: str = ""


BATCH = "processes a large number of inputs at once. It suits tasks where no immediate answer is needed"
REAL_TIME = "handles each input individually as it arrives. It gives an immediate prediction"

SCRIPTS = (
    Script(
        "real-time",
        (
            Said(
                "**Batch inference** takes many inputs at once, where no immediate answer is needed.",
                ((FUNDAMENTALS, BATCH),),
            ),
            Said(
                " **Real-time inference** handles each input as it arrives and answers at once.",
                ((FUNDAMENTALS, REAL_TIME),),
            ),
            Said("\n\nIn short:\n\n", is_claim=False),
            Said(
                "- Batch suits data that is sent *at set periods*.\n",
                ((FUNDAMENTALS, "large chunks of data are sent at set periods"),),
            ),
            Said(
                "- Batch jobs cost about half as much, because they run when capacity is free.",
                ((COSTS, "Batch jobs cost about half of on-demand requests"), (FUNDAMENTALS, BATCH)),
            ),
        ),
        (
            (FUNDAMENTALS, BATCH),
            (FUNDAMENTALS, REAL_TIME),
            (COSTS, "Batch jobs cost about half"),
            (FUNDAMENTALS, "using a trained model"),
            (TRANSFORMERS, "Attention alone"),
        ),
        (("infrence", "inference"),),
    ),
    Script(
        "softmax",
        (
            Said(
                "Softmax turns any numbers into positive weights that sum to one:\n\n",
                ((TRANSFORMERS, "Softmax turns any numbers into positive weights that sum to one"),),
            ),
            Said(
                "$$\\mathrm{softmax}(x)_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}$$\n\n",
                ((TRANSFORMERS, "$$\\mathrm{softmax}(x)_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}$$"),),
            ),
            Said(
                "It was invented by Ludwig Boltzmann in 1868.",
                reason="“Boltzmann” and “1868” do not occur in your notes",
            ),
            Said(
                " In attention the scores are first divided by $\\sqrt{d_k}$, so that it stays less sharp.\n\n",
                ((TRANSFORMERS, "The scores are divided by $\\sqrt{d_k}$ so that softmax does not become too sharp"),),
            ),
            Said("In Python:\n\n", is_claim=False),
            Said(
                "```python\ndef softmax(x):\n    e = np.exp(x - x.max())  # no overflow\n    return e / e.sum()\n```",
                ((TRANSFORMERS, "e = np.exp(x - x.max())\n    return e / e.sum()"),),
            ),
        ),
        (
            (TRANSFORMERS, "Softmax turns any numbers"),
            (TRANSFORMERS, "The scores are divided"),
            (FUNDAMENTALS, "using a trained model"),
        ),
    ),
    Script(
        "unrelated",
        (Said("Photosynthesis makes sugar from light.", reason="no passage is about “photosynthesis”"),),
        ((FUNDAMENTALS, "using a trained model"),),
    ),
)


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
        play = _Play(self, question, cancel or threading.Event())
        try:
            for event in play.events():
                noted = isinstance(event, Done) and self.study.note_answer(event.answer, scope, datetime.now(UTC))
                yield Done(noted) if noted else event
        except _StoppedError:
            self.cancelled.append(question)
            yield Done(play.answer(stopped=True))

    def search(self, question: str, *, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        found = _Play(self, question, threading.Event()).retrieve()[0]
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
        passages = 0 if waits else len(_sections(note)) * 4
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
        return tuple(section for note in self.notes.values() for section in _sections(note))

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
            Chunk(path, _headings(note, start), (), "", start, end, note.text[start:end], 0, note.page_at(start))
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


class _StoppedError(Exception):
    """The student stopped the answer."""


class _Play:
    """One scripted answer."""

    def __init__(self, service: FakeStudyService, question: str, cancel: threading.Event) -> None:
        self.service, self.question, self.cancel = service, question, cancel
        self.script = next((s for s in service.scripts if s.word in question.lower()), None)
        self.text = ""
        self.sentences: tuple[Sentence, ...] = ()
        self.search = SearchResult(question, ())
        self.blocks: tuple[Block, ...] = ()

    def events(self) -> Iterator[Event]:
        while self.service.engine == "loading":
            self._rest(0.02)
        self._gate("search")
        self.search, self.blocks = self.retrieve()
        yield Retrieved(self.search, self.blocks if self.script else ())
        self._gate("reading")
        if self.script is None:
            yield Done(self.answer(abstained=True))
            return
        yield from self._reading()
        self._gate("writing")
        yield from self._writing(self.script)
        self._gate("done")
        yield Done(self.answer())

    def _reading(self) -> Iterator[Event]:
        total = sum(len(block.text) for block in self.blocks) // 4
        for step in range(5):
            yield Reading(total * step // 4, total)
            if step == 2:
                self._gate("halfway")
            self._rest(self.service.pace_s * 6)

    def _writing(self, script: Script) -> Iterator[Event]:
        for number, said in enumerate(script.sentences):
            if number == len(script.sentences) // 2:
                self._gate("middle")
            for piece in re.findall(r"\s*\S+\s*", said.text) or [said.text]:
                self._rest(self.service.pace_s)
                self.text += piece
                yield Token(piece)
            sentence = self._sentence(said)
            self.sentences = (*self.sentences, sentence)
            yield sentence

    def _sentence(self, said: Said) -> Sentence:
        body = said.text.strip()
        start = self.text.rindex(body)
        citations = tuple(self._citation(*quote) for quote in said.quotes)
        supported = bool(citations) or not said.is_claim
        return Sentence(
            body, start, start + len(body), supported, 0.93 if citations else 0.0, citations, said.reason, said.is_claim
        )

    def _citation(self, path: str, quote: str) -> Citation:
        note = self.service.note(path)
        start = note.text.index(quote)
        return Citation(path, _headings(note, start), start, start + len(quote), quote, 0.93, note.page_at(start))

    def _quotes(self, script: Script) -> tuple[Citation, ...]:
        return tuple(replace(self._citation(*line), item=script.under) for line in script.below)

    def retrieve(self) -> tuple[SearchResult, tuple[Block, ...]]:
        passages = (
            self.script.passages if self.script else ((FUNDAMENTALS, "using a trained model"), (COSTS, "Provisioned"))
        )
        hits = tuple(self._hit(i, *p) for i, p in enumerate(passages) if p[0] in self.service.notes)
        blocks = tuple(
            Block(h.chunk.note, h.chunk.heading_path, (), h.chunk.start, h.chunk.end, h.chunk.text, 0) for h in hits[:3]
        )
        typed = tuple(c for c in self.script.corrections if c[0] in self.question) if self.script else ()
        missing = (
            () if self.script else tuple(w for w in re.findall(r"\b[A-Za-z]{5,}\b", self.question) if w != "about")
        )
        return SearchResult(self.question, hits, typed, missing), blocks

    def _hit(self, place: int, path: str, words: str) -> Hit:
        note = self.service.note(path)
        at = note.text.index(words)
        start = note.text.rfind("\n", 0, at) + 1
        end = note.text.find("\n", at)
        chunk = Chunk(path, _headings(note, at), (), "", start, end, note.text[start:end], 0, note.page_at(at))
        return Hit(chunk, 3.0 - place, 0.8 - place / 10, 9.0 - place, place + 1, place + 2 if place % 2 else None)

    def answer(self, *, stopped: bool = False, abstained: bool = False) -> Answer:
        reason = "Your notes do not seem to say anything about this." if abstained else ""
        fates = [Fate.NOT_ASKED] * 3 if abstained else [Fate.READ, Fate.NOT_NEEDED, Fate.TOO_SLOW]
        found = zip(self.blocks, fates, strict=False)
        return Answer(
            self.question,
            reason or self.text,
            abstained,
            self.sentences,
            self.search,
            () if abstained else self.blocks,
            Timings(0, 0.04, 0.9, 4.2, 700, 600, 90),
            "fake",
            reason=reason,
            quotes=self._quotes(self.script) if self.script else (),
            evidence=0.08 if abstained else 0.93,
            threshold=0.15 if abstained else 0.4,
            sections=tuple(FoundSection(b.note, b.heading_path, len(b.text.split()), fate) for b, fate in found),
            stopped=stopped,
        )

    def _gate(self, phase: str) -> None:
        gate = self.service.holds.get(phase)
        while gate is not None and not gate.wait(0.01):
            self._check()

    def _rest(self, seconds: float) -> None:
        if seconds and self.cancel.wait(seconds):
            self._check()
        self._check()

    def _check(self) -> None:
        if self.cancel.is_set() and not self.service.deaf:
            raise _StoppedError


def _sections(note: Note) -> tuple[Section, ...]:
    """Returns the headings of a Markdown note; enough for the page."""
    found = [
        (len(m[1]), m[2].strip(), m.start(), m.end()) for m in re.finditer(r"^(#{1,6}) (.+)$", note.text, re.MULTILINE)
    ]
    path: list[str] = []
    sections = []
    for i, (level, title, start, body) in enumerate(found):
        path = [*path[: level - 1], title]
        end = next((s for lv, _, s, _ in found[i + 1 :] if lv <= level), len(note.text))
        sections.append(Section(note.path, tuple(path), level, start, body, end))
    return tuple(sections) or (Section(note.path, (), 0, 0, 0, len(note.text)),)


def _headings(note: Note, offset: int) -> tuple[str, ...]:
    holding = [s for s in _sections(note) if s.start <= offset < s.end]
    return holding[-1].heading_path if holding else ()


def course() -> dict[str, Note]:
    """Returns the notes that most tests use."""
    costs = "".join(COSTS_PAGES)
    return {
        FUNDAMENTALS: Note(FUNDAMENTALS, INFERENCE, "markdown", "Fundamentals of AI and ML"),
        TRANSFORMERS: Note(TRANSFORMERS, ATTENTION, "markdown", "Transformers"),
        COSTS: Note(COSTS, costs, "pdf", "AWS cost trade-offs", (0, len(COSTS_PAGES[0]))),
    }


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
