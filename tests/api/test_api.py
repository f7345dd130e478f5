"""The Python API: the stages as functions, what they give back, and scripts that call them as they please."""

from __future__ import annotations

import csv
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import leapscli as leaps
from leapscli.api.call import overrides, spelled
from leapscli.errors import ArtifactError, InputError, RecipeError
from tests import ROOT

QUICK = {"iterations": 3, "states": 4, "validation": 4, "held_out": 8, "target": None}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("place")
    data = leaps.generate("smoke", programs=200, workspace=root)
    leaps.train(data, "smoke", steps=5, architecture={"hidden": 16, "latent": 16}, workspace=root)
    return root


def test_a_dataset_tells_its_programs(place):
    data = leaps.load_dataset(workspace=place)
    assert len(data) == 200 and data.metrics["programs"] == 200 and data.recipe["programs"] == 200
    assert [len(data.programs(split)) for split in ("train", "validation", "test")] == [140, 30, 30]
    assert all(isinstance(program, leaps.Program) for program in data.programs("test"))
    assert repr(data) == "<Dataset karel@v1: programs 200, train 140, validation 30, test 30>"
    assert data.artifact.manifest.command == "leaps.generate('smoke', name='karel', programs=200)"


def test_a_model_encodes_decodes_and_tells_its_training(place):
    model = leaps.train(
        recipe="smoke", steps=5, architecture={"hidden": 16, "latent": 16}, resume=True, workspace=place
    )
    z = model.encode([leaps.Program.parse("DEF run m( move m)")])
    assert z.shape == (1, 16) and isinstance(model.decode(z)[0], leaps.Program)
    assert model.reference == "leaps@v1" and [row["step"] for row in model.history] == [5]
    assert model.recipe["architecture"]["latent"] == 16 and "reconstruction" in repr(model)


def test_a_run_holds_the_program_and_the_course_of_the_search(place):
    run = leaps.synthesize("maze", "evolution", seed=4, workspace=place, **QUICK)
    assert isinstance(run.program, leaps.Program) and run.row["seed"] == 4 and run.row["task"] == "maze"
    assert [row["iteration"] for row in run.history] == [1, 2, 3] and run.history[-1]["best"] <= 1
    assert run.metrics["iterations"] == 3 and run.task().name == "maze" and run.task(12).height == 12
    again = leaps.load_run("maze", workspace=place)
    assert again.program == run.program and again.reference == run.reference
    assert run.artifact.manifest.command.startswith("leaps.synthesize('maze', searcher='evolution', seed=4, iterat")


def test_a_search_in_the_space_of_a_model_that_was_trained_here(place):
    run = leaps.synthesize("maze", "cem", workspace=place, **QUICK)
    assert run.artifact.manifest.parents[0].reference == "leaps@v1"


def test_what_commands_made_and_what_calls_made_is_the_same(place, tmp_path):
    run = leaps.synthesize("topoff", "evolution", seed=2, workspace=tmp_path, **QUICK)
    words = ["iterations=3", "states=4", "validation=4", "held_out=8", "target=null"]
    line = ["synthesize", "topoff", "--searcher", "evolution", "--seed", "2"] + [x for w in words for x in ("--set", w)]
    subprocess.run([sys.executable, "-m", "leapscli", *line], cwd=tmp_path, check=True, capture_output=True)
    other = leaps.load_run("topoff@v2", workspace=tmp_path)
    assert other.program == run.program and other.recipe == run.recipe
    assert {**other.metrics, "seconds": 0} == {**run.metrics, "seconds": 0}


def test_evaluate_takes_a_program_its_text_or_a_run(place):
    run = leaps.synthesize("maze", "evolution", seed=4, workspace=place, **QUICK)
    results = [leaps.evaluate(each, "maze", episodes=50) for each in (run, run.program, str(run.program))]
    assert len({result.mean for result in results}) == 1 and len(results[0].returns) == 50
    larger = leaps.evaluate(run, size=(12, 14), episodes=5)
    assert (larger.task.height, larger.task.width) == (12, 14) and "maze 12×14" in repr(larger)
    for wrong in ((1, "maze"), (run.program, None)):
        with pytest.raises(InputError):
            leaps.evaluate(*wrong)


