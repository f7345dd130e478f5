"""A model on the screen: how good it is, what lies between two programs, and what lies around one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from leapscli.dsl.printer import layout
from leapscli.dsl.program import Program
from leapscli.dsl.tree import Style
from leapscli.report.terminal.console import emit
from leapscli.report.terminal.outcome import facts, table
from leapscli.report.terminal.programs import highlight
from leapscli.report.terminal.tables import Rows

if TYPE_CHECKING:
    from leapscli.results.walks import Line, Neighbourhood

Record = Mapping[str, Any]
INDENT = 4


def show_quality(console: Console, found: Record) -> None:
    """Print an evaluation, as evaluation.json holds it."""
    emit(
        console,
        facts(_circumstances(found)),
        _title("Reconstruction: encoded to the mean, decoded greedily"),
        _reconstruction(found["reconstruction"]),
        _title("Latent space"),
        facts(_latent(found["latent"])),
        _title("Held-out programs, what samples of N(0, I) and points on lines decode to"),
        _populations(found),
        _title("On straight lines between encodings of held-out programs"),
        _similarities(found["lines"]),
        facts(_steps(found["lines"])),
        _title("Locality: what z + σ·ε decodes to"),
        _locality(found["locality"]),
    )  # fmt: skip


def show_comparison(console: Console, records: Sequence[Record]) -> None:
    """Print models beside one another: a line each."""
    lengths = [name for name in records[0] if name.startswith("exact_")]
    ranges = [name.removeprefix("exact_").replace("_", " ") for name in lengths]
    titles = ["model", "all", *ranges, "refined", "decoded/s"]
    shares = ("exact", *lengths, "refined")
    rows = [
        (each["model"], *(_share(each.get(name)) for name in shares), f"{each['decoded_per_second']:,.0f}")
        for each in records
    ]
    emit(
        console,
        f"{records[0]['programs']:,} random programs given back exactly, by their tokens",
        table(titles, rows),
        "refined: of all, after gradient steps (`leaps docs models`)",
    )


def _circumstances(found: Record) -> Iterable[tuple[str, str]]:
    left_out = found.get("left_out")
    other = f", without {left_out:,} that it may have learnt from" if left_out else ", which it was not trained on"
    own = "" if found["own_dataset"] else other
    yield "model", f"{found['model']}, {found['weights']:,} weights"
    yield "programs", f"{found['programs']:,} of the test split of {found['dataset']}{own}"
    yield "worlds", f"{found['worlds']} random ones of {found['height']}×{found['width']}, seed {found['seed']}"


def _reconstruction(found: Record) -> Rows:
    rows = [
        (name, f"{row['programs']:,}", _share(row["exact"], row["standard_error"]), _share(row.get("refined")),
         _share(row["traces_equal"]), _share(row["token_accuracy"]))
        for name, row in found.items()
    ]  # fmt: skip
    return _columns(("tokens", "programs", "reconstructed", "refined", "traces equal", "tokens right"), rows)


def _latent(found: Record) -> Iterable[tuple[str, str]]:
    kl = sorted(found["kl_by_dimension"])
    yield "dimensions", f"{found['dimensions']}, {found['active']} of them active (KL above 0.01 nats)"
    yield "KL", f"{found['kl']:.3f} nats a dimension ({kl[0]:.3f} to {kl[-1]:.3f}), {found['kl_total']:.1f} in all"


def _populations(found: Record) -> Rows:
    """Measures in rows, the three sets of programs in columns."""
    sets = (found["held_out"], found["prior"], found["lines"]["decoded"])
    calls, primitives = ([row["runs_end"][budget] for row in sets] for budget in ("calls:220", "primitives:10000"))
    rows = {
        "valid programs": [row["valid"] for row in sets],
        "distinct ones": [row["distinct"] for row in sets],
        "runs that end within 220 calls": calls,
        "runs that end within 10,000 primitives": primitives,
        "programs that end on some of the worlds": [row["end_somewhere"] for row in sets],
        "programs that end on all of the worlds": [row["end_everywhere"] for row in sets],
    }
    return _columns(("", "held-out", "N(0, I)", "on lines"), [(k, *map(_share, v)) for k, v in rows.items()])


def _similarities(found: Record) -> Rows:
    """The similarity of the points' behaviour to that of the ends, point by point."""
    last = found["points"] - 1
    titles = ["at", *(f"{i / last:.3g}".removeprefix("0") or "0" for i in range(found["points"]))]
    rows = {"like the start": found["to_start"], "like the end": found["to_end"]}
    return _columns(titles, [(name, *(f"{value:.2f}" for value in values)) for name, values in rows.items()])


