"""Machine code kept on disk: files that are checked before they are used, in a folder that only its owner can write.

No cache stops what would run without one: a damaged file counts as none, and where nothing can be kept that is said
once. The folder is named after the content of this package's code, so no edit is ever missed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path

from leapscli.locations import PACKAGE

NO_KERNELS = ("artifacts", "cli", "recipes", "report", "stages", "vae")  # an edit there leaves machine code as it is
KEPT = 16  # folders, of this code and of older code; some MB each
SUFFIX = ".kernel"
DIGEST_SIZE = hashlib.sha256().digest_size


class KernelCache:
    """Machine code by name, in one folder; `warn` is told once when none can be kept there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warn: Callable[[str], None] = print_to_stderr
        self._gave_up = False

    @property
    def keeps(self) -> bool:
        """True if what is written now will be found by later processes, as far as is known."""
        return self._opened is not None and not self._gave_up

    @property
    def wait(self) -> str:
        """The length of a compilation, and how often it comes: for those who wait."""
        return "once; some 20 seconds, cached afterwards" if self.keeps else "some 20 seconds"

    def read(self, name: str) -> bytes | None:
        """The bytes written under `name`; None where there are none, they are damaged, or others could write them."""
        if self._opened is None:
            return None
        with suppress(OSError), (self._opened / (name + SUFFIX)).open("rb") as file:
            check_owner(os.fstat(file.fileno()))
            digest, content = file.read(DIGEST_SIZE), file.read()
            return content if digest == _digest(name, content) else None
        return None

    def write(self, name: str, content: bytes) -> None:
        """Keep `content`, whole or not at all, whoever is killed at it or writes the same."""
        if self._opened is None or self._gave_up:
            return
        try:
            _write_whole(self._opened / (name + SUFFIX), _digest(name, content) + content)
        except OSError as error:
            self._give_up(error)

    def try_out(self) -> bool:
        """True where code can be kept; else `warn` is told now, before several processes find out."""
        self.write("trial", bytes(1 << 16))
        if self._opened is not None:
            with suppress(OSError):
                (self._opened / f"trial{SUFFIX}").unlink()
        return self.keeps

    def holds_any(self) -> bool:
        """Some kernel of this code was kept before."""
        return self._opened is not None and any(self._opened.glob(f"*{SUFFIX}"))

    @cached_property
    def _opened(self) -> Path | None:
        """The folder, made where it was missing; None where it cannot be used."""
        try:
            folder = self.folder.expanduser().absolute()
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                _prune(folder.parent)
            check_owner(folder.stat())
            with suppress(OSError):
                os.utime(folder)  # when it was last used, for _prune
            return folder
        except (OSError, RuntimeError) as error:  # the latter where there is no home folder
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        self._gave_up = True
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        self.warn(
            f"warning: cannot keep compiled code in {self.folder.parent} ({reason}), so every start compiles it again; "
            "set LEAPS_CACHE to a folder of your own"
        )


@cache
def kernel_cache() -> KernelCache:
    """The cache of this process."""
    return KernelCache(cache_folder() / code_digest(PACKAGE))


def cache_folder() -> Path:
    """The folder of all that this user's leaps keeps: in LEAPS_CACHE, else XDG_CACHE_HOME, else ~/.cache."""
    base = os.environ.get("LEAPS_CACHE") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base) / "leaps"


def code_digest(package: Path) -> str:
    """16 hexadecimal digits that change with every Python file of the package that kernels may hold code of."""
    rooms = sorted(path for path in package.iterdir() if path.name not in NO_KERNELS)
    digest = hashlib.sha256()
    for path in (path for room in rooms for path in ([room] if room.suffix == ".py" else sorted(room.rglob("*.py")))):
        digest.update(f"{path.relative_to(package)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()[:16]


def print_to_stderr(text: str) -> None:
    """One line on stderr."""
    print(text, file=sys.stderr)


def _digest(name: str, content: bytes) -> bytes:
    """SHA-256 of what a file holds, and of its name: one file does not pass for another."""
    return hashlib.sha256(name.encode() + b"\0" + content).digest()


def check_owner(status: os.stat_result) -> None:
    """Raises PermissionError where somebody else, root apart, could have written what is unpickled."""
    if not hasattr(os, "geteuid"):
        return
    if status.st_uid not in (0, os.geteuid()):
        raise PermissionError(None, "it belongs to another user")
    if status.st_mode & 0o022:
        raise PermissionError(None, "others can write in it")


def _write_whole(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.close()
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def _prune(parent: Path) -> None:
    """Removes the folders that were not used for longest; a process that still uses one compiles again."""
    with suppress(OSError):
        folders = sorted(parent.glob("[0-9a-f]" * 16), key=lambda folder: folder.stat().st_mtime)
        for folder in folders[:-KEPT]:
            shutil.rmtree(folder, ignore_errors=True)
