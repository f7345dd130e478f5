"""A terminal for tests: runs `leaps` in a real pseudo-terminal, and reads back what a user would see.

A `Shell` is one process on one pseudo-terminal, in which command after command runs as `leaps` would: so that kernels
and torch are loaded once. A `Terminal` is one command in it, and the screen that it draws on.
"""

from __future__ import annotations

import codecs
import fcntl
import multiprocessing
import os
import re
import select
import signal
import struct
import sys
import termios
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import pyte

SPAWN = multiprocessing.get_context("spawn")
ALTERNATE = re.compile(r"\x1b\[\?1049([hl])")  # the second screen, which pyte does not know
BEGUN = re.compile(r"\x1b[\[?0-9]*\Z")  # a sequence of which the rest is still to come
SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
SECONDS = 120.0  # what takes longer hangs


class Shell:
    """The process in which commands run, in the folder `cwd`."""

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self.busy = False  # while a command runs
        self._open()

    def _open(self) -> None:
        self.ours, self._theirs = os.openpty()
        self.answers, job = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_serve, args=(os.ttyname(self._theirs), job, self._cwd))
        self.process.start()

    def run(self, arguments: Sequence[str], columns: int, rows: int, **environment: str) -> Terminal:
        """Begin `leaps arguments` on columns × rows; what an earlier test left running is ended."""
        if self.busy:
            self.close()
            self._open()
        terminal, self.busy = Terminal(self, columns, rows), True
        self.answers.send((list(arguments), environment))
        return terminal

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.join()
        self.answers.close()
        os.close(self.ours)
        os.close(self._theirs)


class Terminal:
    """What one command draws."""

    def __init__(self, shell: Shell, columns: int, rows: int) -> None:
        self._shell, self.raw, self._rest = shell, "", ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.screen = pyte.HistoryScreen(columns, rows, history=10_000)
        self._stream = pyte.Stream(self.screen)
        self._first: pyte.HistoryScreen | None = None  # while the second screen is shown
        self.resize(columns, rows)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._shell.ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """As if the window was dragged; the program is told by SIGWINCH."""
        fcntl.ioctl(self._shell.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def until(self, text: str) -> None:
        """Wait until `text` is on the screen, however its lines are broken."""
        self._show_while(lambda: squeeze(text) not in squeeze(self.text) and not self._over, f"no {text!r}")
        assert squeeze(text) in squeeze(self.text), f"it ended without {text!r}:\n{self.text}"

    def look(self, seconds: float) -> None:
        """Let so much time pass."""
        end = time.monotonic() + seconds
        self._show_while(lambda: time.monotonic() < end and not self._over, "")

    def wait(self) -> int:
        """The exit code, once it has ended and all is on the screen."""
        self._show_while(lambda: not self._over, "no end")
        while self._read(0.02):
            pass
        code, self._shell.busy = int(self._shell.answers.recv()), False
        return code

    @property
    def lines(self) -> list[str]:
        """What is on the screen, below what has scrolled away, without blanks at the ends of lines."""
        gone = ("".join(line[x].data for x in range(self.screen.columns)) for line in self.screen.history.top)
        return [line.rstrip() for line in (*gone, *self.screen.display)]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines).rstrip()

    @property
    def said(self) -> str:
        """Everything that was ever drawn, also what a change of size has taken from the screen, without its colours."""
        return SEQUENCE.sub("", self.raw)

    @property
    def _over(self) -> bool:
        return self._shell.answers.poll() or not self._shell.process.is_alive()

    def _show_while(self, waiting: Callable[[], bool], complaint: str) -> None:
        end = time.monotonic() + SECONDS
        while waiting():
            assert time.monotonic() < end, f"{complaint} after {SECONDS} s:\n{self.text}"
            self._read(0.02)

    def _read(self, seconds: float) -> bool:
        """Show what has come; whether there was something."""
        ready, _, _ = select.select([self._shell.ours], [], [], seconds)
        if ready:
            text = self._decoder.decode(os.read(self._shell.ours, 65536))
            self.raw += text
            text = self._rest + text
            self._rest = found[0] if (found := BEGUN.search(text)) else ""
            for i, part in enumerate(ALTERNATE.split(text.removesuffix(self._rest))):
                self._switch(part) if i % 2 else self._stream.feed(part)
        return bool(ready)

    def _switch(self, which: str) -> None:
        """To the second screen with "h", back to the first with "l"."""
        if which == "h":
            self._first, self.screen = self.screen, pyte.HistoryScreen(self.screen.columns, self.screen.lines)
        elif self._first:
            self._first.resize(self.screen.lines, self.screen.columns)
            self.screen, self._first = self._first, None
        self._stream = pyte.Stream(self.screen)


def squeeze(text: str) -> str:
    """Without any blanks: however the lines are broken, the same text gives the same."""
    return "".join(text.split())


def _serve(tty: str, jobs: Connection, cwd: Path) -> None:
    """The process: a session of its own on `tty`, in which the jobs run; answers with exit codes."""
    os.setsid()
    descriptor = os.open(tty, os.O_RDWR)
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(descriptor, number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(cwd)
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "LEAPS_WORKSPACE", "LEAPS_DEBUG"):
        os.environ.pop(name, None)
    usual = {**os.environ, "TERM": "xterm-256color"}
    while True:
        arguments, environment = jobs.recv()
        os.environ.clear()
        os.environ.update({**usual, **environment})
        sys.argv = ["leaps", *arguments]
        jobs.send(_main())


def _main() -> int:
    """`leaps`, as its console script runs it: the exit code."""
    from leapscli.cli.main import main

    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0
