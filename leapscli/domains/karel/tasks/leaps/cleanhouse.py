"""Pick up the litter along the walls of an apartment. (LEAPS, appendix: CleanHouse.)"""

import numpy as np

from leapscli.domains.karel.cells import SOUTH
from leapscli.domains.karel.tasks.leaps.harvester import memory, reward
from leapscli.domains.karel.world import World

__all__ = ["SIZE", "check", "draw", "memory", "reward"]

APARTMENT = (
    "######################",
    "#..##########.#......#",
    "#..#..........#####.##",
    "##.#................##",
    "##........#.........##",
    "###.#.###.#..###.#.###",
    "#...#...#....#...#..##",
    "#...#...#....#...#...#",
    "#...#...#....#...##..#",
    "#...#...##..##...##.##",
    "#...#...##..##...#..##",
    "#...#...##..##...#..##",
    "#...#...##..##...#..##",
    "######################",
)
WALLS = np.array([[cell == "#" for cell in row] for row in APARTMENT])
SIZE = WALLS.shape
KEPT_CLEAN = ((1, 13), (2, 12), (3, 10), (4, 11), (5, 11), (6, 10))
ALWAYS = (2, 12)
LITTER = 10


def check(height, width):
    """There is one apartment."""
    return None if (height, width) == SIZE else "the apartment has one size"


def _beside_walls():
    """Cells of which a neighbour is wall, as the published code lists them."""
    height, width = SIZE
    beside = np.zeros(SIZE, np.bool_)
    for r, c in np.argwhere(WALLS):
        beside[r - 1, c] |= r - 1 > 0
        beside[r, c - 1] |= c - 1 > 0
        if r + 1 < height - 1:
            beside[r + 1, c] = True
        if c + 1 < width - 1:
            beside[r, c + 1] = True
    beside[tuple(np.transpose(KEPT_CLEAN))] = False
    return np.argwhere(beside & ~WALLS)


CANDIDATES = _beside_walls()


def draw(rng, height, width):
    """Ten markers on distinct cells beside walls, and one that is always there."""
    markers = np.zeros(SIZE, np.uint8)
    for r, c in CANDIDATES[rng.choice(len(CANDIDATES), LITTER, replace=False)]:
        markers[r, c] = 1
    markers[ALWAYS] = 1
    return World(WALLS, markers, (1, 13, SOUTH))
