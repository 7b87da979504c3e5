"""What is an attempt to reach something else, and what is not: real sockets, in processes that are watched."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import textwrap
from pathlib import Path

import pytest
from children import run_child

from tools.airgap.namespace import Unrouted, count_unrouted
from tools.airgap.watch import LOG_VARIABLE, REFUSE_VARIABLE, START_SCRIPT, Attempt, Watch, read_attempts

ROOT = Path(__file__).parents[3]
FAR = "192.0.2.1"  # kept for documentation (RFC 5737): nobody has it


def look(event: str, *arguments: object) -> list[Attempt]:
    seen: list[Attempt] = []
    Watch(seen.append).hook(event, arguments)
    return seen


@pytest.mark.parametrize(
    ("event", "address", "said"),
    [
        ("socket.connect", (FAR, 443), ("connect", f"{FAR}:443")),
        ("socket.sendto", (FAR, 53), ("send", f"{FAR}:53")),
        ("socket.bind", ("0.0.0.0", 80), ("listen", "0.0.0.0:80")),
    ],
)
def test_another_machine_is_an_attempt(event: str, address: tuple[str, int], said: tuple[str, str]) -> None:
    with socket.socket() as any_socket:
        [attempt] = look(event, any_socket, address)
    assert (attempt.what, attempt.address) == said
    assert "test_airgap_watch.py" in attempt.place
    assert "in look" in attempt.place


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost"])
def test_this_machine_is_none(host: str) -> None:
    with socket.socket() as any_socket:
        assert look("socket.connect", any_socket, (host, 80)) == []
    with socket.socket(socket.AF_INET6) as six:
        assert look("socket.connect", six, ("::1", 80, 0, 0)) == []
    assert look("socket.getaddrinfo", host, 80, 0, 0, 0) == []


def test_names_are_looked_up_and_numbers_are_not() -> None:
    [attempt] = look("socket.getaddrinfo", b"example.org", 443, 0, 0, 0)
    assert (attempt.what, attempt.address) == ("look up", "example.org")
    assert look("socket.getaddrinfo", FAR, 443, 0, 0, 0) == []
    assert look("socket.getaddrinfo", None, 443, 0, 0, 0) == []
    assert [found.address for found in look("socket.gethostbyname", "example.org")] == ["example.org"]


def test_sockets_that_are_no_network_and_other_events_are_none() -> None:
    left, right = socket.socketpair()
    with left, right:
        assert look("socket.connect", left, "/run/some.socket") == []
        assert look("socket.sendmsg", left, None) == []
    assert look("open", "notes.md", "r", 0) == []


def test_what_is_refused_fails_as_without_a_network() -> None:
    seen: list[Attempt] = []
    watch = Watch(seen.append, lambda: True)
    with socket.socket() as any_socket, pytest.raises(OSError, match="There is no network") as caught:
        watch.hook("socket.connect", (any_socket, (FAR, 443)))
    assert caught.value.errno == errno.ENETUNREACH
    assert len(seen) == 1


CHILD = textwrap.dedent(
    """
    import socket, subprocess, sys
    for reach in (
        lambda: socket.getaddrinfo("example.invalid", 443),
        lambda: socket.create_connection(("192.0.2.1", 443)),
        lambda: socket.create_connection(("2001:db8::1", 443)),
    ):
        try:
            reach()
        except OSError as error:
            print(error)
    if len(sys.argv) < 2:
        subprocess.run([sys.executable, "-c", sys.stdin.read(), "child"], check=True)
    """
)


def test_a_process_and_its_children_are_watched_from_their_first_line(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(START_SCRIPT, encoding="utf-8")
    log = tmp_path / "attempts.jsonl"
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, LOG_VARIABLE: str(log), REFUSE_VARIABLE: "1"}
    done = run_child(
        [sys.executable, "-c", CHILD], input=CHILD, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("There is no network") == 6
    assert [(found.what, found.address) for found in read_attempts(log)] == 2 * [
        ("look up", "example.invalid"),
        ("connect", "192.0.2.1:443"),
        ("connect", "2001:db8::1:443"),
    ]


def test_without_a_log_nothing_is_watched(tmp_path: Path) -> None:
    assert read_attempts(tmp_path / "none.jsonl") == ()


NATIVE = textwrap.dedent(
    """
    import ctypes, json, socket, struct, sys
    from dataclasses import asdict
    from tools.airgap.namespace import count_unrouted, enter_namespace
    if not enter_namespace():
        sys.exit(3)
    before = count_unrouted()
    libc = ctypes.CDLL(None)
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(443), socket.inet_aton("192.0.2.1"))
    handle = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    failed = libc.connect(handle, address, len(address))
    with socket.create_server(("127.0.0.1", 0)) as server:  # loopback is up
        socket.create_connection(server.getsockname()).close()
    print(json.dumps([failed, asdict(before), asdict(count_unrouted())]))
    """
)


def test_native_code_is_counted_in_a_network_that_leads_nowhere() -> None:
    done = run_child([sys.executable, "-c", NATIVE], cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip("this system gives no network namespace")
    failed, before, after = json.loads(done.stdout)
    assert failed == -1
    assert Unrouted(**before) == Unrouted(0, 0)
    assert Unrouted(**after) == Unrouted(1, 0)


def test_counters_are_read_as_the_kernel_writes_them(tmp_path: Path) -> None:
    (tmp_path / "snmp").write_text("Ip: Forwarding OutNoRoutes\nIp: 1 3\nUdp: OutDatagrams\nUdp: 4\n")
    (tmp_path / "snmp6").write_text("Ip6OutNoRoutes                  \t2\nUdp6OutDatagrams \t1\n")
    assert count_unrouted(tmp_path) == Unrouted(5, 5)
    assert count_unrouted(tmp_path / "nowhere") == Unrouted(0, 0)
