"""What ``assistant ask`` and ``search`` print with ``--json``, and how a record is printed. Nothing heavy is loaded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter

from assistant.answering.verdict import verdict
from assistant.core.json_form import plain_json
from assistant.types import Answer, AnswerState

Share = Annotated[float, PlainSerializer(lambda share: round(share, 4), return_type=float)]
"""A share or a cosine, to four digits."""
_Milliseconds = Annotated[float, PlainSerializer(lambda seconds: round(seconds, 3), return_type=float)]
Time = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str)]
"""A moment in ISO 8601, no longer than it has to be."""


class Shown(BaseModel):
    """A record as it is shown: ``model_validate`` takes its fields from the record of the same names."""

    model_config = ConfigDict(from_attributes=True)


class CitationShown(Shown):
    """Exact words of a note, and how well they support what they are cited for."""

    note: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    item: str
    quote: str
    score: Share


class SentenceShown(Shown):
    """A sentence of an answer, with what supports it."""

    text: str
    supported: bool
    score: Share
    citations: tuple[CitationShown, ...]


class HitShown(Shown):
    """A passage that was found: where it is, its score and its ranks in both searches."""

    note: str = Field(validation_alias=AliasPath("chunk", "note"))
    heading_path: tuple[str, ...] = Field(validation_alias=AliasPath("chunk", "heading_path"))
    start: int = Field(validation_alias=AliasPath("chunk", "start"))
    end: int = Field(validation_alias=AliasPath("chunk", "end"))
    score: Share
    dense_rank: int | None
    lexical_rank: int | None


class TimingsShown(Shown):
    """Seconds and tokens of an answer."""

    load_s: _Milliseconds
    retrieve_s: Share
    first_token_s: _Milliseconds
    total_s: _Milliseconds
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int


class AnswerShown(Shown):
    """An answer."""

    question: str
    answer: str = Field(validation_alias="text")
    abstained: bool
    state: AnswerState
    reason: str
    gap: str
    sentences: tuple[SentenceShown, ...]
    quotes: tuple[CitationShown, ...]
    hits: tuple[HitShown, ...] = Field(validation_alias=AliasPath("search", "hits"))
    timings: TimingsShown
    model: str
    fingerprint: str

    @classmethod
    def of(cls, answer: Answer, load_s: float) -> AnswerShown:
        """Returns an answer with its reason in words; ``load_s``: what process start and loading cost."""
        timings = replace(answer.timings, load_s=load_s)
        return cls.model_validate(replace(answer, reason=verdict(answer).reason, timings=timings))


class SearchShown(Shown):
    """What a search found; ``corrections``: from a typed word to the word of the notes."""

    query: str
    corrections: Annotated[dict[str, str], BeforeValidator(dict)]
    missing_words: tuple[str, ...]
    hits: tuple[HitShown, ...]


def print_as(form: Any, found: object) -> None:
    """Prints what was found as one line of JSON; it has the fields of ``form``."""
    adapter: TypeAdapter[Any] = TypeAdapter(form)
    shown = adapter.validate_python(found, from_attributes=True)
    typer.echo(plain_json(adapter.dump_python(shown, mode="json")))


def print_record(record: Shown) -> None:
    """Prints a record as one line of JSON, without what was not asked for."""
    typer.echo(plain_json(record.model_dump(mode="json", exclude_unset=True)))
