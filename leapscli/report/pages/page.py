"""Pages as one file each: made of the templates beside this file, with style, scripts and data inside.

A page asks for nothing from elsewhere, and its policy forbids it to. Whatever is put into a template is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from leapscli.domains.karel import colours
from leapscli.domains.karel.colours import Colour
from leapscli.dsl.published import PERCEPTIONS
from leapscli.report.pages.code import listings
from leapscli.version import __version__

HERE = Path(__file__).parent
SCRIPTS = ("player.js", "page.js")
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {scripts}; base-uri 'none'; "
    "form-action 'none'"
)


def page(template: str, **content: Any) -> bytes:
    """The page that the template makes of `content`."""
    return environment().get_template(template).render(**content).encode("utf-8", "replace")


@cache
def environment() -> Environment:
    """The templates, and what all of them can use."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {
        "style": Markup(asset("page.css")),
        "scripts": [Markup(asset(name)) for name in SCRIPTS],
        "policy": POLICY.format(scripts=" ".join(f"'{_digest(asset(name))}'" for name in SCRIPTS)),
        "listings": listings,
        "perceptions": PERCEPTIONS,
        "colours": board_colours(),
        "version": __version__,
    }
    found.filters["number"] = number
    return found


@cache
def asset(name: str) -> str:
    """A style or script."""
    return (HERE / "static" / name).read_text(encoding="utf-8")


def board_colours() -> dict[str, str]:
    """The colours of worlds, as the player takes them."""
    names = ("floor", "grid", "wall", "marker", "marker_edge", "marker_ink", "karel")
    return {name: hex_colour(getattr(colours, name.upper())) for name in names}


def hex_colour(colour: Colour) -> str:
    """`#d62839`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def number(value: Any) -> str:
    """A value in a table: `0.983`, `12,345`, a dash for what is not known."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}" if abs(value) < 1000 else f"{value:,.0f}"


def _digest(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
