"""The set-up: what it says when a tool is missing, what it refuses, and that it is not done twice."""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path

import pytest
from children import run_child

from assistant.models.catalog import REPOSITORY_MODELS, Catalog
from tools.setup.__main__ import (
    MODELS,
    STAMP_NAME,
    install_key,
    install_locked,
    install_packages,
    is_installed,
    main,
    make_venv,
    pull_models,
    write_install_stamp,
)
from tools.setup.checks import SetupFailed, check_compiler, check_python, check_venv_module
from tools.setup.pip import Setup, follow, last_error, telling_part
from tools.setup.torch_build import gpu_packages, refuse_gpu_build, torch_version

ROOT = Path(__file__).parents[2]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Python is a shell script")


@pytest.fixture
def setup(tmp_path) -> Setup:
    (tmp_path / "pyproject.toml").write_text('dependencies = [\n    "torch==2.13.0",\n]\n')
    return Setup(tmp_path)


def put_python(setup: Setup, script: str) -> None:
    """Puts a shell script in the place of the environment's Python."""
    setup.python.parent.mkdir(parents=True)
    setup.python.write_text(f"#!/bin/sh\n{script}\n")
    setup.python.chmod(0o755)


# Before anything is installed


def test_the_installer_imports_nothing_that_must_be_installed_first():
    code = (
        "import sys, tools.setup.__main__\n"
        "print(*{name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names))"
    )
    # -I and -S: no installed packages can be found; the repository is added by hand.
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"
    answer = run_child([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert set(answer.stdout.split()) == {"tools", "__main__"}


@pytest.mark.parametrize(
    ("version", "system", "command"),
    [
        ((3, 10, 13), "Linux", "sudo apt install python3.11 python3.11-venv"),
        ((3, 12, 0), "Darwin", "brew install python@3.11"),
        ((2, 7, 18), "Windows", "winget install Python.Python.3.11"),
        ((3, 13, 0), "FreeBSD", "python3.11"),
    ],
)
def test_another_python_is_named_with_the_command(version, system, command):
    with pytest.raises(SetupFailed) as caught:
        check_python(version, system)
    assert "this is Python {}.{}.{}".format(*version) in caught.value.message
    assert command in caught.value.hint


def test_this_python_is_right():
    check_python((3, 11, 2), "Linux")
    assert check_venv_module(lambda name: object(), "Linux") is None


def test_a_missing_venv_module_is_named_with_the_command():
    # Debian ships venv without ensurepip unless python3.11-venv is installed.
    with pytest.raises(SetupFailed, match="venv module is missing") as caught:
        check_venv_module({"venv": object()}.get, "Linux")
    assert caught.value.hint == "sudo apt install python3.11-venv"


@pytest.mark.parametrize(
    ("there", "system", "missing", "command"),
    [
        ({}, "Linux", "no C and no C++ compiler", "sudo apt install build-essential"),
        ({"cc": "/bin/cc"}, "Linux", "no C++ compiler", "sudo apt install build-essential"),
        ({}, "Darwin", "no C and no C++ compiler", "xcode-select --install"),
        ({}, "Windows", "no C++ compiler", "visual-cpp-build-tools"),
    ],
)
def test_a_missing_compiler_is_named_with_the_command(there, system, missing, command, monkeypatch, tmp_path):
    monkeypatch.setenv("PROGRAMFILES(X86)", str(tmp_path))
    with pytest.raises(SetupFailed, match="has to be built") as caught:
        check_compiler(there.get, system)
    assert missing in caught.value.message
    assert command in caught.value.hint


@pytest.mark.parametrize("there", [{"gcc": "x", "g++": "x"}, {"clang": "x", "clang++": "x"}])
def test_any_pair_of_compilers_will_do(there):
    check_compiler(there.get, "Linux")


# torch


def test_the_pinned_torch_is_the_one_of_the_project(setup):
    assert torch_version((ROOT / "pyproject.toml").read_text()) == "2.13.0"
    with pytest.raises(SetupFailed, match="pins no version"):
        torch_version('dependencies = ["torch>=2"]')


def report(*names: str) -> str:
    return json.dumps({"version": "1", "install": [{"metadata": {"name": name}} for name in names]})


@pytest.mark.parametrize(
    ("names", "unwanted"),
    [
        ([], []),
        (["torch", "filelock", "sympy"], []),
        (["torch", "nvidia-cublas-cu12", "triton"], ["nvidia-cublas-cu12", "triton"]),
        (["torch", "cuda-bindings", "NVIDIA_nccl"], ["NVIDIA_nccl", "cuda-bindings"]),
    ],
)
def test_gpu_packages_in_a_report_of_pip(names, unwanted):
    assert gpu_packages(report(*names)) == unwanted


@pytest.mark.parametrize("text", ["", "Looking in indexes", "[]", "{}", '{"install": [1]}'])
def test_a_report_that_cannot_be_read(text):
    with pytest.raises(ValueError, match=r".+"):
        gpu_packages(text)


def make_wheel(folder: Path, package: str, requires: str = "") -> None:
    name, info = package.replace("-", "_"), f"{package.replace('-', '_')}-1.0.dist-info"
    needed = f"Requires-Dist: {requires}\n" if requires else ""
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n{needed}")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@posix_only
@pytest.mark.parametrize(("requires", "refused"), [("nvidia-imaginary", True), ("harmless-imaginary", False)])
def test_cuda_is_refused_before_it_is_downloaded(setup, requires, refused):
    put_python(setup, f'exec {sys.executable} "$@"')
    make_wheel(setup.root, "imaginary-torch", requires)
    make_wheel(setup.root, requires)
    source = ("--no-index", "--find-links", str(setup.root))
    if not refused:
        refuse_gpu_build(setup, "imaginary-torch==1.0", *source)
        return
    with pytest.raises(SetupFailed, match="Only the CUDA build") as caught:
        refuse_gpu_build(setup, "imaginary-torch==1.0", *source)
    assert "nvidia-imaginary" in caught.value.message
    assert "--index-url" in caught.value.hint


@posix_only
def test_a_torch_that_pip_cannot_find(setup):
    put_python(setup, f'exec {sys.executable} "$@"')
    with pytest.raises(SetupFailed, match="No matching distribution found for imaginary-torch"):
        refuse_gpu_build(setup, "imaginary-torch==1.0", "--no-index", "--find-links", str(setup.root))


# pip


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("WARNING: Location 'file:///x' is ignored: it is neither a file nor a directory.", ""),
        ("Requirement already satisfied: numpy in ./.venv", ""),
        ("  Downloading tiny-1.0-py3-none-any.whl (12 kB)", ""),
        ("  Downloading scipy-1.17.0-cp311.whl (35.2 MB)", "Downloading scipy-1.17.0-cp311.whl (35.2 MB)"),
        (
            "  Building wheel for llama-cpp-python (pyproject.toml): started",
            "Building llama.cpp: 6 to 7 minutes on two",
        ),
        ("  Building wheel for llama-cpp-python (pyproject.toml): finished with status 'done'", ""),
        ("Successfully installed a-1 b-2 c-3", "Installed 3 packages"),
        ("ERROR: No matching distribution found for x", "ERROR: No matching distribution found for x"),
    ],
)
def test_what_of_pip_is_shown(line, shown):
    assert telling_part(line).startswith(shown)
    assert bool(telling_part(line)) == bool(shown)


