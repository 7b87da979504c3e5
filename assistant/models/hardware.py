"""What this machine can carry, and which model that means."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from assistant.config import ModelConfig
from assistant.models.integrity import ModelEntry

DEFAULT_MODEL = ModelConfig().name
SMALL_MODEL = "qwen2.5-coder-0.5b"
LARGE_MODEL = "qwen3-4b"

LITTLE_MEMORY_BYTES = 4_000_000_000
PLENTY_MEMORY_BYTES = 12_000_000_000
PLENTY_CORES = 8
SPARE_MEMORY_BYTES = 2_000_000_000
"""What the default is given beside its own 2 GB, for the search, a browser and the system."""
CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Hardware:
    """What this process may use: less than the machine has, in a container or under a CPU mask.

    Attributes:
        free_memory_bytes: What can be had without swapping, caches of the file system included.
        cores: Physical cores.
    """

    total_memory_bytes: int
    free_memory_bytes: int
    cores: int


class Room(StrEnum):
    """Whether a model finds room in memory, as the student reads it."""

    PLENTY = "yes"
    TIGHT = "just"
    NONE = "no"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The model to use and, in a sentence for the student, why. ``option`` is a larger model worth a try, or empty."""

    name: str
    reason: str
    option: str = ""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model to start with. ``message`` is for the student; empty if it is the model that was configured."""

    name: str
    message: str = ""


def detect_hardware(cgroup: Path = CGROUP) -> Hardware:
    """Returns what this process may use now.

    Args:
        cgroup: Where Linux shows the limits of the process's control group (version 2).
    """
    memory = psutil.virtual_memory()
    total, free = memory.total, memory.available
    limit, used = _read_bytes(cgroup / "memory.max"), _read_bytes(cgroup / "memory.current")
    if limit is not None and used is not None:
        total, free = min(total, limit), min(free, max(limit - used + _cached_bytes(cgroup), 0))
    return Hardware(total, free, _count_cores())


def on_battery() -> bool:
    """Returns whether this machine runs on its battery; a machine without one does not. Cheap."""
    read = getattr(psutil, "sensors_battery", None)  # some systems have no such sensor
    battery = read() if read is not None else None
    return battery is not None and battery.power_plugged is False


def recommend(catalog: Iterable[ModelEntry], hardware: Hardware) -> Recommendation:
    """Returns which model of the catalogue suits this hardware."""
    known = {entry.name for entry in catalog}
    free = _in_gb(hardware.free_memory_bytes)
    if hardware.free_memory_bytes < LITTLE_MEMORY_BYTES and SMALL_MODEL in known:
        reason = f"Only {free} of memory is free; {DEFAULT_MODEL} needs {_in_gb(LITTLE_MEMORY_BYTES)}."
        return Recommendation(SMALL_MODEL, reason)
    reason = f"{free} of memory is free, which is enough for the default."
    plenty = hardware.free_memory_bytes >= PLENTY_MEMORY_BYTES and hardware.cores >= PLENTY_CORES
    if plenty and LARGE_MODEL in known:
        reason += f" With {hardware.cores} cores, {LARGE_MODEL} is worth a try: larger, and slower."
        return Recommendation(DEFAULT_MODEL, reason, option=LARGE_MODEL)
    return Recommendation(DEFAULT_MODEL, reason)


def carries(entry: ModelEntry, hardware: Hardware) -> Room:
    """Returns whether a model finds room in the memory that is free, beside what other programs need meanwhile."""
    over = hardware.free_memory_bytes - entry.memory_gb * 1e9
    if over < 0:
        return Room.NONE
    return Room.PLENTY if over >= SPARE_MEMORY_BYTES else Room.TIGHT


def choose_model(configured: str, explicit: bool, hardware: Hardware, available: Collection[str]) -> ModelChoice:
    """Returns the model to start with: the configured one, unless it is the default and memory is short.

    Args:
        configured: The name or path in the settings.
        explicit: The student named it (a flag, or the settings file); then it is used whatever the memory.
        hardware: What this process may use.
        available: Names of the models that are downloaded.
    """
    if explicit or configured != DEFAULT_MODEL or hardware.free_memory_bytes >= LITTLE_MEMORY_BYTES:
        return ModelChoice(configured)
    short = f"Only {_in_gb(hardware.free_memory_bytes)} of memory is free"
    if SMALL_MODEL in available:
        return ModelChoice(
            SMALL_MODEL, f"{short}, so the smaller {SMALL_MODEL} answers. To use it anyway: --model {configured}"
        )
    return ModelChoice(
        configured, f"{short}: {configured} may be slow. A smaller one: assistant models pull {SMALL_MODEL}"
    )


def _count_cores() -> int:
    physical = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else physical
    return min(physical, allowed)


def _read_bytes(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no cgroup here, or "max": no limit
        return None


def _cached_bytes(cgroup: Path) -> int:
    """Returns the part of the group's memory that holds copies of files, which the kernel gives up when asked."""
    try:
        lines = (cgroup / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    counts = dict(line.split(maxsplit=1) for line in lines)
    return int(counts.get("inactive_file", 0)) + int(counts.get("active_file", 0))


def _in_gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
