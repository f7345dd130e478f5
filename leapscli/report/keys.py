"""Single keys from the terminal, without Enter and without echo; none where there is no terminal to read."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = {
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\r": "enter",
    "\n": "enter",
    " ": "space",
    "\x03": "q",
    "\x04": "q",
    "\x1b": "q",
}


class Keys:
    """Reads keys from a terminal's file descriptor; with none, it only waits."""

    def __init__(self, descriptor: int | None) -> None:
        self.descriptor = descriptor

    @property
    def works(self) -> bool:
        """Whether somebody can press a key."""
        return self.descriptor is not None

    def wait(self, seconds: float) -> str | None:
        """The next key within so many seconds: `q`, `space`, `enter`, `left`, `right`, `home`, `end`, or a character.

        Escape, Ctrl-C and Ctrl-D count as `q`, and so does a terminal that went away.
        """
        if self.descriptor is None:
            time.sleep(seconds)
            return None
        import select

        ready, _, _ = select.select([self.descriptor], [], [], seconds)
        if not ready:
            return None
        pressed = os.read(self.descriptor, 16).decode("utf-8", "ignore")
        return _NAMES.get(pressed, pressed[:1]) or "q"


@contextmanager
def keyboard() -> Iterator[Keys]:
    """The keys of this process's terminal (stdin, else the controlling one), which is put back as it was at the end."""
    try:
        import termios
        import tty

        descriptor = os.open("/dev/tty", os.O_RDONLY) if not sys.stdin.isatty() else os.dup(sys.stdin.fileno())
        before = termios.tcgetattr(descriptor)
    except (ImportError, OSError, ValueError, AttributeError):
        yield Keys(None)
        return
    try:
        tty.setcbreak(descriptor)
        yield Keys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        os.close(descriptor)
