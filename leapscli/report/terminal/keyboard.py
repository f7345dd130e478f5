"""Single keys from the terminal, without Enter and without echo; none where there is no terminal to read.

Keys arrive as the escape sequences of ECMA-48, which this takes apart by their grammar, so that one that is unknown
is one unknown key. (The libraries at hand wait without end for a key, or read an unknown one as Escape and letters.)
"""

from __future__ import annotations

import codecs
import os
import re
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_KEY = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?:(?P<final>[@-~])|(?=[^ -~]))"  # CSI, whole or broken off
    r"|\x1bO(?P<shifted>.)"  # SS3
    r"|\x1b[^\[O\x1b]"  # with Alt
    r"|[^\x1b]",
    re.DOTALL,
)
_FINAL = {"C": "right", "D": "left", "H": "home", "F": "end", "M": "enter"}
_NUMBERED = {"1": "home", "7": "home", "4": "end", "8": "end"}  # with the final byte ~
_PLAIN = {"\r": "enter", "\n": "enter", " ": "space", "\x03": "q", "\x04": "q"}
PATIENCE = 0.05  # seconds for the rest of an escape sequence, which a slow line may bring later


class Keys:
    """Reads keys from a terminal's file descriptor; with none, it only waits."""

    def __init__(self, descriptor: int | None) -> None:
        self.descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")

    @property
    def works(self) -> bool:
        """True if keys can be read."""
        return self.descriptor is not None

    def wait(self, seconds: float) -> list[str]:
        """The keys that were pressed, once there are any, and none after so many seconds.

        They are called `q`, `space`, `enter`, `left`, `right`, `home`, `end`, or by their character; others are left
        out. Escape, Ctrl-C and Ctrl-D count as `q`, and so does a terminal that went away.
        """
        if self.descriptor is None:
            time.sleep(seconds)
            return []
        keys, rest = decode(self._read(seconds))
        while rest and (more := self._read(PATIENCE)):
            further, rest = decode(rest + more)
            keys += further
        return [*keys, "q"] if rest == "\x1b" else keys

    def _read(self, seconds: float) -> str:
        """The bytes that have arrived; Ctrl-D where none ever will."""
        assert self.descriptor is not None
        ready, _, _ = select.select([self.descriptor], [], [], seconds)
        if not ready:
            return ""
        try:
            pressed = os.read(self.descriptor, 1024)
        except OSError:  # the terminal was closed
            pressed = b""
        return self._decoder.decode(pressed) if pressed else "\x04"


def decode(text: str) -> tuple[list[str], str]:
    """The keys in what a terminal sent, and the beginning of one at the end that may go on: Escape, `ESC [ 1`."""
    keys, at = list[str](), 0
    while found := _KEY.match(text, at):
        keys += filter(None, [_name(found)])
        at = found.end()
    if text.startswith("\x1b\x1b", at):  # Escape, and then another key
        more, rest = decode(text[at + 1 :])
        return [*keys, "q", *more], rest
    return keys, text[at:]


def _name(key: re.Match[str]) -> str:
    parameters, final = key["parameters"], key["final"] or key["shifted"]
    if final == "~" and parameters is not None:
        return _NUMBERED.get(parameters.split(";")[0], "")
    if final:
        return _FINAL.get(final, "")
    return _PLAIN.get(key[0], key[0] if key[0].isprintable() else "")


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
