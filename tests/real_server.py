"""``python -m llama_cpp.server``, but without llama.cpp's extra buffers: with AMX it crashes at its first word.

The server has no option for it. docs/decisions/0008 has what was seen, and when this can go.
"""

from __future__ import annotations

import llama_cpp.llama_cpp as api
from llama_cpp.server.__main__ import main

DEFAULTS = api.llama_model_default_params


def without_extra_buffers() -> api.llama_model_params:
    """Returns the defaults of llama.cpp with that one switched off."""
    parameters = DEFAULTS()
    parameters.use_extra_bufts = False
    return parameters


if __name__ == "__main__":
    api.llama_model_default_params = without_extra_buffers
    main()
