"""Results of the calls: datasets, models and runs as objects, and many runs as rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leapscli.api.call import place
from leapscli.api.show import facts, table
from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.history import Row as Point
from leapscli.artifacts.history import read_history
from leapscli.artifacts.layout import HISTORY, METRICS, PROGRAM, PROGRAMS, TREE_TEXT, WEIGHTS
from leapscli.artifacts.metrics import read_metrics
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.search.discovery import label
from leapscli.tasks.registry import Size, Task, sized

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from leapscli.stages.sweep.sweep import Sweep
    from leapscli.vae.model import LatentModel

Row = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """An artifact of the workspace: its place, and what its manifest tells."""

    artifact: Artifact

    @property
    def reference(self) -> str:
        """`harvester@v3`."""
        return self.artifact.reference

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.artifact.path

    @property
    def metrics(self) -> Row:
        """The measurements, by name."""
        return dict(self.artifact.manifest.metrics)

    @property
    def recipe(self) -> Row:
        """The settings that it was made with."""
        return dict(self.artifact.manifest.recipe)

    def report(self, path: str | Path) -> Path:
        """Writes the page of `leaps report` about it. Raises LeapsError."""
        return _report([self.artifact], path)

    def _facts(self) -> Row:
        return {}

    def __repr__(self) -> str:
        known = {name: value for name, value in self._facts().items() if value is not None}
        return f"<{type(self).__name__} {self.reference}: {', '.join(f'{n} {_short(v)}' for n, v in known.items())}>"

    def _repr_html_(self) -> str:
        """For notebooks."""
        return facts(f"{type(self).__name__.lower()} {self.reference}", {**self._facts(), "path": self.path})


def _report(artifacts: Sequence[Artifact], path: str | Path) -> Path:
    """The page about these artifacts of one workspace."""
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.report.report import report
    from leapscli.stages.user_files import check_writable, write_output

    target = Path(path)
    check_writable(target)
    write_output(target, report(Workspace(artifacts[0].path.parents[2]), artifacts))
    return target


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, repr=False)
class Dataset(Made):
    """A dataset of programs with demonstrations."""

    def __len__(self) -> int:
        return int(self.metrics["programs"])

    def programs(self, split: str | None = None) -> list[Program]:
        """Its programs, or those of the split "train", "validation" or "test"."""
        from leapscli.artifacts.programs_h5 import ProgramsReader

        reader = ProgramsReader(self.artifact.file(PROGRAMS))
        rows = reader.split(split) if split else np.arange(len(reader))
        return reader.programs(rows).programs()

    def _facts(self) -> Row:
        return {"programs": len(self), **self.metrics.get("splits", {})}


@dataclass(frozen=True, repr=False)
class Model(Made):
    """A trained latent space of programs; `encode` and `decode` are those of `leaps.load_model`."""

    @cached_property
    def latent_model(self) -> LatentModel:
        """Encoder and decoder, loaded when first asked for."""
        from leapscli.vae.model import LatentModel

        return LatentModel.load(self.artifact.file(WEIGHTS))

    def encode(self, programs: Sequence[Program] | TokenBatch) -> NDArray[np.float32]:
        """A vector of each program, float32[P, Z], that decodes to it as far as one is found."""
        return self.latent_model.encode(programs)

    def decode(self, z: ArrayLike) -> list[Program]:
        """The programs of vectors [P, Z]."""
        return self.latent_model.decode(z)

    @property
    def history(self) -> list[Row]:
        """The validations of its training, the oldest first."""
        return read_metrics(self.artifact.file(METRICS))

    def _facts(self) -> Row:
        validation = self.metrics.get("validation", {})
        return {"steps": self.metrics.get("step"), "reconstruction": validation.get("reconstruction")}


@dataclass(frozen=True, repr=False)
class Run(Made):
    """A search that was made: the program it found, and how it went."""

    @cached_property
    def program(self) -> Program:
        """The program that was found."""
        return Program.parse(self.artifact.file(PROGRAM).read_text(encoding="utf-8"))

    @cached_property
    def history(self) -> list[Point]:
        """A row for each iteration, for `pandas.DataFrame`: iteration, best, mean, evaluations, seconds, …"""
        return read_history(self.artifact.file(HISTORY))

    def task(self, size: Size = None) -> Task:
        """The task that it was searched for, of its own size or another."""
        height, _, width = str(self.recipe["size"]).partition("x")
        found = sized(str(self.recipe["task"]), size or (int(height), int(width)))
        return replace(found, crashable=bool(self.recipe.get("crashable")))

    @property
    def row(self) -> Row:
        """Its settings and results in one row."""
        recipe, metrics = self.recipe, self.metrics
        names = (
            "return_held_out",
            "return_validation",
            "return_searched",
            "evaluations",
            "episodes",
            "candidates",
            "seconds",
        )
        return {
            "run": self.reference,
            "task": Path(str(recipe["task"])).stem,
            "size": recipe["size"],
            "searcher": label(str(recipe["searcher"])),
            "seed": recipe["seed"],
            **{name: metrics.get(name) for name in (*names, "stop_reason")},
            "program": str(self.program),
        }

    def _facts(self) -> Row:
        row = self.row
        held = {"return": row["return_held_out"] if row["return_held_out"] is not None else row["return_searched"]}
        return {name: row[name] for name in ("task", "searcher", "seed")} | held | {"program": row["program"]}

    def _repr_html_(self) -> str:
        """For notebooks."""
        shown = {name: value for name, value in self._facts().items() if name != "program"}
        return facts(f"run {self.reference}", shown) + self.program._repr_html_()


@dataclass(frozen=True, repr=False)
class Policy(Made):
    """A policy that is no program: a network, or a decision tree."""

    @cached_property
    def history(self) -> list[Point]:
        """A row for each validation: steps, return_training, return_validation, seconds."""
        return read_history(self.artifact.file(HISTORY))

    @property
    def tree(self) -> str | None:
        """A decision tree in words; None for networks."""
        names = {file.name for file in self.artifact.manifest.files}
        return self.artifact.file(TREE_TEXT).read_text(encoding="utf-8") if TREE_TEXT in names else None

    def _facts(self) -> Row:
        recipe = self.recipe
        held = {"return": self.metrics["return_held_out"], "steps": self.metrics["steps"]}
        return {
            "task": Path(str(recipe["task"])).stem,
            "algorithm": recipe["algorithm"],
            "seed": recipe["seed"],
            **held,
        }


class Results:
    """The runs of a sweep: rows for pandas, a table, a plot."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self.runs = [Run(artifact) for _, artifact in sweep.runs()]
        self._methods = [job.method for job, _ in sweep.runs()]
        self.failed = {each.job.name: str(each.error) for each in sweep.failures}

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def rows(self) -> list[Row]:
        """A row for each run: task, method, seed, returns, programs executed, seconds, program."""
        return [{"method": method, **run.row} for method, run in zip(self._methods, self.runs, strict=True)]

    def summary(self) -> list[Row]:
        """A row for each task and method: runs, mean return and its standard deviation, programs, seconds."""
        rows = []
        for cell in self._sweep.board.rows:
            found, programs, seconds = cell.found, cell.spread("evaluations"), cell.spread("seconds")
            rows.append(
                {
                    "task": cell.task,
                    "method": cell.method,
                    "runs": len(cell.runs),
                    "return": found and found.mean,
                    "deviation": found and found.deviation,
                    "evaluations": programs and programs.mean,
                    "seconds": seconds and seconds.mean,
                }
            )
        return rows

    def best(self, task: str | None = None) -> Run:
        """The best run, of one task or all, by its return on validation states. Raises InputError for none."""
        from leapscli.stages.sweep.sweep import best_run

        runs = [run.artifact for run in self.runs if task in (None, run.row["task"])]
        if not runs:
            raise InputError("no run to choose from" + (f" of {task}" if task else ""))
        return Run(best_run(runs))

    def to_csv(self, path: str | Path) -> None:
        """Writes the rows."""
        rows = self.rows()
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else [])
            writer.writeheader()
            writer.writerows(rows)

    def report(self, path: str | Path) -> Path:
        """Writes the page of `leaps report` about all runs. Raises LeapsError; InputError where there are none."""
        if not self.runs:
            raise InputError("no run to report on")
        return _report([run.artifact for run in self.runs], path)

    def plot(self, against: str = "evaluations") -> Figure:
        """The best return so far against "evaluations" (programs executed), "episodes" or "seconds", by task."""
        from leapscli.report.curves import plot_searches

        pairs = zip(self._methods, self.runs, strict=True)
        return plot_searches(((run.row["task"], method, run.history) for method, run in pairs), against)

    def __repr__(self) -> str:
        lines = [
            f"{row['task']} {row['method']}: return {'–' if row['return'] is None else format(row['return'], '.3f')}, "
            f"{row['runs']} runs"
            for row in self.summary()
        ]
        return f"<Results of {len(self)} runs\n  " + "\n  ".join(lines) + ">"

    def _repr_html_(self) -> str:
        """For notebooks."""
        return table(self.summary(), ("task", "method", "runs", "return", "deviation", "evaluations", "seconds"))


def load_run(reference: str, *, workspace: str | Path | None = None) -> Run:
    """The run `harvester`, `harvester@v2` or at a path. Raises ArtifactError."""
    return Run(place(workspace).resolve(reference, "run"))


def load_dataset(reference: str | None = None, *, workspace: str | Path | None = None) -> Dataset:
    """The dataset `karel`, `karel@v2` or at a path; without a reference the newest. Raises ArtifactError."""
    return Dataset(place(workspace).resolve(reference, "dataset"))


def load_policy(reference: str, *, workspace: str | Path | None = None) -> Policy:
    """The policy `harvester-ppo-last`, with a version or at a path. Raises ArtifactError."""
    return Policy(place(workspace).resolve(reference, "policy"))
