"""How compiled code is compiled: one decorator, one cache, one announcement.

numba compiles a kernel on first use and caches the machine code. The cache folder is named after the content of every
kernel of this package, so an edit anywhere recompiles what it must, and a read-only installation still caches.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

PACKAGE = Path(__file__).parent


@cache
def cache_folder() -> Path:
    """Where machine code is kept: one folder for each content of the package's kernels."""
    sources = sorted([*PACKAGE.rglob("kernels.py"), *PACKAGE.glob("tasks/*.py"), Path(__file__)])
    content = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    base = os.environ.get("LEAPS_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "leaps" / content


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` with numba: no Python objects, no GIL, IEEE arithmetic, cached on disk."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())  # read when the decorator runs; others' functions keep their own
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before


def inline(function: Callable[..., Any]) -> Any:
    """Compile `function` for use inside kernels only; the kernel that calls it is what gets cached."""
    return numba.njit(nogil=True, error_model="numpy", inline="never")(function)


class _Announce:
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
