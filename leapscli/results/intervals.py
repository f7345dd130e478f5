"""Intervals around means: how far the mean of a few seeds may be off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leapscli.seeding import stream

RESAMPLES, LEVEL = 5000, 0.95


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95% interval of the mean by the percentile bootstrap; the same for the same values. None under 3 values."""
    if len(values) < 3:
        return None
    drawn = stream(0, "bootstrap").choice(np.asarray(values, float), (RESAMPLES, len(values)))
    low, high = np.quantile(drawn.mean(axis=1), ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)
