"""Programs in bulk: a batch is one padded array of token ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from leapscli.dsl.program import Program
from leapscli.dsl.vocabulary import PAD, TOKENS
from leapscli.errors import InputError, described

Ids: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
Lengths: TypeAlias = np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True, eq=False)
class TokenBatch:
    """P programs: `ids` uint8[P, L], padded with `<pad>` from each one's length on; `lengths` int32[P].

    Dtypes and shapes are checked here (ValueError), what the ids spell is not: see `valid`.
    """

    ids: Ids
    lengths: Lengths

    def __post_init__(self) -> None:
        if self.ids.ndim != 2 or self.ids.dtype != np.uint8:
            raise ValueError(f"ids are uint8[P, L], not {self.ids.dtype}{list(self.ids.shape)}")
        if self.lengths.shape != self.ids.shape[:1] or self.lengths.dtype != np.int32:
            raise ValueError(f"lengths are int32[{len(self.ids)}], not {self.lengths.dtype}{list(self.lengths.shape)}")
        if len(self) and not (self.lengths.min() >= 0 and self.lengths.max() <= self.ids.shape[1]):
            raise ValueError(f"lengths lie between 0 and {self.ids.shape[1]}, the width of ids")

    @staticmethod
    def of(programs: Sequence[Program]) -> TokenBatch:
        """These programs, padded to the longest. Raises InputError for what is no list of programs."""
        if isinstance(programs, str | Program) or not isinstance(programs, Iterable):
            raise InputError(f"expected a list of programs, not {described(programs)}", "put it in a list: [program]")
        programs = list(programs)
        for i, program in enumerate(programs):
            if not isinstance(program, Program):
                raise InputError(f"program {i} of the list is {described(program)}", "Program.parse(text) makes one")
        return TokenBatch._stack([program.ids for program in programs])

    @staticmethod
    def from_ids(ids: np.ndarray[Any, Any]) -> TokenBatch:
        """A padded integer array [P, L]; each length is the place of the first `<pad>`."""
        padded = np.ascontiguousarray(ids, np.uint8)
        ended = np.concatenate([padded == PAD, np.ones((len(padded), 1), bool)], axis=1)
        return TokenBatch(padded, ended.argmax(axis=1).astype(np.int32))

    @staticmethod
    def _stack(rows: Sequence[Ids]) -> TokenBatch:
        lengths = np.array([len(row) for row in rows], np.int32)
        ids = np.full((len(rows), lengths.max(initial=0)), PAD, np.uint8)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        return TokenBatch(ids, lengths)

    @staticmethod
    def concat(batches: Sequence[TokenBatch]) -> TokenBatch:
        """All programs of these batches in order, padded to the widest."""
        width = max((batch.ids.shape[1] for batch in batches), default=0)
        ids = np.full((sum(map(len, batches)), width), PAD, np.uint8)
        row = 0
        for batch in batches:
            ids[row : row + len(batch), : batch.ids.shape[1]] = batch.ids
            row += len(batch)
        lengths = [batch.lengths for batch in batches] or [np.zeros(0, np.int32)]
        return TokenBatch(ids, np.concatenate(lengths))

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, which: int | np.integer[Any] | slice | np.ndarray[Any, Any] | Sequence[int]) -> TokenBatch:
        if isinstance(which, int | np.integer):
            which = [int(which)]
        rows = which if isinstance(which, slice) else np.asarray(which)
        if isinstance(rows, np.ndarray) and not rows.size:
            rows = rows.astype(np.int64)
        return TokenBatch(self.ids[rows], self.lengths[rows])

    def programs(self) -> list[Program]:
        """The trees; ProgramSyntaxError where a row spells none."""
        return [Program.from_ids(row[:length]) for row, length in zip(self.ids, self.lengths, strict=True)]

    def texts(self) -> list[str]:
        """Each program on one line, in token form."""
        rows = zip(self.ids.tolist(), self.lengths.tolist(), strict=True)
        return [" ".join(TOKENS[i] for i in row[:length]) for row, length in rows]

    def hashes(self) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """uint64[P] of each program's ids, whatever the padding. Equal programs have equal hashes."""
        from leapscli.dsl.compiled.rows import hash_rows

        out = np.empty(len(self), np.uint64)
        hash_rows(np.ascontiguousarray(self.ids), np.ascontiguousarray(self.lengths), out)
        return out

    def valid(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """bool[P]: whether each row spells a program."""
        from leapscli.dsl.compiled.rows import check_rows
        from leapscli.dsl.grammar import END, START, TABLES

        out = np.empty(len(self), np.bool_)
        automaton = (TABLES.allowed, TABLES.target, TABLES.back, TABLES.push, TABLES.pop, START, END)
        check_rows(np.ascontiguousarray(self.ids), np.ascontiguousarray(self.lengths), *automaton, out)
        return out
