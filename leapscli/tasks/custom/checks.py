"""The functions of a user's task file, watched: what they raise, or return of a wrong kind, becomes a TaskError."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from math import isfinite
from types import FunctionType
from typing import Any

import numpy as np

from leapscli.domains.karel.world import World
from leapscli.errors import Interrupted, TaskError, described
from leapscli.tasks.custom.repeat import repeatable
from leapscli.tasks.custom.reward import RETURNS

Function = Callable[..., Any]
Blame = Callable[..., TaskError]  # what went wrong, in which function, in which line


def guarded(name: str, function: Function, blame: Blame) -> Function:
    """`function`, what it raises turned into a TaskError, and Ctrl-C into Interrupted with the line."""

    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except KeyboardInterrupt as error:  # in a loop without end, perhaps
            raise Interrupted(f"stopped in {blame(error, name).message.removesuffix(': KeyboardInterrupt')}") from None
        except (Exception, SystemExit) as error:
            raise blame(error, name) from error

    return call


def checked_draw(function: FunctionType, blame: Blame) -> Function:
    """One initial world, of the size asked for; the same for the same rng."""
    inner = guarded("draw", function, blame)

    def draw(rng: np.random.Generator, height: int, width: int) -> World:
        world = inner(rng, height, width)
        if not isinstance(world, World):
            raise blame(f"it must return a World, not {described(world)}", "draw")
        if (world.height, world.width) != (height, width):
            raise blame(f"it drew {world.height}×{world.width} cells where {height}×{width} were asked for", "draw")
        return world

    return repeatable("draw", "rng", draw, function, blame)


def checked_zones(function: FunctionType, blame: Blame) -> Function:
    """Marks on cells, uint8[H, W]; the same for the same world."""
    inner = guarded("zones", function, blame)

    def zones(world: World) -> Any:
        made = inner(world)
        zone = np.asarray(made)
        if zone.shape != world.walls.shape or zone.dtype.kind not in "biu":
            shape = list(world.walls.shape)
            raise blame(f"it must return an array of whole numbers {shape}, not {described(made)}", "zones")
        if not 0 <= zone.min() <= zone.max() <= 255:
            raise blame(f"marks from {zone.min()} to {zone.max()}: 0 to 255 fit", "zones")
        return zone.astype(np.uint8)

    return repeatable("zones", "world", zones, function, blame)


def checked_memory(function: FunctionType, blame: Blame) -> Function:
    """The memory of the reward: as many whole numbers for every world of a size; the same for the same world."""
    inner, counts = guarded("memory", function, blame), defaultdict[tuple[int, int], set[int]](set)

    def memory(world: Any) -> list[int]:
        made = inner(world)
        try:
            numbers = [int(number) for number in made]
            fits = all(n == given and -(2**63) <= n < 2**63 for n, given in zip(numbers, made, strict=True))
        except (TypeError, ValueError, OverflowError):
            fits = False
        if not fits:
            raise blame(f"it must return a list of whole numbers, not {described(made)}", "memory")
        seen = counts[world.height, world.width]
        seen.add(len(numbers))
        if len(seen) > 1:
            raise blame(f"it must return as many numbers for every world, not {sorted(seen)}", "memory")
        return numbers

    return repeatable("memory", "world", memory, function, blame)


def checked_check(function: Function, blame: Blame) -> Function:
    """The reason why a size makes no sense, or None."""
    inner = guarded("check", function, blame)

    @wraps(function)
    def check(height: int, width: int) -> str | None:
        reason = inner(height, width)
        if reason is not None and not isinstance(reason, str):
            raise blame(f"it must return None, or in words why not, not {described(reason)}", "check")
        return reason

    return check


def checked_reward(function: Function, blame: Blame) -> Function:
    """The reward as Python, in the arithmetic of compiled code: what an array holds counts as int64."""
    inner = guarded("reward", function, blame)

    @wraps(function)
    def reward(action: int, changed: bool, pos: int, ahead: int, cells: Any, zone: Any, memory: Any) -> Any:
        wide = cells.astype(np.int64)
        with np.errstate(all="ignore"):  # numbers wrap and divide as they do in compiled code
            made = inner(action, changed, pos, ahead, wide, zone.astype(np.int64), memory)
        cells[:] = wide
        try:
            gain, over = made
            gain = float(gain)
        except (TypeError, ValueError):
            raise blame(f"{RETURNS}, not {described(made)}", "reward") from None
        if not isfinite(gain):
            raise blame(f"it paid {gain}; a reward must be finite", "reward")
        return gain, bool(over)

    return reward


CHECKED = {
    "draw": checked_draw,
    "zones": checked_zones,
    "memory": checked_memory,
    "check": checked_check,
    "reward": checked_reward,
}
