"""The report of a policy that is no program: its training, its returns, and episodes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.history import read_history
from leapscli.artifacts.layout import HISTORY, TREE_TEXT
from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS
from leapscli.dsl.tree import Action
from leapscli.engine.budget import Budget
from leapscli.report.pages.code import for_player
from leapscli.report.pages.line_chart import Series, line_chart
from leapscli.report.pages.page import page
from leapscli.report.pages.recording import recording
from leapscli.results.evaluation import Evaluation
from leapscli.stages.baseline import evaluate, own_task
from leapscli.stages.report.about import Content, about
from leapscli.stages.report.episodes import chosen, summary
from leapscli.stages.report.run import task_title, task_words
from leapscli.tasks.play import play
from leapscli.tasks.registry import Task, sized

STATES = 200


def policy_report(workspace: Workspace, policy: Artifact, task: str | None = None) -> bytes:
    """The page of a policy, at play on `task` or on that it was trained on."""
    recipe, metrics = policy.manifest.recipe, policy.manifest.metrics
    judge = sized(task) if task else own_task(policy)
    result = evaluate(policy, judge, STATES, 0)
    programs, recordings = _episodes(policy, judge, result)
    files = {file.name for file in policy.manifest.files}
    return page(
        "policy.html",
        title=f"{task_title(policy)}: {recipe.get('algorithm')}, seed {policy.manifest.seed}",
        reference=policy.reference,
        task=task_words(judge),
        facts=[
            ("return on fresh states", metrics.get("return_held_out")),
            ("on validation states", metrics.get("return_validation")),
            ("actions of training", metrics.get("steps")),
            ("seconds", metrics.get("seconds")),
            ("leaves", metrics.get("leaves")),
            ("observes", recipe.get("observation")),
        ],
        tree=policy.file(TREE_TEXT).read_text(encoding="utf-8") if TREE_TEXT in files else None,
        evaluations=[summary(result)],
        charts=_training(policy),
        programs=programs,
        recordings=recordings,
        about=about(workspace, policy),
    )


def _training(policy: Artifact) -> list[Content]:
    history = read_history(policy.file(HISTORY))
    if not history:
        return []
    columns = ("steps", "return_training", "return_validation")
    steps, *returns = (np.array([row.get(name) for row in history], float) for name in columns)  # None is NaN
    series = [Series(name, steps, column) for name, column in zip(("training", "validation"), returns, strict=True)]
    caption = "Mean return over the actions of training."
    return [line_chart(series, x_label="actions", y_label="return", caption=caption)]


def _episodes(policy: Artifact, task: Task, result: Evaluation) -> tuple[list[Any], list[Any]]:
    """Episodes worth watching, each as the run of a program that is nothing but its actions."""
    from leapscli.baselines.policy import load, recipe_of
    from leapscli.envs.env import KarelEnv
    from leapscli.envs.policy import play as play_policy

    actor = load(policy, task)
    env = KarelEnv(task, observation=recipe_of(policy).observation, max_steps=result.budget.limit)
    programs, recordings = [], []
    for number, (label, index) in enumerate(chosen(result)):
        world = task.sample(1, result.seed, first=index)[0]
        actor.begin(1)
        played = play_policy(env, lambda seen: int(actor.act(seen[None])[0]), options={"world": world})
        straight = Program(tuple(Action(ACTIONS[action]) for action in played.actions))
        budget = Budget.primitives(max(1, len(played.actions)))
        words = f"episode {result.episode(index)}: {label}, return {result.returns[index]:.3f}"
        programs.append(for_player(straight))
        recordings.append(recording(play(straight, world, budget, task=task), words, number))
    return programs, recordings
