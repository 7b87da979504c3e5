"""Changes files of every format at random and reads them: ``python -m tools.fuzz_files --minutes 60 --data FOLDER``.

A file is changed as bytes, inside its archive, inside its compressed streams, or by numbers and markup that ask for too
much. Each is read in a process of its own, with the limits of the converter process, and what was read is looked
through for its elements as the program does. A library that raises is a sentence of the converter's ("the docx reader
says ..."); an error in our own code, a crash, a file that takes half a minute or 2 GB is kept in ``--keep`` with its
number, and the command ends with 1. Linux and macOS.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import assistant
from assistant.cards.anki import write_apkg
from assistant.cards.anki_package import read_package
from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.cards.scheduling import CardScheduler
from assistant.config import ChunkingConfig
from assistant.documents.decoding import clean
from assistant.documents.formats import Extract, Format, format_of
from assistant.documents.loading import parse
from assistant.documents.sandbox import check_archive
from assistant.errors import AssistantError
from assistant.index.chunking import split
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.testing import FakeEmbedder
from tools.research.made_documents import FORMATS, NotMade, make, sources

_SOURCES = Path(__file__).parents[1] / "eval" / "documents"
_PACKAGE = Path(assistant.__file__).parent
_MEMORY_MB = 2048
_SLOW_S = 30
_STOPPED_S = 60
_LARGEST = 3_000_000
_CARDS = ".apkg"
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_NUMBER = re.compile(rb"\d+")
_MARKUP = re.compile(rb"<[^<>]{1,200}>|\[[^\[\]]{0,80}\]|\([^()]{0,80}\)|\{[^{}]{0,80}\}|<<[^<>]{0,80}>>")
_NUMBERS = (b"0", b"-1", b"1", b"65535", b"2147483647", b"4294967296", b"99999999999999999999", b"1e308", b"NaN")
_PIECES = (
    b"<table>", b"</table>", b"<td colspan=99999 rowspan=99999>", b"<sup>", b"<li>", b"<math><mrow><mfrac>", b"$$",
    b"|", b"```", b"[[", b"<<", b"BT ", b"ET ", b" Tf ", b" 1e9 0 0 1e9 0 0 Tm ", b"\x00", b"\xff\xfe", b"\xed\xa0\x80",
    b"<!--", b"<![CDATA[", b"<w:tbl>", b"<a:p>", b"/Kids [3 0 R] ", b"/Parent 1 0 R ", b"/First 5 0 R /Next 5 0 R ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: ``read``, ``refused``, ``library``; or ``raised``, ``slow``, ``memory``, ``died``."""

    kind: str
    detail: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether the program reads the file or says in a sentence why it cannot."""
        return self.kind in ("read", "refused", "library")


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads changed files until the time is over; returns 1 if any was not read or refused as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz_files", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, help="a folder of files to change as well")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-files"), help="where files go that broke something")
    chosen = parser.parse_args(arguments)
    counts: Counter[tuple[str, str]] = Counter()
    broken = 0
    with tempfile.TemporaryDirectory(prefix="fuzz-files-") as folder:
        seeds = seed_files(Path(folder), chosen.data)
        for ending, sound in seeds.items():  # libraries are imported once, before the process is doubled
            file = Path(folder) / f"sound{ending}"
            file.write_bytes(sound[0])
            _outcome(file)
        end = time.monotonic() + 60 * chosen.minutes
        number = chosen.seed
        while time.monotonic() < end:
            number += 1
            ending, data = changed_file(seeds, number)
            file = Path(folder) / f"changed{ending}"
            file.write_bytes(data)
            outcome = read_apart(file)
            counts[ending, outcome.kind] += 1
            if not outcome.is_sound:
                broken += 1
                chosen.keep.mkdir(parents=True, exist_ok=True)
                (chosen.keep / f"{number}-{outcome.kind}{ending}").write_bytes(data)
                _say(f"{number} {ending} {outcome.kind}: {outcome.detail}")
    for ending in sorted({ending for ending, _ in counts}):
        said = ", ".join(f"{kind} {count:,}" for (of, kind), count in sorted(counts.items()) if of == ending)
        _say(f"{ending}: {said}")
    return int(broken > 0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def seed_files(folder: Path, data: Path | None) -> dict[str, list[bytes]]:
    """Returns sound files to change, by their endings: what can be made on this machine, and those of a folder."""
    files = [*_made(folder)]
    if data is not None:
        files += [file for file in sorted(data.rglob("*")) if file.is_file() and file.stat().st_size <= _LARGEST]
    found: dict[str, list[bytes]] = {}
    for file in files:
        if format_of(file.name) is not None or file.suffix == _CARDS:
            found.setdefault(file.suffix.lower(), []).append(file.read_bytes())
    return found


def _made(folder: Path) -> Iterator[Path]:
    for kind in FORMATS:
        place = folder / kind.name.replace(" ", "-")
        place.mkdir()
        with contextlib.suppress(NotMade):
            yield from [make(kind, source, place) for source in sources(_SOURCES)]
    text = next(iter(sources(_SOURCES))).read_text(encoding="utf-8")
    yield from (_sheet(folder / "sheet.xlsx"), _notebook(folder / "book.ipynb", text), _cards(folder / "cards.apkg"))
    table = folder / "table.csv"
    table.write_text("sep=;\nname;value\n" + "".join(f"row {n};{n * n}\n" for n in range(40)), encoding="utf-8")
    yield table
    yield from _pictures(folder)


def _sheet(file: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active or book.create_sheet()
    for row in range(1, 30):
        sheet.append([f"item {row}", row / 7, datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)])
    sheet.merge_cells("A3:B4")
    sheet["B2"].number_format = "0.0 %"
    book.save(file)
    return file


def _notebook(file: Path, text: str) -> Path:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)},
        {
            "cell_type": "code", "metadata": {}, "execution_count": 1, "source": "print(1)",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}],
        },
    ]  # fmt: skip
    file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return file


def _cards(file: Path) -> Path:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with contextlib.closing(StudyDatabase(file.with_suffix(".db"), MIGRATIONS)) as database:
        deck = Deck(database)
        cards = [deck.add(CardDraft(f"What is {n}?", f"It is {n}.", source=str(n)), now) for n in range(9)]
        write_apkg(cards, file, now)
    return file


def _pictures(folder: Path) -> Iterator[Path]:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (300, 120), "white")
    ImageDraw.Draw(picture).text((10, 40), "Enzymes lower the barrier.", fill="black")
    for ending in (".png", ".jpg", ".webp", ".tif"):
        file = folder / f"picture{ending}"
        picture.save(file)
        yield file


def changed_file(seeds: dict[str, list[bytes]], number: int) -> tuple[str, bytes]:
    """Returns the ending and the bytes of a changed file; the same for the same number and files."""
    draw = random.Random(number)
    ending = draw.choice(sorted(seeds))
    data = draw.choice(seeds[ending])
    others = seeds[ending]
    for _ in range(draw.choice((1, 1, 2, 4))):
        data = _changed(data, draw, others)
    return ending, data


def _changed(data: bytes, draw: random.Random, others: Sequence[bytes]) -> bytes:
    if data.startswith(b"PK") and draw.random() < 0.9:
        return _in_archive(data, draw)
    if data.startswith(b"%PDF") and draw.random() < 0.6:
        return _in_stream(data, draw)
    way = draw.choice((_flipped, _cut, _doubled, _number, _number, _piece, _nested))
    return way(data, draw) if draw.random() < 0.95 else data[: len(data) // 2] + draw.choice(others)[-len(data) // 2 :]


def _in_archive(data: bytes, draw: random.Random) -> bytes:
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            members = archive.infolist()
            chosen = draw.choice(members)
            for member in members:
                content = archive.read(member)
                if member is chosen:
                    if draw.random() < 0.05:
                        continue
                    content = draw.choice((_flipped, _cut, _doubled, _number, _piece, _nested))(content, draw)
                target.writestr(member.filename, content)
    except (zipfile.BadZipFile, ValueError, OSError, zlib.error, EOFError, NotImplementedError, IndexError):
        return _flipped(data, draw)
    return out.getvalue()


def _in_stream(data: bytes, draw: random.Random) -> bytes:
    streams = list(_STREAM.finditer(data))
    if not streams:
        return _number(data, draw)
    chosen = draw.choice(streams)
    try:
        content = zlib.decompress(chosen[1].rstrip(b"\r\n"))
    except zlib.error:
        content = chosen[1]
        return data[: chosen.start(1)] + draw.choice((_flipped, _number, _piece))(content, draw) + data[chosen.end(1) :]
    content = draw.choice((_flipped, _cut, _doubled, _number, _number, _piece, _nested))(content, draw)
    return data[: chosen.start(1)] + zlib.compress(content) + b"\n" + data[chosen.end(1) :]


def _flipped(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 4, 16, 64)) if data else 0):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _cut(data: bytes, draw: random.Random) -> bytes:
    first, last = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:first] if draw.random() < 0.5 else data[:first] + data[last:]


def _doubled(data: bytes, draw: random.Random) -> bytes:
    first = draw.randrange(len(data) + 1)
    piece = data[first : first + draw.choice((8, 64, 1000))]
    return data[:first] + piece * draw.choice((2, 20, 300)) + data[first:]


def _number(data: bytes, draw: random.Random) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return _flipped(data, draw)
    for chosen in sorted(draw.sample(found, min(len(found), draw.choice((1, 3)))), key=lambda one: -one.start()):
        data = data[: chosen.start()] + draw.choice(_NUMBERS) + data[chosen.end() :]
    return data


def _piece(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.choice(_PIECES) * draw.choice((1, 3, 100)) + data[at:]


def _nested(data: bytes, draw: random.Random) -> bytes:
    found = list(_MARKUP.finditer(data))
    if not found:
        return _piece(data, draw)
    chosen = draw.choice(found)
    return data[: chosen.start()] + chosen[0] * draw.choice((30, 1000, 5000)) + data[chosen.start() :]


def read_apart(file: Path) -> Outcome:
    """Reads a file in a process of its own and returns what became of it."""
    receiver, sender = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        try:
            os._exit(_child(file, sender))
        finally:
            os._exit(1)
    os.close(sender)
    try:
        with os.fdopen(receiver, "rb") as pipe:
            said = pipe.read().decode("utf-8", "replace")
    finally:
        _, status = os.waitpid(child, 0)
    took = time.monotonic() - started
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return Outcome("slow" if name in ("SIGXCPU", "SIGKILL") else "died", f"{name} after {took:.0f} s")
    kind, _, detail = said.partition("\n")
    return Outcome(kind or "died", detail)


def _child(file: Path, sender: int) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_STOPPED_S, _STOPPED_S + 5))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MB << 20, _MEMORY_MB << 20))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    outcome = _outcome(file)
    took = sum(os.times()[:2])
    if outcome.is_sound and took > _SLOW_S:
        outcome = Outcome("slow", f"{took:.0f} s of processor time")
    os.write(sender, f"{outcome.kind}\n{outcome.detail}"[:4000].encode("utf-8", "replace"))
    return 0


def _outcome(file: Path) -> Outcome:
    try:
        (_read_cards if file.suffix == _CARDS else _read_note)(file)
    except AssistantError as error:
        return Outcome("refused") if error.message else Outcome("raised", "an error without a message")
    except MemoryError:
        return Outcome("memory")
    except Exception as error:  # noqa: BLE001 - what is raised is the result
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-5:]))
        apart = any(frame.name == "_extract" for frame in frames)
        foreign = Path(frames[-1].filename).is_relative_to(_PACKAGE) is False
        said = " ".join(str(error)[:200].split())
        return Outcome("library" if apart and foreign else "raised", f"{type(error).__name__}: {said} at {places}")
    return Outcome("read")


def _read_cards(file: Path) -> None:
    read_package(file, CardScheduler())


def _extract(file: Path, known: Format) -> Extract:
    """Does what the converter process does."""
    found = known.read(file)
    if known.page_picture is not None:
        for page in found.scanned[:2]:
            known.page_picture(file, page)
    return found


def _read_note(file: Path) -> None:
    known = format_of(file.name)
    if known is None:
        raise ValueError(f"{file.name} is of no format")
    if known.archive_part:
        check_archive(file, known)
    found = _extract(file, known)
    text = "\n\n".join(map(clean, found.pages))
    note = parse(file.name, text, known.kind, clean(found.title))
    if any("\ud800" <= sign <= "\udfff" for sign in note.text):
        raise ValueError("half a character is in the text")
    if text.strip() and len(text) < 2_000_000:
        split(note, FakeEmbedder(), ChunkingConfig())


if __name__ == "__main__":
    sys.exit(main())
