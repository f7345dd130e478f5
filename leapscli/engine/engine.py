"""The checked, multi-threaded face of the compiled engine.

`execute` runs one program on one world; `rollouts` records the traces of many; `Scorer` computes a task's returns of
programs × worlds. Work is split over threads by programs; results never depend on how many there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.world import World, Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.bytecode import MAX_DEPTH, MAX_PROGRAM
from leapscli.errors import InputError, ProgramSyntaxError, WorldError, described, whole

UNBOUNDED = 1 << 40  # more than any run can use; sums of it stay far from overflow


@dataclass(frozen=True)
class Budget:
    """How long a program may run: `Budget.calls(220)` as the published code, `Budget.primitives(10_000)` as since 2024.

    `calls` counts statements and control nodes as they are entered, `primitives` actions and perceptions.
    """

    kind: str
    limit: int

    def __post_init__(self) -> None:
        whole(self.limit, "a budget")
        if self.kind not in ("calls", "primitives") or not 0 <= self.limit <= UNBOUNDED:
            raise InputError(f"no budget of {self.limit} {self.kind}", "calls:N or primitives:N, N from 0 on")

    @classmethod
    def calls(cls, limit: int = 220) -> Budget:
        """At most `limit` calls."""
        return cls("calls", limit)

    @classmethod
    def primitives(cls, limit: int = 10_000) -> Budget:
        """At most `limit` actions and perceptions."""
        return cls("primitives", limit)

    def __str__(self) -> str:
        return f"{self.kind}:{self.limit}"


def checked_budget(budget: Any) -> Budget:
    """`budget`, if it is one. Raises InputError."""
    if not isinstance(budget, Budget):
        hint = "Budget.calls(220) or Budget.primitives(10_000)"
        raise InputError(f"a Budget is wanted, not {described(budget)}", hint)
    return budget


@dataclass(frozen=True)
class Rollout:
    """What one run did: action ids in order, the world it left, and whether the budget cut it short."""

    actions: list[int]
    world: World
    truncated: bool


@dataclass(frozen=True, eq=False)
class Rollouts:
    """Traces of many runs: `actions` int8[P, K, T] (-1 after the end), `lengths` int32[P, K], and bool[P, K] flags.

    `truncated`: the budget, or T, cut the run short. `failed`: an action did nothing (a bump, a pick of nothing, a put
    onto nine). `covered` uint64[P, K]: bit i is set when the program's i-th action was executed (i up to 63).
    """

    actions: NDArray[np.int8]
    lengths: NDArray[np.int32]
    truncated: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    covered: NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Frames:
    """A replayed trace, the state before each action and the last: cells uint8[N, T+1, H, W], agents int16[N, T+1, 3].

    Cells hold markers, 255 for wall; after a trace's end its last state stays.
    """

    cells: NDArray[np.uint8]
    agents: NDArray[np.int16]


def execute(program: Program, world: World, budget: Budget | None = None) -> Rollout:
    """Run `program` on `world` (Budget.calls(220) unless told): what it did, and the world it left.

    Raises InputError for arguments of another kind.
    """
    for value, kind in ((program, Program), (world, World)):
        if not isinstance(value, kind):
            hint = f"{kind.__name__}.parse(text) makes one of its text"
            raise InputError(f"a {kind.__name__} is wanted, not {described(value)}", hint)
    budget = Budget.calls(220) if budget is None else checked_budget(budget)
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
    arena, programs, p = Arena.of(worlds), _plain(programs), len(programs)
    if pairing not in ("all", "each") or (pairing == "each" and len(worlds) % max(p, 1)):
        raise WorldError(f"{len(worlds)} worlds cannot be paired with {p} programs by {pairing!r}")
    each = pairing == "each"
    k = len(worlds) // max(p, 1) if each else len(worlds)
    actions = np.full((p, k, max_actions), -1, np.int8)
    lengths, ended = np.zeros((p, k), np.int32), np.zeros((p, k, 2), np.bool_)
    covered = np.zeros((p, k), np.uint64)

    def work(part: slice) -> bool:
        own = slice(part.start * k, part.stop * k) if each else slice(None)
        return bool(
            _recorder()(
                programs.ids[part],
                programs.lengths[part],
                budget.kind == "calls",
                budget.limit,
                arena.cells[own],
                arena.starts[own],
                each,
                actions[part],
                lengths[part],
                ended[part],
                covered[part],
            )
        )

    _spread(work, programs, None)
    return Rollouts(actions, lengths, ended[..., 0], ended[..., 1], covered)


def replay(
    worlds: Worlds, actions: NDArray[np.int8], lengths: NDArray[np.integer[Any]], *, last_only: bool = False
) -> Frames:
    """The states that the traces `actions` [N, T] (`lengths` [N]) lead through from `worlds` [N]; or the last alone."""
    from leapscli.engine.compiled import interpreter

    n, t = actions.shape
    if len(worlds) != n or len(lengths) != n or (n and int(np.max(lengths)) > t):
        raise WorldError(f"{n} traces of at most {t} actions, {len(worlds)} worlds, {len(lengths)} lengths")
    frames = 1 if last_only else t + 1
    cells = np.empty((n, frames, worlds.height, worlds.width), np.uint8)
    agents = np.empty((n, frames, 3), np.int16)
    interpreter.replay(
        worlds.cells(),
        np.require(worlds.agents, np.int16, ["C", "W"]),
        np.require(actions, np.int8, ["C", "W"]),
        lengths.astype(np.int64),
        cells,
        agents,
    )
    return Frames(cells, agents)


@dataclass(frozen=True, eq=False)
class Arena:
    """Initial worlds made ready for the engine: flattened inside a ring of wall, with a task's marks and memory.

    `cells` and `zones` uint8[N, S], `memory` int64[N, M], `starts` uint64[N, 3] (position, offset ahead, to the left).
    """

    worlds: Worlds
    zones: NDArray[np.uint8]
    memory: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        worlds: Worlds,
        zones: Callable[[World], NDArray[np.uint8]] | None = None,
        memory: Callable[[World], Sequence[int]] | None = None,
    ) -> Arena:
        """Prepare `worlds`, calling the task's `zones` and `memory` on each."""
        n = len(worlds)
        flat = np.zeros((n, worlds.padded.shape[1]), np.uint8) if zones else np.zeros((n, 1), np.uint8)
        remembered: list[Sequence[int]] = []
        for i in range(n if zones or memory else 0):
            world = worlds[i]
            if zones:
                grid = np.pad(zones(world), 1)
                flat[i, : grid.size] = grid.ravel()
            remembered.append(memory(world) if memory else ())
        notes = np.array(remembered, np.int64).reshape(n, -1) if memory else np.zeros((n, 0), np.int64)
        return cls(worlds, flat, notes)

    def __len__(self) -> int:
        return len(self.worlds)

    def __getitem__(self, part: slice) -> Arena:
        return Arena(self.worlds[part], self.zones[part].copy(), self.memory[part].copy())

    @property
    def cells(self) -> NDArray[np.uint8]:
        """The worlds' cells, padded and flattened."""
        return self.worlds.padded

    @cached_property
    def starts(self) -> NDArray[np.uint64]:
        """Where Karel stands, and the offsets of the cells ahead and to the left."""
        stride = self.worlds.width + 2
        row, column, direction = self.worlds.agents.astype(np.int64).T
        offsets = np.array([-stride, 1, stride, -1])
        place = (row + 1) * stride + column + 1
        return np.stack([place, offsets[direction], offsets[(direction + 3) % 4]], 1).astype(np.uint64)


