"""`leaps artifacts`: what the workspace holds, whether it is whole, where it came from, and how to be rid of it."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leapscli.cli.help import App
from leapscli.cli.options import (
    CsvOption,
    JsonOption,
    WorkspaceOption,
    YesOption,
    one_format,
    print_csv,
    print_json,
)
from leapscli.errors import InputError

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.artifacts.store import Workspace


class KindChoice(StrEnum):
    """Kinds as typed on the command line."""

    dataset = "dataset"
    model = "model"
    run = "run"
    evaluation = "evaluation"
    policy = "policy"


class OrderChoice(StrEnum):
    """Sort orders, as typed on the command line."""

    created = "created"
    return_ = "return"
    size = "size"
    task = "task"
    searcher = "searcher"


KindOption = Annotated[
    KindChoice | None,
    typer.Option(
        "--kind", metavar="dataset|model|run|evaluation|policy", help="Only of this kind.", show_default=False
    ),
]
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="karel (the newest version), karel@v3, or its folder.")
]
SortOption = Annotated[
    OrderChoice | None,
    typer.Option(
        "--sort",
        metavar="KEY",
        help="Sort by created, return, size, task or searcher: the newest, best or largest first.",
        show_default="by kind, name and version",
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help="Print the whole manifest, long lists too.")]

commands = App(help="List, show, verify, trace and remove datasets, models, runs and evaluations.")


def register(app: App) -> None:
    """Adds `leaps artifacts`."""
    app.add_typer(commands, name="artifacts")


def _workspace(flag: Any) -> Workspace:
    from leapscli.artifacts.store import Workspace

    return Workspace.locate(flag)


def _kind(choice: KindChoice | None) -> Any:
    return choice.value if choice else None


@commands.command("list")
def list_(
    kind: KindOption = None,
    sort: SortOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List the artifacts of the workspace; of runs task, searcher and return on fresh states."""
    from leapscli.report.terminal.artifact_view import show_list
    from leapscli.report.terminal.console import screen
    from leapscli.stages.inventory import ordered, row

    one_format(as_json, as_csv)
    place = _workspace(workspace)
    rows = ordered([row(artifact) for artifact in place.list(_kind(kind))], sort.value if sort else None)
    if as_json:
        print_json(rows)
    elif as_csv:
        print_csv(rows)
    elif rows:
        show_list(screen(), rows)
    else:
        _say_empty(place, kind)


def _say_empty(place: Workspace, kind: KindChoice | None) -> None:
    from leapscli.artifacts.store import MAKE

    what, first = (f"{kind.value}s", MAKE[kind.value]) if kind else ("artifacts", MAKE["dataset"])
    typer.echo(f"no {what} in {place.root}; `{first}` makes the first", err=True)


