"""The page of whatever was made, by its reference."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.manifest import SEE, Kind
from leapscli.artifacts.store import Workspace
from leapscli.errors import InputError, MissingArtifact
from leapscli.stages.report.dataset import dataset_report
from leapscli.stages.report.evaluation import evaluation_report
from leapscli.stages.report.model import model_report
from leapscli.stages.report.policy import policy_report
from leapscli.stages.report.run import run_report
from leapscli.stages.report.runs import runs_report

PAGES: dict[str, Callable[[Workspace, Artifact], bytes]] = {
    "dataset": dataset_report,
    "model": model_report,
    "evaluation": evaluation_report,
}


def find(workspace: Workspace, references: Sequence[str], kind: Kind | None = None) -> list[Artifact]:
    """The artifacts meant, each once: by references, or by patterns of names as in `doorkey-*`. Raises ArtifactError.

    Of a name that a pattern matches, the newest version.
    """
    found: dict[Artifact, None] = {}
    for reference in references:
        if not {*"*?["} & {*reference}:
            artifact = workspace.find(reference, kind)
            found[workspace.resolve(str(artifact.path), artifact.kind)] = None
            continue
        newest = {each.name: each for each in workspace.list(kind or "run") if fnmatch.fnmatch(each.name, reference)}
        if not newest:
            raise MissingArtifact(f"no {kind or 'run'} is called like {reference} in {workspace.root}", SEE)
        found |= {workspace.resolve(str(each.path), each.kind): None for each in newest.values()}
    return list(found)


def report(workspace: Workspace, artifacts: Sequence[Artifact], task: str | None = None) -> bytes:
    """The page of one artifact, or of several runs. `task` is what programs and policies play, in place of their own.

    Raises LeapsErrors for what cannot be shown.
    """
    kinds = {artifact.kind for artifact in artifacts}
    if len(artifacts) > 1 and kinds != {"run"}:
        others = sorted(kinds - {"run"}) or sorted(kinds)
        raise InputError(f"a page shows one {others[0]}, or several runs", "name one reference, or runs alone")
    first = artifacts[0]
    if len(artifacts) > 1:
        return runs_report(workspace, artifacts, task=task)
    if first.kind == "run":
        return run_report(workspace, first, task)
    if first.kind == "policy":
        return policy_report(workspace, first, task)
    if task:
        raise InputError(f"--task {task}: {first.reference} is a {first.kind}, which plays none", "leave it out")
    return PAGES[first.kind](workspace, first)
