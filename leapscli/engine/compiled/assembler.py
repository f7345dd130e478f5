"""Token ids → instructions, compiled: one pass with a stack of open blocks, which also checks that it is a program.

The instruction word is described in `bytecode.py`.
"""

from __future__ import annotations

import numpy as np

from leapscli.dsl.vocabulary import ACTION_ID, PERCEPTIONS, TOKEN_ID
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
from leapscli.jit import inline, routine

MALFORMED = -1  # what `assemble` returns when the tokens are no program

U = np.uint64
# Numbers of one type: numba compiles a function anew for every literal that it is called with.
_0, _1 = np.int64(0), np.int64(1)
_DEF, _RUN, _M_OPEN, _M_CLOSE = (TOKEN_ID[t] for t in ("DEF", "run", "m(", "m)"))
_WHILE, _W_OPEN, _W_CLOSE = (TOKEN_ID[t] for t in ("WHILE", "w(", "w)"))
_IF, _IFELSE, _I_OPEN, _I_CLOSE = (TOKEN_ID[t] for t in ("IF", "IFELSE", "i(", "i)"))
_ELSE, _E_OPEN, _E_CLOSE = (TOKEN_ID[t] for t in ("ELSE", "e(", "e)"))
_REPEAT, _R_OPEN, _R_CLOSE, _R0 = (TOKEN_ID[t] for t in ("REPEAT", "r(", "r)", "R=0"))
_NOT, _C_OPEN, _C_CLOSE = (TOKEN_ID[t] for t in ("not", "c(", "c)"))
_R19 = TOKEN_ID["R=19"]

# Token id → operation, of actions and of the tests that perceptions hold; -1 for all others.
_FIRST_TEST = FIRST_ACTION + len(ACTION_ID)
_ACTION_OF = np.full(64, -1, np.int64)
_TEST_OF = np.full(64, -1, np.int64)
for _name, _id in ACTION_ID.items():
    _ACTION_OF[TOKEN_ID[_name]] = FIRST_ACTION + _id
for _number, _name in enumerate(PERCEPTIONS):
    _TEST_OF[TOKEN_ID[_name]] = _FIRST_TEST + 2 * _number

# The blocks that can be open while assembling.
_B_MAIN, _B_WHILE, _B_REPEAT, _B_IF, _B_THEN, _B_ELSE = (np.int64(kind) for kind in range(6))
_CLOSER = np.array([_M_CLOSE, _W_CLOSE, _R_CLOSE, _I_CLOSE, _I_CLOSE, _E_CLOSE])
# Columns of the stack of open blocks: kind, its instruction; of its body: first instruction, statements, primitives.
_KIND, _AT, _FIRST, _STATEMENTS, _PRIMITIVES = range(5)


@inline
def _opposite(test):
    """The test that holds where `test` does not."""
    return (test - _FIRST_TEST ^ 1) + _FIRST_TEST


@inline
def _word(operation, index, count, cost):
    return U(operation) | U(index) << INDEX_SHIFT | U(count) << COUNT_SHIFT | U(cost) << COST_SHIFT


@inline
def _condition(ids, length, i):
    """Read `c( … c)` at i: the test that holds when it does, and the index after it (`length` on error)."""
    failed, depth = (0, length), 0
    while i + 1 < length and ids[i] == _C_OPEN and ids[i + 1] == _NOT:
        depth += 1
        i += 2
    if i + depth + 2 >= length or ids[i] != _C_OPEN or ids[i + 1] > 49 or _TEST_OF[ids[i + 1]] < 0:
        return failed
    for at in range(i + 2, i + 3 + depth):
        if ids[at] != _C_CLOSE:
            return failed
    test = _TEST_OF[ids[i + 1]]
    return (_opposite(test) if depth & 1 else test), i + 3 + depth


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


@routine
def assemble(ids, length, calls, checks, code, targets, stack):
    """Translate the program `ids[:length]` into `code`; returns the number of instructions, or MALFORMED.

    `calls`: costs of Budget.calls (else of Budget.primitives). `checks`: with a CHECK in every WHILE. `code` and
    `targets` uint64[2·length + 1] are filled; `stack` int64[length, 5] is scratch.
    A statement that costs nothing and does nothing under Budget.primitives (REPEAT R=0, or of such) is left out,
    so that every turn of a loop costs something.
    """
    if length < 5 or ids[0] != _DEF or ids[1] != _RUN or ids[2] != _M_OPEN:
        return MALFORMED
    n, top, i, repeats, actions = _0, _0, 3, _0, _0
    pending = 1  # the call of the program itself
    _open(stack, _0, _B_MAIN, _0)
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
                code[n] = _word(action, actions & 63, _0, cost)
                n += 1
                actions += 1
                stack[top, _PRIMITIVES] += 1
                continue
            top += 1
            if token == _REPEAT:
                if i + 1 >= length or ids[i] < _R0 or ids[i] > _R19 or ids[i + 1] != _R_OPEN or repeats == MAX_DEPTH:
                    return MALFORMED
                _open(stack, top, _B_REPEAT, n)
                code[n] = _word(REPEAT, repeats, np.int64(ids[i]) - _R0, cost if calls else _0)
                n += 1
                repeats += 1
                i += 2
                continue
            test, i = _condition(ids, length, i)
            if i >= length or ids[i] != (_W_OPEN if token == _WHILE else _I_OPEN):
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
            code[n] = _word(_opposite(np.int64(code[at] & BYTE)), _0, _0, _0 if calls else _1)
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
            if i + 1 >= length or ids[i] != _ELSE or ids[i + 1] != _E_OPEN:
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
