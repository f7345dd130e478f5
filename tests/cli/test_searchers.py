"""A searcher of one's own: by file and by entry point, in every command that searches; and docs/searchers.md."""

from __future__ import annotations

import json
import re
import shlex
import sys

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli import sweep_options
from leapscli.cli.main import build
from leapscli.search import discovery
from tests import ROOT
from tests.stages.sweeps import HerePool

PAGE = (ROOT / "docs" / "searchers.md").read_text(encoding="utf-8")
GREEDY = (ROOT / "docs" / "examples" / "greedy.py").read_text(encoding="utf-8")
FEW = [part for text in ("iterations=3", "states=4", "validation=4", "held_out=4") for part in ("--set", text)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "greedy.py").write_text(GREEDY)
    monkeypatch.setattr(sweep_options, "_pool", lambda parallel, ray: HerePool().open())
    return tmp_path


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package that adds searchers by entry points: one that works, one that cannot be imported."""
    (tmp_path / "site" / "mine-1.dist-info").mkdir(parents=True)
    (tmp_path / "site" / "mine-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1\n")
    points = "[leaps.searchers]\nplain-greedy = mine_greedy\nlost = mine_lost\ncem = mine_greedy\n"
    (tmp_path / "site" / "mine-1.dist-info" / "entry_points.txt").write_text(points)
    (tmp_path / "site" / "mine_greedy.py").write_text(GREEDY)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    caches = (discovery._installed, discovery._of_name)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()
    sys.modules.pop("mine_greedy", None)


def call(*arguments, code=0):
    result = CliRunner().invoke(build(), arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        if code == 2:
            return result.exception
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_a_file_searches_in_every_command_and_takes_its_settings(here):
    call("synthesize", "harvester", "--searcher", "./greedy.py", "--set", "mutants=9", *FEW)
    (run,) = Workspace(here).list("run")
    assert run.manifest.recipe["searcher"] == str(here / "greedy.py") and run.manifest.recipe["mutants"] == 9
    assert run.manifest.metrics["candidates"] == 27
    assert "# found by greedy, seed 0" in (run.path / "program.txt").read_text()
    sweep = call("sweep", "maze", "--searcher", "greedy.py,hill-climbing", "--seeds", "1", *FEW)
    assert [row.split()[1] for row in sweep.stdout.splitlines()[1:]] == ["greedy", "hill-climbing"]
    bench = ("bench", "maze", "--recipe", "evolution", "--searcher", "greedy.py", "--seeds", "1", *FEW)
    assert [row.split()[1] for row in call(*bench).stdout.splitlines()[1:]] == ["evolution", "greedy"]
    assert "greedy" in (here / "RESULTS.md").read_text()


def test_its_own_default_is_taken_and_not_that_of_the_default_recipe(here):
    (here / "greedy.py").write_text(GREEDY.replace("mutants", "population"))
    call("synthesize", "harvester", "--searcher", "greedy.py", *FEW)
    assert Workspace(here).resolve("harvester", "run").manifest.recipe["population"] == 64


def test_an_edited_file_is_another_search(here):
    arguments = ("sweep", "maze", "--searcher", "greedy.py", "--seeds", "1", *FEW)
    call(*arguments)
    assert "1 of 1 searches are there already" in call(*arguments).stderr
    (here / "greedy.py").write_text(GREEDY + "\n# edited\n")
    assert "0 of 1 searches are there already" in call(*arguments).stderr


def test_a_mistake_names_file_and_line(here):
    (here / "greedy.py").write_text(GREEDY.replace("float(scored.returns[row])", "scored.nothing"))
    error = call("synthesize", "harvester", "--searcher", "greedy.py", *FEW, code=2)
    line = next(i for i, text in enumerate(GREEDY.splitlines(), 1) if "float(scored.returns[row])" in text)
    assert error.message == f"greedy.py:{line}: tell: AttributeError: 'Scored' object has no attribute 'nothing'"
    for arguments, message in [
        (("--searcher", "gredy.py"), "no searcher file gredy.py"),
        (("--searcher", "greedy.py", "--set", "mutant=3"), "--set mutant: unknown key; did you mean `mutants`?"),
        (
            ("--searcher", "greedy.py", "--set", "pool=3"),
            "--set pool: not a setting of greedy, but of edit-evolution, ",
        ),
        (("--searcher", "greedy.py", "--set", "mutants=0"), "--set mutants: must be greater than 0, found 0"),
    ]:
        assert call("synthesize", "harvester", *arguments, code=2).message.startswith(message)


def test_a_recipe_runs_no_code(here):
    (here / "mine.yaml").write_text("iterations: 2\nsearcher: ./greedy.py\n")
    error = call("synthesize", "harvester", "--recipe", "mine.yaml", code=2)
    assert error.message == "mine.yaml:2: searcher: a recipe names no file; --searcher ./greedy.py does"


def test_a_searcher_is_found_by_entry_point(here, installed):
    listed = json.loads(call("recipes", "--json").stdout)["searchers"]
    spaces = {each["name"]: each["space"] for each in listed}
    assert spaces["plain-greedy"] == "program" and spaces["cem"] == "latent"
    assert spaces["lost"].startswith("damaged: mine_lost, the searcher lost of mine: ModuleNotFoundError")
    call("recipes")
    (here / "mine.yaml").write_text("searcher: plain-greedy\nmutants: 5\n")
    call("synthesize", "harvester", "--recipe", "mine.yaml", *FEW)
    assert Workspace(here).resolve("harvester", "run").manifest.metrics["candidates"] == 15
    error = call("synthesize", "harvester", "--searcher", "lost", code=2)
    assert "mine_lost, the searcher lost of mine: ModuleNotFoundError" in error.message


def test_the_page_shows_the_example_whole_and_its_commands_are_accepted(here, monkeypatch):
    shown = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert shown[0] == GREEDY
    monkeypatch.chdir(ROOT)
    namespace = {}
    exec(shown[1], namespace)
    namespace["test_greedy"]()
    commands = re.findall(r"^    leaps ((?:synthesize|sweep|bench) .*)$", PAGE, re.MULTILINE)
    assert len(commands) == 4
    for line in commands:
        call(*shlex.split(line), "--workspace", str(here), "--dry-run")
