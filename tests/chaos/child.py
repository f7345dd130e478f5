"""One command in a forked process, and whether it held."""

from __future__ import annotations

import os
import re
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60
LINES = 30  # of an error, with the notes before it
CHANGING = re.compile(r"\d+(\.\d+)? s\b|in \d+\.\d+|[0-9a-f]{12,}|\d{4}-\d\d-\d\d[T ][\d:.+]*|/[\w/.-]*/w\b|v\d+")
OK = (0, 1, 2, 130)


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code or minus the signal, and what it printed."""

    code: int
    out: str
    err: str

    def fault(self) -> str | None:
        """What must not happen, if it did."""
        if self.code == -signal.SIGALRM:
            return "no end within a minute"
        if self.code not in OK:
            return f"ended by signal {-self.code}" if self.code < 0 else f"exit code {self.code}"
        for word in ("Traceback", "error: unexpected", "a bug in leaps"):
            for line in (self.err + self.out).splitlines():
                if word in line:
                    return line
        if self.code and len(self.err.splitlines()) > LINES:
            return f"{len(self.err.splitlines())} lines of errors"
        if self.code and not self.err.strip() and not self.out.strip():
            return "no message"
        return None

    def result(self) -> str:
        """What it printed on stdout, but for what differs from run to run."""
        return CHANGING.sub("…", self.out)


def run(
    arguments: Sequence[str], folder: Path, before: Callable[[], None] | None = None, seconds: int = SECONDS
) -> Outcome:
    """`leaps` with these arguments in `folder`, for so many seconds at most; `before` runs in the process first."""
    pipes = [os.pipe() for _ in range(2)]
    sys.stdout.flush(), sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os._exit(_child(arguments, folder, [end for _, end in pipes], before, seconds))
    for _, end in pipes:
        os.close(end)
    texts = _read([end for end, _ in pipes])
    _, status = os.waitpid(pid, 0)
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return Outcome(code, *texts)


def _read(ends: list[int]) -> list[str]:
    """What comes out of pipes until they are closed."""
    found = dict.fromkeys(ends, b"")
    left = list(ends)
    while left:
        for end in select.select(left, [], [])[0]:
            part = os.read(end, 1 << 16)
            found[end] += part
            if not part:
                left.remove(end)
                os.close(end)
    return [text.decode(errors="replace") for text in found.values()]


def _child(
    arguments: Sequence[str], folder: Path, ends: list[int], before: Callable[[], None] | None, seconds: int
) -> int:
    code = 99
    try:
        signal.alarm(seconds)
        os.chdir(folder)
        for number, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), *ends)):
            os.dup2(descriptor, number)
        if before:
            before()
        code = _main(arguments)
    except BaseException:
        with suppress(OSError, ValueError):
            traceback.print_exc(file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    return code


def _main(arguments: Sequence[str]) -> int:
    from leapscli.cli.main import main

    sys.argv = ["leaps", *arguments]
    try:
        main()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else (0 if error.code is None else 1)
    return 0


def preload() -> None:
    """What commands import, so that a forked process starts at once; no thread is started."""
    import h5py  # noqa: F401
    import matplotlib  # noqa: F401
    import numba  # noqa: F401
    import torch

    import leapscli.baselines.train
    import leapscli.stages.synthesize.plan
    import leapscli.stages.train
    import leapscli.vae.model
    import leapscli.vae.training.trainer  # noqa: F401

    torch.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Clock:
    """Tells when the time for all tries is over."""

    def __init__(self, minutes: float) -> None:
        self.end = time.monotonic() + 60 * minutes

    @property
    def over(self) -> bool:
        """True once it is."""
        return time.monotonic() > self.end
