"""A histogram in text: bins with round edges, one line each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

MOST_BINS = 12
_SMALL = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_TINY = 1e-9  # returns are sums of fractions: 0.30000000000000004 belongs to 0.3


@dataclass(frozen=True)
class Histogram:
    """`counts[i]` values lie in [edges[i], edges[i + 1]), in the last bin also at its upper edge."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Histogram:
        """Bins of the least round width that needs no more than MOST_BINS to hold all `values`."""
        low, high = float(values.min()) + _TINY, float(values.max()) - _TINY
        if high <= low:
            return cls((float(values[0]),) * 2, (len(values),))
        width = next(w for w in _widths() if np.ceil(high / w) - np.floor(low / w) <= MOST_BINS)
        first = np.floor(low / width)
        bins = int(max(1, np.ceil(high / width) - first))
        edges = tuple(round(float((first + i) * width), 6) for i in range(bins + 1))
        place = np.clip(np.floor((values + _TINY) / width) - first, 0, bins - 1).astype(np.int64)
        return cls(edges, tuple(np.bincount(place, minlength=bins).tolist()))

    def draw(self, width: int, *, blocks: bool = True) -> Text:
        """One line a bin: its edges, a bar as long as its share, its count. `blocks`: bars of █, else of #."""
        names = [f"{low:6.2f} … {high:5.2f}" for low, high in zip(self.edges, self.edges[1:], strict=False)]
        if self.edges[0] == self.edges[-1]:
            names = [f"{self.edges[0]:14.2f}"]
        digits, most = len(f"{max(self.counts):,}"), max(self.counts)
        room = max(8, min(50, width - len(names[0]) - digits - 3))
        text = Text(no_wrap=True)
        for i, (name, count) in enumerate(zip(names, self.counts, strict=True)):
            text.append(f"{name} ", "dim")
            text.append(f"{bar(count / most * room, blocks):<{room}}", "cyan")
            text.append(f" {count:{digits},}" + "\n" * (i + 1 < len(names)))
        return text


def _widths() -> Iterator[float]:
    """Round widths of bins: a hundredth, …, a half, 1, 2, 5, 10, 20 and so on."""
    yield from _SMALL
    for power in itertools.count():
        yield from (digit * 10.0**power for digit in (1, 2, 5))


def bar(length: float, blocks: bool) -> str:
    """A bar of `length` characters; something that is there shows."""
    if not blocks:
        return "#" * max(round(length), int(length > 0))
    eighths = max(round(length * 8), int(length > 0))
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
