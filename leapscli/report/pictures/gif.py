"""An episode as an animated GIF: the world beside the program, the line of each action lit up as it happens.

One frame an action. Of runs longer than MOST_FRAMES - 1 actions that many are taken, evenly spaced, the first and the
last among them; the number in the caption says which action is shown.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from leapscli.domains.karel.colours import FLOOR, GRID, KAREL, MARKER, WALL, WALL_EDGE
from leapscli.dsl.tree import Style
from leapscli.report.palette import INK, LIT, PAPER, SYNTAX
from leapscli.report.pictures.png import Scene
from leapscli.tasks.episode import Episode, Playback

MOST_FRAMES = 240
LARGEST = 800  # pixels a side of the world
SECONDS = 20.0  # that a film takes at most, unless told how fast to be
FASTEST, SLOWEST = 0.04, 0.25  # seconds a frame
REST = 1.5  # seconds that the last frame stays
EXACT = (PAPER, FLOOR, GRID, WALL, WALL_EDGE, MARKER, KAREL, INK, LIT, *SYNTAX.values())
COLOURS = 250  # of 256: what is left over marks the pixels that stay, which makes files small


def episode_gif(episode: Episode, style: Style, speed: float | None = None) -> bytes:
    """The film as the bytes of a GIF file; `speed` in actions a second."""
    stops = [i for i, step in enumerate(episode.steps, 1) if step.is_action]
    numbers = _chosen(len(stops) + 1)  # 0 is the start
    scene, playback = Scene(episode, style, LARGEST), Playback(episode)
    frames: list[Image.Image] = []
    palette: Image.Image | None = None
    for number in numbers:
        playback.seek(stops[number - 1] if number else 0)
        frame = scene.frame(playback, (number, len(stops)))
        palette = palette or _palette(frame, scene)
        frames.append(frame.quantize(palette=palette, dither=Image.Dither.NONE))
    pause = _pause(len(numbers), len(stops), speed)
    times = [round(1000 * pause)] * (len(frames) - 1) + [round(1000 * REST)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=True)
    return file.getvalue()


def _pause(frames: int, actions: int, speed: float | None) -> float:
    """Seconds a frame; players take none below 0.02."""
    if speed is None:
        return min(SLOWEST, max(FASTEST, SECONDS / frames))
    return max(0.02, actions / max(1, frames - 1) / speed)


def _chosen(count: int) -> list[int]:
    """At most MOST_FRAMES of `count` frames, evenly spaced, with the first and the last."""
    return [int(i) for i in np.unique(np.linspace(0, count - 1, min(count, MOST_FRAMES)).round())]


def _palette(frame: Image.Image, scene: Scene) -> Image.Image:
    """The colours of all frames: the main ones, exactly, and the shades of smoothed edges."""
    listing = scene.listing
    samples = [frame, listing.draw(0), listing.draw(len(listing.lines) - 1)]
    samples += scene.canvas.samples()
    sheet = Image.new("RGB", (max(image.width for image in samples), sum(image.height for image in samples)), PAPER)
    y = 0
    for image in samples:
        sheet.paste(image, (0, y))
        y += image.height
    shades = sheet.quantize(COLOURS - len(EXACT), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in EXACT for part in colour] + shades[: 3 * (COLOURS - len(EXACT))])
    return palette
