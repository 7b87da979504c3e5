"""What is evaluated, made of stand-ins: an assistant with the parts that a test names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from assistant.config import Config
from assistant.core.lazy import Lazy
from assistant.types import IndexStatus
from assistant.workspace import Workspace


def measured(
    root: Path,
    *,
    embedder: Any = None,
    engine: Any = None,
    retriever: Any = None,
    vocabulary: Callable[[], tuple[str, Any]] | None = None,
) -> Any:
    """Returns it; a part that no test named says that it is not needed."""

    def given(part: Any) -> Lazy[Any]:
        def get() -> Any:
            assert part is not None, "this part is not needed"
            return part

        return Lazy(get, "part")

    return SimpleNamespace(
        workspace=Workspace(root),
        settings=SimpleNamespace(now=Config()),
        models=SimpleNamespace(embedder=given(embedder), engine=given(engine), vocabulary=vocabulary),
        index=SimpleNamespace(
            retriever=given(retriever), fingerprint=lambda: "fp", status=lambda: IndexStatus("ready", 1, 1, 0, "")
        ),
    )
