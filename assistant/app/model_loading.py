"""Builds the embedder and the model that writes, when they are first needed."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import cast

from assistant.answering.fitted_gates import FOLDER, Gates
from assistant.config import ModelConfig
from assistant.core.lazy import Lazy
from assistant.errors import AssistantError, ModelError, ModelMissing
from assistant.extensions import EMBEDDERS, GENERATORS, find_extensions, make_extension, version_of
from assistant.index.embedder import Embedder, SentenceTransformerEmbedder, name_of_folder
from assistant.index.encoder import encoder_of
from assistant.models.catalog import Catalog, ModelEntry, ServerEntry, model_folders
from assistant.models.generator import Generator
from assistant.models.hardware import ModelChoice, choose_model, detect_hardware
from assistant.models.integrity import file_key, is_complete, sha256_of
from assistant.models.llama.engine import LlamaEngine, load_engine
from assistant.models.llama.library import LlamaModel
from assistant.models.llama.options import EngineOptions
from assistant.models.remote.remote_generator import RemoteGenerator, open_server
from assistant.types import EngineStatus
from assistant.workspace import Workspace

KV_FOLDER = "kv"
PROBE_FILE = "threads.json"


def check_model(workspace: Workspace, name: str) -> None:
    """Finds out whether a model is here, without loading it; of one on a server, whether it may be asked.

    Raises:
        ModelError: It is not.
    """
    folders = model_folders(workspace)
    catalog = Catalog.load(folders)
    if _is_outside(catalog, GENERATORS, name):
        return
    if (server := catalog.server(name)) is None:
        catalog.resolve(name, folders, role="generator")
    else:
        server.check_allowed()
        server.key()


class Models:
    """The models of one workspace. Nothing is loaded before it is needed. May be used from several threads.

    Args:
        workspace: Where models and index are.
        config: Which models.
        named: The student named the model himself, so it is used whatever the memory.
        kv_folder: Where states of sections are kept; None for the index folder.

    Attributes:
        embedder: Loads its weights with the first embedding.
        weights: The embedder with its weights.
        gates: What decides, for each model, whether the notes hold an answer.
        engine: What writes: a model on this computer, or one of a server.
    """

    def __init__(self, workspace: Workspace, config: ModelConfig, *, named: bool, kv_folder: Path | None) -> None:
        self._config = config
        self._named = named
        self._folders = model_folders(workspace)
        self._kv_folder = kv_folder or workspace.index / KV_FOLDER
        self._weights = self._checksum = ""
        self._file: Path | None = None
        self.gates = Gates(workspace.models / FOLDER, lambda: self._weights)
        self._probe_file = workspace.index / PROBE_FILE
        self.embedder = Lazy(self._open_embedder, "embedder")
        self.weights = Lazy(self._load_weights, "embedder")
        self.engine: Lazy[Generator] = Lazy(self._load_generator, "model")
        self._vocabulary = Lazy(self._load_vocabulary, "vocabulary")

    def load(self) -> None:
        """Starts loading both in background threads and returns at once."""
        self.weights.start()
        self.engine.start()

    def vocabulary(self) -> tuple[str, LlamaModel]:
        """Returns the name of the model that writes, and the model, with its vocabulary alone if it is not loaded.

        It stays this object's to close.

        Raises:
            ModelError: It is missing or damaged, or on a server.
        """
        self._check_local()
        engine = self.ready_local()
        return (engine.name, engine.model) if engine is not None else self._vocabulary.get()

    @functools.cached_property
    def server(self) -> ServerEntry | None:
        """The server that the model of the settings is on; None for a model on this computer.

        Raises:
            ModelError: There is no catalogue, or it cannot be understood.
        """
        return Catalog.load(self._folders).server(self._config.name)

    @property
    def parallel(self) -> int:
        """How many requests the model takes at once: more than one only of a server that does. Cheap."""
        engine = self.engine.ready
        return engine.parallel if isinstance(engine, RemoteGenerator) else 1

    def local(self) -> LlamaEngine:
        """Returns the model after loading it, for what looks inside it.

        Raises:
            ModelError: It cannot be loaded, or is on a server.
        """
        self._check_local()
        return cast(LlamaEngine, self.engine.get())  # what is not on a server is loaded by _load_engine

    def ready_local(self) -> LlamaEngine | None:
        """Returns the model if it is loaded and on this computer, or None."""
        engine = self.engine.ready
        return cast(LlamaEngine, engine) if engine is not None and self._is_local() else None

    def _is_local(self) -> bool:
        return self.server is None and not self.is_outside

    @functools.cached_property
    def is_outside(self) -> bool:
        """Whether the model of the settings is an extension: another package's (``assistant.generators``).

        Raises:
            ModelError: There is no catalogue.
        """
        return _is_outside(Catalog.load(self._folders), GENERATORS, self._config.name)

    def _check_local(self) -> None:
        if self.is_outside:
            raise ModelError(
                f"This looks inside a model that llama.cpp runs; {self._config.name} is another package's.",
                hint="Choose one in Settings, or with --model.",
            )
        if self.server is not None:
            raise ModelError(
                f"This looks inside a model that runs on this computer; {self.server.name} is on a server.",
                hint="Choose one in Settings, or with --model.",
            )

    def choice(self) -> ModelChoice:
        """Returns the model that is used on this machine, and why if it is not the one of the settings."""
        catalog = Catalog.load(self._folders)
        here = [entry.name for entry in catalog if any(entry.location(folder).exists() for folder in self._folders)]
        return choose_model(self._config.name, self._named, detect_hardware(), here)

    def weights_sha256(self) -> str:
        """Returns the SHA-256 of the file of the model that writes, which is read for it unless the catalogue says it.

        Empty for a model without a file on this computer, or before it is loaded.
        """
        return self._checksum or (sha256_of(self._file) if self._file else "")

    @property
    def has_file(self) -> bool:
        """Whether the model that writes is loaded from a file on this computer. Cheap."""
        return self._file is not None

    def forget_probe(self) -> None:
        """Makes the next load of the model measure again which threads and batches are fastest here."""
        self._probe_file.unlink(missing_ok=True)

    def status(self) -> EngineStatus:
        """Returns the state of the model that writes. Cheap."""
        error, engine, server = self.engine.error, self.engine.ready, self.asked_server
        sends_to = server.sends_to if server is not None else ""
        if error is not None:
            state = "missing" if isinstance(error, ModelMissing) else "failed"
            return EngineStatus(self._config.name, state, f"{error.message} {error.hint}".strip(), sends_to)
        if engine is None:
            return EngineStatus(self._config.name, "loading", sends_to=sends_to)
        return EngineStatus(engine.name, "ready", sends_to=sends_to)

    @property
    def asked_server(self) -> ServerEntry | None:
        """The server that questions go to, as ``server``; None also where there is no catalogue."""
        try:
            return self.server
        except AssistantError:
            return None  # nothing is sent without a catalogue; what is wrong with it is told when the model is loaded

    def listed(self) -> list[tuple[ModelEntry, bool]]:
        """Returns the models that write, of the catalogue, each with whether it is on this computer.

        Raises:
            ModelError: There is no catalogue.
        """
        entries = [entry for entry in Catalog.load(self._folders) if entry.role == "generator"]
        return [(entry, any(is_complete(entry, folder) for folder in self._folders)) for entry in entries]

    def servers(self) -> tuple[ServerEntry, ...]:
        """Returns the models of servers, of the catalogue.

        Raises:
            ModelError: There is no catalogue.
        """
        return Catalog.load(self._folders).servers

    def cached(self) -> tuple[int, int]:
        """Returns how many sections are kept on disk as the model read them, and their bytes."""
        sizes = []
        for path in self._kv_folder.glob("*.kv"):
            try:
                sizes.append(path.stat().st_size)
            except FileNotFoundError:
                continue  # made room for another one
        return len(sizes), sum(sizes)

    def close(self) -> None:
        """Frees the model that writes."""
        if (engine := self.engine.ready) is not None:
            engine.close()
        if (vocabulary := self._vocabulary.ready) is not None:
            vocabulary[1].close()

    def _load_weights(self) -> Embedder:
        embedder = self.embedder.get()
        embedder.load()
        return embedder

    def _open_embedder(self) -> Embedder:
        catalog, name = Catalog.load(self._folders), self._config.embedder
        if _is_outside(catalog, EMBEDDERS, name):
            return _outside_embedder(name)
        folder = catalog.resolve(name, self._folders, role="embedder")
        if all(entry.name != name for entry in catalog):
            name = name_of_folder(folder)
        return SentenceTransformerEmbedder(folder, name, detect_hardware().cores, encoder_of(folder))

    def _load_vocabulary(self) -> tuple[str, LlamaModel]:
        name, path, _ = self._find_engine()
        return name, LlamaModel(path, vocabulary_only=True)

    def _find_engine(self) -> tuple[str, Path, str]:
        """Returns name, file and checksum of the model that writes; no checksum for a file without an entry."""
        name = self.choice().name
        catalog = Catalog.load(self._folders)
        path = catalog.resolve(name, self._folders, role="generator")
        known = [entry for entry in catalog if entry.name == name]
        return (name, path, known[0].files[0].sha256) if known else (path.stem, path, "")

    def _load_generator(self) -> Generator:
        if self.is_outside:
            self._weights = f"{self._config.name} {version_of(GENERATORS, self._config.name)}"
            return cast(Generator, make_extension(GENERATORS, self._config.name, self._config.context_tokens))
        if (server := self.server) is not None:
            self._weights = f"{server.model} at {server.url}"
            return open_server(server, self._config.context_tokens)
        return self._load_engine()

    def _load_engine(self) -> LlamaEngine:
        name, path, checksum = self._find_engine()
        self._file, self._checksum, self._weights = path, checksum, checksum or file_key(path)
        options = EngineOptions(
            context_tokens=self._config.context_tokens,
            threads=self._config.threads,
            batch_threads=self._config.threads,
            cache_folder=self._kv_folder,
            cache_disk_bytes=self._config.cache_disk_mb * 10**6,
            model_key=checksum,
        )
        if self.weights.started and not self._probe_file.exists():
            self.weights.wait()  # loading takes the processor that the threads are about to be measured on
        return load_engine(path, name, options, probe_file=self._probe_file)


def _is_outside(catalog: Catalog, group: str, name: str) -> bool:
    """Returns whether an extension has this name; the catalogue's own names come first."""
    return name not in catalog.names and name in find_extensions(group)


def _outside_embedder(name: str) -> Embedder:
    """Returns the embedder of an extension, which names its vectors with the version that made them."""
    wanted = f"{name}-{version_of(EMBEDDERS, name)}"
    embedder: Embedder = make_extension(EMBEDDERS, name, wanted)
    if embedder.name != wanted:
        fault = f"The embedder {name} calls its vectors {embedder.name!r}, not {wanted!r} as it was told."
        raise ModelError(fault, hint="Its name must be the one that it is made with: docs/extending/README.md")
    return embedder
