"""The catalogue of models (``models/catalog.toml``), and where a model is on this machine."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.core.json_form import JsonForm
from assistant.errors import ModelDamaged, ModelError, ModelMissing
from assistant.models.integrity import (
    HuggingFaceSource,
    ModelEntry,
    ModelFile,
    VerifyResult,
    WheelSource,
    check,
    is_complete,
    verify,
)
from assistant.models.remote.server_entry import ServerEntry
from assistant.workspace import Workspace

__all__ = [
    "CATALOG_NAME",
    "Catalog",
    "HuggingFaceSource",
    "ModelEntry",
    "ModelFile",
    "ServerEntry",
    "VerifyResult",
    "WheelSource",
    "model_folders",
    "verify",
]

CATALOG_NAME = "catalog.toml"
REPOSITORY_MODELS = Path(__file__).resolve().parents[2] / "models"


def model_folders(workspace: Workspace) -> tuple[Path, ...]:
    """Returns the folders in which models are looked up: the workspace's, then the repository's, which all share."""
    own = workspace.models
    return (own,) if own.resolve() == REPOSITORY_MODELS else (own, REPOSITORY_MODELS)


@dataclass(frozen=True, slots=True)
class _CatalogFile:
    """``catalog.toml``: a table ``[[model]]`` for each model in files, ``[[server]]`` for each model of a server."""

    model: tuple[ModelEntry, ...] = ()
    server: tuple[ServerEntry, ...] = ()


_CATALOG = JsonForm[_CatalogFile](_CatalogFile)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The models that are known by name.

    Attributes:
        entries: Those in files.
        servers: Those of servers.
    """

    entries: tuple[ModelEntry, ...]
    servers: tuple[ServerEntry, ...] = ()

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Catalog:
        """Returns the catalogue of ``folders``, each of which may hold a ``catalog.toml``.

        A model described twice is taken from the earlier folder, so a workspace can add to the shared catalogue.

        Raises:
            ModelError: There is no catalogue in any of the folders, or one of them cannot be understood.
        """
        paths = [folder / CATALOG_NAME for folder in folders if (folder / CATALOG_NAME).is_file()]
        if not paths:
            looked = ", ".join(str(folder) for folder in folders)
            hint = "Install the assistant from its repository (make install), which contains models/catalog.toml."
            raise ModelError(f"There is no {CATALOG_NAME} in {looked}.", hint=hint)
        known: dict[str, ModelEntry | ServerEntry] = {}
        for path in paths:
            read = _read(path)
            own: list[ModelEntry | ServerEntry] = [*read.model, *read.server]
            for entry in own:
                known.setdefault(entry.name, entry)
        return cls(
            tuple(entry for entry in known.values() if isinstance(entry, ModelEntry)),
            tuple(entry for entry in known.values() if isinstance(entry, ServerEntry)),
        )

    def __iter__(self) -> Iterator[ModelEntry]:
        return iter(self.entries)

    @property
    def names(self) -> list[str]:
        """Every name."""
        return [entry.name for entry in self.entries] + [server.name for server in self.servers]

    def server(self, name: str) -> ServerEntry | None:
        """Returns the model of a server that is called ``name``, or None."""
        return next((server for server in self.servers if server.name == name), None)

    def get(self, name: str) -> ModelEntry:
        """Returns the model in files that is called ``name``.

        Raises:
            ModelError: No model has this name, and the hint names the nearest one; or a server has it.
        """
        if (server := self.server(name)) is not None:
            raise ModelError(
                f"{name} is on the server at {server.url}: there is no file of it here.",
                hint=f"What the server can do: assistant models check {name}",
            )
        for entry in self.entries:
            if entry.name == name:
                return entry
        near = difflib.get_close_matches(name, self.names, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise ModelError(f"There is no model {name!r} in the catalogue.", hint=f"{hint}See: assistant models list")

    def resolve(self, name_or_path: str, folders: Sequence[Path], role: str = "") -> Path:
        """Returns what to load for a name of the catalogue, or for the path of any GGUF file.

        Args:
            name_or_path: A file that lies directly in one of ``folders`` is found by its file name too.
            folders: Where models are, best first; see ``model_folders``.
            role: If given, the role that a model of the catalogue must have.

        Returns:
            The GGUF file of a generator, or the folder of an embedder. Its content was checked.

        Raises:
            ModelError: It is neither a name of the catalogue nor a path, or the model has another role.
            ModelMissing: The model is known but not downloaded, or there is no file at the path.
            ModelDamaged: The file is not what the catalogue says, or not a GGUF file.
        """
        if name_or_path not in self.names:
            path = Path(name_or_path).expanduser()
            found = next((place for place in (path, *(f / path for f in folders)) if place.exists()), None)
            if found is not None:
                return _check_path(found.resolve())
            if path.suffix == ".gguf" or len(path.parts) > 1:
                raise ModelMissing(f"There is no model file {name_or_path}.", hint="See: assistant models list")
        entry = self.get(name_or_path)
        if role and entry.role != role:
            message = f"The model {entry.name} has the role {entry.role}; {role} is needed here."
            raise ModelError(message, hint="See: assistant models list")
        return _find(entry, folders)


def _find(entry: ModelEntry, folders: Sequence[Path]) -> Path:
    for folder in folders:
        if is_complete(entry, folder):
            check(entry, folder)
            return entry.location(folder)
    size = f"{entry.bytes / 1e6:,.0f} MB"
    raise ModelMissing(f"The model {entry.name} is not downloaded ({size}).", f"assistant models pull {entry.name}")


def _check_path(path: Path) -> Path:
    if path.is_dir():
        if (path / "modules.json").is_file():
            return path
        raise ModelDamaged(
            f"{path} is a folder, but not one of an embedding model: it has no modules.json.",
            hint="model.name is a .gguf file; model.embedder a folder that sentence-transformers saved.",
        )
    try:
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise ModelDamaged(f"{path} cannot be read: {error.strerror or error}.", hint=f"ls -l {path}") from error
    if magic != b"GGUF":
        raise ModelDamaged(f"{path} is not a GGUF model: it begins with {magic!r}.", hint="See: assistant models list")
    return path


def _read(path: Path) -> _CatalogFile:
    def refused(fault: object) -> ModelError:
        return ModelError(f"{path} cannot be read: {fault}.", hint=f"Correct {path}; models/README.md has the entries.")

    try:
        catalogue = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise refused(error) from error
    return _CATALOG.row(catalogue, refuse=refused)
