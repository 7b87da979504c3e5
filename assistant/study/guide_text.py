"""A study guide as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.study.guide import Guide, GuidePart, KeyTerm
from assistant.study.items import Anchor, Item, Kind
from assistant.types import Citation

LETTERS = "ABCDEFGH"


def guide_markdown(guide: Guide) -> str:
    """Returns the guide: summary, key terms, questions, answers, and the words of the notes behind each number."""
    sources: dict[tuple[str, int, int], Citation] = {}
    parts = [f"# Study guide: {guide.title}", _origin(guide)]
    if guide.parts:
        parts += ["## Summary", *_summary(guide.parts, sources)]
    if guide.terms:
        parts += ["## Key terms", "\n".join(map(_term, guide.terms))]
    if guide.questions:
        parts += ["## Questions", *(_question(item, n) for n, item in enumerate(guide.questions, start=1))]
        parts += ["## Answers", "\n".join(_answer(item, n) for n, item in enumerate(guide.questions, start=1))]
    if sources:
        lines = (f"{n}. {_source(cited)}" for n, cited in enumerate(sources.values(), start=1))
        parts += ["## Sources", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _origin(guide: Guide) -> str:
    if guide.writer:
        text = f"Written by {guide.writer} from your notes; every sentence of the summary was checked against them."
        text += f" {_counted(guide.left_out)} left out because your notes do not say so." if guide.left_out else ""
    else:
        text = "The sentences of the summary are your notes' own."
    return f"*{text}*" + ("\n\n*It was stopped before it was complete.*" if guide.stopped else "")


def _counted(count: int) -> str:
    return "1 sentence was" if count == 1 else f"{count} sentences were"


def _summary(parts: Sequence[GuidePart], sources: dict[tuple[str, int, int], Citation]) -> Iterator[str]:
    for part in parts:
        yield f"### {' > '.join(part.heading_path[-2:]) or part.note}"
        yield "\n".join(
            f"- {sentence.text} {' '.join(f'[{_number(cited, sources)}]' for cited in sentence.citations)}"
            for sentence in part.sentences
        )


def _number(cited: Citation, sources: dict[tuple[str, int, int], Citation]) -> int:
    key = (cited.note, cited.start, cited.end)
    sources.setdefault(key, cited)
    return list(sources).index(key) + 1


def _term(term: KeyTerm) -> str:
    return f"- **{term.name}**: “{_line(term.definition.quote)}” ({_where(term.definition)})"


def _question(item: Item, number: int) -> str:
    lead = "True or false? " if item.kind is Kind.TRUE_FALSE else ""
    lines = [f"{number}. {lead}{item.question}"]
    if item.kind is Kind.MATCH:
        lines += [f"   - {left}" for left in item.lefts]
    if item.kind is not Kind.TRUE_FALSE:
        lines += [f"   - {letter}) {option}" for letter, option in zip(LETTERS, item.options, strict=False)]
    return "\n".join(lines)


def _answer(item: Item, number: int) -> str:
    return f"{number}. {_key(item)} “{_line(item.source.quote)}” ({_where(item.source)})"


def _key(item: Item) -> str:
    if item.kind is Kind.MATCH:
        pairs = zip(item.lefts, item.key, strict=True)
        return "; ".join(f"{left}: {LETTERS[right]}" for left, right in pairs) + "."
    if item.kind is Kind.ORDER:
        return ", ".join(LETTERS[step] for step in item.key) + "."
    if item.kind is Kind.TRUE_FALSE:
        return f"{item.options[item.key[0]]}."
    if item.kind is Kind.CHOICE:
        return f"{LETTERS[item.key[0]]}) {item.options[item.key[0]].rstrip('.')}."
    return item.answer.rstrip(".") + "."


def _source(cited: Citation) -> str:
    page = f", page {cited.page}" if cited.page else ""
    return f"{' > '.join((cited.note, *cited.heading_path))}{page}: “{_line(cited.quote)}”"


def _where(anchor: Anchor) -> str:
    return " > ".join((anchor.note, *anchor.heading_path))


def _line(quote: str) -> str:
    """Returns a quote on one line: a line break within it would end the list."""
    return " ".join(quote.split())
