"""A searcher that is not ours, checked at every step: errors name its file and line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from numbers import Real
from typing import Any

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.errors import InputError, LeapsError, described
from leapscli.search.protocol import AnySearcher, Latents, LatentSpace, Points, Scored, Searcher
from leapscli.search.record import dump
from leapscli.search.spaces import ProgramSpace


class Watched(Searcher[Any, Points]):
    """The searcher that `make(settings, space)` gives; `blame` makes errors of what went wrong and where.

    Checked: states are dataclasses that can be saved, candidates are programs or finite vectors of the space, floors
    are numbers, statuses name numbers. What the searcher raises becomes an error of its file.
    """

    def __init__(
        self,
        make: Callable[[Any, Any], AnySearcher],
        settings: object,
        space: LatentSpace | ProgramSpace,
        blame: Callable[..., InputError],
    ) -> None:
        self._blame, self._class = blame, getattr(make, "__name__", "")
        self._latent = None if isinstance(space, ProgramSpace) else space.latent
        self._searcher: AnySearcher = self._call("__init__", make, settings, space)

    def _call(self, name: str, function: Callable[..., Any], *args: object) -> Any:
        try:
            return function(*args)
        except LeapsError:
            raise
        except (Exception, SystemExit) as error:
            raise self._wrong(name, error) from error

    def _wrong(self, name: str, what: str | BaseException) -> InputError:
        return self._blame(what, f"{self._class}.{name}")

    def init(self, seed: int) -> Any:
        """The first state."""
        state = self._state("init", self._call("init", self._searcher.init, seed))
        try:
            json.dumps(dump(state)[0])
        except (TypeError, ValueError) as error:
            message = "a state holds numbers, texts, arrays, token batches and dataclasses of them"
            raise self._wrong("init", f"{message}: {error}") from None
        return state

    def _state(self, name: str, state: Any) -> Any:
        if not is_dataclass(state) or isinstance(state, type):
            raise self._wrong(name, f"a state is a frozen dataclass, not {described(state)}")
        return state

    def ask(self, state: Any) -> Points:
        """Candidates, at least one."""
        points: Points = self._call("ask", self._searcher.ask, state)
        if isinstance(points, TokenBatch):
            fits = len(points) > 0 and points.lengths.max() <= MAX_TOKENS and bool(points.valid().all())
            problem = None if fits else f"at least one program of at most {MAX_TOKENS} tokens, all of them valid"
        elif isinstance(points, Latents) and self._latent is not None:
            z = np.asarray(points.z)
            shape = z.ndim == 2 and len(z) > 0 and z.shape[1] == self._latent
            fits = shape and z.dtype == np.float32 and bool(np.isfinite(z).all())
            problem = None if fits else f"Latents of finite float32[B, {self._latent}]"
        else:
            wanted = "a TokenBatch" if self._latent is None else "Latents or a TokenBatch"
            problem = f"{wanted}, not {described(points)}"
        if problem:
            raise self._wrong("ask", f"it must return {problem}")
        return points

    def tell(self, state: Any, points: Points, scored: Scored) -> Any:
        """The next state."""
        return self._state("tell", self._call("tell", self._searcher.tell, state, points, scored))

    def floor(self, state: Any) -> float:
        """A number, -inf for no floor."""
        floor = self._call("floor", self._searcher.floor, state)
        if not isinstance(floor, Real) or np.isnan(float(floor)):
            raise self._wrong("floor", f"it must return a number, not {described(floor)}")
        return float(floor)

    def converged(self, state: Any) -> bool:
        """True if there is nothing left to do."""
        return bool(self._call("converged", self._searcher.converged, state))

    def status(self, state: Any) -> Mapping[str, float]:
        """Numbers by name."""
        status = self._call("status", self._searcher.status, state)
        if not isinstance(status, Mapping) or not all(isinstance(value, Real) for value in status.values()):
            raise self._wrong("status", f"it must return numbers by name, not {described(status)}")
        return {str(name): float(value) for name, value in status.items()}
