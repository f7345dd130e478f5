"""The first Ctrl-C or SIGTERM asks to save and stop; the second stops at once."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from leapscli.progress import StopFlag


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
