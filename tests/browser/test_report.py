"""Reports, opened from disk: readable on phones and wide screens, in both themes, by keyboard, and by themselves."""

from __future__ import annotations

import re

import pytest

from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.report.pages.code import for_player
from leapscli.report.pages.page import environment
from leapscli.report.pages.recording import recording
from leapscli.tasks.episode import Playback
from leapscli.tasks.play import play
from leapscli.tasks.registry import task
from tests.browser.conftest import overflow, violations

expect = pytest.importorskip("playwright.sync_api").expect

KINDS = {
    "run": ("stairclimber",),
    "sweep": ("maze-*",),
    "model": ("leaps@v1",),
    "dataset": ("karel",),
    "policy": ("maze-smoke",),
    "evaluation": ("leaps-v1@v1",),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("wide", "light")])
def test_a_page_is_readable_asks_for_nothing_and_breaks_no_rule(watch, reports, kind, size, theme):
    path = reports(*KINDS[kind])
    assert path.stat().st_size < 3_000_000
    page = watch.open(path.as_uri(), size, theme)
    assert overflow(page) <= 0
    assert violations(page) == []
    assert [each for each in watch.requests if each != path.as_uri()] == []


def status(page) -> str:
    return page.locator(".status").first.inner_text()


def lit(page) -> list[str]:
    return [line.strip() for line in page.locator(".code:visible .lit").all_inner_texts()]


