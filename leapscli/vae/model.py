"""A trained program embedding, ready for use: programs ⇄ vectors. What search, the API and the command line hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from leapscli.artifacts.layout import WEIGHTS
from leapscli.artifacts.weights import load_weights
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.published import PAD, PUBLISHED
from leapscli.dsl.vocabulary import MAX_TOKENS, Vocabulary
from leapscli.errors import ArtifactError, InputError, described, whole
from leapscli.seeding import stream_key
from leapscli.vae.decoding.backend import decoding
from leapscli.vae.decoding.loop import DRAWS
from leapscli.vae.device import Noise, choose_device, chunk, generator, moved
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import by_length, pack_tokens
from leapscli.vae.refinement import STEPS, refined
from leapscli.vae.training.checkpoint import load_state
from leapscli.vae.training.state import save_model

LEARNT = 0.5
LARGEST = 1e6  # of a vector's numbers: programs lie within ±10 or so; products of larger ones leave float32
Vectors = NDArray[np.float32]


class LatentModel:
    """Encoder and decoder with fixed weights. Vectors are float32[P, Z], Z = `latent`; decoded programs are valid."""

    def __init__(self, network: Network, device: str = "cpu", meta: dict[str, Any] | None = None) -> None:
        self.device = choose_device(device)
        self.network = network.to(self.device).eval().requires_grad_(False)
        self.latent = network.shape.latent
        self.chunk = chunk(self.device)
        self.meta = meta or {}
        self._decode = decoding(self.network.decoder)

    def __repr__(self) -> str:
        return f"<LatentModel: {self.latent} dimensions, on {self.device}>"

    @classmethod
    def load(cls, path: Path | str, device: str = "cpu") -> LatentModel:
        """From a weights file, or a folder with `weights.safetensors` in it. Raises ArtifactError."""
        file = Path(path) / WEIGHTS if Path(path).is_dir() else Path(path)
        weights, meta = load_weights(file)
        try:
            shape = Shape(**meta["shape"])
        except (KeyError, TypeError, InputError) as error:
            raise ArtifactError(f"{file}: no program embedding: its shape is wrong ({error})", "train one") from None
        recurrent = weights.get("encoder.gru.weight_hh")
        if recurrent is None or recurrent.shape[-1] != shape.hidden:  # before room is made for so many weights
            found = "missing" if recurrent is None else list(recurrent.shape)
            message = f"{file}: encoder.gru.weight_hh is {found}, this model has {[3 * shape.hidden, shape.hidden]}"
            raise ArtifactError(message, "train one")
        network = Network(shape)
        load_state(network, weights, file)
        return cls(network, device, meta)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of its programs."""
        return PUBLISHED

    @property
    def reconstructs(self) -> bool:
        """True if the model gave back half of the programs it was tried on, when it was trained or imported.

        A decoder that has not learnt to say programs has no better vector to offer for them than the encoder's mean.
        """
        measured = self.meta.get("validation")
        share = measured.get("reconstruction") if isinstance(measured, dict) else self.meta.get("reconstruction_random")
        return isinstance(share, int | float) and share >= LEARNT

    def save(self, path: Path | str) -> None:
        """Write weights and metadata to one safetensors file."""
        save_model(Path(path), self.network, {key: value for key, value in self.meta.items() if key != "shape"})

    def encode(self, programs: Sequence[Program] | TokenBatch, *, refine: int | None = None) -> Vectors:
        """A vector of each program, float32[P, Z]: the mean that the encoder gives, and where this decodes to another
        program, one that decodes to its own, as far as `refine` steps of gradient descent find it (refinement.py).

        `refine` is 50 for a model that `reconstructs`, else 0, which gives the encoder's means alone. Raises InputError
        for a program of more than 45 tokens.
        """
        tokens = programs if isinstance(programs, TokenBatch) else TokenBatch.of(programs)
        longest = int(tokens.lengths.max(initial=0))
        if longest > MAX_TOKENS or (len(tokens) and tokens.lengths.min() < 1):
            raise InputError(f"programs of 1 to {MAX_TOKENS} tokens can be encoded, not of {longest}")
        if int(tokens.ids.max(initial=0)) > PAD:
            raise InputError(f"token ids are 0 to {PAD}, not {tokens.ids.max()}")
        steps = STEPS * self.reconstructs if refine is None else whole(refine, "refine", 0)
        means = self._means(tokens)
        return refined(self.network.decoder, self._decode, tokens, means, steps) if steps else means

    @torch.inference_mode()
    def _means(self, tokens: TokenBatch) -> Vectors:
        means = np.empty((len(tokens), self.latent), np.float32)
        order = by_length(tokens.lengths)
        for at in range(0, len(order), self.chunk):
            rows = order[at : at + self.chunk]
            packed, sizes = pack_tokens(tokens[rows])
            means[rows] = self.network.encoder(moved(packed, self.device), sizes)[0].cpu().numpy()
        return means

    def decode_tokens(self, z: ArrayLike, *, greedy: bool = True, seed: int = 0) -> TokenBatch:
        """The programs of vectors [P, Z], as ids of 45 columns: the likeliest tokens, or drawn under `seed`."""
        vectors = self._vectors(z)
        draws = generator(self.device, int(stream_key(whole(seed, "seed", 0), "decode")))
        parts = []
        for part in torch.split(vectors, self.chunk):
            noise = None if greedy else Noise(self.device, draws, len(part), slice(None)).exponential(*DRAWS)
            parts.append(self._decode(moved(part, self.device), noise=noise).cpu().numpy())
        return TokenBatch.from_ids(np.concatenate(parts))

    def _vectors(self, z: ArrayLike) -> torch.Tensor:
        """`z` as float32[P, Z]. Raises InputError for another shape, and for what no vector of a program can hold."""
        try:
            array = np.asarray(z)
        except ValueError:  # rows of different lengths
            array = np.zeros(0, object)
        numbers = array.dtype.kind in "biuf"
        if not numbers or array.ndim != 2 or array.shape[1] != self.latent:
            found = described(array if numbers else z)
            raise InputError(f"vectors are [P, {self.latent}] for this model, of numbers, not {found}")
        wrong = np.flatnonzero(~(np.abs(array) <= LARGEST).all(axis=1))
        if len(wrong):
            raise InputError(f"vector {wrong[0]} holds NaN, or a number beyond ±{LARGEST:g}")
        return torch.as_tensor(array.astype(np.float32))

    def decode(self, z: ArrayLike) -> list[Program]:
        """The programs of vectors [P, Z], greedily decoded. Raises InputError for what is none."""
        return self.decode_tokens(z).programs()
