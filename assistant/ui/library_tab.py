"""The Library tab. Its view calls the desk through the status line, which is there on every tab."""

from __future__ import annotations

from assistant.ui.components import view
from assistant.ui.frame import Frame


def build_library(frame: Frame) -> None:
    """Builds the tab."""
    del frame  # the desk's functions are on the status line
    view("library")
