"""The attacks are many, different, and described in docs/security.md as they are."""

from __future__ import annotations

from attack_data import GROUPS, attacks
from attack_table import PAGE, written


def test_there_are_sixty_attacks_and_each_has_its_own_name() -> None:
    names = [id_ for group in GROUPS for id_ in attacks(group)]
    assert len(names) == len(set(names)) >= 60


def test_the_page_lists_them_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page, "write it anew: python tests/security/attack_table.py"
