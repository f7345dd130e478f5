"""The studio as an ASGI application: its addresses, and JSON in and out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leapscli.errors import LeapsError, ProgramSyntaxError
from leapscli.studio.answers import Content, Studio
from leapscli.studio.documents import Changed
from leapscli.studio.guard import Guard


def create_app(studio: Studio, token: str, port: int) -> Guard:
    """The studio as an ASGI application."""
    posts = ("score", "larger", "episode", "world", "check_world", "form", "neighbours", "read", "save")
    routes = [
        Route("/", studio.start),
        Route("/static/{name}", studio.static),
        Route("/artifacts", _getter(studio.artifacts)),
        Route("/files", _getter(studio.files)),
        Route("/report/{kind}/{reference}", studio.page),
        Route("/searches", _poster(lambda request, asked: studio.begin(asked)), methods=["POST"]),
        Route("/searches/{number:int}", _getter(studio.watch)),
        Route("/searches/{number:int}/stop", _poster(studio.stop), methods=["POST"]),
    ]
    for name in posts:
        routes.append(Route(f"/{name.replace('_', '-')}", _poster(_only(getattr(studio, name))), methods=["POST"]))
    return Guard(Starlette(routes=routes), token, port)


def _only(answer: Callable[[Content], Content]) -> Callable[[Request, Content], Content]:
    return lambda _, asked: answer(asked)


def _poster(answer: Callable[[Request, Content], Content]) -> Callable[[Request], Any]:
    """An endpoint that takes JSON and gives JSON; in a thread, since the engine may take its time."""

    async def endpoint(request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return JSONResponse({"error": {"message": "not a JSON object", "hint": None}}, 400)
        return await run_in_threadpool(_answered, lambda: answer(request, asked))

    return endpoint


def _getter(answer: Callable[[Request], Content]) -> Callable[[Request], Any]:
    return lambda request: _answered(lambda: answer(request))


def _answered(answer: Callable[[], Content]) -> Response:
    """The answer, or the error that the page shows: with its place where it is one of the program's text.

    What was typed is no failure of a request, which browsers would complain of: the status is 200 in either case.
    """
    try:
        return JSONResponse(answer())
    except LeapsError as error:
        found: Content = {"message": error.message, "hint": error.hint}
        if isinstance(error, ProgramSyntaxError):
            found |= {"message": error.message.splitlines()[0], "line": error.line, "column": error.column}
        if isinstance(error, Changed):
            found["digest"] = error.digest
        return JSONResponse({"error": found})
