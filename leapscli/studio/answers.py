"""The studio's answers to its page.

A program comes as text with every request and is never kept here: what is saved are files, what is published are runs.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from leapscli.artifacts.store import KINDS, Workspace
from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS, PERCEPTIONS
from leapscli.dsl.tree import Style
from leapscli.errors import InputError, LeapsError
from leapscli.recipes.kinds import DEFAULTS
from leapscli.report.pages.page import asset, environment
from leapscli.report.terminal.programs import KEYWORDS
from leapscli.search.discovery import OURS, find
from leapscli.stages.inventory import ordered, row
from leapscli.stages.report.courses import course_chart
from leapscli.stages.report.episodes import LARGE
from leapscli.stages.report.report import report
from leapscli.studio.documents import Documents
from leapscli.studio.scores import Scores
from leapscli.studio.searches import Searches

HERE = Path(__file__).parent
SCRIPTS = {"player.js": "text/javascript", "page.js": "text/javascript", "page.css": "text/css"}  # of reports
OWN = {"studio.js": "text/javascript", "studio.css": "text/css"}
SEARCHERS = (DEFAULTS["search"], *(name for name in OURS if name != DEFAULTS["search"]))
LONGEST = 3600  # seconds of a search
NEAR, SAMPLES, SIGMA = 12, 400, 0.5  # of the neighbours in a latent space
Content = dict[str, Any]


@dataclass(frozen=True)
class Opening:
    """The file, task and size that a new page shows."""

    file: str | None = None
    task: str | None = None
    size: str = ""


@dataclass(frozen=True, eq=False)
class Studio:
    """The parts of the answers. `model` is the one asked for, None for the newest."""

    workspace: Workspace
    scores: Scores
    documents: Documents
    searches: Searches
    model: str | None = None
    opening: Opening = Opening()

    def start(self, _: Request) -> Response:
        """The page."""
        text = (
            _templates()
            .get_template("studio.html")
            .render(
                title="leaps studio",
                tasks=self.scores.names,
                searchers=SEARCHERS,
                opening=asdict(self.opening),
                workspace=str(self.workspace.root),
                words={"actions": ACTIONS, "perceptions": PERCEPTIONS, "keywords": sorted(KEYWORDS)},
            )
        )
        return HTMLResponse(text)

    def static(self, request: Request) -> Response:
        """A script or style."""
        name = request.path_params["name"]
        if name in SCRIPTS:
            return Response(asset(name), media_type=SCRIPTS[name])
        if name in OWN:
            return Response((HERE / "static" / name).read_bytes(), media_type=OWN[name])
        return Response(status_code=404)

    def score(self, asked: Content) -> Content:
        """The figures of a program at its task's own size, and the line of each of its nodes."""
        program, judge = self._program(asked), self._task(asked)
        figures = self.scores.figures(program, judge)
        html = _templates().get_template("figures.html").render(figures=figures, place="home")
        worst, _ = figures["worst_episodes"][0]
        return {
            "html": html,
            "lines": [node.span.line if node.span else 0 for node in program.walk()],
            "mean": figures["mean"],
            "tokens": len(program.tokens),
            "worst": worst,
        }

    def larger(self, asked: Content) -> Content:
        """The figures on large worlds."""
        figures = self.scores.larger(self._program(asked), self._task(asked))
        return {"html": _templates().get_template("figures.html").render(figures=figures, place="large")}

    def episode(self, asked: Content) -> Content:
        """An episode to play: on the world drawn, or one of the task's."""
        program, judge = self._program(asked), self._task(asked)
        if asked.get("world") is not None:
            return self.scores.on_map(program, judge, _text(asked, "world"))
        if asked.get("large"):
            judge = judge.resized(LARGE, LARGE)
        return self.scores.episode(program, judge, _whole(asked, "index", 0, 10**6))

    def world(self, asked: Content) -> Content:
        """A map to begin drawing with: an initial world of the task."""
        world = self._task(asked).sample(1, 0, first=_whole(asked, "index", 0, 10**6))[0]
        return {"text": str(world)}

    def check_world(self, asked: Content) -> Content:
        """A map as the engine writes it. Raises WorldError for what is none."""
        return {"text": str(World.parse(_text(asked, "world")))}

    def form(self, asked: Content) -> Content:
        """The program in the other form."""
        style: Style = "python" if asked.get("style") == "python" else "tokens"
        return {"text": self._program(asked).pretty(style)}

    def neighbours(self, asked: Content) -> Content:
        """The programs around one in the latent space, the best on the task first."""
        from leapscli.stages.model.walks import neighbours
        from leapscli.stages.synthesize.plan import find_model

        program, judge = self._program(asked), self._task(asked)
        model = find_model(self.workspace, self.model)
        seed = _whole(asked, "seed", 0, 2**31)
        found = neighbours(model, program, sigma=SIGMA, samples=SAMPLES, count=NEAR, seed=seed)
        scored: list[Content] = [
            {"program": each.program, "text": each.program.pretty(), "share": each.share,
             "mean": self.scores.evaluation(each.program, judge, 200).mean}
            for each in found.neighbours
        ]  # fmt: skip
        scored.sort(key=lambda each: each["mean"], reverse=True)
        template = _templates().get_template("neighbours.html")
        return {"html": template.render(found=found, rows=scored, own=str(program), task=judge.name)}

    def begin(self, asked: Content) -> Content:
        """Starts a search: of the task, from the program where that is asked for."""
        judge = self._task(asked)
        searcher = str(asked.get("searcher"))
        if searcher not in SEARCHERS:
            raise InputError(f"no searcher {searcher[:60]!r} here", f"one of {', '.join(SEARCHERS)}")
        order = {
            "workspace": str(self.workspace.root),
            "task": judge.reference,
            "size": [judge.height, judge.width],
            "searcher": searcher,
            "model": self.model if find(searcher).needs_model else None,
            "start": str(self._program(asked)) if asked.get("from") else None,
            "seconds": _whole(asked, "seconds", 1, LONGEST),
            "seed": _whole(asked, "seed", 0, 2**31),
        }
        order["command"] = _spelled(order)
        return {"id": self.searches.begin(order)}

    def watch(self, request: Request) -> Content:
        """A search as it is now."""
        search = self.searches.find(int(request.path_params["number"]))
        task = Path(search.order["task"]).stem
        chart = course_chart({search.order["searcher"]: [search.rows]}, "evaluations", task) if search.rows else None
        last = search.rows[-1] if search.rows else None
        html = _templates().get_template("search.html").render(search=search, chart=chart, last=last)
        best = search.run["program"] if search.run else Program.parse(last["program"]).pretty() if last else None
        return {"html": html, "over": search.over, "best": best}

    def stop(self, request: Request, _: Content) -> Content:
        """Asks a search to stop."""
        self.searches.find(int(request.path_params["number"])).stop()
        return {}

    def artifacts(self, _: Request) -> Content:
        """The artifacts of the workspace, the newest first."""
        rows = ordered([row(artifact) for artifact in self.workspace.reachable()], "created")
        whole = [each for each in rows if not each["damaged"]]
        return {"html": _templates().get_template("artifacts.html").render(rows=whole)}

    def page(self, request: Request) -> Response:
        """The report of an artifact."""
        kind, reference = request.path_params["kind"], request.path_params["reference"]
        if kind not in KINDS:
            return Response("no such kind\n", 404, media_type="text/plain")
        try:
            content = report(self.workspace, [self.workspace.resolve(reference, kind)])
            return HTMLResponse(
                content, headers={"Content-Security-Policy": "frame-ancestors 'none'"}
            )  # beside its own
        except LeapsError as error:
            return Response(f"{error.message}\n{error.hint or ''}\n", 404, media_type="text/plain")

    def files(self, _: Request) -> Content:
        """The files that can be opened."""
        return {"names": self.documents.names()}

    def read(self, asked: Content) -> Content:
        """A file."""
        return self.documents.read(_text(asked, "name"))

    def save(self, asked: Content) -> Content:
        """Saves a file; `digest` is that of what it replaces."""
        digest = None if asked.get("digest") is None else _text(asked, "digest")
        return self.documents.save(_text(asked, "name"), _text(asked, "text"), digest)

    def _program(self, asked: Content) -> Program:
        return Program.parse(_text(asked, "text"))

    def _task(self, asked: Content) -> Any:
        return self.scores.task(_text(asked, "task"), str(asked.get("size") or ""))


def _text(asked: Content, name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise InputError(f"{name}: expected a text")
    return value


def _whole(asked: Content, name: str, least: int, most: int) -> int:
    value = asked.get(name, least)
    if type(value) is not int or not least <= value <= most:
        raise InputError(f"{name}: expected a whole number from {least:,} to {most:,}")
    return value


def _spelled(order: Content) -> str:
    """The command that makes the same search."""
    height, width = order["size"]
    words = ["leaps", "synthesize", order["task"], "--size", f"{height}x{width}", "--searcher", order["searcher"]]
    words += ["--max-time", f"{order['seconds']}s", "--seed", str(order["seed"])]
    words += ["--model", order["model"]] if order["model"] else []
    return shlex.join([*words, *(["--set", f"start={json.dumps(order['start'])}"] if order["start"] else [])])


@cache
def _templates() -> Environment:
    """The templates of reports, and the studio's own."""
    reports = environment()
    assert reports.loader is not None
    return reports.overlay(loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), reports.loader]))
