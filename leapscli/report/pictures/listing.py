"""Programs as images (pillow): their lines, one of them lit."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from leapscli.domains.karel.sprites import font
from leapscli.report.palette import INK, LIT, LIT_EDGE, PAPER, SYNTAX
from leapscli.report.terminal.programs import around, parts

KEPT = 40  # images of a program with one line lit
GAP = 24  # pixels between the parts of a picture, and around them


class Listing:
    """A program's lines as an image of fixed size, one of them lit up; long programs scroll with the lit line."""

    def __init__(self, lines: Sequence[str], room: int, size: int = 16) -> None:
        self.lines, self.size, self.step = lines, size, round(size * 1.45)
        self._drawn: dict[int | None, Image.Image] = {}
        self.shown = max(1, min(len(lines), room // self.step))
        widest = max(self._indent(line) + font(size).getlength(line.strip()) for line in lines)
        self.width, self.height = round(widest) + size, self.shown * self.step

    def _indent(self, line: str) -> float:
        return (len(line) - len(line.lstrip())) * self.size * 0.36 + self.size * 0.6

    def draw(self, lit: int | None = None) -> Image.Image:
        """The lines, that with index `lit` on a coloured bar. Films ask for few of them, and again and again."""
        if lit not in self._drawn:
            if len(self._drawn) == KEPT:
                self._drawn.clear()
            self._drawn[lit] = self._draw(lit)
        return self._drawn[lit]

    def _draw(self, lit: int | None) -> Image.Image:
        image = Image.new("RGB", (self.width, self.height), PAPER)
        pen = ImageDraw.Draw(image)
        first, lines = around(self.lines, lit or 0, self.shown)
        for i, line in enumerate(lines):
            x, y = self._indent(line), i * self.step
            if first + i == lit:
                pen.rounded_rectangle((0, y, self.width - 1, y + self.step - 1), 4, LIT)
                pen.rectangle((0, y + 2, 3, y + self.step - 3), LIT_EDGE)
            for text, kind in parts(line.strip()):
                pen.text((x, y + self.step / 2), text, SYNTAX.get(kind, INK), font(self.size), anchor="lm")
                x += font(self.size).getlength(text)
        return image
