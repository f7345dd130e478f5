"""The training loop: programs in, weights out.

Into the folder `out` go metrics.jsonl (a line each validation), checkpoint.safetensors (to go on from) and
weights.safetensors (the model that reconstructed most validation programs). It knows nothing of artifacts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from torch.nn.utils import clip_grad_norm_

from leapscli.errors import InputError, LeapsError
from leapscli.progress import Reporter, Silent, StopFlag, TrainingDone
from leapscli.recipes.model import ModelRecipe
from leapscli.vae.device import choose_device, choose_precision, training_settings
from leapscli.vae.evaluation.validation import validate
from leapscli.vae.networks.network import Shape
from leapscli.vae.training.data import Array, Batch, Programs, ProgramSource, Reads, ahead, batches
from leapscli.vae.training.distributed import ALONE, Ranks
from leapscli.vae.training.graphed import GraphedSteps
from leapscli.vae.training.running_means import Meter
from leapscli.vae.training.schedule import last_step, learning_rate
from leapscli.vae.training.state import Record, Training, Watch
from leapscli.vae.training.terms import Terms, terms_of, total

READ = 20  # steps between two looks at the losses: each look waits for the device


class Ended(StrEnum):
    """The reason why training ended."""

    STEPS = "steps"
    TIME = "time"
    ASKED = "asked"


def train(
    recipe: ModelRecipe,
    source: ProgramSource,
    *,
    out: Path,
    device: str = "auto",
    reporter: Reporter[TrainingDone] | None = None,
    stop: StopFlag | None = None,
    resume: bool = False,
    ranks: Ranks = ALONE,
    watchers: Sequence[Watch] = (),
) -> tuple[Ended, Record]:
    """Train as `recipe` says on the split "train": why it ended, and the record of the best validation.

    With `resume` it goes on from the checkpoint in `out`, if there is one, to the weights of a run never stopped.
    `ranks` are the processes that train together, all with the same arguments; the first alone writes. `watchers` are
    told of every line of metrics.jsonl, after a resumption of the earlier ones too.
    Raises LeapsError, naming step and batch, when a loss is no longer a number.
    """
    reporter, stop = reporter or Silent(), stop or StopFlag()
    precision = choose_precision(choose_device(device), recipe.amp)
    training = Training.begin(recipe, shape_of(recipe, source), precision, out, ranks, watchers)
    learn, held_out = Programs(source, "train"), Programs(source, "validation", limit=recipe.validation.programs)
    if not len(learn) or not len(held_out):
        raise InputError(f"{len(learn)} programs to train on and {len(held_out)} to validate with: both are needed")
    if (batch := min(recipe.optimizer.batch, len(learn))) < ranks.count:
        raise InputError(f"{ranks.count} processes cannot share batches of {batch}", "start fewer processes")
    if resume:
        training.resume()
    weights = sum(parameter.numel() for parameter in training.network.parameters())
    reporter.note(f"{weights:,} weights, {len(learn):,} programs to learn from, {ranks.together(precision.label)}")
    with training_settings(precision.device):
        return _loop(training, learn, held_out, reporter, stop), training.best


def shape_of(recipe: ModelRecipe, source: ProgramSource) -> Shape:
    """The shape of the network that `recipe` makes of these demonstrations. Raises InputError where it cannot be."""
    sizes, executor = recipe.architecture, recipe.losses.latent_behavior > 0
    return Shape(sizes.hidden, sizes.latent, executor, source.layout.height, source.layout.width)


def _loop(
    training: Training, learn: Programs, held_out: Programs, reporter: Reporter[TrainingDone], stop: StopFlag
) -> Ended:
    """Steps until the recipe's number, its time, or the user ends it."""
    recipe, ranks, every = training.recipe, training.ranks, training.recipe.validation.every
    meter, size = Meter(ranks), min(recipe.optimizer.batch, len(learn))
    training.last = ranks.told(last_step(recipe, training.step, training.seconds))
    reporter.start("training", training.last * size, "programs")
    reporter.update(_done(training, size))
    steps = iter(GraphedSteps(training, learn, size)) if training.graphed else _packed_steps(training, learn, size)
    while (ended := _ended(training, stop)) is None:
        rows, terms = next(steps)
        meter.add(training.step + 1, rows, terms)
        training.step += 1
        if training.step % READ == 0:
            loss = meter.check()
            training.last = ranks.told(last_step(recipe, training.step, training.seconds))
            reporter.update(_done(training, size, loss))
        if training.step % every == 0:
            _validate(training, held_out, meter, size)
            training.save()
    if ended is not Ended.ASKED:
        training.last = training.step
        if training.step % every:
            _validate(training, held_out, meter, size)
        reporter.update(_done(training, size))
    meter.check()
    training.save()
    ranks.told(None)  # nobody leaves before the first process has saved: torchrun would stop it
    return ended


