"""Programs in bulk: a batch is one padded array of token ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from leapscli.dsl.program import Program
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError, described

Ids: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
Lengths: TypeAlias = np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True, eq=False)
class TokenBatch:
    """P programs: `ids` uint8[P, L], padded with `<pad>` from each one's length on; `lengths` int32[P]. What an id
    means is the vocabulary's.

    Dtypes and shapes are checked here (ValueError), what the ids spell is not: see `valid`.
    """

    ids: Ids
    lengths: Lengths
    vocabulary: Vocabulary = PUBLISHED

    def __post_init__(self) -> None:
        if self.ids.ndim != 2 or self.ids.dtype != np.uint8:
            raise ValueError(f"ids are uint8[P, L], not {self.ids.dtype}{list(self.ids.shape)}")
        if self.lengths.shape != self.ids.shape[:1] or self.lengths.dtype != np.int32:
            raise ValueError(f"lengths are int32[{len(self.ids)}], not {self.lengths.dtype}{list(self.lengths.shape)}")
        if len(self) and not (self.lengths.min() >= 0 and self.lengths.max() <= self.ids.shape[1]):
            raise ValueError(f"lengths lie between 0 and {self.ids.shape[1]}, the width of ids")

    @staticmethod
    def of(programs: Sequence[Program]) -> TokenBatch:
        """These programs of one vocabulary, padded to the longest. Raises InputError for what is no list of such."""
        if isinstance(programs, str | Program) or not isinstance(programs, Iterable):
            raise InputError(f"expected a list of programs, not {described(programs)}", "put it in a list: [program]")
        programs = list(programs)
        for i, program in enumerate(programs):
            if not isinstance(program, Program):
                raise InputError(f"program {i} of the list is {described(program)}", "Program.parse(text) makes one")
        vocabulary = programs[0].vocabulary if programs else PUBLISHED
        for i, program in enumerate(programs):
            if program.vocabulary != vocabulary:
                raise InputError(f"program {i} of the list is of {program.vocabulary}, program 0 of {vocabulary}")
        return TokenBatch._stack([program.ids for program in programs], vocabulary)

    @staticmethod
    def empty(vocabulary: Vocabulary = PUBLISHED) -> TokenBatch:
        """No programs."""
        return TokenBatch._stack([], vocabulary)

    @staticmethod
    def from_ids(ids: np.ndarray[Any, Any], vocabulary: Vocabulary = PUBLISHED) -> TokenBatch:
        """A padded integer array [P, L]; each length is the place of the first `<pad>`."""
        padded = np.ascontiguousarray(ids, np.uint8)
        ended = np.concatenate([padded == vocabulary.pad, np.ones((len(padded), 1), bool)], axis=1)
        return TokenBatch(padded, ended.argmax(axis=1).astype(np.int32), vocabulary)

    @staticmethod
    def _stack(rows: Sequence[Ids], vocabulary: Vocabulary) -> TokenBatch:
        lengths = np.array([len(row) for row in rows], np.int32)
        ids = np.full((len(rows), lengths.max(initial=0)), vocabulary.pad, np.uint8)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        return TokenBatch(ids, lengths, vocabulary)

    @staticmethod
    def concat(batches: Sequence[TokenBatch]) -> TokenBatch:
        """All programs of these batches, of one vocabulary, in order, padded to the widest."""
        vocabulary = next((batch.vocabulary for batch in batches if len(batch)), PUBLISHED)
        width = max((batch.ids.shape[1] for batch in batches), default=0)
        ids = np.full((sum(map(len, batches)), width), vocabulary.pad, np.uint8)
        row = 0
        for batch in batches:
            ids[row : row + len(batch), : batch.ids.shape[1]] = batch.ids
            row += len(batch)
        lengths = [batch.lengths for batch in batches] or [np.zeros(0, np.int32)]
        return TokenBatch(ids, np.concatenate(lengths), vocabulary)

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, which: int | np.integer[Any] | slice | np.ndarray[Any, Any] | Sequence[int]) -> TokenBatch:
        if isinstance(which, int | np.integer):
            which = [int(which)]
        rows = which if isinstance(which, slice) else np.asarray(which)
        if isinstance(rows, np.ndarray) and not rows.size:
            rows = rows.astype(np.int64)
        return TokenBatch(self.ids[rows], self.lengths[rows], self.vocabulary)

    def programs(self) -> list[Program]:
        """The trees; ProgramSyntaxError where a row spells none."""
        rows = zip(self.ids, self.lengths, strict=True)
        return [Program.from_ids(row[:length], self.vocabulary) for row, length in rows]

    def texts(self) -> list[str]:
        """Each program on one line, in token form."""
        rows, tokens = zip(self.ids.tolist(), self.lengths.tolist(), strict=True), self.vocabulary.tokens
        return [" ".join(tokens[i] for i in row[:length]) for row, length in rows]

    def hashes(self) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """uint64[P] of each program's ids, whatever the padding. Equal programs have equal hashes."""
        from leapscli.dsl.compiled.rows import hash_rows

        out = np.empty(len(self), np.uint64)
        hash_rows(np.ascontiguousarray(self.ids), np.ascontiguousarray(self.lengths), out)
        return out

    def valid(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """bool[P]: whether each row spells a program."""
        from leapscli.dsl.compiled.rows import check_rows
        from leapscli.dsl.grammar import END, START, tables_of

        out = np.empty(len(self), np.bool_)
        t = tables_of(self.vocabulary)
        automaton = (t.allowed, t.target, t.back, t.push, t.pop, START, END)
        check_rows(np.ascontiguousarray(self.ids), np.ascontiguousarray(self.lengths), *automaton, out)
        return out