@commands.command()
def show(
    reference: ReferenceArgument,
    kind: KindOption = None,
    whole: AllOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what an artifact says about itself: command, recipe, seed, metrics, files."""
    from leapscli.report.terminal.artifact_view import show_headlines
    from leapscli.report.terminal.console import screen
    from leapscli.stages.inventory import headlines

    artifact = _workspace(workspace).find(reference, _kind(kind))
    values = {"path": str(artifact.path), **artifact.manifest.model_dump(mode="json", by_alias=True)}
    if as_json:
        print_json(values)
    elif whole:
        from leapscli.yaml12 import dump

        typer.echo(dump(values, width=100), nl=False)
    else:
        found = headlines(artifact)
        show_headlines(screen(), f"{artifact.kind} {artifact.reference}", found)
        lists = f" ({', '.join(found['left out'])})" if found["left out"] else ""
        typer.echo(f"--all prints the whole manifest{lists}", err=True)


@commands.command()
def verify(
    references: Annotated[
        list[str] | None, typer.Argument(metavar="[REFERENCE]...", help="Artifacts to verify.", show_default="all")
    ] = None,
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare files with their recorded checksums; exit with code 1 if any differs."""
    from leapscli.artifacts.verify import verify as problems_of

    place = _workspace(workspace)
    chosen = [place.find(text, _kind(kind)) for text in references] if references else place.list(_kind(kind))
    results = [_checked(each, problems_of(each)) for each in chosen]
    if as_json:
        print_json(results)
    elif not results:
        _say_empty(place, kind)
    for result in () if as_json else results:
        typer.echo(f"{result['kind']} {result['reference']}: {result['state']}")
        for problem in result["problems"]:
            typer.echo(f"  {problem}")
    if any(result["problems"] for result in results):
        raise typer.Exit(1)


def _checked(artifact: Artifact, problems: list[str]) -> dict[str, Any]:
    """An artifact, what it is (whole, damaged, or unreadable: perhaps of a newer leaps), and its problems."""
    from leapscli.artifacts.artifact import readable

    state = "whole" if not problems else "damaged" if readable([artifact]) else "unreadable"
    return {"kind": artifact.kind, "reference": artifact.reference, "state": state, "problems": problems}


@commands.command()
def lineage(
    reference: ReferenceArgument,
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what an artifact was made from, back to its recipes and seeds."""
    from leapscli.artifacts.lineage import lineage as lineage_of
    from leapscli.report.terminal.artifact_view import show_lineage
    from leapscli.report.terminal.console import screen

    place = _workspace(workspace)
    tree = lineage_of(place, place.find(reference, _kind(kind)))
    print_json(tree.as_dict()) if as_json else show_lineage(screen(), tree)


@commands.command()
def diff(
    first: ReferenceArgument,
    second: ReferenceArgument,
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what two artifacts differ in: settings, metrics, origins, environment, files."""
    from leapscli.report.terminal.artifact_view import show_differences
    from leapscli.report.terminal.console import screen
    from leapscli.stages.differences import differences

    place = _workspace(workspace)
    one, two = (place.find(reference, _kind(kind)) for reference in (first, second))
    found = differences(one, two)
    if as_json:
        print_json({each.name: [each.first, each.second] for each in found})
    elif found:
        show_differences(screen(), (one.reference, two.reference), found)
    else:
        typer.echo(f"{one.reference} and {two.reference} differ in nothing but names and times")


@commands.command()
def remove(
    references: Annotated[
        list[str], typer.Argument(metavar="REFERENCE...", help="Artifacts to remove: karel@v3, or the folder.")
    ],
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove artifacts; asks first where others were made from them."""
    from leapscli.artifacts.store import check_removable

    place = _workspace(workspace)
    chosen = list(dict.fromkeys(place.find(text, _kind(kind)) for text in references))
    for artifact in chosen:
        check_removable(artifact)
    for artifact in chosen:
        if not yes:
            _confirm(artifact, [each for each in place.descendants(artifact) if each not in chosen])
    for artifact in chosen:
        place.remove(artifact)
    names = [f"{artifact.kind} {artifact.reference}" for artifact in chosen]
    print_json({"removed": names}) if as_json else typer.echo(f"removed {', '.join(names)}")


def _confirm(artifact: Artifact, descendants: list[Artifact]) -> None:
    """Asks whether something that others were made from shall go; leaves with exit code 1 if not."""
    if not descendants:
        return
    names = ", ".join(f"{each.kind} {each.reference}" for each in descendants)
    message = f"made from {artifact.kind} {artifact.reference}: {names}"
    if not _interactive():
        raise InputError(message, "--yes removes it all the same; what was made from it stays")
    if not typer.confirm(f"{message}. Remove it all the same?", err=True):
        raise typer.Exit(1)


def _interactive() -> bool:
    return bool(sys.stdin and sys.stdin.isatty())


@commands.command()
def prune(
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            metavar="N",
            min=1,
            help="Also remove all but the newest N versions of each name.",
            show_default=False,
        ),
    ] = None,
    interrupted: Annotated[
        bool, typer.Option("--interrupted", help="Also remove interrupted work that --resume could continue.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove what killed commands left behind, and with --keep old versions that nothing was made from."""
    from leapscli.artifacts.prune import prune as prune_workspace

    gone = prune_workspace(_workspace(workspace), keep=keep, interrupted=interrupted, dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, "removed": gone})
    else:
        for path in gone:
            typer.echo(f"{'would remove' if dry_run else 'removed'} {path}")
        typer.echo(f"{len(gone)} removed" if not dry_run else f"{len(gone)} would go", err=True)
