"""Questions of a study guide, each with its answer: those that can be answered without seeing options."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.cards.note_lines import NoteLine
from assistant.documents.labels import FORMULA, without_signs
from assistant.documents.roles import names_nothing
from assistant.documents.tables import table_rows
from assistant.quiz.exam.texts import jaccard, meaning, share
from assistant.quiz.item import Anchor, Maker
from assistant.quiz.kinds import kind_of
from assistant.quiz.making.facts import Fact, capitalised, is_plural, readable
from assistant.quiz.making.terms import names_a_thing
from assistant.quiz.making.worth import stands_alone
from assistant.quiz.writing.cues import Asked
from assistant.quiz.writing.ideas import Idea
from assistant.study.guide_lines import GuideLine, LineKind, ListPoint
from assistant.study.guide_text import GuidePhrases, phrases
from assistant.study.guide_words import names_several, says_something, sentence_of, small_words, tells_how

if TYPE_CHECKING:
    from assistant.study.guide import GuideTopic

QUESTIONS = 10
_OF_TERMS = 5
"""Questions that ask no more than what a term means: others say more of what was understood."""

_SAME = 0.7
_ASKS = re.compile(
    r"(?:what|how|why|when|where|which|who|was|wie|warum|wann|wo|wer|welche\w*|worin|woraus|wozu|qu['e]\w*|quoi|comment"
    r"|pourquoi|quand|où|qui|quel\w*|qué|cómo|por qué|cuándo|cuál\w*|dónde|quién)\b",
    re.IGNORECASE,
)
_OF_BEFORE = re.compile(
    r"\b(?:it|its|they|their|them|he|his|she|her|this|these|ses|son|sa|leurs?|sein\w*|ihr\w*|sus?|dies\w*)\b|^\S+\?*$",
    re.I,
)
"""A question of a note that only what stands before it explains."""

_PROCESS = re.compile(
    r"(?:steps|ing|tion|sis|cess|cycle|procedure|algorithm|method|protocol|ung|verfahren|ablauf|algorithmus|schritte"
    r"|ción|zione|procesos?|processus|étapes|processo|fasi)\W*$",
    re.IGNORECASE,
)
"""A heading below which numbers are steps, and not the premises of an argument or places in a list."""

_MIN_QUESTION, _MIN_ANSWER = 4, 2
_MEMBERS = (3, 8)
_ANNOUNCED = 0.5
_PAIR = 2
_SHORT_NAME = 4


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A term, and what it is.

    Attributes:
        text: What the notes say of it, as a sentence.
        anchor: Their exact words.
        fact: What it was read from, where that was the outline.
    """

    name: str
    text: str
    anchor: Anchor
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """What is easily confused: two terms with what they are, or a line in which the notes tell things apart.

    Attributes:
        label: The heading of the line, where it needs one.
    """

    terms: tuple[KeyTerm, ...]
    line: GuideLine | None = None
    label: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuideQuestion:
    """A question, its answer, and the words of the notes that give it; ``from_bank`` if it is one of the quiz's."""

    question: str
    answer: str
    anchor: Anchor
    from_bank: bool = False


@dataclass(frozen=True, slots=True)
class QuestionMaterial:
    """What questions are made from.

    Attributes:
        cards: What the student wrote as question and answer.
        lines: What the guide says.
        ideas: What is worth asking in the sentences of the topic.
        above: Headings that all of the topic stands below.
    """

    topic: GuideTopic
    cards: Sequence[NoteLine]
    lines: Sequence[GuideLine]
    ideas: Sequence[Idea]
    above: Sequence[str] = ()

    def without_title(self, one: GuideQuestion) -> GuideQuestion:
        """Returns a question that does not say that it is about what the whole guide is about."""
        within = self.topic.pool.wording.phrases(one.anchor.note).put("within", group="\n")
        before, behind = map(re.escape, within.split("\n"))
        found = re.search(f"{before}(.+?){behind}", one.question)
        if found is None:
            return one
        names, group = (self.topic.title, *self.above), found[1]
        for name in (*self.above, self.topic.title):
            group = group.removeprefix(f"{name}: ")
        place = "" if group in names else within.replace("\n", group)
        return replace(one, question=one.question.replace(found[0], place))


def ask(
    material: QuestionMaterial, terms: Sequence[KeyTerm], contrasts: Sequence[Contrast], language: str
) -> list[GuideQuestion]:
    """Returns at most ten questions about a topic, no two for the same answer.

    Args:
        material: What they are made from.
        terms: The key terms, the most important first.
        contrasts: What is told apart.
        language: Of the notes.
    """
    said = phrases(language)
    makers = (
        (_apart(contrasts, said), 3),
        (_own(material), 6),
        (_of_bank(material), 8),
        (_of_lines(material, {meaning(term.name) for term in terms}, said), 5),
        (_of_ideas(material, said), 3),
        (_what(terms, material, said), _OF_TERMS),
        (_described(material, said), 3),
    )
    asked: list[GuideQuestion] = []
    for found, most in makers:
        new = 0
        for question in map(material.without_title, found):
            if new < most and _is_new(question, asked):
                asked.append(question)
                new += 1
    return asked[:QUESTIONS]


