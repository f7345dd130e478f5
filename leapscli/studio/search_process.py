"""A search as a process of its own: a JSON line tells it what to do, and it writes one for each step of its way.

It stops, and publishes the best so far, when its standard input is closed: also when the studio is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from leapscli.artifacts.layout import PROGRAM
from leapscli.errors import LeapsError
from leapscli.progress import SearchDone, StopFlag

PAUSE = 0.1  # seconds between two lines at least


class Teller:
    """Writes what a search reports."""

    def __init__(self) -> None:
        self._last = 0.0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """It has begun."""
        tell({"state": "running"})

    def update(self, event: SearchDone) -> None:
        """An iteration; not every one."""
        if time.monotonic() - self._last < PAUSE:
            return
        self._last = time.monotonic()
        tell({"row": {name: getattr(event, name) for name in ("best", "program", "evaluations", "seconds")}})

    def note(self, message: str) -> None:
        """A remark."""
        tell({"note": message})


def tell(message: dict[str, Any]) -> None:
    """Writes a line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def search(order: dict[str, Any], stop: StopFlag) -> None:
    """Carries out an order: workspace, task, size, searcher, model, start, seconds, seed."""
    from leapscli.artifacts.store import Workspace
    from leapscli.jit import announce_compilation
    from leapscli.stages.synthesize.choose import choose_recipe
    from leapscli.stages.synthesize.plan import prepare
    from leapscli.stages.synthesize.synthesize import synthesize
    from leapscli.tasks.registry import task

    place, (height, width) = Workspace(Path(order["workspace"])), order["size"]
    judge = task(order["task"], height=height, width=width)
    settings = [f"max_time={order['seconds']}", f"seed={order['seed']}"]
    settings += [f"start={json.dumps(order['start'])}"] if order["start"] else []
    recipe = choose_recipe(place, judge.reference, None, order["searcher"], settings)
    plan = prepare(recipe, place, judge, order["model"], threads=1)
    announce_compilation(Teller().note)
    run = synthesize(plan, reporter=Teller(), stop=stop, command=order["command"])
    metrics, program = run.manifest.metrics, run.file(PROGRAM).read_text(encoding="utf-8")
    tell({"run": {"reference": run.reference, "name": run.name, "version": run.version, "program": program}})
    tell({"state": "ended", "reason": metrics.get("stop_reason"), "held_out": metrics.get("return_held_out")})


def main() -> None:
    """Reads the order, searches, and tells of an error as of everything else. Ctrl-C is the studio's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order, stop = json.loads(sys.stdin.readline()), StopFlag()

    def wait() -> None:
        sys.stdin.read()
        stop.request()

    threading.Thread(target=wait, daemon=True).start()
    try:
        search(order, stop)
    except LeapsError as error:
        tell({"state": "failed", "message": error.message, "hint": error.hint})
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
