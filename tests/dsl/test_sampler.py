"""Random programs: the published distribution, by index, within the limits."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from leapscli.dsl.compiled import random_stream
from leapscli.dsl.probabilities import PAPER, Probabilities
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS, PERCEPTIONS
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.tree import Action, IfElse, Not, Perception


def test_programs_are_addressed_by_index() -> None:
    whole, tail = sample_programs(300, 5), sample_programs(100, 5, first=200)
    assert (whole.ids[200:] == tail.ids).all() and (whole.lengths[200:] == tail.lengths).all()
    assert (sample_programs(300, 5).ids == whole.ids).all()
    assert (sample_programs(300, 6).ids != whole.ids).any()
    assert len(sample_programs(0, 0)) == 0


def nesting(node: object) -> int:
    inside = [*getattr(node, "body", ()), *getattr(node, "orelse", ())]
    return max(map(nesting, inside), default=-1) + 1


def bodies(program: Program) -> list[int]:
    nodes = list(program.walk())
    return [len(n.body) for n in nodes if hasattr(n, "body")] + [len(n.orelse) for n in nodes if isinstance(n, IfElse)]


@pytest.mark.parametrize(
    ("max_depth", "max_nesting", "levels", "statements"), [(6, 4, 3, 8), (6, 1, 1, 8), (2, 4, 1, 2)]
)
def test_limits_hold_and_are_reached(max_depth: int, max_nesting: int, levels: int, statements: int) -> None:
    batch = sample_programs(4000, 1, max_depth=max_depth, max_nesting=max_nesting)
    assert batch.valid().all() and batch.lengths.max() <= 45
    programs = batch.programs()
    assert max(nesting(p) - 1 for p in programs) == levels
    assert max(max(bodies(p)) for p in programs) == statements


@pytest.mark.parametrize("max_tokens", [5, 6, 12, 200])
def test_token_limit(max_tokens: int) -> None:
    batch = sample_programs(2000, 3, max_tokens=max_tokens, max_depth=10)
    assert batch.valid().all() and batch.ids.shape[1] == max_tokens
    assert batch.lengths.max() == max_tokens or max_tokens == 200 > batch.lengths.max() > 60


def published(rng: random.Random, depth: int = 1, nesting: int = 0) -> list[str]:
    """The published generator, slow and obvious: one statement's tokens, counts and names left out of nothing."""
    if depth > 6 or nesting > 4:
        return rng.choices(ACTIONS, PAPER.actions)
    kind = rng.choices(("WHILE", "REPEAT", "sequence", "action", "IF", "IFELSE"), PAPER.statements)[0]
    if kind == "action":
        return rng.choices(ACTIONS, PAPER.actions)
    if kind == "sequence":
        return published(rng, depth + 2, nesting) + published(rng, depth + 2, nesting)
    body = published(rng, depth + 2, nesting + 1)
    if kind == "REPEAT":
        return ["REPEAT", f"R={rng.randrange(20)}", "r(", *body, "r)"]
    condition = rng.choices(PERCEPTIONS, PAPER.perceptions)
    if rng.random() < PAPER.negation:
        condition = ["not", "c(", *condition, "c)"]
    block = "w" if kind == "WHILE" else "i"
    tokens = [kind, "c(", *condition, "c)", f"{block}(", *body, f"{block})"]
    return tokens if kind != "IFELSE" else [*tokens, "ELSE", "e(", *published(rng, depth + 2, nesting + 1), "e)"]


def test_the_distribution_is_the_published_one() -> None:
    """Token frequencies and lengths of 20,000 programs against the slow twin, within five standard errors."""
    count, rng = 20_000, random.Random(0)
    slow: list[list[str]] = []
    while len(slow) < count:
        tokens = ["DEF", "run", "m(", *published(rng), "m)"]
        slow += [tokens] if len(tokens) <= 45 else []
    fast = [text.split() for text in sample_programs(count, 0).texts()]
    for measure in (Counter, lambda tokens: Counter([len(tokens)])):
        ours, theirs = ([measure(tokens) for tokens in programs] for programs in (fast, slow))
        for key in set().union(*theirs):
            a, b = (np.array([counter[key] for counter in counters], float) for counters in (ours, theirs))
            error = np.sqrt((a.var() + b.var()) / count)
            assert abs(a.mean() - b.mean()) <= 5 * error + 1e-9, key


def test_only_perceptions_are_negated() -> None:
    negations = [n for p in sample_programs(5000, 2).programs() for n in p.walk() if isinstance(n, Not)]
    assert len(negations) > 100 and all(isinstance(n.condition, Perception) for n in negations)


def test_probabilities_can_be_changed() -> None:
    only = Probabilities(statements=(0, 0, 0.5, 0.5, 0, 0), actions=(0, 1, 0, 0, 0))
    for program in sample_programs(200, 0, probabilities=only).programs():
        assert set(program.body) == {Action("turnLeft")}


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        Probabilities(negation=1.5)
    with pytest.raises(ValueError, match="actions"):
        Probabilities(actions=(1, 1, 0, 0, 0))
    with pytest.raises(ValueError, match="max_tokens"):
        sample_programs(1, 0, max_tokens=4)
    with pytest.raises(ValueError, match="not negative"):
        sample_programs(-1, 0)
    with pytest.raises(ValueError, match="no program of at most 9 tokens"):
        sample_programs(1, 0, max_tokens=9, probabilities=Probabilities(statements=(1, 0, 0, 0, 0, 0)))


def test_the_stream_is_splitmix64() -> None:
    """The published test vector of the algorithm, and the ranges of what is made from it."""
    state = np.array([1234567], np.uint64)
    vector = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert [int(random_stream.next_u64(state)) for _ in vector] == vector
    draws = np.array([random_stream.uniform(state) for _ in range(2000)])
    assert draws.min() >= 0 and draws.max() < 1 and abs(draws.mean() - 0.5) < 0.03
    assert Counter(random_stream.below(state, 3) for _ in range(600)).keys() == {0, 1, 2}
