"""The engine's instruction set: what one 64-bit instruction word means.

A program is a graph: every instruction names its successors, so there are no jumps at run time.

    bits  0-4   operation
    bits  5-10  index: of the action in the program, or of the REPEAT counter (its depth, at most 63)
    bits 11-15  count: R of a REPEAT
    bits 16-31  cost: what reaching this instruction adds to the budget's counter
    bits 32-47  successor; of a test, when its perception holds; of a REPEAT, its body
    bits 48-63  other successor; of a test, when it does not hold; of a REPEAT, what follows it

The two budgets differ in the costs alone. Under `Budget.primitives` an action or a perception costs 1. Under
`Budget.calls` the cost of a statement is the calls that the published interpreter makes from the statement before it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOVE, TURN_LEFT, TURN_RIGHT, PICK_MARKER, PUT_MARKER = range(5)  # = the action ids of traces
FRONT_CLEAR, LEFT_CLEAR, RIGHT_CLEAR, MARKERS = range(5, 9)
LOOP_TEST = 4  # added to a test: the one at the end of a WHILE's body, where endless runs are looked for
REPEAT, AGAIN, END, JUMP = range(13, 17)  # JUMP exists while assembling only
OPERATIONS = (
    *("move", "turnLeft", "turnRight", "pickMarker", "putMarker"),
    *("front?", "left?", "right?", "markers?", "front?↺", "left?↺", "right?↺", "markers?↺"),
    *("repeat", "again", "end", "jump"),
)

# Masks and shifts of the fields above.
OPERATION, SMALL, WORD = np.uint64(31), np.uint64(63), np.uint64(0xFFFF)
INDEX_SHIFT, COUNT_SHIFT, COST_SHIFT, NEXT_SHIFT, OTHER_SHIFT = (np.uint64(n) for n in (5, 11, 16, 32, 48))

MAX_DEPTH = 63  # nested REPEATs
MAX_PROGRAM = 16_000  # tokens: successors and costs have 16 bits


def disassemble(code: NDArray[np.uint64]) -> str:
    """The instructions up to the end, one a line, for people."""
    lines = []
    for i, word in enumerate(int(word) for word in code):
        operation, index, count = word & 31, word >> 5 & 63, word >> 11 & 31
        cost, successor, other = word >> 16 & 0xFFFF, word >> 32 & 0xFFFF, word >> 48
        lines.append(f"{i:3} {OPERATIONS[operation]:11} #{index} R={count} cost {cost} → {successor} / {other}")
        if operation == END:
            break
    return "\n".join(lines)
