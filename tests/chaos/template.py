"""A small workspace with an artifact of every kind, and the commands that use each."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.chaos.child import run

COLD = 600  # seconds: the first commands may have to compile
FEW = ("--set", "iterations=3", "--set", "states=4", "--set", "validation=4", "--set", "held_out=4")
RECIPES = {
    "data.yaml": "programs: 120\ndemonstrations: 2\nmax_actions: 40\n",
    "model.yaml": "architecture: {hidden: 12, latent: 12}\noptimizer: {batch: 16}\nsteps: 6\ndemos_per_program: 1\n"
    "validation: {every: 3, programs: 16}\n",
    "policy.yaml": "steps: 512\nenvs: 8\nrollout: 16\nwidth: 4\nlayers: 1\nvalidation: 4\nheld_out: 4\nmax_steps: 30\n",
    "search.yaml": "searcher: cem\npopulation: 8\niterations: 3\nstates: 4\nvalidation: 4\nheld_out: 4\n",
}
PROGRAM = "DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft m)\n"
LONG = "def run():\n  while frontIsClear( ):\n      move( )  # on\n  turnLeft( )\n"
MAP = "######\n#>.2.#\n#....#\n######\nunder: 1\n"
MAKE = (
    ("gen-data", "--recipe", "data.yaml"),
    ("train", "--recipe", "model.yaml"),
    ("synthesize", "maze", "--recipe", "search.yaml", "--seed", "9"),
    ("synthesize", "maze", "--recipe", "search.yaml"),
    ("model", "evaluate", "leaps", "--programs", "8"),
    ("data", "export", "karel", "published"),
    ("baseline", "maze", "--recipe", "policy.yaml", "--name", "net"),
)
COMMANDS = {
    "dataset": [
        ("data", "show", "karel"),
        ("data", "sample", "karel", "-n", "3"),
        ("data", "export", "karel", "out"),
        ("train", "--recipe", "model.yaml", "--data", "karel", "--name", "again", "--dry-run"),
        ("model", "evaluate", "leaps", "--programs", "8", "--json"),
    ],
    "model": [
        ("model", "evaluate", "leaps", "--programs", "8"),
        ("model", "neighbours", "p.txt", "--samples", "8", "--model", "leaps"),
        ("model", "plot", "leaps", "--programs", "8"),
        ("synthesize", "maze", "--recipe", "search.yaml", "--model", "leaps"),
        ("train", "--recipe", "model.yaml", "--resume", "--set", "steps=9"),
    ],
    "run": [
        ("run", "maze"),
        ("evaluate", "maze", "--episodes", "3"),
        ("synthesize", "maze", "--recipe", "search.yaml", "--resume", "--set", "iterations=5"),
        ("sweep", "maze", "--recipe", "search.yaml", "--seeds", "1", "--dry-run"),
    ],
    "policy": [
        ("evaluate", "net", "--episodes", "3", "--json"),
        ("evaluate", "net", "--episodes", "3", "--size", "10"),
        ("artifacts", "show", "net"),
    ],
    "evaluation": [("artifacts", "show", "leaps-v1"), ("artifacts", "lineage", "leaps-v1")],
}
ALWAYS = [("artifacts", "list"), ("artifacts", "verify"), ("artifacts", "list", "--sort", "return"),
          ("artifacts", "prune", "--keep", "1", "--dry-run")]  # fmt: skip
TEXTS = {
    "p.txt": [("run", "p.txt"), ("evaluate", "p.txt", "maze", "--episodes", "2"), ("fmt", "--check", "p.txt")],
    "m.map": [("run", "p.txt", "--world", "m.map")],
    "data.yaml": [("gen-data", "--recipe", "data.yaml", "--dry-run")],
    "model.yaml": [("train", "--recipe", "model.yaml", "--dry-run")],
    "policy.yaml": [("baseline", "maze", "--recipe", "policy.yaml", "--dry-run")],
    "search.yaml": [("synthesize", "maze", "--recipe", "search.yaml", "--dry-run")],
}


def write_texts(folder: Path) -> None:
    """Recipes, a program and a map."""
    for name, text in {**RECIPES, "p.txt": PROGRAM, "long.txt": LONG, "m.map": MAP}.items():
        (folder / name).write_text(text)


def build(folder: Path) -> Path:
    """The workspace `folder`/w, made by the commands themselves."""
    place = folder / "w"
    place.mkdir(parents=True)
    write_texts(place)
    for arguments in MAKE:
        outcome = run(arguments, place, seconds=COLD)
        assert outcome.code == 0, (arguments, outcome)
    return place


def fresh(template: Path, folder: Path) -> Path:
    """A copy of the template in `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return Path(shutil.copytree(template, folder / "w"))
