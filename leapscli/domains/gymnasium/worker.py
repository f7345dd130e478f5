"""A process that runs programs in an environment: one line of JSON in, one out.

python -m leapscli.domains.gymnasium.worker ENV_ID FILE
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import IO, Any

from leapscli.domains.gymnasium.environment import Perceptions
from leapscli.domains.gymnasium.episodes import Explorer, returns
from leapscli.dsl.program import Program
from leapscli.errors import LeapsError


def serve(env_id: str, path: Path, answers: IO[str]) -> None:
    """Answer until standard input ends."""
    explorer: Explorer | None = None
    for line in sys.stdin:
        try:
            explorer = explorer or Explorer(Perceptions.load(env_id, path))
            answer = _answer(explorer, json.loads(line))
        except LeapsError as error:
            answer = {"error": error.message, "hint": error.hint}
        except Exception as error:  # of the environment's own
            answer = {"error": f"{env_id}: {type(error).__name__}: {str(error)[:200]}", "hint": None}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _answer(explorer: Explorer, asked: dict[str, Any]) -> dict[str, Any]:
    words = explorer.perceptions.vocabulary
    programs = [Program.from_ids(ids, words) for ids in asked["programs"]]
    before = explorer.steps
    found = returns(explorer, programs, asked["seeds"], asked["limit"])
    return {"returns": found.tolist(), "steps": explorer.steps - before}


def main() -> None:
    """Standard output is kept for answers: environments like to print."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks decides
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.argv[1], Path(sys.argv[2]), answers)


if __name__ == "__main__":
    main()
