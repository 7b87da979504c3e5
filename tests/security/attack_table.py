"""Writes the table of attacks into docs/security.md: ``python tests/security/attack_table.py``."""

from __future__ import annotations

from pathlib import Path

from attack_data import GROUPS, attacks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- attacks: begin -->\n", "<!-- attacks: end -->\n"
_TESTS = {
    "page": "tests/ui/test_page_attacks.py",
    "notes": "tests/security/test_attacks_notes.py",
    "files": "tests/security/test_attacks_files.py",
    "texts": "tests/security/test_attacks_texts.py",
    "programs": "tests/security/test_attacks_programs.py",
}
_TITLES = {
    "page": "In the page: everywhere a stranger's text can stand",
    "notes": "In notes: against other answers and against what reads them",
    "files": "In files",
    "texts": "In questions, imports and exports",
    "programs": "From other programs: over MCP, and from servers of models",
}


def table() -> str:
    """Returns the table of all attacks, as it stands in the page."""
    parts = []
    for group in GROUPS:
        rows = attacks(group)
        parts.append(f"### {_TITLES[group]} ({len(rows)})\n\nRun by `{_TESTS[group]}`.\n")
        parts.append("| attack | what it is | result |\n|---|---|---|")
        parts += [f"| {id_} | {_cell(one['what'])} | {one['result']} |" for id_, one in rows.items()]
        parts.append("")
    return "\n".join(parts)


def written(page: str) -> str:
    """Returns the page with the table of today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _cell(text: str) -> str:
    return str(text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
