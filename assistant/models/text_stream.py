"""From the bytes of tokens to text that can be shown: whole characters only, and nothing of a stop text."""

from __future__ import annotations

import codecs


class TextStream:
    """Turns the bytes of a growing answer into text.

    A character whose bytes are spread over several tokens comes out with the last of them. Text that may be the
    beginning of a stop text is held back until that is decided.

    Args:
        stop: Texts that end the answer; they and what follows are not part of it.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def push(self, piece: bytes) -> str:
        """Returns the text that is certain now that ``piece`` was added; ``stopped`` says if a stop text was met."""
        if self.stopped:
            return ""
        text = self._held + self._decoder.decode(piece)
        cut = min((at for at in map(text.find, self._stop) if at >= 0), default=-1)
        if cut >= 0:
            self.stopped, self._held = True, ""
            return text[:cut]
        keep = self._undecided(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """Returns what was held back, at the end of the answer. Bytes of an unfinished character are dropped."""
        text, self._held = self._held, ""
        return text

    def _undecided(self, text: str) -> int:
        """Returns the length of the longest end of ``text`` that a stop text begins with."""
        longest = max((len(stop) - 1 for stop in self._stop), default=0)
        for length in range(min(longest, len(text)), 0, -1):
            if any(stop.startswith(text[-length:]) for stop in self._stop):
                return length
        return 0
