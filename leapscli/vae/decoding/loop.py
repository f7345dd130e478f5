"""Many vectors → many programs: the decoder run freely, greedy or sampling, always within the grammar and 45 tokens.

One step is a handful of tensor operations over all programs still being written: the state's products for gates and
head are one matrix product, what tokens and z contribute is looked up, the automaton advances by table, and rows that
are finished are dropped once they are worth dropping. A host that looks for them waits for its device, so on a GPU it
looks a few times only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from leapscli.dsl.grammar import END, SHORTEST_PROGRAM, START, Cursor, Tables, advance, tables_of
from leapscli.dsl.published import PAD, TOKEN_ID, VOCABULARY_SIZE
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.masks import MASKS, keys

PREFIX = tuple(TOKEN_ID[token] for token in ("DEF", "run", "m("))  # every program begins so
DRAWS = (MAX_TOKENS, VOCABULARY_SIZE)  # a program's random numbers: its own, whatever else is decoded beside it
WORTH = 8  # drop finished rows when they are one in so many: each drop copies what the others need
LOOKS = frozenset((11, 17, 23, 29, 35))  # the tokens after which finished rows are looked for where that is a wait


@dataclass(eq=False)
class _Rows:
    """The programs still being written, n of them; K units."""

    places: Tensor  # int64[n], their rows in the result
    state: Tensor  # [n, K]
    gates: Tensor  # [n, 3K], what z contributes to them
    head: Tensor  # [n, K], likewise
    cursor: Cursor

    def keep(self, which: Tensor) -> None:
        """Only the rows `which` int64[m]."""
        self.places, self.state = self.places.index_select(0, which), self.state.index_select(0, which)
        self.gates, self.head = self.gates.index_select(0, which), self.head.index_select(0, which)
        self.cursor = self.cursor.map(lambda array: array.index_select(0, which))


class Decoding:
    """A decoder whose weights stay as they are, arranged for single steps: gates (3K) and head (K) side by side."""

    @torch.inference_mode()
    def __init__(self, decoder: Decoder) -> None:
        self.units = k = decoder.head.out_features
        self.decoder, device = decoder, decoder.head.weight.device
        self.weight = torch.cat([decoder.gru.weight_hh, decoder.head.weight[:, :k]]).t().contiguous()  # [K, 4K]
        self.bias = torch.cat([decoder.gru.bias_hh, torch.zeros(k, device=device)])
        self.tables, self.mask = grammar_on(device)
        self.token_gates, self.token_head = decoder.token_parts()

    @torch.inference_mode()
    def __call__(self, z: Tensor, *, noise: Tensor | None = None) -> Tensor:
        """Vectors float32[B, Z] → ids uint8[B, 45], padded: the likeliest tokens.

        With `noise` [B, *DRAWS], exponentially distributed, they are drawn from the decoder's distribution.
        """
        rows, ids = self._begin(z), torch.full((len(z), MAX_TOKENS), PAD, dtype=torch.uint8, device=z.device)
        token = rows.places
        for i in range(MAX_TOKENS if len(z) else 0):
            recurrent = torch.addmm(self.bias, rows.state, self.weight)  # [n, 4K]
            if i < len(PREFIX):
                token = torch.full_like(rows.places, PREFIX[i])
            else:
                chance = None if noise is None else noise[rows.places, i]
                token = _choose(self._logits(rows, recurrent, token, MAX_TOKENS - i), chance)
            ids[rows.places, i] = token.to(torch.uint8)
            self._read(rows, recurrent, token)
            if z.device.type == "cpu" or i in LOOKS:
                token = _drop_finished(rows, token)
            if not len(token):
                break
        return ids

    def _begin(self, z: Tensor) -> _Rows:
        """The state before the first token."""
        z = self.decoder.bound(z)
        gates, head = self.decoder.latent_parts(z)
        zeros = torch.zeros(len(z), dtype=torch.int64, device=z.device)
        cursor = Cursor(zeros + START, zeros, zeros + SHORTEST_PROGRAM)
        return _Rows(torch.arange(len(z), device=z.device), self.decoder.start(z), gates, head, cursor)

    def _read(self, rows: _Rows, recurrent: Tensor, token: Tensor) -> None:
        """Advance states and cursor by one token; `recurrent` [n, 4K] is the product of the states."""
        k = self.units
        gates = F.embedding(token, self.token_gates).add_(rows.gates)
        ru = gates[:, : 2 * k].add_(recurrent[:, : 2 * k]).sigmoid_()
        new = gates[:, 2 * k :].addcmul_(ru[:, :k], recurrent[:, 2 * k : 3 * k]).tanh_()
        rows.state = torch.lerp(new, rows.state, ru[:, k:])
        rows.cursor = advance(self.tables, rows.cursor, token)

    def _logits(self, rows: _Rows, recurrent: Tensor, token: Tensor, remaining: int) -> Tensor:
        """Masked logits [n, V] of the next token."""
        k = self.units
        hidden = F.embedding(token, self.token_head).add_(rows.head)
        hidden = hidden.add_(recurrent[:, 3 * k :]).tanh_()
        return self.decoder.out(hidden).add_(self.mask[keys(rows.cursor, remaining)])  # type: ignore[no-any-return]


@cache
def grammar_on(device: torch.device) -> tuple[Tables, Tensor]:
    """The automaton's tables, and the masks of MASKS as float32[keys, V] of 0 and -inf, on `device`: copied once."""
    here: Tables = tables_of().map(lambda array: torch.from_numpy(array.copy()).to(device))
    mask = torch.zeros(MASKS.allowed.shape).masked_fill_(torch.from_numpy(~MASKS.allowed), float("-inf"))
    return here, mask.to(device)


def _choose(logits: Tensor, chance: Tensor | None) -> Tensor:
    """The next token of each row, int64[n]: of exponential times at these rates, the shortest is the one drawn."""
    return logits.argmax(1) if chance is None else (logits.softmax(1) / chance).argmax(1)


def _drop_finished(rows: _Rows, token: Tensor) -> Tensor:
    """Leave out finished rows, if there are enough of them; their last tokens likewise."""
    going = (rows.cursor.state != END).nonzero().squeeze(1)
    if len(going) > len(token) - max(1, len(token) // WORTH):
        return token
    rows.keep(going)
    return token.index_select(0, going)
