"""What the page asks for about conversations that are kept: list, search, name, save, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

from assistant.study.conversations.markdown import conversation_markdown, conversations_markdown, file_name
from assistant.study.conversations.records import Listed
from assistant.study.days import local_day
from assistant.ui import wording
from assistant.ui.boundary import friendly
from assistant.ui.review_desk import Clock, utc_now
from assistant.ui.service import StudyService

SHOWN = 60
"""Conversations in the list, until the student asks for all."""

Request = Mapping[str, Any]


class ConversationsDesk:
    """Kept conversations. Every method returns what JSON can carry, errors included.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
        zone: The student's; None for the computer's.
    """

    def __init__(self, service: StudyService, clock: Clock = utc_now, zone: tzinfo | None = None) -> None:
        self._service = service
        self._clock = clock
        self._zone = zone

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        changes = (self.conversation_rename, self.conversation_delete, self.conversations_delete_all)
        return (self.conversations, *changes, self.conversation_save, self.conversations_save_all)

    @friendly
    def conversations(self, request: Request | None = None) -> dict[str, Any]:
        """Returns the list. Request: ``query`` (words, may be empty) and ``all`` (not only the first ``SHOWN``).

        Keys: ``groups`` (each ``label`` and ``conversations``: ``id``, ``title``, ``says``, ``excerpt``), ``found``,
        ``left`` (how many are not shown), ``kept`` (how many there are in all), ``on``, ``fault``.
        """
        wanted = request or {}
        query, keeper = str(wanted.get("query") or ""), self._service.conversations
        found = keeper.all(query)
        shown = found if wanted.get("all") else found[:SHOWN]
        return {
            "groups": self._groups(shown),
            "found": len(found),
            "left": len(found) - len(shown),
            "kept": len(keeper.all()) if query else len(found),
            "on": keeper.is_on,
            "fault": keeper.fault,
        }

    @friendly
    def conversation_rename(self, request: Request) -> dict[str, Any]:
        """Gives a conversation a name: ``{id, title}``; an empty one gives it back its first question."""
        self._service.conversations.rename(str(request["id"]), str(request.get("title") or ""))
        return {}

    @friendly
    def conversation_delete(self, request: Request) -> dict[str, Any]:
        """Deletes a conversation for good: ``{id}``."""
        return {"deleted": self._service.conversations.delete([str(request["id"])])}

    @friendly
    def conversations_delete_all(self, _: object = None) -> dict[str, Any]:
        """Deletes all conversations for good."""
        keeper = self._service.conversations
        return {"deleted": keeper.delete([listed.id for listed in keeper.all()])}

    @friendly
    def conversation_save(self, request: Request) -> dict[str, Any]:
        """Returns a conversation as a file: ``{id}`` gives ``name`` and ``text``."""
        conversation = self._service.conversations.load(str(request["id"]))
        return {"name": file_name(conversation), "text": conversation_markdown(conversation, self._zone)}

    @friendly
    def conversations_save_all(self, _: object = None) -> dict[str, Any]:
        """Returns all conversations as one file: ``name`` and ``text``."""
        keeper = self._service.conversations
        kept = [keeper.load(listed.id) for listed in keeper.all()]
        return {"name": "conversations.md", "text": conversations_markdown(kept, self._zone)}

    def _groups(self, found: Sequence[Listed]) -> list[dict[str, Any]]:
        now = self._clock()
        grouped = groupby(found, key=lambda listed: day_label(listed.changed_at, now, self._zone))
        return [{"label": label, "conversations": [_entry(one, self._zone) for one in ones]} for label, ones in grouped]


def day_label(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns ``Today``, ``Yesterday`` or ``Earlier``, by the student's calendar; a clock set back counts as today."""
    days = (local_day(now, zone) - local_day(at, zone)).days
    return "Today" if days <= 0 else "Yesterday" if days == 1 else "Earlier"


def _entry(listed: Listed, zone: tzinfo | None) -> dict[str, Any]:
    day = local_day(listed.changed_at, zone)
    says = f"{wording.count(listed.turns, 'question')}, {day.day} {day:%B %Y}"
    return {"id": listed.id, "title": listed.title, "says": says, "excerpt": listed.excerpt}
