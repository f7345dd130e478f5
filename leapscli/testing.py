"""Contracts of searchers and tasks, to be called from the tests of whoever writes one.

    from leapscli.testing import check_searcher, check_task

    def test_mine():
        check_searcher("greedy.py")
        check_task("sweeper.py")

Each raises the first error that it finds, with the file where there is one.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.world import World
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.errors import SearcherError, TaskError
from leapscli.search.discovery import SearcherEntry, find
from leapscli.search.objective import Objective
from leapscli.search.protocol import AnySearcher, Latents, Points, Scored
from leapscli.search.recipe import search_recipe
from leapscli.search.record import dump, restore
from leapscli.seeding import stream
from leapscli.tasks.play import play
from leapscli.tasks.registry import Task
from leapscli.tasks.registry import task as find_task

LATENT, PROGRAMS, STATES = 8, 512, 4
BUDGET = Budget.primitives(300)


def check_searcher(
    searcher: str | Path, settings: Mapping[str, Any] | None = None, *, seed: int = 0, iterations: int = 8
) -> None:
    """Check the contract of a searcher, by its name or its file, with `settings` or its defaults.

    The same seed gives the same candidates, another seed others; `ask` and `tell` change no state; a state that was
    saved and restored goes on to the same end; candidates are finite vectors of the space, or valid programs; and
    equal returns, or none that passed screening, are no obstacle. Raises SearcherError.
    """
    entry = find(str(searcher))
    recipe = search_recipe({"searcher": str(searcher), **(settings or {})})

    def build() -> AnySearcher:
        return entry.build(recipe, Toy())

    whole = _trace(entry, build(), build().init(seed), iterations)
    if whole != _trace(entry, build(), build().init(seed), iterations):
        raise _broken(entry, "the same seed must give the same candidates and states")
    if whole[0] == _trace(entry, build(), build().init(seed + 1), 1)[0]:
        raise _broken(entry, "another seed must give other candidates")
    for after in (1, iterations // 2):
        saved = _after(build(), build().init(seed), after)
        values, arrays = dump(saved)
        restored = restore(build().init(seed + 1), json.loads(json.dumps(values)), arrays)
        if _trace(entry, build(), restored, iterations - after) != whole[after:]:
            raise _broken(entry, f"a search saved after {after} iterations must go on as if it had not been")
    for value in (0.0, 1.0, -np.inf):
        _endure(build(), seed, value)


def _broken(entry: SearcherEntry, what: str) -> Exception:
    return entry.blame(what, entry.made_by.__name__) if entry.blame else SearcherError(f"{entry.name}: {what}")


Record = tuple[str, tuple[tuple[str, str, bytes], ...]]


def _record(record: Any) -> Record:
    """All there is of a state or of candidates, to be compared."""
    values, arrays = dump(record)
    parts = sorted((name, f"{array.dtype}{array.shape}", array.tobytes()) for name, array in arrays.items())
    return json.dumps(values, sort_keys=True), tuple(parts)


def _trace(entry: SearcherEntry, searcher: AnySearcher, state: Any, iterations: int) -> list[tuple[Record, Record]]:
    """The candidates and the state after each of some iterations."""
    objective, made = Toy().objective(), []
    for _ in range(iterations):
        points, before = searcher.ask(state), _record(state)
        if _record(points) != _record(searcher.ask(state)):
            raise _broken(entry, "ask must return the same candidates for the same state")
        scored = objective(points, searcher.floor(state))
        after = searcher.tell(state, points, scored)
        searcher.status(after), searcher.converged(after)
        if _record(state) != before:
            raise _broken(entry, "ask and tell must not change the state that they are given")
        state = after
        made.append((_record(points), _record(state)))
    return made


def _after(searcher: AnySearcher, state: Any, iterations: int) -> Any:
    """The state after some iterations."""
    objective = Toy().objective()
    for _ in range(iterations):
        points = searcher.ask(state)
        state = searcher.tell(state, points, objective(points, searcher.floor(state)))
    return state


def _endure(searcher: AnySearcher, seed: int, value: float) -> None:
    """Some iterations in which every candidate has the return `value`."""
    state = searcher.init(seed)
    for _ in range(4):
        points: Points = searcher.ask(state)
        tokens = points if isinstance(points, TokenBatch) else Toy().decode(points)
        hashes, returns = tokens.hashes(), np.full(len(tokens), value)
        first = np.sort(np.unique(hashes, return_index=True)[1])
        screened, kinds = np.maximum(returns, -1.0), np.zeros(len(tokens), np.uint64)
        state = searcher.tell(state, points, Scored(tokens, hashes, returns, first, screened, kinds, returns >= 1))


class Toy:
    """A latent space without a model: random programs at random points; a vector decodes to the nearest."""

    latent, vocabulary = LATENT, PUBLISHED

    def __init__(self) -> None:
        self.tokens = sample_programs(PROGRAMS, 0)
        self.places = stream(0, "toy").standard_normal((PROGRAMS, LATENT), np.float32)
        self.order = np.argsort(self.tokens.hashes(), kind="stable")

    def decode(self, points: Latents) -> TokenBatch:
        """B vectors → B programs."""
        far = (points.z**2).sum(1)[:, None] - 2 * points.z @ self.places.T + (self.places**2).sum(1)
        return self.tokens[far.argmin(axis=1)]

    def encode(self, tokens: TokenBatch) -> NDArray[np.float32]:
        """B programs → float32[B, Z]; programs of other spaces anywhere."""
        hashes = self.tokens.hashes()[self.order]
        return self.places[self.order[np.searchsorted(hashes, tokens.hashes()) % PROGRAMS]]

    def objective(self) -> Objective:
        """Pays for short programs on some states and for long ones on others; the first state screens."""

        def score(tokens: TokenBatch, states: slice) -> NDArray[np.float64]:
            wanted = np.arange(STATES)[states] * 10 + 5
            far: NDArray[np.float64] = np.abs(tokens.lengths[:, None] - wanted) / 45
            return 1 - far

        return Objective(lambda t: score(t, slice(1, None)), self.decode, lambda t: score(t, slice(0, 1)))


def check_task(task: str | Path, *, seed: int = 0, programs: int = 200) -> None:
    """Check the contract of a task, by its name or its file.

    World i depends on the seed and i alone; returns are finite, no more than BEST, and the same again, on any number of
    threads and after pickling; the compiled reward pays what its Python does. Raises TaskError.
    """
    found = find_task(task)

    def broken(what: str) -> TaskError:
        return TaskError(f"{found.source or found.name}: {what}")

    def worlds_of(task: Task, count: int, first: int = 0) -> list[World]:
        drawn = task.sample(count, seed, first=first)
        return [drawn[i] for i in range(count)]

    worlds = worlds_of(found, 8)
    if worlds != worlds_of(found, 8) or worlds[4:] != worlds_of(found, 4, first=4):
        raise broken("draw: world i must depend on the seed and i alone")
    if worlds_of(pickle.loads(pickle.dumps(found)), 8) != worlds:
        raise broken("draw: a task that was pickled must draw the same worlds")
    tokens = sample_programs(programs, seed)
    returns = found.returns(tokens, worlds, BUDGET, threads=1)
    if (returns != found.returns(tokens, worlds, BUDGET, threads=2)).any():
        raise broken("reward: the same program on the same world must pay the same")
    if beyond := found.beyond(float(returns.max())):
        raise TaskError(beyond)
    for i, program in enumerate(tokens[: programs // 10].programs()):
        for j in range(2):
            paid = play(program, worlds[j], BUDGET, task=found).total or 0.0
            if abs(paid - returns[i, j]) > 1e-9:
                raise broken(f"reward: compiled it pays {returns[i, j]:g}, as Python {paid:g}, for {program}")
