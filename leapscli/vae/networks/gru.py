"""A GRU over packed sequences, fast where sequences are short (Cho et al. 2014; gates and names as in nn.GRU).

Rows are sorted by falling length and packed by time: step 0 of every row, then step 1 of the rows still running, and so
on. A step is a contiguous slice, and padding is never computed. What depends on the input alone, the input gates, comes
from outside: for tokens it is a look-up in a table. The backward pass walks the steps only for the gradient of the
state, and forms that of the recurrent weights in one product over all steps.

Axes: B rows, S packed steps (sum of `sizes`), K units. `sizes[t]` is the number of rows that run at step t.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

Sizes = tuple[int, ...]


class GRU(nn.Module):
    """Parameters of one GRU layer, with nn.GRU's meaning, and the recurrence over packed input gates."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(3 * units, inputs))
        self.weight_hh = nn.Parameter(torch.empty(3 * units, units))
        self.bias_ih = nn.Parameter(torch.zeros(3 * units))
        self.bias_hh = nn.Parameter(torch.zeros(3 * units))
        for weight in (self.weight_ih, self.weight_hh):
            nn.init.orthogonal_(weight)  # as the published code does

    def forward(self, gates: Tensor, state: Tensor, sizes: Sizes) -> tuple[Tensor, Tensor]:
        """Input gates [S, 3K] and first states [B, K] → the state after each step [S, K], each row's last [B, K].

        Under autocast the products run in its dtype; states, gates and their gradients stay in float32.
        """
        device, weight = gates.device.type, self.weight_hh.to(state.dtype)
        if torch.is_autocast_enabled(device):
            weight = self.weight_hh.to(torch.get_autocast_dtype(device))
        with torch.autocast(device, enabled=False):
            outputs: Tensor = _Sequence.apply(gates.to(state.dtype), state, weight, self.bias_hh, sizes)  # type: ignore[no-untyped-call]
        return outputs, last_states(outputs, sizes)


def spread(rows: Tensor, sizes: Sizes) -> Tensor:
    """Repeat each row at each of its steps: [B, K] → [S, K]."""
    return _Spread.apply(rows, sizes)  # type: ignore[no-any-return, no-untyped-call]


def last_states(outputs: Tensor, sizes: Sizes) -> Tensor:
    """The packed states [S, K] at each row's last step → [B, K]."""
    return _Last.apply(outputs, sizes)  # type: ignore[no-any-return, no-untyped-call]


class _Spread(torch.autograd.Function):
    """Slices instead of an index: the gradient is a sum of slices, where a gather's would scatter."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, sizes: Sizes) -> Tensor:
        ctx.sizes = sizes
        return torch.cat([rows[:n] for n in sizes])

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        total = grad.new_zeros(ctx.sizes[0], grad.shape[1])
        for part, n in zip(torch.split(grad, ctx.sizes), ctx.sizes, strict=True):
            total[:n] += part
        return total, None


class _Last(torch.autograd.Function):
    """Slices again: at step t the rows from sizes[t+1] to sizes[t] end."""

    @staticmethod
    def forward(ctx: Any, outputs: Tensor, sizes: Sizes) -> Tensor:
        ctx.shape, ctx.slices = outputs.shape, list(_endings(sizes))
        return torch.cat([outputs[part] for part in ctx.slices])

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        total = grad.new_zeros(ctx.shape)
        for part, rows in zip(ctx.slices, torch.split(grad, [s.stop - s.start for s in ctx.slices]), strict=True):
            total[part] = rows
        return total, None


def _endings(sizes: Sizes) -> Iterator[slice]:
    """The indices of the states after each row's last step, the longest rows first."""
    stop, running = sum(sizes), 0
    for n in reversed(sizes):
        if n > running:
            yield slice(stop - n + running, stop)
        stop, running = stop - n, n


