"""Pages of the site that are made: of the README, the notebooks, the commands' help, the API and the results.

MkDocs calls `on_files` before it builds; every other page of docs/ is taken as it is.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.testing import CliRunner

import leapscli
from leapscli.cli.main import build

ROOT = Path(__file__).resolve().parents[2]
COPIED = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "results.md": "benchmarks/RESULTS.md",
    "general.md": "benchmarks/GENERAL.md",
}
GIVEN = (
    "leapscli.tasks.registry.Task",
    "leapscli.results.evaluation.Evaluation",
    "leapscli.domains.karel.execution.Rollout",
    "leapscli.vae.model.LatentModel",
)
WRITTEN = {source: target for target, source in COPIED.items()}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages."""
    made = {target: relinked((ROOT / source).read_text(), Path(source).parent) for target, source in COPIED.items()}
    made |= {f"notebooks/{path.stem}.md": notebook(path) for path in sorted((ROOT / "docs/notebooks").glob("*.ipynb"))}
    made |= {"commands.md": commands(), "api.md": api(), "gallery.md": gallery()}
    for target, text in made.items():
        files.append(File.generated(config, target, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links of the manual to files beside docs/ lead to their pages, or become plain names."""
    return markdown if page.file.generated_by else relinked(markdown, Path("docs"))


def relinked(text: str, folder: Path) -> str:
    """Markdown that stands in `folder`, its links as the site has them."""

    def link(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        if re.match(r"\w+:|#", target):
            return match[0]
        path, _, anchor = target.partition("#")
        place = (ROOT / folder / path).resolve()
        inside = place.relative_to(ROOT).as_posix() if place.is_relative_to(ROOT) else path
        page = WRITTEN.get(inside) or (inside.removeprefix("docs/") if inside.startswith("docs/") else None)
        if page is None or not (page.endswith((".md", ".gif", ".png", ".svg"))):
            return words.strip("[]!") if words.startswith("[") else match[0]
        return f"{words}({page}{'#' + anchor if anchor else ''})"

    return re.sub(r"(!?\[[^\]]*\])\(([^)\s]+)\)", link, text)


def notebook(path: Path) -> str:
    """A notebook as a page: its words, and its code."""
    cells = json.loads(path.read_text())["cells"]
    parts = [f"This page is the notebook `docs/notebooks/{path.name}`."]
    for cell in cells:
        text = "".join(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    return "\n\n".join([parts[1], parts[0], *parts[2:]])


def commands() -> str:
    """The help of every command, as a terminal of 100 columns shows it."""
    parts = ["# Commands", "The help of every command; `leaps COMMAND --help` prints it."]
    pending: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(build()))]
    while pending:
        words, command = pending.pop(0)
        shown = CliRunner().invoke(build(), [*words, "--help"], env={"COLUMNS": "100"}).stdout
        parts.append(f"## {' '.join(['leaps', *words])}\n\n```text\n{shown}\n```")
        pending += [((*words, name), child) for name, child in getattr(command, "commands", {}).items()]
    return "\n\n".join(parts)


def gallery() -> str:
    """A program for each task, beside a world that it may begin in."""
    parts = [
        "# Gallery",
        "Of each task the shortest of the best programs that `evolution` found in four searches of at most 20 seconds, "
        "and its mean return over 1,000 fresh worlds. `python docs/site/gallery.py` finds them again.",
    ]
    for name, found in json.loads(Path(__file__).with_name("gallery.json").read_text()).items():
        task = leapscli.task(name)
        program = leapscli.Program.parse(found["program"])
        world = task.sample(1, seed=0)[0]._repr_html_()
        parts.append(f"## {name}\n\n{task.summary} Mean return {found['mean']:.4g}.\n\n{world}\n")
        parts.append(f"```python\n{program.pretty('python')}```")
    return "\n\n".join(parts)


def api() -> str:
    """Every name that `leapscli` exports, and the modules that people import from."""
    parts = ["# Python API", "Everything is imported as `import leapscli as leaps`."]
    homes = leapscli._HOMES
    for name in leapscli.__all__:
        parts.append(f"::: {homes[name]}.{name}")
    parts.append("# What they give back\n\nThese are made by the functions above.")
    parts += [f"::: {name}" for name in GIVEN]
    parts.append("# Environments\n\n`import leapscli.envs`; see [Gymnasium](environments.md).")
    parts += [f"::: leapscli.envs.{name}" for name in ("KarelEnv", "KarelVectorEnv", "ProgramPolicy", "play", "Played")]
    parts.append("# Tests of one's own\n\n`import leapscli.testing`.")
    parts += [f"::: leapscli.testing.{name}" for name in ("check_searcher", "check_task")]
    return "\n\n".join(parts)
