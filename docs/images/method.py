"""Draws docs/images/method.svg: learning a space of programs, and searching it. `python docs/images/method.py`."""

from __future__ import annotations

from pathlib import Path

INK, FAINT, PAPER, BLUE, ORANGE, GREEN = "#2b3440", "#6b7684", "#ffffff", "#1466b8", "#d9600f", "#228833"
WIDTH, HEIGHT = 960, 400


def box(x: float, y: float, width: float, height: float, title: str, lines: tuple[str, ...], colour: str = INK) -> str:
    """A rounded box with a title and lines of text."""
    texts = [
        f'<text x="{x + width / 2:g}" y="{y + 26:g}" class="t" fill="{colour}">{title}</text>',
        *(
            f'<text x="{x + width / 2:g}" y="{y + 48 + 19 * i:g}" class="s">{line}</text>'
            for i, line in enumerate(lines)
        ),
    ]
    rect = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="9" fill="{PAPER}" stroke="{colour}"/>'
    return rect + "".join(texts)


def arrow(*points: tuple[float, float], label: str = "", colour: str = FAINT, dashed: bool = False) -> str:
    """A line through points with a head at its end, and words above its middle."""
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    (x1, y1), (x2, y2) = points[0], points[-1]
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    text = f'<text x="{(x1 + x2) / 2:g}" y="{(y1 + y2) / 2 - 8:g}" class="s">{label}</text>' if label else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" marker-end="url(#head)"{dash}/>{text}'


def drawing() -> str:
    """The whole SVG."""
    style = (
        "<style>text{font-family:Helvetica,Arial,sans-serif;text-anchor:middle}.t{font-size:15px;font-weight:600}"
        f".s{{font-size:13px;fill:{INK}}}.h{{font-size:14px;font-weight:600;fill:{FAINT};text-anchor:start}}</style>"
    )
    head = (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{FAINT}"/></marker></defs>'
    )
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        '<text x="24" y="34" class="h">1  Learn a space of programs</text>',
        box(24, 52, 200, 96, "random programs", ("with demonstrations", "on random worlds")),
        arrow((224, 100), (276, 100)),
        box(278, 52, 150, 96, "encoder", ("GRU over tokens", "→ mean, deviation"), BLUE),
        arrow((428, 100), (480, 100)),
        f'<circle cx="510" cy="100" r="29" fill="{PAPER}" stroke="{BLUE}"/><text x="510" y="105" class="t">z</text>',
        arrow((539, 88), (590, 76)),
        arrow((539, 112), (590, 150)),
        box(592, 46, 168, 76, "decoder", ("grammar masks tokens",), BLUE),
        box(592, 134, 168, 76, "executor", ("π(action | z, state)",), BLUE),
        arrow((760, 84), (800, 84)),
        arrow((760, 172), (800, 172)),
        box(802, 46, 134, 76, "program", ("L_P, L_R",)),
        box(802, 134, 134, 76, "actions", ("L_L",)),
        f'<path d="M24 232H936" stroke="{FAINT}" stroke-width=".8" stroke-dasharray="3 5"/>',
        '<text x="24" y="262" class="h">2  Search it for reward</text>',
        box(24, 280, 200, 92, "vectors", ("a population, moved", "towards its best"), ORANGE),
        arrow((224, 326), (276, 326)),
        box(278, 280, 150, 92, "decoder", ("the same, fixed",), BLUE),
        arrow((428, 326), (480, 326)),
        box(482, 280, 150, 92, "programs", ("a few tokens each",), INK),
        arrow((632, 326), (684, 326)),
        box(686, 280, 150, 92, "engine", ("runs them on the", "task's states"), GREEN),
        arrow((836, 326), (900, 326), (900, 392), (124, 392), (124, 374), colour=ORANGE),
        '<text x="512" y="386" class="s">returns</text>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="Random programs train an autoencoder; a search moves vectors in its space towards reward">'
        f"{style}{head}{''.join(parts)}</svg>\n"
    )


if __name__ == "__main__":
    Path(__file__).with_suffix(".svg").write_text(drawing(), encoding="utf-8")
