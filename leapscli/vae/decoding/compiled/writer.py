"""The kernel that writes programs: each block of the GPU a few of them, from the first token to the last.

The state goes through memory between steps, since a product reads it in pieces; weights and tables stay in the cache.

Axes: R rows of a block, K units, V vocabulary, padded to W.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _sigmoid(x):
    return 1.0 / (1.0 + tl.exp(-x))


@triton.jit
def _tanh(x):
    return 2.0 / (1.0 + tl.exp(-2.0 * x)) - 1.0


@triton.jit
def write(
    gates_of_z, head_of_z, start, memory, weight, bias, token_gates, token_head, out_weight, out_bias, mask, moves,
    prefix, noise, ids, count,
    K: tl.constexpr, V: tl.constexpr, W: tl.constexpr, R: tl.constexpr, PIECE: tl.constexpr, TOKENS: tl.constexpr,
    FORCED: tl.constexpr, SLACKS: tl.constexpr, START: tl.constexpr, END: tl.constexpr, SHORTEST: tl.constexpr,
    CLOSING: tl.constexpr, SAMPLED: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Write the programs of one block; `memory` [rows, 2K] holds their states and what the head makes of them."""
    row = tl.program_id(0) * R + tl.arange(0, R)
    live = row < count
    unit, piece, word = tl.arange(0, K), tl.arange(0, PIECE), tl.arange(0, W)
    own = row[:, None] * K + unit[None]
    own3 = row[:, None] * (3 * K) + unit[None]
    held = memory + row[:, None] * (2 * K)
    state = tl.load(start + own, mask=live[:, None], other=0.0)
    node = tl.zeros([R], tl.int64) + START
    stack = tl.zeros([R], tl.int64)
    closing = tl.zeros([R], tl.int64) + SHORTEST
    token = tl.zeros([R], tl.int64)
    going, place = 1, 0
    while (place < TOKENS) & (going > 0):
        tl.store(held + unit[None], state)
        tl.debug_barrier()  # pieces of the state are other threads' work
        reset = tl.zeros([R, K], tl.float32)
        update = tl.zeros([R, K], tl.float32)
        new = tl.zeros([R, K], tl.float32)
        hidden = tl.zeros([R, K], tl.float32)
        for first in range(0, K, PIECE):
            part = tl.load(held + first + piece[None])
            at = weight + (first + piece)[:, None] * (4 * K) + unit[None]
            reset = tl.dot(part, tl.load(at), reset, input_precision=PRECISION)
            update = tl.dot(part, tl.load(at + K), update, input_precision=PRECISION)
            new = tl.dot(part, tl.load(at + 2 * K), new, input_precision=PRECISION)
            hidden = tl.dot(part, tl.load(at + 3 * K), hidden, input_precision=PRECISION)
        if place < FORCED:
            token = tl.zeros([R], tl.int64) + tl.load(prefix + place)
        else:
            hidden += tl.load(token_head + token[:, None] * K + unit[None])
            hidden += tl.load(head_of_z + own, mask=live[:, None], other=0.0)
            tl.store(held + K + unit[None], _tanh(hidden))
            tl.debug_barrier()
            logits = tl.zeros([R, W], tl.float32)
            for first in range(0, K, PIECE):
                part = tl.load(held + K + first + piece[None])
                at = out_weight + (first + piece)[:, None] * W + word[None]
                logits = tl.dot(part, tl.load(at), logits, input_precision=PRECISION)
            key = node * SLACKS + (TOKENS - place - closing)
            logits += tl.load(out_bias + word)[None] + tl.load(mask + key[:, None] * W + word[None])
            if SAMPLED:  # of exponential times at the tokens' rates the shortest is the one drawn
                times = noise + (row[:, None] * TOKENS + place) * V + word[None]
                known = live[:, None] & (word < V)[None]
                logits -= tl.log(tl.load(times, mask=known, other=1.0))
            token = tl.argmax(logits, 1).to(tl.int64)
        tl.store(ids + row * TOKENS + place, token.to(tl.uint8), mask=live)
        gates = token_gates + token[:, None] * (3 * K) + unit[None]
        reset += tl.load(gates) + tl.load(gates_of_z + own3, mask=live[:, None], other=0.0)
        update += tl.load(gates + K) + tl.load(gates_of_z + own3 + K, mask=live[:, None], other=0.0)
        inner = tl.load(gates + 2 * K) + tl.load(gates_of_z + own3 + 2 * K, mask=live[:, None], other=0.0)
        reset = _sigmoid(reset + tl.load(bias + unit)[None])
        update = _sigmoid(update + tl.load(bias + K + unit)[None])
        new = _tanh(inner + reset * (new + tl.load(bias + 2 * K + unit)[None]))
        state = new + update * (state - new)
        move = tl.load(moves + node * V + token)  # packed as FusedDecoding has it
        pop, push = (move >> 20) & 15, (move >> 16) & 15
        node = (move & 255) + (stack & 15) * (pop >> 2)
        stack = ((stack >> pop) << push) | ((move >> 8) & 255)
        closing += (move >> 24) - CLOSING
        going = tl.sum(((node != END) & live).to(tl.int32), 0)
        place += 1
