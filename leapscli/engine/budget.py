"""Budgets: the longest run of a program, in either of the two units that the literature counts in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leapscli.errors import InputError, described, whole

CALLS = 220  # of a run, in the published implementation of LEAPS
PRIMITIVES = 10_000  # of a run, in the literature since 2024
UNBOUNDED = 1 << 40  # more than any run can use; sums of it stay far from overflow


@dataclass(frozen=True)
class Budget:
    """The longest run of a program: `Budget.calls(220)` as in the published code, `Budget.primitives(10_000)` as since
    2024.

    `calls` counts statements and control nodes as they are entered, `primitives` actions and perceptions.
    """

    kind: str
    limit: int

    def __post_init__(self) -> None:
        whole(self.limit, "a budget")
        if self.kind not in ("calls", "primitives") or not 0 <= self.limit <= UNBOUNDED:
            raise InputError(f"no budget of {self.limit} {self.kind}", "calls:N or primitives:N, N from 0 on")

    @classmethod
    def calls(cls, limit: int = CALLS) -> Budget:
        """At most `limit` calls."""
        return cls("calls", limit)

    @classmethod
    def primitives(cls, limit: int = PRIMITIVES) -> Budget:
        """At most `limit` actions and perceptions."""
        return cls("primitives", limit)

    def __str__(self) -> str:
        return f"{self.kind}:{self.limit}"


def checked_budget(budget: Any) -> Budget:
    """`budget`, if it is one. Raises InputError."""
    if not isinstance(budget, Budget):
        hint = "Budget.calls(220) or Budget.primitives(10_000)"
        raise InputError(f"expected a Budget, not {described(budget)}", hint)
    return budget
