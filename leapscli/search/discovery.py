"""Searchers by name, by file, or from the entry points of installed packages.

A searcher is one module. It defines `Settings`, a Recipe, and one class derived from `Searcher`, which is made as
`Class(settings, space)`. Those that come with the package are the files of searchers/.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from leapscli.docstrings import docstring
from leapscli.dsl.program import Program
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError, RecipeError, SearcherError, brief
from leapscli.python_file import PythonFile
from leapscli.recipes.base import Recipe
from leapscli.recipes.search import SearchRecipe
from leapscli.search import searchers
from leapscli.search.protocol import AnySearcher, LatentSpace, Searcher, TaskLatents
from leapscli.search.restarting import Restarting
from leapscli.search.spaces import ProgramSpace
from leapscli.search.starting import Starting
from leapscli.search.watched import Watched

GROUP = "leaps.searchers"  # of entry points: a name and a module each
SEE = "`leaps docs searchers` has a complete searcher"
OURS = tuple(module.name.replace("_", "-") for module in pkgutil.iter_modules(searchers.__path__))

Blame = Callable[..., InputError]  # what went wrong, and in which of its definitions


@dataclass(frozen=True)
class SearcherEntry:
    """A searcher that was found: its class, its settings, and the file that defines it."""

    name: str
    made_by: type[AnySearcher]
    settings: type[Recipe]
    summary: str
    source: Path
    blame: Blame | None = None  # None: one of ours

    @property
    def needs_model(self) -> bool:
        """True where it searches the latent space of a model, False where it searches programs."""
        return self.made_by.needs_model

    @property
    def digest(self) -> str:
        """The SHA-256 of its file: a searcher that was changed makes other searches."""
        return hashlib.sha256(self.source.read_bytes()).hexdigest()

    def build(
        self, recipe: SearchRecipe, space: LatentSpace | None, task: str = "", vocabulary: Vocabulary = PUBLISHED
    ) -> AnySearcher:
        """The searcher with the settings of `recipe`, for the task of that name in worlds of that `vocabulary`, and
        restarts where it asks for them.

        Those that search programs need no `space`. Raises TypeError without one where a model is needed.
        """
        settings = self.settings.model_validate({name: getattr(recipe, name) for name in self.settings.model_fields})
        place: TaskLatents | ProgramSpace = ProgramSpace(task=task, vocabulary=vocabulary)
        if self.needs_model:
            if space is None:
                raise TypeError(f"{self.name} searches the space of a model")
            place = TaskLatents(space, task)
        make: Callable[[Any, Any], AnySearcher] = self.made_by
        searcher = Watched(make, settings, place, self.blame) if self.blame else make(settings, place)
        whole = searcher if recipe.patience is None else Restarting(searcher, patience=recipe.patience)
        return whole if recipe.start is None else Starting(whole, Program.parse(recipe.start), space)


def names() -> list[str]:
    """Every searcher that has a name: ours, then those of installed packages."""
    return [*OURS, *(name for name in _installed() if name not in OURS)]


def find(name: str) -> SearcherEntry:
    """The searcher called so, or that of a file ending in .py.

    Raises RecipeError for a name that nothing has, SearcherError with file and line for a mistake in the module.
    """
    if name.endswith(".py"):
        return _of_file(Path(name))
    if name in OURS or name in _installed():
        return _of_name(name)
    known = names()
    close = get_close_matches(name, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"a file ending in .py, or one of {', '.join(known)}"
    raise RecipeError(f"searcher: there is no {brief(name)}", hint)


def label(name: str) -> str:
    """The searcher's name as shown: of a file without folder and ending."""
    return re.sub(r"[^a-z0-9_-]+", "-", Path(name).stem.lower()).strip("-_") if name.endswith(".py") else name


@cache
def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def _of_name(name: str) -> SearcherEntry:
    """One of ours, or of an installed package."""
    if name in OURS:
        return _entry(name, importlib.import_module(f"{searchers.__name__}.{name.replace('-', '_')}"))
    point = _installed()[name]
    place = f"{point.value}, the searcher {name} of {point.dist.name if point.dist else 'a package'}"

    def blame(what: str | BaseException, definition: str = "") -> InputError:
        text = f"{type(what).__name__}: {what}" if isinstance(what, BaseException) else what
        return SearcherError(f"{place}: {f'{definition}: ' if definition else ''}{text}", SEE)

    try:
        module = point.load()
    except Exception as error:
        raise blame(error) from error
    return _entry(name, module, blame)


_FILES: dict[tuple[Path, bytes], SearcherEntry] = {}


def _of_file(path: Path) -> SearcherEntry:
    """The searcher in a file; executed once for each content."""
    if not path.is_file():
        close = get_close_matches(path.name, [other.name for other in path.parent.glob("*.py")], 1)
        raise SearcherError(f"no searcher file {path}", f"did you mean {path.parent / close[0]}?" if close else SEE)
    key = path.absolute(), path.read_bytes()
    if key not in _FILES:
        file = PythonFile(path, f"leaps_searcher_{label(str(path))}".replace("-", "_"), SearcherError, SEE)
        _FILES[key] = _entry(label(str(path)), file.namespace, file.error)
    return _FILES[key]


def _entry(name: str, module: ModuleType, blame: Blame | None = None) -> SearcherEntry:
    """The searcher that `module` defines, checked."""

    def wrong(what: str, definition: str = "") -> InputError:
        return blame(what, definition) if blame else SearcherError(f"{module.__name__}: {what}", SEE)

    settings = getattr(module, "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, Recipe)):
        raise wrong("it defines no Settings, a class derived from Recipe")
    shared = sorted(set(settings.model_fields) & set(SearchRecipe.model_fields))
    if shared:
        raise wrong(f"every search has a setting {shared[0]} already; give yours another name", "Settings")
    classes = [
        each
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, Searcher) and each.__module__ == module.__name__
    ]
    if len(classes) != 1:
        found = ", ".join(each.__name__ for each in classes) or "none"
        raise wrong(f"one class derived from Searcher is expected, found {found}")
    if missing := sorted(classes[0].__abstractmethods__):
        raise wrong(f"it does not define {' and '.join(missing)}", classes[0].__name__)
    summary = docstring(module).partition("\n")[0]
    return SearcherEntry(name, classes[0], settings, summary, Path(str(module.__file__)), blame)
