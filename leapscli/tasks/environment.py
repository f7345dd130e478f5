"""Gymnasium environments as tasks: an initial state is a seed, the return is the sum of the environment's rewards."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.gymnasium.environment import Perceptions
from leapscli.domains.gymnasium.episodes import first_action
from leapscli.domains.gymnasium.pool import Pool
from leapscli.domains.gymnasium.world import EnvActor, EnvReferee, EnvWorld
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.tree import Action, While
from leapscli.engine.budget import UNBOUNDED, Budget
from leapscli.engine.domain import Domain
from leapscli.engine.engine import core_count
from leapscli.engine.reference import Actor, Referee, Step, Truncated, steps
from leapscli.errors import InputError, TaskError, WorldError, whole
from leapscli.seeding import stream
from leapscli.tasks.registry import DEFAULT_BUDGET, ENVIRONMENTS, Task

TRIED, STATES = 32, 4  # programs and states of the estimate


@dataclass(frozen=True, eq=False)
class Seeds:
    """Initial states: their seeds, int64[N]."""

    perceptions: Perceptions
    seeds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, index: Any) -> Any:
        return EnvWorld(self.perceptions, int(self.seeds[index]))


class Estimate(NamedTuple):
    """The speed that random programs showed: programs a second on one state, and steps of the environment a second."""

    episodes: float
    steps: float
    workers: int


@dataclass(frozen=True, repr=False)
class EnvTask(Task):
    """An environment. It has one size, and no episodes that crash."""

    perceptions: Perceptions | None = None
    pool: Pool | None = None

    @property
    def _words(self) -> Perceptions:
        assert self.perceptions is not None
        return self.perceptions

    @property
    def title(self) -> str:
        """Its id."""
        return self._words.env_id

    @property
    def reference(self) -> str:
        """Its id and its file, as `find` reads them."""
        return f"{ENVIRONMENTS}{self._words.env_id}:{self._words.file.path.absolute()}"

    @property
    def domain(self) -> Domain:
        """Its language, and how viewers see it."""
        words = self._words

        def no_text(text: str) -> Any:
            raise WorldError("the state of an environment has no text form", "--episode-seed names one")

        return Domain(
            name=words.env_id,
            vocabulary=words.vocabulary,
            stack=partial(_stack, words),
            parse=no_text,
            actor=EnvActor,
            referee=lambda reward, arena: EnvReferee(),
        )

    @property
    def arguments(self) -> list[str]:
        """The words of the command line that name it."""
        return ["--env", self._words.env_id, "--perceptions", str(self._words.file.path)]

    def referee(self, world: Any) -> Referee:
        """The environment's own rewards."""
        return EnvReferee()

    def steps(self, program: Program, actor: Actor, budget: Budget) -> Iterator[Step]:
        """The program again and again, as episodes.py runs it. Raises Truncated where the budget is spent."""
        left, last, taken, acted = budget.limit, first_action(program), 0, True
        while acted:
            acted = False
            tested: set[int] = set()  # loops whose conditions held since the last action
            for step in steps(program, actor, Budget.primitives(UNBOUNDED)):
                left -= 1
                if isinstance(step.node, Action):
                    yield step
                    acted, last, taken = True, step.node, taken + 1
                    tested.clear()
                    if taken == budget.limit:
                        raise Truncated
                    continue
                if left < 0 or (id(step.node) in tested and step.value):
                    acted = False
                    break
                yield step
                if isinstance(step.node, While) and step.value:
                    tested.add(id(step.node))
        while taken < budget.limit:
            yield Step(last, actor.act(last.name))
            taken += 1
        raise Truncated

    def grown(self, budget: Budget, size: tuple[int, int] | None = None) -> Budget:
        """The budget as it is."""
        return budget

    def resized(self, height: int, width: int) -> Task:
        """Raises TaskError: an environment has one size."""
        raise TaskError(f"{self.title}: an environment has no other size", "name another environment")

    def sample(self, count: int, seed: int, *, first: int = 0) -> Seeds:
        """`count` initial states: seeds, each drawn from a stream of (seed, first + i)."""
        count, seed, first = whole(count, "count", 1), whole(seed, "seed", 0), whole(first, "first", 0)
        drawn = [int(stream(seed, "environment", i).integers(2**31)) for i in range(first, first + count)]
        return Seeds(self._words, np.array(drawn, np.int64))

    def arena(self, worlds: Any) -> Any:
        """The states as they are."""
        return worlds if isinstance(worlds, Seeds) else _stack(self._words, worlds)

    def returns(
        self,
        programs: Sequence[Program] | TokenBatch,
        worlds: Any,
        budget: Budget = DEFAULT_BUDGET,
        *,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """The return of every program from every initial state, float64 [P, N]; worker processes compute them."""
        tokens = programs if isinstance(programs, TokenBatch) else TokenBatch.of(programs)
        if len(tokens) and tokens.vocabulary != self._words.vocabulary:
            raise InputError(f"programs of {tokens.vocabulary} in {self.title}", "their actions have other names")
        if budget.kind != "primitives":
            raise InputError(f"{self.title}: a budget of {budget.kind}", "environments count primitives")
        assert self.pool is not None
        return self.pool.returns(tokens, self.arena(worlds).seeds, budget.limit)

    def estimate(self) -> Estimate:
        """The speed, as random programs show it on a few states."""
        assert self.pool is not None
        states, few = self.sample(STATES, 0), sample_programs(TRIED, 1, vocabulary=self._words.vocabulary)
        self.returns(few[:1], states)  # the processes start
        before, began = self.pool.steps, time.perf_counter()
        self.returns(few, states)
        seconds = time.perf_counter() - began
        return Estimate(
            TRIED * STATES / seconds, (self.pool.steps - before) / seconds, min(STATES, len(self.pool.workers))
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: its reference."""
        return find, (self.reference,)


def _stack(perceptions: Perceptions, worlds: Sequence[EnvWorld]) -> Seeds:
    return Seeds(perceptions, np.array([world.seed for world in worlds], np.int64))


def reference(env_id: str, path: Path) -> str:
    """The name of an environment with a file of perceptions, as a task."""
    return f"{ENVIRONMENTS}{env_id}:{path.absolute()}"


def find(name: str) -> EnvTask:
    """The environment that a reference `gym:ID:FILE` names. Raises TaskError."""
    env_id, _, path = name.removeprefix(ENVIRONMENTS).rpartition(":")
    if not env_id or not path.endswith(".py"):
        raise TaskError(f"{name}: expected {ENVIRONMENTS}ID:FILE.py", "--env ID --perceptions FILE.py")
    perceptions = Perceptions.load(env_id, Path(path))
    module = ModuleType(env_id, f"The Gymnasium environment {env_id}.")
    best = math.inf if perceptions.best is None else perceptions.best
    module.__dict__.update(SIZE=(1, 1), BEST=best, SOURCE=Path(path), reward=None)
    label = env_id.rpartition(":")[2]
    own = "".join(letter if letter.isalnum() else "-" for letter in label.lower()).strip("-")
    pool = Pool(env_id, Path(path), core_count())
    return EnvTask(own, str(module.__doc__), 1, 1, module, perceptions=perceptions, pool=pool)
