"""A dataset is known by what its arrays hold: wherever, by whatever HDF5, and in how many pieces it was written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from leapscli.artifacts.arrays_hash import block_digests, combine
from leapscli.artifacts.columns import COLUMNS, ProgramColumns, spec
from leapscli.artifacts.journal import PART
from leapscli.artifacts.programs_h5 import PLACES, ProgramsReader, ProgramsWriter
from leapscli.artifacts.store import Workspace
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate.generate import generate
from tests.artifacts.test_programs_h5 import LAYOUT, columns


def written(path: Path, rows: ProgramColumns, batch: int = 1000) -> str:
    """The hash that the writer gives."""
    writer = ProgramsWriter(path, LAYOUT)
    for i in range(0, len(rows), batch):
        writer.append(rows[i : i + batch])
    writer.close()
    return writer.arrays


@pytest.mark.parametrize("count", [1, 256, 257, 1000])
def test_writer_and_reader_give_the_documented_hash(tmp_path, count):
    rows = columns(count)
    whole = hashlib.sha256()
    for name, (shape, dtype) in spec(LAYOUT).items():
        values = getattr(rows, name)
        whole.update(f"{name} {dtype} {' '.join(map(str, (count, *shape)))}\n".encode())
        for i in range(0, count, 256):
            whole.update(hashlib.sha256(values[i : i + 256].tobytes()).digest())
    assert written(tmp_path / "p.h5", rows, 300) == whole.hexdigest() == ProgramsReader(tmp_path / "p.h5").arrays_hash()


def test_equal_arrays_in_files_of_other_bytes_have_one_hash(tmp_path):
    rows = columns(600)
    one = written(tmp_path / "p.h5", rows)
    before = (tmp_path / "p.h5").read_bytes()
    with h5py.File(tmp_path / "p.h5") as old, h5py.File(tmp_path / "again.h5", "w", libver="latest") as new:
        new.attrs.update(old.attrs)
        for place in PLACES.values():
            new.create_dataset(place, data=old[place][...], chunks=(7, *old[place].shape[1:]), compression="lzf")
    assert (tmp_path / "again.h5").read_bytes() != before
    assert ProgramsReader(tmp_path / "again.h5").arrays_hash() == one


@pytest.mark.parametrize("name", COLUMNS)
def test_one_changed_value_of_any_column_changes_the_hash(tmp_path, name):
    rows, other = columns(300), columns(300)
    getattr(other, name).reshape(-1)[-1] ^= 1
    assert written(tmp_path / "a.h5", rows) != written(tmp_path / "b.h5", other)


def test_the_byte_order_of_the_machine_does_not_matter():
    values = np.arange(600, dtype="<u4")
    assert block_digests(values) == block_digests(values.astype(">u4"))


def test_a_resumed_writer_and_splits_given_at_the_end_give_the_same_hash(tmp_path):
    count = 256 * PART + 1500
    rows, split = columns(count), (np.arange(count) % 3).astype(np.uint8)
    killed = ProgramsWriter(tmp_path / "p.h5", LAYOUT)
    killed.append(rows[:9000])
    killed.flush()
    writer = ProgramsWriter(tmp_path / "p.h5", LAYOUT, resume=True)
    assert len(writer) == 9000
    writer.append(rows[len(writer) :])
    writer.close(split)
    digests = {name: block_digests(split if name == "split" else column) for name, column in rows.items()}
    assert writer.arrays == combine(len(rows), LAYOUT, digests) == ProgramsReader(tmp_path / "p.h5").arrays_hash()


def test_equal_recipes_give_this_hash_on_every_machine(tmp_path):
    """Whoever changes what a recipe gives changes this, and raises GENERATOR: models name their dataset by it."""
    recipe = DatasetRecipe(programs=500, seed=3)
    made = [generate(recipe, Workspace(tmp_path), workers=workers).manifest for workers in (1, 3)]
    assert {manifest.arrays for manifest in made} == {
        "3e50605a3c89772560a5b54fe410506db7c84f191a5e373a9a64176bde5788a2"
    }
