"""What the Guide tab asks for: a study guide, and more questions for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant.api.calls import Payload, call
from assistant.app.assistant import Assistant
from assistant.errors import Cancelled
from assistant.quiz.item import Anchor
from assistant.study.guide import Guide, GuidePart, make_guide
from assistant.study.guide_lines import GuideLine
from assistant.study.guide_questions import Contrast, KeyTerm
from assistant.study.guide_text import guide_markdown, line_markdown, phrases
from assistant.ui.passages import PlaceView, Tree, place_view, rich_text
from assistant.ui.tabs.chat.sources import ReadNote


class GuidePlace(PlaceView):
    """Where something of a guide is in the notes; ``number`` is that of its place in the list of sources."""

    number: int
    page: int | None
    start: int
    end: int


class GuideLineView(Payload):
    """A line of a guide; ``name`` is the term or heading that it is about, which may be empty."""

    name: str
    body: Tree
    place: GuidePlace


class GuidePartView(Payload):
    """Lines below a heading of the notes, which may be empty."""

    label: str
    lines: list[GuideLineView]


class GuideGroupView(Payload):
    """A part of the topic; ``title`` is empty where there is one only."""

    title: str
    parts: list[GuidePartView]


class GuideQuestionView(Payload):
    """A question of a guide, with its answer."""

    question: Tree
    answer: Tree
    place: GuidePlace


class GuideHeadings(Payload):
    """What the parts of a guide are called in the language of the notes."""

    ideas: str
    terms: str
    formulas: str
    contrasts: str
    questions: str
    sources: str


class GuideView(Payload):
    """A guide; ``little`` says that the notes have little on it, ``completes`` that the model may add questions."""

    topic: str
    title: str
    language: str
    headings: GuideHeadings
    little: str
    ideas: list[GuideGroupView]
    terms: list[GuideLineView]
    formulas: list[GuideGroupView]
    contrasts: list[GuidePartView]
    questions: list[GuideQuestionView]
    sources: list[GuidePlace]
    markdown: str
    completes: bool


class GuideHandlers:
    """What the Guide tab asks for.

    Args:
        service: The assistant.
    """

    area = "guide"

    def __init__(self, service: Assistant) -> None:
        self._service = service
        self._cancel = threading.Event()

    @call
    def make(self, topic: str) -> GuideView:
        """Returns the study guide of a topic; no model is needed."""
        return self._shown(topic, self._service.study.guide(topic))

    @call
    def write(self, topic: str) -> GuideView:
        """Has the model write questions about a topic, and returns its guide with them; until ``stop`` or a minute."""
        self._cancel = cancel = threading.Event()
        found = self._service.study.guide_topic(topic)
        try:
            self._service.quiz.write_about(found.notes, found.spans, cancel)
        except Cancelled:
            return self._shown(topic, make_guide(found))
        made = self._shown(topic, self._service.study.guide(topic))
        return made if cancel.is_set() else made.model_copy(update={"completes": False})

    @call
    def stop(self) -> None:
        """Stops the writing of questions; what is done is kept."""
        self._cancel.set()

    def _shown(self, topic: str, guide: Guide) -> GuideView:
        return _GuideDrawing(guide, self._service.notes.read).view(topic)


class _GuideDrawing:
    """Draws a guide, and numbers its places as they come."""

    def __init__(self, guide: Guide, read: ReadNote) -> None:
        self._guide = guide
        self._read = read
        self._places: dict[tuple[str, tuple[str, ...], int | None], GuidePlace] = {}

    def view(self, topic: str) -> GuideView:
        """Returns the guide as the page receives it."""
        guide, said = self._guide, phrases(self._guide.language)
        names = {name: getattr(said, name) for name in GuideHeadings.model_fields}
        return GuideView(
            topic=topic,
            title=guide.title,
            language=guide.language,
            headings=GuideHeadings(**names),
            little=said.too_little(guide.count) if guide.says_little else "",
            ideas=list(self._groups(guide.parts)),
            terms=[self._term(term) for term in guide.terms],
            formulas=list(self._groups(guide.formulas)),
            contrasts=[self._contrast(contrast) for contrast in guide.contrasts],
            questions=[
                GuideQuestionView(
                    question=rich_text(one.question), answer=rich_text(one.answer), place=self._place(one.anchor)
                )
                for one in guide.questions
            ],
            sources=list(self._places.values()),
            markdown=guide_markdown(guide),
            completes=guide.may_be_completed,
        )

    def _groups(self, parts: Sequence[GuidePart]) -> Iterator[GuideGroupView]:
        for title, same in groupby(parts, key=lambda part: part.group):
            drawn = [GuidePartView(label=part.label, lines=[*map(self._line, part.lines)]) for part in same]
            yield GuideGroupView(title=title, parts=drawn)

    def _line(self, line: GuideLine) -> GuideLineView:
        return GuideLineView(name=line.defines, body=rich_text(line_markdown(line)), place=self._place(line.anchor))

    def _term(self, term: KeyTerm) -> GuideLineView:
        return GuideLineView(name=term.name, body=rich_text(term.text), place=self._place(term.anchor))

    def _contrast(self, contrast: Contrast) -> GuidePartView:
        if contrast.line is not None:
            return GuidePartView(label="".join(contrast.label), lines=[self._line(contrast.line)])
        return GuidePartView(label="", lines=[self._term(term) for term in contrast.terms])

    def _place(self, anchor: Anchor) -> GuidePlace:
        """Returns the place of some words, with the number that its heading and page have."""
        page = self._guide.page_of(anchor)
        key = (anchor.note, anchor.heading_path, page)
        view = place_view(anchor.note, anchor.heading_path, self._read)
        number = self._places[key].number if key in self._places else len(self._places) + 1
        place = GuidePlace(**dict(view), number=number, page=page, start=anchor.start, end=anchor.end)
        return self._places.setdefault(key, place) and place
