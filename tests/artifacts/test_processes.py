"""Real processes: publishers that race each other, and publishers that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leapscli.artifacts import staging
from leapscli.artifacts.prune import prune
from leapscli.artifacts.store import Workspace, verify
from tests.artifacts.test_store import make

PUBLISHER = """
import sys
from pathlib import Path
from leapscli.artifacts.store import Workspace
ws = Workspace(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for i in range(int(sys.argv[2])):
    with ws.stage("run", "maze") as draft:
        for name in "abc":
            (draft.path / name).write_bytes(bytes([i % 256]) * 10_000)
        draft.publish(recipe={"i": i}, seed=i)
"""


def publisher(root: Path, count: int) -> subprocess.Popen[bytes]:
    """A process that publishes `count` artifacts once a line is written to it."""
    command = [sys.executable, "-c", PUBLISHER, str(root), str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"ready\n"
    return process


def go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.write(b"go\n")
    process.stdin.flush()


def close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        assert pipe
        pipe.close()


def test_two_processes_publishing_at_once_get_different_versions_and_lose_none(tmp_path):
    processes = [publisher(tmp_path, 15) for _ in range(2)]
    for process in processes:
        go(process)
    for process in processes:
        assert process.wait(timeout=60) == 0
        close(process)
    artifacts = Workspace(tmp_path).list()
    assert [artifact.version for artifact in artifacts] == list(range(1, 31))
    assert sorted(artifact.manifest.recipe["i"] for artifact in artifacts) == sorted([*range(15), *range(15)])
    assert all(verify(artifact) == [] for artifact in artifacts)


@pytest.mark.parametrize("step", range(10))
def test_kill_9_before_each_step_of_publication_leaves_all_or_nothing(tmp_path, step):
    ws = Workspace(tmp_path)
    child = os.fork()
    if child == 0:  # counts syncs, the manifest's writing and the rename, and dies before number `step`
        count = 0

        def counted(function):
            def call(*args, **kwargs):
                nonlocal count
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1
                return function(*args, **kwargs)

            return call

        staging.sync, staging.write_manifest = counted(staging.sync), counted(staging.write_manifest)
        Path.rename = counted(Path.rename)  # type: ignore[method-assign]
        try:
            make(ws)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    survived = os.waitstatus_to_exitcode(status) == 0
    artifacts = ws.list()
    assert all(verify(artifact) == [] for artifact in artifacts)
    assert len(artifacts) == (1 if step >= 8 else 0) and survived == (step == 9)  # 7 is the rename
    prune(ws)
    assert staging.leftovers(tmp_path) == []