class _Sequence(torch.autograd.Function):
    """The recurrence over all steps.

    r, u = σ(gates_ru + W_ru h + b_ru)   n = tanh(gates_n + r·(W_n h + b_n))   h' = (1-u)·n + u·h
    """

    @staticmethod
    def forward(ctx: Any, gates: Tensor, state: Tensor, weight: Tensor, bias: Tensor, sizes: Sizes) -> Tensor:
        k, active, start, before = state.shape[1], gates.clone(), 0, state
        outputs = gates.new_empty(len(gates), k)
        recurrent = torch.empty_like(gates)
        for n in sizes:
            rows = slice(start, start + n)
            _affine(before[:n], weight, bias, out=recurrent[rows])
            ru = active[rows, : 2 * k].add_(recurrent[rows, : 2 * k]).sigmoid_()
            new = active[rows, 2 * k :].addcmul_(ru[:, :k], recurrent[rows, 2 * k :]).tanh_()
            torch.lerp(new, before[:n], ru[:, k:], out=outputs[rows])
            before, start = outputs[rows], start + n
        ctx.sizes = sizes
        ctx.save_for_backward(active, recurrent, outputs, state, weight)
        return outputs

    @staticmethod
    def backward(ctx: Any, d_outputs: Tensor) -> tuple[Tensor | None, ...]:
        active, recurrent, outputs, state, weight = ctx.saved_tensors
        sizes, k = ctx.sizes, state.shape[1]
        previous = torch.cat([state, *_all_but_last(outputs, sizes)])[: len(outputs)]  # state before each step [S, K]
        slopes = _slopes(active, recurrent[:, 2 * k :], previous)
        update, d_state, stop = active[:, k : 2 * k], torch.zeros_like(state), len(outputs)
        for n in reversed(sizes):
            rows, carry = slice(stop - n, stop), d_state[:n]
            carry += d_outputs[rows]
            gradient = slopes[rows].mul_(carry.unsqueeze(1)).view(n, 4 * k)
            carry *= update[rows]
            _accumulate(carry, gradient[:, : 3 * k], weight)
            stop -= n
        flat = slopes.view(-1, 4 * k)
        d_recurrent = flat[:, : 3 * k]
        d_gates = torch.cat([flat[:, : 2 * k], flat[:, 3 * k :]], 1)
        if not ctx.needs_input_grad[2]:  # the weights are fixed: only vectors move
            return d_gates, d_state, None, None, None
        low = weight.dtype
        return d_gates, d_state, d_recurrent.t().to(low) @ previous.to(low), d_recurrent.sum(0), None


def _slopes(active: Tensor, inner: Tensor, previous: Tensor) -> Tensor:
    """∂h' by each pre-activation, all steps at once [S, 4, K]: r, u, n by its recurrent part, n by its input."""
    r, u, n = active.chunk(3, 1)
    slopes = active.new_empty(len(active), 4, r.shape[1])
    direct = torch.mul(1 - u, 1 - n * n, out=slopes[:, 3])
    through = torch.mul(direct, r, out=slopes[:, 2])
    torch.mul(through * inner, 1 - r, out=slopes[:, 0])
    torch.mul((previous - n).mul_(u), 1 - u, out=slopes[:, 1])
    return slopes


def _all_but_last(outputs: Tensor, sizes: Sizes) -> list[Tensor]:
    """The states that the steps 1, 2, … start from: of each step, those of the rows that go on."""
    steps = torch.split(outputs, list(sizes))
    return [step[:n] for step, n in zip(steps, sizes[1:], strict=False)]


def _affine(state: Tensor, weight: Tensor, bias: Tensor, out: Tensor) -> None:
    """State · weightᵀ + bias into `out`, the product in the dtype of `weight`."""
    if weight.dtype == out.dtype:
        torch.addmm(bias, state, weight.t(), out=out)
    else:
        torch.add(state.to(weight.dtype) @ weight.t(), bias, out=out)


def _accumulate(carry: Tensor, gradient: Tensor, weight: Tensor) -> None:
    """Add gradient · weight to `carry`, the product in the dtype of `weight`."""
    if weight.dtype == carry.dtype:
        carry.addmm_(gradient, weight)
    else:
        carry += gradient.to(weight.dtype) @ weight
