"""The recipes of a workspace and those that ship, and the searchers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from leapscli.errors import LeapsError, RecipeError
from leapscli.recipes.header import read_header
from leapscli.recipes.kinds import DEFAULTS, FOLDERS, Kind
from leapscli.recipes.loading import recipe_files
from leapscli.search.discovery import find, names


@dataclass(frozen=True)
class RecipeEntry:
    """A recipe: its kind, name and file, and what the file says of its purpose and cost."""

    kind: Kind
    name: str
    path: Path
    purpose: str
    cost: str

    @property
    def default(self) -> bool:
        """True if the kind's command takes it when none is named."""
        return self.name == DEFAULTS[self.kind]


def entries(root: Path | None) -> list[RecipeEntry]:
    """Every recipe by kind and name; those of the workspace `root` hide shipped ones of the same name."""
    return [entry for kind in FOLDERS for entry in _of_kind(kind, root)]


def _of_kind(kind: Kind, root: Path | None) -> Iterator[RecipeEntry]:
    for name, path in sorted(recipe_files(kind, root).items()):
        header = read_header(path)
        yield RecipeEntry(kind, name, path, header.purpose, header.cost)


def searchers() -> dict[str, str]:
    """The space of each searcher by its name, or what keeps it from being loaded."""
    found = {}
    for name in names():
        try:
            found[name] = "latent" if find(name).needs_model else "program"
        except LeapsError as error:
            found[name] = f"damaged: {error.message}"
    return found


def named(name: str, root: Path | None) -> list[RecipeEntry]:
    """The recipes of that name, of whatever kind; RecipeError where there is none."""
    known = entries(root)
    found = [entry for entry in known if entry.name == name]
    if not found:
        close = get_close_matches(name, [entry.name for entry in known], 1)
        raise RecipeError(f"no recipe called {name!r}", f"did you mean {close[0]}?" if close else "see `leaps recipes`")
    return found
