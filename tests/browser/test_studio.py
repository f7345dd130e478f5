"""The studio, served by the command and used in a browser."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from tests.browser.conftest import overflow, violations

expect = pytest.importorskip("playwright.sync_api").expect
SLOW = 120_000  # milliseconds: something may have to be compiled first
SOLVER = "DEF run m( WHILE c( noMarkersPresent c) w( turnRight move w) m)"


class Served:
    """A studio that runs in `folder`, over a workspace."""

    def __init__(self, folder: Path, workspace: Path, *options: str, port: int = 0) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "leapscli", "studio", "--port", str(port), *options]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "LEAPS_WORKSPACE": str(workspace)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.port = int(re.search(r":(\d+)/", self.address)[1])

    def end(self, how: int = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def served(place: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("folder")
    found = Served(folder, place.root, "--task", "stairclimber")
    yield found
    assert found.end() == 0


@pytest.fixture
def page(watch, served):
    found = watch.open(served.address)
    expect(found.locator("#home .facts")).to_be_visible(timeout=SLOW)
    return found


def write(page, program: str) -> None:
    page.locator("#text").fill(program)


def settled(page) -> None:
    """The episode that was asked for is in the player."""
    expect(page.locator("#player")).to_have_attribute("aria-busy", "false")


def verdict(page):
    return page.locator("#verdict")


def test_figures_follow_what_is_typed(page):
    write(page, SOLVER)
    expect(verdict(page)).to_have_text(re.compile(r"\d+ tokens, mean return 1\.000"))
    expect(page.locator("#home")).to_contain_text("1,000 states")
    expect(page.locator("#large")).to_contain_text("100×100", timeout=SLOW)
    write(page, "DEF run m( turnLeft m)")
    expect(verdict(page)).to_have_text(re.compile(r"5 tokens, mean return -?0\.\d+"))


def test_a_mistake_is_shown_where_it_is_with_its_hint_and_gone_when_mended(page):
    write(page, "DEF run m(\n    move\n    moov\nm)")
    expect(verdict(page)).to_contain_text("line 3, column 5: found 'moov'")
    expect(verdict(page)).to_contain_text("did you mean 'move'?")
    assert page.locator("#backdrop .wrong").all_inner_texts() == ["moov"]
    assert "stale" in page.locator("#home").get_attribute("class")
    assert violations(page) == []
    write(page, "DEF run m(\n    move\n    move\nm)")
    expect(page.locator("#backdrop .wrong")).to_have_count(0)
    write(page, "")
    expect(verdict(page)).to_contain_text("end of program")


def test_episodes_are_watched_and_the_line_is_lit_in_the_editor(page):
    write(page, "DEF run m(\n    turnRight\n    move\nm)")
    expect(verdict(page)).to_contain_text("6 tokens")
    page.locator("#home .histogram button").first.click()
    expect(page.locator(".status")).to_contain_text("step 0 of 2")
    page.get_by_role("button", name="One step forward").click()
    expect(page.locator("#backdrop .lit")).to_have_text("    turnRight")
    page.get_by_role("button", name="One step forward").click()
    expect(page.locator("#backdrop .lit")).to_have_text("    move")
    page.locator("#home p.bar button").last.click()
    expect(page.locator(".status")).to_contain_text("step 0 of 2")
    page.locator("#large button").click(timeout=SLOW)
    expect(page.locator("canvas")).to_have_attribute("aria-label", re.compile("World of 100 by 100"))


def test_another_task_another_size_and_another_form(page):
    write(page, SOLVER)
    page.locator("#task").select_option("maze")
    expect(page.locator("#home h3")).to_have_text("8×8, 1,000 states", timeout=SLOW)
    page.locator("#size").fill("10x12")
    page.locator("#size").press("Tab")
    expect(page.locator("#home h3")).to_have_text("10×12, 1,000 states")
    page.locator("#size").fill("huge")
    page.locator("#size").press("Tab")
    expect(verdict(page)).to_contain_text("not a size")
    page.locator("#size").fill("")
    page.locator("#size").press("Tab")
    page.get_by_role("button", name="As Python").click()
    expect(page.locator("#text")).to_have_value(Program.parse(SOLVER).pretty("python"))
    page.get_by_role("button", name="As tokens").click()
    expect(page.locator("#text")).to_have_value(Program.parse(SOLVER).pretty())
    page.locator("#text").press("Control+z")
    expect(page.locator("#text")).to_have_value(Program.parse(SOLVER).pretty("python"))


def test_a_world_is_drawn_by_mouse_by_keyboard_and_as_text(page):
    page.locator("#task").select_option("harvester")
    write(page, "DEF run m( WHILE c( frontIsClear c) w( move w) pickMarker m)")
    expect(verdict(page)).to_contain_text("12 tokens")
    page.get_by_text("Draw a world").click()
    expect(page.locator("#map button").first).to_be_visible()
    page.locator("#maptext").fill("#####\n#>.1#\n#####\n")
    expect(page.locator(".status")).to_contain_text("step 0 of 6")
    page.get_by_role("radio", name="Marker").check()
    page.locator('[data-cell="1,3"]').click()
    expect(page.locator("#maptext")).to_have_value("#####\n#>.2#\n#####\n")
    settled(page)
    page.get_by_role("button", name="Last step").click()
    expect(page.locator("canvas")).to_have_attribute("aria-label", re.compile("row 2, column 4, facing east"))
    page.locator('[data-cell="1,3"]').focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("radio", name="Wall").check()
    page.locator('[data-cell="1,2"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#maptext")).to_have_value("#####\n#>#2#\n#####\n")
    page.get_by_role("radio", name="Karel").check()
    page.locator('[data-cell="1,1"]').click()
    expect(page.locator("#maptext")).to_have_value("#####\n#v#2#\n#####\n")
    page.locator('[data-cell="1,3"]').click()
    expect(page.locator("#maptext")).to_have_value("#####\n#.#>#\n#####\nunder: 2\n")
    page.get_by_role("radio", name="Erase").check()
    page.locator('[data-cell="1,3"]').click()
    expect(page.locator("#maptext")).to_have_value("#####\n#.#>#\n#####\n")
    assert violations(page) == []
    page.locator("#maptext").fill("#####\n#...#\n")
    expect(page.locator("#mapverdict")).not_to_be_empty()
    page.get_by_role("button", name="Another world of the task").click()
    expect(page.locator("#maptext")).to_have_value(re.compile("#####"))


def test_a_file_is_saved_and_never_over_what_is_not_known(page, served):
    write(page, SOLVER)
    expect(page.locator("#unsaved")).to_have_text("not saved")
    page.locator("#name").fill("mine.txt")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#unsaved")).to_have_text("")
    path = served.folder / "mine.txt"
    assert path.read_text() == SOLVER + "\n"
    path.write_text("DEF run m( move m)\n")
    write(page, SOLVER.replace("turnRight", "turnLeft"))
    page.locator("#text").press("Control+s")
    expect(page.locator("#notice")).to_contain_text("mine.txt was changed elsewhere since it was opened")
    assert path.read_text() == "DEF run m( move m)\n"
    page.get_by_role("button", name="Overwrite it").click()
    expect(page.locator("#notice")).to_be_hidden()
    assert "turnLeft" in path.read_text()
    page.locator("#name").fill("../evil.txt")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("no name for a file here")
    (served.folder / "other.txt").write_text("DEF run m( putMarker m)\n")
    page.locator("#name").fill("other.txt")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("other.txt is there already")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#text")).to_have_value("DEF run m( putMarker m)\n")


def test_two_tabs_and_a_reload(watch, served, page):
    other = watch.open(served.address)
    expect(other.locator("#home .facts")).to_be_visible(timeout=SLOW)
    for tab, program in ((page, "DEF run m( move m)"), (other, "DEF run m( turnLeft m)")):
        write(tab, program)
        tab.locator("#name").fill("both.txt")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#unsaved")).to_have_text("")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.locator("#notice")).to_contain_text("both.txt is there already; nothing was saved")
    assert (served.folder / "both.txt").read_text() == "DEF run m( move m)\n"
    other.on("dialog", lambda dialog: dialog.accept())
    other.reload()
    expect(other.locator("#text")).to_have_value("DEF run m( turnLeft m)")
    expect(other.locator("#unsaved")).to_have_text("not saved")


def test_a_search_is_watched_taken_and_opened(page, watch):
    write(page, "DEF run m( turnLeft m)")
    page.get_by_role("button", name="Search", exact=True).click()
    box = page.locator(".search").first
    expect(box).to_contain_text("ended (target)", timeout=SLOW)
    expect(box.locator("svg.chart")).to_be_visible()
    box.get_by_role("button", name="Take the best program").click()
    expect(verdict(page)).to_contain_text("mean return 1.000")
    link = box.get_by_role("link")
    expect(page.locator("#artifacts")).to_contain_text(re.search(r"stairclimber@v\d+", link.inner_text())[0])
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.locator("h1")).to_contain_text("stairclimber")
    expect(opened.value.locator(".status")).to_contain_text("step 0")


def test_a_search_is_stopped_and_keeps_its_best(page):
    page.locator("#task").select_option("onestroke")  # which no program is known to solve
    page.locator("#seconds").fill("600")
    page.get_by_role("button", name="Search", exact=True).click()
    box = page.locator(".search").first
    expect(box).to_contain_text(re.compile(r"best -?\d"), timeout=SLOW)
    box.get_by_role("button", name="Stop").click()
    expect(box).to_contain_text("ended (interrupted)", timeout=SLOW)
    expect(box.get_by_role("link")).to_contain_text("onestroke@v")


def test_neighbours_are_shown_and_taken(page):
    write(page, "DEF run m( move turnLeft m)")
    page.get_by_role("button", name="Show neighbours").click()
    expect(page.locator("#neighbours table")).to_be_visible(timeout=SLOW)
    row = page.locator("#neighbours tbody tr").first
    program = row.locator(".inline-code").inner_text()
    row.get_by_role("button", name="Take").click()
    expect(page.locator("#text")).to_have_value(Program.parse(program).pretty())


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("wide", "light")])
def test_it_is_readable_on_every_screen(watch, served, size, theme):
    page = watch.open(served.address, size, theme)
    expect(page.locator("#large .facts")).to_be_visible(timeout=SLOW)
    expect(page.locator("#artifacts table")).to_be_visible()
    assert overflow(page) <= 0
    assert violations(page) == []
    outside = [each for each in watch.requests if not each.startswith((f"http://127.0.0.1:{served.port}/", "data:"))]
    assert outside == []


def test_reports_of_the_workspace_open(watch, served):
    page = watch.open(served.address)
    expect(page.locator("#artifacts a").first).to_be_visible(timeout=SLOW)
    for reference in ("run/maze-evolution-s0@v1", "dataset/karel@v1", "evaluation/leaps-v1@v1"):
        page.goto(f"http://127.0.0.1:{served.port}/report/{reference}")
        expect(page.locator("h1")).not_to_be_empty()


def test_a_studio_that_was_killed_and_started_again_loses_nothing(chromium, place, tmp_path):
    """The page says what is wrong, keeps the text, and has it still under the new address."""
    first = Served(tmp_path, place.root)
    context = chromium.new_context()
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(first.address)
    expect(page.locator("#home .facts")).to_be_visible(timeout=SLOW)
    page.locator("#name").fill("kept.txt")
    write(page, "DEF run m( move m)")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#unsaved")).to_have_text("")
    first.end(signal.SIGKILL)
    write(page, "DEF run m( move move m)")
    expect(page.locator("#notice")).to_contain_text("does not answer")
    second = Served(tmp_path, place.root, port=first.port)
    write(page, "DEF run m( move move move m)")
    expect(page.locator("#notice")).to_contain_text("started anew: open the address that it printed")
    page.goto(second.address)
    expect(page.locator("#text")).to_have_value("DEF run m( move move move m)")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#unsaved")).to_have_text("")
    assert (tmp_path / "kept.txt").read_text() == "DEF run m( move move move m)\n"
    context.close()
    assert second.end() == 0


def test_a_search_outlives_a_studio_that_is_killed(place, tmp_path):
    studio = Served(tmp_path, place.root)
    before = len(place.list("run"))
    order = {"text": SOLVER, "task": "snake", "size": "", "searcher": "evolution", "seconds": 600, "seed": 5}
    number = talk(studio, "/searches", order)["id"]
    for _ in range(600):
        if "best " in talk(studio, f"/searches/{number}")["html"]:
            break
        subprocess.run(["sleep", "0.2"], check=True)
    studio.end(signal.SIGKILL)
    for _ in range(100):
        if len(place.list("run")) > before:
            break
        subprocess.run(["sleep", "0.2"], check=True)
    newest = place.resolve("snake", "run")
    assert newest.manifest.metrics["stop_reason"] == "interrupted" and "--seed 5" in newest.manifest.command


def talk(studio: Served, path: str, question: object = None):
    """An answer, asked as a page of the studio does."""
    connection = http.client.HTTPConnection("127.0.0.1", studio.port, timeout=60)
    token = studio.address.partition("token=")[2]
    headers = {"Cookie": f"leaps-{studio.port}={token}", "Origin": f"http://127.0.0.1:{studio.port}"}
    if question is None:
        connection.request("GET", path, headers=headers)
    else:
        connection.request("POST", path, json.dumps(question), headers)
    response = connection.getresponse()
    return json.loads(response.read())
