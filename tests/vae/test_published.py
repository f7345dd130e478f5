"""Checkpoints of the literature mean here what they meant there; what is none is refused, and nothing executed."""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from leapscli.dsl.published import TOKENS
from leapscli.dsl.sampler import sample_programs
from leapscli.errors import InputError
from leapscli.vae.model import LatentModel
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import by_length, pack_programs
from leapscli.vae.published.families import FAMILIES
from leapscli.vae.published.orders import ORDERS
from leapscli.vae.published.reading import Reading, read_published
from tests.vae.layouts import LAYOUTS, Flat, Hprl, Layout, Leaps, Modular, V

# The vocabulary of prog_policies' KarelDSL, as it numbers it.
WORDS = """DEF run m( m) WHILE c( c) w( w) IF i( i) IFELSE ELSE e( e) REPEAT r( r) not move turnLeft turnRight
pickMarker putMarker frontIsClear leftIsClear rightIsClear markersPresent noMarkersPresent R=0 R=1 R=2 R=3 R=4 R=5 R=6
R=7 R=8 R=9 R=10 R=11 R=12 R=13 R=14 R=15 R=16 R=17 R=18 R=19 <pad>"""
PROG_POLICIES = WORDS.split()


def state(layout: Callable[[], Layout] = Leaps) -> dict[str, Any]:
    return OrderedDict(layout().state_dict())


def saved(path: Path, content: Any, **options: Any) -> Path:
    torch.save(content, path, **options)
    return path


def refusal(path: Path) -> str:
    """All that a refused file gets."""
    with pytest.raises(InputError) as caught:
        read_published(path)
    return f"{caught.value.message}\n{caught.value.hint or ''}".strip()


def assert_same(theirs: Layout, network: Network, tokens: list[str]) -> None:
    """Means, log σ and logits are equal, for programs whose ids there are places in `tokens`."""
    rows, model, programs = (
        np.array([tokens.index(t) for t in TOKENS]),
        LatentModel(network),
        sample_programs(12, seed=4),
    )
    programs = programs[by_length(programs.lengths)]
    means, packed = model.encode(programs), pack_programs(programs)
    row = np.concatenate([np.arange(n) for n in packed.input_sizes])
    step = np.concatenate([np.full(n, t) for t, n in enumerate(packed.input_sizes)])
    with torch.no_grad():
        ours = network.decoder(torch.from_numpy(means), packed)
        _, log_sigmas = network.encoder(packed.tokens, packed.sizes)
        for i in range(len(programs)):
            ids = torch.from_numpy(rows[programs.ids[i, : programs.lengths[i]]])
            mean, log_sigma = theirs.encode(ids)
            assert torch.allclose(mean, torch.from_numpy(means[i]), atol=1e-5)
            assert torch.allclose(log_sigma, log_sigmas[i], atol=1e-5)
            logits = theirs.decode(mean, ids[:-1])[:, rows]
            for c in np.flatnonzero(row[packed.at] == i):
                allowed = ours[c].isfinite()
                assert torch.allclose(ours[c][allowed], logits[step[packed.at[c]]][allowed], atol=1e-5)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_it_encodes_and_decodes_as_it_did(tmp_path: Path, zipped: bool) -> None:
    """Both forms of torch.save: the published weights were written by PyTorch 1.4, in the older."""
    path = saved(tmp_path / "w.ptp", [state(), None], _use_new_zipfile_serialization=zipped)
    found = read_published(path)
    assert found.left_out == ["the neural executor: its MLP has three layers, ours two (condition_policy.*)"]
    assert_same(Leaps(), found.network(Reading("leaps")), list(TOKENS))


