"""Program files of the studio's folder: opened, and saved only over what was opened."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from leapscli.dsl.text import decode
from leapscli.errors import InputError
from leapscli.stages.user_files import check_writable, naming, read_bytes, write_output

NAME = re.compile(r"[^\W_][\w.-]{0,99}\.txt")


class Changed(InputError):
    """A file that is not what it was when it was opened; `digest` is that of its content now."""

    def __init__(self, name: str, digest: str, known: bool) -> None:
        what = "was changed elsewhere since it was opened" if known else "is there already"
        super().__init__(f"{name} {what}; nothing was saved", "save under another name, or overwrite it")
        self.digest = digest


class Documents:
    """The files `*.txt` directly in `folder`, and the one that was named at the start."""

    def __init__(self, folder: Path, named: Path | None = None) -> None:
        self.folder, self.named = folder, named

    def names(self) -> list[str]:
        """Files to open."""
        found = [path.name for path in sorted(self.folder.glob("*.txt")) if NAME.fullmatch(path.name)]
        return [*([str(self.named)] if self.named and str(self.named) not in found else []), *found]

    def read(self, name: str) -> dict[str, Any]:
        """The text of a file, and the digest that saving over it takes. Raises InputError."""
        content = read_bytes(self._path(name))
        with naming(name):
            return {"name": name, "text": decode(content), "digest": _digest(content)}

    def save(self, name: str, text: str, digest: str | None) -> dict[str, Any]:
        """Writes a file that is new, or has that digest still. Raises Changed, InputError."""
        path = self._path(name)
        if path.exists() and (now := _digest(read_bytes(path))) != digest:
            raise Changed(name, now, digest is not None)
        check_writable(path)
        content = (text if text.endswith("\n") else text + "\n").encode()
        write_output(path, content)
        return {"name": name, "digest": _digest(content)}

    def _path(self, name: str) -> Path:
        if self.named is not None and name == str(self.named):
            return self.named
        if not NAME.fullmatch(name):
            raise InputError(f"{name[:100]!r} is no name for a file here", "letters, digits, _ - and ., ending in .txt")
        path = self.folder / name
        if path.is_symlink():
            raise InputError(f"{name} is a link", "open the file that it leads to")
        return path


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
