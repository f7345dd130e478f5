"""An environment with names: what a user's file of perceptions makes of a Gymnasium environment.

    import minigrid                        # registers its environments

    ACTIONS = ("left", "right", "forward")             # names in the order of the actions, or {name: action}

    def front_is_clear(env):               # of the unwrapped environment, or of the `observation`
        cell = env.grid.get(*env.front_pos)
        return cell is None or cell.can_overlap()

Every public function of the file is a perception, in its order there, unless PERCEPTIONS names some. One called `state`
is none: it tells what decides about the rest of an episode, so that nothing has to be simulated twice.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError, TaskError, described
from leapscli.python_file import PythonFile

SEE = "`leaps docs domains` shows a complete file of perceptions"
GIVEN, STATE = ("env", "observation"), "state"


@dataclass(frozen=True)
class Perceptions:
    """A file of perceptions: the functions by name, and the actions as the environment of that `env_id` takes them, in
    the order of their names.
    """

    env_id: str
    file: PythonFile[TaskError]
    functions: Mapping[str, FunctionType]
    vocabulary: Vocabulary
    actions: tuple[Any, ...]
    best: float | None
    state: FunctionType | None = None

    @classmethod
    def load(cls, env_id: str, path: Path) -> Perceptions:
        """Execute the file and look at the environment. Raises TaskError naming file and line."""
        if not path.is_file():
            raise TaskError(f"no file of perceptions {path}", SEE)
        file = PythonFile(path, f"leaps_perceptions_{path.stem}", TaskError, SEE)
        functions = _functions(file)
        env = make(env_id, file)
        try:
            names, actions = _actions(file, env.action_space)
            best = _best(file, env)
        finally:
            env.close()
        try:
            vocabulary = Vocabulary(names, tuple(functions), name=env_id)
        except InputError as error:
            raise file.error(f"{error.message}; {error.hint}" if error.hint else error.message, "ACTIONS") from None
        return cls(env_id, file, functions, vocabulary, actions, best, _state(file))

    def sense(self, env: Any, observation: Any) -> int:
        """The perceptions, a bit each. Raises TaskError with the line of what fails."""
        bits, bit, inner = 0, 1, env.unwrapped
        for function, of_env in self._given:
            try:
                holds = function(inner if of_env else observation)
                if holds:
                    bits |= bit
            except Exception as error:
                raise self.file.error(error, function.__name__) from error
            if holds is not True and holds is not False and not isinstance(holds, np.bool_ | int):
                raise self.file.error(f"it must return True or False, not {described(holds)}", function.__name__)
            bit <<= 1
        return bits

    def key(self, env: Any) -> Any:
        """The environment's state, as `state` tells it. Raises TaskError for what cannot be compared."""
        assert self.state is not None
        try:
            key = self.state(env.unwrapped)
            hash(key)
        except Exception as error:
            raise self.file.error(error, "state") from error
        return key

    @cached_property
    def _given(self) -> list[tuple[FunctionType, bool]]:
        """Each function, and whether it is one of the environment rather than of the observation."""
        return [(each, each.__code__.co_varnames[0] == GIVEN[0]) for each in self.functions.values()]


def make(env_id: str, file: PythonFile[TaskError], **settings: Any) -> Any:
    """The environment, as Gymnasium registers it. Raises TaskError where there is none."""
    try:
        import gymnasium
    except ImportError:
        raise TaskError("--env needs Gymnasium, which is not installed", "pip install 'leaps[gymnasium]'") from None
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # pictures are drawn off the screen
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    gymnasium.logger.min_level = gymnasium.logger.ERROR
    try:
        return gymnasium.make(env_id, **settings)
    except gymnasium.error.UnregisteredEnv as error:
        hint = f"import the package that registers it at the top of {file.path}"
        raise TaskError(f"--env {env_id}: {str(error).splitlines()[0]}", hint) from None
    except Exception as error:
        raise TaskError(f"--env {env_id}: {type(error).__name__}: {str(error).splitlines()[0][:200]}") from error


def _functions(file: PythonFile[TaskError]) -> dict[str, FunctionType]:
    namespace = vars(file.namespace)
    own = {
        name: value
        for name, value in namespace.items()
        if isinstance(value, FunctionType)
        and value.__globals__ is namespace
        and not (name.startswith("_") or name == STATE)
    }
    chosen = namespace.get("PERCEPTIONS", tuple(own))
    if not isinstance(chosen, tuple | list):
        raise file.error(f"expected a tuple of functions, or of their names, not {described(chosen)}", "PERCEPTIONS")
    names = [each.__name__ if callable(each) else each for each in chosen]
    if missing := [name for name in names if name not in own]:
        raise file.error(f"{missing[0]!r} is no function of this file", "PERCEPTIONS")
    if not names:
        raise TaskError(f"{file.path}: it defines no perceptions", f"a function of `env` each; {SEE}")
    for name in names:
        if tuple(inspect.signature(own[name]).parameters) not in [(given,) for given in GIVEN]:
            raise file.error(f"it must be def {name}(env) or def {name}(observation)", name)
    return {name: own[name] for name in names}


def _state(file: PythonFile[TaskError]) -> FunctionType | None:
    state = getattr(file.namespace, STATE, None)
    if state is not None and tuple(inspect.signature(state).parameters) != GIVEN[:1]:
        raise file.error(f"it must be def {STATE}(env), of all that decides about the rest of an episode", STATE)
    return state


def _actions(file: PythonFile[TaskError], space: Any) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Names, and the actions as the environment takes them."""
    count = getattr(space, "n", None)
    found = getattr(file.namespace, "ACTIONS", None)
    if isinstance(found, Mapping):
        names, actions = tuple(found), tuple(found.values())
    elif isinstance(found, tuple | list) and count is not None:
        start = int(getattr(space, "start", 0))
        names, actions = tuple(found), tuple(range(start, start + len(found)))
    else:
        hint = f"names of its actions 0 to {count - 1}" if count is not None else "{name: action} for some of them"
        raise file.error(f"ACTIONS: expected {hint}; the environment takes {space}", "ACTIONS")
    for name, action in zip(names, actions, strict=True):
        value = action
        if hasattr(space, "shape") and count is None:
            value = np.asarray(action, space.dtype)
        if not space.contains(value):
            raise file.error(f"{name}: {described(action)} is no action; the environment takes {space}", "ACTIONS")
    return names, actions


def _best(file: PythonFile[TaskError], env: Any) -> float | None:
    """BEST, else the return at which Gymnasium calls the environment solved, if it says."""
    best = getattr(file.namespace, "BEST", env.spec.reward_threshold if env.spec else None)
    if best is not None and not isinstance(best, int | float):
        raise file.error(f"expected the most that an episode can pay, a number, not {described(best)}", "BEST")
    return None if best is None else float(best)
