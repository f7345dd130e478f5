"""Every recorded return of the published tasks, with and without looking for endless runs; and snake's known means."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.engine import Scorer
from leapscli.tasks.registry import DEFAULT_BUDGET, task
from leapscli.tasks.suites import names
from tests.golden.records import records, world

RETURNS = records("task_returns")

# Means and standard errors over 400 episodes of the published implementation.
SNAKE = (
    ("DEF run m( WHILE c( frontIsClear c) w( move w) m)", 0.0036, 0.0007),
    (
        "DEF run m( REPEAT R=19 r( REPEAT R=19 r( IFELSE c( frontIsClear c) i( move i) ELSE e( turnLeft e) r) r) m)",
        *(-0.114, 0.020),
    ),
    ("DEF run m( REPEAT R=19 r( REPEAT R=19 r( move r) turnLeft r) m)", -0.9964, 0.0007),
    (
        "DEF run m( REPEAT R=19 r( turnLeft move move turnRight move REPEAT R=3 r( move turnRight r) r) m)",
        -0.794,
        0.019,
    ),
)


def test_all_are_here() -> None:
    assert len(RETURNS) == 1020
    assert {record["task"] for record in RETURNS} == set(names()) - {"snake"}
    assert any(len(record["program"].split()) > 45 for record in RETURNS)


@pytest.mark.parametrize("name", sorted(set(names()) - {"snake"}))
def test_returns(name: str) -> None:
    groups = defaultdict(list)
    for record in RETURNS:
        if record["task"] == name:
            groups[record["program"], len(record["world"])].append(record)
    scorer = Scorer.of(KAREL, task(name).judge)
    for (text, _), group in groups.items():
        programs = TokenBatch.of([Program.parse(text)])
        worlds = Worlds.stack([world(record["world"], record["agent"]) for record in group])
        expected = [[record["return"] for record in group]]
        for endless in (True, False):
            found = scorer.returns(programs, task(name).arena(worlds), DEFAULT_BUDGET, endless=endless)
            np.testing.assert_allclose(found, expected, atol=1e-6, err_msg=text)


@pytest.mark.parametrize(("text", "mean", "error"), SNAKE)
def test_snake(text: str, mean: float, error: float) -> None:
    snake = task("snake")
    returns = snake.returns([Program.parse(text)], snake.sample(2000, seed=1))[0]
    own = returns.std() / math.sqrt(len(returns))
    assert abs(returns.mean() - mean) < 4 * math.hypot(own, error)
