"""Programs that say themselves what language they are in: comments that name its actions and perceptions.

    # actions: up, down, load, unload
    # perceptions: at_top, at_ground, waiting, loaded

A text without them is in the published language.
"""

from __future__ import annotations

import re

from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError

_LINE = re.compile(r"^#[ \t]*(actions|perceptions):[ \t]*(\w+(?:,[ \t]*\w+)*)[ \t]*$", re.MULTILINE)


def declaration(vocabulary: Vocabulary) -> str:
    """The comments, each ending in a newline; none for the published language."""
    if vocabulary == PUBLISHED:
        return ""
    return f"# actions: {', '.join(vocabulary.actions)}\n# perceptions: {', '.join(vocabulary.perceptions)}\n"


def declared(text: str) -> Vocabulary:
    """The vocabulary that a text's comments name, else the published one. Raises InputError for impossible names."""
    found = {kind: tuple(re.split(r",[ \t]*", names)) for kind, names in _LINE.findall(text)}
    if len(found) < 2:
        return PUBLISHED
    try:
        made = Vocabulary(found["actions"], found["perceptions"])
    except InputError as error:
        raise InputError(f"# actions, # perceptions: {error.message}", error.hint) from None
    return PUBLISHED if made.tokens == PUBLISHED.tokens else made
