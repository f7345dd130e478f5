"""Work spread over threads, its results in order, a bounded amount of it under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(pool: Executor, function: Callable[[Item], Result], items: Iterable[Item], ahead: int) -> Iterator[Result]:
    """`function` of each item, in order; at most `ahead` of them are taken before their results are asked for."""
    under_way: deque[Future[Result]] = deque()
    for item in items:
        under_way.append(pool.submit(function, item))
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
