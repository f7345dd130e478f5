"""The report of one run: the program that was found, at play, and how the search went."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.history import read_history
from leapscli.artifacts.layout import HISTORY, STATE
from leapscli.artifacts.store import Workspace
from leapscli.dsl.published import PUBLISHED
from leapscli.errors import ArtifactError, TaskError
from leapscli.report.pages.code import for_player
from leapscli.report.pages.page import page
from leapscli.results.courses import AXES
from leapscli.search.discovery import label
from leapscli.search.state_file import best_programs
from leapscli.stages.report.about import Content, about
from leapscli.stages.report.courses import course_chart
from leapscli.stages.report.episodes import evaluations, recordings, summary
from leapscli.stages.sources import Source, choose_task, load_program
from leapscli.tasks.registry import Task

BEST = 10  # programs


def run_report(workspace: Workspace, run: Artifact, task: str | None = None) -> bytes:
    """The page of a run; its program plays on `task`, or on that it was found for."""
    source, metrics = load_program(str(run.path), workspace), run.manifest.metrics
    chosen, why = _task(source, run, task)
    drawn = chosen is None or chosen.domain.vocabulary == PUBLISHED
    name, method = task_title(run), label(str(source.recipe.get("searcher")))
    results = evaluations(source.program, chosen, source.budget) if chosen else []
    return page(
        "run.html",
        title=f"{name}: {method}, seed {run.manifest.seed}",
        reference=run.reference,
        program=source.program,
        programs=[for_player(source.program)],
        recordings=recordings(results) if drawn else [],
        task=task_words(chosen),
        left_out=why if drawn else "only Karel's world is played here; leaps run --gif draws others",
        facts=[
            ("return on fresh states", metrics.get("return_held_out")),
            ("on validation states", metrics.get("return_validation")),
            ("on searched states", metrics.get("return_searched")),
            ("programs executed", metrics.get("evaluations")),
            ("episodes run", metrics.get("episodes")),
            ("seconds", metrics.get("seconds")),
            ("ended by", metrics.get("stop_reason")),
        ],
        evaluations=[summary(result) for result in results],
        charts=_curves(run, name, method, published_name(chosen)),
        best=_best(run),
        about=about(workspace, run),
    )


def published_name(task: Task | None) -> str | None:
    """The task's name, where it has the size and the rules that others published courses at."""
    usual = task and (task.height, task.width) == task.module.SIZE and not task.crashable
    return task.name if task and usual else None


def task_title(run: Artifact) -> str:
    """`harvester 8×8`."""
    recipe = run.manifest.recipe
    return f"{Path(str(recipe.get('task', '?'))).stem} {str(recipe.get('size', '?')).replace('x', '×')}"


def task_words(task: Task | None) -> Content | None:
    """The name, size and first words of a task."""
    return {"name": task.name, "size": f"{task.height}×{task.width}", "summary": task.summary} if task else None


def _task(source: Source, run: Artifact, task: str | None) -> tuple[Task | None, str | None]:
    """The task that the program plays; or the reason why there is none."""
    own = source.own_task
    if own and not task:
        return None, f"it was found for a task file, which is code: leaps report {run.reference} --task {own} runs it"
    try:
        return choose_task(source, task, None, None), None
    except TaskError as error:
        if task:
            raise
        return None, error.message


def _curves(run: Artifact, name: str, method: str, task: str | None) -> list[Content]:
    history = read_history(run.file(HISTORY))
    told = [against for against in AXES if history and history[-1].get(against) is not None]
    return [course_chart({method: [history]}, against, name, task) for against in told]


def _best(run: Artifact) -> list[Content]:
    """The best programs of the search, as far as its state was kept."""
    try:
        tokens, returns, validated = best_programs(run.file(STATE))
    except ArtifactError:
        return []
    known = [float(value) if np.isfinite(value) else None for value in validated[:BEST]]
    rows = zip(tokens[:BEST].programs(), returns[:BEST].tolist(), known, strict=True)
    return [{"program": program, "searched": value, "validated": fresh} for program, value, fresh in rows]
