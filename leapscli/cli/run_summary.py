"""The summary of a program that was found, for the commands that search."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from leapscli.artifacts.layout import PROGRAM
from leapscli.cli.options import print_json, resume_line
from leapscli.cli.run import say_beyond
from leapscli.errors import Interrupted
from leapscli.locations import here

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.dsl.program import Program
    from leapscli.tasks.registry import Task

OVERFIT = 0.05  # of the best return: a difference between searched and held-out return worth a warning


def show_found(artifact: Artifact, task: Task, as_json: bool, seeds: Sequence[Artifact] = ()) -> None:
    """The result for `task` on stdout, with a line for each of the `seeds` it was chosen from; caveats on stderr."""
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.search_view import show_result

    metrics, program = artifact.manifest.metrics, _program(artifact)
    if as_json:
        print_json({**_record(artifact), **({"seeds": [_record(each) for each in seeds]} if seeds else {})})
    else:
        show_result(
            screen(), program, _facts(artifact, task) | {f"seed {each.manifest.seed}": _line(each) for each in seeds}
        )
    held_out = metrics["return_held_out"]
    say_beyond(task, metrics["return_searched"])
    lag = metrics["return_searched"] - held_out if held_out is not None else 0.0
    if lag > OVERFIT * (abs(task.best) or 1):
        typer.echo(f"note: {lag:.2f} worse on fresh states; more of them to search on: --set states=128", err=True)
    if metrics["stop_reason"] == "interrupted":
        raise Interrupted(f"stopped; the best program so far is {artifact.reference}", resume_line())


def say_model(model: Artifact | None) -> None:
    """Print on stderr which model a search uses, and its caveats."""
    from leapscli.stages.model.load import introduction

    for line in introduction(model) if model else ():
        typer.echo(line, err=True)


def _program(artifact: Artifact) -> Program:
    from leapscli.dsl.program import Program

    return Program.parse(artifact.file(PROGRAM).read_text(encoding="utf-8"))


def _record(artifact: Artifact) -> dict[str, Any]:
    """A run as plain values."""
    task = {name: artifact.manifest.recipe[name] for name in ("task", "size", "searcher", "seed")}
    found = {"artifact": artifact.reference, "path": str(artifact.path), "program": str(_program(artifact))}
    return {**found, **task, **artifact.manifest.metrics}


def _line(artifact: Artifact) -> str:
    """A run in a line."""
    from leapscli.report.terminal.pace import duration

    m = artifact.manifest.metrics
    parts = {"searched": m["return_searched"], "validation": m["return_validation"], "held out": m["return_held_out"]}
    returns = ", ".join(f"{value:.3f} {name}" for name, value in parts.items() if value is not None)
    return f"{returns}; {m['evaluations']:,} programs in {duration(m['seconds'])} ({artifact.reference})"


def _facts(artifact: Artifact, task: Task) -> dict[str, str]:
    """The lines of the summary, by name."""
    from leapscli.report.terminal.pace import duration
    from leapscli.report.terminal.search_view import STOPPED
    from leapscli.stages.synthesize.publish import unusual_budget

    m, r, folder = artifact.manifest.metrics, artifact.manifest.recipe, here(artifact.path)
    fresh = f", {m['return_held_out']:.3f} on {r['held_out']:,} fresh ones" if r["held_out"] else ""
    large = f", {m['return_general']:.3f} on larger worlds" if m.get("return_general") is not None else ""
    place = here(task.source.absolute()) if task.source else None
    name = str(place or task.name) if task.arguments[0] == "--task" else task.title
    words = shlex.join(task.arguments) if task.arguments[0] != "--task" else f"--task {name}"
    own_height, own_width = task.module.SIZE
    size = "" if r["size"] == f"{own_height}x{own_width}" else f" --size {r['size']}"
    budget = unusual_budget(r)
    return {
        "task": f"{name} {r['size'].replace('x', '×')}" + (", crashable" if r.get("crashable") else ""),
        **({"budget": budget} if budget else {}),
        "return": f"{m['return_searched']:.3f} on the {r['states']} states searched{fresh}{large}",
        "search": f"{m['evaluations']:,} programs in {duration(m['seconds'])}; {STOPPED[m['stop_reason']]}",
        "artifact": f"{folder} ({artifact.reference})",
        "next": f"leaps run {folder / 'program.txt'} {words}{size}",
    }
