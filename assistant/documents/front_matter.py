"""Front matter: what a note says of itself above its text, as Obsidian and static sites write it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.documents.reading import front_matter_end

_KEY = re.compile(r"^([A-Za-z_][\w -]*?)[ \t]*:[ \t]*(.*)$")
_ITEM = re.compile(r"^[ \t]*-[ \t]+(.*)$")
_LISTS = {"tags": "tags", "tag": "tags", "aliases": "aliases", "alias": "aliases"}
_EXCALIDRAW = "excalidraw-plugin"


@dataclass(frozen=True, slots=True)
class Properties:
    """What is known of a note besides its text.

    Attributes:
        end: Offset behind the front matter and the blank lines after it; 0 without any.
        title: As it stands there; empty if it does not.
        tags: Without ``#``.
        aliases: Other names that links may use.
        is_drawing: It is a drawing of the Excalidraw plugin: its text is data for a program.
    """

    end: int = 0
    title: str = ""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    is_drawing: bool = False


def properties(text: str) -> Properties:
    """Returns the properties at the top of a Markdown text.

    Only what notes use of YAML is read: ``key: value``, ``key: [a, b]``, ``key: a, b`` and a list of ``- a`` lines. Any
    other line is left out, and nothing is ever wrong.
    """
    end = front_matter_end(text)
    values = _values(text[:end].split("\n")[1:]) if end else {}
    title = " ".join(values.get("title", ())[:1])
    return Properties(
        end,
        title,
        tuple(tag.lstrip("#") for listed in values.get("tags", ()) for tag in listed.split()),
        tuple(values.get("aliases", ())),
        _EXCALIDRAW in values,
    )


def _values(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        key, item = _KEY.match(line), _ITEM.match(line)
        if key:
            name = key[1].strip().lower()
            current = found.setdefault(_LISTS.get(name, name), [])
            current += _split(key[2]) if name in _LISTS else [_bare(key[2])]
        elif item:
            current.append(_bare(item[1]))
    return {name: [value for value in values if value] for name, values in found.items()}


def _split(value: str) -> list[str]:
    """Returns the entries of ``[a, "b, c"]`` or ``a, b``."""
    inner = value.strip().removeprefix("[").removesuffix("]")
    return [_bare(entry) for entry in re.findall(r'"[^"]*"|\'[^\']*\'|[^,]+', inner)]


def _bare(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value
