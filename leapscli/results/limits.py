"""Limits of a search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a search; None: no such limit. Seconds are of search, over all sessions of a resumed one.

    `target` is a mean return.
    """

    iterations: int
    evaluations: int | None = None
    seconds: float | None = None
    target: float | None = None