def _is_new(question: GuideQuestion, asked: Sequence[GuideQuestion]) -> bool:
    stems, answer = meaning(question.question), meaning(question.answer)
    return not any(
        jaccard(stems, meaning(other.question)) >= _SAME or jaccard(answer, meaning(other.answer)) >= _SAME
        for other in asked
    )


def _apart(contrasts: Sequence[Contrast], said: GuidePhrases) -> Iterator[GuideQuestion]:
    for contrast in contrasts:
        if len(contrast.terms) == 2:
            one, other = contrast.terms
            text = said.difference.format(one=one.name, other=other.name)
            yield GuideQuestion(text, f"{one.name}: {one.text} {other.name}: {other.text}", one.anchor)


def _own(material: QuestionMaterial) -> Iterator[GuideQuestion]:
    """Yields what the notes themselves ask and answer."""
    for card in material.cards:
        front = without_signs(without_signs(card.front)).rstrip("? ")
        is_asked = (card.front.endswith("?") or _ASKS.match(front)) and not _OF_BEFORE.search(front)
        if is_asked and len(front.split()) >= _MIN_QUESTION and len(card.back.split()) >= _MIN_ANSWER:
            front = f"{front}?"
            yield GuideQuestion(capitalised(front), sentence_of(capitalised(card.back)), card.anchor)
    for note in material.topic.notes:
        for own in material.topic.pool.of_note[note.path].answered:
            question = without_signs(without_signs(own.question))
            if material.topic.holds(own.answers[0]) and not _OF_BEFORE.search(question):
                answer = "; ".join(readable(each.quote) for each in own.answers)
                yield GuideQuestion(capitalised(question), sentence_of(answer), own.answers[0])


def _of_bank(material: QuestionMaterial) -> Iterator[GuideQuestion]:
    """Yields the questions of the bank that are answered in free words; what structure gives is asked here anyway."""
    for item in material.topic.items:
        if item.maker is not Maker.STRUCTURE and kind_of(item).is_graded and material.topic.holds(item.source):
            yield GuideQuestion(item.question, sentence_of(item.answer), item.source, from_bank=True)


def _of_lines(
    material: QuestionMaterial, named: Collection[frozenset[str]], said: GuidePhrases
) -> Iterator[GuideQuestion]:
    """Yields questions for lists that are learned as a whole, for steps, and for formulas."""
    small = frozenset().union(*(small_words(note.text) for note in material.topic.notes))
    formulas = Counter(line.anchor.heading_path for line in material.lines if line.kind is LineKind.FORMULA)
    for line in material.lines:
        path = line.anchor.heading_path
        label = path[-1].rstrip(": ") if path else ""
        parent = next((one for one in reversed(path[:-1]) if not names_nothing(one)), "")
        parent = parent or (material.topic.title if names_a_thing(material.topic.title) else "")
        answer = _in_one_line(line.points)
        numbered = sum(bool(point.number) for point in line.points)
        inside = material.topic.pool.wording.inside
        if line.kind is LineKind.LIST and _MEMBERS[0] <= len(line.points) <= _MEMBERS[1]:
            if names_several(label):
                is_told = names_nothing(label) or len(label.split()) == 1
                question = said.members_of.format(label=_small(label, small), parent=inside(parent)) if is_told else ""
                question = question if parent or not is_told else ""
                question = question or ("" if is_told else said.members.format(label=_small(label, small)))
                if question:
                    yield GuideQuestion(question, sentence_of(answer), line.anchor)
            elif numbered >= _MEMBERS[0] and (_ASKS.match(label) or _PROCESS.search(label)):
                steps = "; ".join(f"({one.number}) {one.text.rstrip('.;')}" for one in line.points if one.number)
                yield GuideQuestion(said.steps.format(label=label), sentence_of(steps), line.anchor)
            elif line.text.endswith(":") and says_something(f"{line.text[:-1]}."):
                yield GuideQuestion(said.listed.format(lead=line.text[:-1]), sentence_of(answer), line.anchor)
        elif line.kind is LineKind.TABLE:
            yield from _of_table(line, said)
        elif line.kind is LineKind.FORMULA and formulas[path] == 1 and names_a_thing(label):
            said_there = " ".join(one.said for one in material.lines if one.anchor.heading_path == path)
            announced = share(meaning(label), meaning(said_there)) >= _ANNOUNCED or meaning(label) in named
            announced = announced or (not line.text and " " in label)
            if announced:
                yield GuideQuestion(said.formula.format(label=label), line.block, line.anchor)


