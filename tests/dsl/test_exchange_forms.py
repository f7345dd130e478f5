"""Programs for other tools: a Python module that needs nothing, and JSON."""

from __future__ import annotations

import json
from types import ModuleType

import pytest

import leapscli as leaps
from leapscli.domains.karel.agent import Karel
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.errors import InputError

MOST = 300  # actions and perceptions


class Stop(Exception):
    """The budget is used up."""


class Bounded:
    """Karel's actions and perceptions as methods, each of them counted."""

    def __init__(self, world: leaps.World) -> None:
        self.karel, self.actions, self.left = Karel(world), list[str](), MOST

    def __getattr__(self, name: str):
        def call():
            if self.left == 0:
                raise Stop
            self.left -= 1
            if name in ("move", "turnLeft", "turnRight", "pickMarker", "putMarker"):
                self.actions.append(name)
                return self.karel.act(name)
            return self.karel.perceive(name)

        return call


def loaded(text: str) -> ModuleType:
    module = ModuleType("program")
    exec(compile(text, "program.py", "exec"), vars(module))
    return module


def test_a_standalone_module_does_what_the_engine_does():
    programs = sample_programs(100, seed=5).programs()
    worlds = (
        leaps.task("harvester").sample(4, seed=1),
        leaps.task("topoff").sample(3, seed=1),
        leaps.task("maze").sample(3, seed=1),
    )
    names = ("move", "turnLeft", "turnRight", "pickMarker", "putMarker")
    runs = 0
    for program in programs:
        module = loaded(program.to_python())
        for world in (each[i] for each in worlds for i in range(len(each))):
            karel, done = Bounded(world), True
            try:
                module.run(karel)
            except Stop:
                done = False
            expected = leaps.execute(program, world, Budget.primitives(MOST))
            assert karel.actions == [names[action] for action in expected.actions], program
            assert done or expected.truncated
            runs += 1
    assert runs == 1000


def test_a_standalone_module_needs_no_leaps():
    text = Program.parse("DEF run m( IF c( not c( markersPresent c) c) i( putMarker i) move m)").to_python()
    assert "import" not in text and "world.putMarker()" in text and "methods move, putMarker, markersPresent" in text


def test_json_and_back():
    for program in sample_programs(300, seed=6).programs():
        text = program.to_json()
        assert Program.from_json(text) == Program.from_json(json.loads(text)) == program


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not JSON"),
        ("[]", "expected"),
        ('{"run": []}', "run: expected a list of statements, one at least"),
        ('{"run": ["mov"]}', r"run\[0\]: 'mov' is no action"),
        ('{"run": [{"repeat": 20, "body": ["move"]}]}', r"run\[0\]: a Repeat takes 0 to 19 times"),
        ('{"run": [{"repeat": true, "body": ["move"]}]}', r"run\[0\]\.repeat: expected a whole number"),
        ('{"run": [{"while": "clear", "body": ["move"]}]}', r"run\[0\]: 'clear' is no perception"),
        ('{"run": [{"if": {"not": 1}, "body": ["move"]}]}', r"run\[0\]\.if\.not: expected a perception"),
        ('{"run": [{"if": "frontIsClear", "body": ["move"], "else": []}]}', r"run\[0\]\.else: expected a list"),
        ('{"run": [{"body": ["move"]}]}', r"run\[0\]: expected an action, or an object"),
        ('{"run": [[1]]}', r"run\[0\]: expected an action"),
        ('{"run": ' + '[{"repeat": 1, "body": ' * 100 + '["move"]' + "}]" * 100 + "}", "nested more than 64 deep"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_json_that_is_no_program_is_refused_with_its_place(text, message):
    with pytest.raises(InputError, match=message):
        Program.from_json(text)


def test_reprs_can_be_read_and_evaluated():
    program = Program.parse("DEF run m( move m)")
    assert eval(repr(program), {"Program": Program}) == program
    world = leaps.World.parse(".>\n1#\nunder: 3")
    assert eval(repr(world), {"World": leaps.World}) == world
    run = leaps.execute(Program.parse("DEF run m( REPEAT R=19 r( turnLeft r) m)"), world)
    assert repr(run).startswith("<Rollout: 19 actions, finished: turnLeft turnLeft") and repr(run).endswith("…>")
    assert repr(leaps.task("maze").sample(3, seed=0)) == "<Worlds: 3 of 8×8>"
    assert repr(leaps.task("maze")).startswith("<Task maze, 8×8: Find the marker")
