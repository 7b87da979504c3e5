"""Conversations as Markdown: questions, answers, and under each the words of the notes that it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo
from itertools import pairwise

from assistant.answering.verdict import verdict
from assistant.conversations.records import Conversation, KeptTurn
from assistant.documents.ocr.notices import of_words
from assistant.study.database import local_day
from assistant.study.gaps import escaped
from assistant.types import Answer, Citation, Sentence

_FENCE = re.compile(r"^[ \t]*(```|~~~)", re.MULTILINE)
_CODE = re.compile(r"(^[ \t]*(?:```|~~~).*?(?:^[ \t]*(?:```|~~~)[^\n]*$|\Z)|`+[^`\n]+`+)", re.MULTILINE | re.DOTALL)
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME_CHARS = 60


def conversation_markdown(conversation: Conversation, zone: tzinfo | None = None) -> str:
    """Returns a conversation as a Markdown document; ``zone`` is the student's, None for the computer's.

    The numbers of citations count within one answer. A link to a picture, and HTML that is no code, stand there as
    text: what a model or a note wrote must not make the reader fetch anything.
    """
    day = local_day(conversation.started_at, zone)
    head = f"# {escaped(conversation.title)}\n\nBegun on {day.day} {day:%B %Y}.\n"
    return head + "".join(_turn(turn) for turn in conversation.turns)


def conversations_markdown(conversations: Sequence[Conversation], zone: tzinfo | None = None) -> str:
    """Returns several conversations in one document, with a rule between them."""
    return "\n---\n\n".join(conversation_markdown(one, zone) for one in conversations)


def file_name(conversation: Conversation) -> str:
    """Returns a name for its file, made of its title."""
    plain = re.sub(r"[^\w-]+", "-", conversation.title.lower()).strip("-")[:_NAME_CHARS].rstrip("-")
    return f"{plain or 'conversation'}.md"


def _turn(turn: KeptTurn) -> str:
    parts = [f"## {escaped(' '.join(turn.question.split()))}"]
    if str(turn.scope):
        parts.append(f"*Asked of {escaped(str(turn.scope))} only.*")
    if turn.answer is not None:
        parts += _answer(turn.answer)
    elif turn.text:
        parts += [harmless(turn.text.strip()), "*You stopped this answer.*" if turn.stopped else f"*{_fault(turn)}*"]
    else:
        parts.append(f"*{'You stopped this answer.' if turn.stopped else _fault(turn)}*")
    return "\n" + "\n\n".join(parts) + "\n"


def _fault(turn: KeptTurn) -> str:
    return escaped(turn.fault[0]) or "This was not answered, because the program ended first."


def _answer(answer: Answer) -> list[str]:
    found = verdict(answer)
    state = f"**{found.word}.** {escaped(found.reason)}"
    if answer.abstained:
        return [state]
    cited = answer.numbered_citations()
    sources = dict(enumerate(cited, start=1)) | dict(answer.numbered_quotes())
    parts = [harmless(with_numbers(answer.text, answer.sentences, cited).strip())]
    if answer.quotes:
        also = [f"- {escaped(quote.told)} [{n}]" for n, quote in answer.numbered_quotes()]
        parts += ["Also in your notes:", "\n".join(also)]
    parts.append(state)
    if sources:
        parts.append("\n".join(_source(n, sources[n]) for n in sorted(sources)))
    return parts


def _source(number: int, citation: Citation) -> str:
    place = " > ".join(map(escaped, (citation.note, *citation.heading_path)))
    scan = of_words(citation.confidence)
    where = ", ".join(filter(None, (place, f"page {citation.page}" if citation.page else "", scan)))
    return f"{number}. {where}: “{escaped(' '.join(citation.quote.split()))}”"


def with_numbers(text: str, sentences: Sequence[Sentence], cited: Sequence[Citation]) -> str:
    """Returns the answer with ``[1]`` behind each sentence that cites the first of ``cited``, and so on."""
    numbers = {c.span: n for n, c in enumerate(cited, start=1)}
    marks: dict[int, list[int]] = {}
    for sentence in sentences:
        found = sorted({numbers[c.span] for c in sentence.citations})
        if sentence.supported and found:
            end = sentence.start + len(text[sentence.start : sentence.end].rstrip())
            marks.setdefault(_behind_code(text, end), []).extend(found)
    places = [0, *sorted(marks), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    written = pieces[0]
    for place, piece in zip(sorted(marks), pieces[1:], strict=True):
        written = _marked(written, "".join(f"[{n}]" for n in dict.fromkeys(marks[place]))) + piece
    return written


def _behind_code(text: str, offset: int) -> int:
    """Returns the offset, moved behind the code block that it lies in."""
    if len(_FENCE.findall(text, 0, offset)) % 2 == 0:
        return offset
    closing = _FENCE.search(text, offset)
    if closing is None:
        return len(text)
    line = text.find("\n", closing.end())
    return len(text) if line < 0 else line


def _marked(text: str, mark: str) -> str:
    """Returns ``text`` with ``mark`` at its end, where Markdown shows it."""
    line = text[text.rfind("\n") + 1 :].strip()
    if line.startswith(("```", "~~~", "$$")) or line.endswith("$$"):
        return f"{text}\n\n{mark}"
    if len(line) > 1 and line.startswith("|") and line.endswith("|"):
        return f"{text.rstrip()[:-1].rstrip()} {mark} |"
    return f"{text} {mark}"


def harmless(text: str) -> str:
    """Returns Markdown in which HTML and pictures that are no code stand as text."""
    parts = _CODE.split(text)
    parts[::2] = [_TAG.sub("&lt;", part).replace("![", "!\\[") for part in parts[::2]]
    return "".join(parts)
