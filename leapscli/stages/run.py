"""Run one program on one world: a random one, a map of the user's, or an initial state of a task."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from leapscli.domains.karel.cells import MAX_SIDE
from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.world import random_worlds
from leapscli.engine.budget import Budget
from leapscli.errors import InputError
from leapscli.stages.sources import Source, load_world
from leapscli.tasks.episode import Episode
from leapscli.tasks.play import play
from leapscli.tasks.registry import DEFAULT_BUDGET, Task
from leapscli.tasks.returns import told

DEFAULT_SIDE = 8  # of random worlds, as the paper's datasets have them (LEAPS, appendix)
PUBLISHED = Budget.calls()  # as `leaps.execute`, and the published interpreter


@dataclass(frozen=True)
class Setting:
    """The world to run in: a map comes before a task's own worlds, and those before random ones.

    `episode` is (seed, index): the initial world with that index under that seed. `height` and `width` are of random
    worlds, in cells. Without a `budget` it is, for a task, the `usual` one (else that of the literature) grown with the
    area of the world, else that of `leaps.execute`. Where it is `crashable`,
    or the task is, an action that does nothing ends the run.
    """

    episode: tuple[int, int] = (0, 0)
    task: Task | None = None
    map_file: Path | None = None
    height: int | None = None
    width: int | None = None
    budget: Budget | None = None
    usual: Budget | None = None
    crashable: bool = False

    def __post_init__(self) -> None:
        if self.map_file and (self.height or self.width):
            raise InputError(f"{self.map_file} has its own size", "leave --size, --height and --width out")

    @property
    def bound(self) -> Budget:
        """The budget."""
        if self.budget or not self.task:
            return self.budget or PUBLISHED
        size = (self.map.height, self.map.width) if self.map else None
        return self.task.grown(self.usual or DEFAULT_BUDGET, size)

    @cached_property
    def map(self) -> Any:
        """The world of the map, if there is one. Raises InputError for a map that is none."""
        domain = self.task.domain if self.task else KAREL
        return load_world(self.map_file, domain) if self.map_file else None

    @property
    def name(self) -> str | None:
        """`SEED:INDEX` of the initial world; a map needs none."""
        return None if self.map_file else "{}:{}".format(*self.episode)

    def world(self) -> Any:
        """The initial world. Raises InputError for a map that is none, or a size that makes no sense."""
        seed, index = self.episode
        if self.map:
            return self.map
        if self.task:
            return self.task.sample(1, seed, first=index)[0]
        height, width = self.height or DEFAULT_SIDE, self.width or DEFAULT_SIDE
        if not (3 <= height <= MAX_SIDE and 3 <= width <= MAX_SIDE):
            raise InputError(f"no random world of {height}×{width}", f"each side has 3 to {MAX_SIDE} cells")
        return random_worlds(1, seed, first=index, height=height, width=width)[0]

    def words(self, world: Any) -> str:
        """The origin of `world`: `harvester 8×8, episode 7:123`."""
        size = f"{world.height}×{world.width}"
        rules = ", crashable" if self.crashable or (self.task and self.task.crashable) else ""
        judged = f", judged as {self.task.name}{rules}" if self.task else rules
        if self.map_file:
            return f"{self.map_file} {size}{judged}"
        return f"{self.task.name if self.task else 'random'} {size}{rules}, episode {self.name}"


@dataclass(frozen=True)
class Run:
    """A program, where it ran, and what happened."""

    source: Source
    setting: Setting
    episode: Episode

    def record(self) -> dict[str, Any]:
        """Everything, as plain values for JSON. Worlds are in text form."""
        episode, task = self.episode, self.setting.task
        record = {
            "program": str(episode.program),
            "source": self.source.label,
            "task": task.name if task else None,
            "episode": self.setting.name,
            "budget": str(self.setting.bound),
            "crashable": self.setting.crashable or (task is not None and task.crashable),
            "world": str(episode.before),
            "final": str(episode.after),
            "actions": [step.name for step in episode.actions],
            "steps": len(episode.actions),
            "tests": len(episode.steps) - len(episode.actions),
            "end": episode.end,
            "truncated": episode.truncated,
        }
        return record if episode.total is None else {**record, "return": told(episode.total), "solved": episode.solved}


def run(source: Source, setting: Setting) -> Run:
    """Run the program of `source` in `setting`, every step on record."""
    episode = play(
        source.program,
        setting.world(),
        setting.bound,
        task=setting.task,
        name=setting.name,
        crashable=setting.crashable,
    )
    return Run(source, setting, episode)
