"""The report of many runs, of a sweep or a benchmark: what they reached, how, and the programs that were found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.history import read_history
from leapscli.artifacts.layout import HISTORY
from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import LeapsError
from leapscli.report.pages.code import for_player
from leapscli.report.pages.page import page
from leapscli.results.courses import AXES, History
from leapscli.results.evaluation import Evaluation
from leapscli.results.intervals import interval
from leapscli.results.literature import published
from leapscli.results.scoreboard import Spread
from leapscli.search.discovery import label
from leapscli.stages.evaluate import evaluate_all
from leapscli.stages.report.about import Content
from leapscli.stages.report.courses import course_chart
from leapscli.stages.report.episodes import recorded
from leapscli.stages.report.run import published_name, task_title
from leapscli.stages.sources import choose_task, load_program
from leapscli.tasks.registry import DEFAULT_BUDGET, Task

STATES = 200  # on which the programs of the gallery are scored, to find their worst episodes
SHOWN = 60  # programs of the gallery


@dataclass(frozen=True, eq=False)
class Found:
    """A run, its program and its method; `task` is None for a file of the user's that was not named."""

    run: Artifact
    program: Program
    task: Task | None
    method: str
    history: History
    usual: Budget | None

    @property
    def title(self) -> str:
        """`harvester 8×8`."""
        return task_title(self.run)

    def metric(self, name: str) -> float | None:
        """A number of its manifest."""
        value = self.run.manifest.metrics.get(name)
        return float(value) if isinstance(value, int | float) else None

    @property
    def reached(self) -> float | None:
        """The return on fresh states, or else on those searched."""
        held_out = self.metric("return_held_out")
        return self.metric("return_searched") if held_out is None else held_out


def runs_report(
    workspace: Workspace, runs: Sequence[Artifact], title: str | None = None, task: str | None = None
) -> bytes:
    """The page of several runs, those of equal task and method taken together; equal programs stand once."""
    found = [_found(workspace, run, task) for run in runs]
    titles = list(dict.fromkeys(each.title for each in found))
    methods = list(dict.fromkeys(each.method for each in found))
    gallery, recordings = _gallery(found)
    return page(
        "runs.html",
        title=title or f"{len(found)} runs: {', '.join(titles)}",
        facts=[("runs", len(found)), ("tasks", len(titles)), ("methods", len(methods))],
        rows=[row for name in titles for row in _rows(name, methods, found)],
        charts=[chart for name in titles for chart in _charts(name, methods, found)],
        gallery=gallery,
        left_out=len({(each.title, each.program) for each in found}) - len(gallery),
        programs=[for_player(each["program"]) for each in gallery],
        recordings=recordings,
    )


def _found(workspace: Workspace, run: Artifact, task: str | None) -> Found:
    source = load_program(str(run.path), workspace)
    try:
        chosen = choose_task(source, task, None, None)
    except LeapsError:  # a task file that is gone
        chosen = None
    return Found(run, source.program, chosen, method_of(run), read_history(run.file(HISTORY)), source.budget)


def method_of(run: Artifact) -> str:
    """The method of a run of a sweep, as its name tells it; else its searcher."""
    recipe = run.manifest.recipe
    match = re.fullmatch(rf"{re.escape(task_title(run).split()[0])}-(.+)-s\d+", run.name)
    return match[1] if match else label(str(recipe.get("searcher")))


def _of(found: Sequence[Found], title: str, method: str) -> list[Found]:
    return [each for each in found if (each.title, each.method) == (title, method)]


def _rows(title: str, methods: Sequence[str], found: Sequence[Found]) -> list[Content]:
    """A row of the table for each method on a task, and for each published one."""
    rows = []
    for method in methods:
        own = _of(found, title, method)
        if not own:
            continue
        reached = [each.reached for each in own if each.reached is not None]
        best = max((each.task.best for each in own if each.task), default=1.0)
        rows.append(
            {
                "task": title,
                "method": method,
                "runs": len(own),
                "spread": Spread.of(reached),
                "interval": interval(reached),
                "solved": sum(value >= best - 1e-9 for value in reached),
                "programs": _mean(own, "evaluations"),
                "episodes": _mean(own, "episodes"),
                "seconds": _mean(own, "seconds"),
            }
        )
    name = _published_name(title, found)
    for other in published("returns"):
        if name and name in other.means:
            rows.append({"task": title, "method": other.method, "source": other.source, "mean": other.means[name]})
    return rows


def _published_name(title: str, found: Sequence[Found]) -> str | None:
    """The task of the runs with this title, where others published results at its size."""
    return next((published_name(each.task) for each in found if each.title == title), None)


def _mean(found: Sequence[Found], metric: str) -> float | None:
    values = [value for each in found if (value := each.metric(metric)) is not None]
    return float(np.mean(values)) if values else None


def _charts(title: str, methods: Sequence[str], found: Sequence[Found]) -> list[Content]:
    by_method: Mapping[str, list[History]] = {
        method: [each.history for each in own] for method in methods if (own := _of(found, title, method))
    }
    rows = [history[-1] for histories in by_method.values() for history in histories if history]
    told = [against for against in AXES if any(row.get(against) is not None for row in rows)]
    return [course_chart(by_method, against, title, _published_name(title, found)) for against in told]


def _gallery(found: Sequence[Found]) -> tuple[list[Content], list[list[dict[str, Any]]]]:
    """The distinct programs with a player each, those that fail first, and what each player plays."""
    groups: dict[tuple[str, Program], list[Found]] = {}
    for each in found:
        groups.setdefault((each.title, each.program), []).append(each)
    ordered = sorted(groups.values(), key=lambda group: group[0].reached if group[0].reached is not None else -np.inf)
    shown = ordered[:SHOWN]
    results = _evaluations([group[0] for group in shown])
    gallery, recordings = [], []
    for number, (group, result) in enumerate(zip(shown, results, strict=True)):
        first = group[0]
        reached, best = first.reached, first.task.best if first.task else 1.0
        gallery.append(
            {
                "title": f"{first.title}, {', '.join(dict.fromkeys(each.method for each in group))}",
                "runs": [each.run.reference for each in group],
                "program": first.program,
                "reached": reached,
                "solved": reached is not None and reached >= best - 1e-9,
            }
        )
        label = result and f"worst of {STATES}: episode {result.episode(result.worst)}, {result.returns.min():.3f}"
        recordings.append([recorded(result, result.worst, str(label), number)] if result else [])
    return gallery, recordings


def _evaluations(found: Sequence[Found]) -> list[Evaluation | None]:
    """Each one's program on fresh states; those of one task as one batch."""
    results: list[Evaluation | None] = [None] * len(found)
    batches = defaultdict[tuple[str, Budget], list[int]](list)
    for i, each in enumerate(found):
        if each.task:
            batches[each.title, each.task.grown(each.usual or DEFAULT_BUDGET)].append(i)
    for (_, budget), own in batches.items():
        task = found[own[0]].task
        assert task is not None
        scored = evaluate_all([found[i].program for i in own], task, STATES, 0, budget=budget)
        for i, result in zip(own, scored, strict=True):
            results[i] = result
    return results
