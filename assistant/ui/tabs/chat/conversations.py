"""What the page asks for about conversations that are kept: list, search, name, save, delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from assistant.api.calls import Payload, call
from assistant.app.assistant import Assistant
from assistant.conversations.export import conversation_markdown, conversations_markdown, file_name
from assistant.conversations.records import Listed
from assistant.study.database import local_day
from assistant.ui import wording
from assistant.ui.tabs.review.handlers import Clock, utc_now

SHOWN = 60
"""Conversations in the list, until the student asks for all."""


class ConversationEntry(Payload):
    """A conversation in the list, with words around those that were looked for."""

    id: str
    title: str
    says: str
    excerpt: str


class ConversationGroup(Payload):
    """The conversations of a day."""

    label: str
    conversations: list[ConversationEntry]


class ConversationList(Payload):
    """The conversations that were ``found``; ``left`` of them are not shown, and ``kept`` are there in all.

    ``on`` is whether they are kept, ``fault`` why the last one was not.
    """

    groups: list[ConversationGroup]
    found: int
    left: int
    kept: int
    on: bool
    fault: str


class DeletedConversations(Payload):
    """How many were deleted."""

    deleted: int


class TextFile(Payload):
    """A text that the student may save as a file."""

    name: str
    text: str


class ConversationHandlers:
    """What the page asks about kept conversations.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
        zone: The student's; None for the computer's.
    """

    area = "conversations"

    def __init__(self, service: Assistant, clock: Clock = utc_now, zone: tzinfo | None = None) -> None:
        self._service = service
        self._clock = clock
        self._zone = zone

    @call
    def search(self, query: str = "", all: bool = False) -> ConversationList:
        """Returns the conversations with these words, the first sixty of them or all."""
        keeper = self._service.conversations
        found = keeper.all(query)
        shown = found if all else found[:SHOWN]
        return ConversationList(
            groups=self._groups(shown),
            found=len(found),
            left=len(found) - len(shown),
            kept=len(keeper.all()) if query else len(found),
            on=keeper.is_on,
            fault=keeper.fault,
        )

    @call
    def rename(self, id: str, title: str = "") -> None:
        """Gives a conversation a name; an empty one gives it back its first question."""
        self._service.conversations.rename(id, title)

    @call
    def delete(self, id: str) -> DeletedConversations:
        """Deletes a conversation for good."""
        return DeletedConversations(deleted=self._service.conversations.delete([id]))

    @call
    def delete_all(self) -> DeletedConversations:
        """Deletes all conversations for good."""
        keeper = self._service.conversations
        return DeletedConversations(deleted=keeper.delete([listed.id for listed in keeper.all()]))

    @call
    def save(self, id: str) -> TextFile:
        """Returns a conversation as a file."""
        conversation = self._service.conversations.load(id)
        return TextFile(name=file_name(conversation), text=conversation_markdown(conversation, self._zone))

    @call
    def save_all(self) -> TextFile:
        """Returns all conversations as one file."""
        keeper = self._service.conversations
        kept = [keeper.load(listed.id) for listed in keeper.all()]
        return TextFile(name="conversations.md", text=conversations_markdown(kept, self._zone))

    def _groups(self, found: Sequence[Listed]) -> list[ConversationGroup]:
        now = self._clock()
        grouped = groupby(found, key=lambda listed: day_label(listed.changed_at, now, self._zone))
        return [
            ConversationGroup(label=label, conversations=[_entry(one, self._zone) for one in ones])
            for label, ones in grouped
        ]


def day_label(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns ``Today``, ``Yesterday`` or ``Earlier``, by the student's calendar; a clock set back counts as today."""
    days = (local_day(now, zone) - local_day(at, zone)).days
    return "Today" if days <= 0 else "Yesterday" if days == 1 else "Earlier"


def _entry(listed: Listed, zone: tzinfo | None) -> ConversationEntry:
    day = local_day(listed.changed_at, zone)
    says = f"{wording.count(listed.turns, 'question')}, {day.day} {day:%B %Y}"
    return ConversationEntry(id=listed.id, title=listed.title, says=says, excerpt=listed.excerpt)
