"""The program-synthesis data becomes a dataset: what maps is run anew and kept, the rest is counted and named."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsReader
from leapscli.artifacts.store import Workspace
from leapscli.artifacts.synthesis_world import read_world
from leapscli.artifacts.verify import verify
from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.errors import InputError, Interrupted
from leapscli.progress import StopFlag
from leapscli.stages.data.exchange import export_dataset, import_dataset
from leapscli.stages.data.samples import sample
from tests.stages.synthesis import TEXTS, grid, record, tensor, write_lines
from tests.vae.test_published import damaged

# As it was found, with a tensor that is none.
BUNEL = """{"program_tokens":["DEF","run","m(","WHILE","c(","frontIsClear","c)","w(","move","w)","m)"],"examples":[{\
"inpgrid_tensor":"0:2.0","outgrid_tensor":"0:2.0","actions":["move"],"example_index":0}]}"""
TREE = {
    "run": [
        {"type": "ifElse", "condition": {"type": "not", "condition": {"type": "leftIsClear"}},
         "ifBody": [{"type": "turnRight"}], "elseBody": [{"type": "turnLeft"}]},
        {"type": "while", "condition": {"type": "frontIsClear"}, "body": [{"type": "move"}]},
        {"type": "repeat", "times": 2, "body": [{"type": "if", "condition": {"type": "markersPresent"},
                                                 "body": [{"type": "turnLeft"}]}]},
    ]
}  # fmt: skip
TREE_TEXT = (
    "DEF run m( IFELSE c( not c( leftIsClear c) c) i( turnRight i) ELSE e( turnLeft e) "
    "WHILE c( frontIsClear c) w( move w) REPEAT R=2 r( IF c( markersPresent c) i( turnLeft i) r) m)"
)


def imported(root: Path, records: list[dict[str, Any]], name: str = "data.json") -> Artifact:
    return import_dataset(write_lines(root / name, records), Workspace(root))


def skipped(artifact: Artifact) -> dict[str, int]:
    return {reason: each["records"] for reason, each in artifact.manifest.metrics["skipped"].items()}


@pytest.mark.parametrize("form", ["json", "tensor"])
def test_programs_worlds_and_actions_are_those_of_the_records(tmp_path: Path, form: str) -> None:
    """Whichever way worlds are written; equal sizes here, so that nothing is set into anything."""
    records = [record(text, first=9 * i, form=form) for i, text in enumerate(TEXTS)]
    artifact = imported(tmp_path, records)
    rows, size = ProgramsReader(artifact.file(PROGRAMS)).read(), {"json": 8, "tensor": 16}[form]
    assert rows.cells.shape == (len(TEXTS), 3, size, size) and verify(artifact) == [] and skipped(artifact) == {}
    for p, text in enumerate(TEXTS):
        assert str(Program.from_ids(rows.tokens[p, : rows.lengths[p]])) == text
        for d in range(3):
            kept = rows.actions[p, d, : rows.demo_lengths[p, d]]
            names = [("move", "turnLeft", "turnRight", "pickMarker", "putMarker")[a] for a in kept]
            assert names == records[p]["examples"][d]["actions"]
    assert len(sample(artifact, len(TEXTS), 0)) == len(TEXTS)  # runs each again
    assert export_dataset(artifact, tmp_path / "out") == len(TEXTS)


def test_worlds_of_several_sizes_are_set_into_one_with_wall_around(tmp_path: Path) -> None:
    sizes = ((5, 12), (14, 3), (8, 8))
    records = [record(TEXTS[1], first=i, height=h, width=w) for i, (h, w) in enumerate(sizes)]
    rows = ProgramsReader(imported(tmp_path, records).file(PROGRAMS)).read()
    assert rows.cells.shape == (3, 3, 14, 12)
    for p, (h, w) in enumerate(sizes):
        assert (rows.cells[p, :, h:] == 255).all() and (rows.cells[p, :, :, w:] == 255).all()
        assert (rows.cells[p, :, 1 : h - 1, 1 : w - 1] != 255).any()


def test_the_files_of_a_folder_are_its_splits(tmp_path: Path) -> None:
    folder = tmp_path / "karel"
    folder.mkdir()
    for name, texts in (("train.json", TEXTS[:2]), ("val.json", TEXTS[2:3]), ("test.json", TEXTS[3:])):
        write_lines(folder / name, [record(text) for text in texts])
    artifact = import_dataset(folder, Workspace(tmp_path))
    assert artifact.manifest.metrics["splits"] == {"train": 2, "validation": 1, "test": 1}
    assert set(artifact.manifest.recipe["sha256"]) == {"train.json", "val.json", "test.json"}


def test_packed_lines_are_read_as_they_are(tmp_path: Path) -> None:
    plain = write_lines(tmp_path / "data.json", [record(text) for text in TEXTS])
    (tmp_path / "data.json.gz").write_bytes(gzip.compress(plain.read_bytes()))
    one, other = (import_dataset(path, Workspace(tmp_path)) for path in (plain, tmp_path / "data.json.gz"))
    columns = [ProgramsReader(artifact.file(PROGRAMS)).read() for artifact in (one, other)]
    assert all(np.array_equal(column, getattr(columns[1], name)) for name, column in columns[0].items())


def test_a_program_as_a_tree_and_an_end_token_are_read(tmp_path: Path) -> None:
    tree = record(TREE_TEXT)
    del tree["program_tokens"]
    ended = record(TEXTS[0])
    ended["program_tokens"].append("</s>")
    rows = ProgramsReader(imported(tmp_path, [tree | {"program_json": TREE}, ended]).file(PROGRAMS)).read()
    assert str(Program.from_ids(rows.tokens[0, : rows.lengths[0]])) == TREE_TEXT and rows.lengths[1] == 5


def changed(edit: Callable[[dict[str, Any]], Any], text: str = TEXTS[1]) -> dict[str, Any]:
    found = record(text)
    edit(found)
    return found


def put(name: str, value: Any, which: str = "inpgrid_json") -> Callable[[dict[str, Any]], Any]:
    return lambda found: found["examples"][1][which].__setitem__(name, value)


EMPTY = "DEF run m( m)"
ENDLESS = "DEF run m( WHILE c( not c( markersPresent c) c) w( turnLeft w) m)"
LONG = f"DEF run m( {'turnLeft ' * 42}m)"
REASONS = {
    "too long": (record(LONG), "too_long", "46 tokens"),
    "no token": (changed(lambda r: r["program_tokens"].insert(3, "jump")), "language", "'jump' is no token"),
    "an empty body": (changed(lambda r: r.update(program_tokens=EMPTY.split())), "language", EMPTY),
    "no tokens": (changed(lambda r: r.update(program_tokens=7)), "language", "program_tokens is no list of tokens"),
    "no tree": ({"program_json": {"run": 3}, "examples": []}, "language", "program_json is no program"),
    "no examples": ({"program_tokens": TEXTS[0].split()}, "examples", "0 examples, not 3"),
    "two examples": (record(TEXTS[0], count=2), "examples", "2 examples, not 3"),
    "no world": (changed(lambda r: r["examples"][1].pop("inpgrid_json")), "examples", "without inpgrid_json"),
    "markers": (changed(put("markers", "1:1:12")), "worlds", "inpgrid: a cell holds 0 to 12 markers"),
    "a huge number": (changed(put("markers", f"1:1:{10**30}")), "worlds", "inpgrid: not written as"),
    "outside": (changed(put("hero", "9:1:east")), "worlds", "inpgrid: row 9, column 1 is outside of 8×8"),
    "a crash": (changed(put("crashed", True)), "worlds", "in which Karel has crashed"),
    "no hero": (changed(put("hero", 3)), "worlds", "inpgrid: not written as the data set writes worlds"),
    "an endless run": (changed(lambda r: r.update(program_tokens=ENDLESS.split())), "endless", "example 0: still"),
    "other actions": (changed(lambda r: r["examples"][2].update(actions=["move"] * 9)), "different",
                      "example 2: other actions"),
    "another end": (changed(put("hero", "3:3:north", "outgrid_json")), "different",
                    "example 1: another world at the end"),
    "no tensor": (json.loads(BUNEL) | {"examples": 3 * json.loads(BUNEL)["examples"]}, "worlds",
                  "inpgrid: a tensor of 16×18×18 ones has no '0:2.0'"),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "reason", "detail"), REASONS.values(), ids=REASONS.keys())
def test_a_record_that_does_not_map_is_left_out_and_its_reason_told(
    tmp_path: Path, bad: dict[str, Any], reason: str, detail: str
) -> None:
    artifact = imported(tmp_path, [record(TEXTS[0]), bad, record(TEXTS[2], first=5)])
    assert artifact.manifest.metrics["programs"] == 2 and skipped(artifact) == {reason: 1}
    first = artifact.manifest.metrics["skipped"][reason]["first"]
    assert f"{tmp_path / 'data.json'}:2: " in first and detail in first, first


def test_where_no_record_maps_the_reasons_are_the_message(tmp_path: Path) -> None:
    (tmp_path / "bunel.json").write_text(BUNEL)
    with pytest.raises(InputError) as caught:
        import_dataset(tmp_path / "bunel.json", Workspace(tmp_path))
    lines = caught.value.message.splitlines()
    assert lines[0].endswith("bunel.json: none of 1 records can be used") and len(lines) == 2
    assert "1: a world that none of ours can be; first" in lines[1] and "has no '0:2.0'" in lines[1]
    assert Workspace(tmp_path).list() == [] and not list(tmp_path.glob("datasets/.staging/*"))


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("exploded"),)


whole = json.dumps(record(TEXTS[0])).encode()
OTHERS: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "pickle": (lambda path: path.write_bytes(pickle.dumps([Bomb()])), "a pickle: reading it", "JSON lines"),
    "thdump": (lambda path: torch.save({"sources": []}, path), "a PyTorch file: reading", "JSON lines"),
    "npz": (lambda path: np.savez(path.open("wb"), codes=np.zeros(3)), "an archive of NumPy arrays", "JSON lines"),
    "cut": (lambda path: path.write_bytes(whole + b"\n" + whole[:90]), ":2: the file ends in the middle", "again"),
    "no JSON": (lambda path: path.write_text("DEF run m( move m)\n"), ":1: no JSON", "one record a line"),
    "an array": (lambda path: path.write_bytes(b"[" + whole + b"]\n"), ":1: not a record of a program", "jq -c '.[]'"),
    "other JSON": (lambda path: path.write_text('{"a": 1}\n'), ":1: not a record of a program", "program_tokens"),
    "deep JSON": (lambda path: path.write_text("[" * 99_999 + "\n"), ":1: no JSON", "one record"),
    "nothing": (lambda path: path.write_bytes(b""), "empty", "again"),
    "blank lines": (lambda path: path.write_text("\n\n"), "holds no record", ""),
    "gzip": (lambda path: path.write_bytes(gzip.compress(whole)), "compressed by gzip", "unpack"),
    "LFS": (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer", "pull"),
    "not UTF-8": (lambda path: path.write_bytes(b'{"a": "' + 300 * b" " + b'\xe9"}\n'), "cannot be read", "again"),
}  # fmt: skip


@pytest.mark.parametrize(("write", "said", "way_out"), OTHERS.values(), ids=OTHERS.keys())
def test_a_file_of_another_kind_is_refused_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Any, said: str, way_out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "train.json")
    with pytest.raises(InputError) as caught:
        import_dataset(tmp_path / "train.json", Workspace(tmp_path))
    assert said in caught.value.message and way_out in (caught.value.hint or ""), (caught.value, caught.value.hint)
    assert len(caught.value.message.splitlines()) == 1 and not Path("exploded").exists()
    assert Workspace(tmp_path).list() == []


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.json.gz").write_bytes(gzip.compress(whole + b"\n" + whole)[:-20])
    with pytest.raises(InputError, match="cannot be read"):
        import_dataset(tmp_path / "data.json.gz", Workspace(tmp_path))


def test_damaged_lines_give_a_dataset_or_a_message(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "data.json", [record(text) for text in TEXTS[:2]])
    content, draws = path.read_bytes(), np.random.default_rng(0)
    for _ in range(40):
        path.write_bytes(damaged(content, draws))
        with suppress(InputError):
            import_dataset(path, Workspace(tmp_path))


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    path, stop = write_lines(tmp_path / "data.json", [record(TEXTS[0])]), StopFlag()
    stop.request()
    with pytest.raises(Interrupted):
        import_dataset(path, Workspace(tmp_path), stop=stop)
    assert Workspace(tmp_path).list() == []


def test_worlds_read_the_same_both_ways() -> None:
    """Nothing is turned over: the top row of ours is the last of theirs."""
    world = World.parse("#..\n.2.\n..>\n9.#\nunder: 4")
    assert read_world({"inpgrid_json": grid(world)}, "inpgrid") == world
    assert read_world({"outgrid_tensor": tensor(world)}, "outgrid") == world
    assert grid(world)["hero"] == "1:2:east" and grid(world)["blocked"] == "3:0 0:2"
