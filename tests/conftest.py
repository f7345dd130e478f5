"""The same signals for all tests: a shell without job control has SIGINT ignored in what runs in its background."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
