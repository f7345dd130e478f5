"""Everything that moves while a model is trained, how it is saved, and how it comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from leapscli.artifacts.files import write_whole
from leapscli.artifacts.layout import CHECKPOINT, METRICS, WEIGHTS
from leapscli.artifacts.metrics import read_metrics
from leapscli.artifacts.weights import load_weights, save_weights
from leapscli.recipes.model import ModelRecipe
from leapscli.seeding import stream_key
from leapscli.vae.device import Precision, generator
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.training.checkpoint import load_checkpoint, save_checkpoint
from leapscli.vae.training.distributed import ALONE, Ranks
from leapscli.vae.training.schedule import learning_rate

RECONSTRUCTS = 0.8
TIMES = ("seconds", "programs_per_second")  # not in the weights: equal trainings have equal ones
Record = dict[str, Any]
Watch = Callable[[Record], None]  # told of every line of metrics.jsonl


@dataclass(eq=False)
class Training:
    """A model at some step of its training, in the folder `out`."""

    recipe: ModelRecipe
    precision: Precision
    out: Path
    network: Network
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    last: int  # the step at which it will end, as far as can be told
    ranks: Ranks = ALONE  # with whom; the first writes
    watchers: Sequence[Watch] = ()
    graphed: bool = False  # whether a step is one graph of kernels (graphed.py)
    step: int = 0
    best: Record = field(default_factory=dict)  # the validation whose weights are kept
    latest: Record = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    @classmethod
    def begin(
        cls,
        recipe: ModelRecipe,
        shape: Shape,
        precision: Precision,
        out: Path,
        ranks: Ranks = ALONE,
        watchers: Sequence[Watch] = (),
    ) -> Training:
        """At step 0, with weights that follow from the seed."""
        device, settings = precision.device, recipe.optimizer
        network = Network(shape, recipe.seed).to(device)
        graphed = precision.graphed and ranks.alone and not network.executor and not recipe.losses.behavior
        lr = torch.full((), settings.lr, device=device) if graphed else settings.lr  # a graph reads it from the device
        optimizer = torch.optim.AdamW(
            network.parameters(),
            lr,
            weight_decay=settings.weight_decay,
            fused=True,
            capturable=graphed and device.type == "cuda",
        )
        scaler = precision.scaler()
        return cls(recipe, precision, out, network, optimizer, scaler, recipe.steps, ranks, watchers, graphed)

    @property
    def seconds(self) -> float:
        """Spent so far, by interrupted runs too."""
        return time.perf_counter() - self.began

    @property
    def reconstructs(self) -> bool:
        """True if greedy reconstruction has passed 80%: L_R waits for it (LEAPS, appendix)."""
        return bool(self.latest) and self.best["validation"]["reconstruction"] > RECONSTRUCTS

    def generator(self) -> torch.Generator:
        """The random numbers of this step."""
        return generator(self.precision.device, int(stream_key(self.recipe.seed, "noise", self.step)))

    def set_rate(self) -> None:
        """Give the optimizer the learning rate of this step."""
        rate = learning_rate(self.recipe, self.step, self.last)
        for group in self.optimizer.param_groups:
            if self.graphed:
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def resume(self) -> None:
        """Go back to the checkpoint in `out`, else to the beginning; what was logged after it is forgotten."""
        path = self.out / METRICS
        if not (self.out / CHECKPOINT).exists():
            if self.ranks.leads:
                path.unlink(missing_ok=True)
            return
        notes = load_checkpoint(self.out, self.network, self.optimizer, self.scaler)
        self.step, self.last, self.best, self.latest = (notes[key] for key in ("step", "last", "best", "latest"))
        self.began = time.perf_counter() - notes["seconds"]
        if not self.ranks.leads:
            return
        if self.best:
            load_weights(self.out / WEIGHTS)  # they may be published as they are: raises where they are damaged
        kept = [line for line in (read_metrics(path) if path.exists() else []) if line["step"] <= self.step]
        write_whole(path, "".join(f"{json.dumps(line)}\n" for line in kept).encode())
        for line in kept:
            self._tell(line)

    def save(self) -> None:
        """Write the checkpoint."""
        keys = ("step", "last", "best", "latest", "seconds")
        notes = {key: getattr(self, key) for key in keys}
        if self.ranks.leads:
            save_checkpoint(self.out, self.network, self.optimizer, self.scaler, notes)

    def log(self, record: Record) -> None:
        """Append a validation to metrics.jsonl; if none was better, keep its weights."""
        better = not self.best or _merit(record) > _merit(self.best)
        self.latest, self.best = record, record if better else self.best
        if not self.ranks.leads:
            return
        line = record | {"kept": better}
        with (self.out / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if better:
            save_model(self.out / WEIGHTS, self.network, {key: record[key] for key in record if key not in TIMES})
        self._tell(line)

    def _tell(self, record: Record) -> None:
        for watch in self.watchers:
            watch(record)


def _merit(record: Record) -> tuple[float, float]:
    """More programs reconstructed are better; among equals the lower loss."""
    return record["validation"]["reconstruction"], -record["validation"]["loss"]


def save_model(path: Path, network: Network, record: Record) -> None:
    """The weights, with their shape and what was measured on them."""
    save_weights(path, network.state_dict(), {"shape": network.shape.as_dict(), **record})
