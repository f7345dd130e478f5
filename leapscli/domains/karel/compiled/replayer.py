"""States along recorded traces, compiled: Karel by row, column and direction, on worlds that need no ring of wall."""

from __future__ import annotations

import numpy as np

from leapscli.domains.karel.actions import FULL, MOVE, PICK_MARKER, TURN_LEFT, TURN_RIGHT, WALL
from leapscli.jit import kernel


@kernel
def replay(cells0, agents0, actions, lengths, cells, agents):
    """States along traces: fills `cells` uint8[N, F, H, W] and `agents` int16[N, F, 3]; F = 1 keeps the last alone."""
    n, frames, height, width = cells.shape
    for i in range(n):
        world = cells0[i].copy()
        row, column, direction = np.int64(agents0[i, 0]), np.int64(agents0[i, 1]), np.int64(agents0[i, 2])
        length = lengths[i]
        for t in range(actions.shape[1] + 1):
            if frames > 1:
                cells[i, t] = world
                agents[i, t, 0], agents[i, t, 1], agents[i, t, 2] = row, column, direction
            if t >= length:
                if frames == 1:
                    break
                continue
            action = actions[i, t]
            if action == MOVE:
                r = row + (direction == 2) - (direction == 0)
                c = column + (direction == 1) - (direction == 3)
                if 0 <= r < height and 0 <= c < width and world[r, c] != WALL:
                    row, column = r, c
                else:
                    direction = (direction + 2) & 3
            elif action == TURN_LEFT:
                direction = (direction + 3) & 3
            elif action == TURN_RIGHT:
                direction = (direction + 1) & 3
            elif action == PICK_MARKER:
                if world[row, column] > 0:
                    world[row, column] -= np.uint8(1)
            elif world[row, column] < FULL:
                world[row, column] += np.uint8(1)
        if frames == 1:
            cells[i, 0] = world
            agents[i, 0, 0], agents[i, 0, 1], agents[i, 0, 2] = row, column, direction
