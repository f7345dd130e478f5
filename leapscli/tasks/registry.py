"""Which tasks there are, and what a task is: a distribution of initial worlds and a reward.

A task file defines, as plain functions:

    draw(rng, height, width) → World          one initial world
    reward(action, changed, pos, ahead, cells, zone, memory) → (reward, terminate)
    zones(world) → uint8[H, W]                optional: marks on cells, fixed for the episode
    memory(world) → list of ints              optional: what the reward remembers, as it is at the start
    check(height, width) → None or a reason   optional: why a size makes no sense

`reward` is compiled into the engine and called after every action: `changed` says whether the action altered the world,
`cells` (markers, 255 for wall) and `zone` are flattened inside a ring of wall, `pos` is Karel's index there and
`ahead` the offset of the cell before Karel. Everything it needs is read off the initial world, so a user's map works.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.program import Program
from leapscli.dsl.tokens import TokenBatch
from leapscli.errors import TaskError
from leapscli.seeding import stream
from leapscli.world.engine import Arena, Budget, Scorer
from leapscli.world.world import MAX_SIDE, World, Worlds

NAMES = (
    *("stairclimber", "fourcorners", "topoff", "maze", "cleanhouse", "harvester"),
    *("doorkey", "onestroke", "seeder", "snake", "pathfollow", "wallavoider"),
)
DEFAULT_BUDGET = Budget.primitives(10_000)


def names() -> tuple[str, ...]:
    """The tasks that come with the package: six of LEAPS, four of KAREL-HARD, two of LLM-GS."""
    return NAMES


@dataclass(frozen=True)
class Task:
    """A distribution of initial worlds and a reward, at one size (`height` × `width` cells, walls included)."""

    name: str
    summary: str
    height: int
    width: int
    module: ModuleType

    def sample(self, count: int, seed: int, *, first: int = 0) -> Worlds:
        """`count` initial worlds; world i depends on (seed, first + i) alone."""
        draw: Callable[[np.random.Generator, int, int], World] = self.module.draw
        indices = range(first, first + count)
        return Worlds.stack([draw(stream(seed, self.name, i), self.height, self.width) for i in indices])

    def arena(self, worlds: Worlds) -> Arena:
        """`worlds` made ready for scoring; keep it where many programs meet the same worlds."""
        return Arena.of(worlds, getattr(self.module, "zones", None), getattr(self.module, "memory", None))

    def returns(
        self,
        programs: Sequence[Program] | TokenBatch,
        worlds: Worlds | Arena,
        budget: Budget = DEFAULT_BUDGET,
        *,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """The return of every program on every world, float64 [P, N]: the sum of rewards until the run is over."""
        tokens = programs if isinstance(programs, TokenBatch) else TokenBatch.of(programs)
        arena = worlds if isinstance(worlds, Arena) else self.arena(worlds)
        return Scorer.of(self.module.reward).returns(tokens, arena, budget, threads=threads)


def task(name: str, *, height: int | None = None, width: int | None = None) -> Task:
    """The task `name`, at its own size or the one given. Raises TaskError for an unknown name or a senseless size."""
    if name not in NAMES:
        close = difflib.get_close_matches(name, NAMES, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(NAMES)}"
        raise TaskError(f"no task is called {name!r}", hint)
    module = importlib.import_module(f"leapscli.tasks.{name}")
    return build(name, module, height, width)


def build(name: str, module: ModuleType, height: int | None, width: int | None) -> Task:
    """The task that `module` defines, at a size; its own where none is given."""
    own_height, own_width = module.SIZE
    height, width = height or own_height, width or own_width
    reason: str | None = getattr(module, "check", no_smaller_than(4, 4))(height, width)
    if not reason and max(height, width) > MAX_SIDE:
        reason = f"a side has at most {MAX_SIDE} cells"
    if reason:
        raise TaskError(f"{name} at {height}×{width}: {reason}", f"its own size is {own_height}×{own_width}")
    summary = (module.__doc__ or "").strip().splitlines()
    return Task(name, summary[0] if summary else "", height, width, module)


def no_smaller_than(least_height: int, least_width: int) -> Callable[[int, int], str | None]:
    """A size check: at least so many cells, walls included."""

    def check(height: int, width: int) -> str | None:
        small = height < least_height or width < least_width
        return f"it needs at least {least_height}×{least_width}" if small else None

    return check
