"""Kills at steps: a process ends at its n-th call that changes the disk, for every n."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from tests.chaos.child import run
from tests.chaos.template import fresh

STEPS = ("rename", "replace", "fsync", "mkdir", "unlink", "rmdir", "open")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
KILLED = (
    ("gen-data", "--recipe", "data.yaml", "--name", "new"),
    ("train", "--recipe", "model.yaml", "--name", "new"),
    ("synthesize", "maze", "--recipe", "search.yaml", "--seed", "3"),
    ("artifacts", "remove", "maze@v1", "--yes"),
    ("artifacts", "prune", "--keep", "1"),
    ("model", "evaluate", "leaps", "--programs", "8"),
)


def at_step(number: int) -> Callable[[], None]:
    """What a process does first, to be killed before its `number`-th step."""

    def install() -> None:
        count = 0

        def counted(function: Callable[..., object]) -> Callable[..., object]:
            def call(*arguments: object, **names: object) -> object:
                nonlocal count
                if function is os_open and not (isinstance(arguments[1], int) and arguments[1] & WRITING):
                    return function(*arguments, **names)
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **names)

            return call

        os_open = os.open
        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))

    return install


def kill(template: Path, folder: Path, arguments: tuple[str, ...], number: int) -> tuple[bool, str | None]:
    """Kill a command at a step: whether there was such a step, and what did not hold afterwards."""
    place = fresh(template, folder)
    outcome = run(arguments, place, at_step(number))
    if outcome.code != -signal.SIGKILL:
        return False, outcome.fault()
    for check in (("artifacts", "list"), ("artifacts", "verify")):
        after = run(check, place)
        if after.code or after.fault():
            return True, f"{' '.join(check)} after it: {after.fault() or after.err or after.out}"
    shutil.rmtree(place / "out", ignore_errors=True)
    again = run((*arguments, "--resume") if arguments[0] in ("gen-data", "train", "synthesize") else arguments, place)
    gone = arguments[:2] == ("artifacts", "remove") and again.code == 2  # it was removed before the kill
    if (again.code and not gone) or again.fault():
        return True, f"again: {again.fault() or again.err}"
    verified = run(("artifacts", "verify"), place)
    return True, verified.err if verified.code else None
