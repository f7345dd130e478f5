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
from leapscli.search.recipe import load_search_recipe

NESTED_ALIASES = "a0: &a0 [1, 1]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)  # a dozen lines, ten thousand million values


def write(folder, text, name="mine.yaml"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def load_any(kind, path, overrides=()):
    return load_search_recipe(path, overrides) if kind == "search" else load_recipe(kind, path, overrides)


def complaint(kind, path, overrides=()):
    with pytest.raises(RecipeError) as caught:
        load_any(kind, path, overrides)
    return caught.value.message.splitlines()


def test_an_override_beats_the_recipe_which_beats_the_default(tmp_path):
    path = write(tmp_path, "optimizer: {lr: 5e-4, batch: 64}\n")
    recipe = load_recipe("model", path, ["optimizer.lr=1e-3", "seed=3", "seed=4"])
    assert (recipe.optimizer.lr, recipe.optimizer.batch, recipe.optimizer.clip, recipe.seed) == (1e-3, 64, 1.0, 4)


def test_an_override_beats_a_tasks_settings_which_beat_the_rest(tmp_path):
    path = write(tmp_path, "sigma: 0.3\npopulation: 8\ntasks:\n  maze: {population: 9, elite: 0.4}\n")
    recipe = load_search_recipe(path, ["elite=0.2"], task="maze")
    assert (recipe.sigma, recipe.population, recipe.elite) == (0.3, 9, 0.2)
    assert load_search_recipe(path, task="harvester").population == 8


@pytest.mark.parametrize(
    ("text", "steps"), [("1e3", 1000), ("2_000", 2000), ("'30'", 30), ("1.5E+3", 1500), ("40.0", 40)]
)
def test_numbers_may_be_written_as_people_write_them(tmp_path, text, steps):
    assert load_recipe("model", write(tmp_path, f"steps: {text}\n")).steps == steps
    assert load_recipe("model", "leaps", [f"steps={text}"]).steps == steps


@pytest.mark.parametrize(
    ("text", "value"),
    [("0300", 300), ("010", 10), ("+7", 7), ("0o17", 15), ("0x1F", 31), ("08", 8), ("1:30", "'1:30'"), ("0b1", "'0b1'"),
     ("2026-13-45", "'2026-13-45'"), ("2026-01-01", "'2026-01-01'"), ("yes", "'yes'"), ("[1", r"'\[1'|not YAML")],
)  # fmt: skip
def test_values_are_those_of_yaml_1_2_in_files_and_after_set_alike(tmp_path, text, value):
    for recipe, overrides in ((write(tmp_path, f"seed: {text}\n"), []), ("smoke", [f"seed={text}"])):
        if isinstance(value, int):
            assert load_recipe("dataset", recipe, overrides).seed == value
        else:
            with pytest.raises(RecipeError, match=value):
                load_recipe("dataset", recipe, overrides)


def test_amp_off_is_a_word_and_switches_take_yes_and_no(tmp_path):
    assert load_recipe("model", write(tmp_path, "amp: off\n")).amp == "off"
    assert load_recipe("model", "short", ["amp=off"]).amp == "off"
    assert load_recipe("dataset", write(tmp_path, "crash_free: no\n")).crash_free is False
    assert load_recipe("dataset", "smoke", ["crash_free=on"]).crash_free is True


def test_a_message_quotes_no_more_of_a_bad_value_than_fits_in_a_line(tmp_path):
    for text in ("x" * 10_000, f"[{', '.join(['1'] * 5_000)}]", "9" * 90):
        for lines in (
            complaint("dataset", write(tmp_path, f"seed: {text}\n")),
            complaint("dataset", "smoke", [f"seed={text}"]),
        ):
            assert len(lines) == 1 and len(lines[0].removeprefix(str(tmp_path))) < 200
    (line,) = complaint("dataset", write(tmp_path, f"{'k' * 900}: 1\n"))
    assert len(line.removeprefix(str(tmp_path))) < 400  # the known keys are listed


def test_of_many_mistakes_a_screen_is_listed(tmp_path):
    lines = complaint("dataset", write(tmp_path, "".join(f"k{i}: 1\n" for i in range(500))))
    assert len(lines) == 20 and lines[-1] == "and 481 more lines"


def test_aliases_stand_for_their_values_and_merge_keys_are_named(tmp_path):
    path = write(tmp_path, "tasks:\n  maze: &own {population: 9}\n  harvester: *own\n")
    assert load_search_recipe(path, task="harvester").population == 9
    path = write(tmp_path, "tasks:\n  maze: &own {population: 9}\n  harvester:\n    <<: *own\n")
    assert complaint("search", path) == [
        f"{path}:4: tasks.harvester.<<: YAML 1.2 has no merge keys; write the settings out"
    ]


def test_a_key_written_twice_is_a_mistake_after_set_too():
    assert complaint("model", "short", ["optimizer={lr: 1e-3, lr: 1e-4}"]) == [
        "--set optimizer: optimizer.lr: written twice"
    ]


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("45m", 2700), ("2h", 7200), ("1.5 h", 5400), ("1d", 86400), ("30", 30)]
)
def test_durations_have_units(text, seconds):
    assert load_search_recipe("cem", [f"max_time={text}"]).max_time == seconds


