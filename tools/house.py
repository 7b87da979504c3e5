"""The house in numbers, for any checkout: ``python tools/house.py [FOLDER] [--calls] [--names]``.

Modules, lines, names that are used twice, import layers and readers of Markdown are counted in the source. ``--calls``
runs ``assistant ask`` of that checkout once, with a small model that is there, and counts the functions between the
command and the engine. ``--names`` lists what is behind each count.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "assistant"
ROLES = ("__init__", "__main__", "store", "schema", "view", "handlers")
"""Modules that have the same name in several folders because they are the same part of each."""

MARKS = {
    "headings": r"#{1,6}",
    "list items": r"[-*+]",
    "fences": "```",
    "comments": r"%%",
    "tables": r"\|",
}
"""What a regular expression contains that finds this part of a Markdown document."""
NOT_A_READER = ("lab", "ui", "cli", "evaluation", "conversations")
"""These draw or write Markdown, or show how it is cut in a lesson; what they find decides nothing."""


@dataclass(frozen=True)
class Module:
    """A module of the package, as its source says it is."""

    path: Path
    name: str
    lines: int
    tree: ast.Module = field(repr=False)


@dataclass(frozen=True)
class House:
    """What is counted, each with the names behind it."""

    modules: tuple[Module, ...]
    layers: tuple[str, ...]
    counts: dict[str, list[str]]


def modules_of(root: Path, package: str = PACKAGE) -> tuple[Module, ...]:
    """Returns the modules below ``root/package``, sorted by path."""
    found = []
    for path in sorted((root / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        found.append(Module(path, name, text.count("\n"), ast.parse(text)))
    return tuple(found)


def classes_used_twice(modules: tuple[Module, ...]) -> list[str]:
    """Returns the names of classes that stand at the top of more than one module, with how often."""
    names = Counter(node.name for module in modules for node in module.tree.body if isinstance(node, ast.ClassDef))
    return [f"{name} x{count}" for name, count in sorted(names.items()) if count > 1]


def modules_used_twice(modules: tuple[Module, ...]) -> list[str]:
    """Returns the names of modules that occur in more than one folder, roles left out, with how often."""
    names = Counter(module.path.stem for module in modules)
    return [f"{name} x{count}" for name, count in sorted(names.items()) if count > 1 and name not in ROLES]


def imports(module: Module) -> Iterator[str]:
    """Yields the names that a module imports, as full names."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imported_once(modules: tuple[Module, ...]) -> list[str]:
    """Returns the modules that exactly one other module imports."""
    importers = Counter(name for module in modules for name in set(imports(module)))
    return [module.name for module in modules if importers[module.name] == 1]


