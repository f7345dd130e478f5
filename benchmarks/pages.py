"""Seconds of `leaps report` for an artifact of each kind, and milliseconds from a key to new figures in the studio.

    python benchmarks/pages.py [--workspace DIR] [task …]

Without a workspace small artifacts are made first. Kernels are compiled before anything is timed. The studio is timed
in headless Chromium: from sending what was typed to showing its returns on 1,000 states.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import leapscli as leaps
from leapscli.artifacts.store import Workspace

KEYS = 15


def made(root: Path) -> Workspace:
    """A workspace with an artifact of each kind."""
    data = leaps.generate("smoke", workspace=root, progress=False)
    leaps.train(data, "smoke", steps=200, workspace=root, progress=False)
    leaps.sweep("maze,doorkey", searchers=["evolution"], seeds=5, max_time=5, workspace=root, progress=False)
    leaps.baseline("maze", "smoke", workspace=root, progress=False)
    run("model", "evaluate", "--programs", "300", "--workspace", str(root))
    return Workspace(root)


def run(*arguments: str) -> float:
    """Seconds of a command."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "leapscli", *arguments], check=True, capture_output=True)
    return time.perf_counter() - began


def report(place: Workspace, folder: Path, *references: str) -> float:
    """Seconds of the second of two reports: the first compiles what is missing."""
    where = ["--workspace", str(place.root), "-o", str(folder / "page.html")]
    return [run("report", *references, *where) for _ in range(2)][1]


def typed(place: Workspace, task: str) -> list[int]:
    """Milliseconds after each of some keys."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "leapscli", "studio", "--port", "0", "--task", task]
    command += ["--workspace", str(place.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as studio, sync_playwright() as playwright:
        assert studio.stdout is not None
        address = studio.stdout.readline().strip()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("#home .facts", timeout=120_000)
        page.locator("#text").focus()
        page.keyboard.press("Control+Home")
        page.keyboard.press("End")
        found = []
        for _ in range(KEYS):
            page.keyboard.type(" move")
            page.wait_for_timeout(500)
            found.append(int(page.locator("#verdict").get_attribute("data-milliseconds") or 0))
        browser.close()
        studio.terminate()
    return found


def main() -> None:
    """A line for each report, and one for each task in the studio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=["harvester", "doorkey", "cleanhouse", "snake"])
    parser.add_argument("--workspace", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = Workspace(options.workspace.absolute()) if options.workspace else made(folder / "place")
        for kind in ("run", "dataset", "evaluation", "policy", "model"):
            newest = next((each.reference for each in reversed(place.list(kind))), None)
            if newest:
                print(f"report of a {kind:11} {report(place, folder, newest, '--kind', kind):5.2f} s  {newest}")
        names = sorted({re.sub(r"-s\d+$", "", each.name) for each in place.list("run") if each.name.endswith("-s0")})
        if names:
            pattern = f"{names[0]}-*"
            print(f"report of several runs {report(place, folder, pattern):5.2f} s  {pattern}")
        for task in options.tasks:
            times = typed(place, task)
            print(f"key to figures, {task:13} median {statistics.median(times):3.0f} ms, most {max(times):3} ms")


if __name__ == "__main__":
    main()
