"""The records that travel through the program, from a file on disk to a cited answer.

``file -> Note -> Section -> Chunk -> Hit -> Block -> Prompt -> Token -> Sentence -> Answer``

Every record is frozen. Offsets count Unicode characters of ``Note.text``; ``start`` is inclusive and ``end`` exclusive,
so ``note.text[record.start:record.end]`` is the record's text, always. A ``score`` is higher for a better match.
"""

from assistant.types.answers import (
    Answer,
    AnswerState,
    Done,
    Event,
    Fate,
    FoundSection,
    Retrieved,
    Sentence,
    Timings,
    Turn,
)
from assistant.types.generation import Aside, Choice, Compared, Generated, Prompt, Reading, Sampling, Token, Watch
from assistant.types.notes import Block, Chunk, Note, Scope, Section
from assistant.types.search import Citation, Hit, SearchResult
from assistant.types.status import (
    BuildProgress,
    BuildReport,
    EngineStatus,
    IndexStatus,
    NoteChanges,
    NoteStatus,
    SkippedFile,
)

__all__ = [
    "Answer",
    "AnswerState",
    "Aside",
    "Block",
    "BuildProgress",
    "BuildReport",
    "Choice",
    "Chunk",
    "Citation",
    "Compared",
    "Done",
    "EngineStatus",
    "Event",
    "Fate",
    "FoundSection",
    "Generated",
    "Hit",
    "IndexStatus",
    "Note",
    "NoteChanges",
    "NoteStatus",
    "Prompt",
    "Reading",
    "Retrieved",
    "Sampling",
    "Scope",
    "SearchResult",
    "Section",
    "Sentence",
    "SkippedFile",
    "Timings",
    "Token",
    "Turn",
    "Watch",
]
