"""The checked face of the engine: batches, pairing, replay, budgets, and what it says of nonsense."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.domains.karel import reference as slow_karel
from leapscli.domains.karel.compiled import replayer
from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.execution import execute, replay, rollouts
from leapscli.domains.karel.world import World, Worlds, random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTION_ID
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.tree import Action
from leapscli.engine import reference
from leapscli.engine.budget import Budget
from leapscli.engine.compiled.recorder import recorder
from leapscli.errors import InputError, WorldError

PROGRAMS = sample_programs(60, 1)
BUDGETS = (Budget.calls(220), Budget.primitives(150))


@pytest.mark.parametrize("budget", BUDGETS, ids=str)
def test_rollouts_of_all_and_of_each(budget: Budget) -> None:
    worlds = random_worlds(6, 2, height=7, width=9)
    every = rollouts(PROGRAMS, worlds, budget, max_actions=300)
    own = rollouts(PROGRAMS[:3], worlds, budget, max_actions=300, pairing="each")
    assert every.actions.shape == (60, 6, 300) and own.actions.shape == (3, 2, 300)
    for p, program in enumerate(PROGRAMS.programs()):
        for i in range(6):
            slow = slow_karel.run(program, worlds[i], budget)
            assert every.actions[p, i, : every.lengths[p, i]].tolist() == slow.actions
            assert (every.actions[p, i, every.lengths[p, i] :] == -1).all()
            assert every.truncated[p, i] == slow.truncated
            if i // 2 == p:
                assert np.array_equal(own.actions[p, i % 2], every.actions[p, i])


def test_failed_and_covered() -> None:
    worlds = random_worlds(8, 3)
    runs = rollouts(PROGRAMS, worlds, Budget.calls(220), max_actions=300)
    for p, program in enumerate(PROGRAMS.programs()):
        actions = [id(node) for node in program.walk() if isinstance(node, Action)]
        for i in range(8):
            failed, covered = False, 0
            try:
                for step in reference.steps(program, slow_karel.Karel(worlds[i]), Budget.calls(220)):
                    if step.is_action:
                        failed |= not step.value
                        covered |= 1 << actions.index(id(step.node))
            except reference.Truncated:
                pass
            assert (runs.failed[p, i], runs.covered[p, i]) == (failed, covered)


def test_no_room_for_more_actions() -> None:
    worlds = random_worlds(20, 4)
    whole = rollouts(PROGRAMS, worlds, Budget.calls(220), max_actions=300)
    cut = rollouts(PROGRAMS, worlds, Budget.calls(220), max_actions=5)
    assert np.array_equal(cut.actions, whole.actions[..., :5])
    assert np.array_equal(cut.lengths, np.minimum(whole.lengths, 5))
    assert np.array_equal(cut.truncated, whole.truncated | (whole.lengths > 5))


def test_replay_shows_every_state() -> None:
    worlds = random_worlds(12, 5, height=5, width=6, marker=0.5)
    runs = rollouts(PROGRAMS[:12], worlds, Budget.calls(220), max_actions=40, pairing="each")
    frames = replay(worlds, runs.actions[:, 0], runs.lengths[:, 0])
    last = replay(worlds, runs.actions[:, 0], runs.lengths[:, 0], last_only=True)
    names = {number: name for name, number in ACTION_ID.items()}
    for i in range(12):
        there = slow_karel.Karel(worlds[i])
        for t in range(41):
            state = Worlds.from_cells(frames.cells[i, t : t + 1], frames.agents[i, t : t + 1])[0]
            assert state == there.world()
            if t < runs.lengths[i, 0]:
                there.act(names[int(runs.actions[i, 0, t])])
        assert np.array_equal(last.cells[i, 0], frames.cells[i, -1])
        assert np.array_equal(last.agents[i, 0], frames.agents[i, -1])


def test_a_long_run_is_whole() -> None:
    rollout = execute(
        Program.parse("DEF run m( WHILE c( noMarkersPresent c) w( turnLeft w) m)"),
        random_worlds(1, 0, marker=0)[0],
        Budget.primitives(200_001),
    )
    assert rollout.actions == [1] * 100_000 and rollout.truncated


def test_gaps_and_read_only_arrays_do_not_compile_anew() -> None:
    worlds = random_worlds(6, 6)
    plain = rollouts(PROGRAMS[[0, 2, 4]], worlds[np.array([0, 2, 4])], Budget.calls(50), max_actions=9)
    before = len(recorder(KAREL).signatures), len(replayer.replay.signatures)
    ids = PROGRAMS.ids[:6:2]
    ids.flags.writeable = False
    gaps = rollouts(TokenBatch(ids, PROGRAMS.lengths[:6:2]), worlds[::2], Budget.calls(50), max_actions=9)
    replay(worlds[::2], gaps.actions[0, ::1, ::3], gaps.lengths[0] // 3)
    assert np.array_equal(plain.actions, gaps.actions)
    assert (len(recorder(KAREL).signatures), len(replayer.replay.signatures)) == before


def test_what_is_no_program_is_refused_by_number() -> None:
    """The assembler and the grammar agree on what a program is, whatever bytes stand in a batch."""
    rng, worlds, refused = np.random.default_rng(0), random_worlds(1, 0), 0
    good = Program.parse("DEF run m( IFELSE c( not c( leftIsClear c) c) i( move i) ELSE e( REPEAT R=3 r( move r) e) m)")
    for turn in range(600):
        ids = np.tile(good.ids, (3, 1))
        at = rng.integers(len(good.ids)), rng.integers(3)
        ids[at[1], at[0]] = rng.integers(51 if turn % 2 else 256)
        batch = TokenBatch(ids, np.full(3, len(good.ids) - (turn % 5 == 0), np.int32))
        if batch.valid().all():
            rollouts(batch, worlds, Budget.calls(220), max_actions=3)
            continue
        refused += 1
        first = int(np.argmin(batch.valid()))
        with pytest.raises(InputError, match=f"^program {first} of a batch of 3 is invalid: "):
            rollouts(batch, worlds, Budget.calls(220), max_actions=3)
    assert 300 < refused < 600


def test_programs_too_long_or_too_deep() -> None:
    worlds = random_worlds(1, 0)
    with pytest.raises(InputError, match="tokens: the engine takes up to"):
        rollouts(TokenBatch.from_ids(np.zeros((1, 100_001), np.uint8)), worlds, Budget.calls(), max_actions=1)
    with pytest.raises(InputError):
        rollouts(TokenBatch.from_ids(np.zeros((1, 0), np.uint8)), worlds, Budget.calls(), max_actions=1)
    assert rollouts(TokenBatch.of([]), worlds, Budget.calls(), max_actions=1).actions.shape == (0, 1, 1)


@pytest.mark.parametrize(("pairing", "count"), [("each", 3), ("none", 4)])
def test_pairing_that_cannot_be(pairing: str, count: int) -> None:
    with pytest.raises(WorldError, match=f"{count} worlds cannot be paired with 2 programs by '{pairing}'"):
        rollouts(PROGRAMS[:2], random_worlds(count, 0), Budget.calls(), max_actions=1, pairing=pairing)


def test_replay_of_what_does_not_fit() -> None:
    worlds, actions = random_worlds(2, 0), np.zeros((2, 3), np.int8)
    for lengths in (np.array([3, 4]), np.array([3])):
        with pytest.raises(WorldError, match="2 traces of at most 3 actions"):
            replay(worlds, actions, lengths)


def test_budgets() -> None:
    assert (Budget.calls(), Budget.primitives()) == (Budget("calls", 220), Budget("primitives", 10_000))
    assert str(Budget.calls(7)) == "calls:7"
    assert execute(PROGRAMS.programs()[0], random_worlds(1, 0)[0], Budget.primitives(0)).actions == []
    for kind, limit in (("calls", -1), ("steps", 5), ("primitives", 1 << 41)):
        with pytest.raises(InputError, match=f"no budget of {limit} {kind}") as error:
            Budget(kind, limit)
        assert "calls:N or primitives:N" in str(error.value.hint)


def test_one_world_of_each_kind_of_edge() -> None:
    """Nothing outside is ever looked at: worlds without a border, one cell high, and the largest there are."""
    rounds = Program.parse("DEF run m( REPEAT R=19 r( REPEAT R=19 r( move turnRight putMarker r) move r) m)")
    for shape in ((1, 1), (1, 255), (255, 1), (255, 255)):
        world = World(np.zeros(shape, bool), np.zeros(shape), (shape[0] - 1, shape[1] - 1, 1))
        fast, slow = execute(rounds, world, Budget.calls(900)), slow_karel.run(rounds, world, Budget.calls(900))
        assert (fast.actions, fast.world) == (slow.actions, slow.world)
