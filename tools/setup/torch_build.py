"""torch, as its CPU build: never gigabytes of CUDA by accident."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import urllib.request

from tools.setup.checks import SetupFailed
from tools.setup.pip import AGAIN_HINT, Setup, last_error, run_pip, say

TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
REACHABLE_TIMEOUT_S = 5.0
_GPU_PREFIXES = ("nvidia", "cuda", "triton")
_PIN = re.compile(r'"torch==([\d.]+)"')


def torch_version(pyproject: str) -> str:
    """Returns the version of torch that the project pins.

    Raises:
        SetupFailed: It pins none.
    """
    found = _PIN.search(pyproject)
    if not found:
        raise SetupFailed("pyproject.toml pins no version of torch.", hint='It needs a line like "torch==2.13.0".')
    return found.group(1)


def gpu_packages(report: str) -> list[str]:
    """Returns the names of the packages in a report of pip that serve graphics cards only.

    Args:
        report: What ``pip install --dry-run --report -`` wrote.

    Raises:
        ValueError: It is not such a report.
    """
    try:
        names = [str(item["metadata"]["name"]) for item in json.loads(report)["install"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"unexpected shape: {error}") from error
    return sorted(name for name in names if name.lower().startswith(_GPU_PREFIXES))


def install_torch(setup: Setup, system: str) -> None:
    """Installs torch, on Linux from PyTorch's own CPU index where that can be reached.

    Raises:
        SetupFailed: It cannot be had, or only with CUDA.
    """
    version = torch_version(setup.pyproject)
    if setup.has_package(f"torch-{version}*"):
        return
    requirement = f"torch=={version}"
    say(f"torch {version}, CPU build: about 190 MB to download")
    if system == "Linux":
        if _install_from_cpu_index(setup, requirement):
            return
        say(f"   {TORCH_CPU_INDEX} cannot be used; asking the package index what it would install")
        refuse_gpu_build(setup, requirement)
    run_pip(setup, "--no-deps", requirement)


def _install_from_cpu_index(setup: Setup, requirement: str) -> bool:
    try:
        with urllib.request.urlopen(f"{TORCH_CPU_INDEX}/torch/", timeout=REACHABLE_TIMEOUT_S):
            pass
        run_pip(setup, "--no-deps", requirement, "--index-url", TORCH_CPU_INDEX)
    except (OSError, http.client.HTTPException, SetupFailed):
        return False
    return True


def refuse_gpu_build(setup: Setup, requirement: str, *pip_arguments: str) -> None:
    """Asks pip what it would install, without installing it.

    Raises:
        SetupFailed: Packages for graphics cards are among it, or pip cannot tell.
    """
    command = setup.pip("--dry-run", "--report", "-", "--quiet", *pip_arguments, requirement)
    answer = subprocess.run(command, capture_output=True, text=True, cwd=setup.root, check=False)
    if answer.returncode:
        raise SetupFailed(f"pip cannot find {requirement}: {last_error(answer.stderr.splitlines())}", AGAIN_HINT)
    hint = f"With a network: {setup.python} -m pip install {requirement} --index-url {TORCH_CPU_INDEX}, then again."
    try:
        unwanted = gpu_packages(answer.stdout)
    except ValueError as error:
        raise SetupFailed(f"pip's report on {requirement} cannot be read ({error}).", hint) from error
    if unwanted:
        shown = ", ".join(unwanted[:3])
        message = f"Only the CUDA build of torch is available here: gigabytes in {len(unwanted)} packages ({shown}...)."
        raise SetupFailed(message, hint)
