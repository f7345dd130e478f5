"""Stand-ins for a trained model: a published artifact, and a space whose vectors decode to known programs."""

from __future__ import annotations

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.store import Workspace
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from tests.search.toy import ToySpace

# Climbs every staircase, and nothing in it can be left out.
SOLVER = Program.parse("DEF run m( WHILE c( noMarkersPresent c) w( turnRight move w) m)")


def fake_model(workspace: Workspace, name: str = "leaps") -> Artifact:
    with workspace.stage("model", name) as draft:
        (draft.path / "weights.safetensors").write_bytes(b"stand-in")
        return draft.publish(recipe={}, seed=0, command="test")


def solvable_space(*, solvable: bool = True) -> ToySpace:
    """400 programs at random places; one of them solves stairclimber."""
    space = ToySpace(400)
    if solvable:
        space.tokens = TokenBatch.concat([TokenBatch.of([SOLVER]), space.tokens[1:]])
    return space