@pytest.mark.parametrize("order", ["leaps", "prog_policies"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_models_of_the_follow_up_work_encode_and_decode_as_they_did(tmp_path: Path, name: str, order: str) -> None:
    """Every layout, with 128 and 64 dimensions too, whichever order its tokens are in."""
    theirs = LAYOUTS[name]()
    found = read_published(saved(tmp_path / "w.ptp", OrderedDict(theirs.state_dict())))
    tokens = {"leaps": list(TOKENS), "prog_policies": PROG_POLICIES}[order]
    network = found.network(Reading(order, theirs.tanh))
    assert_same(theirs, network, tokens)
    assert found.shared == (name in ("flat", "modular", "128"))
    assert (network.shape.latent, network.shape.tanh) == (
        theirs.encode(torch.zeros(1, dtype=torch.long))[0].numel(),
        theirs.tanh,
    )


def test_a_decoder_that_reads_tanh_decodes_freely_as_when_taught(tmp_path: Path) -> None:
    """Greedy decoding bounds z as teacher forcing does: z and its tanh under a tanh-free twin give equal programs."""
    found = read_published(saved(tmp_path / "w.ptp", state(Hprl)))
    bounded, plain = (LatentModel(found.network(Reading("leaps", tanh))) for tanh in (True, False))
    z = np.random.default_rng(0).standard_normal((50, 5)).astype(np.float32)
    assert (bounded.decode_tokens(3 * z).ids == plain.decode_tokens(np.tanh(3 * z)).ids).all()
    assert (bounded.decode_tokens(3 * z).ids != plain.decode_tokens(3 * z).ids).any()


def test_the_orders_are_those_of_the_code_that_wrote_them() -> None:
    assert tuple(PROG_POLICIES) == ORDERS["prog_policies"] and ORDERS["leaps"] == TOKENS
    assert all(
        sorted(order) == sorted(TOKENS) and order[0] == "DEF" and order[-1] == "<pad>" for order in ORDERS.values()
    )


@pytest.mark.parametrize(("layout", "family"), [*zip((Leaps, Flat, Modular), FAMILIES, strict=True)])
def test_every_parameter_of_ours_comes_from_theirs(layout: Callable[[], Layout], family: Any) -> None:
    entries = {key for key in state(layout) if not key.startswith(tuple(family.left_out))}
    assert set(family.names.values()) == entries
    assert set(family.names) == set(Network(Shape(8, 8, executor=False)).state_dict())


@pytest.mark.parametrize("wrap", [
    lambda s: s, lambda s: [s, None], lambda s: {"epoch": 3, "model_state_dict": s}, lambda s: {"state_dict": s},
    lambda s: {f"module.{key}": tensor for key, tensor in s.items()},
    lambda s: {key: tensor.double() for key, tensor in s.items()},
])  # fmt: skip
def test_a_state_dict_is_found_where_trainers_put_it(tmp_path: Path, wrap: Callable[[Any], Any]) -> None:
    found = read_published(saved(tmp_path / "w.ptp", wrap(state(Flat))))
    assert found.family is FAMILIES[1] and set(found.state) == set(state(Flat))


def test_safetensors_are_read_too(tmp_path: Path) -> None:
    save_file({key: tensor.clone() for key, tensor in state(Modular).items()}, tmp_path / "w.safetensors")
    assert read_published(tmp_path / "w.safetensors").family is FAMILIES[2]


def changed(**changes: Any) -> dict[str, Any]:
    """The state dict with entries replaced, or removed where None; `__` stands for a dot."""
    result = state()
    for name, value in changes.items():
        key = name.replace("__", ".")
        result.pop(key, None)
        if value is not None:
            result[key] = value
    return result


def of_tokens(count: int, layout: Callable[[], Layout] = Leaps) -> dict[str, Any]:
    """A model of another language."""
    embeddings = [key for key in state(layout) if key.endswith("token_encoder.weight")]
    return state(layout) | {key: torch.zeros(count, count) for key in embeddings}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([], "holds an empty list"),
        ({}, "holds an empty dict"),
        ([3], "holds a int, not a dict of tensors"),
        ([{"a": 1}], "holds a dict, not a dict of tensors"),
        ([{1: torch.zeros(1)}], "not a dict of tensors"),
        ({"weight": torch.zeros(1)}, "no program embedding that is known: 1 tensors (weight, …)"),
        (Network(Shape(8, 8)).state_dict(), "a model of leaps itself"),
        ([changed(vae___enc_mu__bias=None)], "vae._enc_mu.bias: missing"),
        ([changed(vae__decoder__gru__weight_hh_l0=torch.zeros(5, 5))],
         "vae.decoder.gru.weight_hh_l0: [5, 5], should be [36, 12] for 12 units"),
        ([changed(vae___enc_mu__bias=torch.zeros(()))], "vae._enc_mu.bias: empty"),
        ([changed(vae___enc_mu__bias=torch.zeros(12, dtype=torch.int64))], "vae._enc_mu.bias: not all finite numbers"),
        ([changed(vae___enc_mu__bias=torch.full((12,), torch.nan))], "vae._enc_mu.bias: not all finite numbers"),
        ([changed(encoder_gru__weight=torch.zeros(1))], "encoder_gru.weight: not known"),
        ([changed(vae__encoder__fc__weight=torch.zeros(5, 12))], "vae.decoder.fc.weight: missing"),
        (state(lambda: Leaps(12, 12)), "a linear layer after z, with as many latent dimensions as units (12)"),
        ([changed(vae__encoder__lstm__weight_ih_l0=torch.zeros(1))], "an LSTM"),
        ([changed(vae__decoder__eop_output_layer__0__weight=torch.zeros(1))], "a second head"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path: Path, content: Any, expected: str) -> None:
    assert expected in refusal(saved(tmp_path / "w.ptp", content))


@pytest.mark.parametrize("layout", [Leaps, Flat, Modular])
@pytest.mark.parametrize(("count", "language"), [
    (35, "HPRL's language"), (32, "the simplified language"), (52, "with <HOLE>"), (40, "another language"),
])  # fmt: skip
def test_a_model_of_another_language_is_refused_by_its_tokens(
    tmp_path: Path, layout: Callable[[], Layout], count: int, language: str
) -> None:
    lines = refusal(saved(tmp_path / "w.ptp", of_tokens(count, layout))).splitlines()
    assert len(lines) == 3 and f"{count} tokens, not {V}: " in lines[1] and language in lines[1]


def test_everything_that_does_not_fit_is_named_at_once_within_a_screen(tmp_path: Path) -> None:
    content = changed(vae___enc_mu__bias=None, vae__decoder__token_output_layer__2__bias=None)
    lines = refusal(saved(tmp_path / "w.ptp", [content])).splitlines()
    assert len(lines) == 4 and lines[0].endswith("do not fit:")
    encoder_alone = {key: tensor for key, tensor in state(Flat).items() if "decoder" not in key}
    lines = refusal(
        saved(tmp_path / "w.ptp", encoder_alone | {f"x{i}": torch.zeros(1) for i in range(99)})
    ).splitlines()
    assert len(lines) == 15 and lines[-2] == "  … and 95 more"


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
    assert "refused: unpickling would call" in refusal(path) or "not a PyTorch checkpoint" in refusal(path)
    assert not Path("exploded").exists()


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_whole_pickled_module_is_refused_with_the_way_out(tmp_path: Path, zipped: bool) -> None:
    lines = refusal(saved(tmp_path / "w.pt", Flat(), _use_new_zipfile_serialization=zipped)).splitlines()
    assert len(lines) == 2 and "unpickling would call" in lines[0] and "tests.vae.layouts.Flat" in lines[0]
    assert "torch.save(model.state_dict(), FILE)" in lines[1]


def test_what_is_no_checkpoint_is_refused_in_one_line(tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.ptp", [state(), None]).read_bytes()
    for content in (b"", b"text, no weights\n", whole[: len(whole) // 2], whole[:-1], b"\x80\x02]q\x00.", bytes(64)):
        path = tmp_path / "w.ptp"
        path.write_bytes(content)
        assert len(refusal(path).splitlines()) <= 2, content[:20]
    assert refusal(tmp_path / "none.ptp").endswith("no such file")
    assert refusal(tmp_path).endswith("a folder")


def damaged(content: bytes, draws: np.random.Generator) -> bytes:
    """Some bytes replaced, or the end missing."""
    if draws.random() < 0.3:
        return content[: draws.integers(len(content))]
    changed = np.frombuffer(content, np.uint8).copy()
    changed[draws.integers(len(content), size=draws.choice([1, 4, 40]))] = draws.integers(256)
    return changed.tobytes()


@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
def test_a_damaged_file_gives_a_model_or_a_message(tmp_path: Path, form: str) -> None:
    path, draws = tmp_path / "w.ptp", np.random.default_rng(0)
    if form == "safetensors":
        save_file({key: tensor.clone() for key, tensor in state(Flat).items()}, path)
    else:
        saved(path, state(Flat), _use_new_zipfile_serialization=form == "zip")
    whole = path.read_bytes()
    for _ in range(100):
        path.write_bytes(damaged(whole[:600], draws) + whole[600:-3000] + damaged(whole[-3000:], draws))
        with suppress(InputError):
            read_published(path)


def npz(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, a=np.zeros(3))


def script(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", b"")
        archive.writestr("m/constants.pkl", b"")


def tensors(path: Path) -> None:
    save_file({"a": torch.zeros(99)}, path)


def cut(write: Callable[[Path], None], by: int) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        write(path)
        path.write_bytes(path.read_bytes()[:-by])

    return run


def whole(zipped: bool) -> Callable[[Path], None]:
    return lambda path: saved(path, state(), _use_new_zipfile_serialization=zipped) and None


FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "cut": (cut(whole(True), 50), "an archive that is cut short"),
    "cut, older form": (cut(whole(False), 50), "cut short or damaged"),
    "cut safetensors": (cut(tensors, 9), "safetensors file that is cut short"),
    "npz": (npz, "an archive of NumPy arrays (.npz)"),
    "npy": (lambda path: path.write_bytes(b"\x93NUMPY\1\0"), "a NumPy array"),
    "TorchScript": (script, "a TorchScript archive"),
    "zip": (lambda path: zipfile.ZipFile(path, "w").writestr("weights.ptp", b""), "a zip archive"),
    "gzip": (lambda path: path.write_bytes(b"\x1f\x8b\x08\0"), "compressed by gzip"),
    "HDF5": (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n"), "an HDF5 file"),
    "web page": (lambda path: path.write_text("\n<!DOCTYPE html><title>Not found</title>"), "a web page"),
    "LFS": (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid"), "a Git LFS pointer"),
    "text": (lambda path: path.write_text("name: leaps\n"), "text"),
}


@pytest.mark.parametrize(("write", "said"), FILES.values(), ids=FILES.keys())
def test_a_file_that_is_not_what_its_name_says_is_called_what_it_is(tmp_path: Path, write: Any, said: str) -> None:
    write(tmp_path / "best_valid_params.ptp")
    lines = refusal(tmp_path / "best_valid_params.ptp").splitlines()
    assert said in lines[0] and len(lines) == 2, lines
