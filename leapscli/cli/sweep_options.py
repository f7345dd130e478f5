"""The parts that commands with many searches share: how many at once, where, what is shown, and how they end."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.options import command_line, print_json
from leapscli.cli.run_summary import say_model
from leapscli.errors import Interrupted, LeapsError
from leapscli.signals import graceful_stop

if TYPE_CHECKING:
    from leapscli.stages.sweep.pools import Workers
    from leapscli.stages.sweep.sweep import Sweep

ParallelOption = Annotated[
    int | None,
    typer.Option(
        "--parallel", metavar="N", min=1, help="Number of searches at once, each on one core.",
        show_default="all cores",
    ),
]  # fmt: skip
MOST_FAILURES = 10  # told of one sweep
SAVED = "searches under way have left checkpoints; the same command goes on: "


def run_sweep(sweep: Sweep, parallel: int | None, *, ray: bool = False) -> None:
    """Makes what is missing, shown on stderr."""
    from leapscli.kernel_cache import kernel_cache
    from leapscli.report.terminal.console import margin
    from leapscli.report.terminal.sweep_view import sweep_view

    _say_model(sweep)
    with graceful_stop() as stop, sweep_view(margin()) as reporter:
        compiled = kernel_cache()
        compiled.warn = reporter.note
        if sweep.left and not (compiled.try_out() and compiled.holds_any()):
            reporter.note(f"compiling the engine first ({compiled.wait})")
        sweep.run(_pool(parallel, ray), reporter=reporter, stop=stop)


def _pool(parallel: int | None, ray: bool) -> AbstractContextManager[Workers]:
    if ray:
        from leapscli.stages.sweep.ray import ray_tasks

        return ray_tasks(parallel)
    from leapscli.stages.sweep.pools import processes

    return processes(parallel)


def _say_model(sweep: Sweep) -> None:
    """The one model of all searches that need one."""
    from leapscli.artifacts.artifact import at_path

    model = next((job.model for job in sweep.jobs if job.model), None)
    say_model(at_path(Path(model), "model") if model else None)


def say_plan(sweep: Sweep, as_json: bool) -> None:
    """Print what a run would do."""
    _say_model(sweep)
    if as_json:
        left = {job.name for job in sweep.left}
        print_json([{"run": job.name, "left": job.name in left, "recipe": job.recipe.resolved()} for job in sweep.jobs])
        return
    names = [job.name for job in sweep.left]
    some = f": {', '.join(names[:8])}{', …' if len(names) > 8 else ''}" if names else ""
    already = len(sweep.jobs) - len(names)
    searches = "search" if len(names) == 1 else "searches"
    typer.echo(f"would make {len(names):,} {searches}, and find {already:,} made already{some}", err=True)


def end(sweep: Sweep) -> None:
    """Raises what there is to complain of: searches that failed, or a stop before the end."""
    for failure in sweep.failures[:MOST_FAILURES]:
        hint = f" ({failure.hint})" if failure.hint else ""
        typer.echo(f"failed: {failure.job.name}: {failure.error}{hint}", err=True)
    if more := len(sweep.failures[MOST_FAILURES:]):
        typer.echo(f"and {more:,} more failed", err=True)
    done, total = len(sweep.runs()), len(sweep.jobs)
    if sweep.left:
        raise Interrupted(f"stopped with {done:,} of {total:,} searches made", SAVED + command_line())
    if sweep.failures:
        raise LeapsError(f"{total - done:,} of {total:,} searches failed", "the same command tries them again")
