"""Leave out of a program what makes no difference: searches gather statements that do nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.reductions import reductions
from leapscli.search.objective import Objective


def simplify(program: Program, objectives: Sequence[Objective]) -> Program:
    """The program, reduced step by step for as long as each return on each state of every objective stays the same.

    Of the reductions that behave alike the shortest is taken. The objectives count and remember nothing of it.
    """
    judges = [objective.afresh() for objective in objectives]
    wanted = [judge(TokenBatch.of([program])).behaviours[0] for judge in judges]
    while shorter := sorted(reductions(program), key=lambda reduced: len(reduced.tokens)):
        tokens = TokenBatch.of(shorter)
        pairs = zip(judges, wanted, strict=True)
        alike = np.flatnonzero(np.logical_and.reduce([judge(tokens).behaviours == kind for judge, kind in pairs]))
        if not len(alike):
            break
        program = shorter[alike[0]]
    return program
