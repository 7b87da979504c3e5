"""Runs coroutines, also behind browser tests: Playwright keeps a loop running in the thread of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def run_async(function: Callable[[], Coroutine[object, object, T]]) -> T:
    """Returns what the coroutine returns; it has a thread and a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(function())).result()