def test_the_last_error_of_pip():
    assert last_error(["ERROR: first", "x", "ERROR: second: reason", "  done"]) == "second: reason"
    assert last_error(["x"]) == "it gave no reason."


def test_a_silent_command_shows_that_it_lives(tmp_path):
    # The child goes on only once the sign of life was given.
    sign = tmp_path / "sign"
    wait = f"while not pathlib.Path({str(sign)!r}).exists(): pass"
    code = f"import pathlib\nprint('start', flush=True)\n{wait}\nprint('end')"
    lines: list[str] = []
    signs: list[str] = []

    def alive(line: str) -> None:
        signs.append(line)
        sign.touch()

    assert follow([sys.executable, "-c", code], tmp_path, lines.append, alive, heartbeat_s=0.05) == 0
    assert lines == ["start", "end"]
    assert "still working" in signs[0]


def test_a_command_that_fails_and_one_that_is_interrupted(tmp_path):
    assert follow([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, print, print) == 3

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    # Returns at all only if the child, which never ends by itself, was ended.
    code = "print('start', flush=True)\nimport threading; threading.Event().wait()"
    with pytest.raises(KeyboardInterrupt):
        follow([sys.executable, "-c", code], tmp_path, interrupt, print)


# The stamp


def test_an_installation_is_recognised(setup):
    key = install_key(setup, (3, 11, 2))
    assert not is_installed(setup, key)
    put_python(setup, "")
    write_install_stamp(setup, key)
    assert is_installed(setup, key)


def test_what_makes_an_installation_another_one(setup):
    key = install_key(setup, (3, 11, 2))
    assert install_key(setup, (3, 11, 3)) != key
    (setup.root / "pyproject.toml").write_text("other")
    assert install_key(setup, (3, 11, 2)) != key


@pytest.mark.parametrize("name", ["build.txt", "run.txt", "dev.txt"])
def test_another_version_in_the_files_that_fix_them_is_another_installation(setup, name):
    key = install_key(setup, (3, 11, 2))
    setup.locked.mkdir(parents=True)
    (setup.locked / name).write_text("numpy==2.4.6")
    assert install_key(setup, (3, 11, 2)) != key


def test_an_installation_for_tests_serves_users_but_not_the_other_way(setup):
    dev = Setup(setup.root, dev=True)
    put_python(setup, "")
    write_install_stamp(setup, "key")
    assert is_installed(setup, "key")
    assert not is_installed(dev, "key")
    write_install_stamp(dev, "key")
    assert is_installed(setup, "key")


@pytest.mark.parametrize("stamp", ["", "[]", "{}", "not json"])
def test_a_broken_stamp_means_installing_again(setup, stamp):
    put_python(setup, "")
    (setup.venv / STAMP_NAME).write_text(stamp)
    assert not is_installed(setup, "key")


@posix_only
def test_a_second_run_starts_nothing(setup):
    put_python(setup, "echo started >> started")
    write_install_stamp(setup, install_key(setup, tuple(sys.version_info[:3])))
    install_packages(setup, "Linux")
    assert not (setup.root / "started").exists()


# The steps


@pytest.mark.slow
@posix_only
def test_a_broken_environment_is_made_anew(setup):
    put_python(setup, "exit 1")
    make_venv(setup)
    version = run_child([setup.python, "-m", "pip", "--version"], capture_output=True, text=True, check=True)
    assert str(setup.venv) in version.stdout


def lock_wheel(setup: Setup, package: str, checksum: str) -> None:
    """Fixes a version of a package that needs another one, by a checksum."""
    setup.locked.mkdir(parents=True, exist_ok=True)
    (setup.locked / "run.txt").write_text(
        f"--no-index\n--find-links {setup.root}\n{package}==1.0 --hash=sha256:{checksum}\n"
    )


@pytest.mark.slow
@posix_only
def test_what_is_fixed_is_installed_and_nothing_that_it_asks_for(setup):
    make_venv(setup)
    make_wheel(setup.root, "imaginary", requires="another-imaginary")
    make_wheel(setup.root, "another-imaginary")
    wheel = setup.root / "imaginary-1.0-py3-none-any.whl"
    lock_wheel(setup, "imaginary", hashlib.sha256(wheel.read_bytes()).hexdigest())
    install_locked(setup, "run")
    assert setup.has_package("imaginary-1.0")
    assert not setup.has_package("another_imaginary-1.0")


@posix_only
@pytest.mark.parametrize("line", ["imaginary==1.0", f"imaginary==1.0 --hash=sha256:{'0' * 64}"])
def test_a_file_that_is_not_the_one_whose_checksum_is_listed_is_refused(setup, line, capsys):
    put_python(setup, f'exec {sys.executable} "$@"')
    make_wheel(setup.root, "imaginary")
    setup.locked.mkdir(parents=True)
    (setup.locked / "run.txt").write_text(f"--no-index\n--find-links {setup.root}\n{line}\n")
    with pytest.raises(SetupFailed, match=r"run\.txt failed"):
        install_locked(setup, "run")
    assert "hash" in capsys.readouterr().out.lower()


@posix_only
def test_the_models_are_pulled_into_the_repository(tmp_path):
    setup = Setup(tmp_path, models=("tiny", "other"))
    put_python(setup, 'echo "$ASSISTANT_HOME" "$@" > called')
    pull_models(setup)
    assert (tmp_path / "called").read_text() == f"{tmp_path} -m assistant models pull tiny other\n"


@posix_only
def test_a_failed_pull_fails_the_setup(tmp_path):
    setup = Setup(tmp_path, models=("tiny",))
    put_python(setup, "exit 5")
    with pytest.raises(SetupFailed, match="tiny"):
        pull_models(setup)


def test_the_models_that_are_pulled_are_in_the_catalogue():
    catalog = Catalog.load([REPOSITORY_MODELS])
    for names in MODELS.values():
        for name in names:
            catalog.get(name)


def test_an_unknown_set_of_models(capsys):
    with pytest.raises(SystemExit):
        main(["--models", "all"])
    assert "invalid choice: 'all'" in capsys.readouterr().err
