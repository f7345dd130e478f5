"""Greedy search among the mutants of the best program so far."""

from dataclasses import dataclass

from leapscli.search.kit import Field, ProgramSpace, Recipe, Scored, Searcher, TokenBatch


class Settings(Recipe):
    """The settings of greedy search."""

    mutants: int = Field(default=64, gt=0, description="mutants of one iteration")


@dataclass(frozen=True, eq=False)
class State:
    """The best program so far and its return."""

    seed: int
    iteration: int
    best: TokenBatch
    value: float


class Greedy(Searcher[State, TokenBatch]):
    """Goes to the best of its mutants, unless all are worse."""

    def __init__(self, settings: Settings, space: ProgramSpace) -> None:
        self.settings, self.space = settings, space

    def init(self, seed: int) -> State:
        return State(seed, 0, self.space.starts(1, seed, 0), float("-inf"))

    def ask(self, state: State) -> TokenBatch:
        copies = state.best[[0] * self.settings.mutants]
        return self.space.neighbours(copies, state.seed, state.iteration)

    def tell(self, state: State, points: TokenBatch, scored: Scored) -> State:
        row = int(scored.returns.argmax())
        found = float(scored.returns[row])
        best, value = (points[row], found) if found >= state.value else (state.best, state.value)
        return State(state.seed, state.iteration + 1, best, value)
