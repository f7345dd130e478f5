"""The published layout: read with every program and trace checked, written so that it reads the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from leapscli.artifacts.columns import ProgramColumns
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsReader
from leapscli.artifacts.store import Workspace
from leapscli.artifacts.verify import verify
from leapscli.dsl.program import Program
from leapscli.errors import InputError, Interrupted
from leapscli.progress import StopFlag
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.data.exchange import export_dataset, import_dataset
from leapscli.stages.generate.generate import generate
from tests.stages.published import DEMOS, TEXTS, build

FIRST = "no_0_prog_len_5_max_s_h_len_2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build(tmp_path / "published")


def same(a: Path, b: Path) -> None:
    """Both folders name the same groups, with equal datasets of equal types."""
    assert (a / "id.txt").read_text() == (b / "id.txt").read_text()
    with h5py.File(a / "data.hdf5") as one, h5py.File(b / "data.hdf5") as other:
        for name in (a / "id.txt").read_text().split():
            assert set(one[name]) == set(other[name]) == {"program", "s_h", "s_h_len", "a_h", "a_h_len"}
            for part in one[name]:
                assert one[name][part].dtype == other[name][part].dtype, part
                assert np.array_equal(one[name][part][()], other[name][part][()]), (name, part)


def test_what_is_imported_is_what_was_written(folder: Path, tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    artifact = import_dataset(folder, place, command="leaps data import")
    rows = ProgramsReader(artifact.file(PROGRAMS)).read()
    assert [" ".join(text.split()) for text in TEXTS] == [str(program) for program in programs(rows)]
    with h5py.File(folder / "data.hdf5") as file:
        for p, name in enumerate((folder / "id.txt").read_text().split()):
            lengths = file[name]["a_h_len"][()]
            assert np.array_equal(rows.demo_lengths[p], lengths)
            for d, length in enumerate(lengths):
                assert np.array_equal(rows.actions[p, d, :length], file[name]["a_h"][d, :length])
                assert (rows.actions[p, d, length:] == -1).all()
                first = file[name]["s_h"][d, 0]
                row, column, direction = rows.agents[p, d]
                assert first[row, column, direction] and first[..., :4].sum() == 1
                assert np.array_equal(first[..., 4], rows.cells[p, d] == 255)
    assert verify(artifact) == [] and artifact.manifest.metrics["programs"] == len(TEXTS)
    assert artifact.manifest.metrics["too_long"] == 0 and "candidates" not in artifact.manifest.metrics
    assert rows.demo_lengths.min() == 0  # the published code keeps empty demonstrations


def programs(rows: ProgramColumns) -> list[Program]:
    return [Program.from_ids(ids[:length]) for ids, length in zip(rows.tokens, rows.lengths, strict=True)]


def test_a_round_trip_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    artifact = import_dataset(folder, Workspace(tmp_path))
    assert export_dataset(artifact, tmp_path / "again") == len(TEXTS)
    same(folder, tmp_path / "again")
    assert not list(tmp_path.glob(".again*"))


@pytest.mark.parametrize("crash_free", [True, False])
def test_a_generated_dataset_survives_the_round_trip_with_its_splits(crash_free: bool, tmp_path: Path) -> None:
    recipe = DatasetRecipe(programs=300, demonstrations=4, crash_free=crash_free, calls=150, height=6)
    made = generate(recipe, Workspace(tmp_path))
    export_dataset(made, tmp_path / "out")
    back = import_dataset(tmp_path / "out", Workspace(tmp_path), name="back")
    one, other = (ProgramsReader(artifact.file(PROGRAMS)).read() for artifact in (made, back))
    for name, column in one.items():
        assert np.array_equal(column, getattr(other, name)), name
    assert back.manifest.metrics["splits"] == made.manifest.metrics["splits"]
    assert back.manifest.metrics["duplicates"] == made.manifest.metrics["duplicates"]


def test_programs_beyond_45_tokens_are_left_out_and_counted(tmp_path: Path) -> None:
    long = f"DEF run m( {'turnLeft ' * 42}m)"
    folder = build(tmp_path / "published", (*TEXTS, long))
    found = import_dataset(folder, Workspace(tmp_path)).manifest.metrics
    assert found["programs"] == len(TEXTS) and found["too_long"] == 1


def change(part: str, edit: Callable[[np.ndarray], None], name: str = FIRST) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        with h5py.File(folder / "data.hdf5", "r+") as file:
            values = file[name][part][()]
            edit(values)
            file[name][part][...] = values

    return damage


def replace(part: str, values: np.ndarray | None, name: str = FIRST) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        with h5py.File(folder / "data.hdf5", "r+") as file:
            del file[name][part]
            if values is not None:
                file[name][part] = values

    return damage


def put(index: tuple[int, ...], value: int) -> Callable[[np.ndarray], None]:
    def edit(values: np.ndarray) -> None:
        values[index] = value

    return edit


def two_karels(values: np.ndarray) -> None:
    values[1, 0, ..., 0] = True


def ten_markers(values: np.ndarray) -> None:
    values[0, 1, 1, 1, 5:] = False
    values[0, 1, 1, 1, 15] = True


def moved_marker(values: np.ndarray) -> None:
    free = np.argwhere(~values[2, 1, ..., 4])[0]
    values[2, 1, free[0], free[1], 5:] = ~values[2, 1, free[0], free[1], 5:]
    values[2, 1, free[0], free[1], 7:] = False


DAMAGES = {
    "another action": (change("a_h", put((0, 0), 1)), "demonstration 0, action 0: recorded turnLeft, .* gives move"),
    "no action": (change("a_h", put((2, 0), 77)), "demonstration 2, action 0: recorded 77, "),
    "another program": (change("program", put((3,), 6)), "action 0: recorded move, the program's run gives turnLeft"),
    "no program": (change("program", put((3,), 3)), "program is not in the language: DEF run m"),
    "no token": (change("program", put((3,), 90)), "program is no list of token ids"),
    "two Karels": (change("s_h", two_karels), "demonstration 1, state 0: Karel is not in one place"),
    "ten markers": (change("s_h", ten_markers), "demonstration 0, state 1: a cell holds more than 9"),
    "another state": (change("s_h", moved_marker), "demonstration 2, state 1: not where its actions lead"),
    "another length": (change("s_h_len", put((0,), 1)), "s_h_len is not one more"),
    "too long": (change("a_h_len", put((0,), 9)), "a_h and a_h_len do not fit"),
    "no states": (replace("s_h", None), "no_0.* has no s_h"),
    "flat states": (replace("s_h", np.zeros((3, 2, 8, 8))), r"s_h is \[3, 2, 8, 8\], not \[D, S, H, W, 16\]"),
    "other size": (replace("s_h", np.zeros((4, 2, 8, 8, 16), bool)), "D, H, W are .* those of others"),
    "a group too many": (lambda f: (f / "id.txt").write_text("nobody\n"), "nobody has no s_h"),
    "nothing named": (lambda f: (f / "id.txt").write_text("\n"), "names no program"),
    "no list": (lambda f: (f / "id.txt").unlink(), "id.txt: no such file"),
    "no data": (lambda f: (f / "data.hdf5").unlink(), "data.hdf5: no such file"),
    "cut data": (lambda f: (f / "data.hdf5").write_bytes(b"x" * 99), "cannot be read"),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=DAMAGES.keys())
def test_what_is_wrong_is_named_and_nothing_is_written(damage, said: str, folder: Path, tmp_path: Path) -> None:
    damage(folder)
    with pytest.raises(InputError, match=said):
        import_dataset(folder, Workspace(tmp_path))
    assert Workspace(tmp_path).list() == [] and not list(tmp_path.glob("datasets/.staging/*"))


def test_a_place_that_is_taken_or_missing_is_refused(folder: Path, tmp_path: Path) -> None:
    artifact = import_dataset(folder, Workspace(tmp_path))
    with pytest.raises(InputError, match="exists already"):
        export_dataset(artifact, folder)
    with pytest.raises(InputError, match="there is no folder"):
        export_dataset(artifact, tmp_path / "a" / "b")


def test_a_stop_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    flag, place = StopFlag(), Workspace(tmp_path)
    artifact = import_dataset(folder, place)
    flag.request()
    with pytest.raises(Interrupted):
        import_dataset(folder, place, stop=flag)
    with pytest.raises(Interrupted):
        export_dataset(artifact, tmp_path / "out", stop=flag)
    assert len(place.list()) == 1 and not list(tmp_path.glob("*out*"))


def test_a_published_trainer_finds_what_it_reads(tmp_path: Path) -> None:
    """Names, types and shapes as the published code's data loader takes them."""
    recipe = DatasetRecipe(programs=20, demonstrations=DEMOS)
    export_dataset(generate(recipe, Workspace(tmp_path)), tmp_path / "out")
    with h5py.File(tmp_path / "out" / "data.hdf5") as file:
        for line in (tmp_path / "out" / "id.txt").read_text().splitlines():
            group = file[line.strip()]
            states = np.moveaxis(np.copy(group["s_h"]), [-1, -2, -3], [-3, -1, -2])
            assert states.shape[2:] == (16, 8, 8) and states.dtype == bool
            assert group["program"].dtype == np.int8 and (group["s_h_len"][()] > 1).all()
        assert file["data_info/num_train"][()] == 14 and file["data_info/num_program_tokens"][()] == 50
