"""A scripted answer of the stand-in for the assistant, event by event as the real one comes to be."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.types import (
    Answer,
    Chunk,
    Citation,
    ContextBlock,
    Document,
    Done,
    Event,
    Fate,
    FoundSection,
    Hit,
    ReadingProgress,
    Retrieved,
    SearchResult,
    Section,
    Sentence,
    Timings,
    Token,
)

if TYPE_CHECKING:
    from tests.ui.fake_service import FakeStudyService

try:
    from tests.ui.fake_scripts import COSTS, FUNDAMENTALS, Said, Script
except ModuleNotFoundError:  # pytest puts this folder, not the repository, on the path
    from fake_scripts import COSTS, FUNDAMENTALS, Said, Script


class StoppedError(Exception):
    """The student stopped the answer."""


class Play:
    """One scripted answer."""

    def __init__(self, service: FakeStudyService, question: str, cancel: threading.Event) -> None:
        self.service, self.question, self.cancel = service, question, cancel
        self.script = next((s for s in service.scripts if s.word in question.lower()), None)
        self.text = ""
        self.sentences: tuple[Sentence, ...] = ()
        self.search = SearchResult(question, ())
        self.blocks: tuple[ContextBlock, ...] = ()

    def events(self) -> Iterator[Event]:
        while self.service.engine == "loading":
            self._rest(0.02)
        self._gate("search")
        self.search, self.blocks = self.retrieve()
        yield Retrieved(self.search, self.blocks if self.script else ())
        self._gate("reading")
        if self.script is None:
            yield Done(self.answer(abstained=True))
            return
        yield from self._reading()
        self._gate("writing")
        yield from self._writing(self.script)
        self._gate("done")
        yield Done(self.answer())

    def _reading(self) -> Iterator[Event]:
        total = sum(len(block.text) for block in self.blocks) // 4
        for step in range(5):
            yield ReadingProgress(total * step // 4, total)
            if step == 2:
                self._gate("halfway")
            self._rest(self.service.pace_s * 6)

    def _writing(self, script: Script) -> Iterator[Event]:
        for number, said in enumerate(script.sentences):
            if number == len(script.sentences) // 2:
                self._gate("middle")
            for piece in re.findall(r"\s*\S+\s*", said.text) or [said.text]:
                self._rest(self.service.pace_s)
                self.text += piece
                yield Token(piece)
            sentence = self._sentence(said)
            self.sentences = (*self.sentences, sentence)
            yield sentence

    def _sentence(self, said: Said) -> Sentence:
        body = said.text.strip()
        start = self.text.rindex(body)
        citations = tuple(self._citation(*quote) for quote in said.quotes)
        supported = bool(citations) or not said.is_claim
        return Sentence(
            body, start, start + len(body), supported, 0.93 if citations else 0.0, citations, said.reason, said.is_claim
        )

    def _citation(self, path: str, quote: str) -> Citation:
        note = self.service.notes.read(path)
        start = note.text.index(quote)
        return Citation(path, headings(note, start), start, start + len(quote), quote, 0.93, note.page_at(start))

    def _quotes(self, script: Script) -> tuple[Citation, ...]:
        return tuple(replace(self._citation(*line), item=script.under) for line in script.below)

    def retrieve(self) -> tuple[SearchResult, tuple[ContextBlock, ...]]:
        passages = (
            self.script.passages if self.script else ((FUNDAMENTALS, "using a trained model"), (COSTS, "Provisioned"))
        )
        indexed = self.service.notes.keys() - self.service.stale
        hits = tuple(self._hit(i, *p) for i, p in enumerate(passages) if p[0] in indexed)
        blocks = tuple(
            ContextBlock(h.chunk.note, h.chunk.heading_path, (), h.chunk.start, h.chunk.end, h.chunk.text, 0)
            for h in hits[:3]
        )
        typed = tuple(c for c in self.script.corrections if c[0] in self.question) if self.script else ()
        missing = (
            () if self.script else tuple(w for w in re.findall(r"\b[A-Za-z]{5,}\b", self.question) if w != "about")
        )
        return SearchResult(self.question, hits, typed, missing), blocks

    def _hit(self, place: int, path: str, words: str) -> Hit:
        note = self.service.notes.read(path)
        at = note.text.index(words)
        start = note.text.rfind("\n", 0, at) + 1
        end = note.text.find("\n", at)
        chunk = Chunk(path, headings(note, at), (), "", start, end, note.text[start:end], 0, note.page_at(at))
        return Hit(chunk, 3.0 - place, 0.8 - place / 10, 9.0 - place, place + 1, place + 2 if place % 2 else None)

    def answer(self, *, stopped: bool = False, abstained: bool = False) -> Answer:
        reason = "Your notes do not seem to say anything about this." if abstained else ""
        fates = [Fate.NOT_ASKED] * 3 if abstained else [Fate.READ, Fate.NOT_NEEDED, Fate.TOO_SLOW]
        found = zip(self.blocks, fates, strict=False)
        return Answer(
            self.question,
            reason or self.text,
            abstained,
            self.sentences,
            self.search,
            () if abstained else self.blocks,
            Timings(0, 0.04, 0.9, 4.2, 700, 600, 90),
            "fake",
            reason=reason,
            quotes=self._quotes(self.script) if self.script else (),
            evidence=0.08 if abstained else 0.93,
            threshold=0.15 if abstained else 0.4,
            sections=tuple(FoundSection(b.note, b.heading_path, len(b.text.split()), fate) for b, fate in found),
            stopped=stopped,
        )

    def _gate(self, phase: str) -> None:
        gate = self.service.holds.get(phase)
        while gate is not None and not gate.wait(0.01):
            self._check()

    def _rest(self, seconds: float) -> None:
        if seconds and self.cancel.wait(seconds):
            self._check()
        self._check()

    def _check(self) -> None:
        if self.cancel.is_set() and not self.service.deaf:
            raise StoppedError


def sections(note: Document) -> tuple[Section, ...]:
    """Returns the headings of a Markdown note; enough for the page."""
    found = [
        (len(m[1]), m[2].strip(), m.start(), m.end()) for m in re.finditer(r"^(#{1,6}) (.+)$", note.text, re.MULTILINE)
    ]
    path: list[str] = []
    sections = []
    for i, (level, title, start, body) in enumerate(found):
        path = [*path[: level - 1], title]
        end = next((s for lv, _, s, _ in found[i + 1 :] if lv <= level), len(note.text))
        sections.append(Section(note.path, tuple(path), level, start, body, end))
    return tuple(sections) or (Section(note.path, (), 0, 0, 0, len(note.text)),)


def headings(note: Document, offset: int) -> tuple[str, ...]:
    holding = [s for s in sections(note) if s.start <= offset < s.end]
    return holding[-1].heading_path if holding else ()
