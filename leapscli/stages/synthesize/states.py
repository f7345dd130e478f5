"""The states that a search scores programs on, each set drawn from a stream of its own.

The search sees the returns on the *searched* ones, the *validation* states choose among its best programs, the
*general* ones, which are larger, among those that are equal so far, and the *held-out* ones only tell how good the
chosen program is. On the *spare* ones a program must behave alike once it is simplified.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.cells import MAX_SIDE
from leapscli.dsl.batch import TokenBatch
from leapscli.engine.budget import Budget
from leapscli.engine.domain import CompiledDomain
from leapscli.errors import TaskError
from leapscli.recipes.search import SearchRecipe
from leapscli.search.objective import Objective, Score
from leapscli.search.protocol import Latents
from leapscli.seeding import stream_key
from leapscli.tasks.registry import Task

# General programs are told by worlds so many times as wide and as high, so many of them. At three times the side all
# winners on harvester were nested REPEATs that leave a larger field half done, at twelve still one in six, which a few
# larger worlds tell. On 8 mazes, or 16, one winner of five was lucky.
GENERAL = ((12, 28), (25, 4))
# To get there, a search for them sees some worlds a few times its own size: of the programs that solve its own size
# most are far from general, and alike in all that it sees otherwise.
SEEN_SIDES, SEEN_STATES = 3, 4
SPARE_STATES, SPARE_INTERPRETED = 512, 32


@dataclass(frozen=True)
class States:
    """A search's sets of states, as objectives for programs, or for vectors by `decode`. `threads` of the engine."""

    recipe: SearchRecipe
    task: Task
    decode: Callable[[Latents], TokenBatch] | None
    threads: int | None

    def searched(self) -> Objective:
        """The states that the search sees: the screening ones first; larger ones too where it is general."""
        recipe = self.recipe
        screening = recipe.screening if recipe.screening < recipe.states else 0
        scores = [self._score("searched", recipe.states - screening, first=screening)]
        if recipe.general:
            scores.append(self._score("searched-larger", SEEN_STATES, sides=SEEN_SIDES))
        screen = self._score("searched", screening) if screening else None
        return Objective(_beside(scores), self.decode, screen, self.task.best)

    def validation(self) -> Objective | None:
        """The states that the best programs are compared on, where the recipe has such states."""
        return self._objective("validation", self.recipe.validation) if self.recipe.validation else None

    def general(self) -> Objective | None:
        """Larger worlds, where the recipe asks for general programs. Raises TaskError where a task has no such size."""
        if not self.recipe.general:
            return None
        scores = [self._score("general", count, sides=sides) for sides, count in GENERAL]
        return Objective(_beside(scores), self.decode, best=self.task.best)

    def spare(self) -> Objective:
        """Others that nothing was chosen by."""
        compiled = isinstance(self.task.domain, CompiledDomain)
        return self._objective("spare", SPARE_STATES if compiled else SPARE_INTERPRETED)

    def _objective(self, name: str, count: int) -> Objective:
        return Objective(self._score(name, count), self.decode, best=self.task.best)

    def _score(self, name: str, count: int, *, first: int = 0, sides: int = 1) -> Score:
        """Returns on the states `first` to `first + count` of a set."""
        place = self.task if sides == 1 else larger(self.task, sides)
        worlds = place.arena(place.sample(count, state_seed(self.recipe.seed, name), first=first))
        return partial(place.returns, worlds=worlds, budget=engine_budget(self.recipe, place), threads=self.threads)


def _beside(scores: list[Score]) -> Score:
    """The returns of each, side by side."""

    def score(tokens: TokenBatch) -> NDArray[np.float64]:
        return np.concatenate([each(tokens) for each in scores], axis=1)

    return score if len(scores) > 1 else scores[0]


def larger(task: Task, sides: int) -> Task:
    """The task with so many times the side, as far as worlds go. Raises TaskError where it has no such size."""
    height, width = (min(sides * side, MAX_SIDE) for side in (task.height, task.width))
    try:
        return task.resized(height, width)
    except TaskError as error:
        raise TaskError(f"general: {error.message}", "leave it out (--prefer-general, or the recipe's key)") from None


def engine_budget(recipe: SearchRecipe, task: Task) -> Budget:
    """The recipe's budget as the engine's, grown to the task's size."""
    own = recipe.budget
    return task.grown(Budget.calls(own.calls) if own.calls is not None else Budget.primitives(own.primitives or 0))


def state_seed(seed: int, name: str) -> int:
    """The seed of the states called so ("searched", "validation", "held-out") of a search with `seed`."""
    return int(stream_key(seed, "states", name))
