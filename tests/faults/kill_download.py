"""A download that is killed: no file has its final name before it is right, and the next try goes on."""

from __future__ import annotations

import hashlib
import json
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fault_kills import Scenario

from assistant.models.download import PullOptions, pull
from assistant.models.integrity import HuggingFaceSource, ModelEntry, ModelFile, verify

CONTENT = b"GGUF" + b"".join(b"%07d\n" % number for number in range(400_000))
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()
SCRIPT = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from assistant.models.download import PullOptions, pull
    from assistant.models.integrity import HuggingFaceSource, ModelEntry, ModelFile

    root, address, size, checksum = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    file = ModelFile("tiny.gguf", size, checksum)
    entry = ModelEntry("tiny", "generator", (file,), "MIT", 64, 0.1, "Small.", (HuggingFaceSource("a/tiny", "1"),))
    print("ready", flush=True)
    while True:
        pull(entry, root / "models", options=PullOptions(address))
        print("pulled", flush=True)
        (root / "models" / "tiny" / "tiny.gguf").unlink()  # there is always something to fetch
    """
)


class _Handler(BaseHTTPRequestHandler):
    """Serves the model, from any place on."""

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("ETag", '"v1"')
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the output quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed is what this is about."""


def _prepare(root: Path) -> tuple[str, ...]:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, name="hub", daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    (root / "hub.json").write_text(json.dumps(address), encoding="utf-8")
    return (address, str(len(CONTENT)), CHECKSUM)


def _entry() -> ModelEntry:
    file = ModelFile("tiny.gguf", len(CONTENT), CHECKSUM)
    return ModelEntry("tiny", "generator", (file,), "MIT", 64, 0.1, "Small.", (HuggingFaceSource("a/tiny", "1"),))


def _check(root: Path, acknowledged: list[list[str]]) -> None:
    del acknowledged  # what was pulled is removed again by the script
    final = root / "models" / "tiny" / "tiny.gguf"
    assert not final.exists() or verify(_entry(), root / "models").ok, "a file with its final name is not right"
    for part in (root / "models").rglob("*.part"):
        assert CONTENT.startswith(part.read_bytes()), "the bytes that are kept for the next try are not the model's"


def _finish(root: Path) -> None:
    address = json.loads((root / "hub.json").read_text(encoding="utf-8"))
    got = pull(_entry(), root / "models", options=PullOptions(address))
    assert got.read_bytes() == CONTENT
    left = {file.name for file in got.parent.iterdir()} - {"tiny.gguf", ".verified", ".lock"}
    assert left == set(), f"left behind: {left}"


DOWNLOAD = Scenario("download", SCRIPT, 0.25, _prepare, _check, _finish)
