"""A task of the user's own: one Python file, executed and checked, every mistake reported against its line.

What a file defines is described in `registry.py`, and for users in docs/tasks.md. Its functions come back checked (see
`checks.py`); the reward twice, as Python for viewers and compiled for the engine (`reward.py`). A file with actions
and perceptions of its own is a world (`world_file.py`).
"""

from __future__ import annotations

import difflib
import inspect
import math
import os
import re
from numbers import Integral, Real
from pathlib import Path
from types import FunctionType, ModuleType

from leapscli.domains.karel.cells import MAX_SIDE
from leapscli.errors import TaskError
from leapscli.python_file import PythonFile
from leapscli.tasks.custom.checks import CHECKED
from leapscli.tasks.custom.compiling import check_bounds
from leapscli.tasks.custom.reward import PARAMETERS, compiled_reward
from leapscli.tasks.custom.world_file import ARGUMENTS as OF_WORLDS
from leapscli.tasks.custom.world_file import NEEDED as BY_WORLDS
from leapscli.tasks.custom.world_file import load_world

SEE = "`leaps docs tasks` shows a complete task file"
SEE_WORLDS = "`leaps docs domains` builds a world from nothing"
ARGUMENTS = {
    "draw": ("rng", "height", "width"),
    "reward": PARAMETERS,
    "zones": ("world",),
    "memory": ("world",),
    "check": ("height", "width"),
}
NEEDED = ("SIZE", "draw", "reward")
SPECIAL = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_GENERATOR
SPECIAL |= inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


_WORLDS: dict[tuple[Path, bytes], ModuleType] = {}  # compiled once for each content


def task_name(path: Path) -> str:
    """The name of the task in this file: `sweeper` for sweeper.py."""
    return re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-_") or "task"


def load(path: Path) -> ModuleType:
    """The task that a file defines, as the registry wants it. Raises TaskError naming file and line."""
    if not path.is_file():
        close = difflib.get_close_matches(path.name, [other.name for other in path.parent.glob("*.py")], 1)
        raise TaskError(f"no task file {path}", f"did you mean {path.parent / close[0]}?" if close else SEE)
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:  # it is recorded in artifacts, which are UTF-8
        raise TaskError(f"{path}: its name, or that of its folder, is not UTF-8", "rename it") from None
    key = path.absolute(), path.read_bytes() if os.access(path, os.R_OK) else b""
    if key in _WORLDS:
        return _WORLDS[key]
    file = TaskFile(path)
    if world := file.world():
        return load_world(file, world, task_name(world.path))
    if file.is_world:
        return _WORLDS.setdefault(key, load_world(file, file, task_name(path)))
    made = ModuleType(file.namespace.__name__, file.namespace.__doc__)
    made.__dict__.update(SIZE=file.size(), BEST=file.best(), SOURCE=path)
    for name in [name for name in ARGUMENTS if name in file]:
        made.__dict__[name] = CHECKED[name](file.function(name), file.error)
    made.__dict__["compiled_reward"] = compiled_reward(file.function("reward"), file.error)
    return made


class TaskFile(PythonFile[TaskError]):
    """A task's file as it was executed, and where in it things are."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"leaps_task_{task_name(path)}".replace("-", "_"), TaskError, SEE)
        check_bounds(self.namespace)
        self.is_world = any(name in self for name in ("WORLD", "ACTIONS", "PERCEPTIONS", "act"))
        if "WORLD" in self:
            return
        needed, see = (BY_WORLDS, SEE_WORLDS) if self.is_world else (NEEDED, SEE)
        for name in needed:
            if name not in self:
                what = "a world" if self.is_world else "a task"
                raise TaskError(f"{path}: it defines no {name}", f"{what} needs {', '.join(needed)}; {see}")

    def world(self) -> TaskFile | None:
        """The file of the world that this one has a task for: WORLD, beside it."""
        if "WORLD" not in self:
            return None
        name = self.namespace.WORLD
        if not isinstance(name, str) or not name.endswith(".py"):
            raise self.error(f"expected the file of a world, not {name!r:.60}", "WORLD")
        path = self.path.parent / name
        if not path.is_file():
            raise self.error(f"no file {path}", "WORLD")
        world = TaskFile(path)
        if not world.is_world or "WORLD" in world:
            raise self.error(f"{path} defines no world", "WORLD")
        return world

    def size(self) -> tuple[int, int]:
        """SIZE."""
        size = self.namespace.SIZE
        sides = size if isinstance(size, tuple | list) and len(size) == 2 else ()
        if not sides or not all(isinstance(side, Integral) and not isinstance(side, bool) for side in sides):
            raise self.error(f"expected (height, width), two whole numbers, not {size!r:.60}", "SIZE")
        if not all(1 <= side <= MAX_SIDE for side in sides):
            raise self.error(f"a side has 1 to {MAX_SIDE} cells, not {size!r:.60}", "SIZE")
        return int(sides[0]), int(sides[1])

    def best(self) -> float:
        """BEST, or 1."""
        best = getattr(self.namespace, "BEST", 1)
        number = float(best) if isinstance(best, Real) and not isinstance(best, bool) else math.nan
        if not math.isfinite(number):
            raise self.error(f"expected the most that an episode can pay, a number, not {best!r:.60}", "BEST")
        return number

    def function(self, name: str) -> FunctionType:
        """The function called so, its parameters checked."""
        function, wanted = getattr(self.namespace, name), (OF_WORLDS if self.is_world else ARGUMENTS)[name]
        function = getattr(function, "py_func", function)  # compiled by the user already
        if isinstance(function, FunctionType):
            code = function.__code__
            own = code.co_varnames[: code.co_argcount]
            fits = own == wanted if name == "reward" and not self.is_world else len(own) == len(wanted)
            if fits and not code.co_flags & SPECIAL:
                return function
        raise self.error(f"it must be a plain function, def {name}({', '.join(wanted)})", name)
