"""Token ids → instructions, compiled: one pass with a stack of open blocks, which also checks that it is a program.

The instruction word is described in `bytecode.py`.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from leapscli.dsl.vocabulary import COUNTS, Vocabulary
from leapscli.engine.bytecode import (
    AGAIN,
    BYTE,
    CHECK,
    COST_SHIFT,
    COUNT_SHIFT,
    END,
    FIRST_ACTION,
    INDEX_SHIFT,
    JUMP,
    MAX_DEPTH,
    REPEAT,
    SHORT,
)
from leapscli.jit import inline, routine, with_names
from leapscli.once import once

MALFORMED = -1  # what `assemble` returns when the tokens are no program

U = np.uint64
# Numbers of one type: numba compiles a function anew for every literal that it is called with.
_0, _1 = np.int64(0), np.int64(1)
# The kinds of tokens; beside these words there are three that have several.
_CONTROL = (
    *("<pad>", "DEF", "run", "m(", "m)", "r(", "r)", "REPEAT", "c(", "c)", "i(", "i)", "e(", "e)"),
    *("IF", "IFELSE", "ELSE", "not", "w(", "w)", "WHILE"),
)
_PAD, _DEF, _RUN, _M_OPEN, _M_CLOSE, _R_OPEN, _R_CLOSE, _REPEAT, _C_OPEN, _C_CLOSE = range(10)
_I_OPEN, _I_CLOSE, _E_OPEN, _E_CLOSE, _IF, _IFELSE, _ELSE, _NOT, _W_OPEN, _W_CLOSE, _WHILE = range(10, len(_CONTROL))
_ACTION, _PERCEPTION, _COUNT = range(len(_CONTROL), len(_CONTROL) + 3)

# The blocks that can be open while assembling.
_B_MAIN, _B_WHILE, _B_REPEAT, _B_IF, _B_THEN, _B_ELSE = (np.int64(kind) for kind in range(6))
_CLOSER = np.array([_M_CLOSE, _W_CLOSE, _R_CLOSE, _I_CLOSE, _I_CLOSE, _E_CLOSE])
# Columns of the stack of open blocks: kind, its instruction; of its body: first instruction, statements, primitives.
_KIND, _AT, _FIRST, _STATEMENTS, _PRIMITIVES = range(5)


@inline
def _opposite(first_test, test):
    """The test that holds where `test` does not."""
    return (test - first_test ^ 1) + first_test


@inline
def _word(operation, index, count, cost):
    return U(operation) | U(index) << INDEX_SHIFT | U(count) << COUNT_SHIFT | U(cost) << COST_SHIFT


@inline
def _condition(kinds, operations, first_test, ids, length, i):
    """Read `c( … c)` at i: the test that holds when it does, and the index after it (`length` on error)."""
    failed, depth = (0, length), 0
    while i + 1 < length and kinds[ids[i]] == _C_OPEN and kinds[ids[i + 1]] == _NOT:
        depth += 1
        i += 2
    if i + depth + 2 >= length or kinds[ids[i]] != _C_OPEN or kinds[ids[i + 1]] != _PERCEPTION:
        return failed
    for at in range(i + 2, i + 3 + depth):
        if kinds[ids[at]] != _C_CLOSE:
            return failed
    test = operations[ids[i + 1]]
    return (_opposite(first_test, test) if depth & 1 else test), i + 3 + depth


@inline
def _open(stack, top, kind, at):
    """A block begins whose head is the instruction `at`."""
    stack[top, _KIND], stack[top, _AT] = kind, at
    stack[top, _FIRST], stack[top, _STATEMENTS], stack[top, _PRIMITIVES] = 0, 0, 0


@inline
def _straighten(code, targets, n):
    """Let everything that leads to a jump lead to where that jump leads."""
    for at in range(n - 1, -1, -1):
        target = targets[at]
        if target > U(at) and code[target] & BYTE == U(JUMP):
            targets[at] = targets[target]


def assemble(ids, length, calls, checks, code, targets, stack):
    """Translate the program `ids[:length]` into `code`; returns the number of instructions, or MALFORMED.

    `calls`: costs of Budget.calls (else of Budget.primitives). `checks`: with a CHECK
    in every WHILE. `code` and `targets` uint64[2·length + 1] are filled; `stack` int64[length, 5] is scratch. A
    statement that costs nothing and does nothing under Budget.primitives (REPEAT R=0, or of such) is left out, so
    that every turn of a loop costs something. A template: names in
    capitals that are not defined here are filled in.
    """
    if length < 5 or KINDS[ids[0]] != _DEF or KINDS[ids[1]] != _RUN or KINDS[ids[2]] != _M_OPEN:
        return MALFORMED
    n, top, i, repeats, actions = _0, _0, 3, _0, _0
    pending = 1  # the call of the program itself
    _open(stack, _0, _B_MAIN, _0)
    while i < length:
        token = KINDS[ids[i]]
        i += 1
        acts = token == _ACTION
        if acts or token in (_WHILE, _IF, _IFELSE, _REPEAT):
            stack[top, _STATEMENTS] += 1
            if stack[top, _STATEMENTS] == 1:
                stack[top, _FIRST] = n
            cost = (pending + 1 if acts else pending + 2) if calls else 1
            pending = 0
            if acts:
                code[n] = _word(OPERATIONS[ids[i - 1]], actions & 63, _0, cost)
                n += 1
                actions += 1
                stack[top, _PRIMITIVES] += 1
                continue
            top += 1
            if token == _REPEAT:
                if i + 1 >= length or KINDS[ids[i]] != _COUNT or KINDS[ids[i + 1]] != _R_OPEN or repeats == MAX_DEPTH:
                    return MALFORMED
                _open(stack, top, _B_REPEAT, n)
                code[n] = _word(REPEAT, repeats, np.int64(ids[i]) - R0, cost if calls else _0)
                n += 1
                repeats += 1
                i += 2
                continue
            test, i = _condition(KINDS, OPERATIONS, FIRST_TEST, ids, length, i)
            if i >= length or KINDS[ids[i]] != (_W_OPEN if token == _WHILE else _I_OPEN):
                return MALFORMED
            i += 1
            _open(stack, top, _B_WHILE if token == _WHILE else _B_IF if token == _IF else _B_THEN, n)
            code[n] = _word(test, _0, _0, cost)
            n += 1
            if token == _WHILE and checks:
                code[n] = _word(CHECK, repeats, _0, _0)
                n += 1
            continue
        kind, at, statements = stack[top, _KIND], stack[top, _AT], stack[top, _STATEMENTS]
        if statements == 0 or token != _CLOSER[kind]:
            return MALFORMED
        if calls:  # s1 of k statements is reached through k - 1 sequences, each a statement holding a node
            code[stack[top, _FIRST]] += U(2 * (statements - 1)) << COST_SHIFT
        if kind == _B_MAIN:
            code[n] = _word(END, _0, _0, _0)
            _straighten(code, targets, n)
            return n + 1 if i == length else MALFORMED
        primitives = stack[top, _PRIMITIVES] + (1 if kind != _B_REPEAT else 0)
        top -= 1
        if kind == _B_WHILE:
            code[n] = _word(_opposite(FIRST_TEST, np.int64(code[at] & BYTE)), _0, _0, _0 if calls else _1)
            targets[n] = U(at + 1)
            n += 1
        elif kind == _B_REPEAT:
            repeats -= 1
            if not calls and (primitives == 0 or code[at] >> COUNT_SHIFT & SHORT == U(0)):
                n = at
                continue
            code[n] = _word(AGAIN, repeats, _0, _0)
            targets[n] = U(at + 1)
            n += 1
        elif kind == _B_THEN:
            if i + 1 >= length or KINDS[ids[i]] != _ELSE or KINDS[ids[i + 1]] != _E_OPEN:
                return MALFORMED
            i += 2
            code[n] = _word(JUMP, _0, _0, _0)
            n += 1
            targets[at] = U(n)
            stack[top, _PRIMITIVES] += primitives
            top += 1
            _open(stack, top, _B_ELSE, n - 1)
            continue
        targets[at] = U(n)
        stack[top, _PRIMITIVES] += primitives
    return MALFORMED


@once
def assembler(vocabulary: Vocabulary) -> Any:
    """`assemble` for a vocabulary: with the kind of each byte as a token, and the operation that it stands for."""
    kinds, operations = np.full(256, _PAD, np.uint8), np.full(256, -1, np.int64)
    names = (_CONTROL, vocabulary.actions, vocabulary.perceptions, COUNTS)
    several = (range(len(_CONTROL)), [_ACTION] * 256, [_PERCEPTION] * 256, [_COUNT] * 256)
    for words, of_kind in zip(names, several, strict=True):
        for word, kind in zip(words, of_kind, strict=False):
            kinds[vocabulary.token_id[word]] = kind
    first_test = FIRST_ACTION + len(vocabulary.actions)
    for number, name in enumerate(vocabulary.actions):
        operations[vocabulary.token_id[name]] = FIRST_ACTION + number
    for number, name in enumerate(vocabulary.perceptions):
        operations[vocabulary.token_id[name]] = first_test + 2 * number
    filled = {"KINDS": kinds, "OPERATIONS": operations, "FIRST_TEST": np.int64(first_test)}
    title = hashlib.sha256(kinds.tobytes() + operations.tobytes()).hexdigest()[:16]
    return routine(with_names(assemble, title, **filled, R0=np.int64(vocabulary.ids.r0)))
