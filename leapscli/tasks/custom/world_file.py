"""A world of the user's own: one Python file with actions, perceptions, rules, and a task in it.

What a file defines is described for users in docs/domains.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from leapscli.domains.grid.domain import grid_domain
from leapscli.domains.grid.looks import Looks
from leapscli.domains.grid.world import GridWorld
from leapscli.dsl.probabilities import PAPER, Probabilities
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError, WorldError, described
from leapscli.tasks.custom.checks import checked_memory, guarded
from leapscli.tasks.custom.repeat import repeatable
from leapscli.tasks.custom.rules import (
    checked_reward,
    checked_rules,
    compare,
    compiled_act,
    compiled_reward,
    compiled_sense,
)

NEEDED = ("SIZE", "ACTIONS", "PERCEPTIONS", "draw", "act", "sense", "reward")
ARGUMENTS = {
    "draw": ("rng", "height", "width"),
    "act": ("action", "agent", "cells"),
    "sense": ("perception", "agent", "cells"),
    "reward": ("action", "changed", "agent", "cells", "memory"),
    "memory": ("world",),
    "check": ("height", "width"),
    "place": ("agent",),
}
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def load_world(file: Any, world: Any, name: str) -> ModuleType:
    """The task that `file` (a `TaskFile`) defines in the `world` called `name`, as the registry wants it.

    The two may be one file; what the task does not define itself is the world's.
    Raises TaskError naming file and line.
    """

    def of(definition: str) -> Any:
        return file if definition in file else world

    made = ModuleType(file.namespace.__name__, file.namespace.__doc__)
    made.__dict__.update(SIZE=of("SIZE").size(), BEST=of("BEST").best(), SOURCE=file.path)
    vocabulary, looks = _vocabulary(world, name), _looks(world)
    draw = _draw(of("draw").function("draw"), looks, of("draw").error)
    first = draw(np.random.default_rng(0), *made.SIZE)
    size, content = len(first.agent), hashlib.sha256()
    act, sense, blame = world.function("act"), world.function("sense"), world.error
    rules = checked_rules(act, sense, size, blame)
    own_act, own_sense = compiled_act(act, size, blame, content), compiled_sense(sense, size, blame, content)
    compare(rules, own_act, own_sense, vocabulary, first, blame)
    content.update(vocabulary.hash.encode())
    title = f"{name}-{content.hexdigest()[:16]}"
    domain = grid_domain(title, vocabulary, rules, looks, act=own_act, sense=own_sense, size=size)
    reward, blame = of("reward").function("reward"), of("reward").error
    made.__dict__.update(DOMAIN=domain, draw=draw, reward=checked_reward(reward, blame))
    made.__dict__["compiled_reward"] = compiled_reward(reward, size, blame)
    owner = of("check")
    made.__dict__["check"] = guarded("check", owner.function("check"), owner.error) if "check" in owner else _any_size
    if "memory" in (owner := of("memory")):
        made.__dict__["memory"] = checked_memory(owner.function("memory"), owner.error)
    return made


def _any_size(height: int, width: int) -> str | None:
    return None if min(height, width) >= 1 else "each side has 1 cell at least"


def _draw(function: Any, looks: Looks, blame: Callable[..., Any]) -> Callable[..., GridWorld]:
    """One initial world, of the size asked for; the same for the same rng."""
    inner = guarded("draw", function, blame)

    def draw(rng: np.random.Generator, height: int, width: int) -> GridWorld:
        made = inner(rng, height, width)
        try:
            cells, agent = made
            world = GridWorld(np.asarray(cells), agent, looks)
        except (TypeError, ValueError) as error:
            raise blame(f"it must return (cells, agent), not {described(made)} ({error})", "draw") from None
        except WorldError as error:
            raise blame(f"it must return (cells, agent): {error.message}", "draw") from None
        if (world.height, world.width) != (height, width):
            raise blame(f"it drew {world.height}×{world.width} cells where {height}×{width} were asked for", "draw")
        return world

    made: Callable[..., GridWorld] = repeatable("draw", "rng", draw, function, blame)
    return made


def _vocabulary(file: Any, name: str) -> Vocabulary:
    """ACTIONS, PERCEPTIONS and CHANCES."""
    words = {}
    for kind in ("ACTIONS", "PERCEPTIONS"):
        found = getattr(file.namespace, kind)
        if not isinstance(found, tuple | list) or not all(isinstance(word, str) for word in found):
            raise file.error(f"expected a tuple of names, not {described(found)}", kind)
        words[kind] = tuple(found)
    try:
        vocabulary = Vocabulary(words["ACTIONS"], words["PERCEPTIONS"], name=name)
    except InputError as error:
        kind = "PERCEPTIONS" if any(repr(word) in error.message for word in words["PERCEPTIONS"]) else "ACTIONS"
        raise file.error(f"{error.message}; {error.hint}" if error.hint else error.message, kind) from None
    chances = getattr(file.namespace, "CHANCES", {})
    if not isinstance(chances, Mapping) or not all(isinstance(v, int | float) and v >= 0 for v in chances.values()):
        raise file.error(f"expected weights by name, not {described(chances)}", "CHANCES")
    if unknown := set(chances) - {*vocabulary.actions, *vocabulary.perceptions, "not"}:
        raise file.error(f"{sorted(map(str, unknown))[0]!r} is no action or perception", "CHANCES")
    shares = [_shares(names, chances) for names in (vocabulary.actions, vocabulary.perceptions)]
    if not all(shares) or not 0 <= chances.get("not", 0) <= 1:
        raise file.error("some action and some perception must be possible; `not` has a probability", "CHANCES")
    drawn = Probabilities(actions=shares[0], perceptions=shares[1], negation=chances.get("not", PAPER.negation))
    return Vocabulary(vocabulary.actions, vocabulary.perceptions, name=name, probabilities=drawn)


def _shares(names: tuple[str, ...], chances: Mapping[str, Any]) -> tuple[float, ...]:
    weights = [float(chances.get(name, 1)) for name in names]
    return tuple(weight / sum(weights) for weight in weights) if sum(weights) > 0 else ()


def _looks(file: Any) -> Looks:
    """GLYPHS, COLOURS and place."""
    tables = {}
    for name in ("GLYPHS", "COLOURS"):
        table = getattr(file.namespace, name, {})
        whole = isinstance(table, Mapping) and all(isinstance(key, int) and 0 <= key <= 255 for key in table)
        if not whole or not all(isinstance(value, str) and value for value in table.values()):
            raise file.error(f"expected texts by cell value, as in {{0: '.'}}, not {described(table)}", name)
        tables[name] = dict(table)
    glyphs, colours = tables["GLYPHS"], tables["COLOURS"]
    if len(set(map(len, glyphs.values()))) > 1 or len(set(glyphs.values())) < len(glyphs):
        raise file.error("each value needs a text of its own, all of one length", "GLYPHS")
    if wrong := [colour for colour in colours.values() if not _COLOUR.fullmatch(colour)]:
        raise file.error(f"a colour is written #rrggbb, not {wrong[0]!r}", "COLOURS")
    if "place" not in file:
        return Looks(glyphs, colours)
    inner = guarded("place", file.function("place"), file.error)

    def place(agent: tuple[int, ...]) -> Any:
        made = inner(agent)
        if made is None:
            return None
        fits = isinstance(made, tuple) and len(made) in (2, 3) and all(isinstance(n, int | np.integer) for n in made)
        if not fits or (len(made) == 3 and not 0 <= made[2] < 4):
            what = f"it must return None, (row, column), or (row, column, direction 0 to 3), not {described(made)}"
            raise file.error(what, "place")
        return made if len(made) == 3 else (*made, None)

    return Looks(glyphs, colours, place)
