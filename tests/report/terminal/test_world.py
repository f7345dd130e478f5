"""Worlds in the terminal: every cell at the right place, at every scale, in the room there is."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from leapscli.domains.karel.world import World, random_worlds
from leapscli.report.terminal.console import emit, has_colours
from leapscli.report.terminal.world import (
    KAREL_ARROWS,
    TALL,
    Size,
    before_and_after,
    draw_world,
    rank,
    scale_for,
)

# Upper left, upper right, lower left, lower right of the block characters.
QUADRANTS = dict(zip(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█", range(16), strict=True))


def world(height: int, width: int, seed: int = 1) -> World:
    plain = random_worlds(1, seed, height=height, width=width, marker=0.2)[0]
    counts = np.random.default_rng(seed).integers(1, 10, plain.markers.shape)
    return World(plain.walls, plain.markers * counts, plain.agent)


def terminal(width: int, height: int = 50, **more) -> Console:
    return Console(
        file=io.StringIO(), width=width, height=height, force_terminal=True, color_system="truecolor", **more
    )


def test_wide_and_narrow_show_every_cell():
    start = world(9, 14)
    for room, step in ((Size(60, 28), 2), (Size(60, 14), 1)):
        lines = draw_world(start, room).plain.split("\n")
        assert [len(line) for line in lines] == [14 * step] * 9
        for (r, c), count in np.ndenumerate(start.markers):
            shown = lines[r][c * step : (c + 1) * step]
            if (r, c) == start.agent[:2]:
                assert shown[0] == KAREL_ARROWS[start.agent[2]]
            elif start.walls[r, c]:
                assert shown == "█" * step
            elif count == 0:
                assert shown.strip() == "·"
            else:
                assert shown.strip("◆ ") == (str(count) if count > 1 else "") and (count > 1 or "◆" in shown)


@pytest.mark.parametrize(("height", "width"), [(100, 100), (41, 70), (7, 70)])
def test_half_and_quarter_show_what_is_not_floor(height, width):
    start = world(height, width)
    full = start.walls | (start.markers > 0)
    for room in (Size(60, width), Size(60, (width + 1) // 2)):
        scale = scale_for(height, width, room)
        if scale not in ("half", "quarter"):
            continue
        text = draw_world(start, room)
        lines, step = text.plain.split("\n"), 2 if scale == "quarter" else 1
        assert len(lines) == -(-height // 2) and {len(line) for line in lines} == {-(-width // step)}
        for r, line in enumerate(lines):
            for c, char in enumerate(line):
                block = full[2 * r : 2 * r + 2, step * c : step * (c + 1)]
                if char in KAREL_ARROWS:
                    assert (start.agent[0] // 2, start.agent[1] // step) == (r, c)
                else:
                    assert (QUADRANTS[char] > 0) == bool(block.any())


def test_scales_by_legibility():
    assert scale_for(8, 8, Size(24, 80)) == "wide"
    assert scale_for(14, 50, Size(24, 80)) == "narrow"
    assert scale_for(TALL + 1, 50, Size(60, 80)) == "half"
    assert scale_for(100, 100, Size(60, 80)) == "quarter"
    assert scale_for(100, 100, Size(24, 80)) is None
    assert [rank(scale) for scale in ("wide", "narrow", "half", "quarter", None)] == [0, 1, 2, 3, 4]


def test_what_does_not_fit_is_cut_to_the_part_around_karel():
    start = world(100, 100)
    for agent in ((1, 1, 0), (50, 50, 1), (98, 98, 2)):
        walls, markers = start.walls.copy(), start.markers.copy()
        walls[agent[:2]], markers[agent[:2]] = False, 0
        lines = draw_world(World(walls, markers, agent), Size(20, 60)).plain.split("\n")
        assert len(lines) == 20 and max(map(len, lines)) == 60
        assert sum(line.count(KAREL_ARROWS[agent[2]]) for line in lines) == 1
        assert "of 100×100" in lines[-1]


def test_without_colours_the_text_form_is_shown():
    start = world(8, 8)
    assert World.parse(draw_world(start, Size(9, 9), colours=False).plain) == start
    assert has_colours(terminal(80)) and not has_colours(terminal(80, no_color=True))
    assert not has_colours(Console(file=io.StringIO()))


@pytest.mark.parametrize("size", [(8, 8), (14, 22), (40, 70), (100, 100), (255, 255)])
@pytest.mark.parametrize("width", [60, 80, 200])
def test_both_worlds_fit_the_terminal(size, width):
    console = terminal(width)
    emit(console, before_and_after(world(*size), world(*size, seed=2), console))
    plain = Console(file=io.StringIO(), width=width)
    emit(plain, before_and_after(world(*size), world(*size, seed=2), plain))
    assert plain.file.getvalue().isprintable() or "\x1b" not in plain.file.getvalue()
    assert {"before", "after"} <= set(plain.file.getvalue().split())
    rows = [line for line in plain.file.getvalue().splitlines() if line.startswith("#")]
    assert all(len(line) >= size[1] for line in rows)
    from rich.text import Text

    for line in console.file.getvalue().splitlines():
        assert Text.from_ansi(line).cell_len <= width


def test_without_colours_a_world_that_does_not_fit_is_cut_to_the_part_around_karel():
    start = world(100, 100)
    lines = draw_world(start, Size(10, 30), colours=False).plain.split("\n")
    assert len(lines) == 10 and all(len(line) == 30 for line in lines[:-1])
    assert any(arrow in line for line in lines[:-1] for arrow in "^>v<") and lines[-1].startswith("rows ")
    assert draw_world(start, Size(200, 200), colours=False).plain == str(start)


def test_a_file_gets_a_world_whole_however_large():
    start = world(100, 100)
    out = io.StringIO()
    emit(Console(file=out, width=80), before_and_after(start, start, Console(file=out, width=80)))
    assert str(start).splitlines()[50] in out.getvalue()
