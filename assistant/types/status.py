"""How notes, index and model are at present, and how a build goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was found but not indexed, with the reason in words for the student."""

    path: str
    reason: str


_FEW = 3


def reasons_of(skipped: Sequence[SkippedFile]) -> tuple[str, ...]:
    """Returns why files were left out: a line for each, but one for all that have the same reason where they are many.

    ``a.md: The file is empty.`` and ``100 files (a.md, b.md, c.md and 97 more): The file is empty.``
    """
    by_reason: dict[str, list[str]] = {}
    for one in skipped:
        by_reason.setdefault(one.reason, []).append(one.path)
    lines: list[str] = []
    for reason, paths in by_reason.items():
        if len(paths) <= _FEW:
            lines += [f"{path}: {reason}" for path in paths]
        else:
            named = f"{', '.join(paths[:_FEW])} and {len(paths) - _FEW} more"
            lines.append(f"{len(paths)} files ({named}): {reason}")
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class NoteStatus:
    """One line of the library.

    Attributes:
        state: ``ready``; ``waiting`` (new or changed, not indexed yet); ``unreadable`` (``reason`` says why); ``away``
            (in a linked folder that is not there now; what was indexed of it still answers).
        passages: Passages in the index.
        modified_at: Seconds since the epoch, from the file system; 0 where that is not known.
        same_as: Path of an earlier note with the same contents; empty for the first of them, and for a note alone.
        linked: Name of the linked folder that it lies in; empty for a file of ``notes/``.
        confidence: Of its page whose text was recognised least surely in a picture, in [0, 1]; None where none was.
        unread_pages: Pages that are pictures whose text was not recognised yet.
        unread_pictures: Pictures in its text that were not read yet.
    """

    path: str
    title: str
    kind: str
    passages: int
    state: str
    reason: str
    modified_at: float
    size_bytes: int
    same_as: str = ""
    linked: str = ""
    confidence: float | None = None
    unread_pages: int = 0
    unread_pictures: int = 0


@dataclass(frozen=True, slots=True)
class NoteChanges:
    """Notes by their paths: what differs between the folders and the index, or what a build changed.

    Attributes:
        renamed: ``(old, new)``.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many notes it concerns."""
        return len(self.added) + len(self.changed) + len(self.renamed) + len(self.removed)


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far an index build is.

    Attributes:
        seconds_left: None until it can be estimated.
        page, pages: Of a scan whose text is recognised, or of a long note: how many are done, and how many there are.
        part: What these are: ``page``, or ``picture`` for those inside a document.
    """

    notes_done: int
    notes_total: int
    passages_done: int
    current: str
    seconds_left: float | None = None
    page: int = 0
    pages: int = 0
    part: str = "page"

    @property
    def share(self) -> float:
        """How much of the work is done, in [0, 1]; the pages of a long note count in part."""
        inside = self.page / self.pages if self.pages and self.notes_done < self.notes_total else 0.0
        return min(1.0, (self.notes_done + inside) / self.notes_total) if self.notes_total else 1.0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What an index build did. The tuples hold paths of notes; ``renamed`` holds ``(old, new)``.

    Attributes:
        embedded: Passages whose vectors were computed in this build; the others were kept.
        passages: Passages in the index now.
        cancelled: The student stopped it; what was done is kept.
        offer: What would read the pictures that notes have in their text; empty where nothing is missing.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[SkippedFile, ...]
    embedded: int
    passages: int
    seconds: float
    cancelled: bool = False
    offer: str = ""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The state line of the page.

    Attributes:
        model: Name of the model in use.
        state: ``missing``, ``loading``, ``ready`` or ``failed``.
        message: For ``missing`` and ``failed``, what happened and what mends it; otherwise empty.
        sends_to: The host that questions and passages leave this computer for; empty if they stay.
    """

    model: str
    state: str
    message: str = ""
    sends_to: str = ""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What is in the index, and what in ``notes/`` is not yet.

    Attributes:
        state: ``ready``, ``building``, ``stale`` (notes changed since the last build) or ``missing``.
        skipped: Files of the last build that could not be read.
        progress: The running build of this process, or None.
        fault: Why the last build failed, with what mends it; empty if it did not.
        changes: The notes that wait, by name.
        last: What the last build that changed something changed.
        last_at: When that was, in ISO 8601 with its time zone; empty before the first.
    """

    state: str
    notes: int
    passages: int
    waiting: int
    fingerprint: str
    skipped: tuple[SkippedFile, ...] = ()
    progress: BuildProgress | None = None
    fault: str = ""
    changes: NoteChanges = field(default_factory=NoteChanges)
    last: NoteChanges = field(default_factory=NoteChanges)
    last_at: str = ""