def test_budgets_say_what_they_count():
    assert load_search_recipe("cem", ["budget=220 calls"]).budget == RunBudget(calls=220)
    assert load_search_recipe("paper", ["budget=10_000 primitives"]).budget == RunBudget(primitives=10_000)
    assert "220 calls" in load_search_recipe("paper").resolved()["budget"]


def test_every_mistake_is_listed_with_file_and_line(tmp_path):
    path = write(
        tmp_path,
        "# a comment\narchtecture: 3\noptimizer:\n  lrr: 1\n  lr: 7e0\nsteps: many\nseed: true\nlosses: 3\n"
        "max_time: 5 parsecs\nsteps: 3x\nvalidation: {every: .inf}\n",
    )
    lines = "\n".join(complaint("model", path, ["optimizer.batch=0", "clip=3", "nothing"]))
    for expected in (
        f"{path}:2: archtecture: unknown key; did you mean `architecture`?",
        f"{path}:4: optimizer.lrr: unknown key; did you mean `lr`?",
        f"{path}:5: optimizer.lr: must be less than or equal to 1, found 7.0",
        f"{path}:7: seed: must be a number, found yes",
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
        ("programs: !!binary x\n", ":1: the tag !!binary means nothing here"),
        ("# a date\nseed: !!timestamp 2026-01-01\n", ":2: the tag !!timestamp means nothing here"),
        (f"seed: {'9' * 6000}\n", ":1: a number of 6,000 digits"),
        ("splits: &a [*a]\n", ":1: more than 100,000 values, or an alias that holds itself"),
        (NESTED_ALIASES, ":1: more than 100,000 values, or an alias that holds itself"),
        ("- " * 200_000, "nested too deeply"),
        ("? [a, b]\n: 1\n", ":1: : a key is a word"),
        ("\x00", "not YAML"),
        ("a: *b\n", "not YAML"),
        ("[" * 3000, "nested too deeply"),
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
        load_any(other, path)
    assert raised.value.hint == f"it is for `leaps {COMMANDS[kind]} --recipe {path}`"


@pytest.mark.parametrize(("kind", "name", "other"), every_pairing())
def test_the_name_of_a_recipe_of_another_kind_is_known(kind, name, other):
    if name in recipe_files(other):
        return
    with pytest.raises(RecipeError, match=rf"^{name}: this is a \w+ recipe, not a {other} recipe") as raised:
        load_any(other, name)
    assert f"--recipe {name}`" in raised.value.hint


def test_a_recipe_with_mistakes_keeps_its_kind(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("step: 5\nlosses: {}\nseed: 3\npopulation: 7\n")
    with pytest.raises(RecipeError, match="step: unknown key") as raised:
        load_recipe("model", path)
    assert "population: unknown key" in raised.value.message
