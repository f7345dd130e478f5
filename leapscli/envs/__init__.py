"""Gymnasium environments of every task: `leaps/Harvester-v0`, …, and `leaps/Karel-v0` for a task file of your own.

import gymnasium, leapscli.envs
env = gymnasium.make("leaps/Harvester-v0", observation="perceptions", render_mode="rgb_array")
envs = gymnasium.make_vec("leaps/Harvester-v0", num_envs=1024)
"""

from __future__ import annotations

try:
    import gymnasium
except ImportError as error:
    from leapscli.errors import MissingExtra

    raise MissingExtra("Gymnasium", "gymnasium") from error

from leapscli.envs.env import KarelEnv as KarelEnv
from leapscli.envs.policy import Played as Played
from leapscli.envs.policy import ProgramPolicy as ProgramPolicy
from leapscli.envs.policy import play as play
from leapscli.envs.vector import KarelVectorEnv as KarelVectorEnv
from leapscli.tasks.suites import names


def identifier(task: str) -> str:
    """The name of a task's environment: `leaps/Harvester-v0`."""
    return f"leaps/{task.replace('_', '-').title().replace('-', '')}-v0"


def register() -> None:
    """Enters the environments of all tasks that have a name, and the one that takes any, into Gymnasium's registry."""
    known = {identifier(task): {"task": task} for task in names()}
    for name, settings in {"leaps/Karel-v0": {}, **known}.items():
        gymnasium.register(
            name,
            entry_point="leapscli.envs.env:KarelEnv",
            vector_entry_point="leapscli.envs.vector:KarelVectorEnv",
            kwargs=settings,
        )


register()
