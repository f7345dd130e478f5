"""Steps a second of the vectorised environments on one core, beside Gymnasium's own way, in one run.

    python benchmarks/envs.py [--envs 1024] [--observation perceptions] [task …]

Actions are random; episodes that end begin anew, so tasks of short episodes pay for more of these.
"""

from __future__ import annotations

import argparse
import time

import gymnasium
import numpy as np

import leapscli.envs as envs
from leapscli.tasks.suites import names


def rate(env: gymnasium.vector.VectorEnv, seconds: float = 1.0) -> float:
    """Steps a second over about so many seconds, warmed up."""
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, 5, (256, env.num_envs))
    env.step(actions[0])
    began, steps = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for each in actions:
            env.step(each)
            if (steps := steps + 1) % 16 == 0 and time.perf_counter() - began >= seconds:
                break
    return steps * env.num_envs / (time.perf_counter() - began)


def main() -> None:
    """A line for each task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=names())
    parser.add_argument("--envs", type=int, default=1024)
    parser.add_argument("--observation", default="perceptions")
    options = parser.parse_args()
    print(f"steps a second, {options.observation}, {options.envs} episodes side by side (SyncVectorEnv: 16)")
    print(f"{'':14}{'leaps':>14}{'SyncVectorEnv':>16}{'ratio':>8}")
    for task in options.tasks:
        name, settings = envs.identifier(task), {"observation": options.observation}
        ours = rate(gymnasium.make_vec(name, num_envs=options.envs, **settings))
        theirs = rate(gymnasium.make_vec(name, num_envs=16, vectorization_mode="sync", **settings))
        print(f"{task:14}{ours:14,.0f}{theirs:16,.0f}{ours / theirs:8,.0f}", flush=True)


if __name__ == "__main__":
    main()
