"""What every tab is given."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from assistant.ui.desk import Desk
from assistant.ui.service import StudyService

MODEL_LANE = "model"
"""All listeners that use the model share this ``concurrency_id`` with a limit of one: there is one model."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The page under construction.

    Attributes:
        desk: The assistant, and the lane before its model.
        session: The state of one browser tab, a :class:`assistant.ui.session.Session`.
    """

    page: gr.Blocks
    desk: Desk
    session: gr.State

    @property
    def service(self) -> StudyService:
        """The assistant."""
        return self.desk.service
