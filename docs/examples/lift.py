"""A lift that brings everybody who waits to the ground floor."""

SIZE = (6, 1)  # floors × 1
ACTIONS = ("up", "down", "load", "unload")
PERCEPTIONS = ("at_top", "at_ground", "somebody_waits", "is_full")
UP, DOWN, LOAD, UNLOAD = range(4)  # actions and perceptions are numbers, in this order
AT_TOP, AT_GROUND, SOMEBODY_WAITS, IS_FULL = range(4)
ROOM = 2  # passengers


def draw(rng, height, width):
    """Up to three people on each floor; the empty lift at the bottom. Cells are how many wait."""
    cells = rng.integers(0, 4, (height, width))
    cells[-1] = 0
    cells[rng.integers(height - 1)] = 1  # somebody, somewhere
    return cells, (height - 1, 0, 0)  # the agent: row, column, passengers


def act(action, agent, cells):
    """The agent afterwards, and whether anything changed; cells are changed in place."""
    row, column, aboard = agent
    if action == UP and row > 0:
        return (row - 1, column, aboard), True
    if action == DOWN and row < len(cells) - 1:
        return (row + 1, column, aboard), True
    if action == LOAD and cells[row, column] > 0 and aboard < ROOM:
        cells[row, column] -= 1
        return (row, column, aboard + 1), True
    if action == UNLOAD and aboard > 0 and row == len(cells) - 1:
        return (row, column, 0), True
    return agent, False


def sense(perception, agent, cells):
    row, column, aboard = agent
    if perception == AT_TOP:
        return row == 0
    if perception == AT_GROUND:
        return row == len(cells) - 1
    if perception == SOMEBODY_WAITS:
        return cells[row, column] > 0
    return aboard == ROOM


def memory(world):
    """What the reward remembers: how many waited at first, and how many wait or ride still."""
    return [int(world.cells.sum()), int(world.cells.sum())]


def reward(action, changed, agent, cells, memory):
    """Each passenger who arrives pays a share of 1; the episode ends with the last."""
    if action != UNLOAD or not changed:
        return 0.0, False
    left = cells.sum()
    arrived, memory[1] = memory[1] - left, left
    return arrived / memory[0], left == 0


def place(agent):
    """Where the agent is drawn: row and column. Optional."""
    return agent[0], agent[1]
