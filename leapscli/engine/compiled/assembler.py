"""Token ids → instructions, compiled: one pass with a stack of open blocks, which also checks that it is a program.

The instruction word is described in `bytecode.py`.
"""

from __future__ import annotations

import numpy as np

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
# The blocks that can be open while assembling.
_B_MAIN, _B_WHILE, _B_REPEAT, _B_IF, _B_THEN, _B_ELSE = (np.int64(kind) for kind in range(6))
# Columns of the stack of open blocks: kind, its instruction; of its body: first instruction, statements, primitives.
_KIND, _AT, _FIRST, _STATEMENTS, _PRIMITIVES = range(5)


@inline
def _closer(t, kind):
    """The token that closes a block."""
    if kind == _B_MAIN:
        return t.m_close
    if kind == _B_WHILE:
        return t.w_close
    if kind == _B_REPEAT:
        return t.r_close
    return t.e_close if kind == _B_ELSE else t.i_close


@inline
def _opposite(t, test):
    """The test that holds where `test` does not."""
    first = FIRST_ACTION + t.actions
    return (test - first ^ 1) + first


@inline
def _word(operation, index, count, cost):
    return U(operation) | U(index) << INDEX_SHIFT | U(count) << COUNT_SHIFT | U(cost) << COST_SHIFT


@inline
def _condition(t, ids, length, i):
    """Read `c( … c)` at i: the test that holds when it does, and the index after it (`length` on error)."""
    failed, depth = (0, length), 0
    while i + 1 < length and ids[i] == t.c_open and ids[i + 1] == t.NOT:
        depth += 1
        i += 2
    if i + depth + 2 >= length or ids[i] != t.c_open:
        return failed
    number = np.int64(ids[i + 1]) - t.perception
    if number < 0 or number >= t.perceptions:
        return failed
    for at in range(i + 2, i + 3 + depth):
        if ids[at] != t.c_close:
            return failed
    test = FIRST_ACTION + t.actions + 2 * number + (depth & 1)
    return test, i + 3 + depth


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
def assemble(t, ids, length, calls, checks, code, targets, stack):
    """Translate the program `ids[:length]` into `code`; returns the number of instructions, or MALFORMED.

    `t` are the vocabulary's ids. `calls`: costs of Budget.calls (else of Budget.primitives). `checks`: with a CHECK
    in every WHILE. `code` and `targets` uint64[2·length + 1] are filled; `stack` int64[length, 5] is scratch. A
    statement that costs nothing and does nothing under Budget.primitives (REPEAT R=0, or of such) is left out, so
    that every turn of a loop costs something.
    """
    if length < 5 or ids[0] != t.DEF or ids[1] != t.run or ids[2] != t.m_open:
        return MALFORMED
    n, top, i, repeats, actions = _0, _0, 3, _0, _0
    pending = 1  # the call of the program itself
    _open(stack, _0, _B_MAIN, _0)
    while i < length:
        token = np.int64(ids[i])
        if token >= t.pad:
            return MALFORMED
        i += 1
        action = token - t.action
        acts = 0 <= action < t.actions
        if acts or token in (t.WHILE, t.IF, t.IFELSE, t.REPEAT):
            stack[top, _STATEMENTS] += 1
            if stack[top, _STATEMENTS] == 1:
                stack[top, _FIRST] = n
            cost = (pending + 1 if acts else pending + 2) if calls else 1
            pending = 0
            if acts:
                code[n] = _word(FIRST_ACTION + action, actions & 63, _0, cost)
                n += 1
                actions += 1
                stack[top, _PRIMITIVES] += 1
                continue
            top += 1
            if token == t.REPEAT:
                if (
                    i + 1 >= length
                    or ids[i] < t.r0
                    or ids[i] >= t.r0 + t.counts
                    or ids[i + 1] != t.r_open
                    or repeats == MAX_DEPTH
                ):
                    return MALFORMED
                _open(stack, top, _B_REPEAT, n)
                code[n] = _word(REPEAT, repeats, np.int64(ids[i]) - t.r0, cost if calls else _0)
                n += 1
                repeats += 1
                i += 2
                continue
            test, i = _condition(t, ids, length, i)
            if i >= length or ids[i] != (t.w_open if token == t.WHILE else t.i_open):
                return MALFORMED
            i += 1
            _open(stack, top, _B_WHILE if token == t.WHILE else _B_IF if token == t.IF else _B_THEN, n)
            code[n] = _word(test, _0, _0, cost)
            n += 1
            if token == t.WHILE and checks:
                code[n] = _word(CHECK, repeats, _0, _0)
                n += 1
            continue
        kind, at, statements = stack[top, _KIND], stack[top, _AT], stack[top, _STATEMENTS]
        if statements == 0 or token != _closer(t, kind):
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
            code[n] = _word(_opposite(t, np.int64(code[at] & BYTE)), _0, _0, _0 if calls else _1)
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
            if i + 1 >= length or ids[i] != t.ELSE or ids[i + 1] != t.e_open:
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
