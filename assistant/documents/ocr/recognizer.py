"""Recognises the text of scans, page by page, and keeps it: no page is read twice, whatever stops the work."""

from __future__ import annotations

import contextlib
import importlib.util
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.documents.ocr.pages import RecognizedPage, kept_pages, page_line, page_of
from assistant.errors import Cancelled

_PACKAGES = {"rapidocr": "rapidocr", "pi_heif": "pi-heif"}
_PAGE_TIMEOUT_S = 120.0
_START_TIMEOUT_S = 60.0
_LOOK_EVERY_S = 0.1
_MAX_MEMORY_MB = 4096
_MOST_FAULTS = 3

NOT_INSTALLED = "Text recognition is not installed, so the text of this scan is not known."
"""How the reason begins for which a scan is left out."""


def install_hint() -> str:
    """Returns what installs what recognition needs; empty if it is there."""
    missing = [package for module, package in _PACKAGES.items() if importlib.util.find_spec(module) is None]
    if not missing:
        return ""
    command = f'"{sys.executable}" -m pip install {" ".join(missing)}'
    return f"Install it (about 90 MB to download, 200 MB on disk): {command} - then: assistant index build"


@dataclass(frozen=True, slots=True)
class Recognizer:
    """Recognises the text of files. What was read is kept by the contents of the file, a page a line.

    Args:
        folder: Where it is kept; made when the first page was read.
        timeout_s: A page that takes longer is given up.
    """

    folder: Path
    timeout_s: float = _PAGE_TIMEOUT_S

    def kept(self, digest: str) -> Path | None:
        """Returns the file that holds what was recognised in a file with this SHA-256, or None."""
        file = self._file(digest)
        return file if digest and file.is_file() else None

    def read(
        self,
        absolute: Path,
        kind: str,
        digest: str,
        pages: Sequence[int],
        before_page: Callable[[int, int], None] = lambda done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Path:
        """Recognises pages that were not read before, and returns the file that holds them all.

        A page at which the recognition crashes or takes too long is kept as one that could not be read; after the third
        one in a row the rest of the file is given up in the same way.

        Args:
            absolute: The file.
            kind: Its format.
            digest: Its SHA-256.
            pages: Their numbers, from 1.
            before_page: Called before each page with the numbers of pages that are done and that there are.
            cancelled: Whether to stop; asked several times a second.

        Raises:
            Cancelled: It was stopped; the pages until then are kept.
            OSError: What was recognised cannot be written.
        """
        file = self._file(digest)
        known = kept_pages(file)
        waiting = [number for number in pages if number not in known]
        self.folder.mkdir(parents=True, exist_ok=True)
        faults = 0
        with contextlib.ExitStack() as processes, file.open("ab") as kept:
            kept.write(b"\n" if known or kept.tell() else b"")  # behind a line that a kill cut off
            process: _Process | None = None
            for done, number in enumerate(waiting, start=len(pages) - len(waiting)):
                before_page(done, len(pages))
                if faults >= _MOST_FAULTS:
                    found = RecognizedPage(number, 1.0, 1.0, fault="Several pages before this one could not be read.")
                else:
                    process = process or processes.enter_context(_process(absolute, kind))
                    found = process.read(number, self.timeout_s, cancelled)
                    process = process if process.is_alive else None
                    faults = faults + 1 if found.fault else 0
                kept.write(page_line(found).encode())
                kept.flush()
        return file

    def forget_all_but(self, digests: Collection[str]) -> None:
        """Removes what is kept of files that are not there any more."""
        for file in self.folder.glob("*.jsonl") if self.folder.is_dir() else ():
            if file.stem not in digests:
                file.unlink(missing_ok=True)

    def _file(self, digest: str) -> Path:
        return self.folder / f"{digest}.jsonl"


@contextlib.contextmanager
def _process(absolute: Path, kind: str) -> Iterator[_Process]:
    command = [sys.executable, "-m", "assistant.documents.ocr.worker", kind, str(absolute), str(_MAX_MEMORY_MB)]
    root = Path(__file__).parents[3]  # where ``-m`` finds the package, installed or not
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    process = _Process(subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, stderr=nothing))
    try:
        yield process
    finally:
        process.end()


class _Process:
    """A worker that waits for the number of a page."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._began = False
        threading.Thread(target=self._listen, name="recognition", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether it can read another page."""
        return self._child.poll() is None

    def read(self, number: int, timeout_s: float, cancelled: Callable[[], bool]) -> RecognizedPage:
        """Returns a page, or why it could not be read: then the process has ended.

        Raises:
            Cancelled: It was stopped.
        """
        blank = RecognizedPage(number, 1.0, 1.0)
        try:
            assert self._child.stdin is not None
            self._child.stdin.write(b"%d\n" % number)
            self._child.stdin.flush()
            line = self._answer(timeout_s if self._began else timeout_s + _START_TIMEOUT_S, cancelled)
        except OSError:
            line = b""
        self._began = True
        try:
            return page_of(line)
        except ValueError:
            self.end()
            return replace(blank, fault=_fault(line, self._child.returncode))

    def end(self) -> None:
        """Ends the process at once."""
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _answer(self, timeout_s: float, cancelled: Callable[[], bool]) -> bytes:
        """Returns the next line; ``timeout`` after the time is over, and nothing once the process has ended."""
        for _ in range(int(timeout_s / _LOOK_EVERY_S)):
            if cancelled():
                self.end()
                raise Cancelled("Reading the scan was stopped. The pages that were read until then are kept.")
            with contextlib.suppress(queue.Empty):
                return self._lines.get(timeout=_LOOK_EVERY_S)
        return b"timeout"

    def _listen(self) -> None:
        assert self._child.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # the pipe was closed
            for line in self._child.stdout:
                self._lines.put(line)
        self._lines.put(b"")


def _fault(line: bytes, code: int) -> str:
    if line == b"timeout":
        return "Recognising this page took too long."
    return f"Recognising this page failed (exit code {code})."
