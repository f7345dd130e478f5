"""Values that are made once: a thread that asks while another makes one waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, wraps
from typing import TypeVar

T = TypeVar("T")


def once(make: Callable[..., T]) -> Callable[..., T]:
    """`make`, its results kept by arguments. `functools.cache` would let two threads make the same at once."""
    kept, making = cache(make), threading.RLock()

    @wraps(make)
    def call(*arguments: object) -> T:
        with making:
            return kept(*arguments)

    return call
