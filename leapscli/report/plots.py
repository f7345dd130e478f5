"""A model in two pictures: how its training went, and how its programs lie in the latent space. Needs matplotlib."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.colours import Colour
from leapscli.dsl.published import ACTIONS
from leapscli.report.palette import FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Record = Mapping[str, Any]
Points = NDArray[np.float64]
DPI = 150
FEW = 3  # programs: what fewer have in common is chance
ACTION_COLOURS = ("#4477aa", "#66ccee", "#228833", "#ee6677", "#aa3377")  # Tol's bright scheme, told apart by all eyes
TRAIN, VALIDATION, LONG = "#9aa4b2", "#1466b8", "#d9600f"
# Panels of the training figure: title, (label, keys into a record, colour) for each curve.
PANELS: Sequence[tuple[str, Sequence[tuple[str, tuple[str, str], str]]]] = (
    ("loss", (("train", ("train", "loss"), TRAIN), ("validation", ("validation", "loss"), VALIDATION))),
    (
        "share of programs reconstructed",
        (
            ("all", ("validation", "reconstruction"), VALIDATION),
            ("30 tokens or more", ("validation", "reconstruction_long"), LONG),
        ),
    ),
    (
        "accuracy, teacher forcing",
        (
            ("tokens of programs", ("validation", "token_accuracy"), VALIDATION),
            ("actions of the executor", ("validation", "action_accuracy"), LONG),
        ),
    ),
    (
        "KL, nats a dimension",
        (("train", ("train", "kl"), TRAIN), ("validation", ("validation", "kl"), VALIDATION)),
    ),
)


@contextmanager
def own_style() -> Iterator[None]:
    """Matplotlib as it comes: a `matplotlibrc` in the current folder restyles nothing, and starts no LaTeX."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield


@own_style()
def plot_training(records: Sequence[Record], title: str) -> bytes:
    """The curves of the records of metrics.jsonl over the programs seen: a PNG file."""
    figure = _figure(9.6, 6.4, title)
    for axes, (name, curves) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        axes.set_title(name, fontsize=10, loc="left", color=_hex(INK))
        drawn = [_curve(axes, records, keys, label, colour) for label, keys, colour in curves]
        axes.set_xlabel("programs seen", fontsize=8, color=_hex(FAINT))
        axes.xaxis.set_major_formatter(_short)
        if name == "loss":
            axes.set_yscale("log")
            _plain_log(axes)
        elif "share" in name or "accuracy" in name:
            axes.set_ylim(top=1)
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        else:
            axes.set_ylim(bottom=0)
        if any(drawn):
            axes.legend(fontsize=8, frameon=False)
    return _png(figure)


def _curve(axes: Axes, records: Sequence[Record], keys: tuple[str, str], label: str, colour: str) -> bool:
    """Draw one curve, if the records have it."""
    part, name = keys
    points = [(r["programs"], r[part][name]) for r in records if r.get(part, {}).get(name) is not None]
    if points:
        axes.plot(*zip(*points, strict=True), color=colour, label=label, linewidth=1.6,
                  marker="o" if len(points) < 15 else None, markersize=3.5)  # fmt: skip
    return bool(points)


@own_style()
def plot_programs(places: Points, explained: Points, lengths: NDArray[Any], actions: Points, title: str) -> bytes:
    """Programs [P] at `places` [P, 2], the first principal components, coloured by what they are and do: a PNG file.

    `explained` [2] is each component's share of the variance, `lengths` [P] are in tokens, `actions` [P, 5] how often
    each action is taken in a run. The first panel has a dot a program, in the colour of what it does most; the others
    have means over the programs of a cell.
    """
    figure = _figure(14.4, 7.4, title)
    grid = figure.subplots(2, 4, sharex=True, sharey=True)
    total = actions.sum(1)
    shares = actions / np.maximum(total, 1e-9)[:, None]
    _dots(grid[0, 0], places, shares)
    _cells(grid[0, 1], places, lengths, "tokens", "{:.0f}")
    _cells(grid[0, 2], places, total, "actions in a run", "{:.0f}")
    for axes, action, values in zip(grid.flat[3:], ACTIONS, shares.T, strict=True):
        _cells(axes, places, values, f"share of {action}", "{:.0%}")
    for axes in grid[1]:
        axes.set_xlabel(f"1st component, {explained[0]:.1%} of the variance", fontsize=8, color=_hex(FAINT))
    for axes in grid[:, 0]:
        axes.set_ylabel(f"2nd component, {explained[1]:.1%}", fontsize=8, color=_hex(FAINT))
    return _png(figure)


def _dots(axes: Axes, places: Points, shares: Points) -> None:
    """A dot a program, in the colour of the action that it takes most."""
    most = shares.argmax(1)
    size = float(np.clip(16_000 / max(len(places), 1), 4, 24))
    order = np.random.default_rng(0).permutation(len(places))  # no action is always on top
    colours = np.array(ACTION_COLOURS)
    x, y = places[order].T
    axes.scatter(x, y, size, colours[most[order]], linewidths=0, alpha=0.8)
    for i, action in enumerate(ACTIONS):
        axes.scatter([], [], 24, colours[i], label=f"{action} {(most == i).mean():.0%}")
    low, high = float(y.min()), float(y.max())
    axes.set_ylim(low - 0.04 * (high - low), high + 0.18 * (high - low))  # room for the legend
    axes.set_title("what programs do most", fontsize=10, loc="left", color=_hex(INK))
    axes.legend(fontsize=7, frameon=False, ncols=3, loc="upper left", handletextpad=0.1, columnspacing=0.6,
                borderaxespad=0.1)  # fmt: skip


def _cells(axes: Axes, places: Points, values: Points, name: str, pattern: str) -> None:
    """The mean of `values` in hexagons that hold a few programs, with a scale for it."""
    across = int(np.clip(np.sqrt(len(places)) / 2.5, 6, 32))
    axes.set_title(name, fontsize=10, loc="left", color=_hex(INK))
    x, y = places.T
    cells = axes.hexbin(x, y, values, gridsize=across, mincnt=FEW, cmap="YlGnBu", linewidths=0.2)
    means = np.asarray(cells.get_array())
    if len(means):
        low, high = np.quantile(means, (0.02, 0.98))
        cells.set_clim(float(low), float(high) if high > low else float(low) + 1)
    bar = axes.figure.colorbar(cells, ax=axes, fraction=0.05, pad=0.02, format=lambda value, _: pattern.format(value))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=7, colors=_hex(FAINT), length=0)


def _figure(width: float, height: float, title: str) -> Figure:
    """An empty figure with a title, for Agg: no window system is asked for."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=12, color=_hex(INK), x=0.01, ha="left")
    return figure


def _png(figure: Figure) -> bytes:
    for axes in figure.axes:
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(_hex(FAINT))
        axes.tick_params(labelsize=8, colors=_hex(FAINT), which="both")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def _plain_log(axes: Axes) -> None:
    """0.2 rather than 2×10⁻¹ along a logarithmic axis."""
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(lambda value, _: f"{value:.1g}")


def _short(value: float, _: int) -> str:
    """A number of programs: 500k, 1.5M."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
