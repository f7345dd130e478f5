"""How compiled code is compiled: one decorator, one cache, one announcement.

numba, which nothing else here imports, compiles a kernel on first use and caches the machine code. The cache folder is
named after the content of this package's code, so no edit is ever missed, and a read-only installation still caches.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from types import FunctionType
from typing import Any

import numba

PACKAGE = Path(__file__).parent
COMPILED_ROOMS = ("dsl", "world", "tasks", "search")
_CONFIG = Lock()  # numba's settings are of the process: two threads at once would leave the cache where they stand


@cache
def cache_folder() -> Path:
    """Where machine code is kept: one folder for each content of the rooms that hold compiled code."""
    sources = sorted(path for room in COMPILED_ROOMS for path in (PACKAGE / room).glob("*.py"))
    sources.append(Path(__file__))
    content = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    base = os.environ.get("LEAPS_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "leaps" / content


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` with numba: no Python objects, no GIL, IEEE arithmetic, cached on disk."""
    config: Any = numba.config
    with _CONFIG:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(cache_folder())  # read when the decorator runs; others' functions keep their own
        try:
            return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
        finally:
            config.CACHE_DIR = before


def inline(function: Callable[..., Any]) -> Any:
    """Compile `function` for use inside kernels only; the kernel that calls it is what gets cached."""
    return numba.njit(nogil=True, error_model="numpy", inline="never")(function)


class _Announce(numba.core.event.Listener):
    """Says once that compilation is under way; a warm cache never triggers it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.said = say, False

    def on_start(self, event: Any) -> None:
        """Numba began to compile something."""
        if not self.said:
            self.said = True
            self.say("compiling the engine (once; some 20 seconds, cached afterwards)")

    def on_end(self, event: Any) -> None:
        """Numba finished something."""

    def notify(self, event: Any) -> None:
        """Numba's listener protocol."""
        (self.on_start if event.is_start else self.on_end)(event)


def announce_compilation(say: Callable[[str], None] = lambda text: print(text, file=sys.stderr)) -> None:
    """Call `say` with one line the first time that this process has to compile."""
    numba.core.event.register("numba:compile", _Announce(say))


def with_names(template: Callable[..., Any], name: str, **names: Any) -> Callable[..., Any]:
    """A copy of the function `template` called `name`, in which `names` stand in place of its globals.

    This is how a kernel takes another function: compiled in, so that it costs nothing, and still cached on disk, under
    `name`: whoever passes other `names` must pass another name.
    """
    clone = FunctionType(template.__code__, {**template.__globals__, **names}, template.__name__)
    clone.__qualname__, clone.__module__ = f"{template.__qualname__}-{name}", template.__module__
    return clone


def source_name(function: Callable[..., Any]) -> str:
    """A name that changes whenever the file that defines `function` does: what to cache a specialised kernel under."""
    path = Path(inspect.getsourcefile(function) or "")
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "unknown"
    return f"{function.__module__.rpartition('.')[2]}-{function.__name__}-{content}"
