"""Perceptions for environments of several packages, as users write them."""

from __future__ import annotations

FROZEN_LAKE = """
ACTIONS = ("left", "down", "right", "up")

def state(env):
    return env.s, str(env.np_random.bit_generator.state["state"])

def _cell(env, down, right):
    row, column = divmod(env.s, env.ncol)
    row, column = min(max(row + down, 0), env.nrow - 1), min(max(column + right, 0), env.ncol - 1)
    return env.desc[row, column]

def hole_below(env):
    return _cell(env, 1, 0) == b"H"

def hole_right(env):
    return _cell(env, 0, 1) == b"H"

def bottom(env):
    return env.s // env.ncol == env.nrow - 1
"""

CART_POLE = """
ACTIONS = ("left", "right")

def falls_right(observation):
    return observation[2] + 0.3 * observation[3] > 0

def moves_right(observation):
    return observation[1] > 0
"""

MOUNTAIN_CAR = """
ACTIONS = {"left": 0, "right": 2}

def goes_right(observation):
    return observation[1] > 0
"""

PENDULUM = """
ACTIONS = {"left": [-2.0], "rest": [0.0], "right": [2.0]}

def is_up(observation):
    return observation[0] > 0

def turns_left(observation):
    return observation[2] > 0
"""

DOOR_KEY = """
import minigrid

ACTIONS = ("left", "right", "forward", "pickup", "drop", "toggle")

def _ahead(env):
    cell = env.grid.get(*env.front_pos)
    return cell.type if cell else ""

def front_is_clear(env):
    cell = env.grid.get(*env.front_pos)
    return cell is None or cell.can_overlap()

def front_is_key(env):
    return _ahead(env) == "key"

def front_is_door(env):
    return _ahead(env) == "door"

def front_is_goal(env):
    return _ahead(env) == "goal"

def has_key(env):
    return env.carrying is not None
"""

HIGHWAY = """
import highway_env

ACTIONS = ("left", "idle", "right", "faster", "slower")

def _near(observation, down):
    others = [row for row in observation[1:] if row[0] and abs(row[2] + down) < 0.02]
    return any(0 < row[1] < 0.15 for row in others)

def car_ahead(observation):
    return _near(observation, 0.0)
"""

EACH = {
    "FrozenLake-v1": FROZEN_LAKE,
    "CartPole-v1": CART_POLE,
    "MountainCar-v0": MOUNTAIN_CAR,
    "Pendulum-v1": PENDULUM,
    "MiniGrid-DoorKey-5x5-v0": DOOR_KEY,
    "highway-fast-v0": HIGHWAY,
}
