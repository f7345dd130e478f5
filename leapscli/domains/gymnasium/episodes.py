"""Programs run in an environment, interpreted; what has been seen of it is remembered.

An environment that is reset with the same seed and takes the same actions goes the same way. So what a program meets is
a path in a tree of actions: a path that some program has gone before costs no step of the environment. Where the file
tells the `state`, paths that lead to one state join there, and soon nothing is left to simulate.

A program is run again and again until the episode is over. One that no longer acts, or has used up its budget on tests,
goes on with its last action, or its first where it has not acted: a policy acts at every step, so that returns compare
with those of other policies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from leapscli.domains.gymnasium.environment import Perceptions, make
from leapscli.dsl.program import Program
from leapscli.dsl.tree import Action, Body, If, IfElse, Not, Repeat, Statement, While
from leapscli.errors import TaskError

MOST_NODES = 400_000  # of all trees of a process, some 100 MB; beyond, they are grown anew


class Node:
    """A state that was reached: its perceptions, and for each action taken here the next state, the reward of the step,
    and whether the episode was over.
    """

    __slots__ = ("children", "senses")

    def __init__(self, senses: int) -> None:
        self.senses = senses
        self.children: dict[int, tuple[Node, float, bool]] = {}


class Explorer:
    """One environment, and the trees of what was seen of it, by seed."""

    def __init__(self, perceptions: Perceptions) -> None:
        self.perceptions, self.env = perceptions, make(perceptions.env_id, perceptions.file)
        self.limit = getattr(self.env.spec, "max_episode_steps", None) if perceptions.state else None
        self.roots: dict[int, Node] = {}
        self.known: dict[Any, Node] = {}  # by state
        self.nodes = self.steps = 0
        self._at: Node | None = None  # where the environment itself is

    def root(self, seed: int) -> Node:
        """The state after the reset with this seed."""
        if seed not in self.roots:
            if self.nodes > MOST_NODES:
                self.roots, self.known, self.nodes = {}, {}, 0
            self.roots[seed] = self._at = self._node(self._reset(seed))
        return self.roots[seed]

    def child(self, seed: int, path: Sequence[int], node: Node, action: int) -> tuple[Node, float, bool]:
        """The state that `action` leads to from `node`, which `path` leads to from the seed's root, the reward, and
        whether the episode is over.
        """
        if action not in node.children:
            if self._at is not node:
                self._replay(seed, path, node)
            senses, reward, over = self._step(action)
            self._at = self._node(senses)
            node.children[action] = self._at, reward, over
        return node.children[action]

    def _node(self, senses: int) -> Node:
        """The node of the environment's state, which is the one known where the file tells states apart."""
        if self.perceptions.state is None:
            self.nodes += 1
            return Node(senses)
        key = self.perceptions.key(self.env)
        if key not in self.known:
            self.nodes += 1
            self.known[key] = Node(senses)
        return self.known[key]

    def _reset(self, seed: int) -> int:
        observation, _ = self.env.reset(seed=seed)
        return self.perceptions.sense(self.env, observation)

    def _step(self, action: int) -> tuple[int, float, bool]:
        """The perceptions after an action, its reward, and whether the episode is over: where states are told, but for
        the limit of its steps, which `Run` counts.
        """
        observation, reward, ended, cut, _ = self.env.step(self.perceptions.actions[action])
        self.steps += 1
        over = bool(ended or (cut and not self.limit))
        return self.perceptions.sense(self.env, observation), float(reward), over

    def _replay(self, seed: int, path: Sequence[int], node: Node) -> None:
        """Bring the environment to `node`. Raises TaskError where it comes to something else."""
        senses = self._reset(seed)
        for action in path:
            senses = self._step(action)[0]
        if senses != node.senses:
            where = f"seed {seed}, after {len(path)} actions"
            raise TaskError(
                f"{self.perceptions.env_id} does not repeat itself: {where} the perceptions are others than before",
                "perceptions, and `state`, may depend on the environment alone, and that on the seed and the actions",
            )
        self._at = node


