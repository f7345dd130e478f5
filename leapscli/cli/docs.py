"""`leaps docs`: the manual, as it came with this installation."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from leapscli.cli.help import App

HERE = re.compile(r"\[([^]]+)\]\(#[^)]*\)")  # a link within the page, which a terminal cannot follow
PageArgument = Annotated[
    str | None, typer.Argument(metavar="[PAGE]", help="The page to print. Without it, list them.", show_default=False)
]


def register(app: App) -> None:
    """Adds `leaps docs`."""
    app.command()(docs)


def docs(page: PageArgument = None) -> None:
    """Read the manual.

    Pages are laid out for the terminal, and plain Markdown in a pipe or file.
    """
    from leapscli.report.terminal.console import screen
    from leapscli.stages.manual import find_page, pages, subject

    console = screen()
    if page is None:
        from leapscli.report.terminal.console import emit
        from leapscli.report.terminal.outcome import table

        emit(console, table(("page", "about"), [(name, subject(path)) for name, path in pages().items()]))
        typer.echo("leaps docs PAGE prints one", err=True)
        return
    path = find_page(page)
    text = path.read_text(encoding="utf-8")
    if not console.is_terminal or path.suffix != ".md":
        typer.echo(text, nl=False)
        return
    from rich.markdown import Markdown

    console.print(Markdown(HERE.sub(r"\1", text), hyperlinks=False))
