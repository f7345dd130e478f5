"""Search for the program of highest return on a task's states; keep the best one, and how it was found, as an artifact.

Three sets of initial states, drawn from streams of their own: the search sees the returns on the *searched* ones, the
*validation* states choose among its best programs, and the *held-out* ones only tell how good the chosen program is.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.artifact import Artifact, readable
from leapscli.artifacts.staging import Draft
from leapscli.artifacts.store import Workspace
from leapscli.dsl.tokens import TokenBatch
from leapscli.errors import ArtifactError, Interrupted
from leapscli.progress import Reporter, Silent, StopFlag
from leapscli.recipes.base import RunBudget
from leapscli.recipes.search import SearchRecipe
from leapscli.search.checkpoint import History, load, save
from leapscli.search.loop import Limits, Progress, Row, Search
from leapscli.search.objective import Objective
from leapscli.search.podium import Podium
from leapscli.search.protocol import Latents, LatentSpace, StopReason
from leapscli.search.registry import Latent, build, find
from leapscli.seeding import stream_key
from leapscli.tasks.registry import Task
from leapscli.world.engine import Budget

if TYPE_CHECKING:
    from leapscli.vae.model import LatentModel

STATE = "state.npz"
CHECKPOINT_SECONDS = 15.0  # how much of a killed search is lost at most
LIMITS = ("iterations", "evaluations", "max_time", "target", "held_out")  # may differ when a search is taken up again
COLUMNS = ("iteration", "best", "mean", "threshold", "sigma", "distinct", "candidates", "evaluations", "restarts")


@dataclass(frozen=True, eq=False)
class Plan:
    """A search that is ready to run: everything has been checked and loaded, nothing written."""

    recipe: SearchRecipe
    workspace: Workspace
    task: Task
    model: Artifact | None
    search: Search

    @property
    def limits(self) -> Limits:
        """When to stop."""
        r = self.recipe
        return Limits(iterations=r.iterations, evaluations=r.evaluations, seconds=r.max_time, target=r.target)

    @property
    def key(self) -> str:
        """What is searched for, and how, but not for how long: equal keys can continue one another."""
        parts = {name: value for name, value in self.recipe.resolved().items() if name not in LIMITS}
        own = self.task.source.read_text(encoding="utf-8") if self.task.source else None
        task = [self.task.name, self.task.height, self.task.width, own]
        text = json.dumps([parts, task, self.model and self.model.manifest.content], sort_keys=True)
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
    from leapscli.vae.model import LatentModel

    return ModelSpace(LatentModel.load(model.file("weights.safetensors")), sampled=recipe.decoding == "sampled")


def prepare(recipe: SearchRecipe, workspace: Workspace, task: Task, model: str | None) -> Plan:
    """Everything a search needs, found, checked and loaded. Raises InputErrors for what cannot be."""
    artifact = find_model(workspace, model) if isinstance(find(recipe.searcher), Latent) else None
    space = load_space(artifact, recipe) if artifact else None
    budget = engine_budget(recipe.budget)

    def objective(name: str, count: int) -> Objective:
        arena = task.arena(task.sample(count, state_seed(recipe.seed, name)))
        return Objective(lambda tokens: task.returns(tokens, arena, budget), space.decode if space else None)

    validation = objective("validation", recipe.validation) if recipe.validation else None
    search = Search(build(recipe, space), objective("searched", recipe.states), validation)
    return Plan(recipe, workspace, task, artifact, search)


def engine_budget(budget: RunBudget) -> Budget:
    """A recipe's budget as the engine's."""
    return Budget.calls(budget.calls) if budget.calls is not None else Budget.primitives(budget.primitives or 0)


def state_seed(seed: int, name: str) -> int:
    """The seed of the states called so ("searched", "validation", "held-out") of a search with `seed`."""
    return int(stream_key(seed, "states", name))


def synthesize(
    plan: Plan,
    *,
    reporter: Reporter | None = None,
    stop: StopFlag | None = None,
    resume: bool = False,
    command: str = "",
) -> Artifact:
    """Runs the search and publishes a run: program.txt, history.csv, state.npz, and metrics in the manifest.

    Stopped by `stop`, it publishes the best program so far, with the stop reason "interrupted". `resume` continues the
    same search where it stopped or was killed; where there is nothing left to do, its artifact is returned.
    """
    reporter, stop = reporter or Silent(), stop or StopFlag()
    with _draft(plan, resume) as draft:
        progress, history, earlier = _begin(plan, draft, resume, reporter)
        if earlier and plan.search.reason(progress, plan.limits, StopFlag()):
            reporter.note(f"{earlier.reference} has met its limits already; nothing to resume")
            return earlier
        progress, reason = _run(plan, draft, progress, history, reporter, stop)
        if not len(progress.podium):
            raise Interrupted("stopped before the first iteration; nothing was kept")
        save(draft.path / STATE, plan.search, progress, history)
        return _publish(plan, draft, progress, history, reason, command)


@contextmanager
def _draft(plan: Plan, resume: bool) -> Iterator[Draft]:
    """A folder that a killed search leaves behind for `resume`, unless it is still empty.

    Where the same search is running elsewhere at this moment, one that is not kept.
    """
    with ExitStack() as stack:
        try:
            draft = stack.enter_context(plan.workspace.stage("run", plan.task.name, key=plan.key, resume=resume))
        except ArtifactError:
            if resume:
                raise
            draft = stack.enter_context(plan.workspace.stage("run", plan.task.name))
        try:
            yield draft
        finally:
            with suppress(OSError):
                draft.path.rmdir()


def _begin(plan: Plan, draft: Draft, resume: bool, reporter: Reporter) -> tuple[Progress, History, Artifact | None]:
    """Where to go on: a killed search's checkpoint, else the newest run of the same search, else the beginning."""
    if resume and (draft.path / STATE).exists():
        return *load(draft.path / STATE, plan.search), None
    if resume and (earlier := _earlier(plan)):
        return *load(earlier.file(STATE), plan.search), earlier
    if resume:
        reporter.note("no search like this to resume; it begins anew")
    return plan.search.begin(plan.recipe.seed), [], None


