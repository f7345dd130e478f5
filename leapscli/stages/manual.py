"""The manual: the pages of `docs/` that travel with the package, and its example files."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path

from leapscli.errors import InputError
from leapscli.locations import shipped


def pages() -> dict[str, Path]:
    """The pages by name (`tasks`), then the examples by file name (`sweeper.py`)."""
    folder = shipped() / "docs"
    found = {path.stem: path for path in sorted(folder.glob("*.md"))}
    return found | {path.name: path for path in sorted((folder / "examples").glob("*.*"))}


def subject(path: Path) -> str:
    """The subject of a page or example: its first words, without marks."""
    paragraphs = path.read_text(encoding="utf-8").split("\n\n")
    words = " ".join(paragraphs[path.suffix == ".md"].split())
    return re.split(r"[.:;](?: |$)", words.strip('"'))[0].replace("`", "")


def find_page(name: str) -> Path:
    """The page called `tasks`, also written `tasks.md` or `docs/tasks.md`; InputError where there is none."""
    known = pages()
    text = Path(name).name.removesuffix(".md")
    if text in known:
        return known[text]
    close = get_close_matches(text, known, 1)
    raise InputError(
        f"no page is called {name!r}", f"did you mean {close[0]}?" if close else f"one of {', '.join(known)}"
    )
