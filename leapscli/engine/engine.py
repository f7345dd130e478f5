"""The checked, multi-threaded face of the compiled engine.

`record` takes down the traces of many programs; a `Scorer` computes a task's returns of programs × worlds. Work is
split over threads by programs; results never depend on how many there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.arena import Arena
from leapscli.engine.budget import Budget
from leapscli.engine.bytecode import MAX_DEPTH, MAX_PROGRAM
from leapscli.engine.domain import CompiledDomain
from leapscli.engine.judge import Judge
from leapscli.errors import InputError, ProgramSyntaxError


@dataclass(frozen=True, eq=False)
class Rollouts:
    """Traces of many runs: `actions` int8[P, K, T] (-1 after the end), `lengths` int32[P, K], and bool[P, K] flags.

    `truncated`: the budget, or T, cut the run short. `failed`: an action did nothing (for Karel a bump, a pick of
    nothing, a put onto nine). `covered` uint64[P, K]: bit i is set when the program's i-th action was executed (i up to
    63).
    """

    actions: NDArray[np.int8]
    lengths: NDArray[np.int32]
    truncated: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    covered: NDArray[np.uint64]


def record(
    domain: CompiledDomain, programs: TokenBatch, arena: Arena, budget: Budget, *, max_actions: int, each: bool = False
) -> Rollouts:
    """The traces of every program on every world of the arena; with `each`, of program p on its own K of them.

    A run that goes beyond `max_actions` is cut there and marked truncated.
    """
    from leapscli.engine.compiled.recorder import recorder

    kernel, programs, p = recorder(domain), _plain(domain, programs), len(programs)
    k = len(arena) // max(p, 1) if each else len(arena)
    actions = np.full((p, k, max_actions), -1, np.int8)
    lengths, ended = np.zeros((p, k), np.int32), np.zeros((p, k, 2), np.bool_)
    covered = np.zeros((p, k), np.uint64)

    def work(part: slice) -> bool:
        own = slice(part.start * k, part.stop * k) if each else slice(None)
        return bool(
            kernel(
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


@dataclass(frozen=True)
class Scorer:
    """The engine compiled for one task's reward."""

    domain: CompiledDomain
    kernel: Any

    @classmethod
    def of(cls, domain: CompiledDomain, judge: Judge) -> Scorer:
        """Compile the engine for `judge`, or take it from the cache."""
        from leapscli.engine.compiled.scorer import scorer

        return cls(domain, scorer(domain, judge))

    def returns(
        self, programs: TokenBatch, arena: Arena, budget: Budget, *, endless: bool = True, threads: int | None = None
    ) -> NDArray[np.float64]:
        """Returns float64 [P, N]. `endless`: look for runs that can never end and skip to their budget's end.

        Raises InputError naming the first program that is none.
        """
        out, programs = np.zeros((len(programs), len(arena))), _plain(self.domain, programs)

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


def core_count() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _plain(domain: CompiledDomain, programs: TokenBatch) -> TokenBatch:
    """The same in plain arrays: kernels would be compiled anew for those with gaps, or read-only.

    Raises InputError for programs of another language than the domain's.
    """
    if programs.vocabulary != domain.vocabulary:
        raise InputError(f"programs of {programs.vocabulary} in a world of {domain.name}")
    arrays = np.require(programs.ids, np.uint8, ["C", "W"]), np.require(programs.lengths, np.int32, ["C", "W"])
    return TokenBatch(*arrays, programs.vocabulary)


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
    """The error for a batch that cannot be run; it names the first program that is not valid."""
    wrong = np.flatnonzero(~programs.valid())
    if not len(wrong):
        return InputError(f"more than {MAX_DEPTH} REPEATs within one another")
    first = int(wrong[0])
    try:
        Program.from_ids(programs.ids[first, : programs.lengths[first]], programs.vocabulary)
        reason = "padding within it"
    except ProgramSyntaxError as error:
        reason = error.message.splitlines()[0]
    return InputError(f"program {first} of a batch of {len(programs)} is invalid: {reason}")
