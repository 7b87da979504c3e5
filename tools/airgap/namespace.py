"""A network of one's own that leads nowhere (Linux): there is a loopback interface in it and nothing else.

What a process in it sends anywhere else has no route, and the kernel counts that, whoever sent it: Python, a C library
or a child process. See network_namespaces(7) and the counters of RFC 1213 in ``/proc/net/snmp``.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_IFREQ = struct.Struct("16sH14x")
_PROC = Path("/proc/self/net")


@dataclass(frozen=True, slots=True)
class Unrouted:
    """What the kernel counted in this network since it was made, for all processes in it.

    Attributes:
        packets: Attempts to send or connect to where no route leads.
        datagrams: Datagrams (UDP) to this machine itself: a resolver on loopback would be asked like this. The program
            sends none.
    """

    packets: int
    datagrams: int


def enter_namespace() -> bool:
    """Moves this process, and all it starts from now on, into a network without a way out; returns whether it could.

    To be called before the process has a second thread: each thread has a network of its own.
    """
    if sys.platform != "linux":
        return False
    user, group = os.getuid(), os.getgid()
    if not _unshare(_CLONE_NEWNET):  # only root may do this alone
        if not _unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
            return False
        _keep_identity(user, group)
    return _raise_loopback()


def count_unrouted(proc: Path = _PROC) -> Unrouted:
    """Returns the kernel's counters of this process's network; zeros where there are none.

    Args:
        proc: The folder in which the kernel shows them.
    """
    four, six = _read_pairs(proc / "snmp"), _read_columns(proc / "snmp6")
    packets = four.get("Ip:OutNoRoutes", 0) + six.get("Ip6OutNoRoutes", 0)
    return Unrouted(packets, four.get("Udp:OutDatagrams", 0) + six.get("Udp6OutDatagrams", 0))


def _unshare(flags: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(flags) == 0)


def _keep_identity(user: int, group: int) -> None:
    """Lets the files of this user be his in the new user namespace too."""
    process = Path("/proc/self")
    (process / "setgroups").write_text("deny", encoding="ascii")  # or the kernel refuses the next line
    (process / "gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    (process / "uid_map").write_text(f"{user} {user} 1", encoding="ascii")


def _raise_loopback() -> bool:
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = _IFREQ.pack(b"lo", 0)
        try:
            _, flags = _IFREQ.unpack(fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, _IFREQ.pack(b"lo", flags | _IFF_UP))
        except OSError:
            return False
    return True


def _read_pairs(path: Path) -> dict[str, int]:
    """Returns the numbers of a file whose lines come in pairs, names above values, as ``Ip:OutNoRoutes``."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    found: dict[str, int] = {}
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        group = names.split()[0]
        found.update({f"{group}{n}": int(v) for n, v in zip(names.split()[1:], values.split()[1:], strict=False)})
    return found


def _read_columns(path: Path) -> dict[str, int]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    return {name: int(value) for name, value in (line.split()[:2] for line in lines)}
