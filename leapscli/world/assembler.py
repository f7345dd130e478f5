"""Token ids → instructions, compiled: one pass with a stack of open blocks, which also checks that it is a program.

The instruction word is described in `bytecode.py`.
"""

from __future__ import annotations

import numpy as np

from leapscli.dsl.vocabulary import ACTION_ID, PERCEPTIONS, TOKEN_ID
from leapscli.jit import inline
from leapscli.world.bytecode import (
    AGAIN,
    COST_SHIFT,
    COUNT_SHIFT,
    END,
    FRONT_CLEAR,
    INDEX_SHIFT,
    JUMP,
    LEFT_CLEAR,
    LOOP_TEST,
    MARKERS,
    MAX_DEPTH,
    NEXT_SHIFT,
    OPERATION,
    OTHER_SHIFT,
    REPEAT,
    RIGHT_CLEAR,
    WORD,
)

MALFORMED = -1  # what `assemble` returns when the tokens are no program

U = np.uint64
_DEF, _RUN, _M_OPEN, _M_CLOSE = (TOKEN_ID[t] for t in ("DEF", "run", "m(", "m)"))
_WHILE, _W_OPEN, _W_CLOSE = (TOKEN_ID[t] for t in ("WHILE", "w(", "w)"))
_IF, _IFELSE, _I_OPEN, _I_CLOSE = (TOKEN_ID[t] for t in ("IF", "IFELSE", "i(", "i)"))
_ELSE, _E_OPEN, _E_CLOSE = (TOKEN_ID[t] for t in ("ELSE", "e(", "e)"))
_REPEAT, _R_OPEN, _R_CLOSE, _R0 = (TOKEN_ID[t] for t in ("REPEAT", "r(", "r)", "R=0"))
_NOT, _C_OPEN, _C_CLOSE = (TOKEN_ID[t] for t in ("not", "c(", "c)"))
_R19, _NO_MARKERS = TOKEN_ID["R=19"], TOKEN_ID["noMarkersPresent"]

# Token id → action id, and token id → test; -1 for all others.
_ACTION_OF = np.full(64, -1, np.int64)
_TEST_OF = np.full(64, -1, np.int64)
for _name, _id in ACTION_ID.items():
    _ACTION_OF[TOKEN_ID[_name]] = _id
for _name, _test in zip(PERCEPTIONS, (FRONT_CLEAR, LEFT_CLEAR, RIGHT_CLEAR, MARKERS, MARKERS), strict=True):
    _TEST_OF[TOKEN_ID[_name]] = _test

# The blocks that can be open while assembling.
_B_MAIN, _B_WHILE, _B_REPEAT, _B_IF, _B_THEN, _B_ELSE = range(6)
# Columns of the stack of open blocks: kind, its instruction; of its body: first instruction, statements, primitives.
_KIND, _AT, _FIRST, _STATEMENTS, _PRIMITIVES = range(5)


@inline
def _word(operation, index, count, cost, successor, other):
    return (
        U(operation)
        | U(index) << INDEX_SHIFT
        | U(count) << COUNT_SHIFT
        | U(cost) << COST_SHIFT
        | U(successor) << NEXT_SHIFT
        | U(other) << OTHER_SHIFT
    )


@inline
def _set_next(code, at, successor):
    code[at] = code[at] & ~(WORD << NEXT_SHIFT) | U(successor) << NEXT_SHIFT


@inline
def _set_other(code, at, other):
    code[at] = code[at] & ~(WORD << OTHER_SHIFT) | U(other) << OTHER_SHIFT


@inline
def _target(code, at):
    """Where a successor really leads: through jumps."""
    while code[at] & OPERATION == U(JUMP):
        at = np.int64(code[at] >> NEXT_SHIFT & WORD)
    return at


@inline
def _condition(ids, length, i):
    """Read `c( … c)` at i: the test, whether its perception is to hold, and the index after it (`length` on error)."""
    failed, depth = (0, False, length), 0
    while i + 1 < length and ids[i] == _C_OPEN and ids[i + 1] == _NOT:
        depth += 1
        i += 2
    if i + depth + 2 >= length or ids[i] != _C_OPEN or ids[i + 1] > 49 or _TEST_OF[ids[i + 1]] < 0:
        return failed
    for at in range(i + 2, i + 3 + depth):
        if ids[at] != _C_CLOSE:
            return failed
    return _TEST_OF[ids[i + 1]], (depth & 1 == 1) == (ids[i + 1] == _NO_MARKERS), i + 3 + depth


