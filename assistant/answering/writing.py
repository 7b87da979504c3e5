"""From what the model writes to attributed sentences, each as soon as it is finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.answering.attribution import Attributor
from assistant.answering.sentences import SentenceSplitter
from assistant.models.engine import GenerationEvent
from assistant.types import Choice, Generated, Sentence, Token

WritingEvent = Choice | Token | Sentence | Generated


def attributed(events: Iterable[GenerationEvent], attributor: Attributor) -> Iterator[WritingEvent]:
    """Passes on what is written, and behind the token that finishes a sentence, the sentence with what supports it.

    ``Generated`` comes last, behind the last sentence. Offsets of sentences count in the joined texts of the tokens.
    """
    splitter = SentenceSplitter()
    end: Generated | None = None
    for event in events:
        if isinstance(event, Generated):
            end = event
        elif isinstance(event, Choice):
            yield event
        elif isinstance(event, Token):
            spans = splitter.feed(event.text)
            yield event
            yield from (attributor.attribute(splitter.text, *span) for span in spans)
    yield from (attributor.attribute(splitter.text, *span) for span in splitter.finish())
    if end is not None:
        yield end
