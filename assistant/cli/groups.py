"""Groups of commands with one that is meant where none is named: ``assistant gaps`` is ``assistant gaps list``."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class ListGroup(TyperGroup):
    """A group whose command ``list`` is meant where no command is named."""

    default_command = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the default command in front of its options."""
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = [self.default_command, *args]
        return super().parse_args(ctx, args)