@inline
def assemble(ids, length, calls, code, stack):
    """Translate the program `ids[:length]` into `code`; returns the number of instructions, or MALFORMED.

    `calls`: costs of Budget.calls (else of Budget.primitives). `code` uint64[2·length + 1], `stack` int64[length, 5].
    A statement that costs nothing and does nothing under Budget.primitives (REPEAT R=0, or of such) is left out,
    so that every turn of a loop costs something.
    """
    if length < 5 or ids[0] != _DEF or ids[1] != _RUN or ids[2] != _M_OPEN:
        return MALFORMED
    n, top, i, repeats, actions = 0, 0, 3, 0, 0
    pending = 1  # calls made since the last instruction; 1: the program itself
    stack[0, _KIND], stack[0, _AT], stack[0, _FIRST], stack[0, _STATEMENTS], stack[0, _PRIMITIVES] = _B_MAIN, 0, 0, 0, 0
    while i < length:
        token = np.int64(ids[i])
        if token > 49:
            return MALFORMED
        i += 1
        action = _ACTION_OF[token]
        if action >= 0 or token in (_WHILE, _IF, _IFELSE, _REPEAT):
            stack[top, _STATEMENTS] += 1
            if stack[top, _STATEMENTS] == 1:
                stack[top, _FIRST] = n
            cost = (pending + 1 if action >= 0 else pending + 2) if calls else 1
            pending = 0
            if action >= 0:
                code[n] = _word(action, actions & 63, 0, cost, n + 1, 0)
                actions += 1
                n += 1
                stack[top, _PRIMITIVES] += 1
                continue
            if token == _REPEAT:
                if i + 1 >= length or ids[i] < _R0 or ids[i] > _R19 or ids[i + 1] != _R_OPEN or repeats >= MAX_DEPTH:
                    return MALFORMED
                code[n] = _word(REPEAT, repeats, np.int64(ids[i]) - _R0, cost if calls else 0, n + 1, 0)
                i += 2
                repeats += 1
                kind = _B_REPEAT
            else:
                test, holds, i = _condition(ids, length, i)
                if i >= length or ids[i] != (_W_OPEN if token == _WHILE else _I_OPEN):
                    return MALFORMED
                i += 1
                # The successor that is not the block is filled in when the block closes; which one it is: `count`.
                code[n] = _word(test, 0, 1 if holds else 0, cost, n + 1, n + 1)
                kind = _B_WHILE if token == _WHILE else _B_IF if token == _IF else _B_THEN
            top += 1
            stack[top, _KIND], stack[top, _AT] = kind, n
            stack[top, _FIRST], stack[top, _STATEMENTS], stack[top, _PRIMITIVES] = 0, 0, 0
            n += 1
            continue
        kind, at, first = stack[top, _KIND], stack[top, _AT], stack[top, _FIRST]
        statements, primitives = stack[top, _STATEMENTS], stack[top, _PRIMITIVES]
        if statements == 0:
            return MALFORMED
        if calls:  # s1 of k statements is reached through k - 1 sequences, each a statement holding a node
            code[first] += U(2 * (statements - 1)) << COST_SHIFT
        if kind == _B_MAIN:
            if token != _M_CLOSE or i != length:
                return MALFORMED
            code[n] = _word(END, 0, 0, 0, 0, 0)
            n += 1
            break
        top -= 1
        if kind == _B_WHILE:
            if token != _W_CLOSE:
                return MALFORMED
            test, holds = code[at] & OPERATION, code[at] >> COUNT_SHIFT & OPERATION == U(1)
            again = _word(test + U(LOOP_TEST), repeats, 0, 0 if calls else 1, at + 1, at + 1)
            code[n] = again
            n += 1
            if holds:
                _set_other(code, at, n)
                _set_other(code, n - 1, n)
            else:
                _set_next(code, at, n)
                _set_next(code, n - 1, n)
            primitives += 1
        elif kind == _B_REPEAT:
            if token != _R_CLOSE:
                return MALFORMED
            repeats -= 1
            if not calls and (primitives == 0 or code[at] >> COUNT_SHIFT & OPERATION == U(0)):
                n = at
                primitives = 0
            else:
                code[n] = _word(AGAIN, repeats, 0, 0, at + 1, n + 1)
                n += 1
                _set_other(code, at, n)
        elif kind in (_B_IF, _B_THEN):
            if token != _I_CLOSE:
                return MALFORMED
            primitives += 1
            if kind == _B_THEN:
                code[n] = _word(JUMP, 0, 0, 0, 0, 0)
                n += 1
            if code[at] >> COUNT_SHIFT & OPERATION == U(1):
                _set_other(code, at, n)
            else:
                _set_next(code, at, n)
            if kind == _B_THEN:
                if i + 1 >= length or ids[i] != _ELSE or ids[i + 1] != _E_OPEN:
                    return MALFORMED
                i += 2
                stack[top, _PRIMITIVES] += primitives
                top += 1
                stack[top, _KIND], stack[top, _AT] = _B_ELSE, n - 1
                stack[top, _FIRST], stack[top, _STATEMENTS], stack[top, _PRIMITIVES] = 0, 0, 0
                continue
        else:
            if token != _E_CLOSE:
                return MALFORMED
            _set_next(code, at, n)
        stack[top, _PRIMITIVES] += primitives
    else:
        return MALFORMED
    for at in range(n):
        if code[at] & OPERATION != U(JUMP):
            _set_next(code, at, _target(code, np.int64(code[at] >> NEXT_SHIFT & WORD)))
            _set_other(code, at, _target(code, np.int64(code[at] >> OTHER_SHIFT)))
    return n
