"""Is a model on disk the one that the catalogue describes?

Hashing a gigabyte takes a second or more, so a file that was hashed once is remembered in a stamp beside it with its
size and time of change. A start compares those; a file that was truncated, replaced or touched is hashed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ModelDamaged, ModelMissing
from assistant.models.entries import ModelEntry, ModelFile

STAMP_NAME = ".verified"
_BLOCK_BYTES = 1 << 20


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
        temporary.write_text(json.dumps(stamps, indent=1), encoding="utf-8")
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


def _stamp(file: ModelFile, stat: os.stat_result) -> dict[str, Any]:
    return {"sha256": file.sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _read_stamps(folder: Path) -> dict[str, Any]:
    try:
        stamps = json.loads((folder / STAMP_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}
