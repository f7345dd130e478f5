"""Suites are folders; installed packages add tasks and suites by entry point, and users name folders."""

from __future__ import annotations

import pickle
import sys

import pytest

from leapscli.errors import TaskError
from leapscli.stages.sweep.jobs import task_names
from leapscli.tasks import suites
from leapscli.tasks.registry import task
from leapscli.testing import check_task
from tests import ROOT

SWEEPER = (ROOT / "docs" / "examples" / "sweeper.py").read_text(encoding="utf-8")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with a suite of two tasks, a task by itself, and an entry point that leads nowhere."""
    site, info = tmp_path / "site", tmp_path / "site" / "chores-1.dist-info"
    (site / "chores").mkdir(parents=True), info.mkdir()
    for name in ("__init__.py", "sweep_up.py", "tidy.py"):
        (site / "chores" / name).write_text("" if name == "__init__.py" else SWEEPER)
    (site / "mopping.py").write_text(SWEEPER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: chores\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[leaps.tasks]\nchores = chores\nmop = mopping\nlost = nowhere\n")
    monkeypatch.syspath_prepend(str(site))
    suites._installed.cache_clear()
    yield site
    suites._installed.cache_clear()
    for name in ("chores", "mopping"):
        sys.modules.pop(name, None)


def test_the_suites_of_the_literature_are_folders_in_the_order_of_publication():
    assert list(suites.SUITES) == ["leaps", "karel-hard", "llm-gs"]
    assert suites.SUITES["leaps"] == ("stairclimber", "fourcorners", "topoff", "maze", "cleanhouse", "harvester")
    folder = ROOT / "leapscli" / "domains" / "karel" / "tasks"
    for suite, names in suites.SUITES.items():
        files = {path.stem for path in (folder / suite.replace("-", "_")).glob("*.py")}
        assert files == {*names, "__init__"}


def test_installed_tasks_and_suites_are_found_by_name(installed):
    assert suites.names()[-4:] == ("sweep-up", "tidy", "mop", "lost")
    assert task_names(["chores", "maze"]) == ["sweep-up", "tidy", "maze"]
    mop = task("mop", height=9)
    assert (mop.name, mop.height, mop.source) == ("mop", 9, installed / "mopping.py")
    assert mop.reference == "mop" and pickle.loads(pickle.dumps(mop)).source == mop.source
    assert mop.sample(3, 0).agents.shape == (3, 3)
    check_task("tidy", programs=20)


def test_an_entry_point_that_leads_nowhere_is_no_obstacle_to_others(installed):
    with pytest.raises(TaskError, match=r"no task file nowhere.py"):
        task("lost")
    assert task("maze").name == "maze"


def test_a_folder_of_task_files_is_a_suite(tmp_path):
    for name in ("b.py", "a.py", "_helper.py", "notes.txt"):
        (tmp_path / name).write_text(SWEEPER)
    assert task_names([str(tmp_path)]) == [str(tmp_path / "a.py"), str(tmp_path / "b.py")]
    (tmp_path / "empty").mkdir()
    with pytest.raises(TaskError, match="no task file in"):
        task_names([str(tmp_path / "empty")])
