"""Searches of the studio: each a process of its own, whose course is kept here as it is told."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from leapscli.errors import InputError

MOST = 4  # at the same time
KEPT = 2000  # rows of a course


@dataclass(eq=False)
class LiveSearch:
    """One search: what it was asked for, its course so far, and how it ended."""

    order: dict[str, Any]
    process: subprocess.Popen[str]
    state: str = "starting"
    rows: list[dict[str, Any]] = field(default_factory=list)
    run: dict[str, Any] | None = None
    end: dict[str, Any] = field(default_factory=dict)
    note: str | None = None  # the last thing it told beside

    @property
    def over(self) -> bool:
        """True once it has ended, however."""
        return self.state in ("ended", "failed")

    def stop(self) -> None:
        """Asks it to publish the best so far and end."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()

    def listen(self) -> None:
        """Takes down what it tells, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._take(json.loads(line))
        code = self.process.wait()
        if not self.over:
            self._take({"state": "failed", "message": f"the search's process ended with code {code}", "hint": None})

    def _take(self, message: dict[str, Any]) -> None:
        if row := message.get("row"):
            self.rows.append(row)
            if len(self.rows) > KEPT:
                del self.rows[1:-1:2]
        self.note = message.get("note")
        if run := message.get("run"):
            self.run = run
        if state := message.get("state"):
            self.end, self.state = message, state


class Searches:
    """The searches of this studio, by number."""

    def __init__(self) -> None:
        self._numbers, self._known = count(1), dict[int, LiveSearch]()
        self._lock = threading.Lock()

    def begin(self, order: dict[str, Any]) -> int:
        """Starts a search; its number. Raises InputError where too many run."""
        with self._lock:
            if sum(not each.over for each in self._known.values()) >= MOST:
                raise InputError(f"{MOST} searches are running", "stop one first")
            command = [sys.executable, "-m", "leapscli.studio.search_process"]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
            assert process.stdin is not None
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            number, search = next(self._numbers), LiveSearch(order, process)
            self._known[number] = search
        threading.Thread(target=search.listen, daemon=True).start()
        return number

    def find(self, number: int) -> LiveSearch:
        """The search with this number. Raises InputError."""
        if number not in self._known:
            raise InputError(f"no search {number} here", "the studio was started anew; its runs are in the workspace")
        return self._known[number]

    def end(self) -> None:
        """Asks all to stop, and waits for what they publish."""
        for search in self._known.values():
            search.stop()
        for search in self._known.values():
            try:
                search.process.wait(20)
            except subprocess.TimeoutExpired:
                search.process.kill()
