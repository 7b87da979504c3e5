"""Handlers, asked as the service asks them: JSON goes in, JSON comes out, errors included."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from assistant.api.calls import Handlers, calls_of, reply_to

Ask = Callable[..., Any]


class Asked:
    """``Asked(QuizHandlers(service)).start({"count": 3})`` is the reply to a request of ``quiz/start``, as data."""

    def __init__(self, *handlers: Handlers) -> None:
        self.calls = {call.path: call for call in calls_of(*handlers)}
        self._names = {path.rpartition("/")[2]: call for path, call in self.calls.items()}

    def __getattr__(self, name: str) -> Ask:
        if name not in self._names:
            raise AttributeError(name)
        asked = self._names[name]
        return lambda request=None: json.loads(reply_to(asked, json.dumps(request).encode())[1])
