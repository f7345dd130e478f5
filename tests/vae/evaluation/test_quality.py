"""What is said of a model in bulk is what one finds program by program."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from leapscli.domains.karel.execution import execute
from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.sampler import sample_programs
from leapscli.vae.evaluation.behaviour_comparison import Probe
from leapscli.vae.evaluation.quality import latent, population, reconstruction
from leapscli.vae.evaluation.smoothness import POINTS, SIGMAS, between, lines, locality, ranked
from leapscli.vae.model import LatentModel
from leapscli.vae.networks.packing import pack_programs, pack_tokens
from tests.vae.memory import KNOWN, memory

WORLDS = random_worlds(4, seed=1)
PROBE = Probe(WORLDS)


@pytest.fixture(scope="module")
def model() -> LatentModel:
    return memory()


@pytest.fixture(scope="module")
def tokens() -> TokenBatch:
    return TokenBatch.concat([TokenBatch.of(KNOWN), sample_programs(40, seed=9)])


def test_reconstruction_is_counted_program_by_program(model: LatentModel, tokens: TokenBatch) -> None:
    found = reconstruction(model, tokens, PROBE)
    programs = tokens.programs()
    back = [model.decode(model.encode([program], refine=0))[0] for program in programs]
    exact = np.array([one == other for one, other in zip(programs, back, strict=True)])
    equal = [
        [execute(one, WORLDS[j]).actions == execute(other, WORLDS[j]).actions for j in range(len(WORLDS))]
        for one, other in zip(programs, back, strict=True)
    ]
    right = choices = 0
    for i in range(len(tokens)):
        packed = pack_programs(tokens[i])
        with torch.no_grad():
            logits = model.network.decoder(torch.from_numpy(model.encode(tokens[i], refine=0)), packed)
        right, choices = right + int((logits.argmax(1) == packed.targets).sum()), choices + len(packed.targets)
    assert exact[: len(KNOWN)].all()
    assert found["all"]["exact"] == pytest.approx(exact.mean())
    assert found["all"]["traces_equal"] == pytest.approx(np.mean(equal))
    assert found["all"]["token_accuracy"] == pytest.approx(right / choices)
    short = tokens.lengths < 20
    assert found["under 20"]["programs"] == short.sum()
    assert found["under 20"]["exact"] == pytest.approx(exact[short].mean())


def test_refined_programs_are_counted_where_the_model_reconstructs(model: LatentModel, tokens: TokenBatch) -> None:
    few = tokens[:10]
    assert reconstruction(model, few, PROBE)["all"]["refined"] is None
    learnt = LatentModel(model.network, meta={"validation": {"reconstruction": 1.0}})
    back = [learnt.decode(learnt.encode([program]))[0] == program for program in few.programs()]
    found = reconstruction(learnt, few, PROBE)["all"]
    assert found["refined"] == pytest.approx(np.mean(back), abs=1.5 / len(few)) and found["refined"] >= found["exact"]


def test_a_bucket_without_programs_says_so(model: LatentModel) -> None:
    found = reconstruction(model, TokenBatch.of(KNOWN), PROBE)
    assert found["all"]["exact"] == found["all"]["traces_equal"] == found["all"]["token_accuracy"] == 1
    assert found["30 or more"] == {
        "programs": 0, "exact": None, "standard_error": None, "refined": None, "traces_equal": None,
        "token_accuracy": None,
    }  # fmt: skip


def test_kl_is_that_of_each_programs_normal_distribution(model: LatentModel, tokens: TokenBatch) -> None:
    divergences = []
    for i in range(len(tokens)):
        with torch.no_grad():
            mean, log_sigma = model.network.encoder(*pack_tokens(tokens[i]))
        own = torch.distributions.Normal(mean[0], log_sigma[0].exp())
        divergences.append(torch.distributions.kl_divergence(own, torch.distributions.Normal(0.0, 1.0)).numpy())
    found, expected = latent(model, tokens), np.mean(divergences, 0)
    assert found["kl_by_dimension"] == pytest.approx(expected, abs=1e-4)
    assert found["kl"] == pytest.approx(expected.mean(), rel=1e-4) and found["dimensions"] == 24
    assert found["active"] == (expected > 0.01).sum()


def test_a_population_is_counted(tokens: TokenBatch) -> None:
    twice = TokenBatch.concat([tokens, tokens[:4]])
    found = population(twice, PROBE)
    assert found["valid"] == 1 and found["distinct"] == len({str(p) for p in tokens.programs()}) / len(twice)
    calls, primitives = found["runs_end"].values()
    assert 0 < calls <= primitives <= 1
    assert found["end_everywhere"] <= primitives <= found["end_somewhere"]


def test_lines_run_from_one_program_to_the_other(model: LatentModel) -> None:
    z = model.encode(list(KNOWN))
    found = lines(model, z[[0, 1]], z[[1, 2]], PROBE)
    assert found["to_start"][0] == found["to_end"][-1] == 1
    ends = [PROBE.similarity(*(TokenBatch.of([KNOWN[i]]) for i in pair)).mean() for pair in ((0, 1), (1, 2))]
    assert found["to_start"][-1] == pytest.approx(np.mean(ends)) == found["to_end"][0]
    assert found["decoded"]["programs"] == 2 * (POINTS - 2) and found["decoded"]["valid"] == 1
    assert found["largest_step"] <= found["neighbours"] <= 1 and 2 <= found["programs_per_line"] <= POINTS


def test_points_are_evenly_spaced_between_the_ends() -> None:
    first, second = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    points = between(first, second, 5)
    assert points.shape == (2, 5, 3) and points.dtype == np.float32
    assert (points[0, :, 0] == [0, 0.25, 0.5, 0.75, 1]).all()


def test_small_steps_change_nothing_and_large_ones_do(model: LatentModel) -> None:
    centres = np.repeat(model.encode(list(KNOWN)), 20, 0)
    found = locality(model, centres, PROBE, np.random.default_rng(0))
    assert [row["sigma"] for row in found] == list(SIGMAS)
    assert found[0]["same"] == 1 and found[0]["similarity"] == 1
    assert found[-1]["same"] < 1 and found[-1]["same"] <= found[-1]["similarity"] <= 1


def test_ranked_puts_the_commonest_first() -> None:
    found, shares = ranked(TokenBatch.of([KNOWN[i] for i in (2, 0, 1, 0, 1, 0)]))
    assert found.programs() == [KNOWN[0], KNOWN[1], KNOWN[2]]
    assert shares.tolist() == [3 / 6, 2 / 6, 1 / 6]
