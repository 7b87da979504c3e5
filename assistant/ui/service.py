"""What the page needs from the program: one object, so that the page can be built and tested without a model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.answering.warming import WarmStatus
from assistant.config import Config
from assistant.types import (
    BuildProgress,
    BuildReport,
    Chunk,
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
from assistant.workspace import Workspace

if TYPE_CHECKING:
    from assistant.study.conversations.keeper import Keeper
    from assistant.wiring_index import Indexing
    from assistant.wiring_lab import Laboratory
    from assistant.wiring_quiz import Quizzes
    from assistant.wiring_settings import Settings
    from assistant.wiring_study import Study


class StudyService(Protocol):
    """The assistant, as the page sees it. All methods may be called from several threads."""

    workspace: Workspace
    config: Config

    @property
    def study(self) -> Study:
        """Cards, reviews and progress."""

    @property
    def quizzes(self) -> Quizzes:
        """Quizzes and the bank they come from."""

    @property
    def conversations(self) -> Keeper:
        """Conversations, kept in the workspace."""

    @property
    def settings(self) -> Settings:
        """The settings that the student changes in the page."""

    @property
    def indexing(self) -> Indexing:
        """The folders of notes, and whether they are watched."""

    @property
    def lab(self) -> Laboratory:
        """What the laboratory works with."""

    def warm(self) -> None:
        """Starts loading the embedder and the model in background threads and returns at once."""

    def engine_status(self) -> EngineStatus:
        """Returns the state of the model. Cheap: called about once a second."""

    def warm_status(self) -> WarmStatus:
        """Returns how many sections are ready for answers that start at once. Cheap: called about once a second."""

    def set_warming(self, on: bool) -> None:
        """Lets sections be prepared while nobody asks, or not, until the program ends."""

    def index_status(self) -> IndexStatus:
        """Returns what is in the index and what waits. Cheap: called about once a second."""

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        scope: Scope = Scope(),  # noqa: B008 - frozen
        cancel: threading.Event | None = None,
        exact: bool = False,
    ) -> Iterator[Event]:
        """Yields ``Retrieved``, ``Reading``..., ``Token`` and ``Sentence``..., ``Done``.

        A set ``cancel`` ends it soon, with a ``Done`` whose answer is ``stopped``, or with ``Cancelled``. ``exact``
        reads everything anew, without the section cache.

        Raises:
            AssistantError: The question cannot be answered; the message and hint are for the student.
        """

    def search(self, question: str, *, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        """Returns the best passages for a question, without the model.

        Raises:
            AssistantError: There is no index, or no embedder.
        """

    def find_scope(self, scope: Scope) -> Scope:
        """Returns the part of the notes that is meant. Outer headings may be left out where one place remains.

        Raises:
            NoteNotFound: Nothing in the index is there, or several places are.
        """

    def library(self) -> tuple[NoteStatus, ...]:
        """Returns every file of the notes folder with its state."""

    def note(self, path: str) -> Note:
        """Returns the note's text as it was indexed.

        Raises:
            NoteNotFound: No note has this path.
        """

    def outline(self) -> tuple[Section, ...]:
        """Returns the sections of all notes, in the order of the notes."""

    def build(
        self, on_progress: Callable[[BuildProgress], None] | None = None, cancel: threading.Event | None = None
    ) -> BuildReport:
        """Brings the index up to date and returns what was done."""

    def start_build(self) -> None:
        """Starts ``build`` in the background; ``index_status().progress`` tells how far it is."""

    def cancel_build(self) -> None:
        """Ends a running background build soon; what is done is kept."""

    def add_notes(self, files: Sequence[Path]) -> tuple[str, ...]:
        """Copies files into the notes folder and returns their paths there. A folder comes with what is in it.

        Raises:
            AssistantError: A file cannot be copied, or no note can be made of it.
        """

    def passages(self, path: str) -> tuple[Chunk, ...]:
        """Returns the passages of a note in reading order; none for a note that is not in the index."""

    def remove_note(self, path: str) -> str:
        """Moves a note to the workspace's trash and returns where it is there, for ``restore_note``.

        Raises:
            NoteNotFound: No note has this path.
            NotesError: It lies in a linked folder, or cannot be moved.
        """

    def restore_note(self, kept: str) -> str:
        """Moves a note from the trash back to where it was and returns its path.

        Raises:
            NoteNotFound: The trash has no such file.
            NotesError: It cannot be moved.
        """
