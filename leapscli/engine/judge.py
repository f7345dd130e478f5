"""A judge: how an episode is rewarded, and what ends it besides its budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Judge:
    """A task's `reward`, called after every action.

    One that is not `trusted` may change any cell, so the outer wall is watched. Where episodes are `crashable`, an
    action that does nothing ends them (for Karel a bump, a pick of nothing, a put onto nine); it is rewarded first.
    """

    reward: Callable[..., Any]
    trusted: bool = True
    crashable: bool = False