def _steps(found: Record) -> Iterable[tuple[str, str]]:
    yield (
        "from point to point",
        f"{found['neighbours']:.3f} alike; at the largest step of a line {found['largest_step']:.3f}",
    )
    yield (
        "programs on a line",
        f"{found['programs_per_line']:.1f} at {found['points']} points; {found['lines']:,} lines",
    )


def _locality(found: Record) -> Rows:
    titles = ("σ", "same program,\nencodings", "behaves alike", "same program,\nN(0, I)", "behaves alike")
    rows = [
        (f"{near['sigma']:g}", _share(near["same"]), f"{near['similarity']:.2f}",
         _share(far["same"]), f"{far['similarity']:.2f}")
        for near, far in zip(found["encodings"], found["prior"], strict=True)
    ]  # fmt: skip
    return _columns(titles, rows)


def show_line(console: Console, line: Line, style: Style | None) -> None:
    """Print the programs between two; laid out in `style`, else each on as few lines as it needs."""
    for name, program, back in zip(("start", "end"), (line.start, line.end), line.reconstructed, strict=True):
        note = Text("" if back else "  (its own encoding decodes to another program)", "yellow")
        emit(console, Text.assemble((name, "bold"), note), _program(program, style))
    emit(console, Text(f"start and end behave {line.similarity:.2f} alike\n", "dim"))
    for stop in line.stops:
        where = f"{stop.first:.3g}" + (f" … {stop.last:.3g}" if stop.last > stop.first else "")
        head = Text.assemble((f"{where:<14}", "bold"), _meter(stop.as_start, "like the start"), "   ",
                             _meter(stop.as_end, "like the end"))  # fmt: skip
        emit(console, head, _program(stop.program, style))


def show_neighbourhood(console: Console, found: Neighbourhood, style: Style | None) -> None:
    """Print the programs around one, the commonest first."""
    emit(console, _program(found.program, style))
    if found.decoded != found.program:
        emit(console, Text("its encoding decodes to", "yellow"), _program(found.decoded, style))
    among = f"{found.distinct:,} programs among {found.samples:,} samples at σ = {found.sigma:g}"
    emit(console, Text(f"{among}; on average they behave {found.similarity:.2f} alike\n", "dim"))
    for each in found.neighbours:
        own = Text("  the program itself", "green") if each.program == found.program else Text()
        head = Text.assemble((f"{each.share:<8.1%}", "bold"), _meter(each.similarity, "alike"), own)
        emit(console, head, _program(each.program, style))


def _program(program: Program, style: Style | None) -> RenderableType:
    """A program, indented: laid out, or one line that is folded."""
    lines = layout(program, style)[0] if style else [str(program)]
    return Padding(highlight(lines), (0, 0, 0, INDENT))


def _meter(share: float, name: str) -> Text:
    """`█████··· 0.62 like the start`."""
    full = round(share * 8)
    return Text.assemble(("█" * full, "cyan"), ("·" * (8 - full), "dim"), f" {share:.2f} {name}")


def _share(value: float | None, error: float | None = None) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" + (f" ± {error:.1%}" if error is not None else "")


def _title(text: str) -> Text:
    return Text(f"\n{text}", "bold")


def _columns(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Rows:
    """Names in the first column, numbers to the right in the others."""
    return Rows(titles, rows, numbers=True)
