"""Tasks of the user's own: the example of the documentation works, edits are seen, and every mistake names its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leapscli.domains.karel.world import World, Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import Interrupted, TaskError
from leapscli.tasks.custom.replay import explained
from leapscli.tasks.play import play
from leapscli.tasks.registry import Task, task
from tests import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "sweeper.py"
ALONG_THE_WALLS = Program.parse(
    """DEF run m( WHILE c( noMarkersPresent c)
        w( IFELSE c( frontIsClear c) i( move i) ELSE e( turnLeft e) pickMarker w) m)"""
)
STRAIGHT_ON = Program.parse("DEF run m( turnLeft move move move turnRight move move move m)")

GOOD = '''"""A task for tests."""
from leapscli.tasks.kit import PUT_MARKER, facing_east, room

SIZE = (5, 6)


def draw(rng, height, width):
    return room(height, width, facing_east(1, 1))


def memory(world):
    return [0, 7]


def share(memory, of=4):
    return 1 / of


def reward(action, changed, pos, ahead, cells, zone, memory):
    if action == PUT_MARKER:
        memory[0] += 1
        return share(memory), memory[0] == 4
    return 0, False
'''


def written(folder: Path, text: str) -> Task:
    path = folder / "my_task.py"
    path.write_text(text)
    return task(str(path))


def test_the_example() -> None:
    sweeper = task(EXAMPLE)
    assert (sweeper.name, sweeper.height, sweeper.width, sweeper.source) == ("sweeper", 8, 8, EXAMPLE)
    assert sweeper.summary == "Sweep up the dirt, and keep off the rug."
    worlds = sweeper.sample(100, seed=1)
    returns = sweeper.returns([ALONG_THE_WALLS, STRAIGHT_ON], worlds)
    np.testing.assert_allclose(returns[0], 1.0)
    np.testing.assert_allclose(returns[1], -1.0)
    large = task(EXAMPLE, height=20, width=30)
    np.testing.assert_allclose(large.returns([ALONG_THE_WALLS], large.sample(3, seed=1)), 1.0)
    assert worlds[7] == sweeper.sample(1, seed=1, first=7)[0]
    with pytest.raises(TaskError, match="sweeper at 6×8: it needs at least 7×7"):
        task(EXAMPLE, height=6)


def test_a_mistake_at_run_time_is_found_and_its_mending_seen(tmp_path: Path) -> None:
    """Compiled code is kept from run to run: under the file's content, and all that its reward calls."""
    text = EXAMPLE.read_text(encoding="utf-8")
    broken = written(tmp_path, text.replace("memory[LEFT] -= 1", "memory[LEFT] -= 1; memory[6 - memory[LEFT]] -= 1"))
    worlds = broken.sample(2, seed=0)
    np.testing.assert_allclose(broken.returns([STRAIGHT_ON], worlds), -1.0)
    with pytest.raises(TaskError, match=r"my_task\.py:52: reward: IndexError: index 2 is out of bounds"):
        broken.returns([STRAIGHT_ON] * 30 + [ALONG_THE_WALLS] * 30, worlds, Budget.primitives(100), threads=2)
    mended = written(tmp_path, text)
    np.testing.assert_allclose(mended.returns([ALONG_THE_WALLS], worlds), 1.0)
    name = mended.module.compiled_reward.__name__
    assert name == written(tmp_path, text).module.compiled_reward.__name__
    assert name != written(tmp_path, text.replace("1.0 / memory", "2.0 / memory")).module.compiled_reward.__name__


