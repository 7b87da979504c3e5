"""Fetching over HTTP from Hugging Face, and what all sources share: part files, and how a source says that it failed.

A source only brings bytes; whether they are the right ones is decided by ``download.py``, with the checksum.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.core.json_form import JsonForm
from assistant.errors import Cancelled, DownloadFailed
from assistant.models.integrity import HuggingFaceSource, ModelFile

HUGGING_FACE = "https://huggingface.co"
TRIES_WITHOUT_PROGRESS = 3
MAX_TRIES = 50
_BLOCK_BYTES = 1 << 18


class SourceFailed(Exception):
    """This source did not give the file, for the reason in words that the message holds. The next one is tried."""


class WrongFile(SourceFailed):
    """What the source has is certainly not the file of the catalogue. Its bytes are worth nothing."""


class ConnectionBroken(Exception):
    """The transfer stopped on the way. Asking for the rest may help."""


@dataclass(frozen=True, slots=True)
class DownloadJob:
    """What a source needs: where to write, whom to tell, when to stop.

    Attributes:
        folder: The model's own folder; part files are written there.
        report: Called with a file and how many of its bytes are on disk.
        cancel: Set when the student stops the download.
        timeout_s: How long a server may be silent, when connecting and between two blocks.
    """

    folder: Path
    report: Callable[[ModelFile, int], None]
    cancel: threading.Event
    timeout_s: float = 20.0

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled if the student stopped the download."""
        if self.cancel.is_set():
            raise Cancelled("The download was stopped. What was fetched so far is kept.")


@dataclass(frozen=True, slots=True)
class PartNote:
    """What the bytes of a part are.

    Attributes:
        etag: Of the file that they are the beginning of, as its server said; empty if it said none.
        finished: The packages whose member is in the part already, each with the size of the member.
    """

    etag: str = ""
    finished: dict[str, int] = field(default_factory=dict)


