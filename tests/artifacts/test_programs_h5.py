"""The dataset file: round trips, bytes, resumption, refusal of what it cannot read."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from leapscli.artifacts.columns import COLUMNS, Layout, ProgramColumns, spec
from leapscli.artifacts.journal import PART
from leapscli.artifacts.programs_h5 import PLACES, ProgramsReader, ProgramsWriter
from leapscli.artifacts.published_h5 import PublishedReader
from leapscli.errors import ArtifactError, InputError

LAYOUT = Layout(demonstrations=2, max_actions=5, height=3, width=4)


def columns(count: int, seed: int = 0, layout: Layout = LAYOUT) -> ProgramColumns:
    """Random numbers in the right shapes and ranges."""
    rng = np.random.default_rng(seed)
    made = {name: rng.integers(0, 50, (count, *shape)).astype(dtype) for name, (shape, dtype) in spec(layout).items()}
    ranged = {
        "split": made["split"] % 3,
        "lengths": made["lengths"] % layout.max_tokens + 1,
        "cells": np.where(made["cells"] > 40, 255, made["cells"] % 10),
        "agents": made["agents"] % np.array([layout.height, layout.width, 4]),
        "actions": made["actions"] % 6 - 1,
        "demo_lengths": made["demo_lengths"] % (layout.max_actions + 1),
    }
    return ProgramColumns(**{name: ranged.get(name, array).astype(array.dtype) for name, array in made.items()})


def write(path: Path, rows: ProgramColumns, batch: int = 1000) -> bytes:
    """The bytes of the file that holds `rows`, appended `batch` at a time."""
    writer = ProgramsWriter(path, LAYOUT)
    for i in range(0, len(rows), batch):
        writer.append(rows[i : i + batch], {"next": i + batch})
    writer.close()
    return path.read_bytes()


def same(a: ProgramColumns, b: ProgramColumns) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in COLUMNS)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000])
def test_what_is_written_is_read(tmp_path, count):
    rows = columns(count)
    write(tmp_path / "p.h5", rows)
    reader = ProgramsReader(tmp_path / "p.h5")
    assert len(reader) == count and reader.layout == LAYOUT and same(reader.read(), rows)
    order = np.random.default_rng(1).permutation(count)
    assert same(reader.read(order), rows[order])
    assert same(reader.read(slice(3, 300)), rows[3:300])
    assert list(tmp_path.iterdir()) == [tmp_path / "p.h5"]


def test_index_reads_agree_when_the_cache_is_too_small(tmp_path):
    rows = columns(2000)
    write(tmp_path / "p.h5", rows)
    reader = ProgramsReader(tmp_path / "p.h5", cache=20_000)
    for seed in range(3):
        order = np.random.default_rng(seed).integers(0, 2000, 300)
        assert same(reader.read(order), rows[order])


def test_splits_are_indices(tmp_path):
    rows = columns(500)
    write(tmp_path / "p.h5", rows)
    reader = ProgramsReader(tmp_path / "p.h5")
    for code, name in enumerate(("train", "validation", "test")):
        assert np.array_equal(reader.split(name), np.flatnonzero(rows.split == code))


def test_the_bytes_depend_on_the_programs_alone(tmp_path):
    rows = columns(256 * PART + 700)
    first = write(tmp_path / "a.h5", rows, 300)
    assert write(tmp_path / "b.h5", rows, 5000) == first == write(tmp_path / "c.h5", rows, 10**6)


@pytest.mark.parametrize("damage", ["none", "cut", "lost", "stray"])
def test_a_resumed_file_has_the_same_bytes_as_an_uninterrupted_one(tmp_path, damage):
    rows, path = columns(256 * PART * 3), tmp_path / "p.h5"
    whole = write(tmp_path / "whole.h5", rows)
    killed = ProgramsWriter(path, LAYOUT)
    for i in range(0, 20_000, 1000):
        killed.append(rows[i : i + 1000], {"next": i + 1000})
    parts = sorted(path.with_suffix(".parts").iterdir())
    if damage == "cut":
        parts[-1].write_bytes(parts[-1].read_bytes()[:-100])
    if damage == "lost":
        parts[0].unlink()
    if damage == "stray":
        parts[-1].with_suffix(".tmp").write_bytes(b"half")
    writer = ProgramsWriter(path, LAYOUT, resume=True)
    start = writer.mark.get("next", 0)
    assert len(writer) == start == {"cut": 9000, "lost": 0}.get(damage, 18000)
    tokens, lengths = (np.concatenate(found) for found in zip(*writer.tokens(), strict=True))
    assert np.array_equal(tokens, rows.tokens[:start]) and np.array_equal(lengths, rows.lengths[:start])
    for i in range(start, len(rows), 700):
        writer.append(rows[i : i + 700], {"next": i + 700})
    writer.close()
    assert path.read_bytes() == whole


def test_without_resume_a_writer_starts_afresh_and_another_layout_is_not_taken_up(tmp_path):
    writer = ProgramsWriter(tmp_path / "p.h5", LAYOUT)
    writer.append(columns(10))
    writer.flush()
    assert len(ProgramsWriter(tmp_path / "p.h5", LAYOUT, resume=True)) == 10
    assert len(ProgramsWriter(tmp_path / "p.h5", Layout(3, 5, 3, 4), resume=True)) == 0
    assert len(ProgramsWriter(tmp_path / "p.h5", LAYOUT)) == 0


def test_splits_may_be_given_at_the_end(tmp_path):
    rows, split = columns(600), (np.arange(600) % 3).astype(np.uint8)
    writer = ProgramsWriter(tmp_path / "p.h5", LAYOUT)
    writer.append(rows)
    writer.close(split=split)
    reader = ProgramsReader(tmp_path / "p.h5")
    assert np.array_equal(reader.column("split"), split) and np.array_equal(reader.column("cells"), rows.cells)


def test_a_wrong_shape_names_the_column(tmp_path):
    with pytest.raises(ValueError, match="cells must be"):
        ProgramsWriter(tmp_path / "p.h5", LAYOUT).append(columns(3, layout=Layout(2, 5, 4, 4)))


def test_no_programs_make_no_file(tmp_path):
    with pytest.raises(ArtifactError, match="no program to write"):
        ProgramsWriter(tmp_path / "p.h5", LAYOUT).close()


def test_a_pickled_reader_reads(tmp_path):
    rows = columns(20)
    write(tmp_path / "p.h5", rows)
    assert same(pickle.loads(pickle.dumps(ProgramsReader(tmp_path / "p.h5"))).read(), rows)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.attrs.__setitem__("schema", 9), "dataset of schema 9, this leaps reads 1"),
        (lambda f: f.attrs.__setitem__("vocabulary", "0123"), "dataset for vocabulary 0123"),
        (lambda f: f.attrs.__setitem__("kind", "else"), "not a leaps dataset"),
        (lambda f: f.attrs.__delitem__("complete"), "incomplete"),
        (lambda f: f.attrs.__setitem__("complete", 21), "needs to be"),
        (lambda f: f.__delitem__("demos/actions"), "incomplete: no demos/actions"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, change, says):
    write(tmp_path / "p.h5", columns(20))
    with h5py.File(tmp_path / "p.h5", "r+") as file:
        change(file)
    with pytest.raises(ArtifactError, match=says) as caught:
        ProgramsReader(tmp_path / "p.h5")
    assert "\n" not in caught.value.message and caught.value.hint


OUTSIDE = {
    "tokens": ("tokens", (3, 4), 51),
    "lengths of nothing": ("lengths", (3,), 0),
    "lengths too long": ("lengths", (3,), 46),
    "splits": ("split", (3,), 3),
    "cells": ("cells", (3, 1, 0, 0), 10),
    "rows": ("agents", (3, 0, 0), LAYOUT.height),
    "columns": ("agents", (3, 0, 1), LAYOUT.width),
    "directions": ("agents", (3, 0, 2), 4),
    "actions": ("actions", (3, 0, 0), 5),
    "actions below": ("actions", (3, 0, 0), -2),
    "lengths of demonstrations": ("demo_lengths", (3, 0), LAYOUT.max_actions + 1),
}


@pytest.mark.parametrize(("name", "place", "value"), OUTSIDE.values(), ids=OUTSIDE)
def test_a_value_that_cannot_be_is_refused_wherever_it_is_read(tmp_path, name, place, value):
    rows = columns(20)
    getattr(rows, name)[place] = value
    write(tmp_path / "p.h5", rows)
    reader = ProgramsReader(tmp_path / "p.h5")
    for index in (slice(None), np.array([5, 3])):
        with pytest.raises(ArtifactError, match=f"damaged: {PLACES[name]}: row 3 of those read holds {value}"):
            reader.column(name, index)
    if name == "split":
        with pytest.raises(ArtifactError, match="damaged: split"):
            reader.split("train")


def elsewhere(file, name, how):
    """Puts the column `name` into another file, and what leads there in its place."""
    values = file[name][...]
    other = Path(file.filename).with_name("secret.h5")
    del file[name]
    if how == "soft":
        file["there"] = values
        file[name] = h5py.SoftLink("/there")
    elif how == "external":
        with h5py.File(other, "w") as secret:
            secret["there"] = values
        file[name] = h5py.ExternalLink(str(other), "there")
    elif how == "virtual":
        with h5py.File(other, "w") as secret:
            secret["there"] = values
        layout = h5py.VirtualLayout(values.shape, values.dtype)
        layout[...] = h5py.VirtualSource(str(other), "there", values.shape)
        file.create_virtual_dataset(name, layout)
    elif how == "storage":
        other.write_bytes(values.tobytes())
        file.create_dataset(name, values.shape, values.dtype, external=[(str(other), 0, values.nbytes)])
    elif how == "filter":
        file.create_dataset(name, values.shape, values.dtype, compression=32015, allow_unknown_filter=True)
    elif how == "huge":
        file.create_dataset(name, (2**40, *values.shape[1:]), values.dtype, chunks=(256, *values.shape[1:]))
    elif how == "chunk":
        shape = (2**31, *values.shape[1:])
        file.create_dataset(name, shape, values.dtype, chunks=(2**20, *values.shape[1:]), compression="gzip")


HOWS = {
    "soft": "is a link, which is not followed",
    "external": "is a link, which is not followed",
    "virtual": "lies in other files, which are not read",
    "storage": "lies in other files, which are not read",
    "filter": "needs filter 32015, a plugin of HDF5",
    "huge": r"declares [\d,]+ bytes, and 0 are stored",
    "chunk": r"declares [\d,]+ bytes, and 0 are stored",
}


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("name", ["tokens", "demos/cells"])
def test_nothing_outside_of_the_file_is_read_and_no_more_than_it_can_hold(tmp_path, how, name):
    write(tmp_path / "p.h5", columns(20))
    with h5py.File(tmp_path / "p.h5", "r+") as file:
        elsewhere(file, name, how)
    with pytest.raises(ArtifactError, match=f"refused: {name} {HOWS[how]}"):
        ProgramsReader(tmp_path / "p.h5")


def test_every_cut_is_refused_in_one_line(tmp_path):
    path = tmp_path / "p.h5"
    content = write(path, columns(300))
    for length in range(0, len(content), len(content) // 40):
        path.write_bytes(content[:length])
        with pytest.raises(ArtifactError, match=r"HDF5|leaps dataset") as caught:
            ProgramsReader(path).read()
        assert "\n" not in caught.value.message
    with pytest.raises(ArtifactError, match="no such file"):
        ProgramsReader(tmp_path / "none.h5")


def test_a_file_that_a_writer_holds_is_in_use_not_damaged(tmp_path):
    write(tmp_path / "data.hdf5", columns(20))
    (tmp_path / "id.txt").write_text("a\n")
    holder = "import h5py, sys; file = h5py.File(sys.argv[1], 'r+'); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "data.hdf5")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        for read in (lambda: ProgramsReader(tmp_path / "data.hdf5"), lambda: PublishedReader(tmp_path)):
            with pytest.raises(InputError, match=r"data\.hdf5: in use: another process") as caught:
                read()
            assert "gen-data" not in str(caught.value.hint)
        process.communicate(b"\n")


def test_a_stranger_reads_it_with_h5py_alone(tmp_path):
    rows = columns(300)
    write(tmp_path / "p.h5", rows)
    with h5py.File(tmp_path / "p.h5") as file:
        for name, place in PLACES.items():
            assert np.array_equal(file[place][...], getattr(rows, name))
            assert file[place].compression == "gzip" and file[place].chunks[0] == 256


def test_every_flipped_byte_of_the_structure_is_refused_in_one_line(tmp_path):
    path = tmp_path / "p.h5"
    content = write(path, columns(20))
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
        try:
            ProgramsReader(path).read()
        except ArtifactError as error:
            assert "\n" not in error.message
