"""Builds the objects from the settings and keeps them together: what the command line and the page talk to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assistant.answering.answer import Answerer, Request
from assistant.answering.topic import Agenda, Topic, plan
from assistant.answering.warming import Warmer, WarmStatus
from assistant.config import Config
from assistant.errors import NotesError
from assistant.index.build import fingerprint
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.scopes import complete_scope
from assistant.index.search import Retriever
from assistant.loading import Lazy
from assistant.models.engine import LlamaEngine
from assistant.models.hardware import ModelChoice, on_battery
from assistant.models.llama import LlamaModel
from assistant.notes import library
from assistant.study.conversations.keeper import Keeper
from assistant.study.guide import Guide, GuideMaker, GuideProgress
from assistant.types import (
    Answer,
    BuildProgress,
    BuildReport,
    Chunk,
    Done,
    EngineStatus,
    Event,
    IndexStatus,
    Note,
    NoteStatus,
    Sampling,
    Scope,
    SearchResult,
    Section,
    Turn,
)
from assistant.wiring_index import Indexing
from assistant.wiring_lab import Laboratory
from assistant.wiring_models import Models
from assistant.wiring_quiz import Engines, Quizzes
from assistant.wiring_settings import Settings
from assistant.wiring_study import Study
from assistant.workspace import Workspace


class StudyAssistant:
    """One workspace with its index and models. May be used from several threads.

    Nothing is loaded before it is needed; ``warm`` begins early, in the background.

    Args:
        workspace: Its ``notes`` folder is made if it is missing.
        config: The settings.
        model_named: The student named the model himself, so it is used whatever the memory.
        kv_folder: Where states of sections are kept; None for the index folder.
    """

    def __init__(
        self, workspace: Workspace, config: Config, *, model_named: bool = False, kv_folder: Path | None = None
    ) -> None:
        self.workspace = workspace
        self.config = config
        workspace.make_notes_folder()
        self._models = Models(workspace, config.model, named=model_named, kv_folder=kv_folder)
        self._retriever = Lazy(self._open_retriever, "index")
        self._warmer = Warmer(lambda: self._models.engine.ready, self._agenda, on=config.answering.warm)
        self.indexing = Indexing(workspace, lambda: self.config, self.embedder, self._warmer.paused)
        self._shelf = self.indexing.shelf
        self.study = Study(workspace.study_db, config.study, self._shelf)
        self.quizzes = Quizzes(self.study, self._engines())
        self.conversations = Keeper(workspace.conversations_db, lambda: self.config.conversations.keep)
        self.study.parts["conversations"] = self.conversations.part()
        self.settings = Settings(workspace, lambda: self.config, self._follow)
        self.lab = self._laboratory()
        self._last: Answer | None = None

    # -- models ------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Starts loading the embedder and the model in background threads and returns at once."""
        self._models.load()

    def warm(self) -> None:
        """Starts, in the background, all that makes the first answers quick, and returns at once.

        Loads the models, brings the index up to date, and then, while nobody asks, lets the model read the notes and
        fills the bank of questions.
        """
        self.load()
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def embedder(self) -> SentenceTransformerEmbedder:
        """Returns the embedder; its weights load with the first embedding.

        Raises:
            ModelMissing: It is not downloaded.
        """
        return self._models.embedder.get()

    def engine(self) -> LlamaEngine:
        """Returns the engine that writes, after loading it.

        Raises:
            ModelError: The model is missing, damaged or too large for the memory.
        """
        return self._models.engine.get()

    def vocabulary(self) -> tuple[str, LlamaModel]:
        """Returns the name of the model that writes, and the model, with its vocabulary alone if it is not loaded.

        Raises:
            ModelMissing: It is not downloaded.
        """
        return self._models.vocabulary()

    def model_choice(self) -> ModelChoice:
        """Returns the model that is used on this machine, and why if it is not the one of the settings."""
        return self._models.choice()

    def forget_probe(self) -> None:
        """Makes the next load of the model measure again which threads and batches are fastest here."""
        self._models.forget_probe()

    def engine_status(self) -> EngineStatus:
        """Returns the state of the model. Cheap."""
        return self._models.status(self._last)

    def warm_status(self) -> WarmStatus:
        """Returns how many sections are ready for answers that start at once. Cheap."""
        return self._warmer.status()

    def set_warming(self, on: bool) -> None:
        """Lets sections be prepared while nobody asks, or not, until this object is closed."""
        self._warmer.switch(on)

    def _follow(self, config: Config) -> None:
        before, self.config = self.config, config
        if config.answering.warm != before.answering.warm:  # else the switch of the page stays as it is
            self.set_warming(config.answering.warm)

    def warmer(self) -> Warmer:
        """Returns what prepares sections. Loads the model.

        Raises:
            ModelError: It cannot be loaded.
            IndexMissing: Nothing was built yet.
        """
        self._retriever.get()
        self.engine()
        return self._warmer

    # -- questions ---------------------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        scope: Scope = Scope(),  # noqa: B008  (frozen)
        cancel: threading.Event | None = None,
        exact: bool = False,
    ) -> Iterator[Event]:
        """Yields the events of an answer; see ``Answerer.ask``.

        Raises:
            AssistantError: At the call: no index, or no question. While it runs: the model cannot be used.
        """
        events = self._answerer().ask(Request(question, tuple(history), scope, cancel, exact))
        return self._remembering(events, scope)

    def retriever(self) -> Retriever:
        """Returns what finds passages.

        Raises:
            IndexMissing: Nothing was built yet.
        """
        return self._retriever.get()

    def search(self, question: str, *, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        """Returns the best passages for ``question``, without the model.

        Raises:
            IndexMissing: Nothing was built yet.
        """
        return self._retriever.get().search(question, scope, k)

    def find_scope(self, scope: Scope) -> Scope:
        """Returns the part of the notes that is meant. Outer headings may be left out where one place remains.

        Raises:
            NoteNotFound: Nothing in the index is there, or several places are.
            IndexMissing: Nothing was built yet.
        """
        if scope == Scope() or self._retriever.get().store.chunk_ids(scope).size:
            return scope
        return complete_scope(scope, self.outline())

    def guide(
        self,
        topic: str,
        *,
        scope: Scope = Scope(),  # noqa: B008  (frozen)
        with_model: bool = True,
        cancel: threading.Event | None = None,
        on_progress: Callable[[GuideProgress], None] = lambda _: None,
    ) -> Guide:
        """Returns a study guide on a note, a heading or free words.

        Raises:
            StudyError: The notes hold nothing on the topic.
            ModelError: The model cannot be used; with ``with_model`` false it is not needed.
            IndexMissing: Nothing was built yet.
        """
        retriever = self._retriever.get()
        generator = self.engine() if with_model else None
        maker = GuideMaker(self._models.weights.get(), generator, self.config.answering.min_support)
        with self._warmer.paused():
            return self.study.guide(
                topic,
                scope,
                retriever,
                maker,
                items=self.quizzes.room.bank.items(),
                cancel=cancel or threading.Event(),
                on_progress=on_progress,
            )

    def _remembering(self, events: Iterator[Event], scope: Scope) -> Iterator[Event]:
        self._models.weights.get()  # loading is not answering: it happens before the clock of the answer starts
        with self._warmer.paused():
            for event in events:
                if isinstance(event, Done):
                    event = Done(self.study.note_answer(event.answer, scope, datetime.now(UTC)))
                    self._last = event.answer if event.answer.timings.output_tokens else self._last
                    self._warmer.turn_to(self._warmer.topic.after(event.answer, scope))
                yield event

    # -- index -------------------------------------------------------------------------------------------------

    def fingerprint(self) -> str:
        """Identifies the settings the index is built with."""
        return fingerprint(self.config.chunking, self.embedder().name)

    def build(
        self,
        on_progress: Callable[[BuildProgress], None] | None = None,
        cancel: threading.Event | None = None,
        *,
        force: bool = False,
    ) -> BuildReport:
        """Brings the index up to date with the notes folder and returns what was done.

        Raises:
            IndexBusy: A build is running, here or in another process.
            IndexWriteFailed: The disk is full or the folder read-only.
        """
        return self.indexing.build(on_progress, cancel, force=force)

    def start_build(self) -> None:
        """Starts ``build`` in the background; ``index_status().progress`` tells how far it is."""
        self.indexing.start()

    def cancel_build(self) -> None:
        """Ends a running build soon; what is done is kept."""
        self.indexing.cancel()

    def index_status(self) -> IndexStatus:
        """Returns what is in the index and what waits. Cheap: the folder is looked at every few seconds."""
        return self.indexing.status()

    def set_watching(self, on: bool) -> None:
        """Notices changes in the notes and indexes them by itself, or not, until this object is closed."""
        self.indexing.watch(on)

    # -- notes -------------------------------------------------------------------------------------------------

    def library(self) -> tuple[NoteStatus, ...]:
        """Returns every file of the notes folder with its state, in order of the paths."""
        return self._shelf.notes()

    def note(self, path: str) -> Note:
        """Returns a note as it was indexed, or, before that, as it is in the folder.

        Raises:
            NoteNotFound: No note has this path.
            UnreadableNote: It was not indexed, and cannot be read.
        """
        return self._shelf.note(path)

    def outline(self) -> tuple[Section, ...]:
        """Returns the sections of all indexed notes, in the order of the notes."""
        return self._shelf.outline()

    def add_notes(self, files: Sequence[Path], folder: str = "") -> tuple[str, ...]:
        """Copies files or folders into the notes folder and returns the paths of what is new there.

        Raises:
            NotesError: A file was not added, or is there already. The message has the reason of each such file; the
                others are in the folder.
        """
        done = library.add_notes(self.workspace.notes, files, folder=folder, config=self.config.notes)
        self._shelf.refresh()
        added = tuple(item.path for item in done if item.state == "added")
        if left := [item for item in done if item.state != "added"]:
            reasons = "; ".join(f"{i.source.name}: {i.reason or f'is there already, as {i.path}'}" for i in left)
            count = f"{len(added)} of {len(done)} files were added" if added else "Nothing was added"
            raise NotesError(f"{count}. {reasons}", hint="assistant notes list")
        return added

    def passages(self, path: str) -> tuple[Chunk, ...]:
        """Returns the passages of a note in reading order; none for a note that is not in the index."""
        return self._shelf.passages(path)

    def remove_note(self, path: str) -> str:
        """Moves a note to the workspace's trash and returns where it is there, for ``restore_note``.

        Raises:
            NoteNotFound: No note has this path.
            NotesError: It lies in a linked folder, or cannot be moved.
        """
        folders, linked = self.workspace, self.indexing.linked_folders()
        kept = library.remove_note(folders.notes, folders.trash, path, removed_at=datetime.now(UTC), linked=linked)
        self._shelf.refresh()
        return kept.relative_to(folders.trash).as_posix()

    def restore_note(self, kept: str) -> str:
        """Moves a note from the trash back to where it was and returns its path.

        Raises:
            NoteNotFound: The trash has no such file.
            NotesError: It cannot be moved.
        """
        path = library.restore_note(self.workspace.notes, self.workspace.trash, kept)
        self._shelf.refresh()
        return path

    def close(self) -> None:
        """Stops what runs in the background and frees the models."""
        self.indexing.watch(False)
        self.cancel_build()
        self._warmer.stop()
        self.quizzes.stop()
        self._models.close()
        if (retriever := self._retriever.ready) is not None:
            retriever.close()
        self.conversations.close()
        self.study.close()
        self.indexing.close()

    # -- making the parts --------------------------------------------------------------------------------------

    def _engines(self) -> Engines:
        return Engines(
            retriever=self._retriever.get,
            embedder=self.embedder,
            load_embedder=self._models.weights.get,
            ready_embedder=lambda: self._models.weights.ready,
            generator=lambda: self._models.engine.ready,
            load_generator=self.engine,
            is_busy=self._has_no_time_for_questions,
        )

    def _has_no_time_for_questions(self) -> bool:
        """Sections are read before quiz items are written; neither on battery, nor where preparing is switched off."""
        status = self._warmer.status()
        return self._warmer.is_paused or status.running or not status.on or on_battery()

    def _answerer(self) -> Answerer:
        sampling = Sampling(temperature=self.config.model.temperature, seed=self.config.model.seed)
        return Answerer(self._retriever.get(), self.engine, self.config.answering, sampling, self.fingerprint())

    def _laboratory(self) -> Laboratory:
        return Laboratory(
            workspace=self.workspace,
            config=self.config,
            retriever=self._retriever.get,
            answerer=self._answerer,
            embedder=self.embedder,
            engine=self.engine,
            ready_engine=lambda: self._models.engine.ready,
            vocabulary=self._models.vocabulary,
            study=self.study,
            quizzes=self.quizzes,
            undisturbed=self._warmer.paused,
        )

    def _open_retriever(self) -> Retriever:
        return Retriever(self.workspace.index, self.embedder(), self.config.retrieval, self.fingerprint())

    def _agenda(self, topic: Topic) -> Agenda:
        return plan(self._retriever.get().store, topic)

    def _prepare(self) -> None:
        self.indexing.watch(self.config.notes.watch)
        if self._shelf.status().state != "ready":
            self.indexing.start()
            self.indexing.wait()
        self._models.engine.wait()  # without a model nothing is prepared; why is shown in the state line
        self._warmer.start()
        self.quizzes.start()
