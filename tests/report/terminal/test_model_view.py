"""What is shown of a model fits 80 columns, whole; its pictures are drawn from whatever there is."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.report.plots import plot_programs, plot_training
from leapscli.report.terminal.model_view import show_line, show_neighbourhood, show_quality
from leapscli.results.walks import Line, Neighbour, Neighbourhood, Stop
from leapscli.stages.model.evaluate import evaluate, prepare
from tests.stages.models import workspace

ONE, OTHER = Program.parse("DEF run m( move m)"), Program.parse(f"DEF run m( {'turnLeft ' * 30} m)")


def screen(**settings: Any) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=80, highlight=False, **settings), out


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace(tmp_path_factory.mktemp("view"))


@pytest.mark.parametrize("terminal", [False, True])
def test_an_evaluation_fits_80_columns(place: Workspace, terminal: bool) -> None:
    artifact = evaluate(prepare(place, None, None, 40, 0))
    console, out = screen(force_terminal=terminal, no_color=True)
    show_quality(console, json.loads(artifact.file("evaluation.json").read_text()))
    lines = out.getvalue().splitlines()
    plain = [line.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") for line in lines]
    assert max(map(len, plain)) <= 80 and not any("…" in line for line in plain)
    text = "\n".join(plain)
    for part in ("30 or more", "active", "within 10,000 primitives", "like the end", "from point to point", "0.05"):
        assert part in text


def test_a_line_shows_ends_stops_and_how_alike_they_are(place: Workspace) -> None:
    stops = (Stop(0, 0.25, OTHER, 0.5, 0.125), Stop(0.5, 1, OTHER, 0, 1))
    console, out = screen()
    show_line(console, Line(place.resolve("leaps", "model"), ONE, OTHER, stops, 0.125), None)
    text = out.getvalue()
    assert "start  (its own encoding decodes to another program)" in text and "end\n" in text
    assert "0 … 0.25      ████···· 0.50 like the start   █······· 0.12 like the end" in text
    assert max(map(len, text.splitlines())) <= 80
    console, out = screen()
    show_line(console, Line(place.resolve("leaps", "model"), ONE, OTHER, stops, 0.125), "python")
    assert "        turnLeft()\n" in out.getvalue()


def test_neighbours_show_their_share(place: Workspace) -> None:
    near = (Neighbour(ONE, 0.75, 1), Neighbour(OTHER, 0.25, 0))
    console, out = screen()
    show_neighbourhood(console, Neighbourhood(place.resolve("leaps", "model"), ONE, OTHER, 0.5, 8, 2, 0.75, near), None)
    text = out.getvalue()
    assert "its encoding decodes to" in text and "2 programs among 8 samples at σ = 0.5" in text
    assert "75.0%   ████████ 1.00 alike  the program itself" in text


@pytest.mark.filterwarnings("error")
def test_training_is_drawn_from_whatever_was_logged(tmp_path: Path) -> None:
    full = {"loss": 0.5, "kl": 0.3, "reconstruction": 0.5, "reconstruction_long": 0.1, "token_accuracy": 0.9}
    many = [{"programs": 256 * i, "train": full, "validation": full | {"loss": 1 / i}} for i in range(1, 40)]
    bare = [{"programs": 1, "train": {}, "validation": {"loss": 0.5, "reconstruction_long": None}}]
    for i, records in enumerate((many, bare)):
        (tmp_path / f"{i}.png").write_bytes(plot_training(records, "training"))
        assert pixels(tmp_path / f"{i}.png").shape == (960, 1440, 3)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("count", [2, 60])
def test_programs_are_drawn_however_few_and_alike(tmp_path: Path, count: int) -> None:
    rng = np.random.default_rng(0)
    places, actions = rng.standard_normal((count, 2)), rng.random((count, 5))
    if count == 60:
        actions[:] = 0  # programs that do nothing
    path = tmp_path / "programs.png"
    path.write_bytes(plot_programs(places, np.array([0.3, 0.1]), rng.integers(5, 45, count), actions, "programs"))
    picture = pixels(path)
    assert picture.shape == (1110, 2160, 3) and len(np.unique(picture @ [65536, 256, 1])) > 50


def test_settings_of_matplotlib_that_lie_around_change_nothing() -> None:
    records = [{"programs": i, "train": {"loss": 0.5}, "validation": {"loss": 1 / i}} for i in (1, 2)]
    plain = plot_training(records, "training")
    with matplotlib.rc_context({"text.usetex": True, "axes.grid": True, "lines.linestyle": ":"}):
        assert plot_training(records, "training") == plain
        assert matplotlib.rcParams["text.usetex"]
