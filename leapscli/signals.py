"""The first Ctrl-C or SIGTERM asks to save and stop; the second stops at once, whatever is being computed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from leapscli.progress import StopFlag

PATIENCE = 2.0  # seconds from the second signal on
SHOW_CURSOR = b"\x1b[?25h"
STUCK = b"""
error: ended; compiled code did not return
hint: a reward may never end: `leaps run PROGRAM --task FILE` runs it in Python, where Ctrl-C names its line
"""


@contextmanager
def graceful_stop(quiet: bool = False) -> Iterator[StopFlag]:
    """A flag that the first signal sets; a second one raises KeyboardInterrupt, which ends with exit code 130."""
    flag = StopFlag()

    def asked(number: int, frame: FrameType | None) -> None:
        if flag.requested:
            raise KeyboardInterrupt
        flag.request()
        if quiet:
            return
        print("\nstopping; work is being saved (once more stops at once)", file=sys.stderr, flush=True)

    if threading.current_thread() is not threading.main_thread():  # only the main thread can be told of signals
        yield flag
        return
    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_the_second() -> None:
    """From now on, ends the process after the second signal, if it does not end by itself.

    Python handles a signal between two of its own instructions. Compiled code that never returns prevents that in the
    main thread, and in another one Python's shutdown waits for it. The system's handler always writes to a pipe.
    """
    with suppress(OSError, RuntimeError):  # a process of few files or threads does without
        read, write = os.pipe()
        os.set_blocking(write, False)
        threading.Thread(target=_watch, args=(read,), daemon=True, name="signals").start()
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)


def _watch(pipe: int) -> None:
    left = 2
    while left:
        left -= os.read(pipe, 1)[0] in (signal.SIGINT, signal.SIGTERM)
    time.sleep(PATIENCE)
    with suppress(OSError):
        os.write(2, (SHOW_CURSOR if os.isatty(2) else b"") + STUCK)
    os._exit(130)
