"""MiniGrid as a domain of the engine."""

from __future__ import annotations

from leapscli.domains.grid.domain import Rules, grid_domain
from leapscli.domains.grid.world import GridWorld
from leapscli.domains.minigrid import rules
from leapscli.domains.minigrid.objects import looks
from leapscli.dsl.probabilities import Probabilities
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.engine.domain import CompiledDomain
from leapscli.once import once

LOOKS = looks()

# Probabilities as LLM-GS gives them: perceptions of one kind share its probability.
VOCABULARY = Vocabulary(
    name="minigrid",
    actions=rules.ACTIONS,
    perceptions=rules.PERCEPTIONS,
    probabilities=Probabilities(
        actions=(0.5, 0.15, 0.15, 0.08, 0.08, 0.04),
        perceptions=(0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125),
        negation=0.5,
    ),
)


@once
def minigrid() -> CompiledDomain:
    """The domain."""
    from leapscli.jit import inline, with_helpers

    act, sense = inline(with_helpers(rules.act)), inline(with_helpers(rules.sense))
    return grid_domain("minigrid", VOCABULARY, Rules(rules.act, rules.sense), LOOKS, act=act, sense=sense, size=4)


def world(cells: object, agent: tuple[int, int, int]) -> GridWorld:
    """A world whose agent, (row, column, direction), carries nothing."""
    return GridWorld(cells, (*agent, 0), LOOKS)  # type: ignore[arg-type]
