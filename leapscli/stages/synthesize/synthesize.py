"""Search for the program of highest return on a task's states; publish the best one as a run, and what resumes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic

from leapscli.artifacts.artifact import Artifact, check_readable, readable
from leapscli.artifacts.layout import STATE
from leapscli.artifacts.manifest import FOLDERS
from leapscli.artifacts.staging import STAGING, Draft
from leapscli.dsl.declaration import declaration
from leapscli.errors import ArtifactError, Interrupted
from leapscli.progress import Reporter, SearchDone, Silent, StopFlag
from leapscli.search.loop import Progress, Row
from leapscli.search.protocol import StopReason
from leapscli.search.state_file import History, load, save
from leapscli.stages.synthesize.plan import SearchPlan
from leapscli.stages.synthesize.publish import history_row, of_today, publish

CHECKPOINT_SECONDS = 15.0  # how much of a killed search is lost at most


def synthesize(
    plan: SearchPlan,
    *,
    reporter: Reporter[SearchDone] | None = None,
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
            reporter.note(f"{earlier.reference} has reached its limits already; nothing to resume")
            return earlier
        if earlier:
            draft.continues(earlier)
        progress, reason = _run(plan, draft, progress, history, reporter, stop)
        if not len(progress.podium):
            raise Interrupted("stopped before the first iteration; nothing was kept")
        save(draft.path / STATE, plan.search, progress, history)
        return publish(plan, draft, progress, history, reason, command)


def conclude(
    plan: SearchPlan, name: str, key: str, *, stop: StopFlag | None = None, resume: bool = False, command: str = ""
) -> Artifact:
    """Runs the search to its own end, from the checkpoint on that it has under `key`, and publishes the run `name`.

    `resume` also continues what the same search reached within other limits, or by itself, under its task's name.
    Stopped by `stop`, it leaves a checkpoint, publishes nothing, and raises Interrupted.
    """
    with _unless_empty(plan.workspace.stage("run", name, key=key, resume=True)) as draft:
        left = _left(plan, [name, plan.task.name]) if resume else []
        progress, history = _checkpoint(plan, draft, left) or (plan.search.begin(plan.recipe.seed), [])
        progress, reason = _run(plan, draft, progress, history, Silent(), stop or StopFlag())
        if len(progress.podium):
            save(draft.path / STATE, plan.search, progress, history)
        if reason is StopReason.INTERRUPTED:
            raise Interrupted("stopped")
        return publish(plan, draft, progress, history, reason, command)


def _checkpoint(plan: SearchPlan, draft: Draft, left: Sequence[Path | Artifact]) -> tuple[Progress, History] | None:
    """The checkpoint of a stopped or killed search: the draft's own, or the first of those left that can be read."""
    with suppress(ArtifactError):
        return _load(draft.path / STATE, plan)
    for place in left:
        with suppress(ArtifactError):
            found = _load(place / STATE if isinstance(place, Path) else place.file(STATE), plan)
            draft.continues(place if isinstance(place, Artifact) else None)
            return found
    draft.continues(None)
    return None


def _left(plan: SearchPlan, names: Sequence[str]) -> list[Path | Artifact]:
    """Runs and drafts of the same search under `names`, within any limits, that have a checkpoint; newest first."""
    drafts = plan.workspace.root / FOLDERS["run"] / STAGING
    left: dict[Path, Path | Artifact] = {}
    for name in names:
        left |= {path: path.parent for path in drafts.glob(f"{name}-{plan.key}*/{STATE}")}
        left |= {run.path / STATE: run for run in _same(plan, name) if (run.path / STATE).exists()}
    return [left[path] for path in sorted(left, key=lambda path: path.stat().st_mtime, reverse=True)]


@contextmanager
def _draft(plan: SearchPlan, resume: bool) -> Iterator[Draft]:
    """A folder that a killed search leaves behind for `resume`.

    Where the same search is running elsewhere at this moment, one that is not kept.
    """
    with ExitStack() as stack:
        stage, name = plan.workspace.stage, plan.task.name
        try:
            draft = stack.enter_context(_unless_empty(stage("run", name, key=plan.key, resume=resume)))
        except ArtifactError:
            if resume:
                raise
            draft = stack.enter_context(stage("run", name))
        yield draft


@contextmanager
def _unless_empty(stage: AbstractContextManager[Draft]) -> Iterator[Draft]:
    """A draft that stays behind only if there is something in it."""
    with stage as draft:
        try:
            yield draft
        finally:
            draft.leave_if_empty()


def _begin(
    plan: SearchPlan, draft: Draft, resume: bool, reporter: Reporter[SearchDone]
) -> tuple[Progress, History, Artifact | None]:
    """The starting point: a killed search's checkpoint, else the newest run of the same search, else the beginning."""
    if resume and (draft.path / STATE).exists():
        return *_load(draft.path / STATE, plan), None
    if resume and (earlier := _earlier(plan)):
        return *_load(earlier.file(STATE), plan), earlier
    if resume:
        reporter.note("no search like this to resume; starting again")
        draft.continues(None)
    return plan.search.begin(plan.recipe.seed), [], None


def _load(path: Path, plan: SearchPlan) -> tuple[Progress, History]:
    """A saved search, with a history as it is written today."""
    progress, history = load(path, plan.search)
    return progress, of_today(history)


def _earlier(plan: SearchPlan) -> Artifact | None:
    """The newest run of the same search."""
    same = _same(plan, plan.task.name)
    if not same:
        runs = [artifact for artifact in plan.workspace.list("run") if artifact.name == plan.task.name]
        check_readable(runs, "it may be what to resume from: remove it, or search without --resume")
    return same[-1] if same else None


def _same(plan: SearchPlan, name: str) -> list[Artifact]:
    """The runs called `name` of the same search, the newest last."""
    runs = [artifact for artifact in plan.workspace.list("run") if artifact.name == name]
    return [artifact for artifact in readable(runs) if artifact.manifest.metrics.get("search") == plan.key]


def _run(
    plan: SearchPlan, draft: Draft, progress: Progress, history: History, reporter: Reporter[SearchDone], stop: StopFlag
) -> tuple[Progress, StopReason]:
    saved = monotonic()

    def watch(row: Row, progress: Progress) -> None:
        nonlocal saved
        history.append(history_row(row))
        reporter.update(_done(row, progress))
        if monotonic() - saved > CHECKPOINT_SECONDS:
            save(draft.path / STATE, plan.search, progress, history)
            saved = monotonic()

    plan.search.warm_up(plan.recipe.seed)
    reporter.start(f"synthesize {plan.task.name}", plan.recipe.iterations, "iterations")
    return plan.search.run(progress, plan.limits, stop, watch)


def _done(row: Row, progress: Progress) -> SearchDone:
    """The progress event of an iteration."""
    best = progress.podium.tokens[:1]
    return SearchDone(
        row.iteration,
        best=row.best,
        program=declaration(best.vocabulary) + best.texts()[0],
        mean=row.mean,
        distinct=row.distinct,
        evaluations=row.evaluations,
        seconds=row.seconds,
        sigma=row.status.get("sigma"),
        restarts=row.status.get("restarts"),
    )
