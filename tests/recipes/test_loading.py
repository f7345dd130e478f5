"""Recipes: what wins over what, and every mistake at once, where it stands."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from leapscli.errors import RecipeError
from leapscli.recipes.base import RunBudget
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.recipes.kinds import COMMANDS, FOLDERS
from leapscli.recipes.loading import load_recipe, recipe_files
from leapscli.recipes.model import ModelRecipe


def write(folder, text, name="mine.yaml"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def complaint(kind, path, overrides=()):
    with pytest.raises(RecipeError) as caught:
        load_recipe(kind, path, overrides)
    return caught.value.message.splitlines()


def test_an_override_beats_the_recipe_which_beats_the_default(tmp_path):
    path = write(tmp_path, "optimizer: {lr: 5e-4, batch: 64}\n")
    recipe = load_recipe("model", path, ["optimizer.lr=1e-3", "seed=3", "seed=4"])
    assert (recipe.optimizer.lr, recipe.optimizer.batch, recipe.optimizer.clip, recipe.seed) == (1e-3, 64, 1.0, 4)


def test_an_override_beats_a_tasks_settings_which_beat_the_rest(tmp_path):
    path = write(tmp_path, "sigma: 0.3\npopulation: 8\ntasks:\n  maze: {population: 9, elite: 0.4}\n")
    recipe = load_recipe("search", path, ["elite=0.2"], task="maze")
    assert (recipe.sigma, recipe.population, recipe.elite) == (0.3, 9, 0.2)
    assert load_recipe("search", path, task="harvester").population == 8


@pytest.mark.parametrize(
    ("text", "steps"), [("1e3", 1000), ("2_000", 2000), ("'30'", 30), ("1.5E+3", 1500), ("40.0", 40)]
)
def test_numbers_may_be_written_as_people_write_them(tmp_path, text, steps):
    assert load_recipe("model", write(tmp_path, f"steps: {text}\n")).steps == steps
    assert load_recipe("model", "leaps", [f"steps={text}"]).steps == steps


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("45m", 2700), ("2h", 7200), ("1.5 h", 5400), ("1d", 86400), ("30", 30)]
)
def test_durations_have_units(text, seconds):
    assert load_recipe("search", "cem", [f"max_time={text}"]).max_time == seconds


def test_budgets_say_what_they_count():
    assert load_recipe("search", "cem", ["budget=220 calls"]).budget == RunBudget(calls=220)
    assert load_recipe("search", "paper", ["budget=10_000 primitives"]).budget == RunBudget(primitives=10_000)
    assert "220 calls" in load_recipe("search", "paper").resolved()["budget"]


def test_every_mistake_is_listed_with_file_and_line(tmp_path):
    path = write(
        tmp_path,
        "# a comment\narchtecture: 3\noptimizer:\n  lrr: 1\n  lr: 7e0\nsteps: many\nseed: yes\nlosses: 3\n"
        "max_time: 5 parsecs\nsteps: 3x\nvalidation: {every: .inf}\n",
    )
    lines = "\n".join(complaint("model", path, ["optimizer.batch=0", "clip=3", "nothing"]))
    for expected in (
        f"{path}:2: archtecture: unknown key; did you mean `architecture`?",
        f"{path}:4: optimizer.lrr: unknown key; did you mean `lr`?",
        f"{path}:5: optimizer.lr: must be less than or equal to 1, found 7.0",
        f"{path}:7: seed: a yes/no is not what belongs here",
        f"{path}:8: losses: ",
        f"{path}:9: max_time: a duration is a number with a unit",
        f"{path}:10: steps: written twice",
        f"{path}:11: validation.every: ",
        "--set optimizer.batch: must be greater than 0, found 0",
        "--set clip: unknown key; did you mean `optimizer.clip`?",
        "--set nothing: write it as key=value",
    ):
        assert expected in lines, expected
    assert len(lines.splitlines()) == 12  # with steps: 3x itself


def test_a_mistake_in_any_tasks_settings_is_found_whichever_task_is_asked_for(tmp_path):
    path = write(tmp_path, "sigma: -1\ntasks:\n  maze:\n    populaton: 9\n  harvester: 3\n")
    assert complaint("search", path) == [
        f"{path}:5: tasks: expected a table of settings for each task",
        f"{path}:1: sigma: must be greater than 0, found -1",
        f"{path}:4: tasks.maze: populaton: unknown key; did you mean `population`?",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [1\n", "not YAML"),
        ("- 1\n", "`key: value` lines"),
        ("a: !!python/object/apply:os.system [id]\n", "not YAML|unknown key"),
        ("programs: !!binary x\n", "not YAML|programs"),
        ("\x00", "not YAML"),
        ("a: *b\n", "not YAML"),
        ("[" * 3000, "nested too deeply|not YAML"),
    ],
)
def test_what_is_no_recipe_is_refused_in_a_line(tmp_path, text, says):
    with pytest.raises(RecipeError, match=says):
        load_recipe("dataset", write(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="not YAML"):
        load_recipe("dataset", tmp_path / "x.yaml")


def test_an_empty_recipe_is_all_defaults(tmp_path):
    assert load_recipe("dataset", write(tmp_path, "# nothing\n")) == DatasetRecipe()


def test_names_are_looked_for_in_the_workspace_then_among_those_that_ship(tmp_path):
    write(tmp_path, "programs: 7\n", "datasets/paper.yaml")
    assert load_recipe("dataset", "paper", root=tmp_path).programs == 7
    assert load_recipe("dataset", "smoke", root=tmp_path).programs == 4000
    with pytest.raises(RecipeError, match="no dataset recipe called 'smok'") as caught:
        load_recipe("dataset", "smok", root=tmp_path)
    assert caught.value.hint == "did you mean smoke?"
    with pytest.raises(RecipeError, match="no recipe at"):
        load_recipe("dataset", tmp_path / "none.yaml")


def test_splits_must_be_a_whole(tmp_path):
    path = write(tmp_path, "programs: 10\nsplits: [0.5, 0.2, 0.1]\n")
    assert complaint("dataset", path) == [f"{path}:2: splits: must add up to 1, not 0.8"]


def test_a_recipe_does_not_change_once_made():
    recipe = ModelRecipe()
    with pytest.raises(ValidationError):
        recipe.steps = 3
    assert recipe.replace(steps=3).steps == 3
    with pytest.raises(ValidationError):
        recipe.replace(steps=0)


def test_every_setting_is_described():
    def undescribed(model):
        for name, field in model.model_fields.items():
            if not field.description:
                yield f"{model.__name__}.{name}"
            if isinstance(field.annotation, type) and hasattr(field.annotation, "model_fields"):
                yield from undescribed(field.annotation) if field.annotation is not RunBudget else ()

    from leapscli.recipes.kinds import TYPES

    assert [name for model in TYPES.values() for name in undescribed(model)] == []


def every_pairing():
    """Every recipe that ships, with every kind that it is not."""
    return [
        (kind, name, other) for kind in FOLDERS for name in recipe_files(kind) for other in FOLDERS if other != kind
    ]


@pytest.mark.parametrize(("kind", "name", "other"), every_pairing())
def test_a_recipe_of_another_kind_is_called_what_it_is(kind, name, other):
    path = recipe_files(kind)[name]
    with pytest.raises(RecipeError, match=f"this is a {kind} recipe, not a {other} recipe") as raised:
        load_recipe(other, path)
    assert raised.value.hint == f"it is for `leaps {COMMANDS[kind]} --recipe {path}`"


@pytest.mark.parametrize(("kind", "name", "other"), every_pairing())
def test_the_name_of_a_recipe_of_another_kind_is_known(kind, name, other):
    if name in recipe_files(other):
        return
    with pytest.raises(RecipeError, match=rf"^{name}: this is a \w+ recipe, not a {other} recipe") as raised:
        load_recipe(other, name)
    assert f"--recipe {name}`" in raised.value.hint


def test_a_recipe_with_mistakes_keeps_its_kind(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("step: 5\nlosses: {}\nseed: 3\npopulation: 7\n")
    with pytest.raises(RecipeError, match="step: unknown key") as raised:
        load_recipe("model", path)
    assert "population: unknown key" in raised.value.message
