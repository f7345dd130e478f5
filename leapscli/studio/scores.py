"""Figures of a program while it is typed: its returns on states that were made ready before."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.engine.arena import Arena
from leapscli.errors import InputError
from leapscli.report.pages.code import for_player
from leapscli.report.pages.page import board_colours
from leapscli.report.pages.recording import recording
from leapscli.results.evaluation import Evaluation
from leapscli.stages.report.episodes import LARGE, LARGE_STATES, STATES, STEPS, summary
from leapscli.stages.sources import parse_size
from leapscli.tasks.play import play
from leapscli.tasks.registry import DEFAULT_BUDGET, Task, in_karels_world, task
from leapscli.tasks.suites import names

KEPT = 8  # sets of states
WORST = 5  # episodes that are named
Content = dict[str, Any]


class Scores:
    """Tasks by name, `own` files among them, with their states at hand."""

    def __init__(self, own: Sequence[Path] = ()) -> None:
        self._own = {path.stem: path for path in own}
        self._arenas: OrderedDict[tuple[str, int, int, int], Arena] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """The tasks to choose from: those of the user's own first."""
        return [*self._own, *(name for name in names() if name not in self._own)]

    def task(self, name: str, size: str | None) -> Task:
        """A task that can be chosen. Raises TaskError, InputError."""
        if name not in self.names:
            raise InputError(f"no task {name[:100]!r} here", "a task file of your own is named on the command line")
        height, width = parse_size(size or None)
        found = task(self._own.get(name, name), height=height, width=width)
        return in_karels_world(found, "the studio is")

    def figures(self, program: Program, judge: Task) -> Content:
        """The returns on 1,000 states of a task: their summary, and the worst episodes by their indices."""
        result = self.evaluation(program, judge, STATES)
        order = np.argsort(result.returns, kind="stable")
        worst = [(int(i), float(result.returns[i])) for i in order[:WORST]]
        content = summary(result)
        places = np.clip(np.digitize(result.returns, [each["low"] for each in content["bins"]]) - 1, 0, None)
        for number, each in enumerate(content["bins"]):
            inside = np.flatnonzero(places == number)
            each["episode"] = int(inside[0]) if len(inside) else None
        return {**content, "worst_episodes": worst, "alike": result.alike}

    def larger(self, program: Program, judge: Task) -> Content:
        """The same on 32 worlds of 100×100. Raises TaskError for a task that has none."""
        result = self.evaluation(program, judge.resized(LARGE, LARGE), LARGE_STATES)
        return {**summary(result), "worst_episode": result.worst}

    def evaluation(self, program: Program, judge: Task, count: int) -> Evaluation:
        """The returns on the first `count` initial worlds of a task under seed 0."""
        returns = judge.returns([program], self._arena(judge, count), judge.budget)[0]
        return Evaluation(program, judge, 0, judge.budget, returns)

    def _arena(self, judge: Task, count: int) -> Arena:
        key = judge.reference, judge.height, judge.width, count
        with self._lock:
            if key not in self._arenas:
                self._arenas[key] = judge.arena(judge.sample(count, 0))
                while len(self._arenas) > KEPT:
                    self._arenas.popitem(last=False)
            self._arenas.move_to_end(key)
            return self._arenas[key]

    def episode(self, program: Program, judge: Task, index: int) -> Content:
        """One of those episodes, for the player."""
        world = judge.sample(1, 0, first=index)[0]
        episode = play(program, world, judge.budget, task=judge, first=STEPS)
        return _played(program, recording(episode, f"{judge.height}×{judge.width}, episode 0:{index}"))

    def on_map(self, program: Program, judge: Task, text: str) -> Content:
        """The run on a world that was drawn, judged by the task. Raises WorldError, TaskError."""
        world = World.parse(text)
        episode = play(
            program, world, judge.grown(DEFAULT_BUDGET, (world.height, world.width)), task=judge, first=STEPS
        )
        return _played(program, recording(episode, "your world"))


def _played(program: Program, episode: Content) -> Content:
    return {"programs": [for_player(program)], "episodes": [episode], "colours": board_colours()}
