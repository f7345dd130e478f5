"""Pages in a real browser: Debian's Chromium, headless. Without one these tests are skipped.

apt-get install chromium        # or CHROMIUM=/path/to/chrome in the environment
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import leapscli as leaps
from leapscli.artifacts.store import Workspace

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PATIENCE = 30_000  # milliseconds, for machines that are busy
QUICK = {"iterations": 3, "states": 4, "validation": 4, "held_out": 8, "target": None}
SIZES = {"phone": (375, 740), "wide": (1600, 1000)}


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    sync = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here: `apt-get install chromium` brings it, or CHROMIUM names one")
    sync.expect.set_options(timeout=PATIENCE)
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """Pages that are looked after: what a console complains of, and what is asked of a network, fails the test."""

    def __init__(self, chromium: object) -> None:
        self.chromium, self.problems, self.requests = chromium, list[str](), list[str]()

    def open(self, address: str, size: str = "wide", theme: str = "light"):
        width, height = SIZES[size]
        context = self.chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self._hear(message))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(address)
        return page

    def _hear(self, message) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)


@pytest.fixture
def watch(chromium) -> Iterator[Watch]:
    found = Watch(chromium)
    yield found
    for context in chromium.contexts:
        context.close()
    assert found.problems == []


def violations(page) -> list[str]:
    """The rules of axe-core that a page breaks, and where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


def overflow(page) -> int:
    """By how many pixels a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with one artifact of each kind, and the runs of a sweep."""
    root = tmp_path_factory.mktemp("place")
    data = leaps.generate("smoke", programs=200, workspace=root)
    model = leaps.train(data, "smoke", steps=5, architecture={"hidden": 16, "latent": 16}, workspace=root)
    leaps.synthesize("stairclimber", "evolution", seed=1, workspace=root, **QUICK)
    leaps.sweep("maze", searchers=["evolution", "hill-climbing"], seeds=3, parallel=1, workspace=root, **QUICK)
    leaps.baseline("maze", "smoke", workspace=root, seed=1, steps=4096)
    _evaluate(Workspace(root), model.reference)
    return Workspace(root)


def _evaluate(place: Workspace, model: str) -> None:
    from leapscli.stages.model.evaluate import evaluate, prepare

    evaluate(prepare(place, model, None, 30, 0))


@pytest.fixture(scope="session")
def reports(place: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The file of the report on these references; made once."""
    from leapscli.stages.report.report import find, report

    folder, made = tmp_path_factory.mktemp("reports"), dict[tuple[str, ...], Path]()

    def of(*references: str) -> Path:
        if references not in made:
            path = folder / f"{len(made)}.html"
            path.write_bytes(report(place, find(place, references)))
            made[references] = path
        return made[references]

    return of
