"""`leaps bench`: the page it writes, and that it is a sweep like any other."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli import sweep_options as side_by_side
from leapscli.cli.main import build
from leapscli.errors import InputError, LeapsError, RecipeError
from leapscli.results.sweep import Outcome
from leapscli.stages.sweep.worker import run_job
from tests.stages.sweeps import TINY, HerePool

runner = CliRunner()
SETTINGS = [part for text in TINY for part in ("--set", text)]
BENCH = ["bench", "--tasks", "maze,doorkey", "--recipe", "hill-climbing", "--seeds", "2", "-o", "R.md", *SETTINGS]


@pytest.fixture
def pool(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pool = HerePool()
    monkeypatch.setattr(side_by_side, "_pool", lambda parallel, ray: pool.open())
    return pool


def call(arguments):
    result = runner.invoke(build(), arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def rows(page, heading):
    """The cells of the tables below a heading."""
    section = re.search(rf"## {heading}\n(.*?)(?=\n## |\Z)", page, re.DOTALL)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section[1].splitlines() if "|" in line]


def test_the_page_sets_ours_beside_what_was_published(pool, tmp_path):
    result = call(BENCH)
    page = (tmp_path / "R.md").read_text()
    runs = [run for run in Workspace(tmp_path).list("run") if run.name.startswith("maze")]
    mean = sum(run.manifest.metrics["return_held_out"] for run in runs) / 2
    head, _, ours, *others = rows(page, "Return")
    assert head == ["", "maze", "doorkey"] and ours[0] == "`hill-climbing`" and ours[1] == f"{mean:.3f}"
    assert ["*LEAPS (LEAPS, table 3)*", "1.00 ± 0.00", ""] in others
    assert ["*HPRL-PPO (HPRL)*", "1.00", "0.50"] in others
    assert rows(page, "On larger worlds")[0] == ["", "maze", "general"]
    assert len(rows(page, "What it took")) == 3
    head, _, proven = rows(page, "Proven")
    assert head == ["", "maze", "doorkey"] and all(re.fullmatch(r"[0-2] of 2", cell) for cell in proven[1:])
    assert "| command | `leaps" in page and "over 2 seeds" in page and "on 16 fresh initial states" in page
    assert "at most 300,000 programs and 1:00" in page and re.search(
        r"- `hill-climbing`: (short of )?the best return on", page
    )
    assert "written to R.md" in result.stderr and "hill-climbing" in result.stdout


def test_searches_with_a_target_are_counted_where_they_reach_it(pool, tmp_path):
    call([*BENCH, "--set", "target=-1.0"])
    assert rows((tmp_path / "R.md").read_text(), "Return")[2][1].endswith(", 2 of 2")
    call([*BENCH, "--set", "target=1.0", "--set", "iterations=1", "--set", "population=2"])
    page = (tmp_path / "R.md").read_text()
    assert re.search(r", 0 of 2$", rows(page, "Return")[2][2]) and rows(page, "What it took")[2][2].startswith("> ")


def test_it_goes_on_like_a_sweep_and_shares_its_runs(pool):
    limits = ["--max-time", "60s", "--set", "evaluations=300000"]
    shared = ["--searcher", "hill-climbing", "--seeds", "1", *limits, *SETTINGS]
    call(["sweep", "--tasks", "maze,doorkey", *shared])
    found = json.loads(call([*BENCH, "--json"]).stdout)
    assert len(pool.names) == 4 and found["page"] == "R.md"
    assert len(found["runs"]) == 4 and found["larger"][0]["task"] == "maze"
    assert [each["task"] for each in found["proven"]] == ["maze", "doorkey"]
    call(BENCH)
    assert len(pool.names) == 4


def test_what_failed_is_on_the_page(pool, tmp_path):
    def work(job, stop):
        return Outcome(job, error="no luck") if job.title == "doorkey" else run_job(job, stop)

    pool.work = work
    with pytest.raises(LeapsError, match="2 of 4"):
        call(BENCH)
    page = (tmp_path / "R.md").read_text()
    assert "- doorkey-hill-climbing-s0: no luck" in page and rows(page, "Return")[2][2] == "–"


def test_it_needs_no_checkout(pool, tmp_path):
    """In an empty folder, as after installation: the page goes there, the published numbers travel with the package."""
    more = ["--recipe", "hill-climbing", "--seeds", "1", *SETTINGS]
    assert "would make 1 search," in call(["bench", "maze", "--dry-run", *more]).stderr and not list(tmp_path.iterdir())
    call(["bench", "maze", *more])
    assert "*LEAPS (LEAPS, table 3)*" in (tmp_path / "RESULTS.md").read_text()


def test_a_dry_run_and_bad_input_write_nothing(pool, tmp_path):
    assert "would make 4 searches" in call([*BENCH, "--dry-run"]).stderr
    with pytest.raises(InputError, match="no folder"):
        call([*BENCH, "-o", "nowhere/R.md"])
    with pytest.raises(RecipeError, match="nonsense"):
        call([*BENCH, "--recipe", "nonsense"])
    assert not list(tmp_path.iterdir()) and not pool.names
