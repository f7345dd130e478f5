"""How programs behave, in bulk, is what the engine says of each of them alone."""

from __future__ import annotations

import numpy as np

from leapscli.domains.karel.execution import execute
from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.vae.evaluation import behaviour_comparison as module
from leapscli.vae.evaluation.behaviour_comparison import Probe

WORLDS = random_worlds(5, seed=3)
ENDLESS = Program.parse("DEF run m( WHILE c( leftIsClear c) w( putMarker w) m)")
LONG = Program.parse("DEF run m( REPEAT R=19 r( REPEAT R=19 r( turnLeft r) r) m)")
SHORT = Program.parse("DEF run m( move turnLeft move m)")


def alike(first: list[int], second: list[int]) -> float:
    """The share of the longer trace that agrees from the start."""
    same = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    return same / max(len(first), len(second)) if first or second else 1.0


def test_similarity_is_that_of_single_runs(monkeypatch):
    monkeypatch.setattr(module, "PROGRAMS", 7)
    first, second = sample_programs(20, seed=1), sample_programs(20, seed=2)
    found = Probe(WORLDS).similarity(first, second)
    for i, pair in enumerate(zip(first.programs(), second.programs(), strict=True)):
        for j in range(len(WORLDS)):
            traces = [execute(program, WORLDS[j]).actions for program in pair]
            assert found[i, j] == alike(*traces)
    assert (Probe(WORLDS).similarity(first, first) == 1).all()


def test_runs_end_within_a_budget_or_not(monkeypatch):
    monkeypatch.setattr(module, "LONG_RUNS", 3)
    ends = Probe(WORLDS).ends(TokenBatch.of([SHORT, LONG, ENDLESS]))
    assert ends.calls[0].all() and ends.primitives[0].all()
    assert not ends.calls[1].any() and ends.primitives[1].all()
    for j in range(len(WORLDS)):
        assert ends.primitives[2, j] != execute(ENDLESS, WORLDS[j], Budget.primitives(10_000)).truncated
    assert not ends.primitives[2].all() and ends.primitives[2].any()


def test_what_ends_within_220_calls_ends_within_10_000_primitives():
    tokens = sample_programs(300, seed=5)
    ends = Probe(WORLDS).ends(tokens)
    assert 0.5 < ends.calls.mean() < 1
    for i in np.flatnonzero(ends.calls.all(1))[:50]:
        assert not any(execute(tokens[i].programs()[0], WORLDS[j], Budget.primitives(10_000)).truncated
                       for j in range(len(WORLDS)))  # fmt: skip


def test_equal_is_how_often_two_programs_do_the_same(monkeypatch):
    same = Program.parse("DEF run m( REPEAT R=1 r( move turnLeft move r) m)")  # as SHORT, written otherwise
    sometimes = Program.parse("DEF run m( IF c( frontIsClear c) i( move turnLeft move i) m)")
    never = Program.parse("DEF run m( turnLeft m)")
    first, second = (TokenBatch.of(row) for row in ([SHORT] * 4, [SHORT, same, sometimes, never]))
    ran = []
    similarity = Probe.similarity
    monkeypatch.setattr(Probe, "similarity", lambda self, a, b: (ran.append(len(a)), similarity(self, a, b))[1])
    shares = Probe(WORLDS).equal(first, second)
    clear = np.mean([execute(sometimes, WORLDS[j]).actions != [] for j in range(len(WORLDS))])
    assert shares.tolist() == [1, 1, clear, 0] and 0 < clear < 1
    assert ran == [3]  # a program and itself need no run