def patterns(module: Module) -> Iterator[str]:
    """Yields the regular expressions of a module: the texts that go into a function of ``re``."""
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
        ):
            for part in ast.walk(node.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def readers_of_markdown(modules: tuple[Module, ...]) -> list[str]:
    """Returns the packages whose regular expressions look for parts of a Markdown document, with their modules."""
    found: dict[str, list[str]] = {}
    for module in modules:
        _, package, *inside = module.name.split(".")
        marks = {mark for mark, sign in MARKS.items() if any(sign in pattern for pattern in patterns(module))}
        if marks and package not in NOT_A_READER:
            found.setdefault(package, []).append(f"{'.'.join(inside)} ({', '.join(sorted(marks))})")
    return [f"{package}: {'; '.join(inside)}" for package, inside in found.items()]


def layers_of(root: Path) -> tuple[str, ...]:
    """Returns the import layers that the checkout's own check enforces, the highest first."""
    with (root / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return tuple(next(contract["layers"] for contract in contracts if contract["type"] == "layers"))


def measure(root: Path) -> House:
    """Returns the numbers of the checkout at ``root``."""
    modules = modules_of(root)
    counts = {
        "classes whose name is used twice": classes_used_twice(modules),
        "modules whose name is used twice": modules_used_twice(modules),
        "modules with one importer": imported_once(modules),
        "modules that wire": [module.name for module in modules if module.path.stem.startswith("wiring")],
        "packages that read Markdown": readers_of_markdown(modules),
        "modules of more than 400 lines": [module.name for module in modules if module.lines > 400],
        "modules of less than 60 lines": [
            module.name for module in modules if module.lines < 60 and module.path.stem not in ROLES
        ],
    }
    return House(modules, layers_of(root), counts)


TRACER = """
import json, os, sys, types
from pathlib import Path

root, model, out = sys.argv[1:4]
package = os.path.join(root, "assistant") + os.sep
resumed, stacks, handed_on = {}, {}, {}

def look(frame, event, result):
    code = frame.f_code
    if not code.co_filename.startswith(package) or code.co_name == "<genexpr>":
        return
    generator = bool(code.co_flags & 0x20)
    if event == "return" and not generator and isinstance(result, types.GeneratorType):
        handed_on.setdefault(result.gi_code, {})[code] = True
    if event != "call" or not generator or os.sep + "models" + os.sep not in code.co_filename:
        return
    resumed[code] = resumed.get(code, 0) + 1
    if code not in stacks:
        stacks[code] = []
        while frame:
            if frame.f_code.co_filename.startswith(package):
                stacks[code].append(frame.f_code)
            frame = frame.f_back

def named(code, kind):
    return code.co_filename, code.co_qualname, kind

from assistant.cli.main import run
for words in (["index", "build"], ["--model", model, "ask", "What is overfitting?"]):
    sys.setprofile(look if "ask" in words else None)
    code = run(words)
    sys.setprofile(None)
    if code:
        sys.exit(code)
innermost = max(resumed, key=lambda code: (resumed[code], len(stacks[code])))
frames = []
for code in stacks[innermost]:
    frames.append(named(code, "generator" if code.co_flags & 0x20 else "call"))
    frames += [named(through, "hands on") for through in handed_on.get(code, {})]
Path(out).write_text(json.dumps(frames))
"""


def way_to_the_engine(root: Path, model: str) -> list[tuple[str, str, str]]:
    """Returns the functions of the package between ``assistant ask`` and the engine, the command first.

    Each is the file, the name, and what it is: a ``call``, a ``generator``, which passes every token on, or a function
    that only ``hands on`` the generator of another one.
    """
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        (workspace / "notes").mkdir()
        text = "# Fit\n\n- **Overfitting** - a model learns its training data too well.\n"
        (workspace / "notes" / "fit.md").write_text(text, encoding="utf-8")
        (workspace / "assistant.toml").write_text("[answering]\nmin_evidence = 0.0\n", encoding="utf-8")
        out = workspace / "stack.json"
        environment = {**os.environ, "PYTHONPATH": str(root)}
        command = [sys.executable, "-c", TRACER, str(root), model, str(out)]
        subprocess.run(command, cwd=workspace, env=environment, check=True, stdout=subprocess.DEVNULL)
        way = [(file, name, kind) for file, name, kind in json.loads(out.read_text(encoding="utf-8"))]
    return [step for step in reversed(way) if not step[0].endswith(("cli/main.py", "__main__.py"))]


def main() -> None:
    """Prints the numbers of a checkout as a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[1], help="the checkout")
    parser.add_argument("--names", action="store_true", help="list what is behind each count")
    parser.add_argument(
        "--calls", action="store_true", help="run `assistant ask` and count the functions on the way to the engine"
    )
    parser.add_argument("--model", default="smollm2-135m", help="the model that --calls uses")
    given = parser.parse_args()
    root = given.folder.resolve()
    house = measure(root)
    rows = [
        ("modules in `assistant/`", len(house.modules)),
        ("lines in `assistant/`", sum(module.lines for module in house.modules)),
        ("lines in `tools/`", sum(module.lines for module in modules_of(root, "tools"))),
        ("import layers", len(house.layers)),
        *((name, len(found)) for name, found in house.counts.items()),
    ]
    way = way_to_the_engine(root, given.model) if given.calls else []
    if way:
        rows.append(("functions from `assistant ask` to the engine", len(way)))
        rows.append(("generators that pass each token on", sum(kind == "generator" for *_, kind in way)))
    print("| | |\n|---|---:|")  # noqa: T201
    for name, count in rows:
        print(f"| {name} | {count:,} |")  # noqa: T201
    if given.names:
        for name, found in house.counts.items():
            print(f"\n{name}:", *found, sep="\n  ")  # noqa: T201
        if way:
            steps = (f"{Path(file).relative_to(root)}: {name} ({kind})" for file, name, kind in way)
            print("\nto the engine:", *steps, sep="\n  ")  # noqa: T201


if __name__ == "__main__":
    main()
