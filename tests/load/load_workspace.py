"""A workspace whose every note is about one invented thing, so that an answer shows whose question it belongs to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from load_server import Served

from assistant.app.servers import add_server, server_entry
from assistant.workspace import Workspace

REPOSITORY = Path(__file__).parents[2]
MODEL = "smollm2-135m"
NEAR = "near"
SETTINGS = f"""\
[model]
name = "{MODEL}"
context_tokens = 2048
[answering]
min_evidence = 0.1
max_output_tokens = 60
notes_tokens = 500
max_blocks = 1
"""
"""The gate is fitted to the default model; the small one is never sure. One block, so that an answer has one source."""

_SYLLABLES = ("vel", "mor", "ta", "rin", "dak", "os", "bel", "un", "kres", "il", "fam", "zor", "quin", "ep", "lod")
_KINDS = ("reactor", "bridge", "engine", "archive", "telescope", "harbour", "turbine", "library")


@dataclass(frozen=True, slots=True)
class Subject:
    """What one client asks about: an invented thing, and the note that describes it."""

    name: str
    kind: str
    note: str
    text: str

    @property
    def questions(self) -> tuple[str, ...]:
        thing = f"the {self.name} {self.kind}"
        return (
            f"Who designed {thing}?",
            f"When was {thing} opened?",
            f"How many people work at {thing}?",
            f"What is {thing} made of?",
        )


def subjects(count: int, seed: int) -> list[Subject]:
    """Returns ``count`` subjects with different names; another seed gives other names."""
    choose = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(choose.sample(_SYLLABLES, 3)).capitalize() + choose.choice("aeiou")] = None
    return [_subject(name, number, choose) for number, name in enumerate(names)]


def _subject(name: str, number: int, choose: random.Random) -> Subject:
    kind = _KINDS[number % len(_KINDS)]
    designer = f"{choose.choice(('Anna', 'Omar', 'Ines', 'Piotr'))} {choose.choice(('Kessel', 'Ruiz', 'Lind', 'Moor'))}"
    year, people = choose.randrange(1820, 1990), choose.randrange(12, 900)
    stuff = choose.choice(("granite and steel", "oak and brass", "basalt and glass", "copper and brick"))
    text = (
        f"# The {name} {kind}\n\n"
        f"The {name} {kind} is the largest work of its land, made of {stuff} by many hands.\n\n"
        f"- **Designer** - the {name} {kind} was designed by {designer}.\n"
        f"- **Opening** - the {name} {kind} was opened in {year}.\n"
        f"- **Staff** - {people} people work at the {name} {kind}.\n"
        f"- **Material** - the {name} {kind} is made of {stuff}.\n\n"
        f"## Parts of the {name} {kind}\n\n"
        f"- **Hall** - the main hall of the {name} {kind} is {people % 90 + 10} metres long.\n"
        f"- **Tower** - the tower of the {name} {kind} carries {year % 7 + 2} bells.\n"
        f"- **Cellar** - the cellar of the {name} {kind} holds {people % 40 + 5} rooms.\n"
    )
    return Subject(name, kind, f"{name.lower()}.md", text)


def make_workspace(root: Path, found: list[Subject], server: Served | None = None) -> Path:
    """Writes the notes and the settings of a workspace, which shares the repository's models or asks a server."""
    (root / "notes").mkdir(parents=True)
    for subject in found:
        (root / "notes" / subject.note).write_text(subject.text, encoding="utf-8")
    if server is None:
        (root / "models").symlink_to(REPOSITORY / "models")
    else:
        said = {"parallel": server.parallel} if server.parallel else {}
        add_server(Workspace(root), server_entry({"name": NEAR, "url": server.url, "model": server.model, **said}))
    settings = SETTINGS.replace(MODEL, MODEL if server is None else NEAR)
    (root / "assistant.toml").write_text(settings, encoding="utf-8")
    return root
