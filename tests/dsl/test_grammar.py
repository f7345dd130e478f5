"""The automaton allows exactly what can still become a program, prefix by prefix and as arrays, numpy's and torch's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.grammar import (
    CURSOR_MAX_TOKENS,
    LEAST,
    SHORTEST_PROGRAM,
    STATES,
    Cursor,
    advance,
    allowed_next,
    automaton_of,
    mask,
    tables_of,
)
from leapscli.dsl.published import PAD, TOKEN_ID, TOKENS
from leapscli.errors import ProgramSyntaxError
from tests.dsl.test_surfaces import golden


def test_masks_are_the_recorded_ones() -> None:
    records = golden("masks")
    assert len(records) == 83
    for record in records:
        for length, allowed in enumerate(record["allowed"]):
            assert allowed_next(record["tokens"][:length]) == set(allowed)


def test_a_prefix_that_is_none_is_refused() -> None:
    for prefix in (
        ["run"],
        ["DEF", "run", "m(", "m)"],
        ["DEF", "nonsense"],
        ["DEF", "run", "m(", "move", "m)", "move"],
    ):
        with pytest.raises(ProgramSyntaxError) as caught:
            allowed_next(prefix)
        assert " ".join(prefix)[caught.value.column - 1 :].split()[0] == caught.value.found


def walk(batch: int, limit: int, convert=np.asarray, seed: int = 0) -> np.ndarray:
    """Random masked walks, int64[batch, limit]: uniform over the allowed tokens, the same for either library."""
    random = np.random.default_rng(seed)
    tables, cursor = tables_of().map(convert), Cursor.start(batch).map(convert)
    columns = []
    for step in range(limit):
        allowed = np.asarray(mask(tables, cursor, limit - step))
        assert allowed.any(axis=1).all()
        columns.append((random.random(allowed.shape) * allowed).argmax(axis=1))
        cursor = advance(tables, cursor, convert(columns[-1]))
    assert (np.asarray(cursor.closing) == 0).all()
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("limit", [*range(SHORTEST_PROGRAM, 16), 30, 45, CURSOR_MAX_TOKENS])
def test_every_masked_walk_ends_in_a_program(limit: int) -> None:
    batch = TokenBatch.from_ids(walk(400, limit))
    assert batch.valid().all()
    for program, ids, length in zip(batch.programs(), batch.ids, batch.lengths, strict=True):
        assert program.ids.tolist() == ids[:length].tolist()
        assert (ids[length:] == PAD).all()


def test_torch_and_numpy_walk_alike() -> None:
    assert (walk(200, 45) == walk(200, 45, torch.as_tensor)).all()


def sentences(limit: int) -> set[tuple[str, ...]]:
    """Every program of at most `limit` tokens, from the grammar as published and nothing else.

    Alternatives of one kind are represented by one token each: the automaton treats them alike (tested below).
    """

    def conditions(room: int) -> list[tuple[str, ...]]:
        nested = [("not", "c(", *inner, "c)") for inner in (conditions(room - 3) if room >= 4 else [])]
        return [("frontIsClear",), *nested] if room >= 1 else []

    def bodies(room: int) -> list[tuple[str, ...]]:
        found = []
        for first in statements(room):
            found += [first, *((*first, *rest) for rest in bodies(room - len(first)))]
        return found

    def statements(room: int) -> list[tuple[str, ...]]:
        found = [("move",)] if room >= 1 else []
        found += [("REPEAT", "R=3", "r(", *body, "r)") for body in (bodies(room - 4) if room >= 5 else [])]
        for c in conditions(room - 6):
            inside = bodies(room - 5 - len(c))
            found += [("WHILE", "c(", *c, "c)", "w(", *body, "w)") for body in inside]
            found += [("IF", "c(", *c, "c)", "i(", *body, "i)") for body in inside]
            head = ("IFELSE", "c(", *c, "c)", "i(")
            for one in bodies(room - 9 - len(c)):
                rest = bodies(room - 8 - len(c) - len(one))
                found += [(*head, *one, "i)", "ELSE", "e(", *other, "e)") for other in rest]
        return found

    return {("DEF", "run", "m(", *body, "m)") for body in bodies(limit - 4)}


def test_the_mask_excludes_nothing_that_can_be_finished_and_allows_nothing_else() -> None:
    """Brute force: for every limit up to 16 and every prefix of every program of that length, the exact set."""
    one_of_each = {*TOKENS} - {*TOKENS[5:9], *TOKENS[11:14], *TOKENS[15:31], *TOKENS[42:46]}
    longest = sentences(16)
    for limit in range(SHORTEST_PROGRAM, 17):
        follows: dict[tuple[str, ...], set[str]] = {}
        for program in (p for p in longest if len(p) <= limit):
            padded = program + ("<pad>",) * (limit - len(program))
            for i in range(limit):
                follows.setdefault(padded[:i], set()).add(padded[i])
        for length, group in itertools.groupby(sorted(follows, key=len), key=len):
            prefixes = list(group)
            cursor = Cursor.start(len(prefixes))
            for step in range(length):
                cursor = advance(tables_of(), cursor, np.array([TOKEN_ID[prefix[step]] for prefix in prefixes]))
            for prefix, row in zip(prefixes, mask(tables_of(), cursor, limit - length), strict=True):
                assert {TOKENS[i] for i in np.flatnonzero(row)} & one_of_each == follows[prefix], (limit, prefix)


def test_tokens_of_one_kind_are_alike() -> None:
    for kind in (TOKENS[4:9], TOKENS[11:31], TOKENS[41:46]):
        columns = [TOKEN_ID[token] for token in kind]
        for table in (
            tables_of().allowed,
            tables_of().closing,
            tables_of().target,
            tables_of().back,
            tables_of().push,
            tables_of().pop,
        ):
            assert (table[:, columns] == table[:, columns[:1]]).all()


def test_without_a_limit_the_arrays_are_allowed_next() -> None:
    for record in golden("masks"):
        cursor = Cursor.start(1)
        for token, allowed in zip(record["tokens"], record["allowed"], strict=False):
            assert {TOKENS[i] for i in np.flatnonzero(tables_of().allowed[cursor.state][0])} == set(allowed)
            cursor = advance(tables_of(), cursor, np.array([TOKEN_ID[token]]))


def test_the_packed_stack_never_overflows() -> None:
    """The shortest program that opens sixteen levels is longer than a cursor is good for."""
    reach = {("start", 0): 0}  # the fewest tokens to a state at a depth, those to close what is open included
    for _ in range(200):
        for (state, depth), cost in list(reach.items()):
            for move in automaton_of()[state].values():
                if move.target is not None and depth < 16:
                    at = move.target, depth + (move.back is not None)
                    through = cost + 1 + (LEAST[move.back] if move.back else 0)
                    reach[at] = min(reach.get(at, 10**6), through)
    fewest = {d: min(cost + LEAST[state] for (state, depth), cost in reach.items() if depth == d) for d in (15, 16)}
    assert fewest[15] <= CURSOR_MAX_TOKENS < fewest[16]
    assert all(tables_of().back[tables_of().push > 0] < 16) and len(STATES) == 35
    with pytest.raises(ValueError, match="at most 53 tokens"):
        mask(tables_of(), Cursor.start(1), 54)


def test_rows_may_have_limits_of_their_own() -> None:
    cursor = Cursor.start(3)
    for token in ("DEF", "run", "m("):
        cursor = advance(tables_of(), cursor, np.full(3, TOKEN_ID[token]))
    allowed = mask(tables_of(), cursor, np.array([2, 5, 11]))
    assert [bool(allowed[i, TOKEN_ID["REPEAT"]]) for i in range(3)] == [False, False, True]
    assert allowed[:, TOKEN_ID["move"]].all()
    assert (cursor.map(lambda a: a[1:]).closing == 2).all()
