"""Worker processes that run programs in an environment, each on its share of the initial states."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.errors import TaskError


class Worker:
    """One process; started when it is first asked."""

    def __init__(self, env_id: str, path: Path) -> None:
        self.env_id, self.path = env_id, path
        self.process: subprocess.Popen[str] | None = None

    def ask(self, programs: list[list[int]], seeds: Sequence[int], limit: int) -> dict[str, Any]:
        """The returns of the programs from these seeds. Raises TaskError."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"programs": programs, "seeds": list(seeds), "limit": limit}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.stop()
            raise TaskError(f"{self.env_id}: its process ended ({process.wait()})", "run it alone to see why")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            self.stop()
            raise TaskError(answer["error"], answer["hint"])
        return answer

    def _running(self) -> subprocess.Popen[str]:
        if self.process is None:
            words = [sys.executable, "-m", "leapscli.domains.gymnasium.worker", self.env_id, str(self.path)]
            quiet = {**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1", "SDL_VIDEODRIVER": "dummy"}
            quiet["PYTHONPATH"] = os.pathsep.join(sys.path)
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self.process = subprocess.Popen(words, text=True, encoding="utf-8", env=quiet, **pipes)  # type: ignore[call-overload]
        return self.process

    def stop(self) -> None:
        """End the process."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Pool:
    """`size` workers. A state is always run by the same of them, which remembers what it has seen of it."""

    def __init__(self, env_id: str, path: Path, size: int) -> None:
        self.workers = [Worker(env_id, path) for _ in range(size)]
        self.steps = 0
        atexit.register(self.stop)

    def returns(self, programs: TokenBatch, seeds: NDArray[np.int64], limit: int) -> NDArray[np.float64]:
        """float64[P, N]."""
        rows = zip(programs.ids.tolist(), programs.lengths.tolist(), strict=True)
        texts = [row[:length] for row, length in rows]
        shares = [np.flatnonzero(seeds % len(self.workers) == w) for w in range(len(self.workers))]
        found = np.zeros((len(programs), len(seeds)))

        def run(worker: Worker, share: NDArray[np.int64]) -> int:
            answer = worker.ask(texts, seeds[share].tolist(), limit)
            found[:, share] = answer["returns"]
            return int(answer["steps"])

        busy = [(w, share) for w, share in zip(self.workers, shares, strict=True) if len(share)]
        if len(programs) and busy:
            with ThreadPoolExecutor(len(busy)) as threads:
                self.steps += sum(threads.map(run, *zip(*busy, strict=True)))
        return found

    def stop(self) -> None:
        """End the processes."""
        for worker in self.workers:
            worker.stop()
