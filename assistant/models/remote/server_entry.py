"""A model of a server, as the catalogue has it, and where its address leads."""

from __future__ import annotations

import ipaddress
import os
import re
import shlex
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from assistant.errors import ModelError
from assistant.models.remote.consent import Allowed, allowed_servers


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an address such as http://127.0.0.1:11434/v1")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("an address holds no password, no ? and no #: a key comes from an environment variable")
    _ = parts.port  # a ValueError where it is none
    return url.rstrip("/")


_FORWARDED = re.compile(r"[:-]cloud$")
_OLLAMA_CLOUD = "ollama.com"
"""Where an Ollama on this computer sends what is asked of a model whose name ends so."""

Address = Annotated[str, AfterValidator(_base_url)]
"""Where a server's interface begins, usually with ``/v1`` at its end."""


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """A model of a server: a table ``[[server]]`` of ``catalog.toml``.

    Attributes:
        name: How the student calls it.
        url: Where the interface begins.
        model: How the server calls it.
        key_env: The environment variable that holds the server's key; empty for none. The key itself is never kept.
        context_tokens: How many tokens prompt and answer may have together; None if the student did not say.
        parallel: How many requests it takes at once; None if the student did not say.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    url: Address
    model: Annotated[str, Field(min_length=1)]
    key_env: Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")] = ""
    context_tokens: Annotated[int, Field(ge=256)] | None = None
    parallel: Annotated[int, Field(ge=1, le=256)] | None = None

    @property
    def host(self) -> str:
        """The name or number of the computer that the model is on."""
        return _OLLAMA_CLOUD if _FORWARDED.search(self.model) else _host_of(self.url)

    @property
    def is_local(self) -> bool:
        """Whether it is on this computer, by its address alone: no name but ``localhost`` is believed."""
        return _is_loopback(self.host)

    @property
    def sends_to(self) -> str:
        """The host that questions and passages leave this computer for; empty if they stay."""
        return "" if self.is_local else self.host

    @property
    def leave(self) -> Allowed:
        """What the user has to allow before anything is sent there."""
        return Allowed(self.url, self.host, self.key_env)

    def check_allowed(self) -> None:
        """Does nothing if questions and passages may be sent there.

        Raises:
            ModelError: It is on another computer and this user did not allow it, or a key would travel in the clear.
            ConfigError: What the user allowed cannot be read.
        """
        if self.is_local:
            return
        self.check_key()
        if self.leave not in allowed_servers():
            parts = ["assistant models add", self.name, "--url", self.url, "--model", shlex.quote(self.model)]
            parts += ["--key-env", self.key_env] if self.key_env else []
            raise ModelError(
                f"{self.name} is on {self.host}, not on this computer: your questions and passages would go there.",
                hint=f"If that is what you want: {' '.join(parts)} --allow-remote",
            )

    def check_key(self) -> None:
        """Does nothing if no key travels in the clear.

        Raises:
            ModelError: One would.
        """
        if self.key_env and self.url.startswith("http:") and not _is_loopback(_host_of(self.url)):
            raise ModelError(
                f"The key in {self.key_env} would go to {self.host} without encryption.",
                hint="Use an address that begins with https:// (docs/guide/servers.md).",
            )

    def key(self) -> str:
        """Returns the server's key from the environment; empty if it needs none.

        Raises:
            ModelError: The variable is not set, or holds what cannot be a key. The message does not tell it.
        """
        if not self.key_env:
            return ""
        found = os.environ.get(self.key_env, "").strip()
        if not found or not found.isascii() or not found.isprintable():
            what = "holds no usable key" if found else "is not set"
            raise ModelError(
                f"The environment variable {self.key_env} {what}; {self.name} takes its key from there.",
                hint=f"Set {self.key_env} in the terminal, then start the assistant from there.",
            )
        return found