@dataclass(frozen=True)
class Scorer:
    """The engine compiled for one task's reward."""

    kernel: Any

    @classmethod
    def of(cls, reward: Callable[..., Any]) -> Scorer:
        """Compile the engine for `reward`, or take it from the cache."""
        return _scorer(reward)

    def returns(
        self, programs: TokenBatch, arena: Arena, budget: Budget, *, endless: bool = True, threads: int | None = None
    ) -> NDArray[np.float64]:
        """Returns float64 [P, N]. `endless`: look for runs that can never end and skip to their budget's end.

        Raises InputError naming the first program that is none.
        """
        out, programs = np.zeros((len(programs), len(arena))), _plain(programs)

        def work(part: slice) -> bool:
            return bool(
                self.kernel(
                    programs.ids[part],
                    programs.lengths[part],
                    budget.kind == "calls",
                    budget.limit,
                    endless,
                    arena.cells,
                    arena.zones,
                    arena.memory,
                    arena.starts,
                    out[part],
                )
            )

        _spread(work, programs, threads)
        return out


@cache
def _scorer(reward: Callable[..., Any]) -> Scorer:
    from leapscli.engine.compiled import interpreter
    from leapscli.jit import inline, kernel, source_name, with_names

    name = source_name(reward)
    hook = inline(with_names(interpreter.task_hook, name, reward=inline(reward)))
    run = inline(with_names(interpreter.interpret, name, hook=hook))
    return Scorer(kernel(with_names(interpreter.score, name, interpret=run)))


@cache
def _recorder() -> Any:
    from leapscli.engine.compiled import interpreter
    from leapscli.jit import inline, kernel, with_names

    run = inline(with_names(interpreter.interpret, "record", hook=interpreter.record_hook))
    return kernel(with_names(interpreter.record, "record", interpret=run))


def core_count() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _plain(programs: TokenBatch) -> TokenBatch:
    """The same in plain arrays: kernels would be compiled anew for those with gaps, or read-only."""
    return TokenBatch(
        np.require(programs.ids, np.uint8, ["C", "W"]), np.require(programs.lengths, np.int32, ["C", "W"])
    )


def _spread(work: Callable[[slice], bool], programs: TokenBatch, threads: int | None) -> None:
    """Call `work` on slices of the programs, on all cores; check what each says."""
    if programs.ids.shape[1] > MAX_PROGRAM:
        raise InputError(f"a program of {programs.ids.shape[1]} tokens: the engine takes up to {MAX_PROGRAM}")
    threads, p = threads or core_count(), len(programs)
    size = min(1024, max(16, -(-p // (4 * threads))))
    parts = [slice(i, min(i + size, p)) for i in range(0, p, size)]
    if threads == 1 or len(parts) < 2:
        fine = [work(part) for part in parts]
    else:
        with ThreadPoolExecutor(threads) as pool:
            fine = list(pool.map(work, parts))
    if not all(fine):
        raise _refusal(programs)


def _refusal(programs: TokenBatch) -> InputError:
    """Why a batch cannot be run, naming the first program that is none."""
    wrong = np.flatnonzero(~programs.valid())
    if not len(wrong):
        return InputError(f"more than {MAX_DEPTH} REPEATs within one another")
    first = int(wrong[0])
    try:
        Program.from_ids(programs.ids[first, : programs.lengths[first]])
        reason = "padding within it"
    except ProgramSyntaxError as error:
        reason = error.message.splitlines()[0]
    return InputError(f"program {first} of a batch of {len(programs)} is none: {reason}")
