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

HEAD = '''"""A program of the {language} language, written by leaps. It needs nothing but a world.

`world` is any object with the methods {methods}.
"""


'''


def standalone(tree: Tree) -> str:
    """The text of a module whose `run(world)` is the program. Nothing bounds it: a loop may never end."""
    used = {node.name for node in tree.walk() if isinstance(node, Act | Perception)}
    names = [*tree.vocabulary.actions, *tree.vocabulary.perceptions]
    methods = ", ".join(name for name in names if name in used)
    calls = re.compile(rf"\b({'|'.join(names)})\(\)")
    code = calls.sub(r"world.\1()", pretty(tree, "python")).replace("def run():", "def run(world):", 1)
    language = tree.vocabulary.name.capitalize() or "LEAPS"
    return HEAD.format(language=language, methods=methods) + code
