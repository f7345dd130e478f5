"""The 51 tokens of the Karel language and their ids, as LEAPS's published datasets and weights use them."""

from __future__ import annotations

import hashlib

ACTION_TOKENS = ("move", "turnRight", "turnLeft", "pickMarker", "putMarker")
PERCEPTIONS = ("frontIsClear", "leftIsClear", "rightIsClear", "markersPresent", "noMarkersPresent")
COUNTS = tuple(f"R={n}" for n in range(20))

TOKENS: tuple[str, ...] = (
    *("DEF", "run", "m(", "m)"),
    *ACTION_TOKENS,
    *("r(", "r)"),
    *COUNTS,
    *("REPEAT", "c(", "c)", "i(", "i)", "e(", "e)", "IF", "IFELSE", "ELSE"),
    *PERCEPTIONS,
    *("not", "w(", "w)", "WHILE"),
    "<pad>",
)
TOKEN_ID: dict[str, int] = {token: i for i, token in enumerate(TOKENS)}
VOCABULARY_SIZE = len(TOKENS)
PAD = TOKEN_ID["<pad>"]

# Longest program of the paper's datasets and decoder (DESIGN of the embedding space; LEAPS appendix).
MAX_TOKENS = 45

# Action ids, used in traces: another order than the tokens'.
ACTIONS = ("move", "turnLeft", "turnRight", "pickMarker", "putMarker")
ACTION_ID: dict[str, int] = {action: i for i, action in enumerate(ACTIONS)}

# Datasets and weights carry this hash: ids mean something only under one token order.
VOCABULARY_HASH = hashlib.sha256("\n".join(TOKENS).encode()).hexdigest()[:16]
