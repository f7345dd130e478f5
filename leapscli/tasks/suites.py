"""Tasks by name, in suites: a suite is a folder of task files.

Karel's lie in domains/karel/tasks/, those of other domains in domains/minigrid/tasks/. Installed packages add tasks and
suites through the entry point `leaps.tasks`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from leapscli.domains.karel import tasks as ours
from leapscli.domains.minigrid import tasks as minigrid

GROUP = "leaps.tasks"  # of entry points: a name and a module, which is a task, or a package, which is a suite


def _listing(package: ModuleType, *, folders: bool) -> list[str]:
    """The modules or folders of a package: in the order that it names, then by name."""
    found = [each.name for each in pkgutil.iter_modules(package.__path__) if each.ispkg == folders]
    order: tuple[str, ...] = getattr(package, "ORDER", ())
    return sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))


def _suites(package: ModuleType, prefix: str = "") -> Mapping[str, ModuleType]:
    folders = _listing(package, folders=True)
    return {prefix + name.replace("_", "-"): importlib.import_module(f"{package.__name__}.{name}") for name in folders}


_PACKAGES, _ELSEWHERE = _suites(ours), _suites(minigrid, "minigrid-")
SUITES: Mapping[str, tuple[str, ...]] = {
    suite: tuple(_listing(package, folders=False)) for suite, package in _PACKAGES.items()
}
NAMES = tuple(name for tasks in SUITES.values() for name in tasks)


def elsewhere() -> tuple[str, ...]:
    """The tasks of other domains than Karel's."""
    return tuple(name for package in _ELSEWHERE.values() for name in _listing(package, folders=False))


def elsewhere_module(name: str) -> ModuleType:
    """The module of one of them."""
    package = next(each for each in _ELSEWHERE.values() if name in _listing(each, folders=False))
    return importlib.import_module(f"{package.__name__}.{name}")


def names() -> tuple[str, ...]:
    """Every task in Karel's world that has a name: ours, then those of installed packages."""
    return (*NAMES, *(name for name in installed() if name not in NAMES))


def groups() -> dict[str, tuple[str, ...]]:
    """The tasks of each suite by its name, and `all` of ours in Karel's world."""
    others = {suite: tuple(_listing(package, folders=False)) for suite, package in _ELSEWHERE.items()}
    return {**_installed()[1], "all": NAMES, **SUITES, **others}


def module_of(name: str) -> ModuleType:
    """The module of a task of ours."""
    package = next(package for suite, package in _PACKAGES.items() if name in SUITES[suite])
    return importlib.import_module(f"{package.__name__}.{name}")


def installed() -> Mapping[str, Path]:
    """The files of the tasks that installed packages add, by name."""
    return _installed()[0]


def in_folder(folder: Path) -> list[Path]:
    """The task files of a folder of the user's own, by name."""
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith(("_", ".")))


@cache
def _installed() -> tuple[Mapping[str, Path], Mapping[str, tuple[str, ...]]]:
    """The files of installed tasks by name, and the names in each installed suite. Nothing of them is executed."""
    tasks, suites = dict[str, Path](), dict[str, tuple[str, ...]]()
    for point in entry_points(group=GROUP):
        path = _location(point)
        if path.is_dir():
            files = {file.stem.replace("_", "-"): file for file in in_folder(path)}
            suites[point.name] = tuple(files)
            tasks |= files
        else:
            tasks[point.name] = path
    return tasks, suites


def _location(point: EntryPoint) -> Path:
    """The file of a module, or the folder of a package; a file that does not exist where there is neither."""
    try:
        spec = find_spec(point.module)
    except (ImportError, ValueError):
        spec = None
    if spec and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin if spec and spec.origin else f"{point.module}.py")
