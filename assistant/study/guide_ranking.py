"""How important each line of some notes is, and which lines fit on a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.documents.labels import FORMULA
from assistant.documents.roles import names_nothing
from assistant.quiz.exam.texts import jaccard, meaning, share
from assistant.quiz.writing.ideas import Idea
from assistant.study.guide_lines import GuideLine, LineKind, SectionLines

_OF_KIND = {LineKind.SENTENCE: 0.4, LineKind.LIST: 0.9, LineKind.TABLE: 0.9, LineKind.FORMULA: 0.9}
_IDEA = 0.5
"""Weight of what makes a sentence worth a question, see ``quiz.writing.ideas``."""

_EMPHASIS = re.compile(r"\*\*|__|==|<(?:b|strong|mark)>")
_LONG = 36
_LETTER = re.compile(r"(?<![\w'’.$\\])[b-hj-z](?![\w'’.])")
_SYMBOL = re.compile(r"(?<![\w.])(?:[A-Z]|\d+)(?![\w.])")
_LETTERS = 2
"""A sentence with more names of one letter outside of formulas speaks of an example."""

_SAME = 0.7
"""Sentences that share this much of their content words say the same. A list says it only if it is the same."""

_EXAMPLES = re.compile(
    r"\b(?:examples?|exercises?|(?:sample|practice|worked|solved|homework) problems?|demos?|showcases?"
    r"|case stud(?:y|ies)|demonstrations?|beispiele?|übung(?:en)?|exemples?"
    r"|exercices?|ejemplos?|ejercicios?)\b",
    re.IGNORECASE,
)
"""In a heading: what stands below it is a case of what is taught."""

_SUMS_UP = re.compile(
    r"\b(?:key (?:takeaways?|points?|facts?|ideas?)|take-?home\b.*|takeaways?|summary|chapter review|recap|in short"
    r"|fazit|zusammenfassung|das wichtigste|merke|à retenir|résumé|l'essentiel|resumen|lo esencial)\b",
    re.IGNORECASE,
)
"""A heading below which the notes themselves say what matters."""

_OF_SUMMARY = 0.6
_ASIDE = 1.0
"""What a line loses that says nothing of the topic in free words, and stands below no heading that does."""

_OF_EXAMPLES = 1.6
_AGAIN = 0.15
"""What each line of a section costs the next one of it: other sections have their turn."""

_ROOM = 3400
_MOST_LINES = 28
_LEAST = 0.35
_MENTIONS = 6


@dataclass(frozen=True, slots=True)
class RankedLine:
    """A line with its section and how important it is; more is more important."""

    section: SectionLines
    line: GuideLine
    weight: float


class Ranking:
    """How much some notes make of each of their lines.

    A line counts for more if its words come again and again, if it speaks of its heading, stands first below it, is
    emphasised, says why, what or how, and if its heading is high up and spoken of elsewhere.

    Args:
        sections: All that the topic has.
        ideas: What is worth asking, by note and offset.
        focus: The topic in free words; may be empty.
    """

    def __init__(self, sections: Sequence[SectionLines], ideas: dict[tuple[str, int], Idea], focus: str = "") -> None:
        self._ideas = ideas
        self._focus = meaning(focus)
        self._counts: Counter[str] = Counter()
        stems = [meaning(line.said) for section in sections for line in section.lines]
        for each in stems:
            self._counts.update(each)
        self._most = max(1, len(stems))
        self._within = [
            (section, frozenset().union(*(meaning(line.said) for line in section.lines))) for section in sections
        ]
        self._mentions: dict[tuple[str, ...], int] = {}
        top = min((len(section.heading_path) for section in sections), default=0)
        self._depth = {id(section): len(section.heading_path) - top for section in sections}
        self._place = {id(section): number / max(1, len(sections)) for number, section in enumerate(sections)}

    def repeated(self, stems: frozenset[str]) -> float:
        """Returns how often the best three of ``stems`` come again, in [0, 1]."""
        best = sorted((self._counts[stem] for stem in stems if not stem.isdigit()), reverse=True)[:3]
        return sum(min(count - 1, 4) / 4 for count in best if count) / 3

    def mentions(self, names: Iterable[str]) -> int:
        """Returns how many sections speak of what has one of ``names``."""
        wanted = [stems for name in names if (stems := meaning(name))]
        return sum(any(stems <= there for stems in wanted) for _, there in self._within)

    def of_section(self, section: SectionLines) -> float:
        """Returns what the place of a section makes its lines worth."""
        label = _named(section.heading_path)
        key = (section.note, *section.heading_path)
        if key not in self._mentions:
            self._mentions[key] = self.mentions([label]) if label else 0
        spoken = min(self._mentions[key], _MENTIONS) / _MENTIONS
        about = share(self._focus, meaning(" ".join((section.note, *section.heading_path))))
        early = 1.0 - self._place[id(section)]
        sums_up = bool(section.heading_path) and bool(_SUMS_UP.search(section.heading_path[-1]))
        case = any(_EXAMPLES.search(heading) for heading in section.heading_path)
        return (
            0.4 * spoken
            + 0.2 * early
            - 0.1 * self._depth[id(section)]
            + 0.8 * about
            - _OF_EXAMPLES * case
            + _OF_SUMMARY * sums_up
        )

    def of_line(self, section: SectionLines, line: GuideLine) -> float:
        """Returns how important a line is."""
        stems = meaning(line.said)
        heading = meaning(_named(section.heading_path))
        weight = _OF_KIND[line.kind] + 0.3 * bool(_EMPHASIS.search(line.anchor.quote)) + 0.3 * share(heading, stems)
        weight += 0.5 * self.repeated(stems) + 0.3 * (line is section.lines[0])
        idea = self._ideas.get((section.note, line.anchor.start))
        weight += _IDEA * idea.worth if idea and line.kind is LineKind.SENTENCE else 0.0
        weight -= 0.3 * (line.kind is LineKind.SENTENCE and len(line.text.split()) > _LONG)
        letters = len(_LETTER.findall(FORMULA.sub("", line.text))) if line.kind is LineKind.SENTENCE else 0
        spoken = share(self._focus, stems | meaning(" ".join((section.note, *section.heading_path))))
        weight -= _ASIDE * bool(self._focus and not spoken)
        weight += 0.8 * share(self._focus, stems) - 0.4 * (letters > _LETTERS)
        return weight + self.of_section(section)


def _named(heading_path: Sequence[str]) -> str:
    return next((label for label in reversed(heading_path) if not names_nothing(label)), "")


def _said(text: str) -> frozenset[str]:
    """Returns the words of a line, with the letters and numbers that are names: type A is not type B."""
    return meaning(text) | frozenset(_SYMBOL.findall(text))


def fitting(ranked: Sequence[RankedLine], said: Sequence[str], room: int = _ROOM) -> list[RankedLine]:
    """Returns the most important lines that fit into ``room`` characters, none of which repeats another or ``said``."""
    left = sorted(ranked, key=lambda one: -one.weight)
    taken: list[RankedLine] = []
    known, wholes = [_said(text) for text in said], set[str]()
    of_section: Counter[int] = Counter()
    while left and len(taken) < _MOST_LINES:
        best = max(left, key=lambda one: one.weight - _AGAIN * of_section[id(one.section)])
        left.remove(best)
        text = best.line.said
        if best.line.kind is LineKind.SENTENCE:
            repeats = any(jaccard(_said(text), other) >= _SAME for other in known)
        else:
            repeats = text in wholes
        if best.weight < _LEAST or repeats or len(text) > room:
            continue
        room -= len(text)
        taken.append(best)
        known.append(_said(text))
        wholes.add(text)
        of_section[id(best.section)] += 1
    return taken
