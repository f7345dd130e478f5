"""Every command that draws, small: what is typed, and what the screen must say at the end."""

from __future__ import annotations

from typing import NamedTuple


def settings(*texts: str) -> list[str]:
    return [part for text in texts for part in ("--set", text)]


SEARCH = ["--searcher", "hill-climbing", *settings("population=32", "states=4", "validation=8", "held_out=16",
          "target=null", "iterations=6", "climbers=4")]  # fmt: skip
MODEL = settings("architecture.hidden=8", "architecture.latent=8", "optimizer.batch=8", "validation.programs=8")
GENERATE = ["gen-data", "--recipe", "smoke", "--name", "small"]
TRAIN = ["train", "--recipe", "smoke", "--data", "karel", "--name", "small", *MODEL]
SEEDS = ["synthesize", "--task", "seeder", "--seeds", "2", *SEARCH]
SWEEP = ["sweep", "--tasks", "seeder,snake", "--seeds", "1", *SEARCH]
BENCH = ["bench", "--tasks", "seeder", "--recipe", "hill-climbing", "--seeds", "1", "-o", "page.md", *SEARCH[2:]]
PROGRAM = "DEF run m( REPEAT R=9 r( IF c( frontIsClear c) i( move i) turnLeft r) putMarker m)"


class Command(NamedTuple):
    """What is typed after `leaps`, and texts that are on the screen afterwards, however they are broken there."""

    arguments: list[str]
    shows: list[str]


COMMANDS = {
    "gen-data": Command([*GENERATE, "--set", "programs=40"], ["40 of 40 programs", "40 programs: 28 train", "next:"]),
    "train": Command([*TRAIN, "--set", "steps=2"], ["16 of 16 programs", "after 2 steps", "next: leaps synthesize"]),
    "synthesize": Command(["synthesize", "--task", "seeder", *SEARCH], ["DEF run m(", "all iterations", "next"]),
    "synthesize --seeds": Command(SEEDS, ["DEF run m(", "seed 1", "held out"]),
    "sweep": Command(SWEEP, ["seeder", "hill-climbing", "snake", "leaps run snake-hill-climbing-s0"]),
    "bench": Command(BENCH, ["seeder", "hill-climbing", "written to page.md"]),
    "run": Command(["run", "program.txt"], ["DEF run m(", "before", "after", "turnLeft"]),
    "run --task": Command(["run", "program.txt", "--task", "maze"], ["DEF run m(", "return", "maze 8×8, episode 0:0"]),
    "run on a large world": Command(
        ["run", "program.txt", "--size", "100", "--style", "python"], ["def run():", "end", "budget", "world"]
    ),
    "run --episodes": Command(
        ["run", "program.txt", "--task", "maze", "--episodes", "20"], ["mean return", "solved", "again: leaps run"]
    ),
    "evaluate": Command(
        ["evaluate", "program.txt", "--task", "maze", "--episodes", "20"], ["standard deviation", "again: leaps run"]
    ),
    "evaluate --size": Command(
        ["evaluate", "program.txt", "--task", "maze", "--episodes", "9", "--size", "8", "--size", "9"],
        ["mean return", "9×9", "again: leaps run"],
    ),
    "model evaluate": Command(
        ["model", "evaluate", "leaps", "--programs", "4"], ["6 of 6 parts", "tokens right", "Locality"]
    ),
    "model plot": Command(["model", "plot", "leaps"], ["leaps-v1-training.png"]),
    "model interpolate": Command(
        ["model", "interpolate", "program.txt", "other.txt", "--model", "leaps"], ["like the start", "alike"]
    ),
    "model neighbours": Command(
        ["model", "neighbours", "program.txt", "--model", "leaps"], ["programs among", "alike"]
    ),
    "tasks": Command(["tasks"], ["harvester", "8×8", "Pick up a marker from every cell.", "LEAPS"]),
    "tasks TASK": Command(["tasks", "cleanhouse"], ["cleanhouse 14×22", "reward"]),
    "data show": Command(["data", "show", "karel"], ["demonstrations", "tokens of a program", "frontIsClear"]),
    "data sample": Command(["data", "sample", "karel", "-n", "1"], ["DEF run m(", "before", "after", "end"]),
    "data export": Command(["data", "export", "karel", "published-{screen}"], ["200 of 200 programs", "data.hdf5"]),
    "data import": Command(["data", "import", "published", "--name", "import"], ["200 of 200 programs", "leaps train"]),
    "artifacts list": Command(["artifacts", "list"], ["karel@v1", "leaps@v1"]),
    "artifacts show": Command(["artifacts", "show", "karel"], ["karel"]),
    "fmt": Command(["fmt", "program.txt"], ["of 1 changed"]),
}
