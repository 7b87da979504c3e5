"""What the guard and the password let through: real requests as the server hands them on, without a server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from loops import run_async

from assistant.api.guard import LARGEST_MESSAGE, UPLOAD_URL, Guard, Rules, inline_scripts
from assistant.api.password import COOKIE, SESSION_S, Brake, PasswordGate, Sessions
from assistant.documents.formats import endings
from assistant.errors import UsageError

HOST = "127.0.0.1:7860"
PASSWORD = "a long password"
CALL = "/api/v1/quiz/home"
PAGE = b"<html><head><script>start()</script></head><body onload='x()'><script src='/a.js'></script></body></html>"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def page(scope: Any, receive: Any, send: Any) -> None:
    """The application behind: reads the whole body and answers with its length, or with a page at /."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    kind = b"text/html; charset=utf-8" if scope["path"] == "/" else b"text/plain"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": PAGE if scope["path"] == "/" else str(size).encode()})


def call(
    app: Any,
    path: str = "/",
    method: str = "GET",
    *,
    body: Iterable[bytes] = (),
    client: str = "127.0.0.1",
    query: str = "",
    **headers: str,
) -> Answer:
    """Sends one request. ``host`` is the app's own unless it is given; ``_`` in names of headers stands for ``-``."""
    given = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "client": (client, 1),
             "query_string": query.encode()}  # fmt: skip
    parts = [*body] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]
    answer = Answer()

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    run_async(lambda: app(scope, receive, send))
    return answer


@pytest.fixture
def guard() -> Guard:
    return Guard(page, Rules(largest_upload=LARGEST_MESSAGE * 2, endings=endings()))


