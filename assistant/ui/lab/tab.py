"""The Lab tab. Its view calls the desks through the status line, which is there on every tab."""

from __future__ import annotations

from assistant.ui.components import view
from assistant.ui.frame import Frame


def build_lab(frame: Frame) -> None:
    """Builds the tab."""
    del frame  # the desks' functions are on the status line
    view("lab")