def test_a_sweep_gives_rows_a_summary_a_file_and_a_plot(place, tmp_path):
    results = leaps.sweep(["maze", leaps.task("harvester")], ["evolution", "random"], seeds=2, workspace=place, **QUICK)
    assert len(results) == 8 and results.failed == {} and "maze random: return" in repr(results)
    rows = results.rows()
    assert {(row["task"], row["method"], row["seed"]) for row in rows} == {
        (task, method, seed) for task in ("maze", "harvester") for method in ("evolution", "random") for seed in (0, 1)
    }
    assert [row["runs"] for row in results.summary()] == [2, 2, 2, 2]
    results.to_csv(tmp_path / "rows.csv")
    assert "</html>" in results.report(tmp_path / "page.html").read_text()
    assert results.runs[0].reference in results.runs[0].report(tmp_path / "page.html").read_text()
    with (tmp_path / "rows.csv").open() as file:
        assert [row["run"] for row in csv.DictReader(file)] == [row["run"] for row in rows]
    best = results.best("maze")
    assert best.row["return_validation"] == max(row["return_validation"] for row in rows if row["task"] == "maze")
    with pytest.raises(InputError, match="no run to choose from of topoff"):
        results.best("topoff")
    for against in ("evaluations", "episodes", "seconds"):
        figure = results.plot(against)
        assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["maze", "harvester"]
        assert [line.get_label() for line in figure.axes[0].lines] == ["evolution (2)", "random (2)"]
    assert results.plot()._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="against: expected evaluations or episodes or seconds"):
        results.plot("time")


def test_a_sweep_runs_in_a_script_that_guards_nothing(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import leapscli as leaps
            print("once")
            results = leaps.sweep("maze", "evolution", seeds=2, parallel=2, workspace={str(tmp_path)!r}, **{QUICK!r})
            print(len(results), results.failed)
            """
        )
    )
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.stdout == "once\n2 {}\n", result.stderr


def test_a_searcher_in_a_file_is_named_by_it(place):
    path = ROOT / "docs/examples/greedy.py"
    run = leaps.synthesize("maze", str(path), workspace=place, **QUICK)
    assert run.row["searcher"] == "greedy" and run.recipe["searcher"] == str(path)


def test_mistakes_are_those_of_the_commands(place):
    with pytest.raises(RecipeError, match="populatoin"):
        leaps.synthesize("maze", "evolution", populatoin=3, workspace=place)
    with pytest.raises(RecipeError, match="there is no 'nosuch'"):
        leaps.synthesize("maze", "nosuch", workspace=place)
    with pytest.raises(ArtifactError, match="no run nothing"):
        leaps.load_run("nothing", workspace=place)
    with pytest.raises(InputError, match="a setting is a number"):
        leaps.synthesize("maze", population=object(), workspace=place)


def test_settings_become_overrides_and_calls_text():
    assert overrides({"losses": {"beta": 0.1}, "name": "x", "target": None}, seed=3, max_time=None) == [
        "losses.beta=0.1",
        "name=x",
        "target=null",
        "seed=3",
    ]
    assert spelled("sweep", ["maze"], Path("a"), seeds=2, size=None) == "leaps.sweep(['maze'], 'a', seeds=2)"


def test_nothing_is_printed_where_nobody_looks(place, capfd):
    leaps.synthesize("maze", "evolution", seed=5, workspace=place, **QUICK)
    out, err = capfd.readouterr()
    assert out == "" and "iteration" not in err


def test_progress_can_be_asked_for(place, capfd):
    leaps.synthesize("maze", "evolution", seed=6, workspace=place, progress=True, **QUICK)
    assert "synthesize maze" in capfd.readouterr().err


def test_results_are_tables_in_notebooks(place):
    run = leaps.synthesize("maze", "evolution", seed=4, workspace=place, **QUICK)
    assert "<table>" in run._repr_html_() and "<pre>DEF run m(" in run._repr_html_()
    assert "<svg" in leaps.task("maze").sample(1, seed=0)[0]._repr_html_()
    results = leaps.sweep("maze", "evolution", seeds=1, workspace=place, **QUICK)
    assert results._repr_html_().count("<tr>") == 2
    assert np.isfinite(results.summary()[0]["return"])