class TestWhoMayAsk:
    @pytest.mark.parametrize("host", [HOST, "localhost:7860", "127.0.0.1", "LOCALHOST"])
    def test_the_app_by_its_own_names(self, guard: Guard, host: str) -> None:
        assert call(guard, host=host).status == 200

    @pytest.mark.parametrize(
        "host",
        ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7860", "192.168.1.5", "0.0.0.0", "[::1]",
         "127.0.0.1@evil.example", "[", "2130706433", "127.1"],
    )  # fmt: skip
    def test_dns_rebinding(self, guard: Guard, host: str) -> None:
        assert call(guard, host=host).status == 403

    def test_two_hosts(self, guard: Guard) -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "client": ("127.0.0.1", 1), "query_string": b"",
                 "headers": [(b"host", b"evil.example"), (b"host", HOST.encode())]}  # fmt: skip
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        run_async(lambda: guard(scope, None, send))  # type: ignore[arg-type]
        assert sent[0]["status"] == 403

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "null",
            "http://127.0.0.1:8888",
            "http://localhost:7860",
            f"https://{HOST}",
            "file://",
        ],
    )
    def test_other_pages_of_the_web_and_of_this_computer(self, guard: Guard, origin: str) -> None:
        for path in (CALL, "/gradio_api/run/predict", "/gradio_api/queue/join", UPLOAD_URL, "/api/v1/ask"):
            assert call(guard, path, "POST", origin=origin).status == 403
        assert call(guard, "/gradio_api/queue/data", origin=origin).status == 403

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize(
        "path", ["/", "/config", "/gradio_api/queue/data", "/page/page.js", "/gradio_api/heartbeat/x"]
    )
    def test_what_other_pages_embed_or_fetch_without_saying_who_they_are(
        self, guard: Guard, site: str, path: str
    ) -> None:
        for mode, kind in (("no-cors", "script"), ("no-cors", "image"), ("navigate", "iframe"), ("cors", "empty")):
            sent = {"sec_fetch_site": site, "sec_fetch_mode": mode, "sec_fetch_dest": kind}
            assert call(guard, path, **sent).status == 403

    def test_a_link_to_the_app_may_be_followed_but_not_a_form(self, guard: Guard) -> None:
        visit = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
        assert call(guard, **visit).status == 200
        for path in ("/gradio_api/run/predict", CALL, UPLOAD_URL):
            assert call(guard, path, "POST", **visit).status == 403

    def test_the_page_itself(self, guard: Guard) -> None:
        own = {"origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}
        assert call(guard, CALL, "POST", body=[b"{}"], **own).body == b"2"

    def test_web_sockets_are_closed(self, guard: Guard) -> None:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        run_async(lambda: guard({"type": "websocket", "path": "/", "headers": []}, None, send))  # type: ignore[arg-type]
        assert sent == [{"type": "websocket.close", "code": 1008}]

    def test_beyond_this_computer_by_any_address_and_by_no_name_of_the_web(self) -> None:
        guard = Guard(page, Rules(frozenset({"laptop"}), any_address=True))
        assert [call(guard, host=h).status for h in ("192.168.1.5:80", "laptop", "[fe80::1]:7860")] == [200] * 3
        assert [call(guard, host=h).status for h in ("evil.example", "laptop.evil.example")] == [403] * 2


class TestWhatMayBeAskedFor:
    @pytest.mark.parametrize(
        "path",
        ["/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/file=/etc/passwd", "/gradio_api/file=x",
         "/gradio_api/file=https://attacker.example/x", "/gradio_api/proxy=https://attacker.example",
         "/gradio_api/info", "/gradio_api/openapi.json", "/openapi.json", "/docs", "/monitoring", "/gradio_api/runs",
         "/gradio_api/vibe-edit", "/gradio_api/dev/reload", "/gradio_api/token", "/gradio_api/custom_component/x",
         "/gradio_api/stream/x", "/gradio_api/call/x", "/gradio_api/deep_link", "/pwa_icon/9999", "/svelte/x",
         "/gradio_api/process_recording", "/gradio_api/upload", "/gradio_api/upload_progress",
         "/gradio_api/component_server", "//etc/passwd", "/../etc/passwd", "/api", "/api/ask",
         "/api/v1", "/.git/config"],
    )  # fmt: skip
    def test_gradios_other_routes_are_not_there(self, guard: Guard, path: str) -> None:
        assert call(guard, path).status == 404
        assert call(guard, path, "POST").status == 404

    def test_paths_have_their_methods(self, guard: Guard) -> None:
        for path in (UPLOAD_URL, CALL, "/api/v1/ask"):
            for method in ("GET", "OPTIONS", "PUT", "DELETE"):
                assert call(guard, path, method).status == 405
        assert call(guard, "/", "DELETE").status == 405
        assert call(guard, "/config", "POST").status == 405


class TestHowMuch:
    def test_a_long_message_is_refused_by_its_head(self, guard: Guard) -> None:
        for length in (str(LARGEST_MESSAGE + 1), "9" * 30, "-1", "x"):
            assert call(guard, CALL, "POST", content_length=length).status == 413

    def test_a_long_message_is_refused_while_it_comes(self, guard: Guard) -> None:
        parts = [b"x" * 500_000] * 5
        assert call(guard, CALL, "POST", body=parts).status == 413
        assert call(guard, CALL, "POST", body=parts, content_length="3").status == 413

    def test_an_upload_may_be_longer_but_not_endless(self, guard: Guard) -> None:
        sent = {"query": "name=a.md"}
        assert call(guard, UPLOAD_URL, "POST", body=[b"x" * 3_000_000], **sent).status == 200
        assert call(guard, UPLOAD_URL, "POST", body=[b"x" * 3_000_000, b"x" * 2_000_000], **sent).status == 413
        assert call(guard, UPLOAD_URL, "POST", content_length="9" * 9, **sent).status == 413

    @pytest.mark.parametrize(
        ("query", "status"),
        [("name=a.md", 200), ("name=A.PDF", 200), ("name=zwei%20%C3%BC.md", 200), ("name=a.exe", 415),
         ("name=a.svg", 415), ("name=", 415), ("", 415), ("name=a.md&name=a.exe", 415), ("name=a.md%00.exe", 415),
         ("name=%FF.exe", 415), ("n%61me=a.exe", 415)],
    )  # fmt: skip
    def test_an_upload_is_of_a_kind_that_is_read(self, guard: Guard, query: str, status: int) -> None:
        assert call(guard, UPLOAD_URL, "POST", body=[b"content"], query=query).status == status


class TestHeaders:
    def test_a_page_runs_its_own_scripts_and_no_others(self, guard: Guard) -> None:
        policy = call(guard).headers["content-security-policy"]
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "'unsafe-inline'" not in scripts
        assert scripts.count("'sha256-") == 1
        for wanted in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert wanted in policy

    @pytest.mark.parametrize("path", ["/", "/config", "/nowhere"])
    def test_every_answer_has_them(self, guard: Guard, path: str) -> None:
        headers = call(guard, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'self'" in headers["content-security-policy"]

    def test_scripts_are_found_as_a_browser_finds_them(self) -> None:
        text = "<script>a < b && '<p>'</script><SCRIPT type=module>\n c\n</SCRIPT><script src=x>d</script><p>e</p>"
        assert inline_scripts(text) == ["a < b && '<p>'", "\n c\n"]


class TestPassword:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def gate(self, clock: Clock) -> PasswordGate:
        return PasswordGate(page, PASSWORD, clock)

    def login(self, gate: PasswordGate, password: str, client: str = "10.0.0.7") -> Answer:
        return call(gate, "/login", "POST", body=[f"password={password.replace(' ', '+')}".encode()], client=client)

    def test_nothing_without_it(self, gate: PasswordGate) -> None:
        assert call(gate, accept="text/html").headers["location"] == "/login"
        for path in ("/config", "/gradio_api/queue/data", "/page/page.js", CALL, UPLOAD_URL):
            assert call(gate, path, "POST").status == 401
        assert call(gate, cookie=f"{COOKIE}=x").status == 401
        assert call(gate, cookie="\xff=;;;==").status == 401

    def test_with_it_everything_for_a_session(self, gate: PasswordGate, clock: Clock) -> None:
        done = self.login(gate, PASSWORD)
        assert done.status == 303 and done.headers["location"] == "/"
        cookie = done.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and PASSWORD not in cookie
        key = cookie.split(";")[0]
        clock.now += SESSION_S - 1
        assert call(gate, cookie=key).status == 200
        clock.now += SESSION_S - 1
        assert call(gate, cookie=key).status == 200
        clock.now += SESSION_S + 1
        assert call(gate, cookie=key).status == 401

    def test_logging_out_ends_it(self, gate: PasswordGate) -> None:
        key = self.login(gate, PASSWORD).headers["set-cookie"].split(";")[0]
        assert call(gate, "/logout", "POST", cookie=key).status == 303
        assert call(gate, cookie=key).status == 401

    def test_guessing_becomes_slow(self, gate: PasswordGate, clock: Clock) -> None:
        assert [self.login(gate, "wrong guess").status for _ in range(7)] == [401] * 5 + [429] * 2
        assert self.login(gate, PASSWORD).status == 429, "not even the right one is looked at"
        assert int(self.login(gate, PASSWORD).headers["retry-after"]) >= 1
        clock.now += 2
        assert self.login(gate, "wrong guess").status == 401
        clock.now += 1.5
        assert self.login(gate, PASSWORD).status == 429, "each wait is twice as long as the last"
        clock.now += 1
        assert self.login(gate, PASSWORD).status == 303

    def test_guessing_from_many_addresses_becomes_slow_too(self, clock: Clock) -> None:
        brake = Brake(clock)
        for number in range(60):
            brake.wrong(f"10.0.{number}.1")
        assert brake.wait_s("10.9.9.9") > 100
        for number in range(5000):
            brake.wrong(f"10.1.{number}.1")
        assert len(brake._wrong) <= 1001

    def test_a_long_form_is_no_password(self, gate: PasswordGate) -> None:
        parts = [b"password=" + PASSWORD.replace(" ", "+").encode(), b"&x=" + b"y" * 5000, b"z"]
        assert call(gate, "/login", "POST", body=parts).status == 401

    def test_sessions_are_random_and_few(self, clock: Clock) -> None:
        sessions = Sessions(clock)
        keys = {sessions.begin() for _ in range(300)}
        assert len(keys) == 300 and all(len(key) >= 43 for key in keys)
        assert sum(map(sessions.is_open, keys)) == 100

    def test_a_short_password_is_none(self) -> None:
        with pytest.raises(UsageError, match="has 5 characters"):
            PasswordGate(page, "short")

    def test_the_key_of_a_program_is_left_to_the_service(self, gate: PasswordGate) -> None:
        key = {"authorization": "Bearer x"}
        assert call(gate, "/api/v1/ask", "POST", body=[b"{}"], **key).status == 200
        for path in ("/", "/config", "/api/v1", "/page/page.js", "/api/v10/ask"):
            assert call(gate, path, "POST", **key).status == 401
        assert call(gate, "/api/v1/ask", "POST", body=[b"{}"]).status == 401


class TestWhereItIsServed:
    def test_beyond_this_computer_only_with_a_password(self) -> None:
        from assistant.api.server import Door

        for host in ("0.0.0.0", "192.168.1.5", "::"):
            with pytest.raises(UsageError, match="so a password is needed") as refused:
                Door(host)
            assert "ASSISTANT_PASSWORD" in refused.value.hint
            assert Door(host, PASSWORD).rules.any_address
        for host in ("127.0.0.1", "127.0.0.5", "::1"):
            assert not Door(host).rules.any_address
        with pytest.raises(UsageError, match="not an IP address"):
            Door("example.org", PASSWORD)
        assert PASSWORD not in repr(Door("0.0.0.0", PASSWORD))
