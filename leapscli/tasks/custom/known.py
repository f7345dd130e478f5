"""Task files that this user has run: a run's manifest may name a file, which is code, and may be anybody's.

A task file is named on the command line, and run. When its search is published, the hash of its content is noted among
the user's own files. Where only a manifest names a file, it is run if that very content was noted, and if nobody else
could have written it.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from leapscli.kernel_cache import cache_folder, check_owner


def remember(path: Path) -> None:
    """Note that this user has run the task in `path`; without a place to keep that, nothing is noted."""
    with suppress(OSError, RuntimeError):  # the latter where there is no home folder
        folder = cache_folder().expanduser() / "tasks"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / _digest(path)).touch(mode=0o600)


def is_known(path: Path) -> bool:
    """True for a file of this user's own whose content they have run before."""
    try:
        note = cache_folder().expanduser() / "tasks" / _digest(path)
        for place in (path, note, note.parent):
            check_owner(place.stat())
    except (OSError, RuntimeError):
        return False
    return note.is_file()


def _digest(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # whatever the name leads to, a pipe for one
    with os.fdopen(descriptor, "rb") as file:
        if not path.is_file():
            raise IsADirectoryError(path)
        return hashlib.file_digest(file, "sha256").hexdigest()
