"""Whole pictures: a program beside its world before and after (PNG), or beside its world as it runs (GIF)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw

from leapscli.domains.karel.canvas import cell_size
from leapscli.domains.karel.colours import Colour
from leapscli.domains.karel.sprites import font
from leapscli.dsl.printer import layout
from leapscli.dsl.tree import Style
from leapscli.report.palette import FAINT, INK, PAPER
from leapscli.report.pictures.listing import GAP, Listing
from leapscli.tasks.episode import Episode, Playback

TITLE = 14  # pixels of the font of titles and captions
CAPTION = TITLE + 14  # height of a line of them
LEAST = 640  # pixels in height that a program gets beside a smaller world

Cell = tuple[str, Colour]


def beside(images: Sequence[Image.Image], titles: Sequence[str]) -> Image.Image:
    """Images in a row, each under its title, on paper."""
    width = sum(image.width for image in images) + GAP * (len(images) + 1)
    height = max(image.height for image in images) + 2 * GAP + CAPTION
    sheet = Image.new("RGB", (width, height), PAPER)
    pen, x = ImageDraw.Draw(sheet), GAP
    for image, title in zip(images, titles, strict=True):
        pen.text((x, GAP), title, FAINT, font(TITLE))
        sheet.paste(image, (x, GAP + CAPTION))
        x += image.width + GAP
    return sheet


def world_png(world: Any) -> bytes:
    """One world as a PNG file."""
    cell = cell_size(world.height, world.width)
    return png(world.canvas(cell).show(world.cells, world.agent))


def episode_png(episode: Episode, style: Style) -> bytes:
    """The program, and the world before and after it ran, as a PNG file."""
    cell = cell_size(episode.before.height, episode.before.width)
    worlds = [world.canvas(cell).show(world.cells, world.agent) for world in (episode.before, episode.after)]
    listing = Listing(layout(episode.program, style)[0], max(LEAST, worlds[0].height))
    return png(beside([listing.draw(), *worlds], ["program", "before", f"after: {outcome(episode)}"]))


def outcome(episode: Episode) -> str:
    """`57 actions, task over, return 1.00`."""
    count = len(episode.actions)
    words = [f"{count:,} action{'s' * (count != 1)}", episode.end]
    return ", ".join(words if episode.total is None else [*words, f"return {episode.total:.2f}"])


def png(image: Image.Image) -> bytes:
    """A PNG file's bytes."""
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


class Scene:
    """A canvas that shows an episode frame by frame: the program's lines, the world, and a caption below it."""

    def __init__(self, episode: Episode, style: Style, largest: int) -> None:
        height, width = episode.before.height, episode.before.width
        lines, self.line_of = layout(episode.program, style)
        self.canvas = episode.before.canvas(max(3, min(cell_size(height, width), largest // max(height, width))))
        world = self.canvas.image
        self.listing = Listing(lines, max(LEAST, world.height))
        self.world_at = (self.listing.width + 2 * GAP, GAP)
        self.caption_at = (self.world_at[0], GAP + world.height + 10)
        self.size = (
            self.world_at[0] + max(world.width, 260) + GAP,
            max(self.caption_at[1] + 2 * CAPTION, self.listing.height + 2 * GAP),
        )

    def frame(self, playback: Playback, numbers: tuple[int, int]) -> Image.Image:
        """The state that `playback` is wound to; `numbers`: actions so far, and in all."""
        step, sheet = playback.last, Image.new("RGB", self.size, PAPER)
        sheet.paste(self.listing.draw(self.line_of[step.node] if step else None), (GAP, GAP))
        sheet.paste(self.canvas.show(playback.cells, playback.agent), self.world_at)
        pen, (x, y) = ImageDraw.Draw(sheet), self.caption_at
        pen.text((x, y), f"{numbers[0]} / {numbers[1]}", FAINT, font(TITLE))
        done = "start" if step is None else step.name if step.changed else f"{step.name} (no effect)"
        pen.text((x + 100, y), done, INK, font(TITLE))
        if playback.total is not None:
            pen.text((x, y + CAPTION), "return", FAINT, font(TITLE))
            pen.text((x + 100, y + CAPTION), f"{playback.total:.3f}", INK, font(TITLE))
        return sheet
