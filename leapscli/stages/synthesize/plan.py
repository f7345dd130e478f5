"""The plan of a search, checked and loaded: the model's space, the task's states, the searcher."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import WEIGHTS
from leapscli.artifacts.store import Workspace
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError, MissingArtifact
from leapscli.recipes.search import SearchRecipe
from leapscli.results.limits import Limits
from leapscli.search.discovery import find
from leapscli.search.library import digest
from leapscli.search.loop import Search
from leapscli.search.objective import Objective
from leapscli.search.protocol import Latents, LatentSpace
from leapscli.stages.synthesize.choose import under_rules
from leapscli.stages.synthesize.states import States
from leapscli.tasks.registry import Task
from leapscli.tasks.returns import goal

if TYPE_CHECKING:
    from leapscli.vae.model import LatentModel

LIMITS = ("iterations", "evaluations", "max_time", "target", "held_out")  # may differ when a search is taken up again

# Settings that came later, at their defaults: the searches of versions without them go on.
ADDED = (("start", None), ("crashable", False), ("parsimony", False))


@dataclass(frozen=True, eq=False)
class SearchPlan:
    """A search that is ready to run: everything has been checked and loaded, nothing written."""

    recipe: SearchRecipe
    workspace: Workspace
    task: Task
    model: Artifact | None
    search: Search
    spare: Objective
    threads: int | None = None  # of the engine; None: one a core
    device: str | None = None  # of the model

    @property
    def limits(self) -> Limits:
        """The limits of the search."""
        r = self.recipe
        known = r.target is not None and math.isfinite(self.task.best)
        target = goal(self.task.best, r.target) if known and r.target is not None else None
        return Limits(iterations=r.iterations, evaluations=r.evaluations, seconds=r.max_time, target=target)

    @property
    def key(self) -> str:
        """The key of the search, without its limits: equal keys can continue one another."""
        return search_key(self.recipe, self.task, self.model)


def search_key(recipe: SearchRecipe, task: Task, model: Artifact | None) -> str:
    """The key of a search, known before anything is loaded."""
    parts = {name: value for name, value in recipe.resolved().items() if name not in LIMITS}
    parts = {name: value for name, value in parts.items() if (name, value) not in ADDED}
    own = task.source.read_text(encoding="utf-8") if task.source else None
    about = [task.name, task.height, task.width, own, find(recipe.searcher).digest]
    if task.domain.vocabulary != PUBLISHED:
        about.append(task.domain.name)  # which changes with the rules
    if (library := getattr(recipe, "library", None)) is not None:
        about.append(digest(library))
    text = json.dumps([parts, about, model and model.manifest.content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def find_model(workspace: Workspace, reference: str | None) -> Artifact:
    """The model meant; without a reference the newest of the workspace, else the one that ships. ArtifactError."""
    try:
        return workspace.resolve(reference, "model")
    except MissingArtifact as error:
        if reference is not None:
            raise
        hint = "run `leaps gen-data` and then `leaps train` first, or name another --workspace"
        raise MissingArtifact(error.message, hint) from None


def model_device(name: str, model: Artifact | None) -> str | None:
    """The device that a search's model computes on, None without a model: `auto` is CUDA where it pays.

    Raises InputError for one that is not there, and for one that nothing would run on.
    """
    if model is None:
        if name not in ("auto", "cpu"):
            hint = "leave it out: programs run on the CPU's cores"
            raise InputError(f"--device {name}: only the space of a model is searched on a device", hint)
        return None
    from leapscli.vae.decoding.backend import search_device

    return str(search_device(name))


class ModelSpace:
    """A model as searchers see it."""

    def __init__(self, model: LatentModel, *, sampled: bool) -> None:
        self._model, self._sampled = model, sampled

    @property
    def latent(self) -> int:
        """Z."""
        return self._model.latent

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of its programs."""
        return self._model.vocabulary

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
        from leapscli.vae.device import one_thread

        with one_thread():
            return self._model.encode(tokens, refine=0)


def load_space(model: Artifact, recipe: SearchRecipe, device: str = "cpu") -> LatentSpace:
    """The latent space of a model artifact on `device`, decoded as the recipe says."""
    return ModelSpace(_load_model(model.file(WEIGHTS), device), sampled=recipe.decoding == "sampled")


@lru_cache(maxsize=1)
def _load_model(weights: Path, device: str) -> LatentModel:
    """The model in a file; the last one stays, for the next search of this process."""
    from leapscli.vae.model import LatentModel

    return LatentModel.load(weights, device)


def prepare(
    recipe: SearchRecipe,
    workspace: Workspace,
    task: Task,
    model: str | None,
    *,
    threads: int | None = None,
    device: str = "auto",
) -> SearchPlan:
    """Everything a search needs, found, checked and loaded; the model on `device`. Raises InputErrors for what cannot
    be.
    """
    searcher, crashable = find(recipe.searcher), recipe.crashable or task.crashable
    recipe, task = under_rules(recipe, crashable), replace(task, crashable=crashable)
    artifact = find_model(workspace, model) if searcher.needs_model else None
    place = model_device(device, artifact)
    space = load_space(artifact, recipe, place) if artifact and place else None

    words = task.domain.vocabulary
    if space and space.vocabulary != words:
        hint = "--searcher library-evolution, evolution or hill-climbing search programs"
        raise InputError(f"a model of {space.vocabulary} for {task.name}, whose language is {words}", hint)
    states = States(recipe, task, space.decode if space else None, threads)
    built = searcher.build(recipe, space, task.name, words)
    search = Search(built, states.searched(), states.validation(), states.general(), words)
    return SearchPlan(recipe, workspace, task, artifact, search, states.spare(), threads, place)
