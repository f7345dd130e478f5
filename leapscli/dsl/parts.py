"""Parts of programs that are known to be of use, as a table that edits draw from (edits.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import COUNTS, Vocabulary

_FRAME = np.array([PUBLISHED.token_id[token] for token in ("DEF", "run", "m(", "m)")], np.uint8)  # the same in all
_FREE = 0.02  # of each count and perception, beside those that were met: none is impossible

Part = tuple[bytes, int]  # its tokens, and how deeply blocks nest in it


def no_parts(vocabulary: Vocabulary = PUBLISHED) -> Any:
    """A table that nothing is drawn from (`editor.Parts`)."""
    return parts_of([], share=0.0, vocabulary=vocabulary)


def parts_of(groups: Sequence[TokenBatch], *, share: float, vocabulary: Vocabulary = PUBLISHED) -> Any:
    """The parts of all programs, as `editor.Parts`; `share` of an edit's new parts are drawn from them.

    Each group counts the same, however many programs are in it, and in a group each part as often as it occurs.
    """
    from leapscli.dsl.compiled.editor import Parts, Table
    from leapscli.dsl.compiled.mutator import CONDITION, COUNT, ONE_PERCEPTION, STATEMENT

    chances: dict[int, Counter[Part]] = {kind: Counter() for kind in (STATEMENT, CONDITION, COUNT, ONE_PERCEPTION)}
    for group in groups:
        for kind, met in _met(group).items():
            every = sum(met.values())
            for part, count in met.items():
                chances[kind][part] += count / every  # type: ignore[assignment]

    def table(kind: int) -> Any:
        parts = sorted(chances[kind])
        ids = np.full((max(1, len(parts)), max((len(text) for text, _ in parts), default=1)), vocabulary.pad, np.uint8)
        for row, (text, _) in enumerate(parts):
            ids[row, : len(text)] = np.frombuffer(text, np.uint8)
        weights = np.array([chances[kind][part] for part in parts] or [1])
        lengths = np.array([len(text) for text, _ in parts] or [1])
        return Table(_cumulative(weights), ids, lengths, np.array([depth for _, depth in parts] or [0]))

    def single(kind: int, first: int, size: int) -> NDArray[np.float64]:
        weights = np.full(size, _FREE)
        for (text, _), count in chances[kind].items():
            weights[text[0] - first] += count
        return _cumulative(weights)

    held = bool(chances[STATEMENT] and chances[CONDITION])
    return Parts(
        share if held else 0.0,
        table(STATEMENT),
        table(CONDITION),
        single(ONE_PERCEPTION, vocabulary.ids.perception, len(vocabulary.perceptions)),
        single(COUNT, vocabulary.ids.r0, len(COUNTS)),
    )


def bodies(
    ids: NDArray[np.uint8], lengths: NDArray[np.int64], *, at: NDArray[np.int64], among: TokenBatch
) -> TokenBatch:
    """The programs `among`, those `at` [R] replaced by programs whose bodies are the statements `ids` uint8[R, M]."""
    whole, sizes = among.ids.copy(), among.lengths.copy()
    room = whole.shape[1] - len(_FRAME)
    fitting = np.flatnonzero(lengths <= room)
    at, ids, lengths = at[fitting], ids[fitting], lengths[fitting]
    whole[at] = among.vocabulary.pad
    whole[at, : len(_FRAME) - 1] = _FRAME[:-1]
    width = min(room, ids.shape[1])
    whole[at, len(_FRAME) - 1 : len(_FRAME) - 1 + width] = ids[:, :width]
    whole[at, len(_FRAME) - 1 + lengths] = _FRAME[-1]
    sizes[at] = lengths + len(_FRAME)
    return TokenBatch(whole, sizes, among.vocabulary)


def _met(programs: TokenBatch) -> dict[int, Counter[Part]]:
    """The number of times that each part occurs, by kind."""
    from leapscli.dsl.compiled.editor import nodes_of

    found: dict[int, Counter[Part]] = {}
    for program, start, end, kind, depth in nodes_of(programs.vocabulary.ids, programs.ids, programs.lengths).tolist():
        part = programs.ids[program, start:end].tobytes(), depth
        found.setdefault(kind, Counter())[part] += 1
    return found


def _cumulative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cumsum(weights / weights.sum())
