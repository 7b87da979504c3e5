"""One workspace and all of its parts: what the command line, the page and programs of your own talk to."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from assistant.app.answer_parts import Answers
from assistant.app.calibrating import Calibrator
from assistant.app.indexing import Indexing
from assistant.app.laboratory import Laboratory
from assistant.app.model_loading import Models, check_model
from assistant.app.quizzes import Engines, Quizzes
from assistant.app.settings import LiveSettings
from assistant.app.studying import Study
from assistant.app.taking import Exported, TakenQuiz, export_file, utc_now
from assistant.cards.deck import Deck
from assistant.config import Config, ModelConfig, load_config, with_setting
from assistant.conversations.keeper import Keeper
from assistant.models.hardware import on_battery
from assistant.models.scheduler import Scheduler
from assistant.quiz.kinds import kinds_named
from assistant.quiz.room import QuizRequest
from assistant.workspace import Workspace, find_workspace


class Assistant:
    """One workspace: notes, index, model, and the student's progress. May be used from several threads.

    Nothing is loaded before it is needed; ``warm`` begins early, in the background. Close it at the end, or use it in
    a ``with`` statement.

    Args:
        workspace: Its ``notes`` folder is made if it is missing.
        config: The settings.
        model_named: The student named the model himself, so it is used whatever the memory.
        kv_folder: Where states of sections are kept; None for the index folder.

    Attributes:
        settings: The settings as they are now, and changing them.
        models: The embedder and the model that writes.
        notes: The files of the notes folder, and what they say.
        index: Building the index, and searching it.
        answers: Answers to questions.
        quiz: Quizzes, and the bank that they come from.
        study: Gaps, kept questions, study guides, and what the student knows.
        conversations: What was asked and answered.
        lab: The lessons of the laboratory.
        scheduler: Who may use the model now.
    """

    def __init__(
        self, workspace: Workspace, config: Config, *, model_named: bool = False, kv_folder: Path | None = None
    ) -> None:
        workspace.make_notes_folder()
        self.workspace = workspace
        self.settings = LiveSettings(workspace, config, self._follow)
        self.models = Models(workspace, config.model, named=model_named, kv_folder=kv_folder)
        self.scheduler = Scheduler(slots=lambda: self.models.parallel)
        self.index = Indexing(workspace, self.settings, self.models.embedder.get, self.scheduler, self._built)
        self.notes = self.index.notes
        self.study = Study(workspace.study_db, self.settings, self.index, self.scheduler)
        self.answers = Answers(self.settings, self.index, self.models, self.scheduler, self.study.note_answer)
        self.quiz = Quizzes(self.study, self._engines())
        self.calibrator = Calibrator(self, self.models, self._rests)
        self.conversations = Keeper(workspace.conversations_db, lambda: self.settings.now.conversations.keep)
        self.study.parts["conversations"] = self.conversations.part()
        self.lab = self._laboratory()

    @classmethod
    def open(cls, folder: Path | str | None = None, *, model: str | None = None, kv_folder: Path | None = None) -> Self:
        """Returns the assistant of a folder that has ``notes/`` in it, with the settings of its ``assistant.toml``.

        Args:
            folder: None for the folder that ``ASSISTANT_HOME`` names, or else the current one.
            model: A name of the catalogue, or the path of a GGUF file; None for the one of the settings.
            kv_folder: Where states of sections are kept; None for the index folder.

        Raises:
            ConfigError: ``assistant.toml`` is wrong.
            ModelError: ``model`` names no model that is here.
        """
        workspace = find_workspace(Path(folder).expanduser() if folder else None, os.environ, Path.cwd())
        config = load_config(workspace.settings)
        if model is not None:
            config = with_setting(config, "model", "name", model, where="--model")
        named = model is not None or config.model.name != ModelConfig().name
        if model is not None:  # now, before any work is done: a question that needs no model would hide a wrong name
            check_model(workspace, model)
        return cls(workspace, config, model_named=named, kv_folder=kv_folder)

    @property
    def cards(self) -> Deck:
        """The cards, and their reviews.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be opened.
        """
        return self.study.deck

    def take_quiz(
        self, topic: str = "", *, count: int = 10, kinds: Iterable[str] = (), seed: int | None = None
    ) -> TakenQuiz:
        """Returns a new quiz on a topic, to be answered question by question; empty for everything in the notes.

        Args:
            topic: A note, a heading, or any words.
            count: How many questions, at most.
            kinds: ``choice``, ``cloze``, ``short`` and so on; empty for all of them.
            seed: The same seed chooses the same questions.

        Raises:
            UsageError: There is no such kind.
            StudyError: The notes give no question about the topic.
            StudyDatabaseError: ``study.db`` cannot be used.
        """
        room = self.quiz.room
        request = QuizRequest(topic, count, kinds_named(kinds), seed=seed)
        return TakenQuiz(room, room.start(request, utc_now()))

    def export(self, what: Exported, file: Path | str) -> Path:
        """Writes an answer, several, a study guide or a quiz to a file, and returns the file.

        A file that ends in ``.html`` becomes a page to print, any other Markdown; the exact words of the notes stand
        with each answer. Of a quiz the questions are written, and on a sheet of its own what is right.

        Raises:
            StudyError: The file cannot be written.
        """
        return export_file(
            what, Path(file).expanduser(), lambda words: self.notes.read(words.note).page_at(words.start)
        )

    def warm(self) -> None:
        """Starts, in the background, all that makes the first answers quick, and returns at once.

        Loads the models, brings the index up to date, and then, while nobody asks, lets the model read the notes and
        fills the bank of questions.
        """
        self.models.load()
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def close(self) -> None:
        """Stops what runs in the background and frees the models."""
        self.index.watch(False)
        self.index.cancel()
        self.scheduler.close()
        self.calibrator.stop()
        self.answers.warmer.stop()
        self.quiz.stop()
        self.models.close()
        self.conversations.close()
        self.study.close()
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare(self) -> None:
        self.index.watch(self.settings.now.notes.watch)
        if self.notes.status().state != "ready":
            self.index.start()
            self.index.wait()
        self.models.engine.wait()  # without a model nothing is prepared; why is shown in the state line
        self.calibrator.start()
        self.answers.warmer.start()
        self.quiz.start()

    def _built(self) -> None:
        self.answers.warmer.look_again()

    def _follow(self, before: Config, now: Config) -> None:
        if now.answering.warm != before.answering.warm:  # else the switch of the page stays as it is
            self.answers.warmer.switch(now.answering.warm)

    def _engines(self) -> Engines:
        return Engines(
            retriever=self.index.retriever.get,
            embedder=self.models.embedder.get,
            load_embedder=self.models.weights.get,
            ready_embedder=lambda: self.models.weights.ready,
            generator=lambda: self.models.engine.ready,
            load_generator=self.models.engine.get,
            scheduler=self.scheduler,
            rests=self._rests,
        )

    def _rests(self) -> bool:
        """Whether the model is to do nothing for which nobody waits."""
        return not self.answers.warmer.status().on or on_battery()

    def _laboratory(self) -> Laboratory:
        return Laboratory(
            workspace=self.workspace,
            settings=self.settings,
            retriever=self.index.retriever.get,
            answerer=self.answers.answerer,
            embedder=self.models.embedder.get,
            engine=self.models.local,
            ready_engine=self.models.ready_local,
            vocabulary=self.models.vocabulary,
            study=self.study,
            quiz=self.quiz,
            scheduler=self.scheduler,
        )
