"""The packed GRU is nn.GRU, and its hand-written gradient is the gradient."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from leapscli.vae.networks.gru import GRU, Sizes, _Sequence, last_states, spread

LENGTHS = (6, 5, 5, 3, 1)
SIZES: Sizes = tuple(sum(length > t for length in LENGTHS) for t in range(6))
STEPS = sum(SIZES)


def random(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=dtype).requires_grad_()


def test_forward_and_gradients_equal_those_of_nn_gru() -> None:
    theirs, ours = nn.GRU(7, 9).double(), GRU(7, 9).double()
    names = {"weight_ih": "weight_ih_l0", "weight_hh": "weight_hh_l0", "bias_ih": "bias_ih_l0", "bias_hh": "bias_hh_l0"}
    ours.load_state_dict({mine: theirs.state_dict()[other] for mine, other in names.items()})
    inputs, start = random(STEPS, 7), random(5, 9, seed=1)
    packed = nn.utils.rnn.PackedSequence(inputs, torch.tensor(SIZES))
    expected, expected_last = theirs(packed, start[None])
    outputs, last = ours(nn.functional.linear(inputs, ours.weight_ih, ours.bias_ih), start, SIZES)
    torch.testing.assert_close(outputs, expected.data)
    torch.testing.assert_close(last, expected_last[0])
    weights = random(STEPS, 9, seed=2).detach()
    for result, final in ((expected.data, expected_last), (outputs, last)):
        ((result * weights).sum() + final.square().sum()).backward()
    for mine, other in names.items():
        torch.testing.assert_close(getattr(ours, mine).grad, getattr(theirs, other).grad)


def test_gradients_agree_with_finite_differences() -> None:
    arguments = (random(STEPS, 12), random(5, 4, seed=1), random(12, 4, seed=2), random(12, seed=3))
    assert torch.autograd.gradcheck(lambda *a: _Sequence.apply(*a, SIZES), arguments)
    assert torch.autograd.gradcheck(lambda rows: spread(rows, SIZES), random(5, 3))
    assert torch.autograd.gradcheck(lambda steps: last_states(steps, SIZES), random(STEPS, 3))


def test_last_states_follow_each_rows_length() -> None:
    marks = torch.cat([torch.arange(n)[:, None] + 10 * t for t, n in enumerate(SIZES)])  # 10·step + row
    assert last_states(marks, SIZES).squeeze(1).tolist() == [10 * (n - 1) + row for row, n in enumerate(LENGTHS)]


@pytest.mark.parametrize("dtype", [torch.bfloat16])
def test_autocast_runs_products_low_and_keeps_states_in_float32(dtype: torch.dtype) -> None:
    gru, gates = GRU(7, 16), random(STEPS, 48, dtype=torch.float32)
    start = random(5, 16, seed=1, dtype=torch.float32)
    exact, _ = gru(gates, start, SIZES)
    with torch.autocast("cpu", dtype):
        outputs, last = gru(gates, start, SIZES)
    assert outputs.dtype == last.dtype == torch.float32
    torch.testing.assert_close(outputs, exact, atol=0.03, rtol=0)
    assert not torch.equal(outputs, exact)
    outputs.sum().backward()
    assert gru.weight_hh.grad is not None and gru.weight_hh.grad.dtype == torch.float32
