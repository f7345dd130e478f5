"""The measurements of `leaps bench`: a sweep of the compared searchers on every task, and their programs on larger
worlds.
"""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import PROGRAM
from leapscli.dsl.program import Program
from leapscli.engine.engine import core_count
from leapscli.errors import InputError
from leapscli.progress import Done, Reporter, Silent
from leapscli.recipes.kinds import DEFAULTS, OF_MODELS
from leapscli.results.larger import Larger
from leapscli.results.scoreboard import Spread
from leapscli.stages.evaluate import exhaust
from leapscli.stages.sweep.jobs import Job
from leapscli.stages.sweep.sweep import Sweep
from leapscli.stages.synthesize.states import engine_budget, state_seed
from leapscli.tasks.registry import task as find_task
from leapscli.tasks.returns import goal, reaches

# The recipes that are compared, the default first; `random` is the published best of 1,000, `paper` the published CEM.
RECIPES = (DEFAULTS["search"], OF_MODELS, "evolution", "latent-evolution", "cem", "hill-climbing", "paper", "random")
LARGER = ("stairclimber", "maze", "fourcorners", "topoff", "harvester")  # LEAPS, table 9
SIDE, WORLDS = 100, 100
GENERAL = 0.95  # a program that solves its own size is called general from this share of the best return on


def on_larger_worlds(sweep: Sweep, reporter: Reporter[Done] | None = None) -> dict[tuple[str, str], Larger]:
    """By task and method, how the programs that were found do on larger worlds, with budgets grown with the area."""
    reporter = reporter or Silent()
    tasks = [name for name in LARGER if name in sweep.board.tasks]
    if tasks:
        reporter.start(f"on {SIDE}×{SIDE} worlds", len(tasks), "tasks")
    found: dict[tuple[str, str], Larger] = {}
    for done, name in enumerate(tasks, 1):
        runs = [(job, run) for job, run in sweep.runs() if job.title == name]
        returns = _returns(name, runs)
        for method in sweep.board.methods:
            own = [(run, returns[job.name]) for job, run in runs if job.method == method]
            best = find_task(name).best
            solved = [value for run, value in own if reaches(_held_out(run), best)]
            general = sum(bool(reaches(value, goal(best, GENERAL))) for value in solved)
            if spread := Spread.of([value for _, value in own]):
                found[name, method] = Larger(spread, len(solved), general)
        reporter.update(Done(done))
    return found


def proven(sweep: Sweep, reporter: Reporter[Done] | None = None) -> dict[tuple[str, str], int]:
    """By task and method, how many of the programs that were found solve every initial state of the task.

    Tasks whose initial states cannot be listed are left out.
    """
    reporter = reporter or Silent()
    reporter.start("on every initial state", len(sweep.board.tasks), "tasks")
    found: dict[tuple[str, str], int] = {}
    for done, title in enumerate(sweep.board.tasks, 1):
        runs = [(job, run) for job, run in sweep.runs() if job.title == title]
        with suppress(InputError):
            for method in sweep.board.methods if runs else ():
                own = [(job, run) for job, run in runs if job.method == method]
                found[title, method] = sum(_proves(job, run) for job, run in own)
        reporter.update(Done(done))
    return found


def _proves(job: Job, run: Artifact) -> bool:
    """True if the program of a run solves every initial state. Raises InputError where they cannot be listed."""
    task = find_task(job.task, height=job.size[0], width=job.size[1], crashable=job.recipe.crashable)
    program = Program.parse(run.file(PROGRAM).read_text(encoding="utf-8"))
    return exhaust([program], task, budget=engine_budget(job.recipe, task))[0].proven


def _returns(name: str, runs: Sequence[tuple[Job, Artifact]]) -> dict[str, float]:
    """The mean return of every run's program, by the job's name; those of equal rules are scored as one batch."""
    task = find_task(name, height=SIDE, width=SIDE)
    worlds = task.arena(task.sample(WORLDS, state_seed(0, "larger")))
    batches = defaultdict(list)
    for job, run in runs:
        program = Program.parse(run.file(PROGRAM).read_text(encoding="utf-8"))
        batches[engine_budget(job.recipe, task), job.recipe.crashable].append((job.name, program))
    returns: dict[str, float] = {}
    for (budget, crashable), batch in batches.items():
        task = replace(task, crashable=crashable)
        distinct = list(dict.fromkeys(program for _, program in batch))
        means = dict(zip(distinct, task.returns(distinct, worlds, budget).mean(axis=1), strict=True))
        returns |= {job: float(means[program]) for job, program in batch}
    return returns


def _held_out(run: Artifact) -> float:
    value = run.manifest.metrics["return_held_out"]
    return float("nan") if value is None else float(value)


def circumstances(sweep: Sweep) -> Mapping[str, str]:
    """The machine, versions, model and dates of the measurements, by name."""
    manifests = [run.manifest for _, run in sweep.runs()]
    commits = sorted({f"{m.tool} at {m.commit[:12] + m.commit[40:]}" if m.commit else m.tool for m in manifests})
    models = sorted({parent.reference for m in manifests for parent in m.parents})
    days = sorted(m.created[:10] for m in manifests)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": f"{_processor()}, {core_count()} cores, {memory:.0f} GiB; {platform.platform(terse=True)}",
        "leaps": ", ".join(commits) or "nothing was measured",
        "model": ", ".join(models) or "none",
        "measured": " to ".join(dict.fromkeys((days[0], days[-1]))) if days else "never",
    }


def _processor() -> str:
    """The name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
