"""Serves the studio on this machine alone, until Ctrl-C."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from leapscli.artifacts.store import Workspace
from leapscli.errors import InputError
from leapscli.studio.answers import Opening, Studio
from leapscli.studio.app import create_app
from leapscli.studio.documents import Documents
from leapscli.studio.scores import Scores
from leapscli.studio.searches import Searches

HOST, PORT, TRIED = "127.0.0.1", 8317, 20


def serve(
    workspace: Workspace,
    *,
    folder: Path,
    file: Path | None = None,
    task: str | None = None,
    size: str | None = None,
    model: str | None = None,
    port: int | None = None,
    ready: Callable[[str], None],
) -> None:
    """Serves until it is interrupted; `ready` is told the address. Raises InputError for a port that is taken.

    A `task` that is a file of the user's own can be chosen beside those with names.
    """
    own = [Path(task).absolute()] if task and task.endswith(".py") else []
    scores = Scores(own)
    name = own[0].stem if own else task
    if name:
        scores.task(name, size)
    opening = Opening(str(file) if file else None, name, size or "")
    studio = Studio(workspace, scores, Documents(folder, file), Searches(), model, opening)
    taken, token = _socket(port), secrets.token_urlsafe(24)
    number = taken.getsockname()[1]
    config = uvicorn.Config(create_app(studio, token, number), log_level="warning", timeout_graceful_shutdown=3)
    server = _Announcing(config, lambda: ready(f"http://{HOST}:{number}/?token={token}"))
    try:
        server.run(sockets=[taken])
    except KeyboardInterrupt:  # uvicorn hands on the signal that ended it
        pass
    finally:
        studio.searches.end()


class _Announcing(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Begins to serve."""
        await super().startup(sockets)
        self._ready()


def _socket(port: int | None) -> socket.socket:
    """A port of this machine: that one, or the first that is free from PORT on."""
    problem: OSError | None = None
    for number in [port] if port is not None else range(PORT, PORT + TRIED):
        found = socket.socket(proto=socket.IPPROTO_TCP)  # told which, asyncio sends small answers at once
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, number))
            return found
        except OSError as error:
            problem = error
            found.close()
    which = f"port {port}" if port is not None else f"none of the ports {PORT} to {PORT + TRIED - 1}"
    raise InputError(f"{which} can be used: {problem and problem.strerror}", "name another with --port; 0 takes any")
