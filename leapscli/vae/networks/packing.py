"""Batches as the networks take them: rows sorted by falling length and packed by time (see gru.py), as torch tensors.

Axes: B programs, S packed tokens, C choices (tokens that the grammar did not force), R demonstrations, U packed
moments of them (every action, and the stop).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from leapscli.domains.karel.execution import replay
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import ACTIONS
from leapscli.vae.device import moved
from leapscli.vae.networks.gru import Sizes
from leapscli.vae.networks.masks import MASKS, target_keys

Array = np.ndarray[Any, Any]
STOP = len(ACTIONS)  # what the executor does at the end of a trace, and "before" its first action
Moved = TypeVar("Moved", bound="_Movable")


class _Movable:
    """A record of tensors and plain values."""

    def to(self: Moved, device: torch.device) -> Moved:
        """The same on `device`."""
        values = (getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]
        return type(self)(*(moved(value, device) if isinstance(value, Tensor) else value for value in values))


@dataclass(frozen=True, eq=False)
class PackedPrograms(_Movable):
    """B programs for the encoder and, as inputs and targets, for the teacher-forced decoder.

    tokens: int64[S], what the encoder reads. The decoder reads all but each program's last token and predicts all but
    its first; the `<pad>` after the end is forced, so it costs nothing. Of its steps, those where the grammar leaves a
    choice carry loss: `at` int64[C] are their places among the steps, `keys` int64[C] their masks, `targets` int64[C].
    """

    tokens: Tensor
    sizes: Sizes
    inputs: Tensor
    input_sizes: Sizes
    at: Tensor
    keys: Tensor
    targets: Tensor

    @property
    def predicted(self) -> int:
        """The number of tokens that the decoder predicts, forced ones and the final `<pad>` included."""
        return sum(self.sizes)


@dataclass(frozen=True, eq=False)
class PackedDemos(_Movable):
    """R demonstrations: before each action, and before the stop, the world as it is then.

    rows: int64[R], which program of the batch each belongs to; cells uint8[U, H, W] (255 is wall) and agents
    uint8[U, 3]; previous int64[U], the action before (STOP at the start); targets int64[U], the action taken, or STOP.
    """

    rows: Tensor
    sizes: Sizes
    cells: Tensor
    agents: Tensor
    previous: Tensor
    targets: Tensor


def sizes_of(lengths: Array) -> Sizes:
    """The number of rows, of falling `lengths`, that run at each step."""
    return tuple(int(n) for n in np.searchsorted(-lengths, -np.arange(1, lengths.max(initial=0) + 1), side="right"))


def by_length(lengths: Array) -> Array:
    """The order of rows by falling length, equal ones as they come."""
    return np.argsort(-lengths, kind="stable")


def pack(values: Array, lengths: Array) -> Array:
    """Rows [B, L, …], sorted by falling length, → packed by time [S, …]."""
    running = np.arange(values.shape[1])[:, None] < lengths[None]
    packed: Array = values.swapaxes(0, 1)[running]
    return packed


def pack_tokens(tokens: TokenBatch) -> tuple[Tensor, Sizes]:
    """Sorted programs → int64[S] and the sizes: all that the encoder needs."""
    return torch.from_numpy(pack(tokens.ids, tokens.lengths).astype(np.int64)), sizes_of(tokens.lengths)


def pack_programs(tokens: TokenBatch, keys: Array | None = None) -> PackedPrograms:
    """Sorted programs, and their `target_keys` where these are known already, for encoder and decoder."""
    ids, steps = tokens.ids.astype(np.int64), tokens.lengths - 1
    targets = pack(ids[:, 1:], steps)
    target = pack((target_keys(tokens) if keys is None else keys)[:, 1:], steps)
    at = np.flatnonzero(MASKS.choice[target])
    inputs = pack(ids[:, :-1], steps)
    arrays = (torch.from_numpy(a.astype(np.int64)) for a in (inputs, at, target[at], targets[at]))
    packed, places, chosen, wanted = arrays
    return PackedPrograms(*pack_tokens(tokens), packed, sizes_of(steps), places, chosen, wanted)


def pack_demos(program: Array, cells: Array, agents: Array, actions: Array, lengths: Array) -> PackedDemos:
    """Traces of programs `program` [R] from worlds (cells [R, H, W], agents [R, 3]): actions [R, T], lengths [R].

    The engine replays them, so that the executor sees the states that the actions led to.
    """
    moments = lengths.astype(np.int64) + 1  # the stop is one
    order = by_length(moments)
    moments, longest = moments[order], int(moments.max(initial=1)) - 1
    actions = actions[order, :longest]
    frames = replay(Worlds.from_cells(cells[order], agents[order].astype(np.int16)), actions, lengths[order])
    stops = np.full((len(order), 1), STOP, np.int64)
    targets = np.concatenate([actions, stops], 1).astype(np.int64)
    targets[targets < 0] = STOP  # beyond the stop it means nothing
    previous = np.concatenate([stops, targets[:, :-1]], 1)
    arrays = (frames.cells, frames.agents.astype(np.uint8), previous, targets)
    packed = (torch.from_numpy(pack(array, moments)) for array in arrays)
    return PackedDemos(torch.from_numpy(program[order]), sizes_of(moments), *packed)
