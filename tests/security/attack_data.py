"""The attacks as data: tests/data/attacks/*.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data" / "attacks"
GROUPS = ("page", "notes", "files", "texts", "programs")

Attack = dict[str, Any]


def attacks(group: str) -> dict[str, Attack]:
    """Returns the attacks of a group by their ids; each knows its result."""
    table = tomllib.loads((DATA / f"{group}.toml").read_text(encoding="utf-8"))
    common = {"result": table["result"]} if "result" in table else {}
    return {attack["id"]: common | attack for attack in table["attack"]}


def note_text(attack: Attack) -> str:
    """Returns the text of a note that is an attack."""
    repeat = attack.get("repeat", 1)
    if "deep" in attack:
        return str(attack["text"]) + "".join(" " * (2 * level) + attack["deep"] for level in range(repeat))
    if "tail" in attack:
        return str(attack["text"]) + attack["tail"] * repeat + "\n"
    return " ".join([str(attack["text"])] * repeat)
