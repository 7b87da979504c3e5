"""The steps of the set-up, each skipped if it was done before."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Sequence  # noqa: UP035 - see the package

from tools.setup.checks import REQUIRED_PYTHON, SetupFailed, check_compiler, check_python, check_venv_module
from tools.setup.pip import AGAIN_HINT, Setup, run_pip, say
from tools.setup.torch_build import install_torch

STAMP_NAME = ".install-stamp"
AS_LOCKED = ("--no-deps", "--no-build-isolation")
"""Nothing that is not in ``locked/``: neither what a package asks for, nor what it is built with."""

MODELS = {
    "default": ("qwen2.5-coder-1.5b", "all-minilm-l6-v2"),
    "test": ("smollm2-135m", "all-minilm-l6-v2"),
    "none": (),
}


def install_key(setup: Setup, version: Sequence[int]) -> str:
    """Returns a digest of all that the installed packages depend on."""
    parts = [*sorted(setup.locked.glob("*.txt")), *setup.root.glob("tools/pyproject.toml")]
    texts = [path.read_text(encoding="utf-8") for path in parts]
    return hashlib.sha256(
        "\0".join((setup.pyproject, *texts, str(tuple(version)), str(setup.root))).encode()
    ).hexdigest()


def is_installed(setup: Setup, key: str) -> bool:
    """Returns True if an earlier run installed exactly this. What was installed for tests serves users as well."""
    try:
        stamp = json.loads((setup.venv / STAMP_NAME).read_text(encoding="utf-8"))
        return bool(stamp["key"] == key and (stamp["dev"] or not setup.dev) and setup.python.exists())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_install_stamp(setup: Setup, key: str) -> None:
    """Remembers that this was installed."""
    (setup.venv / STAMP_NAME).write_text(json.dumps({"key": key, "dev": setup.dev}), encoding="utf-8")


def make_venv(setup: Setup) -> None:
    """Makes the virtual environment, unless there is one that works.

    Raises:
        SetupFailed: It could not be made.
    """
    probe = f"import sys, pip; sys.exit(sys.version_info[:2] != {REQUIRED_PYTHON})"
    if setup.python.exists() and _quiet_run(str(setup.python), "-c", probe).returncode == 0:
        return
    say(f"Virtual environment in {setup.venv}: a few seconds")
    made = _quiet_run(sys.executable, "-m", "venv", "--clear", str(setup.venv))
    if made.returncode:
        reason = " ".join((made.stdout + made.stderr).strip().splitlines()[-1:])
        raise SetupFailed(f"The virtual environment could not be made: {reason}", hint=f"rm -r {setup.venv}")


def install_packages(setup: Setup, system: str) -> None:
    """Installs the project and all that it needs, unless the stamp says that this was done.

    Raises:
        SetupFailed: A tool is missing, or pip failed.
    """
    key = install_key(setup, tuple(sys.version_info[:3]))
    if is_installed(setup, key):
        return
    check_venv_module(importlib.util.find_spec, system)
    if not setup.has_package("llama_cpp_python-*"):
        check_compiler(shutil.which, system)
    make_venv(setup)
    install_locked(setup, "build")
    install_torch(setup, system)
    say("The assistant and its packages: about 350 MB to download, 2 GB on disk")
    install_locked(setup, "run", *(["dev"] if setup.dev else []))
    run_pip(setup, *AS_LOCKED, "-e", ".", "-e", "tools")  # what measures and proves the program registers with it
    write_install_stamp(setup, key)


def install_locked(setup: Setup, *names: str) -> None:
    """Installs what these files of ``locked/`` list, and nothing else.

    Raises:
        SetupFailed: A file could not be had, or it is not the one whose checksum is listed.
    """
    files = (part for name in names for part in ("-r", str(setup.locked / f"{name}.txt")))
    run_pip(setup, *AS_LOCKED, "--require-hashes", *files)


def pull_models(setup: Setup) -> None:
    """Downloads the models that are not there yet, with the installed assistant itself.

    Raises:
        SetupFailed: A model could not be downloaded; the assistant has said why.
    """
    if not setup.models:
        return
    command = [str(setup.python), "-m", "assistant", "models", "pull", *setup.models]
    environment = {**os.environ, "ASSISTANT_HOME": str(setup.root)}
    if subprocess.run(command, cwd=setup.root, env=environment, check=False).returncode:
        raise SetupFailed(f"The models {' and '.join(setup.models)} are not complete.", AGAIN_HINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Sets everything up and returns the exit code: 0, 1 if something is missing, 130 if it was stopped."""
    parser = argparse.ArgumentParser(prog="python3.11 -m tools.setup", description="Sets everything up.")
    parser.add_argument("--dev", action="store_true", help="with the tools that the tests need")
    parser.add_argument("--models", choices=sorted(MODELS), default="default", help="which models to download")
    chosen = parser.parse_args(arguments)
    setup = Setup(Path(__file__).resolve().parents[2], chosen.dev, MODELS[chosen.models])
    try:
        check_python(tuple(sys.version_info[:3]), platform.system())
        install_packages(setup, platform.system())
        pull_models(setup)
    except SetupFailed as failure:
        sys.stderr.write(f"\n{failure.message}\n{failure.hint}\n")
        return failure.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Run the same command to continue.\n")
        return 130
    return 0


def _quiet_run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
