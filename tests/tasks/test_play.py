"""What viewers are shown is what the engine does: traces, worlds, rewards, at every step, forwards and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.reference import run
from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTION_ID, ACTIONS, PERCEPTIONS
from leapscli.engine.budget import Budget
from leapscli.errors import InputError
from leapscli.tasks.episode import Playback
from leapscli.tasks.play import play
from leapscli.tasks.registry import task
from leapscli.tasks.suites import names
from tests.engine.strategies import budgets, worlds
from tests.golden.records import records, world
from tests.strategies import programs, seeded

TRACES = records("traces")[::40]
RETURNS = records("task_returns")[::25]


def test_recorded_traces():
    for record in TRACES:
        start = world(record["world"], record["agent"])
        episode = play(Program.parse(" ".join(record["program"].split())), start, Budget.calls(220))
        assert [ACTION_ID[step.name] for step in episode.actions] == record["actions"]
        assert episode.truncated == record["truncated"]
        assert episode.after == world(record["final"], record["final_agent"])


def test_recorded_task_returns():
    for record in RETURNS:
        start = world(record["world"], record["agent"])
        judge = task(record["task"], height=start.height, width=start.width)
        episode = play(Program.parse(record["program"]), start, Budget.primitives(10_000), task=judge)
        assert episode.total == pytest.approx(record["return"], abs=1e-9), record["task"]
        assert (episode.end == "task over") == record["terminated"]


@seeded
@given(programs(max_tokens=60), worlds(), budgets(200))
def test_play_is_the_reference(program, start, budget):
    episode, rollout = play(program, start, budget), run(program, start, budget)
    assert [ACTION_ID[step.name] for step in episode.actions] == rollout.actions
    assert (episode.after, episode.truncated) == (rollout.world, rollout.truncated)
    assert episode.total is None and all(step.reward == 0 for step in episode.steps)


@pytest.mark.parametrize("name", names())
def test_playback_reaches_every_state_from_every_other(name):
    own = task(name)
    start = own.sample(1, 3)[0]
    program = Program.parse(
        "DEF run m( REPEAT R=9 r( pickMarker move IF c( leftIsClear c) i( turnLeft i) move putMarker r) m)"
    )
    episode = play(program, start, Budget.primitives(300), task=own)
    playback, states = Playback(episode), []
    for at in range(len(episode.steps) + 1):
        playback.seek(at)
        states.append((playback.cells.copy(), playback.agent, playback.total))
    assert np.array_equal(states[0][0] == 255, start.walls) and states[0][1] == start.agent
    last = playback.world
    assert np.array_equal(last.walls, episode.after.walls) and np.array_equal(last.markers, episode.after.markers)
    assert last.agent == episode.after.agent and playback.total == pytest.approx(episode.total)
    for at in np.random.default_rng(0).integers(0, len(states), 20):
        playback.seek(int(at))
        cells, agent, total = states[at]
        assert np.array_equal(playback.cells, cells) and (playback.agent, playback.total) == (agent, total)
    playback.seek(-5)
    assert playback.at == 0
    playback.seek(10**6)
    assert playback.at == len(episode.steps)


def test_steps_say_what_was_tested_and_where_in_the_program():
    program = Program.parse("DEF run m( IF c( not c( markersPresent c) c) i( putMarker i) m)")
    start = random_worlds(1, 0, marker=0.0)[0]
    test, act = play(program, start, Budget.calls(220)).steps
    nodes = list(program.walk())
    assert (test.name, test.changed, test.is_action) == ("not markersPresent", True, False)
    assert (act.name, act.changed, act.is_action) == ("putMarker", True, True)
    assert nodes[test.node] is program.body[0] and nodes[act.node] is program.body[0].body[0]
    row, column, _ = start.agent
    assert act.edits == ((row, column, 0, 1),)


@seeded
@given(st.sampled_from(ACTIONS), st.integers(0, 50))
def test_an_action_that_does_nothing_is_marked_so(action, seed):
    start = random_worlds(1, seed, height=3, width=4, wall=0.0, marker=0.0)[0]
    (step,) = play(Program.parse(f"DEF run m( {action} m)"), start, Budget.calls(220)).steps
    _, column, facing = start.agent
    blocked = {0: True, 2: True, 1: column == 2, 3: column == 1}[facing]
    assert step.changed == {"move": not blocked, "pickMarker": False}.get(action, True)


def test_a_run_too_long_to_record_is_refused_and_a_long_budget_is_not(monkeypatch):
    monkeypatch.setattr("leapscli.tasks.play.MOST_STEPS", 100)
    world, budget = random_worlds(1, 0)[0], Budget.primitives(10**9)
    assert len(play(Program.parse("DEF run m( REPEAT R=10 r( move r) m)"), world, budget).steps) == 10
    with pytest.raises(InputError, match="beyond 100 steps"):
        play(Program.parse("DEF run m( WHILE c( noMarkersPresent c) w( turnLeft w) m)"), world, budget)


@seeded
@given(programs(max_tokens=60), worlds(), budgets(200))
def test_perceptions_are_on_record(program, start, budget):
    episode = play(program, start, budget)
    playback = Playback(episode)
    for at in range(len(episode.steps) + 1):
        playback.seek(at)
        karel, senses = Karel(playback.world), playback.last.senses if playback.last else episode.senses
        assert [bool(senses >> i & 1) for i in range(5)] == [karel.perceive(name) for name in PERCEPTIONS]


@seeded
@given(programs(max_tokens=60), worlds(), budgets(200))
def test_first_steps_alone(program, start, budget):
    whole = play(program, start, budget)
    some = play(program, start, budget, first=5)
    assert some.steps == whole.steps[:5]
    assert some.end == (whole.end if len(whole.steps) < 5 else "recorded no further")
