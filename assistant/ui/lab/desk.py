"""All that the Lab tab may ask for: the frame, and one desk for each lesson."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from assistant.ui.lab.attention import AttentionDesk
from assistant.ui.lab.chunking import ChunkingDesk
from assistant.ui.lab.clustering import ClusteringDesk
from assistant.ui.lab.embeddings import EmbeddingsDesk
from assistant.ui.lab.frame import FrameDesk
from assistant.ui.lab.metrics import MetricsDesk
from assistant.ui.lab.rag import RagDesk
from assistant.ui.lab.sampling import SamplingDesk
from assistant.ui.lab.search import SearchDesk
from assistant.ui.lab.tokens import TokensDesk
from assistant.ui.lab.tour import TourDesk

if TYPE_CHECKING:
    from assistant.ui.service import StudyService
    from assistant.wiring_lab import Laboratory

Call = Callable[[Any], Any]


class LessonDesk(Protocol):
    """What a lesson asks for. The names of its calls begin with its id."""

    def calls(self) -> tuple[Call, ...]:
        """Returns its calls: a JSON object in, a JSON object out, errors included."""


LESSON_DESKS: tuple[Callable[[Laboratory], LessonDesk], ...] = (
    TokensDesk,
    ChunkingDesk,
    EmbeddingsDesk,
    SearchDesk,
    RagDesk,
    SamplingDesk,
    AttentionDesk,
    MetricsDesk,
    ClusteringDesk,
)
"""One line for each lesson, in the order of the path."""


class LabDesk:
    """The desks of the laboratory over one service."""

    def __init__(self, service: StudyService) -> None:
        self._desks: tuple[LessonDesk, ...] = (
            FrameDesk(service),
            TourDesk(service),
            *(make(service.lab) for make in LESSON_DESKS),
        )

    def calls(self) -> tuple[Call, ...]:
        """Returns what the browser may call."""
        return tuple(call for desk in self._desks for call in desk.calls())
