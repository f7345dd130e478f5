"""Pages of `--help`: as wide as the terminal, no description cut, plain, since drawing them would take as long again.

A parameter's metavar is written as its usage line reads: `[PROGRAM]`, `FILE...`, `N|HxW`.
"""

from __future__ import annotations

import inspect
import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from leapscli.docstrings import docstring

Rows = Sequence[tuple[str, str]]
INDENT = "  "
NARROWEST = 40  # columns; a terminal that claims fewer gets this many
SIDE_BY_SIDE = 60  # columns from which a description stands beside its name, not below it


class Command(TyperCommand):
    """A command whose help is a page of this module."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words after the command's name."""
        return _usage_pieces(self, ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the whole page."""
        formatter.write("\n".join(_page(self, ctx, {})))


class Group(TyperGroup):
    """A command with subcommands; called without one it shows its help, with exit code 2."""

    def sections(self, ctx: Any) -> Mapping[str, Sequence[str]]:
        """The names of the subcommands under their titles."""
        return {"Commands": self.list_commands(ctx)}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words that remain; of none, the help."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words after the group's name."""
        return [*_usage_pieces(self, ctx), self.subcommand_metavar]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the whole page."""
        named = {title: [(name, self.get_command(ctx, name)) for name in names]
                 for title, names in self.sections(ctx).items()}  # fmt: skip
        summaries = {title: [(name, _paragraphs(command.help)[0]) for name, command in found if command]
                     for title, found in named.items()}  # fmt: skip
        formatter.write("\n".join(_page(self, ctx, summaries)))


class App(typer.Typer):
    """A Typer whose commands and groups show these pages."""

    def __init__(self, *, cls: type[Group] = Group, **settings: Any) -> None:
        super().__init__(cls=cls, rich_markup_mode=None, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Registers a function as a command, as Typer does; its docstring is its help."""
        register = super().command

        def documented(function: Any) -> Any:
            return register(name, cls=Command, help=docstring(function), **settings)(function)

        return documented


def width() -> int:
    """Columns of the terminal; 80 in a pipe."""
    return max(shutil.get_terminal_size().columns, NARROWEST)


def _page(command: TyperCommand | TyperGroup, ctx: Any, sections: Mapping[str, Rows]) -> Iterator[str]:
    """The lines of a page: usage, what the command does, its sections, its parameters."""
    columns, usage = width(), f"Usage: {ctx.command_path} "
    words = command.collect_usage_pieces(ctx)
    yield from _wrap(" ".join(words), columns, usage, " " * len(usage) if len(usage) < columns // 2 else INDENT * 2)
    for paragraph in _paragraphs(command.help):
        yield ""
        yield from _wrap(paragraph, columns, INDENT, INDENT)
    parameters = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
    arguments = [_row(param, ctx) for param in parameters if param.param_type_name == "argument"]
    options = [_row(param, ctx) for param in parameters if param.param_type_name == "option"]
    for title, rows in {**sections, "Arguments": arguments, "Options": options}.items():
        if rows:
            yield from ("", f"{title}:", *_table(rows, columns))
    for paragraph in _paragraphs(command.epilog):
        yield from ("", *_wrap(paragraph, columns, "", ""))


def _usage_pieces(command: TyperCommand | TyperGroup, ctx: Any) -> list[str]:
    arguments = [param for param in command.get_params(ctx) if param.param_type_name == "argument"]
    return [command.options_metavar or "", *(param.metavar or "" for param in arguments)]


def _row(param: Any, ctx: Any) -> tuple[str, str]:
    """An option or argument: its spellings, the shortest first; its meaning and default."""
    name = param.metavar
    if param.param_type_name == "option":
        names = ", ".join(sorted(param.opts, key=len))
        name = names if param.is_flag else f"{names} {name}"
    default = _default(param, ctx)
    return name, f"{param.help or ''}{f' [default: {default}]' if default else ''}"


def _default(param: Any, ctx: Any) -> str:
    """The default as it would be typed; empty where there is none to tell."""
    if isinstance(param.show_default, str):
        return param.show_default
    value = param.get_default(ctx, call=False)
    if not param.show_default or getattr(param, "is_flag", False) or value is None:
        return ""
    values = value if isinstance(value, list | tuple) else [value]
    return ",".join(str(each.value if isinstance(each, Enum) else each) for each in values)


def _table(rows: Rows, columns: int) -> Iterator[str]:
    """Names and descriptions: side by side, or one below the other where it is narrow or a name is long."""
    widest = columns * 2 // 5
    first = max((len(name) for name, _ in rows if len(name) <= widest), default=0)
    margin = " " * (first + 2 * len(INDENT)) if columns >= SIDE_BY_SIDE else INDENT * 3
    for name, text in rows:
        lead = f"{INDENT}{name}"
        if len(lead) + len(INDENT) <= len(margin):
            yield from _wrap(text, columns, lead.ljust(len(margin)), margin)
        else:
            yield from (*_broken(lead, columns), *_wrap(text, columns, margin, margin))


def _broken(name: str, columns: int) -> Iterator[str]:
    """A name in lines of at most so many columns, broken after the bars between its choices."""
    while len(name) > columns and "|" in name[:columns]:
        at = name.rindex("|", 0, columns) + 1
        yield name[:at]
        name = INDENT * 2 + name[at:]
    yield name


def _paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a docstring, each on one line; at least one, perhaps empty."""
    return [" ".join(part.split()) for part in inspect.cleandoc(text or "").split("\n\n")]


def _wrap(text: str, columns: int, first: str, others: str) -> Iterable[str]:
    wrapped = textwrap.wrap(
        text, columns, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )
    return wrapped or [first.rstrip()]
