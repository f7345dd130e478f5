"""Kills at steps: a process ends before its n-th call that changes the disk, for every n; or the power goes there."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Literal

from tests.chaos.child import Outcome, run
from tests.chaos.mutations import BYTES
from tests.chaos.template import fresh

End = Literal["kill", "power cut"]
Command = tuple[str, ...]
STEPS = ("rename", "replace", "fsync", "mkdir", "unlink", "rmdir", "open")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
LIMITS = ("--set", "iterations=5"), ("--set", "steps=9")
KILLED: tuple[Command, ...] = (
    ("gen-data", "--recipe", "data.yaml", "--name", "new"),
    ("gen-data", "--recipe", "data.yaml", "--name", "new", "--set", "programs=30"),
    ("train", "--recipe", "model.yaml", "--name", "new"),
    ("train", "--recipe", "model.yaml", "--resume", *LIMITS[1]),
    ("baseline", "maze", "--recipe", "policy.yaml", "--name", "another"),
    ("synthesize", "maze", "--recipe", "search.yaml", "--seed", "3"),
    ("synthesize", "maze", "--recipe", "search.yaml", "--resume", *LIMITS[0]),
    ("sweep", "maze", "--recipe", "search.yaml", "--seeds", "2", "--parallel", "1"),
    ("artifacts", "remove", "maze@v1", "--yes"),
    ("artifacts", "prune", "--keep", "1"),
    ("model", "evaluate", "leaps", "--programs", "8"),
    ("model", "plot", "leaps", "--programs", "8"),
    ("data", "export", "karel", "out"),
    ("data", "import", "published", "--name", "new"),
    ("fmt", "long.txt"),
)
ENDS: tuple[tuple[End, ...], ...] = ("kill",), ("power cut",), ("kill", "kill"), ("kill", "power cut")
WORKERS = ("sweep",)  # their writes are not seen here
RESUMABLE = ("gen-data", "train", "baseline", "synthesize")
ONCE = {"artifacts remove", "data export"}  # done before the kill, they have nothing left to do, or refuse it


def at_step(number: int, end: End) -> Callable[[], None]:
    """What a process does first, so that it ends before its `number`-th step."""

    def install() -> None:
        steps, began, synced = count(1), time.time_ns(), dict[int, tuple[int, int]]()

        def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
            def call(*arguments: object, **names: object) -> object:
                if name == "open" and not (isinstance(arguments[1], int) and arguments[1] & WRITING):
                    return function(*arguments, **names)
                if next(steps) == number:
                    if end == "power cut":
                        forget(began, synced)
                    os.kill(os.getpid(), signal.SIGKILL)
                result = function(*arguments, **names)
                if name == "fsync" and isinstance(arguments[0], int):
                    status = os.fstat(arguments[0])
                    synced[status.st_ino] = status.st_mtime_ns, status.st_size
                return result

            return call

        for name in STEPS:
            setattr(os, name, counted(name, getattr(os, name)))

    return install


def forget(began: int, synced: dict[int, tuple[int, int]]) -> None:
    """Lose what was written to files below this folder since `began`, but for what is synced: {inode: (time, size)}."""
    for path in Path().rglob("*"):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            written, size = synced.get(status.st_ino, (0, 0))
            if status.st_mtime_ns > max(began, written):
                os.truncate(path, min(size, status.st_size))


def essence(place: Path) -> dict[str, str]:
    """What the newest artifacts of a workspace hold, without times: equal commands must give equal ones."""
    from leapscli.artifacts.store import Workspace

    workspace, found = Workspace(place), dict[str, str]()
    for artifact in workspace.list():
        if artifact.kind == "dataset":
            found[artifact.name] = str(artifact.manifest.arrays)
        elif artifact.kind == "policy":  # its episodes begin anew: it ends otherwise
            found[artifact.name] = str(artifact.manifest.recipe)
        elif artifact.kind == "model":
            files = {file.name: file.sha256 for file in artifact.manifest.files}
            found[artifact.name] = files["weights.safetensors"]
        elif artifact.kind == "run":
            found[artifact.name] = artifact.file("program.txt").read_text()
    return found


def kills(template: Path, folder: Path, most: int) -> Iterator[tuple[str, str, str | None]]:
    """Every step of every command, the commands in turn, up to `most`: the class, what was done, what did not hold.

    A step is a kill, then a power cut, then a kill whose resumption is killed a step later, too.
    """
    left, done = list(KILLED), 0
    for number in count(1):
        for arguments in list(left):
            for ends in ENDS:
                if arguments[0] in WORKERS and "power cut" in ends:
                    continue
                if done == most:
                    return
                hit, fault = _kill(template, folder, arguments, number, ends)
                if not hit:
                    left.remove(arguments)
                    break
                done += 1
                yield f"{ends[-1]}s", f"{', then '.join(ends)} at step {number} of leaps {' '.join(arguments)}", fault
        if not left:
            return


@cache
def _whole(template: Path, folder: Path, arguments: Command) -> dict[str, str]:
    """What the workspace holds after the command, if nothing is in its way."""
    place = fresh(template, folder)
    outcome = run(arguments, place)
    assert outcome.code == 0, (arguments, outcome)
    return essence(place)


def _kill(
    template: Path, folder: Path, arguments: Command, number: int, ends: tuple[End, ...]
) -> tuple[bool, str | None]:
    """End a command at a step, and its resumption likewise: whether there was such a step, and what did not hold."""
    whole, place = _whole(template, folder, arguments), fresh(template, folder)
    for again, end in enumerate(ends):
        outcome = run(_resumed(arguments) if again else arguments, place, at_step(number + again, end))
        if outcome.code != -signal.SIGKILL:
            if not again:
                return False, outcome.fault()
            break
    for check in (("artifacts", "list"), ("artifacts", "verify")):
        after = run(check, place)
        if after.code or after.fault():
            return True, f"{' '.join(check)} after it: {after.fault() or after.err or after.out}"
    return True, _again(place, arguments, "power cut" in ends, whole)


def _resumed(arguments: Command) -> Command:
    return (*arguments, "--resume") if arguments[0] in RESUMABLE and "--resume" not in arguments else arguments


def _again(place: Path, arguments: Command, cut: bool, whole: dict[str, str]) -> str | None:
    """The command once more, to its end: what did not hold."""
    shutil.rmtree(place / "out", ignore_errors=True)
    again = run(_resumed(arguments), place)
    if fault := again.fault():
        return f"again: {fault}"
    if again.code and cut and arguments[0] in RESUMABLE:  # it may say that what is left is damaged
        again = run(tuple(word for word in arguments if word != "--resume"), place)
    if again.code and not _was_done(arguments, again):
        return f"again: {again.err}"
    verified = run(("artifacts", "verify"), place)
    if verified.code:
        return verified.err
    return None if essence(place) == whole else f"another result: {essence(place)}, not {whole}"


def _was_done(arguments: Command, again: Outcome) -> bool:
    return " ".join(arguments[:2]) in ONCE and again.code == 2


def leftovers(template: Path, folder: Path, tries: int, first: int) -> Iterator[tuple[str, str, str | None]]:
    """Kill a command, damage what it leaves behind, and resume: the class, what was done, what did not hold."""
    commands = [arguments for arguments in KILLED if arguments[0] in RESUMABLE]
    for number in range(first, first + tries):
        rng = Random(f"leftover {number}")
        arguments = rng.choice(commands)
        whole, place = _whole(template, folder, arguments), fresh(template, folder)
        run(arguments, place, at_step(rng.randrange(4, 24), "kill"))
        left = sorted(path for path in place.glob("*/.staging/*/**/*") if path.is_file())
        if not left:
            continue
        path, change = rng.choice(left), rng.choice(BYTES)
        change(path, rng)
        done = f"{number}: {path.name} left by leaps {' '.join(arguments)}: {change.__name__}"
        yield "leftovers", done, _again(place, arguments, cut=True, whole=whole)
