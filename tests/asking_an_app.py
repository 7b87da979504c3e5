"""Asking a running app as the command line does, for the tests of ``assistant/api`` and ``assistant/cli``."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Callable

from assistant.api.app_file import AppAddress

QUESTION = "What is the difference between batch and real-time inference?"

Asks = Callable[..., tuple[int, str, str]]


def post(app: AppAddress, body: bytes = b'{"question": "softmax"}', **headers: str) -> tuple[int, bytes]:
    """Asks over plain HTTP, with the key unless another one is given."""
    sent = {"Authorization": f"Bearer {app.token}", **{name.replace("_", "-"): v for name, v in headers.items()}}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=30)) as connection:
        connection.request("POST", "/api/v1/ask", body, sent)
        response = connection.getresponse()
        return response.status, response.read()
