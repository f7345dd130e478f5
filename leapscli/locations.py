"""Paths of the files that travel with the tool: recipes, the pages of the manual, and the model that ships.

In a checkout they lie at its root, beside `leapscli/`; a wheel carries them inside the package, in `leapscli/shipped/`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PACKAGE = Path(__file__).parent
FOLDER_GONE = "the current folder has been removed"
SHIPPED_MODEL = "shipped"  # the name of the model that ships, which no other artifact may take
USUAL_MODEL = "leaps"  # what `leaps train` calls models; where there is none of that name, the one that ships


def here(path: Path) -> Path:
    """A path as one types it in the current folder; whole, where it lies elsewhere or that folder is gone."""
    with suppress(OSError, ValueError):
        return path.relative_to(Path.cwd())
    return path


def settled(folder: Path) -> Path:
    """The folder, absolute. Where the current one is gone, in which libraries fail to load, it takes its place.

    Raises FileNotFoundError where it cannot: it is not there either, or given relative to what is gone.
    """
    try:
        return Path.cwd() / folder
    except FileNotFoundError:
        os.chdir(folder)
        return Path.cwd()


def shipped() -> Path:
    """The folder with the `datasets`, `models`, `runs` and `docs` that came with this installation."""
    packed = PACKAGE / "shipped"
    return packed if packed.is_dir() else PACKAGE.parent


def shipped_recipes(folder: str) -> list[str]:
    """The names of the recipes that ship in `datasets`, `models` or `runs`, in order."""
    return sorted(path.stem for path in (shipped() / folder).glob("*.yaml"))
