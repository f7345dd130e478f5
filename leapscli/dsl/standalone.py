"""Programs as Python modules that run anywhere: the world is any object whose methods are the actions and perceptions.

def run(world):
    while world.frontIsClear():
        world.move()
"""

from __future__ import annotations

import re

from leapscli.dsl.printer import pretty
from leapscli.dsl.tree import Action as Act
from leapscli.dsl.tree import Perception, Tree
from leapscli.dsl.vocabulary import ACTIONS, PERCEPTIONS

HEAD = '''"""A program of the Karel language, written by leaps. It needs nothing but a world.

`world` is any object with the methods {methods}.
"""


'''
CALL = re.compile(rf"\b({'|'.join([*ACTIONS, *PERCEPTIONS])})\(\)")


def standalone(tree: Tree) -> str:
    """The text of a module whose `run(world)` is the program. Nothing bounds it: a loop may never end."""
    used = {node.name for node in tree.walk() if isinstance(node, Act | Perception)}
    methods = ", ".join(name for name in [*ACTIONS, *PERCEPTIONS] if name in used)
    code = CALL.sub(r"world.\1()", pretty(tree, "python")).replace("def run():", "def run(world):", 1)
    return HEAD.format(methods=methods) + code
