"""Builds the objects from the settings and keeps them together: what the command line and the page talk to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.answering.answer import Answerer, Request
from assistant.answering.warming import Warmer, WarmStatus
from assistant.config import Config
from assistant.errors import AssistantError, IndexBusy, ModelMissing, NotesError
from assistant.index.build import Builder, fingerprint
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.search import Retriever
from assistant.index.shelf import Shelf
from assistant.loading import Lazy
from assistant.models.catalog import Catalog, model_folders
from assistant.models.engine import EngineOptions, LlamaEngine, load_engine
from assistant.models.hardware import ModelChoice, choose_model, detect_hardware
from assistant.notes import library
from assistant.types import (
    Answer,
    BuildProgress,
    BuildReport,
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
from assistant.workspace import Workspace

KV_FOLDER = "kv"
PROBE_FILE = "threads.json"


class StudyAssistant:
    """One workspace with its index and models. May be used from several threads.

    Nothing is loaded before it is needed; ``warm`` begins early, in the background.

    Args:
        workspace: Its ``notes`` folder is made if it is missing.
        config: The settings.
        model_named: The student named the model himself, so it is used whatever the memory.
    """

    def __init__(self, workspace: Workspace, config: Config, *, model_named: bool = False) -> None:
        self.workspace = workspace
        self.config = config
        _make_folder(workspace.notes)
        self._model_named = model_named
        self._folders = model_folders(workspace)
        self._embedder = Lazy(self._open_embedder, "embedder")
        self._weights = Lazy(self._load_weights, "embedder")
        self._engine = Lazy(self._load_engine, "model")
        self._retriever = Lazy(self._open_retriever, "index")
        self._warmer: Warmer | None = None
        self._shelf = Shelf(workspace.notes, workspace.index, config.notes)
        self._build_lock = threading.Lock()
        self._build_cancel = threading.Event()
        self._progress: BuildProgress | None = None
        self._fault = ""
        self._last: Answer | None = None

    # -- models ------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Starts loading the embedder and the model in background threads and returns at once."""
        self._weights.start()
        self._engine.start()

    def warm(self) -> None:
        """Starts, in the background, all that makes the first answers quick, and returns at once.

        Loads the models, brings the index up to date, and then lets the model read the notes while nobody asks.
        """
        self.load()
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def embedder(self) -> SentenceTransformerEmbedder:
        """Returns the embedder; its weights load with the first embedding.

        Raises:
            ModelMissing: It is not downloaded.
        """
        return self._embedder.get()

    def engine(self) -> LlamaEngine:
        """Returns the engine that writes, after loading it.

        Raises:
            ModelError: The model is missing, damaged or too large for the memory.
        """
        return self._engine.get()

    def model_choice(self) -> ModelChoice:
        """Returns the model that is used on this machine, and why if it is not the one of the settings."""
        catalog = Catalog.load(self._folders)
        here = [entry.name for entry in catalog if any(entry.location(folder).exists() for folder in self._folders)]
        return choose_model(self.config.model.name, self._model_named, detect_hardware(), here)

    def forget_probe(self) -> None:
        """Makes the next load of the model measure again how many threads are fastest here."""
        (self.workspace.index / PROBE_FILE).unlink(missing_ok=True)

    def engine_status(self) -> EngineStatus:
        """Returns the state of the model. Cheap."""
        name = self.config.model.name
        error = self._engine.error
        if error is not None:
            state = "missing" if isinstance(error, ModelMissing) else "failed"
            return EngineStatus(name, state, f"{error.message} {error.hint}".strip())
        engine = self._engine.ready
        if engine is None:
            return EngineStatus(name, "loading")
        if self._last is None:
            return EngineStatus(engine.name, "ready")
        timings = self._last.timings
        writing = timings.total_s - timings.first_token_s
        speed = timings.output_tokens / writing if writing > 0 and timings.output_tokens > 1 else None
        return EngineStatus(engine.name, "ready", "", timings.first_token_s or None, speed)

    def warm_status(self) -> WarmStatus:
        """Returns how many sections are ready for answers that start at once."""
        return self._warmer.status() if self._warmer else WarmStatus(0, 0, running=False)

    def warmer(self) -> Warmer:
        """Returns what prepares sections. Loads the model.

        Raises:
            ModelError: It cannot be loaded.
            IndexMissing: Nothing was built yet.
        """
        if self._warmer is None:
            store = self._retriever.get().store
            self._warmer = Warmer(self.engine(), lambda: store.blocks(store.block_keys(Scope())))
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
        answerer = Answerer(
            self._retriever.get(),
            self.engine,
            self.config.answering,
            Sampling(temperature=self.config.model.temperature, seed=self.config.model.seed),
            self.fingerprint(),
        )
        return self._remembering(answerer.ask(Request(question, tuple(history), scope, cancel, exact)))

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

    def _remembering(self, events: Iterator[Event]) -> Iterator[Event]:
        self._weights.get()  # loading is not answering: it happens before the clock of the answer starts
        for event in events:
            if isinstance(event, Done) and event.answer.timings.output_tokens:
                self._last = event.answer
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
        if not self._build_lock.acquire(blocking=False):
            raise IndexBusy("The index is being built already.", hint="Wait for it to finish.")
        try:
            self._build_cancel = cancel or threading.Event()

            def report(progress: BuildProgress) -> None:
                self._progress = progress
                if on_progress is not None:
                    on_progress(progress)

            builder = Builder(
                self.workspace.notes,
                self.workspace.index,
                self.embedder(),
                self.config.chunking,
                self.config.notes,
                report,
                self._build_cancel,
            )
            report(BuildProgress(0, 0, 0, ""))
            built = builder.build(force=force)
        finally:
            self._progress = None
            self._shelf.refresh()
            self._build_lock.release()
        self._after_build()
        return built

    def start_build(self) -> None:
        """Starts ``build`` in the background; ``index_status().progress`` tells how far it is."""
        threading.Thread(target=self._build_quietly, name="build", daemon=True).start()

    def cancel_build(self) -> None:
        """Ends a running build soon; what is done is kept."""
        self._build_cancel.set()

    def index_status(self) -> IndexStatus:
        """Returns what is in the index and what waits. Cheap: the folder is looked at every few seconds."""
        status = self._shelf.status()
        if self._fault:
            status = replace(status, fault=self._fault)
        progress = self._progress
        return replace(status, state="building", progress=progress) if progress is not None else status

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

    def remove_note(self, path: str) -> None:
        """Moves a note to the workspace's trash.

        Raises:
            NoteNotFound: No note has this path.
        """
        library.remove_note(self.workspace.notes, self.workspace.trash, path, removed_at=datetime.now(UTC))
        self._shelf.refresh()

    def close(self) -> None:
        """Stops what runs in the background and frees the models."""
        self.cancel_build()
        if self._warmer is not None:
            self._warmer.stop()
        engine, retriever = self._engine.ready, self._retriever.ready
        if engine is not None:
            engine.close()
        if retriever is not None:
            retriever.close()
        self._shelf.close()

    # -- making the parts --------------------------------------------------------------------------------------

    def _load_weights(self) -> SentenceTransformerEmbedder:
        embedder = self.embedder()
        embedder.load()
        return embedder

    def _open_embedder(self) -> SentenceTransformerEmbedder:
        folder = Catalog.load(self._folders).resolve(self.config.model.embedder, self._folders, role="embedder")
        return SentenceTransformerEmbedder(folder, self.config.model.embedder, threads=detect_hardware().cores)

    def _load_engine(self) -> LlamaEngine:
        name = self.model_choice().name
        catalog = Catalog.load(self._folders)
        path = catalog.resolve(name, self._folders, role="generator")
        known = [entry for entry in catalog if entry.name == name]
        options = EngineOptions(
            context_tokens=self.config.model.context_tokens,
            threads=self.config.model.threads,
            batch_threads=self.config.model.threads,
            repack=False,  # repacked weights write a fifth faster, read a third slower and take 0.6 GB more
            cache_folder=self.workspace.index / KV_FOLDER,
            model_key=known[0].files[0].sha256 if known else "",
        )
        shown = name if known else path.stem
        probe_file = self.workspace.index / PROBE_FILE
        if self._weights.started and not probe_file.exists():
            self._weights.wait()  # loading takes the processor that the threads are about to be measured on
        return load_engine(path, shown, options, probe_file=probe_file)

    def _open_retriever(self) -> Retriever:
        return Retriever(self.workspace.index, self.embedder(), self.config.retrieval, self.fingerprint())

    def _after_build(self) -> None:
        """A retriever follows the database by itself; one that could not be opened before is tried again."""
        if self._warmer is not None:
            self._warmer.start()

    def _prepare(self) -> None:
        if self._shelf.status().state != "ready":
            self._build_quietly()
        try:
            self.warmer().start()
        except AssistantError:
            return  # it is shown where it matters: in the state line and at the next question

    def _build_quietly(self) -> None:
        try:
            self._fault = ""
            self.build()
        except AssistantError as error:
            self._fault = f"{error.message} {error.hint}".strip()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotesError(
            f"The notes folder {folder} cannot be made: {error.strerror or error}.",
            hint="Name another folder: assistant --workspace FOLDER",
        ) from error
