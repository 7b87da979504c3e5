"""The switches with which each dependency is told not to call home. Nothing else of the program turns one on again.

Most libraries read theirs once, when they are imported: whoever imports one says ``silence`` before.
"""

from __future__ import annotations

from collections.abc import MutableMapping

SWITCHES = {
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Gradio's statistics and look for updates; the hub's client, with which transformers and sentence-transformers report
and fetch; the tracing of langchain, a dependency of the text splitters. The other dependencies have nothing to switch
off: ``docs/reliability.md`` lists what was looked at."""


def silence(environ: MutableMapping[str, str]) -> None:
    """Puts the switches into an environment, over whatever it says.

    Args:
        environ: ``os.environ``, or what a child process is to be given.
    """
    environ.update(SWITCHES)