def test_the_player_steps_both_ways_scrubs_and_plays(watch, reports):
    page = watch.open(reports("stairclimber").as_uri())
    player = page.locator("leaps-player")
    total = int(player.locator(".scrub").get_attribute("max"))
    assert total > 1 and status(page).startswith(f"step 0 of {total:,}") and lit(page) == []
    player.get_by_role("button", name="One step forward").click()
    assert status(page).startswith("step 1 of") and len(lit(page)) == 1
    player.get_by_role("button", name="One step back").click()
    assert status(page).startswith("step 0 of")
    player.get_by_role("button", name="Last step").click()
    assert status(page).startswith(f"step {total:,} of {total:,}")
    player.get_by_role("button", name="First step").click()
    player.locator(".scrub").fill(str(total // 2))
    assert status(page).startswith(f"step {total // 2:,} of")
    player.get_by_label("Speed").select_option("4096")
    player.get_by_role("button", name="Play").click()
    expect(page.locator(".status")).to_contain_text(f"step {total:,} of", timeout=20_000)


def test_the_player_by_keyboard_alone(watch, reports):
    page = watch.open(reports("stairclimber").as_uri())
    page.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert status(page).startswith("step 1 of")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    assert status(page).startswith("step 0 of")
    speed = page.get_by_label("Speed").input_value()
    page.keyboard.press("+")
    assert float(page.get_by_label("Speed").input_value()) > float(speed)
    page.keyboard.press(" ")
    page.wait_for_selector("[data-do=play].playing, .status:text('step 2 of')")
    page.keyboard.press("ArrowLeft")
    assert page.locator("[data-do=play].playing").count() == 0


def test_another_episode_another_form_and_a_copy(watch, reports):
    page = watch.open(reports("stairclimber").as_uri())
    episodes = page.locator(".episodes option").all_inner_texts()
    assert any(text.startswith("100×100") for text in episodes)
    page.locator(".episodes").select_option(label=episodes[-1])
    expect(page.locator("canvas")).to_have_attribute("aria-label", re.compile("World of 100 by 100"))
    page.get_by_role("button", name="Python").click()
    assert page.locator(".code:visible").first.inner_text().startswith(" def run():")
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert Program.parse(page.evaluate("navigator.clipboard.readText()"))
    page.get_by_role("button", name="Tokens").click()
    assert "DEF run m(" in page.locator(".code:visible").first.inner_text()


def test_the_player_shows_what_was_recorded_at_every_step(watch, tmp_path):
    program = Program.parse(
        "DEF run m( REPEAT R=5 r( putMarker WHILE c( frontIsClear c) w( pickMarker move w) turnLeft putMarker r) m)"
    )
    judge = task("harvester")
    episode = play(program, judge.sample(1, 0)[0], Budget.primitives(200), task=judge)
    path = tmp_path / "page.html"
    path.write_bytes(_page(program, episode))
    page = watch.open(path.as_uri())
    expect(page.locator(".status")).to_contain_text("step 0")
    playback, names = Playback(episode), for_player(program)["names"]
    for at in [*range(len(episode.steps) + 1), *range(len(episode.steps), -1, -7)]:
        found = page.evaluate(
            """(at) => {
                const player = document.querySelector("leaps-player");
                player.scrub.value = at;
                player.scrub.dispatchEvent(new Event("input"));
                return {
                    cells: [...player.playback.cells], words: player.status.textContent,
                    agent: player.canvas.ariaLabel,
                    senses: [...player.querySelectorAll("[data-sense]")].map((each) => each.textContent),
                };
            }""",
            at,
        )
        playback.seek(at)
        assert found["cells"] == playback.cells.ravel().tolist()
        row, column, facing = playback.agent
        heading = ("north", "east", "south", "west")[facing]
        assert found["agent"].endswith(f"Karel at row {row + 1}, column {column + 1}, facing {heading}")
        senses = playback.last.senses if playback.last else episode.senses
        assert found["senses"] == ["yes" if senses >> i & 1 else "no" for i in range(5)]
        assert f"return {playback.total:.3f}" in found["words"]
        if playback.last:
            assert names[playback.last.node] in found["words"]


def _page(program: Program, episode) -> bytes:
    """A page with one player, of a template that stands for itself."""
    text = (
        '{% extends "base.html" %}{% import "parts.html" as parts with context %}'
        '{% block content %}{{ parts.player("p", program, recordings, programs) }}{% endblock %}'
    )
    template = environment().from_string(text)
    content = {"title": "t", "program": program, "programs": [for_player(program)]}
    return template.render(**content, recordings=[recording(episode, "one")]).encode()


def test_a_map_by_mouse_and_by_keyboard(watch, reports):
    page = watch.open(reports("leaps@v1").as_uri())
    shown = page.locator("program-map output")
    assert shown.inner_text() == "No program is chosen."
    page.locator("program-map circle").nth(3).dispatch_event("click")
    first = shown.inner_text()
    assert first.startswith("def run():")
    page.locator("program-map svg").focus()
    moves = []
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        moves.append(page.evaluate("document.querySelector('.chosen').getAttribute('cx')"))
    assert len(set(moves)) > 1


def test_names_that_hold_html_are_shown_not_run(watch, place, tmp_path):
    from leapscli.stages.report.report import report

    evil = "<img src=x onerror=alert(1)>"
    folder = tmp_path / f"{evil}"
    folder.mkdir()
    path = folder / "task.py"
    path.write_text(
        '"""A <script>alert(1)</script> task."""\nfrom leapscli import World\nSIZE = (4, 4)\n'
        "def draw(rng, height, width):\n    return World.parse('>...\\n....\\n....\\n....')\n"
        "def reward(action, changed, pos, ahead, cells, zone, memory):\n    return 1.0, True\n"
    )
    from leapscli import synthesize

    run = synthesize(path, "evolution", seed=0, workspace=tmp_path, iterations=2, states=2, validation=2, held_out=2)
    out = tmp_path / "page.html"
    out.write_bytes(report(place.__class__(tmp_path), [run.artifact]))
    page = watch.open(out.as_uri())
    assert page.locator("img").count() == 0 and "<script>alert(1)</script>" in page.locator("header").inner_text()
    assert evil in page.locator(".command").first.inner_text()


def test_a_page_of_a_sweep_has_published_numbers_and_a_player_for_each_program(watch, reports):
    page = watch.open(reports("maze-*").as_uri())
    rows = page.locator("main table").first.inner_text()
    assert "evolution" in rows and "hill-climbing" in rows and "LEAPS, table 3" in rows
    assert page.locator("figure .dashed").count() >= 2
    players = page.locator(".gallery leaps-player")
    assert players.count() == page.locator(".gallery article").count() > 0
    shown = [
        float(re.search(r"return (-?[\d.]+)", text)[1]) for text in page.locator(".gallery .faint").all_inner_texts()
    ]
    assert shown == sorted(shown)
    players.nth(0).get_by_role("button", name="One step forward").click()
    assert players.nth(0).locator(".status").inner_text().startswith("step 1 of")


def test_a_world_of_one_cell_and_an_episode_of_no_step(watch, tmp_path):
    program = Program.parse("DEF run m( REPEAT R=0 r( move r) m)")
    episode = play(program, World.parse(">"), Budget.calls())
    path = tmp_path / "page.html"
    path.write_bytes(_page(program, episode))
    page = watch.open(path.as_uri())
    page.get_by_role("button", name="Play").click()
    assert status(page) == "step 0 of 0 · finished"
