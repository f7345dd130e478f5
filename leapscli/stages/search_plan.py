"""What a search needs, found, checked and loaded: the model's space, the task's states, the searcher.

Sets of initial states, drawn from streams of their own: the search sees the returns on the *searched* ones, the
*validation* states choose among its best programs, the *general* ones, which are larger, among those that are equal so
far, and the *held-out* ones only tell how good the chosen program is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.store import Workspace
from leapscli.dsl.tokens import TokenBatch
from leapscli.errors import ArtifactError, TaskError
from leapscli.recipes.search import SearchRecipe
from leapscli.search.loop import Limits, Search
from leapscli.search.objective import Objective, Score
from leapscli.search.protocol import Latents, LatentSpace
from leapscli.search.registry import Latent, build, find
from leapscli.seeding import stream_key
from leapscli.tasks.registry import Task
from leapscli.world.engine import Budget
from leapscli.world.world import MAX_SIDE, Worlds

if TYPE_CHECKING:
    from leapscli.vae.model import LatentModel

# General programs are told by worlds so many times as wide and as high, so many of them. At three times the side all
# winners on harvester were nested REPEATs that leave a larger field half done, at twelve none. On 8 mazes, or 16, one
# winner of five was lucky.
GENERAL_SIDES, GENERAL_STATES = 12, 32
SPARE_STATES = 512  # that a program must behave alike on, besides those of the search, once it is simplified
LIMITS = ("iterations", "evaluations", "max_time", "target", "held_out")  # may differ when a search is taken up again


@dataclass(frozen=True, eq=False)
class Plan:
    """A search that is ready to run: everything has been checked and loaded, nothing written."""

    recipe: SearchRecipe
    workspace: Workspace
    task: Task
    model: Artifact | None
    search: Search
    spare: Objective
    threads: int | None = None  # of the engine; None: one a core

    @property
    def limits(self) -> Limits:
        """When to stop."""
        r = self.recipe
        return Limits(iterations=r.iterations, evaluations=r.evaluations, seconds=r.max_time, target=r.target)

    @property
    def key(self) -> str:
        """What is searched for, and how, but not for how long: equal keys can continue one another."""
        return search_key(self.recipe, self.task, self.model)


def search_key(recipe: SearchRecipe, task: Task, model: Artifact | None) -> str:
    """The key of a search, known before anything is loaded."""
    parts = {name: value for name, value in recipe.resolved().items() if name not in LIMITS}
    own = task.source.read_text(encoding="utf-8") if task.source else None
    about = [task.name, task.height, task.width, own]
    text = json.dumps([parts, about, model and model.manifest.content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def find_model(workspace: Workspace, reference: str | None) -> Artifact:
    """The model meant; without a reference the newest of the workspace, else the one that ships. ArtifactError."""
    try:
        return workspace.resolve(reference, "model")
    except ArtifactError as error:
        if reference is not None or workspace.list("model"):
            raise
        hint = "run `leaps gen-data` and then `leaps train` first, or name another --workspace"
        raise ArtifactError(error.message, hint) from None


class ModelSpace:
    """A model as searchers see it."""

    def __init__(self, model: LatentModel, *, sampled: bool) -> None:
        self._model, self._sampled = model, sampled

    @property
    def latent(self) -> int:
        """Z."""
        return self._model.latent

    def decode(self, points: Latents) -> TokenBatch:
        """B vectors → B programs, those after the first `greedy` sampled where the recipe says so."""
        from leapscli.vae.device import one_thread

        greedy = points.greedy if self._sampled else len(points)
        parts = []
        with one_thread():
            if greedy:
                parts.append(self._model.decode_tokens(points.z[:greedy]))
            if greedy < len(points):
                parts.append(self._model.decode_tokens(points.z[greedy:], greedy=False, seed=points.seed))
        return TokenBatch.concat(parts)

    def encode(self, tokens: TokenBatch) -> NDArray[np.float32]:
        """B programs → float32[B, Z]."""
        return self._model.encode(tokens)


def load_space(model: Artifact, recipe: SearchRecipe) -> LatentSpace:
    """The latent space of a model artifact, decoded as the recipe says."""
    return ModelSpace(_load_model(model.file("weights.safetensors")), sampled=recipe.decoding == "sampled")


@lru_cache(maxsize=1)
def _load_model(weights: Path) -> LatentModel:
    """The model in a file; the last one stays, for the next search of this process."""
    from leapscli.vae.model import LatentModel

    return LatentModel.load(weights)


def prepare(
    recipe: SearchRecipe, workspace: Workspace, task: Task, model: str | None, *, threads: int | None = None
) -> Plan:
    """Everything a search needs, found, checked and loaded. Raises InputErrors for what cannot be."""
    artifact = find_model(workspace, model) if isinstance(find(recipe.searcher), Latent) else None
    space = load_space(artifact, recipe) if artifact else None

    def objective(name: str, count: int, screening: int = 0, place: Task = task) -> Objective:
        budget, worlds = engine_budget(recipe, place), place.sample(count, state_seed(recipe.seed, name))

        def score(some: Worlds) -> Score:
            return partial(place.returns, worlds=place.arena(some), budget=budget, threads=threads)

        screen = score(worlds[:screening]) if screening else None
        return Objective(score(worlds[screening:]), space.decode if space else None, screen)

    validation = objective("validation", recipe.validation) if recipe.validation else None
    general = objective("general", GENERAL_STATES, place=larger(task)) if recipe.general else None
    screening = recipe.screening if recipe.screening < recipe.states else 0
    search = Search(build(recipe, space), objective("searched", recipe.states, screening), validation, general)
    return Plan(recipe, workspace, task, artifact, search, objective("spare", SPARE_STATES), threads)


def larger(task: Task) -> Task:
    """The task at the size that general programs are told by. Raises TaskError where it has no such size."""
    height, width = (min(GENERAL_SIDES * side, MAX_SIDE) for side in (task.height, task.width))
    try:
        return task.resized(height, width)
    except TaskError as error:
        raise TaskError(f"general: {error.message}", "leave it out (--prefer-general, or the recipe's key)") from None


def engine_budget(recipe: SearchRecipe, task: Task) -> Budget:
    """The recipe's budget as the engine's, grown to the task's size."""
    own = recipe.budget
    return task.grown(Budget.calls(own.calls) if own.calls is not None else Budget.primitives(own.primitives or 0))


def state_seed(seed: int, name: str) -> int:
    """The seed of the states called so ("searched", "validation", "held-out") of a search with `seed`."""
    return int(stream_key(seed, "states", name))
