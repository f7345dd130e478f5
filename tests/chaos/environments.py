"""Environments: full and read-only disks, no home, few files, closed streams, odd terminals and locales."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from itertools import product
from pathlib import Path

from tests.chaos.child import run
from tests.chaos.template import fresh

COMMANDS = (
    ("gen-data", "--recipe", "data.yaml", "--name", "new"),
    ("train", "--recipe", "model.yaml", "--name", "new"),
    ("synthesize", "maze", "--recipe", "search.yaml", "--seed", "3"),
    ("data", "export", "karel", "out"),
    ("model", "plot", "leaps", "--programs", "8"),
    ("run", "maze", "--gif", "r.gif"),
    ("evaluate", "maze", "--episodes", "3"),
    ("artifacts", "list"),
    ("artifacts", "remove", "maze@v1", "--yes"),
    ("tasks", "maze", "--png", "m.png"),
    ("recipes",),
    ("fmt", "p.txt"),
)
Change = Callable[[Path], Callable[[], None]]


def limit(kind: int, value: int) -> Change:
    """A limit of the process."""
    return lambda place: lambda: resource.setrlimit(kind, (value, value))


def variables(**values: str | None) -> Change:
    """Environment variables; None: unset."""

    def change(place: Path) -> Callable[[], None]:
        def install() -> None:
            for name, value in values.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value.format(place=place)

        return install

    return change


def full(number: int) -> Change:
    """A standard stream on a full disk."""
    return lambda place: lambda: os.dup2(os.open("/dev/full", os.O_WRONLY), number) and None


def locked(*names: str) -> Change:
    """Folders of the workspace that cannot be written (not so for root)."""

    def change(place: Path) -> Callable[[], None]:
        for name in names:
            (place / name).chmod(0o555)
        return lambda: None

    return change


def file_in_place(*names: str) -> Change:
    """Files where folders are to be."""

    def change(place: Path) -> Callable[[], None]:
        for name in names:
            (place / name).rename(place / f"{name}-away")
            (place / name).write_text("")
        return lambda: None

    return change


ENVIRONMENTS: dict[str, Change] = {
    "files of at most 0 bytes": limit(resource.RLIMIT_FSIZE, 0),
    "files of at most 100 bytes": limit(resource.RLIMIT_FSIZE, 100),
    "files of at most 2 kB": limit(resource.RLIMIT_FSIZE, 2048),
    "files of at most 20 kB": limit(resource.RLIMIT_FSIZE, 20_480),
    "24 open files": limit(resource.RLIMIT_NOFILE, 24),
    "no home": variables(HOME=None, XDG_CACHE_HOME=None, LEAPS_CACHE=None),
    "a home that is no folder": variables(HOME="/dev/null", XDG_CACHE_HOME=None, LEAPS_CACHE=None),
    "a cache that is a file": variables(LEAPS_CACHE="{place}/p.txt"),
    "no locale": variables(LANG="C", LC_ALL="C", PYTHONUTF8="0"),
    "an unknown locale": variables(LANG="xx_XX", LC_ALL="xx_XX"),
    "a dumb terminal": variables(TERM="dumb", COLUMNS="1", LINES="1"),
    "columns that are none": variables(COLUMNS="-3", LINES="x"),
    "no temporary folder": variables(TMPDIR="/nowhere"),
    "a workspace that is a file": variables(LEAPS_WORKSPACE="{place}/p.txt"),
    "a workspace that is missing": variables(LEAPS_WORKSPACE="{place}/none/at/all"),
    "standard output full": full(1),
    "standard error full": full(2),
    "runs are locked": locked("runs", "datasets", "models"),
    "files in place of folders": file_in_place("runs"),
    "a strict umask": lambda place: lambda: os.umask(0o777) and None,
    "debugging": variables(LEAPS_DEBUG="1"),
    "threads that are none": variables(OMP_NUM_THREADS="x", NUMBA_NUM_THREADS="1"),
}
ALL = [*product(ENVIRONMENTS, COMMANDS)]


def live_in(template: Path, folder: Path, name: str, arguments: tuple[str, ...]) -> str | None:
    """Run a command in an environment: what did not hold."""
    place = fresh(template, folder)
    outcome = run(arguments, place, ENVIRONMENTS[name](place))
    fault = outcome.fault()
    if fault == "no message" and "standard" in name:
        fault = None
    if fault is None and outcome.code not in (0, 1, 2):
        fault = f"exit code {outcome.code}"
    for locked_folder in ("runs", "datasets", "models"):
        if (place / locked_folder).is_dir():
            (place / locked_folder).chmod(0o755)
    after = run(("artifacts", "verify"), place) if not name.startswith("files in place") else None
    return fault or (after.fault() or after.err if after and after.code else None)
