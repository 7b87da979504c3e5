"""``assistant bench``: how fast this machine answers, each figure beside its yardstick in the same run.

Machines are noisy, so what is compared is measured in turn, A B A B, and reported as the median of the pairs' ratios.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.bench_answers import QUESTIONS, Figure, at_least, at_most, measure_background, measure_writing
from assistant.evaluation.suites import MeasuredAssistant
from assistant.extensions import find_extensions, load_extension, missing_extension
from assistant.index.build import Builder
from assistant.index.chunking import split
from assistant.index.embedder import transformer_of
from assistant.index.entries import Entry, FileState
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.types import Chunk, ContextBlock

EXTENSIONS = "assistant.benchmarks"
"""The entry points of further groups: each names a function as those here."""

Group = Callable[[MeasuredAssistant], Iterator[Figure]]

_ROUNDS = 5


def find_groups() -> dict[str, Group]:
    """Returns the groups of figures there are, by name: the program's own, then those that are registered."""
    return _OWN | {name: _registered(name) for name in find_extensions(EXTENSIONS)}


def run(assistant: MeasuredAssistant, only: tuple[str, ...] = ()) -> Iterator[Figure]:
    """Yields the figures as they are measured.

    Args:
        assistant: The workspace; its notes are read, its index is not changed.
        only: Names of groups; empty for all.

    Raises:
        UsageError: There is no such group, or there are no notes to measure with.
    """
    groups = find_groups()
    unknown = [name for name in only if name not in groups]
    if unknown:
        raise missing_extension("benchmark", EXTENSIONS, unknown[0], tuple(_OWN))
    if assistant.index.status().passages == 0:
        raise UsageError("There is nothing to measure with: no notes are indexed.", hint="assistant index build")
    for name, measure in groups.items():
        if not only or name in only:
            yield from measure(assistant)


def _registered(name: str) -> Group:
    return lambda assistant: load_extension(EXTENSIONS, name)(assistant)


def measure_build(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """Passages per second of a whole build against the bare embedder, sentence-transformers in torch, on its texts."""
    embedder, config = assistant.models.embedder.get(), assistant.settings.now
    notes = [assistant.notes.read(item.path) for item in assistant.notes.all() if item.state == "ready"]
    texts = [chunk.embedding_text for note in notes for chunk in split(note, embedder, config.chunking)[1]]
    bare_model = transformer_of(embedder).model()
    ratios, speeds = [], []
    embedder.embed_chunks(texts[:32])
    bare_model.encode(texts[:32])
    for _ in range(3):
        bare_s = _seconds(lambda: bare_model.encode(texts, batch_size=32, normalize_embeddings=True))
        with tempfile.TemporaryDirectory() as folder:
            builder = Builder(assistant.workspace.notes, Path(folder), embedder, config.chunking, config.notes)
            build_s = _seconds(builder.build)
        ratios.append(bare_s / build_s)
        speeds.append(len(texts) / build_s)
    yield Figure("index build", statistics.median(speeds), "passages/s")
    yield at_least("index build against the bare embedder", statistics.median(ratios), 1.6)


def measure_search(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """Search times over indexes of 1,000 and 100,000 passages, embedding of the question included."""
    for size, goal_ms in ((1_000, None), (100_000, 50.0)):
        with tempfile.TemporaryDirectory() as folder:
            _fill(Path(folder), assistant, size)
            retriever = Retriever(
                Path(folder), assistant.models.embedder.get(), lambda: assistant.settings.now.retrieval, "bench"
            )
            try:
                retriever.search(QUESTIONS[0])
                times = [1000 * _seconds(partial(retriever.search, question)) for question in QUESTIONS * 10]
            finally:
                retriever.close()
        p50, p95 = np.percentile(times, (50, 95))
        yield Figure(f"search p50, {size:,} passages", float(p50), "ms")
        met = None if goal_ms is None else bool(p95 < goal_ms)
        yield Figure(f"search p95, {size:,} passages", float(p95), "ms", f"< {goal_ms:g} ms" if goal_ms else "", met)


def measure_starts(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """Cold starts of three commands, each in a process of its own, and the memory of a whole answer."""
    base = [sys.executable, "-m", "assistant", "--workspace", str(assistant.workspace.root)]
    base += ["--model", assistant.settings.now.model.name]
    help_s = statistics.median(_seconds(lambda: _run([*base, "--help"])) for _ in range(_ROUNDS))
    yield Figure("assistant --help", help_s, "s", "< 1 s", help_s < 1)
    page_s = statistics.median(_page_seconds(base) for _ in range(3))
    yield Figure("assistant ui to the page", page_s, "s", "< 5 s", page_s < 5)
    _run([*base, "ask", "--json", QUESTIONS[0]])  # reads the sections, so that the next process finds them
    answers = [json.loads(_run([*base, "ask", "--json", QUESTIONS[0]])) for _ in range(3)]
    first_s = statistics.median(a["timings"]["load_s"] + a["timings"]["first_token_s"] for a in answers)
    yield at_most("assistant ask, process start to first word, warm cache", first_s, "s", 4)
    peak = _peak_memory_gb([*base, "ask", "--json", "--exact", QUESTIONS[1]])
    yield Figure("peak memory of an answer", peak, "GB", "< 2.5 GB", peak < 2.5)


_OWN: dict[str, Group] = {
    "build": measure_build,
    "search": measure_search,
    "starts": measure_starts,
    "writing": measure_writing,
    "background": measure_background,
}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _fill(folder: Path, assistant: MeasuredAssistant, size: int) -> None:
    """Makes an index of ``size`` passages whose words are those of the notes, as often as there."""
    words = " ".join(assistant.notes.read(item.path).text for item in assistant.notes.all() if item.passages).split()
    choose = random.Random(0)
    rows = np.random.default_rng(0)
    dimension = assistant.models.embedder.get().dimension
    store = Store(folder, create=True)
    store.begin_fingerprint("bench")
    for number in range(size // 500):
        texts = [" ".join(choose.choices(words, k=60)) for _ in range(500)]
        text = "\n\n".join(texts)
        path = f"{number}.md"
        chunks, at = [], 0
        for ordinal, body in enumerate(texts):
            chunks.append(Chunk(path, ("Bench",), (), "Bench", at, at + len(body), body, ordinal))
            at += len(body) + 2
        blocks = [ContextBlock(path, ("Bench",), (), c.start, c.end, c.text, c.block) for c in chunks]
        vectors = rows.standard_normal((500, dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        entry = Entry(parse(path, text, "markdown", path), FileState(0, 0, path), tuple(blocks), tuple(chunks))
        store.put(entry, vectors)
    store.close()


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


def _page_seconds(base: list[str]) -> float:
    """From process start until the page's address answers."""
    began = time.perf_counter()
    command = [*base, "ui", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # printed once the page answers
            return time.perf_counter() - began
        finally:
            process.terminate()


def _peak_memory_gb(command: list[str]) -> float:
    """The largest resident memory of a process, in 10^9 bytes. Pages of the mapped model count."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    factor = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * factor / 1e9
