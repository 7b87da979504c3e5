"""Makes ``python -m assistant`` the same as ``assistant``."""

from assistant.cli.main import main

main()
