"""What the tests of the MCP server share."""

from __future__ import annotations

NOTES = {
    "inference.md": (
        "# Inference\n\n## Kinds\n\n"
        "- **Batch inference** - processes many inputs at once\n"
        "- **Real-time inference** - handles each input as it arrives\n\n"
        "## Costs\n\nA batch costs less than single requests, because the model is loaded once.\n"
    ),
    "animals/Über Katzen.md": "# Pets\n\n## Cats\n\nCats purr at night. They chase 3 mice.\n",
}
ANSWER = "Batch inference processes many inputs at once. Real-time inference handles each input as it arrives."
QUESTION = "How does batch inference differ from real-time inference of inputs?"
MODEL = "qwen2.5-coder-1.5b"
YES, NO = (-9.0, -9.0, -0.1, -5.0), (-9.0, -9.0, -5.0, -0.1)
