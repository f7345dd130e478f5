"""Decision trees over observations: fitted by scikit-learn, kept as plain numbers, and told in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.published import ACTIONS, PERCEPTIONS

MOST_NODES = 100_000
LEAF = -1


@dataclass(frozen=True, eq=False)
class DecisionTree:
    """Node i asks whether feature `feature[i]` is above 0.5; `no[i]` or `yes[i]` comes next. A leaf has `action[i]`."""

    feature: NDArray[np.int64]
    no: NDArray[np.int64]
    yes: NDArray[np.int64]
    action: NDArray[np.int64]

    @classmethod
    def fit(cls, observations: NDArray[Any], actions: NDArray[np.int64], leaves: int, seed: int) -> DecisionTree:
        """The tree of at most so many leaves that agrees best with `actions` [N] for `observations` [N, K]."""
        from sklearn.tree import DecisionTreeClassifier

        fitted = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=seed % 2**31).fit(observations, actions)
        tree = fitted.tree_
        chosen = fitted.classes_[tree.value[:, 0].argmax(axis=1)]
        feature = np.where(tree.children_left == LEAF, LEAF, tree.feature)
        parts = (feature, tree.children_left, tree.children_right, chosen)
        return cls(*(np.asarray(part, np.int64) for part in parts))

    def act(self, observations: NDArray[Any]) -> NDArray[np.int64]:
        """The actions [N] for observations [N, K]."""
        node = np.zeros(len(observations), np.int64)
        rows = np.arange(len(observations))
        while (inner := self.feature[node] != LEAF).any():
            above = observations[rows, np.maximum(self.feature[node], 0)] > 0.5
            node = np.where(inner, np.where(above, self.yes[node], self.no[node]), node)
        return self.action[node]

    @property
    def leaves(self) -> int:
        """Their number."""
        return int((self.feature == LEAF).sum())

    def to_json(self) -> dict[str, list[int]]:
        """Plain lists."""
        return {name: getattr(self, name).tolist() for name in ("feature", "no", "yes", "action")}

    @classmethod
    def from_json(cls, values: dict[str, list[int]]) -> DecisionTree:
        """The inverse of `to_json`. Raises ValueError where it is none."""
        parts = [np.array(values[name], dtype=object) for name in ("feature", "no", "yes", "action")]
        if (
            not all(part.ndim == 1 and len(part) == len(parts[0]) for part in parts)
            or not 0 < len(parts[0]) <= MOST_NODES
        ):
            raise ValueError("lists of different lengths")
        if not all(type(value) is int and LEAF <= value < MOST_NODES for part in parts for value in part):
            raise ValueError("something else than whole numbers")
        feature, no, yes, action = (part.astype(np.int64) for part in parts)
        own = np.arange(len(feature))
        inner = feature != LEAF
        for child in (no, yes):  # below its node, so that every walk ends
            if not ((child[inner] > own[inner]) & (child[inner] < len(feature))).all():
                raise ValueError("a branch leads nowhere")
        if not ((action >= 0) & (action < len(ACTIONS))).all():
            raise ValueError("an action that is none")
        return cls(feature, no, yes, action)

    def text(self) -> str:
        """The tree in words, for observations of perceptions."""
        names = [*PERCEPTIONS, *(f"last was {action}" for action in ACTIONS)]

        def told(node: int, indent: str) -> list[str]:
            if self.feature[node] == LEAF:
                return [f"{indent}{ACTIONS[self.action[node]]}"]
            feature = int(self.feature[node])
            name = names[feature] if feature < len(names) else f"input {feature}"
            below = indent + "    "
            return [
                f"{indent}if {name}:",
                *told(int(self.yes[node]), below),
                f"{indent}else:",
                *told(int(self.no[node]), below),
            ]

        return "\n".join(told(0, "")) + "\n"
