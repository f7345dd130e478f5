"""The page that `leaps bench` writes: what our searchers reach beside what was published, and where they fall short."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leapscli.report.terminal.pace import duration
from leapscli.report.terminal.sweep_view import spread_text
from leapscli.results.intervals import interval, iqm

if TYPE_CHECKING:
    from leapscli.results.larger import Larger
    from leapscli.results.literature import PublishedReturns
    from leapscli.results.scoreboard import Cell, Scoreboard

WIDTH = 6  # tasks of one table
SHORT = 5e-4  # a return this much below another is shown as lower

INTRODUCTION = """\
# Results

What the command below measured, and wrote, over {seeds}. Each search had one core{limit}.
"""
RETURNS = """
## Return

Of the program that was found, on {held_out} fresh initial states that no search saw: the interquartile mean over the
seeds, its 95% bootstrap interval, and how many searches reached their target, where they had one. Below ours, in
italics, what others published, as printed. LEAPS and HPRL ran programs for 220 calls, as the recipe `paper` does; the
later ones, and our others, for 10,000 primitives.
"""
COST = """
## What it took

Until the target, medians over the seeds: programs executed; episodes, runs of them, one for each state, so that a
program that screening stops costs few; seconds of search, without loading the model and scoring the result. Where less
than half of the searches got there, what they spent: `>`.
"""
PROVEN = """
## Proven

Programs that solve every initial state of the task at its size, all of which were run, of those that were found. The
states of other tasks are too many to list.
"""
LARGER = """
## On larger worlds

The same programs, as they are, on 100 worlds of 100×100, with a budget that grows with the area: means over the seeds,
± the standard deviation of a sample. The last column
counts, of the programs that solve every fresh world of their own size, those that reach 0.95 here.
"""


@dataclass(frozen=True)
class Bench:
    """Everything that the page tells. `seeds` of each kind; `limits` of a search in words; `held_out` states;
    `differences` from what was published.

    `proven`: by task and method, how many programs solve every initial state, where these can be listed.
    """

    board: Scoreboard
    proven: Mapping[tuple[str, str], int]
    larger: Mapping[tuple[str, str], Larger]
    published: Sequence[PublishedReturns]
    published_larger: Sequence[PublishedReturns]
    circumstances: Mapping[str, str]
    seeds: int
    limits: Sequence[str]
    held_out: int
    failures: Sequence[str]
    differences: Sequence[str] = ()


def bench_page(bench: Bench) -> str:
    """The page, in Markdown."""
    board = bench.board
    limit = f", and at most {' and '.join(bench.limits)}" if bench.limits else ""
    seeds = f"{bench.seeds} seeds" if bench.seeds > 1 else "one seed"
    parts = [
        INTRODUCTION.format(seeds=seeds, limit=limit),
        *_table(["", ""], bench.circumstances.items()),
        *(["", "Failed, and left out:", "", *(f"- {line}" for line in bench.failures)] if bench.failures else []),
        RETURNS.format(held_out=f"{bench.held_out:,}"),
    ]
    for tasks in _chunks(board.tasks):
        parts += [*_by_method(board, tasks, _return), *_published(bench.published, tasks), ""]
    if bench.differences:
        parts += ["## What differs from the paper", "", *(f"- {each}" for each in bench.differences), ""]
    parts += ["## Where it falls short", "", *_shortfalls(bench)]
    if bench.proven:
        parts.append(PROVEN)
        tasks = [task for task in board.tasks if any(task == named for named, _ in bench.proven)]
        for some in _chunks(tasks):
            parts += [*_by_method(board, some, lambda cell: _proven(bench, cell)), ""]
    parts.append(COST.lstrip("\n") if bench.proven else COST)
    for tasks in _chunks(board.tasks):
        parts += [*_by_method(board, tasks, _cost), ""]
    if bench.larger:
        parts.append(LARGER.lstrip("\n"))
        parts += _larger(bench)
    return "\n".join(parts).rstrip() + "\n"


def _chunks(tasks: Sequence[str]) -> Iterator[Sequence[str]]:
    return (tasks[i : i + WIDTH] for i in range(0, len(tasks), WIDTH))


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _by_method(board: Scoreboard, tasks: Sequence[str], text: Callable[[Cell], str]) -> list[str]:
    """A row for each of our methods, a column for each task."""
    rows = [[f"`{method}`", *(text(board.cells[task, method]) for task in tasks)] for method in board.methods]
    return _table(["", *tasks], rows)


def _return(cell: Cell) -> str:
    values = cell.values("return_held_out")
    if not values:
        return "–"
    low, high = interval(values, iqm) or (0.0, 0.0)
    around = f" ({low:.3f} to {high:.3f})" if high - low >= SHORT else ""
    reached = "" if cell.reached is None else f", {cell.reached} of {len(cell.runs)}"
    return f"{iqm(values):.3f}{around}{reached}"


def _proven(bench: Bench, cell: Cell) -> str:
    return f"{bench.proven[cell.task, cell.method]} of {len(cell.runs)}"


def _cost(cell: Cell) -> str:
    programs, episodes, seconds = (cell.values(name) for name in ("evaluations", "episodes", "seconds"))
    if not seconds:
        return "–"
    counts = [f"{statistics.median(values):,.0f}" for values in (programs, episodes) if values]
    more = "" if cell.reached is None or 2 * cell.reached >= len(cell.runs) else "> "
    return more + ", ".join([*counts, duration(statistics.median(seconds))])


def _published(methods: Sequence[PublishedReturns], tasks: Sequence[str], more: int = 0) -> list[str]:
    """Rows of what others reached on these tasks, where they say so; `more` empty cells at the end."""
    rows = []
    for method in methods:
        known = [(method.means.get(task), method.deviations.get(task)) for task in tasks]
        if any(mean is not None for mean, _ in known):
            cells = ["" if mean is None else f"{mean:.2f}{'' if sd is None else f' ± {sd:.2f}'}" for mean, sd in known]
            rows.append(f"| *{method.method} ({method.source})* | {' | '.join([*cells, *[''] * more])} |")
    return rows


def _larger(bench: Bench) -> list[str]:
    """The table of larger worlds."""
    tasks = list(dict.fromkeys(task for task, _ in bench.larger))
    rows = []
    for method in bench.board.methods:
        own = [bench.larger.get((task, method)) for task in tasks]
        general = f"{sum(each.general for each in own if each)} of {sum(each.solved for each in own if each)}"
        rows.append([f"`{method}`", *(spread_text(each.spread if each else None) for each in own), general])
    return [*_table(["", *tasks, "general"], rows), *_published(bench.published_larger, tasks, more=1)]


def _shortfalls(bench: Bench) -> list[str]:
    """For each of our methods, the tasks that not every seed solves, and those on which others reached more."""
    return [f"- `{method}`: {_shortfall(bench, method)}" for method in bench.board.methods]


def _shortfall(bench: Bench, method: str) -> str:
    short, beaten = [], []
    for task in bench.board.tasks:
        cell = bench.board.cells[task, method]
        values = cell.values("return_held_out")
        if not values:
            continue
        mean = iqm(values)
        if mean < cell.best - SHORT * abs(cell.best):
            short.append(f"{task} {mean:.3f}")
        others = [(each.means[task], each.method) for each in bench.published if task in each.means]
        best = max(others, default=(float("-inf"), ""))
        if mean < best[0] - SHORT:
            beaten.append(f"{task} ({best[1]}: {best[0]:.2f})")
    first = f"short of the best return on {', '.join(short)}" if short else "the best return on every task"
    return first + (f"; below the best published on {', '.join(beaten)}" if beaten else "") + "."