class Halt(Exception):
    """The run is over: the episode, or the budget."""


class Stuck(Exception):
    """Nothing is done any more."""


class Run:
    """One run of a program from the reset with `seed`: at most `limit` actions, and tests while fewer primitives than
    that were counted.
    """

    def __init__(self, explorer: Explorer, seed: int, limit: int) -> None:
        self.explorer, self.seed, self.fuel = explorer, seed, limit
        self.most = min(limit, explorer.limit or limit)  # actions
        self.node, self.path = explorer.root(seed), list[int]()
        self.total = 0.0

    def act(self, action: int) -> None:
        """Take an action."""
        self.fuel -= 1
        self.node, reward, over = self.explorer.child(self.seed, self.path, self.node, action)
        self.path.append(action)
        self.total += reward
        if over or len(self.path) == self.most:
            raise Halt

    def test(self, bit: int) -> bool:
        """The perception with this bit."""
        self.fuel -= 1
        if self.fuel < 0:
            raise Stuck
        return bool(self.node.senses & bit)


Code = Callable[[Run], None]
Test = Callable[[Run], bool]


def compiled(program: Program) -> Code:
    """The program as one function of a run."""
    actions = program.vocabulary.action_id
    senses = {name: 1 << i for i, name in enumerate(program.vocabulary.perceptions)}
    return _body(program.body, actions, senses)


def _body(body: Body, actions: dict[str, int], senses: dict[str, int]) -> Code:
    parts = [_statement(statement, actions, senses) for statement in body]
    if len(parts) == 1:
        return parts[0]

    def run(r: Run) -> None:
        for part in parts:
            part(r)

    return run


def _statement(statement: Statement, actions: dict[str, int], senses: dict[str, int]) -> Code:
    if isinstance(statement, Action):
        number = actions[statement.name]
        return lambda r: r.act(number)
    body = _body(statement.body, actions, senses)
    if isinstance(statement, Repeat):
        times = range(statement.times)

        def repeat(r: Run) -> None:
            for _ in times:
                body(r)

        return repeat
    test = _test(statement, senses)
    if isinstance(statement, While):

        def loop(r: Run) -> None:
            while test(r):
                before = len(r.path)
                body(r)
                if len(r.path) == before:  # nothing was done, so nothing will change
                    raise Stuck

        return loop
    orelse = _body(statement.orelse, actions, senses) if isinstance(statement, IfElse) else None

    def branch(r: Run) -> None:
        if test(r):
            body(r)
        elif orelse:
            orelse(r)

    return branch


def _test(statement: While | If | IfElse, senses: dict[str, int]) -> Test:
    condition, expected = statement.condition, True
    while isinstance(condition, Not):
        condition, expected = condition.condition, not expected
    bit = senses[condition.name]

    return lambda r: r.test(bit) == expected


def first_action(program: Program) -> Action:
    """The first action in a program's text."""
    return next(node for node in program.walk() if isinstance(node, Action))


def _play(run: Run, code: Code, first: int) -> None:
    """The program until the episode is over; `first` is its first action."""
    try:
        done = -1
        while len(run.path) > done:
            done = len(run.path)
            code(run)
    except Stuck:
        pass
    last = run.path[-1] if run.path else first
    while True:
        run.act(last)


def returns(explorer: Explorer, programs: Sequence[Program], seeds: Sequence[int], limit: int) -> Any:
    """float64[P, N], the return of each program from each seed."""
    found = np.zeros((len(programs), len(seeds)))
    codes = [(compiled(program), program.vocabulary.action_id[first_action(program).name]) for program in programs]
    for n, seed in enumerate(seeds):
        for p, (code, first) in enumerate(codes):
            run = Run(explorer, seed, limit)
            with suppress(Halt):
                _play(run, code, first)
            found[p, n] = run.total
    return found
