"""Searches with a library beside their controls: programs, episodes and seconds to a solution, on the same states.

    python benchmarks/library.py [--seeds 16] [--tasks all] [--evaluations 300000] [--workspace DIR] [--page LIBRARY.md]

`library-evolution` draws parts of programs that solved *other* tasks; `edit-evolution` makes the same edits with random
parts; `evolution` replaces nodes alone; `hill-climbing` is the published search. Each search has one core. One that
does not get there counts with what it spent, so a ratio with such searches in the denominator is a lower bound. Ratios
are of geometric means, with 95% bootstrap intervals over seeds; returns are interquartile means on 1,000 fresh states.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import leapscli as leaps
from leapscli.tasks.registry import task as find_task
from leapscli.tasks.suites import names

RECIPES = ("library-evolution", "edit-evolution", "evolution", "hill-climbing")
CONTROLS = RECIPES[1:]
CURRENCIES = ("evaluations", "episodes", "seconds")
EASY = ("stairclimber", "fourcorners", "topoff", "maze", "cleanhouse", "harvester", "seeder")


def ratio(ours: Any, theirs: Any) -> tuple[float, float, float]:
    """How many times less ours are: the ratio of geometric means, and its 95% interval."""

    def statistic(one: Any, other: Any, axis: int = -1) -> Any:
        return np.exp(np.log(other).mean(axis=axis) - np.log(one).mean(axis=axis))

    found = stats.bootstrap(
        (ours, theirs), statistic, method="percentile", vectorized=True, rng=np.random.default_rng(0), n_resamples=4000
    )
    return float(statistic(ours, theirs)), found.confidence_interval.low, found.confidence_interval.high


def table(rows: list[dict[str, Any]]) -> str:
    """The results as Markdown."""
    by: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by.setdefault((row["task"], row["method"]), []).append(row)
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    recipes = [name for name in RECIPES if any((task, name) in by for task in tasks)]

    def values(task: str, name: str, key: str) -> Any:
        return np.array([max(float(row[key]), 1e-3) for row in by[task, name]])

    lines = ["Median programs to a solution; interquartile mean of the return; seeds that solved the task.", ""]
    lines += [f"| | {' | '.join(f'`{name}`' for name in recipes)} |", "|---" * (len(recipes) + 1) + "|"]
    for task in tasks:
        cells = []
        for name in recipes:
            returns = values(task, name, "return_held_out")
            solved = sum(row["stop_reason"] == "target" for row in by[task, name])
            middle = np.median(values(task, name, "evaluations"))
            cells.append(f"{middle:,.0f}; {stats.trim_mean(returns, 0.25):.3f}; {solved}/{len(returns)}")
        lines.append(f"| {task} | {' | '.join(cells)} |")
    for control in (name for name in CONTROLS if name in recipes):
        lines += [
            "",
            f"Times fewer than `{control}`, with 95% intervals.",
            "",
            "| | programs | episodes | seconds |",
            "|---|---|---|---|",
        ]
        means: dict[str, list[float]] = {key: [] for key in CURRENCIES}
        for task in tasks:
            cells = []
            for key in CURRENCIES:
                middle, low, high = ratio(values(task, RECIPES[0], key), values(task, control, key))
                means[key].append(middle)
                cells.append(f"{middle:.2f} ({low:.2f} to {high:.2f})")
            lines.append(f"| {task} | {' | '.join(cells)} |")
        for title, chosen in (("the seven easy tasks", [t in EASY for t in tasks]), ("all", [True] * len(tasks))):
            if any(chosen):
                geometric = [f"{np.exp(np.log(np.array(means[key])[chosen]).mean()):.2f}" for key in CURRENCIES]
                lines.append(f"| *{title}* | {' | '.join(geometric)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Search, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--tasks", default="all")
    parser.add_argument("--evaluations", type=int, default=300_000)
    parser.add_argument("--recipes", default=",".join(RECIPES))
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    tasks = list(names()) if options.tasks == "all" else options.tasks.split(",")
    with tempfile.TemporaryDirectory() as empty:
        results = leaps.sweep(
            tasks,
            recipes=options.recipes.split(","),
            seeds=options.seeds,
            max_time="10m",
            evaluations=options.evaluations,
            workspace=options.workspace or empty,
        )
        rows = [row for row in results.rows() if find_task(row["task"])]
        text = table(rows)
    print(text)
    if options.page:
        options.page.write_text(text)


if __name__ == "__main__":
    main()
