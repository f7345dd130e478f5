"""`leaps data show` and `sample`: what a dataset holds, and some of it replayed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from leapscli.artifacts.columns import SPLITS
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsReader
from leapscli.artifacts.store import Artifact
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS, PAD, TOKENS
from leapscli.engine.budget import Budget
from leapscli.errors import ArtifactError, InputError
from leapscli.results.sample import Sample
from leapscli.seeding import stream
from leapscli.tasks.play import play


def open_dataset(artifact: Artifact) -> ProgramsReader:
    """The programs of a dataset. Raises ArtifactError where they cannot be read."""
    return ProgramsReader(artifact.file(PROGRAMS))


def calls_of(artifact: Artifact) -> int:
    """The budget of a dataset's demonstrations, in calls."""
    calls = artifact.manifest.recipe.get("calls")
    if not isinstance(calls, int) or isinstance(calls, bool) or calls < 1:
        raise ArtifactError(f"{artifact.reference}: its manifest does not tell the calls of its demonstrations")
    return calls


Count = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
Some = Annotated[int, Field(strict=True, ge=1, lt=2**53)]
Histogram = Annotated[list[Count], Field(max_length=1000)]


class _Named(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Duplicates(_Named):
    same_actions: Count
    same_but_for_turns: Count
    across_splits: Count


class _Statistics(_Named):
    """The metrics that a dataset must have to be shown."""

    programs: Some
    splits: dict[str, Count]
    duplicates: _Duplicates
    lengths: Histogram
    nesting: Histogram
    actions: Histogram
    tokens: dict[str, Count]

    @field_validator("tokens")
    @classmethod
    def _of_all(cls, tokens: dict[str, int]) -> dict[str, int]:
        if {*TOKENS[:PAD]} - {*tokens}:
            raise ValueError
        return tokens


class _Dropped(_Named):
    too_few_runs: Count
    uncovered: Count


class _Runs(_Named):
    drawn: Some
    failed: Count
    cut_short: Count
    too_long: Count
    idle: Count
    redundant: Count


class _Generation(_Statistics):
    """The metrics of a dataset that was not imported."""

    candidates: Some
    distinct_candidates: Some
    dropped: _Dropped
    runs: _Runs


def describe(artifact: Artifact) -> dict[str, Any]:
    """The description of a dataset, statistics included: JSON values."""
    manifest = artifact.manifest
    try:
        (_Generation if "candidates" in manifest.metrics else _Statistics).model_validate(manifest.metrics)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ArtifactError(f"{artifact.reference}: its manifest's metrics.{where} is missing or wrong") from None
    return {
        "artifact": artifact.reference,
        "path": str(artifact.path),
        "bytes": sum(file.size for file in manifest.files),
        "created": manifest.created,
        "command": manifest.command,
        "recipe": manifest.recipe,
        "seed": manifest.seed,
        "layout": asdict(open_dataset(artifact).layout),
        **manifest.metrics,
    }


def sample(artifact: Artifact, count: int, seed: int, split: str | None = None) -> list[Sample]:
    """`count` programs drawn without repetition, each with one demonstration. Equal seeds draw the same.

    Raises InputError where there are not as many, ArtifactError where a demonstration is not what the program does.
    """
    reader = open_dataset(artifact)
    pool = reader.split(split) if split else np.arange(len(reader))
    if count > len(pool):
        raise InputError(f"{count:,} samples of {len(pool):,} programs", "ask for fewer with -n")
    rng = stream(seed, "data sample")
    index = np.sort(rng.choice(pool, count, replace=False))
    shown = rng.integers(reader.layout.demonstrations, size=count)
    return [_sample(artifact, reader, int(i), int(d)) for i, d in zip(index, shown, strict=True)]


def _sample(artifact: Artifact, reader: ProgramsReader, index: int, demonstration: int) -> Sample:
    rows = reader.read(slice(index, index + 1))
    program = Program.from_ids(rows.tokens[0, : rows.lengths[0]])
    world = Worlds.from_cells(rows.cells[0], rows.agents[0])[demonstration]
    episode = play(program, world, Budget.calls(calls_of(artifact)))
    length = int(rows.demo_lengths[0, demonstration])
    recorded = [ACTIONS[action] for action in rows.actions[0, demonstration, :length]]
    if recorded != [step.name for step in episode.actions]:
        message = f"{artifact.reference}: program {index:,}, demonstration {demonstration}: not what the program does"
        raise ArtifactError(message, "make the dataset again")
    return Sample(index, SPLITS[int(rows.split[0])], demonstration, episode)
