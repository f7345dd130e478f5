"""Generating a dataset: what is in it, that it depends on the recipe alone, and that interruptions leave no trace."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from leapscli.artifacts import journal
from leapscli.artifacts.columns import ProgramColumns
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsReader
from leapscli.artifacts.store import Artifact, Draft, Workspace
from leapscli.artifacts.verify import verify
from leapscli.domains.karel.behaviour import behaviour
from leapscli.domains.karel.execution import rollouts
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import ArtifactError, InputError, Interrupted, LeapsError, RecipeError
from leapscli.progress import Done, Silent, StopFlag
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate import candidates
from leapscli.stages.generate import generate as stage
from leapscli.stages.generate.generate import generate
from leapscli.stages.generate.statistics import nesting

SMALL = {"programs": 400, "demonstrations": 4}
LONG = {"programs": 20_000, "demonstrations": 2, "max_actions": 30}


def make(root: Path, settings: dict[str, object], **options: object) -> Artifact:
    return generate(DatasetRecipe.model_validate(settings), Workspace(root), **options)


def rows_of(artifact: Artifact) -> ProgramColumns:
    return ProgramsReader(artifact.file(PROGRAMS)).read()


def batch(rows: ProgramColumns) -> TokenBatch:
    return TokenBatch(rows.tokens, rows.lengths.astype(np.int32))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return make(tmp_path_factory.mktemp("small"), SMALL)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return make(tmp_path_factory.mktemp("long"), LONG)


def test_programs_are_distinct_and_do_what_is_recorded(small: Artifact) -> None:
    rows = rows_of(small)
    assert len(np.unique(rows.tokens, axis=0)) == len(rows) == 400
    worlds = Worlds.from_cells(rows.cells.reshape(-1, 8, 8), rows.agents.reshape(-1, 3))
    runs = rollouts(batch(rows), worlds, Budget.calls(220), max_actions=100, pairing="each")
    assert np.array_equal(runs.actions, rows.actions) and np.array_equal(runs.lengths, rows.demo_lengths)


def test_programs_that_behave_alike_are_in_one_split_and_the_shares_are_exact(long: Artifact) -> None:
    rows, metrics = rows_of(long), long.manifest.metrics
    found = behaviour(batch(rows))
    splits = {}
    for walk, split in zip(found.walks.tolist(), rows.split.tolist(), strict=True):
        assert splits.setdefault(walk, split) == split
    assert np.bincount(rows.split).tolist() == [14_000, 3_000, 3_000]
    same_actions, same_walks = (len(rows) - len(np.unique(hashes)) for hashes in (found.traces, found.walks))
    assert metrics["duplicates"] == {
        "same_actions": same_actions,
        "same_but_for_turns": same_walks,
        "across_splits": 0,
    }
    assert 0 < same_actions < same_walks


def test_the_split_says_nothing_about_place_or_kind(long: Artifact) -> None:
    rows = rows_of(long)
    place = np.arange(len(rows)) / len(rows)
    for split in range(3):
        chosen = rows.split == split
        assert abs(place[chosen].mean() - 0.5) < 0.02
        assert abs(rows.lengths[chosen].mean() - rows.lengths.mean()) < 0.5


def test_the_content_depends_on_the_recipe_alone(small: Artifact, tmp_path: Path, monkeypatch) -> None:
    content = small.manifest.content
    assert make(tmp_path, SMALL, workers=1).manifest.content == content
    monkeypatch.setattr(candidates, "BLOCK", 333)
    assert make(tmp_path, SMALL, workers=3, name="other").manifest.content == content
    assert make(tmp_path, {**SMALL, "seed": 1}).manifest.content != content


def test_statistics_are_those_of_the_file(small: Artifact) -> None:
    rows, metrics = rows_of(small), small.manifest.metrics
    assert verify(small) == []
    for name, values in (
        ("lengths", rows.lengths),
        ("nesting", nesting(rows.tokens)),
        ("actions", rows.demo_lengths),
    ):
        assert metrics[name] == np.bincount(values.ravel()).tolist()
    assert metrics["tokens"]["DEF"] == 400 and metrics["tokens"]["move"] == (rows.tokens == 4).sum()
    assert metrics["distinct_candidates"] == 400 + sum(metrics["dropped"].values()) < metrics["candidates"]
    assert metrics["runs"]["drawn"] > 400 * 4
    with h5py.File(small.file(PROGRAMS)) as file:
        assert json.loads(file.attrs["statistics"]) == metrics


def test_nesting_counts_control_statements_around_an_action() -> None:
    texts = ["move", "REPEAT R=2 r( move r) WHILE c( markersPresent c) w( IF c( leftIsClear c) i( move i) w)"]
    programs = TokenBatch.of([Program.parse(f"DEF run m( {text} m)") for text in texts])
    assert nesting(programs.ids).tolist() == [0, 2]


class StopAt(Silent):
    """Requests a stop once so many programs are made."""

    def __init__(self, flag: StopFlag, count: int) -> None:
        self.flag, self.count = flag, count

    def update(self, event: Done) -> None:
        if event.done >= self.count:
            self.flag.request()


def test_a_stopped_run_is_resumed_to_the_same_bytes(long: Artifact, tmp_path: Path) -> None:
    for count in (1, 7_000, 15_000):
        flag = StopFlag()
        with pytest.raises(Interrupted, match=r"of 20,000 programs"):
            make(tmp_path, LONG, stop=flag, reporter=StopAt(flag, count), resume=count > 1, workers=1)
    assert Workspace(tmp_path).list() == []
    artifact = make(tmp_path, LONG, resume=True)
    assert artifact.file(PROGRAMS).read_bytes() == long.file(PROGRAMS).read_bytes()
    assert artifact.manifest.metrics == long.manifest.metrics


class StopWhen(Silent):
    """Requests a stop as soon as a phase of that name has begun."""

    def __init__(self, flag: StopFlag, label: str) -> None:
        self.flag, self.label = flag, label

    def start(self, label: str, total: int | None, unit: str) -> None:
        if label == self.label:
            self.flag.request()


def test_a_run_stopped_while_splitting_keeps_its_programs(long: Artifact, tmp_path: Path) -> None:
    flag = StopFlag()
    with pytest.raises(Interrupted, match="while splitting; all 20,000 programs are made"):
        make(tmp_path, LONG, stop=flag, reporter=StopWhen(flag, "splitting"))
    artifact = make(tmp_path, LONG, resume=True)
    assert artifact.file(PROGRAMS).read_bytes() == long.file(PROGRAMS).read_bytes()


def test_a_killed_process_is_resumed_to_the_same_bytes(long: Artifact, tmp_path: Path) -> None:
    settings = [f"{name}={value}" for name, value in LONG.items()]
    command = [sys.executable, "-m", "leapscli", "gen-data", "--workspace", str(tmp_path)]
    command += [word for setting in settings for word in ("--set", setting)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("datasets/.staging/*/programs.parts/part-000001.npz")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert Workspace(tmp_path).list() == []
    assert make(tmp_path, LONG, resume=True).file(PROGRAMS).read_bytes() == long.file(PROGRAMS).read_bytes()


def test_a_full_disk_is_one_line_and_can_be_resumed(long: Artifact, tmp_path: Path, monkeypatch) -> None:
    written, whole = [], np.savez

    def savez(file, **arrays: object) -> None:
        written.append(file)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(file, **arrays)

    monkeypatch.setattr(journal.np, "savez", savez)
    with pytest.raises(LeapsError, match="the disk is full"):
        make(tmp_path, LONG)
    monkeypatch.undo()
    assert make(tmp_path, LONG, resume=True).file(PROGRAMS).read_bytes() == long.file(PROGRAMS).read_bytes()


def test_what_was_interrupted_at_its_very_end_is_resumed_too(small: Artifact, tmp_path: Path, monkeypatch) -> None:
    def publish(self: Draft, **facts: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Draft, "publish", publish)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, SMALL)
    monkeypatch.undo()
    artifact = make(tmp_path, SMALL, resume=True)
    assert artifact.manifest.content == small.manifest.content and verify(artifact) == []


def test_without_resume_a_run_starts_afresh(tmp_path: Path) -> None:
    flag, seen = StopFlag(), []
    flag.request()
    with pytest.raises(Interrupted):
        make(tmp_path, LONG, stop=flag)

    class First(Silent):
        def update(self, event: Done) -> None:
            seen.append(event.done)

    again = StopFlag()
    again.request()
    with pytest.raises(Interrupted):
        make(tmp_path, LONG, stop=again, reporter=First())
    assert seen[0] == 0


@pytest.mark.parametrize(
    "settings", [{"max_tokens": 5}, {"max_tokens": 6, "programs": 100, "tries": 10}], ids=["five tokens", "six tokens"]
)
def test_a_recipe_without_enough_programs_is_refused(settings: dict[str, int], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(stage, "PATIENCE", 20_000)
    with pytest.raises(RecipeError, match=r"programs: .* cannot be found, only \d+"):
        make(tmp_path, {"programs": 50, **settings})
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".npz", ".h5")]


@pytest.mark.parametrize(
    ("settings", "name"),
    [({"height": 2}, "karel"), ({"tries": 3}, "karel"), ({}, "No Name")],
    ids=["height", "tries", "name"],
)
def test_bad_input_is_refused_before_anything_is_written(settings, name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        make(tmp_path, settings, name=name)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_workspace_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(stage.os, "access", lambda path, mode: False)
    with pytest.raises(ArtifactError, match="cannot be written"):
        make(tmp_path / "below" / "it", SMALL)
