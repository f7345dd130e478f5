"""Probabilities of the productions of random programs."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True)
class Probabilities:
    """Of each production. `statements`: while, repeat, sequence, action, if, ifelse; each tuple sums to 1.

    `perceptions` and `actions` in the order of the vocabulary's; `negation` is the probability that a condition is a
    negated perception. Those that are there already are the published ones (LEAPS, karel_env/dsl/dsl_prob.py).
    """

    statements: tuple[float, float, float, float, float, float] = (0.15, 0.03, 0.5, 0.2, 0.08, 0.04)
    perceptions: tuple[float, ...] = (0.5, 0.15, 0.15, 0.1, 0.1)
    actions: tuple[float, ...] = (0.5, 0.15, 0.15, 0.1, 0.1)
    negation: float = 0.1

    def __post_init__(self) -> None:
        for field, value in zip(fields(self), astuple(self), strict=True):
            parts = value if isinstance(value, tuple) else (value, 1 - value)
            if min(parts) < 0 or abs(sum(parts) - 1) > 1e-9:
                raise ValueError(f"{field.name} are no probabilities that sum to 1: {value}")


PAPER = Probabilities()


def even(actions: int, perceptions: int) -> Probabilities:
    """The published productions over so many actions and perceptions, each as likely as the others."""
    return Probabilities(perceptions=(1 / perceptions,) * perceptions, actions=(1 / actions,) * actions)
