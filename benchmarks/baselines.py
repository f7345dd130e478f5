"""Programs, networks and trees on the same tasks, at the tasks' own sizes and on 100×100 worlds.

    python benchmarks/baselines.py [--seeds 3] [--recipes ppo-last-full viper …] [--workspace DIR] [task …]

What is in the workspace already is not made again, so that it can be stopped at any time. The table is written in
Markdown. `memetic` are programs, found with --prefer-general where a task has larger worlds.
"""

from __future__ import annotations

import argparse
import statistics
import sys

import leapscli as leaps
from leapscli.errors import ArtifactError, InputError

TASKS = ("stairclimber", "fourcorners", "topoff", "maze", "cleanhouse", "harvester")
SMALL, LARGE = 1000, 20  # episodes at the task's own size, and on 100×100 worlds
SEED = 123_456_789  # of the initial worlds
LARGER = ("stairclimber", "fourcorners", "topoff", "maze", "harvester")  # LEAPS, table 9


def made(task: str, recipe: str, seed: int, workspace: str) -> leaps.Run | leaps.Policy:
    """The program, or the policy, of this seed."""
    if recipe == "memetic":
        name = f"{task}-memetic-s{seed}"
        try:
            return leaps.load_run(name, workspace=workspace)
        except ArtifactError:
            settings = {"seeds": 1, "seed": seed, "max_time": 60, "general": task in LARGER}
            return leaps.sweep(task, recipes="memetic", workspace=workspace, progress=False, **settings).runs[0]
    name = f"{task}-{recipe}-s{seed}"
    try:
        return leaps.load_policy(name, workspace=workspace)
    except ArtifactError:
        return leaps.baseline(task, recipe, name=name, seed=seed, workspace=workspace, progress=False)


def on_large(found: leaps.Run | leaps.Policy) -> float:
    """The mean return on 100×100 worlds. Raises InputError for a policy that cannot be taken there."""
    return leaps.evaluate(found, episodes=LARGE, seed=SEED, size=100).mean


def cell(values: list[float]) -> str:
    """Mean and standard deviation over seeds."""
    if not values:
        return ""
    spread = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.2f}{spread}"


def main() -> None:
    """A line for each task and size, a column for each recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=TASKS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--recipes", nargs="+", default=("memetic", "ppo-last-full", "viper", "recurrent", "ppo"))
    parser.add_argument("--workspace", default=".")
    options = parser.parse_args()
    print(f"| | {' | '.join(options.recipes)} |\n|---|{'---|' * len(options.recipes)}")
    for task in options.tasks:
        own, large = [], []
        for recipe in options.recipes:
            found = [made(task, recipe, seed, options.workspace) for seed in range(options.seeds)]
            own.append(cell([leaps.evaluate(each, episodes=SMALL, seed=SEED).mean for each in found]))
            try:
                large.append(cell([on_large(each) for each in found] if task in LARGER else []))
            except InputError:  # it observes the whole state of its own size
                large.append("–")
            print(f"{task} {recipe}: {own[-1]}, 100×100 {large[-1]}", file=sys.stderr, flush=True)
        print(f"| {task} | {' | '.join(own)} |", flush=True)
        if any(large):
            print(f"| {task} 100×100 | {' | '.join(large)} |", flush=True)


if __name__ == "__main__":
    main()
