"""From a recipe's name to the recipe: find the file, lay the overrides over it, report every mistake at once.

A value is taken from the command line (`--set key.sub=value`), else from the recipe, else it is the default. The
environment says where to work and on what device, never what a recipe holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from pydantic import ValidationError

from leapscli.errors import RecipeError, brief
from leapscli.locations import shipped
from leapscli.recipes.base import Recipe, RunBudget
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.recipes.kinds import FOLDERS, TYPES, Kind, check_kind, wrong_kind
from leapscli.recipes.model import ModelRecipe
from leapscli.recipes.policy import PolicyRecipe
from leapscli.recipes.source import Key, Layer, merge, read_overrides, read_yaml

R = TypeVar("R", bound=Recipe)


@overload
def load_recipe(
    kind: Literal["dataset"], name_or_path: str | Path, overrides: Sequence[str] = (), root: Path | None = None
) -> DatasetRecipe: ...
@overload
def load_recipe(
    kind: Literal["model"], name_or_path: str | Path, overrides: Sequence[str] = (), root: Path | None = None
) -> ModelRecipe: ...
@overload
def load_recipe(
    kind: Literal["policy"], name_or_path: str | Path, overrides: Sequence[str] = (), root: Path | None = None
) -> PolicyRecipe: ...
def load_recipe(
    kind: Kind, name_or_path: str | Path, overrides: Sequence[str] = (), root: Path | None = None
) -> Recipe:
    """The recipe called so, with `key.sub=value` overrides laid over it.

    A name is looked for in the workspace `root`, then among the recipes that ship; what ends in .yaml or holds a slash
    is a path. Raises RecipeError listing every mistake as `file:line: path: message`. Search recipes, which hold the
    settings of a searcher, are loaded by search/recipe.py.
    """
    return validated([(TYPES[kind], merge(read_recipe(kind, name_or_path, root), read_overrides(overrides)))])


def read_recipe(kind: Kind, name_or_path: str | Path, root: Path | None = None) -> Layer:
    """The values of a recipe's file and where each stands. Raises RecipeError for one of another kind."""
    path = find_recipe(kind, name_or_path, root)
    layer = read_yaml(path, _label(path))
    check_kind(kind, layer, str(name_or_path))
    return layer


def validated(layers: Sequence[tuple[type[R], Layer]]) -> R:
    """The first layer as a recipe of its type. Raises RecipeError with the mistakes of all of them."""
    made = [_validate(model, layer) for model, layer in layers]
    problems = [problem for _, found in made for problem in found]
    recipe = made[0][0]
    if recipe is None or problems:
        raise RecipeError("\n".join(dict.fromkeys(problems)))
    return recipe


def find_recipe(kind: Kind, name_or_path: str | Path, root: Path | None = None) -> Path:
    """The file of a recipe: a path as given, or a name among the workspace's and those that ship."""
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or text.endswith((".yaml", ".yml")):
        if not Path(text).is_file():
            raise RecipeError(f"no recipe at {text}")
        return Path(text)
    known = recipe_files(kind, root)
    if text in known:
        return known[text]
    if others := [other for other in FOLDERS if text in recipe_files(other, root)]:
        raise wrong_kind(text, kind, others[0], text)
    close = get_close_matches(text, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known)) or 'none'}; or give a file"
    raise RecipeError(f"no {kind} recipe called {brief(text)}", hint)


def recipe_files(kind: Kind, root: Path | None = None) -> dict[str, Path]:
    """Every recipe of a kind by name; the workspace's own hide shipped ones of the same name."""
    folders = [base / FOLDERS[kind] for base in (shipped(), root) if base]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}


def _label(path: Path) -> str:
    """The path as shown in messages: relative to the current folder where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)


def _validate(model: type[R], layer: Layer) -> tuple[R | None, list[str]]:
    """The recipe, or every problem as `place: key: message`."""
    try:
        return model.model_validate(layer.values), list(layer.problems)
    except ValidationError as error:
        problems = [_problem(model, layer, dict(detail)) for detail in error.errors(include_url=False)]
        return None, [*layer.problems, *problems]


def _problem(model: type[Recipe], layer: Layer, detail: dict[str, Any]) -> str:
    """One pydantic error as one line."""
    key: Key = tuple(str(part) for part in detail["loc"])
    place = layer.place(key)
    name = brief(".".join(key))[1:-1]
    path = f"{name}: " if key and place != f"--set {'.'.join(key)}" else ""
    if detail["type"] == "extra_forbidden":
        return f"{place}: {path}unknown key{_did_you_mean(model, key)}"
    message = detail["msg"].removeprefix("Value error, ")
    if message.startswith("Input should be "):
        message = f"must be {message.removeprefix('Input should be ')}, found {brief(detail['input'])}"
    return f"{place}: {path}{message}"


def _keys(model: type[Recipe], prefix: str = "") -> list[str]:
    """Every key of a recipe, nested ones with dots."""
    keys: list[str] = []
    for name, field in model.model_fields.items():
        keys.append(prefix + name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, Recipe):
            keys += _keys(field.annotation, f"{prefix}{name}.") if field.annotation is not RunBudget else []
    return keys


def _did_you_mean(model: type[Recipe], key: Key) -> str:
    """A suggestion among the keys that the model knows at that place."""
    everywhere = _keys(model)
    around = ".".join((*key[:-1], ""))
    here = [name.removeprefix(around) for name in everywhere if name.startswith(around)]
    close = (
        get_close_matches(key[-1], here, 1, cutoff=0.6)
        or [name for name in everywhere if name.endswith(f".{key[-1]}")]
        or get_close_matches(".".join(key), everywhere, 1, cutoff=0.6)
    )
    return f"; did you mean `{close[0]}`?" if close else f"; known here: {', '.join(n for n in here if '.' not in n)}"
