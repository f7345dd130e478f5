"""Checks of a checkpoint's entries: all of them there, in shapes that go together, finite.

Axes: V tokens, K units, Z latent dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import Tensor

from leapscli.dsl.published import VOCABULARY_SIZE
from leapscli.vae.published.families import Family

V = VOCABULARY_SIZE
# Other languages by their number of tokens.
LANGUAGES = {
    32: ": the simplified language (use_simplified_dsl)",
    35: ": HPRL's language, whose REPEAT counts from 2 to 5",
    52: ": the language of sketches, with <HOLE>",
}
State = Mapping[str, Tensor]


def sizes_of(family: Family, state: State) -> tuple[int, int]:
    """Units K and latent dimensions Z."""
    return _length(state[family.names["decoder.head.bias"]]), _length(state[family.names["encoder.mean.bias"]])


def folds(family: Family, state: State) -> bool:
    """True if there are linear layers around z."""
    return any(_has(state, f"{name}.") for name in family.bottleneck.values())


def problems_of(family: Family, state: State) -> list[str]:
    """Everything that keeps a state dict from being ours, one line each."""
    if found := [f"{prefix}*: {why}" for prefix, why in family.foreign.items() if _has(state, prefix)]:
        return found
    embedding = state.get(family.names["encoder.embedding.weight"])
    tokens = V if embedding is None else _length(embedding)
    if tokens != V:
        return [f"{tokens} tokens, not {V}{LANGUAGES.get(tokens, ': another language')}"]
    wanted = [*family.names.values()]
    if folds(family, state):
        wanted += [f"{name}.{part}" for name in family.bottleneck.values() for part in ("weight", "bias")]
    problems = [f"{name}: missing" for name in dict.fromkeys(wanted) if name not in state]
    problems += [f"{key}: not known" for key in state if key not in wanted and not key.startswith((*family.left_out,))]
    return problems or list(_unfit(family, state))


def _unfit(family: Family, state: State) -> Iterator[str]:
    """Wrong shapes and numbers."""
    k, z = sizes_of(family, state)
    if not k or not z:
        yield f"{family.names['decoder.head.bias' if not k else 'encoder.mean.bias']}: empty"
        return
    if folds(family, state) and k == z:
        yield f"{family.bottleneck['decoder']}: a linear layer after z, with as many latent dimensions as units ({k})"
        return
    for name, shape in _shapes(family, state, k, z).items():
        tensor = state[name]
        if tuple(tensor.shape) != shape:
            yield f"{name}: {list(tensor.shape)}, should be {list(shape)} for {k} units"
        elif not tensor.is_floating_point() or not bool(tensor.isfinite().all()):
            yield f"{name}: not all finite numbers"


def _shapes(family: Family, state: State, k: int, z: int) -> dict[str, tuple[int, ...]]:
    """The shape of every entry that is used. Without linear layers around z, Z is K."""
    z = z if folds(family, state) else k
    ours: dict[str, tuple[int, ...]] = {}
    for side, width in {"encoder": V, "decoder": V + k}.items():
        ours |= {f"{side}.embedding.weight": (V, V), f"{side}.gru.weight_ih": (3 * k, width)}
        ours |= {f"{side}.gru.weight_hh": (3 * k, k), f"{side}.gru.bias_ih": (3 * k,), f"{side}.gru.bias_hh": (3 * k,)}
    linear = {
        "encoder.mean": (z, z),
        "encoder.log_sigma": (z, z),
        "decoder.head": (k, 2 * k + V),
        "decoder.out": (V, k),
    }
    for name, (rows, columns) in linear.items():
        ours |= {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}
    shapes = {family.names[name]: shape for name, shape in ours.items()}
    if folds(family, state):
        for name, (rows, columns) in zip(family.bottleneck.values(), ((z, k), (k, z)), strict=True):
            shapes |= {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}
    return shapes


def _has(state: State, prefix: str) -> bool:
    return any(key.startswith(prefix) for key in state)


def _length(tensor: Tensor) -> int:
    return len(tensor) if tensor.ndim else 0
