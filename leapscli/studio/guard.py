"""Access to the studio: for the browser that was given its address, and for pages of the studio alone.

The address that is printed holds a token; following it sets a cookie that no script reads and no other site sends.
Requests for other hosts (a name that was bound to 127.0.0.1 meanwhile) and from other origins are refused.
"""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 1 << 20  # bytes of a request
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
STRANGER = "Open the address that `leaps studio` printed; it was started anew, perhaps.\n"


class Guard:
    """Lets through what holds the `token` and comes from a page of this server, at this `port`."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app, self.token, self.cookie = app, token, f"leaps-{port}"
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses, or passes on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal is None and (given := parse_qs(scope["query_string"].decode("latin-1")).get("token")):
            await self._admitted(given[0])(scope, receive, send)
        elif refusal is None and not self._known(headers):
            await PlainTextResponse(STRANGER, 403)(scope, receive, send)
        elif refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, _hardened(send))

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if headers.get("host") not in self.hosts:
            return PlainTextResponse("another host is meant\n", 403)
        origin = headers.get("origin")
        if origin is None and method not in ("GET", "HEAD"):
            return PlainTextResponse("a request without an origin\n", 403)
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts}:
            return PlainTextResponse("a request of another site\n", 403)
        size = headers.get("content-length", "0")
        if method not in ("GET", "HEAD") and (not size.isdecimal() or int(size) > MOST_BODY):
            return PlainTextResponse("too large a request\n", 413)
        return None

    def _admitted(self, given: str) -> PlainTextResponse | RedirectResponse:
        """To the page without the token, which is a cookie from now on."""
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return PlainTextResponse(STRANGER, 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(self.cookie, self.token, httponly=True, samesite="strict")
        return response

    def _known(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        given = cookies[self.cookie].value if self.cookie in cookies else ""
        return secrets.compare_digest(given.encode(), self.token.encode())


def _hardened(send: Send) -> Send:
    """Answers carry what keeps them from being framed, guessed or kept; a page of its own policy keeps that."""

    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", POLICY)
            headers["X-Content-Type-Options"], headers["Referrer-Policy"] = "nosniff", "no-referrer"
            headers["Cache-Control"] = "no-store"
        await send(message)

    return hardened
