"""Pictures: walls, floor, markers and Karel where they are; frames repaint as if painted afresh; bounded films."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageSequence

from leapscli.domains.karel.canvas import Canvas, cell_size, world_image
from leapscli.domains.karel.colours import FLOOR, KAREL, MARKER, WALL
from leapscli.domains.karel.world import World, random_worlds
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.report.pictures.gif import MOST_FRAMES, _chosen, episode_gif
from leapscli.report.pictures.listing import Listing
from leapscli.report.pictures.png import Scene, episode_png, world_png
from leapscli.tasks.episode import Playback
from leapscli.tasks.play import play
from leapscli.tasks.registry import task

SWEEP = Program.parse(
    "DEF run m( REPEAT R=19 r( WHILE c( frontIsClear c) w( pickMarker move w) pickMarker turnLeft move turnLeft "
    "WHILE c( frontIsClear c) w( pickMarker move w) pickMarker turnRight move turnRight r) m)"
)


def episode(name: str = "harvester", limit: int = 10_000, **size: int):
    own = task(name, **size)
    return play(SWEEP, own.sample(1, 0)[0], Budget.primitives(limit), task=own)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("side", [8, 40, 100, 255])
def test_cells_show_what_they_hold(side):
    start = random_worlds(1, 2, height=side, width=side)[0]
    image, cell = world_image(start), cell_size(side, side)
    assert image.size == (side * cell + 1,) * 2 and max(image.size) <= 1300
    row, column, _ = start.agent
    near = np.abs(np.indices(start.walls.shape).T - (row, column)).max(-1).T * cell <= 4 * cell + 16
    for (r, c), wall in np.ndenumerate(start.walls):
        shown = image.getpixel((c * cell + cell // 2, r * cell + cell // 2))
        if (r, c) == (row, column):
            box = (c * cell, r * cell, (c + 1) * cell, (r + 1) * cell)
            assert KAREL in {colour for _, colour in image.crop(box).getcolors(10**6)}
        elif not near[r, c]:
            wanted = WALL if wall else MARKER if start.markers[r, c] else FLOOR
            assert max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) < 8


def test_counts_and_directions_look_different():
    walls = np.zeros((1, 2), bool)
    for cell in (12, 24, 48):
        pictures = {
            world_image(World(walls, [[count, 0]], (0, 1, facing)), cell).tobytes()
            for count in range(10)
            for facing in range(4)
        }
        assert len(pictures) == 40
        beneath = {world_image(World(walls, [[count, 0]], (0, 0, 1)), cell).tobytes() for count in range(10)}
        assert len(beneath) == (10 if cell >= 18 else 1)


@pytest.mark.parametrize("name", ["harvester", "onestroke", "doorkey", "snake"])
def test_a_repainted_canvas_is_as_good_as_new(name):
    playback = Playback(episode(name, limit=300))
    canvas = Canvas(8, 8, 24)
    for at in (0, 3, 40, 41, 90, 10, 0, 200):
        playback.seek(at)
        shown, fresh = (
            canvas.show(playback.cells, playback.agent),
            Canvas(8, 8, 24).show(playback.cells, playback.agent),
        )
        assert ImageChops.difference(shown, fresh).getbbox() is None


def test_png_files():
    picture = opened(episode_png(episode(), "python"))
    assert picture.format == "PNG" and picture.width > 2 * 8 * 48
    assert opened(world_png(random_worlds(1, 0)[0])).size == (8 * 48 + 1,) * 2


def test_a_film_has_a_frame_for_every_action_and_the_start():
    run = episode(limit=70)
    film = opened(episode_gif(run, "tokens", speed=10))
    frames = [frame.convert("RGB").copy() for frame in ImageSequence.Iterator(film)]
    assert film.format == "GIF" and len(frames) == film.n_frames == len(run.actions) + 1
    assert {frame.size for frame in frames} == {frames[0].size}
    film.seek(1)
    assert film.info["duration"] == 100 and film.info["loop"] == 0
    # The last frame shows the world as it was left, but for the rounding of colours to a palette.
    scene, playback = Scene(run, "tokens", 800), Playback(run)
    playback.seek(len(run.steps))
    wanted = scene.frame(playback, (len(run.actions), len(run.actions)))
    assert np.abs(np.asarray(wanted, int) - np.asarray(frames[-1], int)).mean() < 3


def test_long_films_are_thinned_out(monkeypatch):
    monkeypatch.setattr("leapscli.report.pictures.gif.MOST_FRAMES", 30)
    run = episode("fourcorners", limit=600)  # nothing to pick up: Karel turns in circles
    film = opened(episode_gif(run, "tokens"))
    assert film.n_frames <= 30 < len(run.actions) and max(film.size) < 1400


def test_frames_are_spread_evenly_and_hold_both_ends():
    assert _chosen(5) == [0, 1, 2, 3, 4] and _chosen(1) == [0]
    chosen = _chosen(10_001)
    assert len(chosen) == MOST_FRAMES and (chosen[0], chosen[-1]) == (0, 10_000)
    assert {b - a for a, b in itertools.pairwise(chosen)} <= {41, 42}


def test_a_film_of_nothing():
    still = play(Program.parse("DEF run m( REPEAT R=0 r( move r) m)"), random_worlds(1, 0)[0], Budget.calls(220))
    assert opened(episode_gif(still, "tokens")).n_frames == 1
    assert opened(episode_png(still, "tokens")).format == "PNG"


def test_a_long_program_scrolls_with_its_lit_line():
    lines = [f"    move  # {i}" for i in range(200)]
    listing = Listing(lines, 400)
    assert listing.height <= 400 and listing.draw(0).size == listing.draw(199).size == (listing.width, listing.height)
    assert listing.draw(100).tobytes() != listing.draw(150).tobytes()
