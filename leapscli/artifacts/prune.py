"""Tidying a workspace: drafts of dead processes, and old versions that nothing was made from."""

from __future__ import annotations

from itertools import groupby

from leapscli.artifacts.artifact import Artifact, readable
from leapscli.artifacts.identity import Index
from leapscli.artifacts.staging import discard, leftovers
from leapscli.artifacts.store import Workspace


def prune(
    workspace: Workspace, *, keep: int | None = None, interrupted: bool = False, dry_run: bool = False
) -> list[str]:
    """Removes leftovers, resumable ones only if `interrupted`, and all but `keep` versions of each name that have no
    descendants. Returns the paths removed, or with `dry_run` those that would be.
    """
    drafts = [path for path, resumable in leftovers(workspace.root) if interrupted or not resumable]
    old = _old(workspace, keep) if keep is not None else []
    gone = [str(artifact.path) for artifact in old]
    if dry_run:
        return [*map(str, drafts), *gone]
    removed = [str(path) for path in drafts if discard(path)]
    for artifact in old:
        workspace.remove(artifact)
    return removed + gone


def _old(workspace: Workspace, keep: int) -> list[Artifact]:
    """Versions older than the newest `keep` of their name; a parent of what stays, stays, if not of an evaluation."""
    artifacts = workspace.list()
    made = [each for each in readable(artifacts) if each.kind != "evaluation"]
    old = [
        artifact
        for _, versions in groupby(artifacts, key=lambda each: (each.kind, each.name))
        for artifact in list(versions)[:-keep]
    ]
    index = Index(artifacts)
    while True:
        needed = {index.find(parent) for each in made if each not in old for parent in each.manifest.sources}
        going = [artifact for artifact in old if artifact not in needed]
        if len(going) == len(old):
            return old
        old = going