_NOTE = JsonForm[PartNote](PartNote)


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file that is not complete yet, with a note beside it that tells the next try what the bytes are.

    Each kind of source has its own part, because they resume at different places.
    """

    file: ModelFile
    path: Path

    @classmethod
    def of(cls, file: ModelFile, folder: Path, kind: str) -> PartFile:
        """Returns the part of ``file`` that sources of this kind write."""
        return cls(file, folder / f"{file.path}.{kind}.part")

    @property
    def size(self) -> int:
        """Bytes on disk; 0 if there are none."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def _note_path(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    def read_note(self) -> PartNote:
        """Returns what was noted about the bytes; empty if nothing was, or if it cannot be read."""
        try:
            return _NOTE.read(self._note_path.read_bytes())
        except (OSError, ValueError):
            return PartNote()

    def write_note(self, note: PartNote) -> None:
        """Replaces the note, all or nothing.

        Raises:
            DownloadFailed: The folder cannot be written.
        """
        temporary = self._note_path.with_name(self._note_path.name + ".tmp")
        try:
            temporary.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(_NOTE.write(note), encoding="utf-8")
            temporary.replace(self._note_path)
        except OSError as error:
            raise _write_failed(self.path, error) from error

    def append(self, blocks: Iterable[bytes], at: int) -> None:
        """Drops what lies behind byte ``at`` and writes ``blocks`` there, on to the disk itself.

        Raises:
            DownloadFailed: The disk is full, or the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            stream = self.path.open("r+b" if self.path.exists() else "wb", buffering=0)
        except OSError as error:
            raise _write_failed(self.path, error) from error
        with stream:
            stream.truncate(at)
            stream.seek(at)
            for block in blocks:
                try:
                    _write_all(stream, block)
                except OSError as error:
                    raise _write_failed(self.path, error) from error

    def discard(self) -> None:
        """Removes the bytes and the note."""
        self.path.unlink(missing_ok=True)
        self._note_path.unlink(missing_ok=True)


def _write_all(stream: io.FileIO, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[stream.write(view) :]


def _write_failed(path: Path, error: OSError) -> DownloadFailed:
    hint = "Free some space or give yourself permission to write there, then run the same command again."
    return DownloadFailed(f"{path} cannot be written: {error.strerror or error}.", hint)


def fetch_from_hub(
    source: HuggingFaceSource, files: Sequence[ModelFile], transfer: DownloadJob, endpoint: str
) -> Iterator[PartFile]:
    """Yields each of ``files`` as a part with all its bytes, fetched from ``source`` and resumed where it stopped.

    Args:
        source: The repository and its revision.
        files: What to fetch, in this order.
        transfer: Where to write, whom to tell, when to stop.
        endpoint: The address that ``/{repo}/resolve/{revision}/{path}`` is appended to.

    Raises:
        SourceFailed: No connection, an error of the server, a file of another size, or it broke off again and again.
    """
    if not endpoint.startswith(("https://", "http://")):
        raise SourceFailed(f"{endpoint!r} is not a web address")
    for file in files:
        path = urllib.parse.quote(f"{source.repo}/resolve/{source.revision}/{file.path}")
        part = PartFile.of(file, transfer.folder, source.kind)
        if part.size > file.bytes:
            part.discard()
        _complete(f"{endpoint.rstrip('/')}/{path}", part, transfer)
        yield part


def _complete(url: str, part: PartFile, transfer: DownloadJob) -> None:
    """Asks for the rest of the part until it is complete, as long as that brings it forward."""
    reason, best, idle = "", part.size, 0
    for _ in range(MAX_TRIES):
        if part.size == part.file.bytes:
            return
        if idle == TRIES_WITHOUT_PROGRESS:
            break
        transfer.raise_if_cancelled()
        try:
            _fetch_rest(url, part, transfer)
        except ConnectionBroken as broken:
            reason = str(broken)
        except WrongFile:
            part.discard()
            raise
        idle = 0 if part.size > best else idle + 1
        best = max(best, part.size)
    raise SourceFailed(f"{reason}, after {part.size:,} of {part.file.bytes:,} bytes of {part.file.path}")


def _fetch_rest(url: str, part: PartFile, transfer: DownloadJob) -> None:
    """Does one request for what is missing, and appends what comes.

    Raises:
        ConnectionBroken: It stopped before the end.
        SourceFailed: Trying again would not help.
    """
    with _open(url, part, transfer.timeout_s) as response:
        start = part.size if response.status == http.HTTPStatus.PARTIAL_CONTENT else 0
        if start and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            part.discard()
            raise ConnectionBroken("the server sent another range than was asked for")
        missing = part.file.bytes - start
        if response.length is not None and response.length != missing:
            raise WrongFile(f"{part.file.path} has another size there ({start + response.length:,} bytes)")
        part.write_note(PartNote(etag=response.headers.get("ETag", "")))
        part.append(_blocks(response, part, start, transfer), at=start)
    if part.size < part.file.bytes:
        raise ConnectionBroken("the connection was closed early")


def _open(url: str, part: PartFile, timeout_s: float) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity", "User-Agent": "study-assistant"})
    if part.size:
        request.add_header("Range", f"bytes={part.size}-")
        etag = part.read_note().etag
        if etag and not etag.startswith("W/"):
            request.add_header("If-Range", etag)
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.discard()
            raise ConnectionBroken("the server refused to resume") from error
        raise SourceFailed(f"the server answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise SourceFailed(_in_words(error.reason, timeout_s)) from error
    except (http.client.InvalidURL, ValueError) as error:
        raise SourceFailed(f"{url} is not a web address") from error
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionBroken(_in_words(error, timeout_s)) from error
    return response


def _blocks(response: http.client.HTTPResponse, part: PartFile, start: int, transfer: DownloadJob) -> Iterator[bytes]:
    done = start
    while True:
        transfer.raise_if_cancelled()
        try:
            block = response.read1(_BLOCK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionBroken(_in_words(error, transfer.timeout_s)) from error
        if not block:
            return
        done += len(block)
        if done > part.file.bytes:
            raise WrongFile(f"{part.file.path} is longer there than {part.file.bytes:,} bytes")
        yield block
        transfer.report(part.file, done)


def _in_words(reason: BaseException | str, timeout_s: float) -> str:
    match reason:
        case ConnectionRefusedError():
            return "the connection was refused"
        case TimeoutError():
            return f"there was no answer for {timeout_s:g} s"
        case socket.gaierror():
            return "the name of the server cannot be found (is there a network?)"
        case OSError(strerror=str(text)):
            return f"the connection failed ({text})"
        case _:
            return f"the connection failed ({reason or type(reason).__name__})"