MISTAKES = {
    "a syntax error": ("SIZE = (5, 6)", "SIZE = (5, 6", r":4: '\(' was never closed"),
    "an exception while loading": ("SIZE = (5, 6)", "SIZE = (5, 6 / 0)", ":4: ZeroDivisionError: division by zero"),
    "a missing import": ("PUT_MARKER, facing", "PUT_MARKERS, facing", ":2: ImportError: cannot import name"),
    "an exit": ("SIZE = (5, 6)", "SIZE = exit(3)", ":4: SystemExit: 3"),
    "no SIZE": ("SIZE = (5, 6)", "", ": it defines no SIZE"),
    "no draw": ("def draw(", "def drew(", ": it defines no draw"),
    "no reward": ("def reward(", "def rewards(", ": it defines no reward"),
    "a SIZE of true and false": ("SIZE = (5, 6)", "SIZE = (True, 6)", r":4: SIZE: expected \(height, width\)"),
    "a SIZE beyond all worlds": ("SIZE = (5, 6)", "SIZE = (5, 256)", r":4: SIZE: a side has 1 to 255 cells, not"),
    "a SIZE below all worlds": ("SIZE = (5, 6)", "SIZE = (0, -6)", r":4: SIZE: a side has 1 to 255 cells, not"),
    "a BEST that is a text": ("SIZE = (5, 6)", "SIZE = (5, 6)\nBEST = '5'", ":5: BEST: expected the most that .* '5'"),
    "a BEST of true": ("SIZE = (5, 6)", "SIZE = (5, 6)\nBEST = True", ":5: BEST: expected the most that .* True"),
    "no BEST": ("SIZE = (5, 6)", "SIZE = (5, 6)\nBEST = None", ":5: BEST: expected the most that .* None"),
    "a BEST of NaN": ("SIZE = (5, 6)", "SIZE = (5, 6)\nBEST = float('nan')", ":5: BEST: expected .* nan"),
    "a BEST without end": ("SIZE = (5, 6)", "SIZE = (5, 6)\nBEST = 1e999", ":5: BEST: expected .* inf"),
    "a clock in draw": (
        "    return room(height",
        "    import time\n    time.time()\n    return room(height",
        r":8: draw: it reads the clock \(time\); rng alone must decide",
    ),
    "a date in a helper of draw": (
        "def draw(rng, height, width):\n",
        "from datetime import date\n\n\ndef day():\n    return date.today().day\n\n\n"
        "def draw(rng, height, width):\n    day()\n",
        r":11: draw: it reads the clock \(datetime\)",
    ),
    "a SIZE that is none": ("SIZE = (5, 6)", "SIZE = 5", r":4: SIZE: expected \(height, width\), .* not 5"),
    "draw is no function": (
        "def draw(",
        "draw = 3\ndef drew(",
        r":7: draw: it must be a plain function, def draw\(rng",
    ),
    "draw yields": ("    return room", "    yield room", ":7: draw: it must be a plain function"),
    "draw takes too much": ("def draw(rng,", "def draw(rng, seed,", ":7: draw: it must be a plain function"),
    "reward's names differ": (
        "pos, ahead, cells",
        "ahead, pos, cells",
        ":19: reward: it must be a plain function, def reward",
    ),
    "an unknown name": (
        "memory[0] += 1",
        "memori[0] += 1",
        ":21: reward: name 'memori' is not defined; did you mean memory",
    ),
    "an unknown name in a helper": ("1 / of", "1 / off", ":16: share: name 'off' is not defined"),
    "an attribute that is not": (
        "memory[0] += 1",
        "memory.append(1)",
        ":21: reward: it cannot be compiled: Unknown attribute 'append'",
    ),
    "one kind of value and another": (
        "memory[0] += 1",
        "x = 1 if changed else 'a'",
        ":21: reward: it cannot be compiled: Cannot unify",
    ),
    "no number in a helper": ("1 / of", "[].foo", ":16: reward: it cannot be compiled: "),
    "a with statement": ("memory[0] += 1", "with open('x') as f: pass", ":19: reward: it cannot be compiled: "),
    "an import within": ("memory[0] += 1", "import os", ":21: reward: it cannot be compiled: "),
    "a reward alone": (
        "return 0, False",
        "return 0",
        r":23: reward: every path must return \(number, bool\)",
    ),
    "a path without return": ("    return 0, False", "", ":19: reward: every path must return"),
    "a text for a reward": ("return 0, False", "return 0, 'a'", ":23: reward: every path"),
    "a helper that calls itself": (
        "1 / of",
        "share(memory, of - 1)",
        ":15: share: a compiled function cannot call itself",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_that_loading_finds(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(TaskError, match=rf"my_task\.py{message}") as error:
        written(tmp_path, GOOD.replace(old, new))
    assert error.value.hint


DRAWING = {
    "an exception in draw": (
        "    return room(height",
        "    rng.foo\n    return room(height",
        ":8: draw: AttributeError: ",
    ),
    "a world that cannot be": (
        "facing_east(1, 1)",
        "facing_east(0, 1)",
        ":8: draw: WorldError: Karel stands in the wall",
    ),
    "no world": ("return room(", "return str, (", ":7: draw: it must return a World, not the tuple"),
    "another size": ("room(height,", "room(height + 1,", ":7: draw: it drew 6×6 cells where 5×6 were asked for"),
    "an exit in draw": ("    return room(", "    exit(3)\n    return room(", ":8: draw: SystemExit: 3"),
    "an exit in memory": ("return [0, 7]", "raise SystemExit", ":12: memory: SystemExit"),
    "numpy's own randomness": (
        "    return room(",
        "    import numpy as n\n    return room(height, width, facing_east(1, n.random.randint(1, 5)))\n    room(",
        ":7: draw: for the same rng it does not always give the same",
    ),
    "randomness of another module": (
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, 1))",
        "import random\n\n\ndef where():\n    return 1 + random.randrange(4)\n\n\n"
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, where()))",
        ":11: draw: for the same rng it does not always give the same: random decides, too",
    ),
    "randomness of numpy in a file": (
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, 1))",
        "import numpy as np\n\n\n"
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, 1 + np.random.randint(4)))",
        ":11: draw: for the same rng it does not always give the same: numpy.random decides, too",
    ),
    "a generator of the file": (
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, 1))",
        "import numpy as np\n\nRNG = np.random.default_rng(0)\n\n\n"
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, 1 + RNG.integers(4)))",
        ":13: draw: for the same rng it does not always give the same: numpy.random decides, too",
    ),
    "a count of calls": (
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, 1))",
        "SEEN = [0]\n\n\ndef draw(rng, height, width):\n    SEEN[0] += 1\n"
        "    return room(height, width, facing_east(1, 1 + SEEN[0] % 4))",
        ":10: draw: for the same rng it does not always give the same, so something outside decides, too",
    ),
    "a memory at random": (
        "return [0, 7]",
        "import random\n    return [0, random.randrange(2**40)]",
        ":12: memory: for the same world it does not always give the same: random decides",
    ),
    "no memory": ("return [0, 7]", "pass", ":11: memory: it must return a list of whole numbers, not None"),
    "a memory of fractions": (
        "return [0, 7]",
        "return [0, 0.5]",
        ":11: memory: it must return a list of whole numbers",
    ),
    "a memory of too large numbers": (
        "return [0, 7]",
        "return [0, 2**63]",
        ":11: memory: it must return a list of whole",
    ),
    "an exception in memory": ("return [0, 7]", "return [0, world.foo]", ":12: memory: AttributeError: "),
    "memories of different lengths": (
        "return [0, 7]",
        "return [0] * world.seed",
        ":11: memory: it must return as many",
    ),
    "no zones": (
        "def memory(world):\n",
        "def zones(world):\n",
        r":11: zones: it must return an array of whole numbers \[5, 6\]",
    ),
    "zones out of range": (
        "def memory(world):\n",
        "def zones(world):\n    return world.walls * 256\n",
        ":11: zones: marks from 0 to 256",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), DRAWING.values(), ids=DRAWING)
