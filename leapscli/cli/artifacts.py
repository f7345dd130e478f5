"""`leaps artifacts`: what the workspace holds, whether it is whole, where it came from, and how to be rid of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leapscli.cli.help import App
from leapscli.cli.options import JsonOption, WorkspaceOption, YesOption, print_json
from leapscli.errors import ArtifactError, InputError

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.artifacts.lineage import Lineage
    from leapscli.artifacts.store import Workspace


class KindChoice(StrEnum):
    """Kinds as typed on the command line."""

    dataset = "dataset"
    model = "model"
    run = "run"
    evaluation = "evaluation"


KindOption = Annotated[
    KindChoice | None,
    typer.Option("--kind", metavar="dataset|model|run|evaluation", help="Only of this kind.", show_default=False),
]
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="karel (the newest version), karel@v3, or its folder.")
]

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
def list_(kind: KindOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the artifacts in the workspace."""
    place = _workspace(workspace)
    rows = [_row(artifact) for artifact in place.list(_kind(kind))]
    if as_json:
        print_json(rows)
    elif rows:
        titles = {
            "kind": "KIND",
            "reference": "ARTIFACT",
            "created": "CREATED",
            "bytes": "SIZE",
            "parents": "MADE FROM",
        }
        _table([titles, *(_shown(row) for row in rows)], list(titles))
    else:
        typer.echo(f"no artifacts in {place.root}; `leaps gen-data` makes the first", err=True)


def _row(artifact: Artifact) -> dict[str, Any]:
    """What `list` says about an artifact; for a damaged one `damaged` says what is wrong."""
    row = {"kind": artifact.kind, "reference": artifact.reference, "path": str(artifact.path)}
    try:
        manifest = artifact.manifest
    except ArtifactError as error:
        return {**row, "created": None, "bytes": None, "parents": [], "damaged": error.message}
    size, parents = sum(file.size for file in manifest.files), [parent.reference for parent in manifest.parents]
    return {**row, "created": manifest.created, "bytes": size, "parents": parents, "damaged": None}


def _shown(row: dict[str, Any]) -> dict[str, str]:
    """A row as text."""
    if row["damaged"]:
        return {**row, "created": "damaged", "bytes": "", "parents": "`leaps artifacts verify` tells more"}
    parents = ", ".join(row["parents"])
    return {**row, "created": row["created"][:16].replace("T", " "), "bytes": _size(row["bytes"]), "parents": parents}


def _size(count: int) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:.3g} GB"


def _table(rows: Sequence[dict[str, str]], names: Sequence[str]) -> None:
    """Columns padded to their widest text."""
    widths = {name: max(len(row[name]) for row in rows) for name in names}
    for row in rows:
        typer.echo("  ".join(row[name].ljust(widths[name]) for name in names).rstrip())


@commands.command()
def show(
    reference: ReferenceArgument,
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an artifact: its recipe, seed, metrics and files."""
    artifact = _workspace(workspace).find(reference, _kind(kind))
    values = {"path": str(artifact.path), **artifact.manifest.model_dump(mode="json", by_alias=True)}
    if as_json:
        print_json(values)
    else:
        import yaml

        typer.echo(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100), nl=False)


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
    results = [{"kind": each.kind, "reference": each.reference, "problems": problems_of(each)} for each in chosen]
    if as_json:
        print_json(results)
    for result in () if as_json else results:
        typer.echo(f"{result['kind']} {result['reference']}: {'damaged' if result['problems'] else 'whole'}")
        for problem in result["problems"]:
            typer.echo(f"  {problem}")
    if any(result["problems"] for result in results):
        raise typer.Exit(1)


@commands.command()
def lineage(
    reference: ReferenceArgument,
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what an artifact was made from, back to its recipes and seeds."""
    from leapscli.artifacts.lineage import lineage as lineage_of

    place = _workspace(workspace)
    tree = lineage_of(place, place.find(reference, _kind(kind)))
    if as_json:
        print_json(tree.as_dict())
    else:
        _branch(tree, "", "")


def _branch(node: Lineage, lead: str, indent: str) -> None:
    """One artifact of the tree, its recipe, and its parents below it."""
    typer.echo(f"{lead}{node.kind} {node.reference}" + ("" if node.artifact else "  (not found)"))
    manifest = node.artifact.manifest if node.artifact else None
    below = indent + ("│  " if node.parents else "   ")
    if manifest:
        settings = " ".join(_settings(manifest.recipe))
        typer.echo(f"{below}{manifest.created[:16].replace('T', ' ')}  {manifest.command or 'command unknown'}")
        typer.echo(f"{below}seed {manifest.seed}, recipe {settings or 'empty'}")
    for i, parent in enumerate(node.parents):
        last = i == len(node.parents) - 1
        _branch(parent, indent + ("└─ " if last else "├─ "), indent + ("   " if last else "│  "))


def _settings(values: dict[str, Any], prefix: str = "") -> list[str]:
    """A recipe on one line, as it would be typed after --set."""
    return [
        text
        for key, value in values.items()
        for text in (_settings(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}={value}"])
    ]


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
    """Remove artifacts, and ask first if others were made from them."""
    place = _workspace(workspace)
    chosen = list(dict.fromkeys(place.find(text, _kind(kind)) for text in references))
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
    return sys.stdin.isatty()


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
