"""Study guides as Markdown, with headings in the language of the notes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from assistant.documents.roles import names_nothing
from assistant.study.guide_lines import GuideLine, LineKind, ListPoint

if TYPE_CHECKING:
    from assistant.quiz.item import Anchor
    from assistant.study.guide import Guide, GuidePart
    from assistant.study.guide_questions import Contrast, KeyTerm


@dataclass(frozen=True, slots=True)
class GuidePhrases:
    """What a guide calls its parts in one language; see ``guide.toml``."""

    guide: str
    ideas: str
    terms: str
    formulas: str
    contrasts: str
    questions: str
    answers: str
    sources: str
    page: str
    little: str
    one: str
    more: str
    difference: str
    members: str
    members_of: str
    steps: str
    formula: str
    follows: str
    reason: str
    listed: str
    table: str
    described: str
    meaning: str

    def too_little(self, count: int) -> str:
        """Returns the remark that the notes say little, with how many lines they have."""
        return self.little.format(count=self.one if count == 1 else self.more.format(count=count))


@lru_cache(maxsize=1)
def _all() -> dict[str, GuidePhrases]:
    found = tomllib.loads(resources.files("assistant.study").joinpath("guide.toml").read_text("utf-8"))
    names = [field.name for field in fields(GuidePhrases)]
    return {language: GuidePhrases(**{name: table[name] for name in names}) for language, table in found.items()}


def phrases(language: str) -> GuidePhrases:
    """Returns the phrases of a language; those of English for one that has none."""
    return _all().get(language, _all()["en"])


def guide_markdown(guide: Guide) -> str:
    """Returns a guide as Markdown: every line has the number of its place in the list of sources."""
    return "".join(guide_in_two(guide))


def guide_in_two(guide: Guide) -> tuple[str, str]:
    """Returns what ``guide_markdown`` does in two pieces: what the notes say, then questions, answers and sources."""
    writer = _GuideWriter(guide)
    said = "\n\n".join(writer.said()) + "\n"
    asked = "\n\n".join(writer.asked())
    return said, f"\n{asked}\n" if asked else ""


def line_markdown(line: GuideLine) -> str:
    """Returns a line as Markdown by itself: what announces it, and its list, table or formula below that."""
    below = "\n".join(_points(line.points)) or line.block
    return "\n\n".join(part for part in (line.text, below, line.behind) if part)


def _points(points: Sequence[ListPoint]) -> Iterator[str]:
    for point in points:
        yield f"{'   ' * point.depth}{f'{point.number}.' if point.number else '-'} {point.text}"


class _GuideWriter:
    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._phrases = phrases(guide.language)
        self._places: dict[tuple[str, tuple[str, ...], int | None], int] = {}

    def said(self) -> list[str]:
        """Returns title, ideas, terms, formulas, and what is easily confused."""
        guide, said = self._guide, self._phrases
        parts = [f"# {said.guide.format(title=guide.title)}"]
        if guide.says_little:
            parts.append(f"*{said.too_little(guide.count)}*")
        if guide.parts:
            parts += [f"## {said.ideas}", *self._ideas(guide.parts)]
        if guide.terms:
            parts += [f"## {said.terms}", "\n".join(map(self._term, guide.terms))]
        if guide.formulas:
            parts += [f"## {said.formulas}", *self._ideas(guide.formulas)]
        if guide.contrasts:
            parts += [f"## {said.contrasts}", "\n".join(map(self._contrast, guide.contrasts))]
        return parts

    def asked(self) -> list[str]:
        """Returns questions, answers and sources; comes after ``said``, which numbers the first places."""
        guide, said = self._guide, self._phrases
        parts: list[str] = []
        if guide.questions:
            asked = (f"{n}. {one.question}" for n, one in enumerate(guide.questions, start=1))
            parts += [f"## {said.questions}", "\n".join(asked)]
            told = (f"{n}. {one.answer} {self._mark(one.anchor)}" for n, one in enumerate(guide.questions, start=1))
            parts += [f"## {said.answers}", "\n".join(told)]
        if self._places:
            lines = (f"{n}. {self._place(*place)}" for place, n in self._places.items())
            parts += [f"## {said.sources}", "\n".join(lines)]
        return parts

    def _ideas(self, parts: Sequence[GuidePart]) -> Iterator[str]:
        group: str | None = None
        lines: list[str] = []
        for part in parts:
            if part.group != group:
                if lines:
                    yield "\n".join(lines)
                group, lines = part.group, []
                if group:
                    yield f"### {group}"
            lines += self._part(part)
        if lines:
            yield "\n".join(lines)

    def _part(self, part: GuidePart) -> Iterator[str]:
        if not part.label:
            for line in part.lines:
                yield from self._line(line, "", 0, part.group)
        elif len(part.lines) == 1:
            yield from self._line(part.lines[0], f"**{part.label}**: ", 0)
        else:
            yield f"- **{part.label}**"
            for line in part.lines:
                yield from self._line(line, "", 1)

    def _line(self, line: GuideLine, label: str, depth: int, group: str = "") -> Iterator[str]:
        """Yields a line below its label, or below the heading of its group; neither is said again."""
        indent = "  " * depth
        if line.kind is LineKind.SENTENCE:
            term = f"**{line.defines}**: " if line.defines and not label else label
            yield f"{indent}- {term}{line.text} {self._mark(line.anchor)}"
            return
        lead = f"{label}{line.text}".strip() if line.text else label.removesuffix(": ")
        if line.kind is LineKind.LIST:
            if not lead:
                *points, last = (f"{indent}{point}" for point in _points(line.points))
                yield from (*points, f"{last} {self._mark(line.anchor)}")
                return
            yield f"{indent}- {lead} {self._mark(line.anchor)}"
            yield from (f"{indent}  {point}" for point in _points(line.points))
            return
        named = next((one for one in reversed(line.anchor.heading_path) if not names_nothing(one)), "")
        lead = lead or ("" if named == group else named)
        if lead:
            yield f"{indent}- {lead} {self._mark(line.anchor)}"
        yield ""
        yield from (f"{indent}  {row}" for row in line.block.split("\n"))
        yield ""
        if line.behind:
            yield from (f"{indent}  {row}" for row in line.behind.split("\n"))
            yield ""
        if not lead:
            yield f"{indent}  {self._mark(line.anchor)}"

    def _term(self, term: KeyTerm) -> str:
        return f"- **{term.name}**: {term.text} {self._mark(term.anchor)}"

    def _contrast(self, contrast: Contrast) -> str:
        if contrast.line is None:
            one, other = contrast.terms
            return "\n".join(
                (f"- **{one.name}** / **{other.name}**", *(f"  {self._term(term)}" for term in contrast.terms))
            )
        label = f"**{contrast.label[0]}**: " if contrast.label else ""
        return "\n".join(self._line(contrast.line, label, 0))

    def _mark(self, anchor: Anchor) -> str:
        key = (anchor.note, anchor.heading_path, self._guide.page_of(anchor))
        return f"[{self._places.setdefault(key, len(self._places) + 1)}]"

    def _place(self, note: str, heading_path: tuple[str, ...], page: int | None) -> str:
        place = " > ".join((note, *(part for part in heading_path if any(map(str.isalnum, part)))))
        return f"{place}, {self._phrases.page.format(page=page)}" if page else place
