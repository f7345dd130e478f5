"""Batches follow from seed and step, and every program comes once an epoch."""

from __future__ import annotations

import time
from itertools import islice

import numpy as np
import torch

from leapscli.artifacts.columns import CHUNK
from leapscli.domains.karel.execution import replay
from leapscli.domains.karel.world import Worlds
from leapscli.vae.networks.packing import STOP, pack, sizes_of
from leapscli.vae.training.data import WINDOW, Programs, Reads, ahead, batches, epoch_order, in_order
from tests.vae.corpus import DEMOS, corpus


def test_an_epoch_is_a_permutation_shuffled_within_windows_of_blocks() -> None:
    count = 3 * WINDOW * CHUNK
    order = epoch_order(count, 0, 0)
    assert np.array_equal(np.sort(order), np.arange(count))
    blocks = order[: WINDOW * CHUNK] // CHUNK
    assert len(np.unique(blocks)) == WINDOW  # one window: so many blocks, and no others
    assert (np.diff(blocks) != 0).mean() > 0.9  # mixed well
    assert not np.array_equal(order, epoch_order(count, 0, 1))
    assert np.array_equal(order, epoch_order(count, 0, 0))


def test_every_program_comes_once_an_epoch_and_none_of_another_split() -> None:
    learn = Programs(corpus(), "train")
    rows = np.concatenate([batch.rows for batch in islice(batches(learn, 16, Reads(), seed=0), len(learn) // 16)])
    assert len(np.unique(rows)) == len(rows) == len(learn) // 16 * 16
    assert set(rows) <= set(learn.rows)


def test_a_later_start_gives_the_same_batches() -> None:
    learn = Programs(corpus(), "train")
    whole = list(islice(batches(learn, 48, Reads(2), seed=5), 8))  # more than two epochs
    for offset in (1, 4, 7):
        for ours, theirs in zip(batches(learn, 48, Reads(2), seed=5, first=offset), whole[offset:], strict=False):
            assert np.array_equal(ours.rows, theirs.rows)
            assert ours.demos is not None and theirs.demos is not None
            assert torch.equal(ours.demos.cells, theirs.demos.cells)


def test_a_split_smaller_than_a_batch_is_one_batch() -> None:
    held = Programs(corpus(), "validation", limit=10)
    assert [len(batch.rows) for batch in islice(batches(held, 64, Reads(), seed=0), 3)] == [10, 10, 10]
    assert sum(len(batch.rows) for batch in in_order(held, 4, Reads())) == 10


def test_demonstrations_are_of_the_batchs_programs_and_end_with_stop() -> None:
    source, learn = corpus(), Programs(corpus(), "train")
    batch = learn.batch(np.arange(12), Reads(2), np.random.default_rng(0))
    demos = batch.demos
    assert demos is not None and len(demos.rows) == 24 and demos.rows.bincount().tolist() == [2] * 12
    row = torch.cat([torch.arange(n) for n in demos.sizes])
    for demo in range(24):
        actions = demos.targets[row == demo].tolist()
        assert actions[-1] == STOP and STOP not in actions[:-1]
        assert demos.previous[row == demo].tolist() == [STOP, *actions[:-1]]
        known = batch.rows[int(demos.rows[demo])]
        traces = [source.columns.actions[known, d][: source.columns.demo_lengths[known, d]] for d in range(DEMOS)]
        which = next(d for d, trace in enumerate(traces) if trace.tolist() == actions[:-1])
        start = Worlds.from_cells(source.columns.cells[known, which][None], source.columns.agents[known, which][None])
        if sum(trace.tolist() == actions[:-1] for trace in traces) == 1:
            frames = replay(start, traces[which][None], np.array([len(traces[which])]))
            np.testing.assert_array_equal(demos.cells[row == demo].numpy(), frames.cells[0])
            np.testing.assert_array_equal(demos.agents[row == demo].numpy(), frames.agents[0])


def test_packing_goes_by_time_over_rows_of_falling_length() -> None:
    lengths = np.array([3, 2, 2, 1])
    values = 10 * np.arange(3)[None] + np.arange(4)[:, None]  # 10·step + row
    assert sizes_of(lengths) == (4, 3, 1)
    assert pack(values, lengths).tolist() == [0, 1, 2, 3, 10, 11, 12, 20]
    assert sizes_of(np.array([0])) == ()


class Slow:
    """A batch that takes its time to be made, and says when it is."""

    def __init__(self, made: list[int], number: int) -> None:
        self.made, self.number = made, number

    def to(self, device: torch.device) -> Slow:
        time.sleep(0.2 if self.number else 0)
        self.made.append(self.number)
        return self


def test_batches_made_ahead_end_where_their_source_ends_and_nobody_waits_for_the_last_one() -> None:
    """The device is only named: what goes there goes by the batch's own `to`."""
    there, made = torch.device("cuda"), list[int]()
    assert [batch.number for batch in ahead(iter([Slow(made, i) for i in range(3)]), there)] == [0, 1, 2]
    made.clear()
    feed = ahead(iter([Slow(made, i) for i in range(100)]), there)
    assert next(feed).number == 0
    began = time.monotonic()
    feed.close()
    assert time.monotonic() - began < 0.15
    time.sleep(0.5)
    assert made in ([0], [0, 1])
