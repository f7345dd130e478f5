"""The engine's instruction set: what one 64-bit instruction word means.

    bits  0-7   operation
    bits  8-15  index: of the action in the program, or how many REPEATs are around
    bits 16-31  count: R of a REPEAT
    bits 32-63  cost: what reaching this instruction takes from the budget

Beside it stands its target: where a jump leads, or a test that fails; all else goes on to the next instruction. A WHILE
is a test, a CHECK (where endless runs are looked for), its body, and the opposite test leading back to the CHECK. The
two budgets differ in the costs alone. Under `Budget.primitives` an action or a perception costs 1. Under `Budget.calls`
a statement costs the calls that the published interpreter makes from the statement before it.

Operations from FIRST_ACTION on are the domain's: its actions, then two tests for each perception, that it holds and
that it does not.
"""

from __future__ import annotations

import numpy as np

REPEAT, AGAIN, JUMP, CHECK, END, FIRST_ACTION = (np.int64(operation) for operation in range(6))

# The mask of operation and index, the mask of the count, and the shifts of the fields above.
BYTE, SHORT = np.uint64(0xFF), np.uint64(0xFFFF)
INDEX_SHIFT, COUNT_SHIFT, COST_SHIFT = (np.uint64(n) for n in (8, 16, 32))

MAX_DEPTH = 64  # nested REPEATs
MAX_PROGRAM = 100_000  # tokens
