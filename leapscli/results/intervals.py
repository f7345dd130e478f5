"""Statistics over seeds: means that single seeds cannot move, and how far they may be off.

As recommended for few runs by Agarwal, Schwarzer, Castro, Courville & Bellemare (NeurIPS 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from leapscli.seeding import stream

RESAMPLES, LEVEL = 5000, 0.95
TRIMMED = 0.25  # of the values at either end, in an interquartile mean


def iqm(values: Any) -> Any:
    """The interquartile mean of values [N], or of each row of [M, N]: the mean of the middle half."""
    ordered = np.sort(np.asarray(values, float), axis=-1)
    cut = int(TRIMMED * ordered.shape[-1])
    return ordered[..., cut : ordered.shape[-1] - cut].mean(axis=-1)


def interval(values: Sequence[float], statistic: Any = np.mean) -> tuple[float, float] | None:
    """The 95% interval of a mean by the percentile bootstrap; the same for the same values. None under 3 values.

    `statistic` is `np.mean` or `iqm`.
    """
    if len(values) < 3:
        return None
    drawn = stream(0, "bootstrap").choice(np.asarray(values, float), (RESAMPLES, len(values)))
    means = iqm(drawn) if statistic is iqm else drawn.mean(axis=1)
    low, high = np.quantile(means, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)
