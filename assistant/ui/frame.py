"""What every tab is given."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from assistant.ui.service import StudyService

MODEL_LANE = "model"
"""All listeners that use the model share this ``concurrency_id`` with a limit of one: there is one model."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The page under construction.

    Attributes:
        session: The state of one browser tab, a :class:`assistant.ui.session.Session`.
    """

    page: gr.Blocks
    service: StudyService
    session: gr.State