def _earlier(plan: Plan) -> Artifact | None:
    """The newest run of the same search."""
    runs = [artifact for artifact in plan.workspace.list("run") if artifact.name == plan.task.name]
    same = [artifact for artifact in readable(runs) if artifact.manifest.metrics.get("search") == plan.key]
    return same[-1] if same else None


def _run(
    plan: Plan, draft: Draft, progress: Progress, history: History, reporter: Reporter, stop: StopFlag
) -> tuple[Progress, StopReason]:
    saved = monotonic()

    def watch(row: Row, progress: Progress) -> None:
        nonlocal saved
        history.append(_history_row(row))
        _report(reporter, row, progress)
        if monotonic() - saved > CHECKPOINT_SECONDS:
            save(draft.path / STATE, plan.search, progress, history)
            saved = monotonic()

    plan.search.warm_up(plan.recipe.seed)
    reporter.start(f"synthesize {plan.task.name}", plan.recipe.iterations, "iterations")
    return plan.search.run(progress, plan.limits, stop, watch)


def _report(reporter: Reporter, row: Row, progress: Progress) -> None:
    fields = {name: value for name, value in asdict(row).items() if name not in ("iteration", "status")}
    reporter.update(row.iteration, **fields, **row.status, program=progress.podium.tokens[:1].texts()[0])


def _history_row(row: Row) -> tuple[float, ...]:
    values = {**asdict(row), **row.status}
    return (*(float(values.get(name, float("nan"))) for name in COLUMNS), round(row.seconds, 3))


def _publish(
    plan: Plan, draft: Draft, progress: Progress, history: History, reason: StopReason, command: str
) -> Artifact:
    ranking = plan.search.choose(progress)
    held_out = _held_out(plan, ranking.tokens[:1])
    metrics = {
        "return_searched": float(ranking.returns[0]),
        "return_validation": float(ranking.validated[0]) if plan.search.validation else None,
        "return_held_out": held_out,
        "iterations": progress.iteration,
        "candidates": progress.candidates,
        "evaluations": progress.evaluations,
        "seconds": round(progress.seconds, 3),
        "stop_reason": str(reason),
        "search": plan.key,
    }
    (draft.path / "program.txt").write_text(_program_text(plan, ranking, held_out), encoding="utf-8")
    _write_history(draft.path / "history.csv", history)
    task = str(plan.task.source.absolute()) if plan.task.source else plan.task.name
    recipe = {"task": task, "size": f"{plan.task.height}x{plan.task.width}", **plan.recipe.resolved()}
    seed, parents = plan.recipe.seed, [plan.model] if plan.model else []
    return draft.publish(recipe=recipe, seed=seed, parents=parents, metrics=metrics, command=command)


def _held_out(plan: Plan, program: TokenBatch) -> float | None:
    """The mean return of one program on fresh states."""
    if not plan.recipe.held_out:
        return None
    worlds = plan.task.sample(plan.recipe.held_out, state_seed(plan.recipe.seed, "held-out"))
    return float(plan.task.returns(program, worlds, engine_budget(plan.recipe.budget)).mean())


def _program_text(plan: Plan, ranking: Podium, held_out: float | None) -> str:
    """The program over several lines, under comments that say what it is."""
    task, recipe = plan.task, plan.recipe
    fresh = f", {held_out:.3f} on {recipe.held_out:,} fresh ones" if held_out is not None else ""
    model = f", model {plan.model.reference}" if plan.model else ""
    return (
        f"# {task.name} {task.height}×{task.width}: return {ranking.returns[0]:.3f} on {recipe.states} states{fresh}\n"
        f"# found by {recipe.searcher}, seed {recipe.seed}{model}\n"
        f"{ranking.tokens[:1].programs()[0].pretty()}"
    )


def _write_history(path: Path, history: Sequence[tuple[float, ...]]) -> None:
    """One line an iteration; whole numbers as such, what is not known left empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*COLUMNS, "seconds"))
        for row in history:
            writer.writerow(["" if abs(v) == float("inf") or v != v else f"{v:.10g}" for v in row])
