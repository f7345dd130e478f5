"""A random stream for compiled code: splitmix64 (Steele, Lea & Flood, OOPSLA 2014).

A counter and a mixing function, so that the stream of program 7 is there without drawing those of programs 0 to 6.
States are one-element uint64 arrays.
"""

from __future__ import annotations

import numpy as np

from leapscli.jit import inline

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S11, _S32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11), np.uint64(32)


@inline
def mix(z):
    """splitmix64's finalizer: every input bit reaches every output bit."""
    z = (z ^ (z >> _S30)) * _MIX1
    z = (z ^ (z >> _S27)) * _MIX2
    return z ^ (z >> _S31)


@inline
def start_stream(state, key, index):
    """Put `state` at the beginning of stream `index` (a non-negative integer) under the uint64 `key`."""
    state[0] = mix(key + mix(np.uint64(index) + GOLDEN))


@inline
def next_u64(state):
    """64 random bits."""
    state[0] += GOLDEN
    return mix(state[0])


@inline
def uniform(state):
    """A float64 in [0, 1), a multiple of 2**-53."""
    return np.float64(next_u64(state) >> _S11) * 2.0**-53


@inline
def below(state, n):
    """An int64 in [0, n), for n < 2**31; its bias is under n / 2**32."""
    return np.int64(((next_u64(state) >> _S32) * np.uint64(n)) >> _S32)


@inline
def pick(state, cumulative):
    """An index, by cumulative probabilities; the last one where rounding leaves them short of 1."""
    u = uniform(state)
    i = 0
    while i < len(cumulative) - 1 and u >= cumulative[i]:
        i += 1
    return i
