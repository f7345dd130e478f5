"""Every recorded trace of the published interpreter, in the compiled engine and in the reference interpreter."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.domains.karel import reference as slow_karel
from leapscli.domains.karel.execution import execute, rollouts
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.published import PERCEPTIONS
from leapscli.engine.budget import Budget
from tests.golden.records import records, world

TRACES = records("traces")


def test_all_are_here() -> None:
    assert len(TRACES) == 1322
    assert sum(record["truncated"] for record in TRACES) > 100


@pytest.mark.parametrize("run", [execute, slow_karel.run], ids=["kernel", "reference"])
def test_traces_and_final_worlds(run) -> None:
    for record in TRACES:
        start, end = world(record["world"], record["agent"]), world(record["final"], record["final_agent"])
        rollout = run(Program.parse(record["program"]), start, Budget.calls(220))
        assert rollout.actions == record["actions"], record["program"]
        assert rollout.truncated == record["truncated"], record["program"]
        assert rollout.world == end, record["program"]


def test_perceptions() -> None:
    for record in TRACES:
        there = slow_karel.Karel(world(record["world"], record["agent"]))
        assert [there.perceive(name) for name in PERCEPTIONS] == [bool(seen) for seen in record["perceptions"]]


def test_in_bulk() -> None:
    sizes = {(len(record["world"]), len(record["world"][0])) for record in TRACES}
    for size in sizes:
        same = [record for record in TRACES if (len(record["world"]), len(record["world"][0])) == size]
        programs = TokenBatch.of([Program.parse(record["program"]) for record in same])
        starts = Worlds.stack([world(record["world"], record["agent"]) for record in same])
        runs = rollouts(programs, starts, Budget.calls(220), max_actions=220, pairing="each")
        for i, record in enumerate(same):
            assert runs.actions[i, 0, : runs.lengths[i, 0]].tolist() == record["actions"]
        assert np.array_equal(runs.truncated[:, 0], [record["truncated"] for record in same])
