"""Karel's symmetries: renamings of tokens under which programs stay programs, and do the mirror image of what they did.

Left and right change places; or picking and putting, and with them whether a marker is there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import TOKEN_ID, VOCABULARY_SIZE

_PAIRS = (
    (("turnLeft", "turnRight"), ("leftIsClear", "rightIsClear")),
    (("pickMarker", "putMarker"), ("markersPresent", "noMarkersPresent")),
)


def _renaming(pairs: tuple[tuple[str, str], ...]) -> NDArray[np.uint8]:
    """uint8[V], what each token becomes."""
    renamed = np.arange(VOCABULARY_SIZE, dtype=np.uint8)
    for one, other in pairs:
        renamed[[TOKEN_ID[one], TOKEN_ID[other]]] = TOKEN_ID[other], TOKEN_ID[one]
    return renamed


RENAMINGS = tuple(_renaming(pairs) for pairs in _PAIRS)


def with_symmetries(programs: TokenBatch) -> TokenBatch:
    """P programs and their images, 4P in all."""
    ids, lengths = programs.ids, programs.lengths
    for renaming in RENAMINGS:
        ids, lengths = np.concatenate([ids, renaming[ids]]), np.concatenate([lengths, lengths])
    return TokenBatch(ids, lengths)