def _described(material: QuestionMaterial, said: GuidePhrases) -> Iterator[GuideQuestion]:
    """Yields what the notes describe in one list below its name, and nowhere else."""
    times = Counter((line.anchor.note, line.anchor.heading_path) for line in material.lines)
    for line in material.lines:
        label = line.anchor.heading_path[-1].rstrip(": ") if line.anchor.heading_path else ""
        count = sum(not point.depth for point in line.points)
        is_list = line.kind is LineKind.LIST and not line.text and _MEMBERS[0] <= count <= _MEMBERS[1]
        is_list = is_list and times[line.anchor.note, line.anchor.heading_path] == 1
        if is_list and names_a_thing(label) and len(label.split()) <= _SHORT_NAME and not tells_how(label):
            yield GuideQuestion(said.described.format(label=label), sentence_of(_in_one_line(line.points)), line.anchor)


def _in_one_line(points: Sequence[ListPoint]) -> str:
    """Returns the items of a list one after another, each with what is nested in it in brackets."""
    told: list[str] = []
    inner: list[str] = []
    for point in reversed(points):
        text = point.text.rstrip(".,;: ")
        if point.depth:
            inner.insert(0, text)
            continue
        told.insert(0, f"{text} ({', '.join(inner)})" if inner else text)
        inner = []
    return "; ".join(told)


def _of_table(line: GuideLine, said: GuidePhrases) -> Iterator[GuideQuestion]:
    """Yields what a table of two columns is learned for: what stands beside each thing."""
    rows = [row.cells for row in table_rows(line.block, 0, len(line.block))]
    if not _MEMBERS[0] <= len(rows) <= _MEMBERS[1] or any(len(row) != _PAIR or not row[1].text for row in rows):
        return
    one, other = (cell.head for cell in rows[0])
    names = "; ".join(row[0].text for row in rows)
    if one and other and all(len(row[0].text.split()) <= _SHORT_NAME or FORMULA.fullmatch(row[0].text) for row in rows):
        answer = "; ".join(f"{row[0].text}: {row[1].text}" for row in rows)
        yield GuideQuestion(said.table.format(one=one, other=other, rows=names), sentence_of(answer), line.anchor)


def _small(label: str, small: frozenset[str]) -> str:
    """Returns a heading as it is written inside a question: its words in small letters, where the notes have them."""
    first, *others = label.split()
    words = [first.lower() if first[1:].islower() else first]
    return " ".join((*words, *(word.lower() if word.lower() in small else word for word in others)))


def _of_ideas(material: QuestionMaterial, said: GuidePhrases) -> Iterator[GuideQuestion]:
    """Yields what follows from what: "If the parent has a smaller value, ..."."""
    shown = {(line.anchor.note, line.anchor.start) for line in material.lines}
    for idea in material.ideas:
        told = FORMULA.sub("x", idea.told)
        is_shown = (idea.anchor.note, idea.anchor.start) in shown
        if not is_shown or not stands_alone(told):
            continue
        if idea.asks in (Asked.EFFECT, Asked.USE) and len(told.split()) <= _SHORT_NAME:
            one, several, *_ = (*idea.cues.forms[idea.asks], "")
            form = several if idea.asks is Asked.USE and is_plural(idea.told) else one
            question = form.format(idea.told[:1].lower() + idea.told[1:] if idea.told[1:2].islower() else idea.told)
            yield GuideQuestion(question, sentence_of(capitalised(idea.answer)), idea.anchor)
        if len(told.split()) < _MIN_QUESTION:
            continue
        if idea.asks is Asked.CONDITION:
            clause = idea.told[:1].lower() + idea.told[1:]
            yield GuideQuestion(said.follows.format(clause=clause), sentence_of(capitalised(idea.answer)), idea.anchor)
        elif idea.asks is Asked.REASON:
            reason = said.reason.format(told=idea.told.rstrip(" .,"))
            yield GuideQuestion(reason, sentence_of(capitalised(idea.answer)), idea.anchor)


def _what(terms: Sequence[KeyTerm], material: QuestionMaterial, said: GuidePhrases) -> Iterator[GuideQuestion]:
    wording = material.topic.pool.wording
    for term in terms:
        if any(map(str.isdigit, term.name)):
            continue  # who lived when, or a numbered thing: it is no word to be explained
        has_article = term.fact is not None and term.fact.subject not in ("", term.fact.term.label)
        question = wording.what(term.fact) if term.fact and has_article else ""
        if not question or (term.fact and term.fact.link == "is" and question.startswith("What are")):
            question = said.meaning.format(term=term.name)
        yield GuideQuestion(question, term.text, term.anchor)
