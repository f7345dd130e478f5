"""Files to begin with: a task, a searcher, a world, commented and ready to run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from leapscli.errors import InputError, brief
from leapscli.locations import shipped
from leapscli.stages.user_files import check_writable, write_output

What = Literal["task", "searcher", "world"]
EXAMPLES: dict[What, str] = {"task": "sweeper.py", "searcher": "greedy.py"}
MAP = """########
#....2.#
#.##...#
#.#..1.#
#.#....#
#...##.#
#>.....#
########
"""
NAME = re.compile(r"[a-z][a-z0-9_]*")


def new(kind: What, name: str, folder: Path) -> Path:
    """Writes `name`.py, or `name`.map, into `folder`. Raises InputError for a name that cannot be, or is taken."""
    stem = name.removesuffix(".py").removesuffix(".map")
    if not NAME.fullmatch(stem):
        raise InputError(f"{brief(name)} is no name for a file", "small letters, digits and _, beginning with a letter")
    path = folder / f"{stem}{'.map' if kind == 'world' else '.py'}"
    if path.exists():
        raise InputError(f"{path} is there already", "choose another name")
    check_writable(path)
    write_output(path, content(kind, stem).encode())
    return path


def content(kind: What, stem: str) -> str:
    """The text of the file: an example of the manual under its new name."""
    if kind == "world":
        return MAP
    text = (shipped() / "docs" / "examples" / EXAMPLES[kind]).read_text(encoding="utf-8")
    return re.sub(rf"[\w/]+/{re.escape(EXAMPLES[kind])}", f"./{stem}.py", text)
