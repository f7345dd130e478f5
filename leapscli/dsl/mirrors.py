"""Mirror images of programs: renamings of tokens under which they do the mirror image of what they did."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.vocabulary import Vocabulary


def renamings(vocabulary: Vocabulary) -> list[NDArray[np.uint8]]:
    """The id that each token becomes, uint8[V], for each of the vocabulary's mirrors."""
    made = []
    for pairs in vocabulary.mirrors:
        renamed, at = np.arange(vocabulary.size, dtype=np.uint8), vocabulary.token_id
        for one, other in pairs:
            renamed[[at[one], at[other]]] = at[other], at[one]
        made.append(renamed)
    return made


def with_mirrors(programs: TokenBatch) -> TokenBatch:
    """P programs and their images, 2^M · P in all for M mirrors."""
    ids, lengths = programs.ids, programs.lengths
    for renaming in renamings(programs.vocabulary):
        ids, lengths = np.concatenate([ids, renaming[ids]]), np.concatenate([lengths, lengths])
    return TokenBatch(ids, lengths, programs.vocabulary)
