"""Averages of what the steps report, kept on the device so that no step waits for a number."""

from __future__ import annotations

import torch
from torch import Tensor

from leapscli.errors import LeapsError
from leapscli.vae.training.data import Array
from leapscli.vae.training.distributed import ALONE, Ranks
from leapscli.vae.training.terms import Terms

SCALARS = ("loss", "tokens", "kl", "token_accuracy", "executor", "action_accuracy", "reward")


class Meter:
    """Sums since the last `averages`, and the losses since the last `check`.

    With several processes each adds its part of every term, and all of them ask together.
    """

    HINT = "start again with a lower optimizer.lr, a longer optimizer.warmup, or amp=off; see `leaps docs training`"

    def __init__(self, ranks: Ranks = ALONE) -> None:
        self._ranks = ranks
        self._sums: dict[str, tuple[Tensor, int]] = {}
        self._recent: list[tuple[int, Array, Tensor]] = []

    def add(self, step: int, rows: Array, terms: Terms) -> None:
        """The terms of one step on the programs `rows` of the dataset; nothing is read."""
        for name in SCALARS:
            if name in terms:
                total, count = self._sums.get(name, (0.0, 0))
                self._sums[name] = total + terms[name].detach(), count + 1
        self._recent.append((step, rows, terms["loss"].detach()))

    def check(self) -> float:
        """The mean loss since the last check, 0 if there was no step.

        Raises LeapsError where one is not a number, naming step and batch.
        """
        if not self._recent:
            return 0.0
        losses = self._ranks.sum(torch.stack([loss for _, _, loss in self._recent]).double()).tolist()
        for (step, rows, _), value in zip(self._recent, losses, strict=True):
            if value - value != 0:  # NaN or infinite
                some = ", ".join(str(row) for row in sorted(rows.tolist())[:5])
                raise LeapsError(f"step {step}: the loss is {value}, on programs {some}, … of the dataset", self.HINT)
        self._recent.clear()
        return float(sum(losses) / len(losses))

    def averages(self) -> dict[str, float]:
        """The means since the last call; reads the device."""
        sums, self._sums = self._sums, {}
        totals = self._ranks.sum(torch.stack([total for total, _ in sums.values()])).tolist() if sums else []
        return {name: total / count for (name, (_, count)), total in zip(sums.items(), totals, strict=True)}
