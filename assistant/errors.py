"""Every error a user can meet, as one tree. Each says what happened, and its ``hint`` how to mend it.

AssistantError                 exit code
├── UsageError                  2   the request cannot be carried out as written
│   ├── ConfigError             2   assistant.toml is wrong
│   ├── QuestionError           2   an empty or oversized question
│   └── AppNotRunning           2   --app was asked for, and no app answers
├── NotesError                  3   the notes folder, or one note in it
│   ├── NoteNotFound            3
│   └── UnreadableNote          3   one file; it is reported and skipped, the others are indexed
│       └── UnrecognizedScan    3   a picture whose text the index build recognises later
├── NotesIndexError             4   the index
│   ├── IndexMissing            4   nothing was built yet
│   ├── IndexBusy               4   another process is building
│   └── IndexWriteFailed        4   disk full, or no permission
├── ModelError                  5   the models
│   ├── ModelMissing            5   not downloaded
│   ├── ModelDamaged            5   the checksum differs, or llama.cpp refuses the file
│   ├── DownloadFailed          5   every source was tried
│   └── PromptTooLong           5   the question does not fit the model's context
├── StudyError                  6   quizzes, cards and reviews
│   ├── StudyDatabaseError      6   study.db cannot be used
│   ├── NoSuchCard              6   no card or item has this id
│   ├── NoSuchQuestion          6   no gap or kept question has this id
│   └── NoSuchConversation      6   no conversation has this id
└── Cancelled                 130   stopped by the student

Code raises these; only the command line's ``main`` and the page's boundary catch them. Exceptions of other libraries
are wrapped where they enter, with ``from``.
"""

from __future__ import annotations


class AssistantError(Exception):
    """Base of all errors that a user may see.

    Args:
        message: What happened, in a full sentence, with the value that caused it.
        hint: What to do about it: a command, or a short sentence. May be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AssistantError):
    """The request cannot be carried out as written."""

    exit_code = 2


class ConfigError(UsageError):
    """``assistant.toml`` or a flag has an unknown key or a value out of range."""


class QuestionError(UsageError):
    """The question is empty or too long to be one."""


class AppNotRunning(UsageError):
    """``--app`` was asked for, and no app of this workspace answers, or it ended before the answer was complete."""


class NotesError(AssistantError):
    """The notes folder, or a note in it, cannot be used."""

    exit_code = 3


class NoteNotFound(NotesError):
    """No note has this path."""


class UnreadableNote(NotesError):
    """This file cannot be read as a note. The index build reports it and goes on with the others."""


class UnrecognizedScan(UnreadableNote):
    """This file is a picture, or a PDF of pictures, whose text was not recognised yet.

    Attributes:
        pages: The numbers of those pictures, from 1.
    """

    def __init__(
        self,
        message: str = "This is a picture whose text was not recognised yet.",
        hint: str = "The index build does it after everything else: assistant index build",
        pages: tuple[int, ...] = (),
    ) -> None:
        super().__init__(message, hint)
        self.pages = pages


class NotesIndexError(AssistantError):
    """The index cannot be used."""

    exit_code = 4


class IndexMissing(NotesIndexError):
    """Nothing was built yet."""


class IndexBusy(NotesIndexError):
    """Another process is building this index. Trying again later helps."""


class IndexWriteFailed(NotesIndexError):
    """The index cannot be written: the disk is full or the folder is read-only. The old index is intact."""


class ModelError(AssistantError):
    """A model cannot be used."""

    exit_code = 5


class ModelMissing(ModelError):
    """The model's file is not there."""


class ModelDamaged(ModelError):
    """The file is there but is not the model that the catalogue describes, or cannot be loaded."""


class DownloadFailed(ModelError):
    """No source gave the right bytes. What was downloaded so far is kept for the next try."""


class PromptTooLong(ModelError):
    """The prompt does not fit the model's context. Nothing was cut silently."""


class StudyError(AssistantError):
    """A quiz, a card or a review cannot go on."""

    exit_code = 6


class StudyDatabaseError(StudyError):
    """``study.db`` cannot be opened or written. What was stored before is intact."""


class NoSuchCard(StudyError):
    """No card or quiz item has this id."""


class NoSuchQuestion(StudyError):
    """No gap or kept question has this id, or several begin with it."""


class NoSuchConversation(StudyError):
    """No conversation has this id, or several begin with it."""


class Cancelled(AssistantError):
    """The student stopped it."""

    exit_code = 130
