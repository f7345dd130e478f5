"""The results of a search: the program, its history, and the metrics of the manifest."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import HISTORY, PROGRAM
from leapscli.artifacts.staging import Draft
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.declaration import declaration
from leapscli.dsl.program import Program
from leapscli.recipes.search import SearchRecipe
from leapscli.search.discovery import label
from leapscli.search.loop import Progress, Row
from leapscli.search.protocol import StopReason
from leapscli.search.simplify import simplify
from leapscli.search.state_file import History
from leapscli.stages.synthesize.plan import SearchPlan
from leapscli.stages.synthesize.states import engine_budget, state_seed
from leapscli.tasks.custom.known import remember
from leapscli.tasks.returns import told

COLUMNS = (
    "iteration",
    "best",
    "mean",
    "threshold",
    "sigma",
    "distinct",
    "candidates",
    "evaluations",
    "episodes",
    "restarts",
    "seconds",
)


def history_row(row: Row) -> tuple[float, ...]:
    """An iteration as a line of the history; NaN for what its searcher does not have."""
    values = {**asdict(row), **row.status, "seconds": round(row.seconds, 3)}
    known = (values.get(name) for name in COLUMNS)
    return tuple(float("nan") if value is None else float(value) for value in known)


def of_today(history: History) -> History:
    """The history of a search that was begun by an older version: its episodes are not known."""
    at = COLUMNS.index("episodes")
    return [row if len(row) == len(COLUMNS) else (*row[:at], float("nan"), *row[at:]) for row in history]


def publish(
    plan: SearchPlan, draft: Draft, progress: Progress, history: History, reason: StopReason, command: str
) -> Artifact:
    """Chooses the winner, scores it on the held-out states, and makes the draft a run."""
    ranking = plan.search.choose(progress)
    program = _simplified(plan, ranking.tokens[:1].programs()[0])
    searched, held_out = told(ranking.returns[0]), held_out_return(plan, TokenBatch.of([program]))
    metrics = {
        "return_searched": searched,
        "return_validation": told(ranking.validated[0]) if plan.search.validation else None,
        "return_general": told(ranking.general[0]) if plan.search.general else None,
        "return_held_out": held_out,
        "iterations": progress.iteration,
        "candidates": progress.candidates,
        "evaluations": progress.evaluations,
        "episodes": progress.episodes,
        "seconds": round(progress.seconds, 3),
        "stop_reason": str(reason),
        "search": plan.key,
    }
    (draft.path / PROGRAM).write_text(_program_text(plan, program, searched, held_out), encoding="utf-8")
    _write_history(draft.path / HISTORY, history)
    recipe = {"task": plan.task.reference, "size": f"{plan.task.height}x{plan.task.width}", **plan.recipe.resolved()}
    if plan.task.source:
        remember(plan.task.source)
    seed, parents = plan.recipe.seed, [plan.model] if plan.model else []
    return draft.publish(
        recipe=recipe, seed=seed, parents=parents, metrics=metrics, command=command, device=plan.device
    )


def _simplified(plan: SearchPlan, program: Program) -> Program:
    """Without what makes no difference on any set of states."""
    search = plan.search
    return simplify(program, [o for o in (search.objective, search.validation, search.general, plan.spare) if o])


def held_out_return(plan: SearchPlan, program: TokenBatch) -> float | None:
    """The mean return of one program on fresh states."""
    if not plan.recipe.held_out:
        return None
    worlds = plan.task.sample(plan.recipe.held_out, state_seed(plan.recipe.seed, "held-out"))
    budget = engine_budget(plan.recipe, plan.task)
    return told(plan.task.returns(program, worlds, budget, threads=plan.threads).mean())


def _program_text(plan: SearchPlan, program: Program, searched: float, held_out: float | None) -> str:
    """The program over several lines, under comments that say what it is."""
    task, recipe = plan.task, plan.recipe
    fresh = f", {held_out:.3f} on {recipe.held_out:,} fresh ones" if held_out is not None else ""
    model = f", model {plan.model.reference}" if plan.model else ""
    budget = unusual_budget(recipe.resolved())
    return (
        f"# {task.reference} {task.height}×{task.width}: return {searched:.3f} on {recipe.states} states{fresh}\n"
        f"# found by {label(recipe.searcher)}, seed {recipe.seed}{model}\n"
        + (f"# budget: {budget}\n" if budget else "")
        + ("# crashable: yes\n" if recipe.crashable else "")
        + declaration(program.vocabulary)
        + program.pretty()
    )


def unusual_budget(recipe: Mapping[str, Any]) -> str | None:
    """The budget of a resolved recipe, as in `220 calls`; None for the usual one."""
    budget: str = recipe["budget"]
    return None if budget == SearchRecipe().resolved()["budget"] else budget


def _write_history(path: Path, history: Sequence[tuple[float, ...]]) -> None:
    """One line an iteration; whole numbers as such, what is not known left empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in history:
            writer.writerow(["" if abs(v) == float("inf") or v != v else f"{v:.10g}" for v in row])
