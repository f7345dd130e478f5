"""Line charts inside a page: SVG in the page's own colours, drawn here since matplotlib takes seconds to load."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import ArrayLike, NDArray

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 26, 12, 48
TICKS = 5  # about so many on an axis
SERIES = 8  # colours

Scale = Callable[[Any], Any]
Column = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Series:
    """A line through (x, y), with a band between `low` and `high` where those are known."""

    name: str
    x: ArrayLike
    y: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    dashed: bool = False


def line_chart(
    series: Sequence[Series], *, x_label: str, y_label: str, caption: str, log_x: bool = False, log_y: bool = False
) -> dict[str, Any]:
    """The drawing, its caption, and its legend as (name, number of colour, dashed), as templates take them."""
    points = [(each, _finite(each, log_x, log_y)) for each in series]
    drawn = [(each, columns) for each, columns in points if len(columns[0])]
    xs = np.concatenate([columns[0] for _, columns in drawn] or [np.array([1.0])])
    ys = np.concatenate([column for _, columns in drawn for column in columns[1:]] or [np.array([0.0, 1.0])])
    x_ticks, to_x = _axis(float(xs.min()), float(xs.max()), log_x, LEFT, WIDTH - RIGHT)
    y_ticks, to_y = _axis(float(ys.min()), float(ys.max()), log_y, HEIGHT - BOTTOM, TOP)
    parts = [_grid(x_ticks, y_ticks, to_x, to_y), _titles(x_label, y_label)]
    for number, (each, (x, y, low, high)) in enumerate(drawn):
        colour = number % SERIES
        if each.low is not None:
            outline = _points(np.concatenate([to_x(x), to_x(x[::-1])]), np.concatenate([to_y(high), to_y(low[::-1])]))
            parts.append(f'<polygon class="band series-{colour}" points="{outline}"/>')
        dashed = " dashed" if each.dashed else ""
        line = f'<polyline class="line series-{colour}{dashed}" points="{_points(to_x(x), to_y(y))}">'
        parts.append(f"{line}<title>{escape(each.name)}</title></polyline>")
        if len(x) == 1:
            parts.append(f'<circle class="dot series-{colour}" cx="{to_x(x[0]):.1f}" cy="{to_y(y[0]):.1f}" r="3"/>')
    opening = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(caption)}" class="chart">'
    legend = [(each.name, number % SERIES, each.dashed) for number, (each, _) in enumerate(drawn)]
    return {"svg": Markup(f"{opening}{''.join(parts)}</svg>"), "caption": caption, "legend": legend}


def _finite(series: Series, log_x: bool, log_y: bool) -> tuple[Column, Column, Column, Column]:
    """x, y, low and high of the points that can be drawn."""
    x, y = np.asarray(series.x, float), np.asarray(series.y, float)
    low, high = (y if part is None else np.asarray(part, float) for part in (series.low, series.high))
    fine = np.isfinite(x) & np.isfinite(y) & ((x > 0) | (not log_x)) & ((low > 0) | (not log_y))
    return x[fine], y[fine], low[fine], high[fine]


def _axis(low: float, high: float, log: bool, start: int, end: int) -> tuple[list[float], Scale]:
    """The ticks of an axis, and the scale from its values to the drawing's units."""
    if log:
        high = max(high, low * 1.5)
        scale = _linear(math.log10(low), math.log10(high), start, end)
        return log_ticks(low, high), lambda value: scale(np.log10(value))
    if low == high:
        low, high = low - 0.5, high + 0.5
    ticks = linear_ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    return ticks, _linear(low, high, start, end)


def _linear(low: float, high: float, start: int, end: int) -> Scale:
    return lambda value: start + (value - low) / (high - low) * (end - start)


def linear_ticks(low: float, high: float) -> list[float]:
    """Round values between, and at most one step outside of, these: steps of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between these, with twice and five times them where few, or evenly spaced values."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5)):
        ticks = [factor * 10.0**power for power in powers for factor in factors]
        inside = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if len(inside) >= 3:
            return inside[:: -(-len(inside) // 7)]
    return [tick for tick in linear_ticks(low, high) if low <= tick <= high]


def tick_text(value: float) -> str:
    """`0.25`, `12,000`, `3M`."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


def _grid(x_ticks: Sequence[float], y_ticks: Sequence[float], to_x: Scale, to_y: Scale) -> str:
    parts = []
    for tick in y_ticks:
        y = to_y(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4.5:.1f}" text-anchor="end">{tick_text(tick)}</text>')
    for tick in x_ticks:
        x = to_x(tick)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick_text(tick)}</text>')
    return "".join(parts)


def _titles(x_label: str, y_label: str) -> str:
    middle, height = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    return (
        f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>'
        f'<text transform="translate(14 {height:.0f}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>'
    )


def _points(x: Column, y: Column) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
