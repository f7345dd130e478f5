"""A task: a distribution of initial worlds and a reward.

A task file defines, as plain functions:

    draw(rng, height, width) → World          one initial world
    reward(action, changed, pos, ahead, cells, zone, memory) → (reward, terminate)
    zones(world) → uint8[H, W]                optional: marks on cells, fixed for the episode
    memory(world) → list of ints              optional: what the reward remembers, as it is at the start
    check(height, width) → None or a reason   optional: why a size makes no sense
    BEST                                      optional: the most that an episode can pay; 1 where it says nothing

`reward` is compiled into the engine and called after every action: `changed` says whether the action altered the world,
`cells` (markers, 255 for wall) and `zone` are flattened inside a ring of wall, `pos` is Karel's index there and
`ahead` the offset of the cell before Karel. Everything it needs is read off the initial world, so a user's map works.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leapscli.docstrings import docstring
from leapscli.domains.karel.cells import MAX_SIDE
from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.tasks.helpers import no_smaller_than
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.arena import Arena
from leapscli.engine.budget import UNBOUNDED, Budget, checked_budget
from leapscli.engine.domain import CompiledDomain, Domain
from leapscli.engine.engine import Scorer
from leapscli.engine.judge import Judge
from leapscli.engine.reference import Actor, Referee, Step, steps
from leapscli.errors import LeapsError, TaskError, check_room, described, whole
from leapscli.seeding import stream
from leapscli.tasks.returns import reaches
from leapscli.tasks.suites import NAMES, elsewhere, elsewhere_module, installed, module_of, names
from leapscli.tasks.suites import groups as task_groups

ENVIRONMENTS = "gym:"  # a name that begins so is an environment, see environment.py
DEFAULT_BUDGET = Budget.primitives()  # of a run at a task's own size, in the literature since 2024


Size: TypeAlias = int | tuple[int, int] | None  # of worlds: a side, or height and width; None: a task's own


@dataclass(frozen=True, repr=False)
class Task:
    """A distribution of initial worlds and a reward, at one size (`height` × `width` cells, walls included)."""

    name: str
    summary: str
    height: int
    width: int
    module: ModuleType  # or what `custom.load` made of a file
    crashable: bool = False  # an action that does nothing ends the episode, as in ICLR 2024 and the work after it

    def __repr__(self) -> str:
        rules = ", crashable" if self.crashable else ""
        return f"<Task {self.name}, {self.height}×{self.width}{rules}: {self.summary}>"

    @property
    def domain(self) -> Domain:
        """The domain of its worlds: Karel's, unless its module names another."""
        domain: Domain | Callable[[], Domain] = getattr(self.module, "DOMAIN", KAREL)
        return domain if isinstance(domain, Domain) else domain()

    def steps(self, program: Program, actor: Actor, budget: Budget) -> Iterator[Step]:
        """The primitives of a run of `program`, one after the other."""
        return steps(program, actor, budget)

    def referee(self, world: Any) -> Referee:
        """The task's reward as Python, for a run on `world`."""
        return self.domain.referee(self.module.reward, self.arena([world]))

    @property
    def title(self) -> str:
        """Name, size and rules for a reader: `harvester 8×8`, `harvester 8×8, crashable`."""
        return f"{self.name} {self.height}×{self.width}" + (", crashable" if self.crashable else "")

    @property
    def judge(self) -> Judge:
        """The judge of its episodes."""
        reward = getattr(self.module, "compiled_reward", self.module.reward)
        return Judge(reward, trusted=self.source is None, crashable=self.crashable)

    @property
    def source(self) -> Path | None:
        """The file that defines it, for a task of the user's own."""
        source: Path | None = getattr(self.module, "SOURCE", None)
        return source

    @property
    def reference(self) -> str:
        """The name of the task, or the absolute path of the user's file."""
        own = self.source is not None and self.name not in installed()
        return str(self.source.absolute()) if self.source and own else self.name

    @property
    def arguments(self) -> list[str]:
        """The words of the command line that name it."""
        return ["--task", str(self.source or self.name)]

    @property
    def best(self) -> float:
        """The most that an episode can pay."""
        return float(getattr(self.module, "BEST", 1))

    def solved(self, returns: Any) -> Any:
        """True for a return, or bool for each of an array, that is the best there is."""
        return reaches(returns, self.best)

    def beyond(self, value: float) -> str | None:
        """The note for a return above the best that the user's task file declares; else None."""
        if self.source is None or reaches(self.best, value):
            return None
        return f"{self.source} paid {value:.4g}, and its best return is {self.best:g}: tell the most it pays, BEST = …"

    @property
    def budget(self) -> Budget:
        """The default budget of a run: the literature's 10,000 primitives, grown to this size."""
        return self.grown(DEFAULT_BUDGET)

    def grown(self, budget: Budget, size: tuple[int, int] | None = None) -> Budget:
        """A budget for the task's own size, grown with the area: for worlds of `size`, or of this task's; never less.

        Harvesting 10,000 cells takes as many more primitives than harvesting 64 as there are more cells.
        """
        checked_budget(budget)
        (rows, columns), (own_rows, own_columns) = size or (self.height, self.width), self.module.SIZE
        cells, own = max(rows * columns, own_rows * own_columns), own_rows * own_columns
        return Budget(budget.kind, min(-(-budget.limit * cells // own), UNBOUNDED))

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: its name, or the path of its file, which is read anew."""
        return _unpickled, (self.reference, self.height, self.width, self.crashable)

    def resized(self, height: int, width: int) -> Task:
        """The same task at another size. Raises TaskError for one that makes no sense."""
        return replace(build(self.name, self.module, height, width), crashable=self.crashable)

    def sample(self, count: int, seed: int, *, first: int = 0) -> Any:
        """`count` initial worlds, a batch of the domain's; world i depends on (seed, first + i) alone.

        Raises InputError for a count under 1.
        """
        count, seed, first = whole(count, "count", 1), whole(seed, "seed", 0), whole(first, "first", 0)
        size = count * (4 * (self.height + 2) * (self.width + 2) + 200)  # cells three times, zones, a World
        check_room(size, f"{count:,} worlds of {self.height}×{self.width}", "ask for fewer or smaller ones")
        draw: Callable[[np.random.Generator, int, int], Any] = self.module.draw
        indices = range(first, first + count)
        return self.domain.stack([draw(stream(seed, self.name, i), self.height, self.width) for i in indices])

    def arena(self, worlds: Any) -> Arena:
        """`worlds`, a batch or a list of one size, made ready for scoring; keep it where many programs meet them."""
        batch = worlds if hasattr(worlds, "arena") else self.domain.stack(worlds)
        arena: Arena = batch.arena(getattr(self.module, "zones", None), getattr(self.module, "memory", None))
        return arena

    def returns(
        self,
        programs: Sequence[Program] | TokenBatch,
        worlds: Any,
        budget: Budget = DEFAULT_BUDGET,
        *,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """The return of every program on every world (a batch, a list, or an `Arena`), float64 [P, N]: the sum of
        rewards until the run is over.

        A run may take 10,000 primitives at any size unless told; on larger worlds `budget=task.budget` is fairer.
        Raises InputError for arguments of another kind, TaskError for a mistake in a task file.
        """
        tokens = programs if isinstance(programs, TokenBatch) else TokenBatch.of(programs)
        arena = worlds if isinstance(worlds, Arena) else self.arena(worlds)
        checked_budget(budget)
        if threads is not None:
            whole(threads, "threads", 1)
        domain = self.domain
        assert isinstance(domain, CompiledDomain)  # an environment computes its returns otherwise
        scorer = Scorer.of(domain, self.judge)
        try:
            found = scorer.returns(tokens, arena, budget, threads=threads)
            if self.source and not np.isfinite(found).all():
                raise FloatingPointError("rewards that do not sum to a finite number")
            return found
        except Exception as error:
            if self.source is None or isinstance(error, LeapsError):
                raise
            from leapscli.tasks.custom.replay import explained

            raise explained(error, self.module, domain, scorer, tokens, arena, budget) from error


def _unpickled(name: str, height: int, width: int, crashable: bool = False) -> Task:
    return task(name, height=height, width=width, crashable=crashable)


def task(name: str | Path, *, height: int | None = None, width: int | None = None, crashable: bool = False) -> Task:
    """The task of that name, or of the user's own file ending in .py, at its own size or the one given.

    Where it is `crashable`, a bump, a pick of nothing or a put onto nine ends an episode.
    Raises TaskError for an unknown name, a senseless size, or a mistake in the file, which it names with its line.
    """
    found = _found(name, height, width)
    return replace(found, crashable=crashable)


def in_karels_world(judge: Task, what: str) -> Task:
    """The task. Raises TaskError where its world is another, which `what` cannot do anything with yet."""
    if judge.domain is not KAREL:
        raise TaskError(f"{judge.name}: {what} only for tasks in Karel's world", "leaps run --gif, --watch show others")
    return judge


def is_elsewhere(name: str) -> bool:
    """True for a name that may be of a world other than Karel's: a file, an environment, a task of another domain."""
    return name.endswith(".py") or name.startswith(ENVIRONMENTS) or name in elsewhere()


def _found(name: str | Path, height: int | None, width: int | None) -> Task:
    if not isinstance(name, str | Path):
        raise TaskError(f"a task is called by its name or its file, not {described(name)}", f"{', '.join(names())}")
    if str(name).startswith(ENVIRONMENTS):
        from leapscli.tasks.environment import find

        return find(str(name))
    if str(name).endswith(".py"):
        return _of_file(Path(name), None, height, width)
    if name in elsewhere():
        return build(str(name), elsewhere_module(str(name)), height, width)
    if name not in names():
        raise unknown(str(name))
    if name not in NAMES:
        return _of_file(installed()[str(name)], str(name), height, width)
    return build(str(name), module_of(str(name)), height, width)


def sized(task_or_name: str | Path | Task, size: Size = None) -> Task:
    """The task of that name or file, or as it is; of another size if one is given. Raises TaskError."""
    height, width = (size, size) if isinstance(size, int) or size is None else size
    if not isinstance(task_or_name, Task):
        return task(task_or_name, height=height, width=width)
    return task_or_name if height is None or width is None else task_or_name.resized(height, width)


def _of_file(path: Path, name: str | None, height: int | None, width: int | None) -> Task:
    """The task in a file, called after it where it has no name of its own."""
    from leapscli.tasks.custom.load import load, task_name

    return build(name or task_name(path), load(path), height, width)


def unknown(name: str, *, groups: bool = False) -> TaskError:
    """The error for a name that no task has, nor any group where `groups` of tasks are accepted."""
    suites = task_groups()
    if name in suites:
        return TaskError(f"{name} is a group of tasks, not a task", f"`leaps sweep {name}` searches for all of them")
    close = difflib.get_close_matches(name, [*names(), *elsewhere(), *(suites if groups else [])], 1)
    known = f"a file ending in .py, or one of {', '.join([*names(), *elsewhere()])}" + (
        f"; or {', '.join(suites)}" if groups else ""
    )
    what = "task and no group of tasks" if groups else "task"
    return TaskError(f"no {what} is called {name!r}", f"did you mean {close[0]}?" if close else known)


def build(name: str, module: ModuleType, height: int | None, width: int | None) -> Task:
    """The task that `module` defines, at a size; its own where none is given."""
    own_height, own_width = module.SIZE
    height = own_height if height is None else whole(height, "height")
    width = own_width if width is None else whole(width, "width")
    reason: str | None = getattr(module, "check", no_smaller_than(4, 4))(height, width)
    if not reason and max(height, width) > MAX_SIDE:
        reason = f"a side has at most {MAX_SIDE} cells"
    if reason:
        raise TaskError(f"{name} at {height}×{width}: {reason}", f"its own size is {own_height}×{own_width}")
    summary = docstring(module).splitlines()
    return Task(name, summary[0] if summary else "", height, width, module)
