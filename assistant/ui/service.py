"""What the page needs from the program: one object, so that the page can be built and tested without a model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from assistant.config import Config
from assistant.types import (
    BuildProgress,
    BuildReport,
    EngineStatus,
    Event,
    IndexStatus,
    Note,
    NoteStatus,
    Scope,
    Section,
    Turn,
)
from assistant.workspace import Workspace


class StudyService(Protocol):
    """The assistant, as the page sees it. All methods may be called from several threads."""

    workspace: Workspace
    config: Config

    def warm(self) -> None:
        """Starts loading the embedder and the model in background threads and returns at once."""

    def engine_status(self) -> EngineStatus:
        """Returns the state of the model. Cheap: called about once a second."""

    def index_status(self) -> IndexStatus:
        """Returns what is in the index and what waits. Cheap: called about once a second."""

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        scope: Scope = Scope(),  # noqa: B008 - frozen
        cancel: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Yields ``Retrieved``, ``Reading``..., ``Token`` and ``Sentence``..., ``Done``.

        A set ``cancel`` ends it soon, with a ``Done`` whose answer is ``stopped``, or with ``Cancelled``.

        Raises:
            AssistantError: The question cannot be answered; the message and hint are for the student.
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

    def remove_note(self, path: str) -> None:
        """Moves a note to the workspace's trash.

        Raises:
            NoteNotFound: No note has this path.
        """
