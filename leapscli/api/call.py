"""The parts of every call: its workspace, its settings as recipes take them, its text, and who sees its progress."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from leapscli.artifacts.store import Workspace
from leapscli.errors import InputError, described
from leapscli.jit import announce_compilation
from leapscli.progress import StopFlag
from leapscli.signals import graceful_stop
from leapscli.tasks.registry import Task

S = TypeVar("S")
T = TypeVar("T")
View: TypeAlias = Callable[[Any], AbstractContextManager[T]]  # of a console


def place(workspace: str | Path | None) -> Workspace:
    """The workspace in a folder, else in LEAPS_WORKSPACE, else in the current folder."""
    return Workspace.locate(Path(workspace) if workspace is not None else None)


def overrides(settings: Mapping[str, Any], **more: Any) -> list[str]:
    """Settings as `--set` takes them: `losses={"beta": 0.1}` is `losses.beta=0.1`; of `more` what is not None."""
    known = {name: value for name, value in more.items() if value is not None}
    return list(_pairs({**settings, **known}))


def _pairs(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _pairs(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}={_text(value)}"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value)
    except TypeError:
        raise InputError(f"a setting is a number, a text, a list or a dict of them, not {described(value)}") from None


def spelled(function: str, *arguments: Any, **names: Any) -> str:
    """The call as text, for manifests; what is None is left out."""
    parts = [_shown(each) for each in arguments]
    parts += [f"{name}={_shown(value)}" for name, value in names.items() if value is not None]
    return f"leaps.{function}({', '.join(parts)})"


def _shown(value: Any) -> str:
    return repr(value.reference if isinstance(value, Task) else str(value) if isinstance(value, Path) else value)


@contextmanager
def following(progress: bool | None, view: View[T], silent: S) -> Iterator[tuple[S | T, StopFlag]]:
    """The listener to the progress, made by `view` for a screen, else `silent`; and a flag that Ctrl-C sets.

    Without a choice it is shown on a terminal and in a notebook, and not in a log.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch loads: threads that spin stall on busy cores
    if progress is False:
        with graceful_stop(quiet=True) as stop:
            yield silent, stop
        return
    from leapscli.report.terminal.console import can_redraw, margin

    console = margin()
    if progress is None and not can_redraw(console):
        with graceful_stop(quiet=True) as stop:
            yield silent, stop
        return
    announce_compilation(lambda text: print(text, file=sys.stderr))
    with graceful_stop() as stop, view(console) as listener:
        yield listener, stop
