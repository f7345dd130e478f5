"""Token orders: what the ids of a checkpoint's rows stand for.

A state dict has no token in it, so the order belongs to the code that wrote it. Both end with `<pad>`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.published import ACTIONS, PERCEPTIONS, TOKENS
from leapscli.dsl.vocabulary import COUNTS

LEAPS, PROG_POLICIES = "leaps", "prog_policies"
ORDERS: dict[str, tuple[str, ...]] = {
    LEAPS: TOKENS,
    # Control tokens in the order in which the nodes of its KarelDSL first use them, then what they are used with.
    PROG_POLICIES: (
        *("DEF", "run", "m(", "m)"),
        *("WHILE", "c(", "c)", "w(", "w)", "IF", "i(", "i)", "IFELSE", "ELSE", "e(", "e)", "REPEAT", "r(", "r)", "not"),
        *ACTIONS,
        *PERCEPTIONS,
        *COUNTS,
        "<pad>",
    ),
}


def rows_of(order: str) -> NDArray[np.int64]:
    """int64[V]: for each token in our order its row in `order`."""
    row = {token: i for i, token in enumerate(ORDERS[order])}
    return np.array([row[token] for token in TOKENS])
