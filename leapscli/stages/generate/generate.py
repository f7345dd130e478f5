"""`leaps gen-data`: distinct random programs with demonstrations, as a dataset artifact.

Programs are streamed to disk as they are made; in memory stay hashes: of each distinct candidate one, to know it again,
and at the end of each kept program two of what it does, to decide its split. What was written survives a kill, and
`resume` goes on to the very same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.artifact import check_name
from leapscli.artifacts.files import ELSEWHERE
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsWriter
from leapscli.artifacts.store import Artifact, Workspace
from leapscli.domains.karel.behaviour import Behaviour, behaviour
from leapscli.dsl.batch import TokenBatch
from leapscli.engine.engine import core_count
from leapscli.errors import ArtifactError, Interrupted, RecipeError
from leapscli.progress import Done, Reporter, Silent, StopFlag
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate.candidates import blocks, layout_of, rules_of
from leapscli.stages.generate.parallel import in_order
from leapscli.stages.generate.splits import assign
from leapscli.stages.generate.statistics import Statistics, split_metrics

GENERATOR = 1  # grows whenever the same recipe comes to give other programs
PATIENCE = 1_000_000  # candidates in a row of which none was kept, before the recipe is called unsatisfiable


def generate(
    recipe: DatasetRecipe,
    workspace: Workspace,
    *,
    name: str = "karel",
    workers: int | None = None,
    reporter: Reporter[Done] | None = None,
    stop: StopFlag | None = None,
    resume: bool = False,
    command: str = "",
) -> Artifact:
    """Make the dataset `name` of this recipe; its bytes depend on the recipe alone, not on `workers`.

    Raises Interrupted once `stop` was requested, with what is made so far kept for `resume`; RecipeError where the
    recipe cannot be satisfied.
    """
    check(recipe, workspace, name)
    reporter, stop = reporter or Silent(), stop or StopFlag()
    with workspace.stage("dataset", name, key=staging_key(recipe), resume=resume) as draft:
        threads = workers or core_count()
        writer = ProgramsWriter(draft.path / PROGRAMS, layout_of(recipe), resume=resume, threads=threads)
        try:
            statistics = _fill(writer, recipe, threads, reporter, stop)
        except RecipeError:
            shutil.rmtree(draft.path)  # there is nothing to go on with
            raise
        metrics = finish(writer, recipe.splits, statistics, threads, reporter, stop)
        settings, arrays = recipe.resolved(), writer.arrays
        return draft.publish(recipe=settings, seed=recipe.seed, metrics=metrics, command=command, arrays=arrays)


def finish(
    writer: ProgramsWriter,
    splits: Sequence[float] | NDArray[np.uint8],
    statistics: Statistics,
    threads: int,
    reporter: Reporter[Done],
    stop: StopFlag,
) -> dict[str, Any]:
    """Decide the splits, from their shares unless they are known (uint8[P]), and write the file.

    Returns everything known about the dataset, which is in the file too. Raises Interrupted once `stop` was requested.
    """
    reporter.start("splitting", len(writer), "programs")
    found = _behaviour(writer, threads, reporter, stop)
    split = splits if isinstance(splits, np.ndarray) else assign(found.walks, splits)
    metrics = {**split_metrics(split, found), **statistics.metrics()}
    writer.close(split, metrics)
    return metrics


def _behaviour(writer: ProgramsWriter, threads: int, reporter: Reporter[Done], stop: StopFlag) -> Behaviour:
    """The behaviour of every program: all that is held in memory of it."""
    batches = (TokenBatch(ids, lengths.astype(np.int32)) for ids, lengths in writer.tokens())
    parts, done = list[Behaviour](), 0
    with ThreadPoolExecutor(threads) as pool:
        for part in in_order(pool, behaviour, batches, threads):
            parts.append(part)
            done += len(part.walks)
            reporter.update(Done(done))
            if stop.requested:
                writer.flush()
                raise Interrupted(f"stopped while splitting; all {len(writer):,} programs are made")
    return Behaviour(np.concatenate([p.traces for p in parts]), np.concatenate([p.walks for p in parts]))


def check(recipe: DatasetRecipe, workspace: Workspace, name: str) -> None:
    """Whatever can be known to go wrong without beginning. Raises InputError."""
    rules_of(recipe)
    check_place(workspace, name)


def check_place(workspace: Workspace, name: str) -> None:
    """Raise ArtifactError if a dataset of this name cannot be written."""
    check_name(name)
    folder = next(path for path in (workspace.root, *workspace.root.parents) if path.exists())
    if not os.access(folder, os.W_OK):
        raise ArtifactError(f"{folder}: cannot be written", ELSEWHERE)


def staging_key(recipe: DatasetRecipe) -> str:
    """The key of an interrupted run: the same for equal recipes."""
    text = json.dumps({"generator": GENERATOR, **recipe.resolved()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _fill(
    writer: ProgramsWriter, recipe: DatasetRecipe, threads: int, reporter: Reporter[Done], stop: StopFlag
) -> Statistics:
    """Append programs until there are as many as asked for."""
    statistics = Statistics(writer.mark.get("statistics"))
    reporter.start("generating", recipe.programs, "programs")
    reporter.update(Done(len(writer)))
    if len(writer) >= recipe.programs:
        return statistics
    patience = statistics.candidates + PATIENCE
    for block in blocks(recipe, statistics.candidates, threads):
        block = block.until(recipe.programs - len(writer))
        rows = block.columns()
        statistics.add_candidates(block.stop - block.first, block.shown)
        statistics.add(rows)
        writer.append(rows, {"statistics": statistics.as_json()})
        reporter.update(Done(len(writer)))
        if len(writer) == recipe.programs:
            return statistics
        if stop.requested:
            writer.flush()
            raise Interrupted(f"stopped with {len(writer):,} of {recipe.programs:,} programs made")
        patience = block.stop + PATIENCE if len(rows) else patience
        if block.stop > patience:
            raise RecipeError(
                f"programs: {recipe.programs:,} cannot be found, only {len(writer):,} among {block.stop:,} drawn",
                "ask for fewer, or loosen max_tokens, tries or crash_free",
            )
    raise AssertionError("blocks have no end")
