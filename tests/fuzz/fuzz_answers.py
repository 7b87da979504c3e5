"""Targets: what checks answers against the notes, what finds passages, and what sets text for the page."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from fuzz_draw import Draw

from assistant.answering.answer import Answerer
from assistant.answering.attribution import Attributor
from assistant.config import AnsweringConfig, ChunkingConfig, NotesConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.documents.sentences import SentenceSplitter, split_sentences
from assistant.errors import AssistantError
from assistant.index.build import Builder, fingerprint
from assistant.index.chunking import split
from assistant.index.retriever import Retriever
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Document, Done, Request, Sampling, Scope, Sentence, Turn
from assistant.ui.nodes import TagNode, find_all, to_json
from assistant.ui.render import render_answer
from assistant.ui.tabs.library.view import Around, render_note

_SCHEMES = ("http:", "https:", "mailto:")
COURSE = {
    "inference.md": "# Inference\n\n- **Batch** - many inputs at once\n- **Real-time** - each input as it arrives\n"
    "## Costs\n\nBatch costs about 50% less than real-time, because it runs at night. It is not for 3 users.\n",
    "metrics.md": "# Metrics\n\n## Model metrics\n\n- **Precision** - the ratio of true positives to all predicted.\n"
    "- **Recall** - the ratio of true positives to all actual positives.\n\nThe F1 score joins both.\n",
    "ünï/漢字 'quoted' \"name\".md": "# Pets\n\nCats purr at night. Dogs bark at 12 strangers.\n",
}


def support(data: bytes) -> None:
    """Whatever the note and the answer: offsets are exact, a quote stands in its note, a score is a share."""
    draw = Draw(data)
    text = draw.text(0.5, 3000).replace("\r", "").encode("utf-8", "ignore").decode()
    question = draw.text(0.2, 200)
    answer = draw.text(0.5, 500) + text[draw.below(400) :][: draw.below(300)] + draw.text(1.0, 500)
    note = parse("n.md", text, "markdown", "n")
    blocks, _ = split(note, FakeEmbedder(), ChunkingConfig())
    attributor = Attributor(blocks[:3], question, 0.68, {note.path: note})
    check_sentences([attributor.attribute(answer, *span) for span in split_sentences(answer)], answer, {"n.md": note})


def check_sentences(sentences: Iterable[Sentence], answer: str, notes: dict[str, Document]) -> None:
    """Offsets are exact, quotes stand in their notes, scores are shares, and the page can show it."""
    held = tuple(sentences)
    end = 0
    for sentence in held:
        assert answer[sentence.start : sentence.end] == sentence.text and sentence.start >= end
        assert 0.0 <= sentence.score <= 1.0
        assert bool(sentence.citations) == (sentence.supported and sentence.is_claim)
        assert sentence.supported or sentence.reason
        for citation in sentence.citations:
            assert notes[citation.note].text[citation.start : citation.end] == citation.quote != ""
        end = sentence.end
    check_nodes(render_answer(answer, held))


def sentences(data: bytes) -> None:
    """A text that comes in pieces is cut into the same sentences as the whole, but for what only its end decides."""
    draw = Draw(data)
    pieces = [draw.text(0.3, 400) for _ in range(1 + draw.below(6))]
    splitter = SentenceSplitter()
    found = [span for piece in pieces for span in splitter.feed(piece)] + splitter.finish()
    assert splitter.text == "".join(pieces)
    assert found == split_sentences("".join(pieces))
    assert all(a[1] <= b[0] for a, b in pairwise(found))


@functools.cache
def course() -> Retriever:
    """Returns the search over a small course, indexed once for each process."""
    root = Path(tempfile.mkdtemp(prefix="fuzz-index-"))
    for path, text in COURSE.items():
        (root / "notes" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "notes" / path).write_text(text, encoding="utf-8")
    embedder, chunking = FakeEmbedder(), ChunkingConfig(20, 60)
    Builder(root / "notes", root / "index", embedder, chunking, NotesConfig()).build()
    return Retriever(root / "index", embedder, RetrievalConfig, fingerprint(chunking, embedder.name))


def questions(data: bytes) -> None:
    """Any question, conversation and scope gets an answer with exact quotes, or an error that says what is wrong."""
    draw = Draw(data)
    retriever = course()
    scope = Scope(draw.pick(("", "", "inference.md", "ünï", draw.text(0.1, 50))), (draw.text(0.1, 50),) * draw.below(2))
    turns = tuple(Turn(draw.text(0.2, 300), draw.text(0.2, 300)) for _ in range(draw.below(3)))
    said = draw.text(0.5, 1500)
    comparisons = (-9.0, -9.0, -0.1, -5.0) if draw.below(4) else (-9.0, -9.0, -5.0, -0.1)
    generator = FakeGenerator(lambda prompt: said or "Batch.", comparisons=comparisons, context_tokens=40_000)
    answerer = Answerer(retriever, lambda: generator, AnsweringConfig(), Sampling(), "fp")
    question = "batch inputs at once " * draw.below(2) + draw.text(1.0, 5000)
    try:
        events = list(answerer.ask(Request(question, turns, scope)))
    except AssistantError as error:
        assert error.message
        return
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    notes = {path: retriever.store.note(path) for path in COURSE}
    if not answer.abstained:
        check_sentences(answer.sentences, answer.text, notes)
    for prompt in generator.prompts:
        assert all(any(text in note.text for note in notes.values()) for text in (b.text for b in answer.blocks))
        assert prompt.question


def page_text(data: bytes) -> None:
    """Any note becomes elements that the page knows, without a link that could run; its characters are kept."""
    draw = Draw(data)
    kind = draw.pick(("markdown", "markdown", "text", "pdf", "csv"))
    text = draw.text(longest=6000).replace("\r", "").encode("utf-8", "ignore").decode()
    start = draw.below(300)
    shown = render_note(parse("n.md", text, kind, "n"), Around(), (start, start + draw.below(100)))
    assert shown.model_dump_json()
    check_nodes(render_answer(text, ()))


def check_nodes(nodes: Iterable[str | TagNode]) -> None:
    """The tree can be sent, and its links lead to the web only."""
    held = tuple(nodes)
    json.dumps([to_json(node) for node in held], allow_nan=False)
    for link in find_all(held, lambda node: "href" in node.attrs):
        assert str(link.attrs["href"]).lower().startswith(_SCHEMES)
