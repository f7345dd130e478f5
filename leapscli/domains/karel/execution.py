"""Programs run in Karel's worlds: one on one (`execute`), many on many (`rollouts`), and traces replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.world import World, Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS
from leapscli.engine.budget import Budget, checked_budget
from leapscli.engine.engine import Rollouts, record
from leapscli.errors import InputError, WorldError, described

LONG = 12  # actions that are shown


@dataclass(frozen=True, repr=False)
class Rollout:
    """The record of one run: action ids in order, the final world, and whether the budget cut it short."""

    actions: list[int]
    world: World
    truncated: bool

    def __repr__(self) -> str:
        shown = " ".join(ACTIONS[action] for action in self.actions[:LONG])
        return f"<Rollout: {self._summary()}: {shown}{' …' if len(self.actions) > LONG else ''}>"

    def _summary(self) -> str:
        return f"{len(self.actions):,} actions, {'cut short by its budget' if self.truncated else 'finished'}"

    def _repr_html_(self) -> str:
        """For notebooks: the final world."""
        return f"<div>{self._summary()}</div>{self.world._repr_html_()}"


@dataclass(frozen=True, eq=False)
class Frames:
    """A replayed trace, the state before each action and the last: cells uint8[N, T+1, H, W], agents int16[N, T+1, 3].

    Cells hold markers, 255 for wall; after a trace's end its last state stays.
    """

    cells: NDArray[np.uint8]
    agents: NDArray[np.int16]


def execute(program: Program, world: World, budget: Budget | None = None) -> Rollout:
    """Run `program` on `world` (220 calls unless told): what it did, and the world it left.

    Raises InputError for arguments of another kind.
    """
    for value, kind in ((program, Program), (world, World)):
        if not isinstance(value, kind):
            hint = f"{kind.__name__}.parse(text) makes one of its text"
            raise InputError(f"expected a {kind.__name__}, not {described(value)}", hint)
    budget = Budget.calls() if budget is None else checked_budget(budget)
    tokens, worlds = TokenBatch.of([program]), Worlds.stack([world])
    room = 1024
    while True:
        runs = rollouts(tokens, worlds, budget, max_actions=room)
        length = int(runs.lengths[0, 0])
        if length < room or room >= budget.limit:
            break
        room = min(room * 16, budget.limit)
    actions = runs.actions[0, 0, :length]
    frames = replay(worlds, actions[None], runs.lengths[0], last_only=True)
    after = Worlds.from_cells(frames.cells[:, 0], frames.agents[:, 0], worlds.seeds)[0]
    return Rollout(actions.tolist(), after, bool(runs.truncated[0, 0]))


def rollouts(
    programs: TokenBatch, worlds: Worlds, budget: Budget, *, max_actions: int, pairing: str = "all"
) -> Rollouts:
    """Record the traces of many programs, in parallel.

    `pairing` "all": every program on every world (K = N). "each": program p on its own worlds p·K … p·K+K-1 (N = P·K).
    A run that goes beyond `max_actions` is cut there and marked truncated.
    """
    p = len(programs)
    if pairing not in ("all", "each") or (pairing == "each" and len(worlds) % max(p, 1)):
        raise WorldError(f"{len(worlds)} worlds cannot be paired with {p} programs by {pairing!r}")
    return record(KAREL, programs, worlds.arena(), budget, max_actions=max_actions, each=pairing == "each")


def replay(
    worlds: Worlds, actions: NDArray[np.int8], lengths: NDArray[np.integer[Any]], *, last_only: bool = False
) -> Frames:
    """The states that the traces `actions` [N, T] (`lengths` [N]) lead through from `worlds` [N]; or the last alone."""
    from leapscli.domains.karel.compiled import replayer

    n, t = actions.shape
    if len(worlds) != n or len(lengths) != n or (n and not 0 <= int(np.min(lengths)) <= int(np.max(lengths)) <= t):
        raise WorldError(f"{n} traces of at most {t} actions, {len(worlds)} worlds, {len(lengths)} lengths")
    if actions.size and not -1 <= int(np.min(actions)) <= int(np.max(actions)) < len(ACTIONS):
        raise WorldError(f"actions are 0 to {len(ACTIONS) - 1}, and -1 after the end")
    worlds.check_agents()
    frames = 1 if last_only else t + 1
    cells = np.empty((n, frames, worlds.height, worlds.width), np.uint8)
    agents = np.empty((n, frames, 3), np.int16)
    replayer.replay(
        worlds.cells(),
        np.require(worlds.agents, np.int16, ["C", "W"]),
        np.require(actions, np.int8, ["C", "W"]),
        lengths.astype(np.int64),
        cells,
        agents,
    )
    return Frames(cells, agents)