def _ended(training: Training, stop: StopFlag) -> Ended | None:
    """The reason to end now, the same for all processes, if one was asked to or if the first one's time is up; else
    None.
    """
    limit, ranks = training.recipe.max_time, training.ranks
    reasons = {  # the later outweigh the earlier
        Ended.TIME: ranks.leads and limit is not None and training.seconds >= limit and training.step > 0,
        Ended.STEPS: training.step >= training.recipe.steps,
        Ended.ASKED: stop.requested,
    }
    weightiest = ranks.largest(max((i for i, holds in enumerate(reasons.values(), 1) if holds), default=0))
    return list(reasons)[weightiest - 1] if weightiest else None


def _packed_steps(training: Training, learn: Programs, size: int) -> Iterator[tuple[Array, Terms]]:
    """One step after the other, without end: its programs as rows of the dataset, and its terms."""
    recipe, device = training.recipe, training.precision.device
    reads = Reads(recipe.demos_per_program if training.network.executor else 0, recipe.losses.behavior > 0)
    for batch in ahead(batches(learn, size, reads, recipe.seed, training.step, training.ranks.part), device):
        yield batch.rows, _optimise(training, batch)


def _optimise(training: Training, batch: Batch) -> Terms:
    """One step of Adam; no waiting for the device."""
    recipe, optimizer, scaler = training.recipe, training.optimizer, training.scaler
    training.set_rate()
    terms, counts = terms_of(
        training.network, batch, training.precision, training.generator(), behavior=training.reconstructs
    )
    terms |= {name: terms[name] * share for name, share in training.ranks.shares(counts).items()}
    terms["loss"] = total(terms, recipe)
    optimizer.zero_grad(set_to_none=True)
    scaler.scale(terms["loss"]).backward()  # type: ignore[no-untyped-call]
    training.ranks.sum_gradients(training.network.parameters())
    scaler.unscale_(optimizer)
    clip_grad_norm_(training.network.parameters(), recipe.optimizer.clip)
    scaler.step(optimizer)
    scaler.update()
    return terms


def _validate(training: Training, held_out: Programs, meter: Meter, size: int) -> None:
    """Validate, and write down what came of it; the other processes wait for it. `size` programs are in a batch."""
    meter.check()
    averages = meter.averages()
    training.log(training.ranks.told(_measured(training, held_out, averages, size) if training.ranks.leads else {}))


def _measured(training: Training, held_out: Programs, averages: dict[str, float], size: int) -> Record:
    """A line of metrics.jsonl. Raises LeapsError where the validation loss is not a number."""
    recipe, step, seconds = training.recipe, training.step, training.seconds
    found = validate(training.network, held_out, recipe, training.precision)
    if not math.isfinite(found["loss"]):
        raise LeapsError(f"step {step}: the validation loss is {found['loss']}", Meter.HINT)
    seen = step * size
    record: Record = {"step": step, "programs": seen, "seconds": round(seconds, 2)}
    record |= {"lr": learning_rate(recipe, step - 1, training.last), "programs_per_second": round(seen / seconds, 1)}
    return record | {"train": averages, "validation": found}


def _done(training: Training, size: int, loss: float | None = None) -> TrainingDone:
    """The progress event, in programs, `size` a step; with the mean `loss` of the last steps."""
    reconstruction = training.latest["validation"]["reconstruction"] if training.latest else None
    return TrainingDone(training.step * size, training.last * size, loss=loss, reconstruction=reconstruction)
