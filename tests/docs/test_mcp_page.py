"""docs/guide/mcp.md: its configurations start the server, and its table names the tools."""

from __future__ import annotations

import json

from test_docs import FENCE, fault, read, rows

from assistant.mcp.tools import READING, REVIEWING

PAGE = read("docs/guide/mcp.md")


def test_every_configuration_starts_the_server() -> None:
    blocks = [json.loads(match["body"]) for match in FENCE.finditer(PAGE) if match["info"] == "json"]
    servers = [one for block in blocks for named in block.values() for one in named.values()]
    assert len(servers) == 2
    for server in servers:
        assert server["command"].endswith("/assistant") and server["args"][0] == "mcp"
        assert fault(server["args"]) == ""


def test_every_tool_is_in_the_table() -> None:
    assert [cells[0].strip("`") for cells in rows(PAGE) if "_" in cells[0]] == [t.name for t in (*READING, *REVIEWING)]
