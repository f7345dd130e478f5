"""L_P as a GPU likes it: the dataset lies on the device, and a step is one graph of kernels (CUDA graphs).

Nothing of a step depends on its batch but what lies in four buffers: the rows, the noise, the learning rate, and the
figures that come of it. A graph has one number of tokens, so there is one for each of a few LENGTHS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import torch
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_

from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.vae.device import moved
from leapscli.vae.networks.packing import by_length
from leapscli.vae.networks.padded import IGNORED, PaddedPrograms, encode, logits_and_targets
from leapscli.vae.training.data import Array, Programs, choices
from leapscli.vae.training.losses import kl_by_dimension
from leapscli.vae.training.state import Training
from leapscli.vae.training.terms import Terms, total

LENGTHS = (16, 24, 32, MAX_TOKENS)
WARM_UP = 3  # steps of each length that run kernel by kernel: libraries choose, allocate and cache in them
FIGURES = ("loss", "tokens", "kl", "token_accuracy")


class GraphedSteps:
    """Steps of `size` programs of `learn`, with the sequence of kernels of each length recorded once."""

    def __init__(self, training: Training, learn: Programs, size: int) -> None:
        self.training, self.learn, self.size = training, learn, size
        self.device = training.precision.device
        self.programs = PaddedPrograms.of(learn.tokens, self.device, learn.keys)
        self.rows = torch.zeros(size, dtype=torch.int64, device=self.device)
        self.noise = torch.zeros(size, training.network.shape.latent, device=self.device)
        self.figures = torch.zeros(len(FIGURES), device=self.device)
        self.graphs: dict[int, torch.cuda.CUDAGraph] = {}
        self.met = Counter[int]()
        self.side: torch.cuda.Stream | None = None  # warming up is done beside the default stream, as recording is

    def __iter__(self) -> Iterator[tuple[Array, Terms]]:
        """One step after the other, without end: its programs as rows of the dataset, and its terms."""
        recipe = self.training.recipe
        for chosen in choices(len(self.learn), self.size, recipe.seed, self.training.step):
            order = chosen[by_length(self.learn.tokens.lengths[chosen])]  # noise goes by place, as in packed batches
            yield self.learn.rows[order], self.step(order)

    def step(self, chosen: Array) -> Terms:
        """One step of Adam on the programs at `chosen` int64[size]; no waiting for the device."""
        training = self.training
        longest = int(self.learn.tokens.lengths[chosen].max())
        tokens = next(length for length in LENGTHS if length >= longest)
        self.rows.copy_(moved(torch.from_numpy(chosen), self.device), non_blocking=True)
        self.noise.normal_(generator=training.generator())
        training.set_rate()
        self._run(tokens)
        return dict(zip(FIGURES, self.figures.clone().unbind(), strict=True))

    def _run(self, tokens: int) -> None:
        """The kernels of a step, from the buffers to the buffers."""
        self.met[tokens] += 1
        if self.device.type != "cuda":
            self._kernels(tokens)
        elif self.met[tokens] <= WARM_UP:
            self.side = self.side or torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
            self.side.wait_stream(torch.cuda.current_stream(self.device))
            with torch.cuda.stream(self.side):
                self._kernels(tokens)
            torch.cuda.current_stream(self.device).wait_stream(self.side)
        else:
            if tokens not in self.graphs:
                self.graphs[tokens] = self._recorded(tokens)
            self.graphs[tokens].replay()

    def _recorded(self, tokens: int) -> torch.cuda.CUDAGraph:
        """The graph for so many tokens; nothing is computed yet."""
        graph = torch.cuda.CUDAGraph()
        self.training.optimizer.zero_grad(set_to_none=True)  # so that gradients lie in the graph's own memory
        with torch.cuda.graph(graph):
            self._kernels(tokens)
        return graph

    def _kernels(self, tokens: int) -> None:
        training = self.training
        network, optimizer, recipe = training.network, training.optimizer, training.recipe
        programs = self.programs.at(self.rows, tokens)
        with training.precision.autocast():
            mean, log_sigma = encode(network.encoder, programs)
            z = mean + log_sigma.exp() * self.noise
            logits, targets = logits_and_targets(network.decoder, z, programs)
        summed = F.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum")
        predicted = targets != IGNORED
        right = ((logits.detach().argmax(1) == targets) & predicted).sum()
        terms = {
            "tokens": summed / programs.lengths.sum(),
            "kl": kl_by_dimension(mean, log_sigma).mean(),
            "token_accuracy": right / predicted.sum(),
        }
        terms["loss"] = total(terms, recipe)
        optimizer.zero_grad(set_to_none=True)
        terms["loss"].backward()  # type: ignore[no-untyped-call]
        clip_grad_norm_(network.parameters(), recipe.optimizer.clip)
        optimizer.step()
        self.figures.copy_(torch.stack([terms[name].detach() for name in FIGURES]))
