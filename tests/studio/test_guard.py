"""Who the studio answers, and what it writes and runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

from leapscli.artifacts.store import Workspace
from leapscli.errors import InputError
from leapscli.studio.answers import Studio
from leapscli.studio.app import create_app
from leapscli.studio.documents import Changed, Documents
from leapscli.studio.scores import Scores
from leapscli.studio.searches import Searches

PORT, TOKEN = 8317, "s3cret-token"
HOST = f"127.0.0.1:{PORT}"
KNOWN = {"host": HOST, "cookie": f"leaps-{PORT}={TOKEN}"}
PAGE = {**KNOWN, "origin": f"http://{HOST}"}


@pytest.fixture
def app(tmp_path: Path):
    studio = Studio(Workspace(tmp_path), Scores(), Documents(tmp_path), Searches())
    return create_app(studio, TOKEN, PORT)


def call(app, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """The answer of the application, as a server would ask for it."""
    found: list[Any] = []
    named, _, query = path.partition("?")
    told = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    if method == "POST":
        told.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": named, "raw_path": named.encode(), "query_string": query.encode(), "headers": told,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", PORT), "root_path": "",
    }  # fmt: skip
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive():
        return next(messages, {"type": "http.disconnect"})

    async def send(message):
        found.append(message)

    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in found[0]["headers"]}
    return found[0]["status"], headers, b"".join(each.get("body", b"") for each in found[1:])


def test_the_address_lets_in_once_and_leaves_a_cookie_that_no_script_or_site_gets(app):
    status, headers, _ = call(app, "GET", f"/?token={TOKEN}", {"host": HOST})
    assert status == 303 and headers["location"] == "/"
    cookie = headers["set-cookie"].lower()
    assert f"leaps-{PORT}={TOKEN}" in cookie and "httponly" in cookie and "samesite=strict" in cookie
    status, headers, body = call(app, "GET", "/", KNOWN)
    assert status == 200 and b"leaps studio" in body and TOKEN.encode() not in body
    assert "default-src 'none'" in headers["content-security-policy"] and "frame-ancestors" in str(headers)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {"host": HOST}),
        ("GET", "/?token=wrong", {"host": HOST}),
        ("GET", "/", {"host": HOST, "cookie": f"leaps-{PORT}=wrong"}),
        ("GET", "/", {"host": HOST, "cookie": "\xff;=;;"}),
        ("GET", "/", {**KNOWN, "host": "evil.example"}),
        ("GET", f"/?token={TOKEN}", {"host": f"evil.example:{PORT}"}),
        ("GET", "/static/player.js", {"host": HOST}),
        ("GET", "/report/run/maze", {"host": HOST}),
        ("GET", "/report/run/..%2f", {"host": HOST}),
        ("GET", "/artifacts", {**KNOWN, "origin": "http://evil.example"}),
        ("POST", "/score", KNOWN),  # no origin
        ("POST", "/save", {**KNOWN, "origin": "http://evil.example"}),
        ("POST", "/save", {**KNOWN, "origin": "null"}),
        ("POST", "/searches", {"host": HOST, "origin": f"http://{HOST}"}),
    ],
)
def test_strangers_are_refused(app, method, path, headers):
    assert call(app, method, path, headers, b"{}")[0] == 403


def ask(app, path: str, question: Any) -> dict[str, Any]:
    status, _, body = call(app, "POST", path, PAGE, json.dumps(question).encode())
    assert status in (200, 400)
    return json.loads(body)


def test_nothing_is_run_that_was_not_named(app, tmp_path):
    (tmp_path / "mine.py").write_text("raise SystemExit('ran')\n")
    question = {"text": "DEF run m( move m)", "task": str(tmp_path / "mine.py"), "size": ""}
    assert "is named on the command line" in ask(app, "/score", question)["error"]["hint"]
    answer = ask(app, "/searches", {**question, "task": "maze", "searcher": "./x.py"})
    assert "no searcher" in answer["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"text": 3}', b'{"text": "DEF run m( move m)"}'])
def test_what_is_no_question_is_an_error_of_one_line(app, body):
    for path in ("/score", "/episode", "/world", "/save", "/read", "/searches", "/neighbours", "/larger"):
        _, _, answer = call(app, "POST", path, PAGE, body)
        assert json.loads(answer)["error"]["message"]


def test_a_large_request_is_refused(app):
    assert call(app, "POST", "/score", PAGE, b" " * (2 << 20))[0] == 413


@pytest.mark.parametrize(
    "name", ["../a.txt", "/etc/passwd", "a/b.txt", ".a.txt", "a.py", "", "a\0.txt", "a" * 200 + ".txt"]
)
def test_files_lie_in_the_folder_and_end_in_txt(tmp_path, name):
    documents = Documents(tmp_path)
    for act in (lambda: documents.read(name), lambda: documents.save(name, "x", None)):
        with pytest.raises(InputError):
            act()
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_written_through(tmp_path):
    (tmp_path / "real").write_text("kept")
    (tmp_path / "a.txt").symlink_to(tmp_path / "real")
    with pytest.raises(InputError, match="is a link"):
        Documents(tmp_path).save("a.txt", "x", None)
    assert (tmp_path / "real").read_text() == "kept"


def test_a_file_is_saved_over_what_was_opened_alone(tmp_path):
    documents = Documents(tmp_path)
    saved = documents.save("a.txt", "DEF run m( move m)", None)
    assert documents.names() == ["a.txt"] and documents.read("a.txt")["digest"] == saved["digest"]
    with pytest.raises(Changed, match="is there already"):
        documents.save("a.txt", "x", None)
    (tmp_path / "a.txt").write_text("changed")
    with pytest.raises(Changed, match="changed elsewhere") as error:
        documents.save("a.txt", "x", saved["digest"])
    assert documents.save("a.txt", "x", error.value.digest)["name"] == "a.txt"


def test_names_that_hold_html_are_shown(tmp_path):
    own = tmp_path / "<img src=x>.py"
    studio = Studio(Workspace(tmp_path), Scores([own]), Documents(tmp_path), Searches())
    _, _, body = call(create_app(studio, TOKEN, PORT), "GET", "/", KNOWN)
    assert b"<img" not in body and b"&lt;img src=x&gt;" in body


@pytest.mark.parametrize("path", ["/report/run/nothing", "/report/x/maze", "/report/run/..", "/static/app.py", "/etc"])
def test_what_is_not_there_is_not_found(app, path):
    status, _, body = call(app, "GET", path, KNOWN)
    assert status == 404 and b"Traceback" not in body
