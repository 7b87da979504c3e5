"""Text on its way into HTML: lines that become paragraphs, and what stands between paragraphs."""

from __future__ import annotations

import re
from html import escape

_BREAK = re.compile(r"\s*<br>\s*")


_ENDS = re.compile(r"\A(?:<br>)+|(?:<br>)+\Z")


class Flow:
    """Collects the lines and blocks of one part of a text, in their order."""

    def __init__(self) -> None:
        self._parts: list[tuple[bool, str]] = []  # whether it is a block, and its HTML

    @property
    def has_blocks(self) -> bool:
        """Whether there is more than one paragraph's text."""
        return any(is_block for is_block, _ in self._parts)

    def text(self, html: str) -> None:
        """Adds what belongs to the line."""
        self._parts.append((False, html))

    def gap(self) -> None:
        """Ends the paragraph."""
        self._parts.append((True, ""))

    def block(self, html: str) -> None:
        """Adds what stands between paragraphs."""
        self._parts.append((True, html))

    def formula(self, latex: str, *, displayed: bool) -> None:
        """Adds a formula, on lines of its own or in the line."""
        tag = 'formula display="block"' if displayed else "formula"
        self._parts += [(displayed, f"<{tag}>{escape(latex)}</formula>")] if latex else []

    def extend(self, other: Flow) -> None:
        """Adds all of another one."""
        self._parts += other._parts

    def line(self) -> str:
        """Returns it within one line."""
        return "".join(html if not is_block or html else " " for is_block, html in self._parts).strip()

    def blocks(self) -> str:
        """Returns it as paragraphs and blocks."""
        return "".join(html if is_block else f"<p>{html}</p>" for is_block, html in self._grouped())

    def item(self) -> str:
        """Returns it as what stands in a list item: its first paragraph belongs to the marker."""
        groups = self._grouped()
        first = groups.pop(0)[1] if groups and not groups[0][0] else ""
        return first + "".join(html if is_block else f"<p>{html}</p>" for is_block, html in groups)

    def _grouped(self) -> list[tuple[bool, str]]:
        groups: list[tuple[bool, str]] = []
        lines: list[str] = []
        for is_block, html in (*self._parts, (True, "")):
            if not is_block:
                lines.append(html)
                continue
            text = _BREAK.sub("<br>", "".join(lines)).strip()
            lines.clear()
            if text := _ENDS.sub("", text):
                groups.append((False, text))
            if html:
                groups.append((True, html))
        return groups
