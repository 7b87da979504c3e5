"""Writes down what this process tries to reach, from its first line on.

Python tells its audit hooks of every connection and every look-up of a name (PEP 578), whichever library makes it. A
hook cannot be removed, and what it raises keeps the call from happening.
"""

from __future__ import annotations

import errno
import ipaddress
import json
import os
import socket
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

LOG_VARIABLE = "ASSISTANT_WATCH_LOG"
REFUSE_VARIABLE = "ASSISTANT_WATCH_REFUSE"
START_SCRIPT = "from tools.airgap.watch import watch_from_environment\n\nwatch_from_environment()\n"
"""The whole of a ``sitecustomize.py``: Python runs it before anything else, in every process that inherits the path."""

_PLACES = 3
_LIBRARY = (sysconfig.get_paths()["stdlib"], "<frozen")
_SITE = os.path.join("site-packages", "")  # noqa: PTH118  (a part of a path, not a path)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach something that is not this machine.

    Attributes:
        what: ``connect``, ``send``, ``look up`` or ``listen``.
        address: Host and port, or the name that was looked up.
        place: Where in the code, innermost first, the standard library left out.
    """

    what: str
    address: str
    place: str


class Watch:
    """Tells of every attempt, and refuses it if it is to.

    Args:
        tell: Called with each attempt, on the thread that makes it.
        refuse: Asked at each attempt whether it is to fail as on a machine without a network.
    """

    def __init__(self, tell: Callable[[Attempt], None], refuse: Callable[[], bool] = lambda: False) -> None:
        self._refuse = refuse
        self._tell = tell

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Looks at one event of the interpreter; made for ``sys.addaudithook``.

        Raises:
            OSError: ``ENETUNREACH``, for an attempt that is refused.
        """
        look = _LOOKS.get(event)
        address = look[1](arguments) if look else ""
        if not look or not address:
            return
        self._tell(Attempt(look[0], address, _place(sys._getframe(1))))
        if self._refuse():
            raise OSError(errno.ENETUNREACH, f"There is no network: {address} is not this machine")


def watch_from_environment() -> Watch | None:
    """Begins to watch this process if the environment says so, and returns what watches.

    The file that ``ASSISTANT_WATCH_LOG`` names gets a line of JSON for each attempt, of this process and its children.
    As long as ``ASSISTANT_WATCH_REFUSE`` is there, attempts are refused.
    """
    log = os.environ.get(LOG_VARIABLE)
    if not log:
        return None
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tell(attempt: Attempt) -> None:
        os.write(file, json.dumps(asdict(attempt)).encode() + b"\n")  # one write: lines of two processes do not mix

    watch = Watch(tell, lambda: REFUSE_VARIABLE in os.environ)
    sys.addaudithook(watch.hook)
    return watch


def read_attempts(log: Path) -> tuple[Attempt, ...]:
    """Returns what was written down in ``log``; nothing if there is no such file."""
    if not log.is_file():
        return ()
    return tuple(Attempt(**json.loads(line)) for line in log.read_text(encoding="utf-8").splitlines())


def _of_socket(arguments: tuple[Any, ...]) -> str:
    """Returns the address a socket is to reach, or an empty string if it is this machine's own."""
    family, address = getattr(arguments[0], "family", None), arguments[1]
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return ""  # a socket of this machine: a pipe, the kernel, a file; or one that is connected already
    host, port = str(address[0]), address[1]
    return "" if _is_own(host) else f"{host}:{port}"


def _of_name(arguments: tuple[Any, ...]) -> str:
    """Returns the name that is looked up, or an empty string for this machine's and for what needs no looking up."""
    name = arguments[0]
    if isinstance(name, tuple):  # an address whose name is asked for
        name = name[0]
    if isinstance(name, bytes | bytearray):
        name = name.decode("utf-8", "replace")
    if not name or _is_own(name):
        return ""
    return "" if _is_number(name) else str(name)


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _place(frame: FrameType | None) -> str:
    """Returns the innermost lines of code that are not the standard library's."""
    places: list[str] = []
    while frame is not None and len(places) < _PLACES:
        file, code = frame.f_code.co_filename, frame.f_code
        if _SITE in file or not file.startswith(_LIBRARY):
            places.append(f"{_short(file)}:{frame.f_lineno} in {code.co_qualname}")
        frame = frame.f_back
    return " < ".join(places) or "the standard library"


def _short(file: str) -> str:
    return file.rpartition(_SITE)[2] if _SITE in file else "/".join(Path(file).parts[-3:])


_Look = Callable[[tuple[Any, ...]], str]
_LOOKS: dict[str, tuple[str, _Look]] = {
    "socket.connect": ("connect", _of_socket),
    "socket.sendto": ("send", _of_socket),
    "socket.sendmsg": ("send", _of_socket),
    "socket.bind": ("listen", _of_socket),
    "socket.getaddrinfo": ("look up", _of_name),
    "socket.gethostbyname": ("look up", _of_name),
    "socket.gethostbyaddr": ("look up", _of_name),
    "socket.getnameinfo": ("look up", _of_name),
}