def test_mistakes_that_drawing_and_preparing_find(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    mine = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(TaskError, match=rf"my_task\.py{message}"):
        worlds = mine.sample(2, seed=0)
        mine.arena(Worlds(worlds.walls, worlds.markers, worlds.agents, np.arange(2, dtype=np.uint64)))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("return None", None),
        ("return 'it must be odd'", "my_task at 5×6: it must be odd"),
        ("return 5", "check: it must return None, or in words why not, not the int 5"),
        ("raise KeyError('x')", r"my_task\.py:2: check: KeyError: 'x'"),
    ],
)
def test_check(tmp_path: Path, line: str, message: str | None) -> None:
    text = f"def check(height, width):\n    {line}\n\n{GOOD}"
    if message is None:
        assert written(tmp_path, text).summary == ""
        return
    with pytest.raises(TaskError, match=message):
        written(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(TaskError, match="no task file") as error:
        task(tmp_path / "my_taks.py")
    assert "did you mean" in str(error.value.hint) and "my_task.py" in str(error.value.hint)
    with pytest.raises(TaskError, match="no task file"):
        task("nowhere/at/all.py")


def test_a_task_name_fits_an_artifact(tmp_path: Path) -> None:
    path = tmp_path / "My Task (2).py"
    path.write_text(GOOD)
    assert task(path).name == "my-task-2"


def test_a_map_of_the_users_own() -> None:
    world = World.parse("########\n#..1...#\n#......#\n#......#\n#......#\n#......#\n#>..1..#\n########")
    returns = task(EXAMPLE).returns([ALONG_THE_WALLS], Worlds.stack([world]))
    np.testing.assert_allclose(returns, 1.0)


def test_a_draw_may_make_generators_of_its_own_from_its_rng(tmp_path: Path) -> None:
    text = GOOD.replace("def draw(", "import random\nimport numpy as np\n\n\ndef draw(").replace(
        "    return room(height, width, facing_east(1, 1))",
        "    mine = random.Random(int(rng.integers(2**32)))\n    other = np.random.default_rng(rng.integers(2**32))\n"
        "    return room(height, width, facing_east(1 + mine.randrange(3), 1 + int(other.integers(4))))",
    )
    mine = written(tmp_path, text)
    assert mine.sample(20, seed=1)[13] == mine.sample(1, seed=1, first=13)[0]


def test_a_memory_may_be_longer_for_larger_worlds(tmp_path: Path) -> None:
    mine = written(tmp_path, GOOD.replace("return [0, 7]", "return [0] * world.walls.size"))
    larger = mine.resized(6, 7)
    assert mine.arena(mine.sample(2, 0)).memory.shape == (2, 30)
    assert larger.arena(larger.sample(2, 0)).memory.shape == (2, 42)


def test_a_best_of_any_kind_of_number(tmp_path: Path) -> None:
    head = "from fractions import Fraction\nimport numpy as np\n"
    for text, best in (("5", 5), ("0.25", 0.25), ("0", 0), ("-1", -1), ("np.float32(5)", 5), ("Fraction(1, 4)", 0.25)):
        assert written(tmp_path, f"{head}{GOOD}\nBEST = {text}\n").best == best
    mine = written(tmp_path, GOOD)
    assert mine.best == 1 and mine.solved(1 - 1e-12) and not mine.solved(0.999)
    sized = written(tmp_path, "import numpy as np\n" + GOOD.replace("(5, 6)", "[np.int64(5), 6]"))
    assert (sized.height, sized.width, type(sized.height)) == (5, 6, int)


def test_a_reward_that_is_no_finite_number_names_its_line(tmp_path: Path) -> None:
    """Both as the engine runs it and as viewers do; numpy's 1 / 0 is infinite and no exception."""
    text = GOOD.replace("return 0, False", "return 1 / memory[0], False")
    mine = written(tmp_path, text)
    with pytest.raises(TaskError, match=r"my_task\.py:19: reward: it paid inf; a reward must be finite"):
        mine.returns([STRAIGHT_ON], mine.sample(1, seed=0))
    with pytest.raises(TaskError, match=r"my_task\.py:19: reward: it paid inf"):
        play(STRAIGHT_ON, mine.sample(1, seed=0)[0], Budget.calls(), task=mine)


def test_rewards_that_sum_to_infinity_are_said_to_do_so(tmp_path: Path) -> None:
    mine = written(tmp_path, GOOD.replace("return 0, False", "return 1e308, False"))

    class Full:
        def returns(self, *_: object, **__: object) -> np.ndarray:
            return np.array([[np.inf]])

    arena, tokens = mine.arena(mine.sample(1, seed=0)), TokenBatch.of([STRAIGHT_ON])
    error = explained(FloatingPointError("too much"), mine.module, mine.domain, Full(), tokens, arena, Budget.calls())
    assert str(error).endswith("my_task.py:19: reward: FloatingPointError: too much")


def test_ctrl_c_in_a_loop_without_end_names_the_line(tmp_path: Path) -> None:
    loop = "    while True:\n        __import__('signal').raise_signal(2)\n"
    text = GOOD.replace("    return room(", f"{loop}    return room(")
    with pytest.raises(Interrupted, match=r"^stopped in .*my_task\.py:\d+: draw$"):
        written(tmp_path, text).sample(1, seed=0)
