"""Checkpoints of the published code mean here what they meant there; what is none is refused, and nothing executed."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from leapscli.dsl.sampler import sample_programs
from leapscli.errors import InputError
from leapscli.vae.model import LatentModel
from leapscli.vae.packing import by_length, pack_programs
from leapscli.vae.published import NAMES, read_published

K, V = 12, 51


class Published(nn.Module):
    """The modules of the published ProgramVAE under the names that they have there, on nn.GRU."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.vae = nn.Module()
        for name, inputs in (("encoder", V), ("decoder", V + K)):
            side = nn.Module()
            side.gru, side.token_encoder = nn.GRU(inputs, K), nn.Embedding(V, V)
            self.vae.add_module(name, side)
        self.vae.decoder.token_output_layer = nn.Sequential(nn.Linear(K + V + K, K), nn.Tanh(), nn.Linear(K, V))
        self.vae._enc_mu, self.vae._enc_log_sigma = nn.Linear(K, K), nn.Linear(K, K)
        self.condition_policy = nn.Module()
        self.condition_policy.mlp = nn.Sequential(
            nn.Linear(K, K), nn.Tanh(), nn.Linear(K, K), nn.Tanh(), nn.Linear(K, 6)
        )

    def encode(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """One program [L] → mean and log σ [K]."""
        _, last = self.vae.encoder.gru(self.vae.encoder.token_encoder(ids)[:, None])
        return self.vae._enc_mu(last[0, 0]), self.vae._enc_log_sigma(last[0, 0])

    def decode(self, z: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        """Logits [L, V] of what follows each token, before any mask."""
        decoder = self.vae.decoder
        tokens, context = decoder.token_encoder(ids), z.expand(len(ids), K)
        outputs, _ = decoder.gru(torch.cat([tokens, context], -1)[:, None], z[None, None].contiguous())
        logits: torch.Tensor = decoder.token_output_layer(torch.cat([outputs[:, 0], tokens, context], 1))
        return logits


def state() -> dict[str, torch.Tensor]:
    return OrderedDict(Published().state_dict())


def saved(path: Path, content: Any, **options: Any) -> Path:
    torch.save(content, path, **options)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_published(path)
    return caught.value.message


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_it_encodes_and_decodes_as_it_did(tmp_path: Path, zipped: bool) -> None:
    """Both forms of torch.save: the published weights were written by PyTorch 1.4, in the older."""
    path = saved(tmp_path / "w.ptp", [state(), None], _use_new_zipfile_serialization=zipped)
    network, left_out = read_published(path)
    assert len(left_out) == 1 and "executor" in left_out[0]
    theirs, model, tokens = Published(), LatentModel(network), sample_programs(12, seed=4)
    tokens = tokens[by_length(tokens.lengths)]
    means, packed = model.encode(tokens), pack_programs(tokens)
    row = np.concatenate([np.arange(n) for n in packed.input_sizes])
    step = np.concatenate([np.full(n, t) for t, n in enumerate(packed.input_sizes)])
    with torch.no_grad():
        ours = network.decoder(torch.from_numpy(means), packed)
        _, log_sigmas = network.encoder(packed.tokens, packed.sizes)
        for i in range(len(tokens)):
            ids = torch.from_numpy(tokens.ids[i, : tokens.lengths[i]].astype(np.int64))
            mean, log_sigma = theirs.encode(ids)
            assert torch.allclose(mean, torch.from_numpy(means[i]), atol=1e-5)
            assert torch.allclose(log_sigma, log_sigmas[i], atol=1e-5)
            logits = theirs.decode(mean, ids[:-1])
            for c in np.flatnonzero(row[packed.at] == i):
                allowed = ours[c].isfinite()
                assert torch.allclose(ours[c][allowed], logits[step[packed.at[c]]][allowed], atol=1e-5)


def test_every_parameter_of_ours_comes_from_theirs() -> None:
    assert set(NAMES.values()) == {key for key in state() if key.startswith("vae.")}


def changed(**changes: Any) -> dict[str, Any]:
    """The state dict with entries replaced, or removed where None; `__` stands for a dot."""
    result = state()
    for name, value in changes.items():
        key = name.replace("__", ".")
        result.pop(key, None)
        if value is not None:
            result[key] = value
    return result


NARROW = {f"vae.{side}.token_encoder.weight": torch.zeros(35, 35) for side in ("encoder", "decoder")}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (state(), "holds a OrderedDict, not a list"),
        ([], "holds a list without entries"),
        ([3], "its list begins with a int"),
        ([{"a": 1}], "its list begins with a dict, not a dict of tensors"),
        ([{1: torch.zeros(1)}], "not a dict of tensors"),
        ([changed(vae___enc_mu__bias=None)], "vae._enc_mu.bias: missing"),
        ([changed(vae__decoder__gru__weight_hh_l0=torch.zeros(5, 5))],
         "vae.decoder.gru.weight_hh_l0: [5, 5], should be [36, 12] for 12 units"),
        ([changed(vae___enc_mu__bias=torch.zeros(()))], "vae._enc_mu.bias: empty"),
        ([changed(vae___enc_mu__bias=torch.zeros(12, dtype=torch.int64))], "vae._enc_mu.bias: not all finite numbers"),
        ([changed(vae___enc_mu__bias=torch.full((12,), torch.nan))], "vae._enc_mu.bias: not all finite numbers"),
        ([changed(encoder_gru__weight=torch.zeros(1))], "encoder_gru.weight: not known"),
        ([state() | NARROW], "a vocabulary of 35 tokens, not of 51"),
        ([changed(vae__encoder__lstm__weight_ih_l0=torch.zeros(1))], "an LSTM"),
        ([changed(vae__decoder__eop_output_layer__0__weight=torch.zeros(1))], "a second head"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path: Path, content: Any, expected: str) -> None:
    assert expected in refusal(saved(tmp_path / "w.ptp", content))


def test_everything_that_does_not_fit_is_named_at_once(tmp_path: Path) -> None:
    content = changed(vae___enc_mu__bias=None, vae__decoder__token_output_layer__2__bias=None)
    lines = refusal(saved(tmp_path / "w.ptp", [content])).splitlines()
    assert len(lines) == 3 and lines[0].endswith("do not fit:")


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("exploded"),)


@pytest.mark.parametrize("form", ["torch", "legacy", "pickle"])
def test_code_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "w.ptp"
    if form == "pickle":
        path.write_bytes(pickle.dumps([state(), Bomb()], protocol=2))
    else:
        saved(path, [state(), Bomb()], _use_new_zipfile_serialization=form == "torch")
    assert "refused: unpickling would call" in refusal(path) or "no PyTorch checkpoint" in refusal(path)
    assert not Path("exploded").exists()


def test_what_is_no_checkpoint_is_refused_in_one_line(tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.ptp", [state(), None]).read_bytes()
    for content in (b"", b"text, no weights\n", whole[: len(whole) // 2], whole[:-1], b"\x80\x02]q\x00.", bytes(64)):
        path = tmp_path / "w.ptp"
        path.write_bytes(content)
        assert "\n" not in refusal(path), content[:20]
    assert refusal(tmp_path / "none.ptp").endswith("no such file")
    assert refusal(tmp_path).endswith("a folder")
