"""Whatever the vector and however bad the weights: what is decoded is a program."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.published import PAD
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.errors import ArtifactError, InputError
from leapscli.vae.model import LatentModel
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import by_length, pack_programs


def untrained(scale: float = 1.0, seed: int = 0) -> LatentModel:
    network = Network(Shape(hidden=16, latent=16), seed)
    with torch.no_grad():
        for parameter in network.decoder.parameters():
            parameter *= scale
    return LatentModel(network)


@pytest.mark.parametrize("greedy", [True, False])
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_every_decoded_program_is_valid_and_at_most_45_tokens_long(greedy: bool, scale: float) -> None:
    z = 3 * np.random.default_rng(0).standard_normal((200, 16))
    tokens = untrained(scale).decode_tokens(z, greedy=greedy)
    assert tokens.ids.shape == (200, MAX_TOKENS) and tokens.lengths.max() <= MAX_TOKENS
    assert len(tokens.programs()) == 200  # parses every one
    beyond = np.arange(MAX_TOKENS) >= tokens.lengths[:, None]
    assert (tokens.ids[beyond] == PAD).all()


def test_greedy_decoding_is_the_teacher_forced_argmax() -> None:
    model = untrained(4.0)
    z = np.random.default_rng(1).standard_normal((50, 16)).astype(np.float32)
    tokens = model.decode_tokens(z)
    assert len(set(tokens.texts())) > 10 and len(set(tokens.lengths.tolist())) > 3
    order = by_length(tokens.lengths)
    packed = pack_programs(tokens[order])
    logits = model.network.decoder(torch.from_numpy(z[order]), packed)
    assert torch.equal(logits.argmax(1), packed.targets)


def test_a_vectors_program_does_not_depend_on_what_else_is_decoded() -> None:
    model, z = untrained(4.0), np.random.default_rng(2).standard_normal((60, 16))
    alone = [text for row in z for text in model.decode_tokens(row[None]).texts()]
    assert model.decode_tokens(z).texts() == alone


def test_sampling_follows_its_seed() -> None:
    model, z = untrained(), np.zeros((30, 16))
    first, again, other = (model.decode_tokens(z, greedy=False, seed=seed).texts() for seed in (0, 0, 1))
    assert first == again != other
    assert len(set(first)) > 10


def test_encoding_keeps_the_order_of_the_programs() -> None:
    model, tokens = untrained(), sample_programs(40, seed=2)
    z = model.encode(tokens)
    assert z.shape == (40, model.latent) and z.dtype == np.float32
    np.testing.assert_allclose(np.concatenate([model.encode(tokens[i]) for i in range(40)]), z, atol=1e-5)
    np.testing.assert_array_equal(model.encode(tokens.programs()), z)
    assert model.encode([]).shape == (0, 16) and len(model.decode_tokens(np.zeros((0, 16)))) == 0


def test_a_saved_model_comes_back_with_the_same_weights(tmp_path) -> None:
    model = untrained()
    model.save(tmp_path / "weights.safetensors")
    back = LatentModel.load(tmp_path)
    z = np.random.default_rng(0).standard_normal((20, 16))
    assert back.decode_tokens(z).texts() == model.decode_tokens(z).texts()
    assert back.meta["shape"] == Shape(hidden=16, latent=16).as_dict()


def test_a_model_can_be_pickled_as_a_worker_needs_it() -> None:
    model, z = untrained(), np.random.default_rng(0).standard_normal((20, 16))
    assert pickle.loads(pickle.dumps(model)).decode_tokens(z).texts() == model.decode_tokens(z).texts()


def test_what_does_not_fit_is_said_in_one_line(tmp_path) -> None:
    model = untrained()
    for wrong in (np.zeros((3, 17)), np.zeros(16), [], [[1.0], [1.0, 2.0]], [["a"] * 16], "abc", None):
        with pytest.raises(InputError, match=r"vectors are \[P, 16\] for this model, of numbers, not "):
            model.decode(wrong)
    for wrong in (np.nan, np.inf, -np.inf, 1e30, -1e300):
        with pytest.raises(InputError, match=r"vector 1 holds NaN, or a number beyond ±1e\+06"):
            model.decode([[0.0] * 16, [wrong] * 16])
    assert len(model.decode(np.full((2, 16), 1e6))) == 2
    with pytest.raises(InputError, match="seed: expected a whole number from 0 on"):
        model.decode_tokens(np.zeros((1, 16)), seed=-1)
    program = Program.parse("DEF run m( move m)")
    for wrong, message in ((program, "not one Program"), (str(program), "not the str"), ([str(program)], "is the str")):
        with pytest.raises(InputError, match=message):
            model.encode(wrong)
    with pytest.raises(InputError, match="token ids are 0 to 50, not 77"):
        model.encode(TokenBatch.from_ids(np.array([[0, 1, 2, 77]])))
    weights = model.network.state_dict()
    from leapscli.artifacts.weights import save_weights

    save_weights(tmp_path / "other", weights, {"shape": Shape(hidden=8, latent=8).as_dict()})
    with pytest.raises(ArtifactError, match="this model has"):
        LatentModel.load(tmp_path / "other")
    save_weights(tmp_path / "none", weights, {})
    with pytest.raises(ArtifactError, match="shape"):
        LatentModel.load(tmp_path / "none")
