"""What must be on the machine before anything can be installed, and the command that brings what is not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Sequence  # noqa: UP035 - see the package

REQUIRED_PYTHON = (3, 11)

PYTHON_HINTS = {
    "Linux": "sudo apt install python3.11 python3.11-venv   (Fedora: sudo dnf install python3.11)",
    "Darwin": "brew install python@3.11",
    "Windows": "winget install Python.Python.3.11",
}
COMPILER_HINTS = {
    "Linux": "sudo apt install build-essential   (Fedora: sudo dnf install gcc gcc-c++)",
    "Darwin": "xcode-select --install",
    "Windows": "Install the C++ workload of https://visualstudio.microsoft.com/visual-cpp-build-tools/",
}


class SetupFailed(Exception):
    """Something that the set-up needs is missing, or a step of it failed; ``hint`` says how to mend it."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def check_python(version: Sequence[int], system: str) -> None:
    """Raises SetupFailed unless this is the Python that the project is built for."""
    if tuple(version[:2]) != REQUIRED_PYTHON:
        found = ".".join(str(number) for number in version[:3])
        raise SetupFailed(f"Python 3.11 is needed; this is Python {found}.", hint=_for_system(PYTHON_HINTS, system))


def check_venv_module(find_spec: Callable[[str], object], system: str) -> None:
    """Raises SetupFailed if this Python cannot make a virtual environment with pip in it."""
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        hint = "sudo apt install python3.11-venv" if system == "Linux" else _for_system(PYTHON_HINTS, system)
        raise SetupFailed("This Python 3.11 cannot make virtual environments: its venv module is missing.", hint)


def check_compiler(which: Callable[[str], str | None], system: str) -> None:
    """Raises SetupFailed if there is no C or no C++ compiler to build llama.cpp with."""
    if system == "Windows":
        finder = Path(os.environ.get("PROGRAMFILES(X86)", "C:/")) / "Microsoft Visual Studio/Installer/vswhere.exe"
        missing = [] if which("cl") or which("g++") or finder.exists() else ["C++"]
    else:
        compilers = {"C": ("cc", "gcc", "clang"), "C++": ("c++", "g++", "clang++")}
        missing = [language for language, names in compilers.items() if not any(which(name) for name in names)]
    if missing:
        message = f"There is no {' and no '.join(missing)} compiler, and llama.cpp has to be built on this machine."
        raise SetupFailed(message, hint=_for_system(COMPILER_HINTS, system))


def _for_system(hints: dict[str, str], system: str) -> str:
    return hints.get(system, hints["Linux"])
