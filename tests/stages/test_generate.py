"""Generating a dataset: what is in it, and that it depends on the recipe alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from leapscli.artifacts.programs_h5 import ProgramsReader
from leapscli.artifacts.store import Artifact, Workspace
from leapscli.dsl.tokens import TokenBatch
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate import FILE, generate


def make(root: Path, *, workers: int = 2, **settings: object) -> Artifact:
    recipe = DatasetRecipe.model_validate({"programs": 300, **settings})
    return generate(recipe, Workspace(root), workers=workers)


def test_programs_are_valid_distinct_and_split_by_the_shares(tmp_path: Path) -> None:
    reader = ProgramsReader(make(tmp_path).file(FILE))
    rows = reader.read()
    batch = TokenBatch(rows.tokens, rows.lengths.astype(np.int32))
    assert batch.valid().all()
    assert len(np.unique(rows.tokens, axis=0)) == 300
    assert np.bincount(rows.split).tolist() == [210, 45, 45]


def test_the_content_does_not_depend_on_workers(tmp_path: Path) -> None:
    contents = {make(tmp_path, workers=n).manifest.content for n in (1, 3)}
    assert len(contents) == 1
    assert make(tmp_path, seed=1).manifest.content not in contents
