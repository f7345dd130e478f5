"""Everything that is claimed of GPUs, measured on this machine's: at most eight minutes.

    python benchmarks/gpu.py [--out gpu.jsonl] [--only NAME,...] [--page GPU.md]

Each section appends its result to a file at once, and an error ends a section, not the run. At the end: a table, and
PASS or FAIL for each claim. On a machine without CUDA it says so and stops.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from leapscli.artifacts.columns import SPLITS, Layout
from leapscli.artifacts.layout import CHECKPOINT, WEIGHTS
from leapscli.artifacts.weights import load_weights
from leapscli.dsl.sampler import sample_programs
from leapscli.progress import StopFlag
from leapscli.recipes.model import ModelRecipe
from leapscli.vae.decoding.backend import has_kernel
from leapscli.vae.decoding.loop import DRAWS, Decoding
from leapscli.vae.device import Precision, training_settings
from leapscli.vae.model import LatentModel
from leapscli.vae.training.data import Programs
from leapscli.vae.training.graphed import WARM_UP, GraphedSteps
from leapscli.vae.training.state import Training
from leapscli.vae.training.trainer import _packed_steps, shape_of, train

ROOT = Path(__file__).resolve().parents[1]
DTYPES: dict[str, torch.dtype | None] = {"float32": None, "bf16": torch.bfloat16, "fp16": torch.float16}
PROGRAMS = 200_000
Result = dict[str, Any]


class Sampled:
    """Programs of the sampler as a source: no demonstrations, a fiftieth of them for validation."""

    layout = Layout(1, 1, 8, 8, 45)

    def __init__(self, count: int) -> None:
        tokens = sample_programs(count, seed=0)
        self.tokens = tokens[np.sort(np.unique(tokens.hashes(), return_index=True)[1])]
        self.parts = np.where(np.arange(len(self.tokens)) % 50 == 0, SPLITS.index("validation"), SPLITS.index("train"))

    def split(self, name: str) -> Any:
        """Indices of a split's programs."""
        return np.flatnonzero(self.parts == SPLITS.index(name))

    def column(self, name: str, index: Any = slice(None)) -> Any:
        """The column `tokens` or `lengths`."""
        return {"tokens": self.tokens.ids, "lengths": self.tokens.lengths.astype(np.uint8)}[name][index]


def recipe(batch: int = 256, amp: str = "bf16", steps: int = 1000, **more: Any) -> ModelRecipe:
    """L_P at the sizes of the paper."""
    values: dict[str, Any] = {
        "losses": {"behavior": 0.0, "latent_behavior": 0.0},
        "optimizer": {"batch": batch, "lr": 2e-3, "warmup": 100, "schedule": "cosine"},
        "validation": {"every": 500, "programs": 1024},
        "amp": amp,
        "steps": steps,
    }
    return ModelRecipe.model_validate({**values, **more})


def milliseconds(work: Callable[[], Any], repeat: int = 50) -> float:
    """The median time of one call on the device."""
    times = []
    for _ in range(repeat):
        began, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        began.record()
        work()
        ended.record()
        ended.synchronize()
        times.append(began.elapsed_time(ended))
    return median(times)


def ceilings() -> Iterator[Result]:
    """Versions, what launching a kernel costs, and how fast products are."""
    device = torch.cuda.get_device_properties(0)
    yield {
        "card": device.name,
        "memory": f"{device.total_memory / 2**30:.0f} GiB",
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "triton": has_kernel(torch.device("cuda")),
        "python": platform.python_version(),
    }
    empty = torch.zeros(1, device="cuda")
    yield {"launch_us": 1000 * milliseconds(lambda: [empty.add_(1) for _ in range(1000)], 10) / 1000}
    for name, dtype in (("float32", torch.float32), ("bf16", torch.bfloat16)):
        a = torch.randn(4096, 4096, device="cuda", dtype=dtype)
        yield {f"gemm_{name}_tflops": 2 * 4096**3 / milliseconds(lambda a=a: a @ a) / 1e9}


def tests() -> Iterator[Result]:
    """`pytest -m gpu`."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/vae/test_gpu.py", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
    yield {
        "tests_pass": done.returncode == 0,
        "last": (done.stdout.splitlines() or [done.stderr])[-1],
        "failed": lines[:30],
    }


class Stepwise(Precision):
    """The precision of a training whose steps are launched kernel by kernel, as on a CPU."""

    graphed = False  # type: ignore[assignment]


def steps(source: Sampled) -> Iterator[Result]:
    """Training steps of L_P: as a graph, and kernel by kernel."""
    learn, device = Programs(source, "train"), torch.device("cuda", 0)
    with training_settings(device):
        for batch, (amp, dtype) in product((64, 256, 512, 1024, 4096), DTYPES.items()):
            ways: dict[str, Precision] = {} if amp == "fp16" else {"graph": Precision(device, dtype)}
            ways |= {"packed": Stepwise(device, dtype)} if batch in (256, 4096) else {}
            for way, precision in ways.items():
                yield {"step": way, "batch": batch, "amp": amp, **_speed(source, learn, batch, precision)}


def _speed(source: Sampled, learn: Programs, batch: int, precision: Precision) -> Result:
    """The time of a step once all is warm, and the memory it takes."""
    torch.cuda.reset_peak_memory_stats()
    plan = recipe(batch)
    training = Training.begin(plan, shape_of(plan, source), precision, Path())
    graphed = training.graphed
    feed: Any = iter(GraphedSteps(training, learn, batch)) if graphed else _packed_steps(training, learn, batch)

    def taken(count: int) -> float:
        torch.cuda.synchronize()
        began = time.perf_counter()
        for _ in range(count):
            next(feed)
            training.step += 1
        torch.cuda.synchronize()
        return (time.perf_counter() - began) / count

    taken(2 * WARM_UP + 4)
    seconds = taken(200 if graphed else 20)
    feed.close()
    memory = torch.cuda.max_memory_allocated() / 2**20
    return {"ms": 1000 * seconds, "programs_per_second": batch / seconds, "peak_MiB": memory}


def learning(source: Sampled) -> Iterator[Result]:
    """bf16 training until 95% of 1,024 validation programs come back, then the model on the CPU."""
    folder, stop = Path(tempfile.mkdtemp()), StopFlag()
    began, reached = time.perf_counter(), list[float]()

    def watch(line: dict[str, Any]) -> None:
        if line["validation"]["reconstruction"] >= 0.95 and not reached:
            reached.append(time.perf_counter() - began)
            stop.request()

    plan = recipe(512, "bf16", steps=40_000, max_time=110)
    train(plan, source, out=folder, device="cuda", stop=stop, watchers=[watch])
    record = json.loads((folder / "metrics.jsonl").read_text().splitlines()[-1])
    tokens = source.tokens[source.split("validation")[:512]]
    here, there = LatentModel.load(folder / WEIGHTS), LatentModel.load(folder / WEIGHTS, "cuda")
    means = here.encode(tokens)
    yield {
        "seconds_to_95": reached[0] if reached else None,
        "reconstruction": record["validation"]["reconstruction"],
        "programs_per_second": record["programs_per_second"],
        "reconstruction_on_the_cpu": float((here.decode_tokens(means).hashes() == tokens.hashes()).mean()),
        "same_as_on_the_cpu": float((here.decode_tokens(means).hashes() == there.decode_tokens(means).hashes()).mean()),
    }
    shutil.rmtree(folder)


def resuming() -> Iterator[Result]:
    """A training that is killed and resumed, beside one that is not: the same weights."""
    digests = []
    for kill in (False, True):
        folder = Path(tempfile.mkdtemp())
        command = [sys.executable, __file__, "--train", str(folder)]
        process = subprocess.Popen(command)
        if kill:
            while not (folder / CHECKPOINT).exists() and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = subprocess.Popen(command)
        process.wait(100)
        tensors, _ = load_weights(folder / CHECKPOINT)
        content = b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))
        digests.append(hashlib.sha256(content).hexdigest())
        shutil.rmtree(folder)
    yield {"killed_and_resumed_alike": digests[0] == digests[1]}


def decoding() -> Iterator[Result]:
    """Vectors → programs with the model that ships, by the kernel and by the loop, beside the CPU's."""
    model = LatentModel.load(ROOT / "models/shipped/v1")
    here, z = model.network.decoder, torch.randn(65_536, model.latent, generator=torch.Generator().manual_seed(0))
    wanted = Decoding(here)(z[:2000])
    there = LatentModel.load(ROOT / "models/shipped/v1", "cuda").network.decoder
    ways: dict[str, Any] = {"loop": Decoding(there)}
    if has_kernel(torch.device("cuda", 0)):
        from leapscli.vae.decoding.fused import FusedDecoding, fits

        ways |= {"kernel": FusedDecoding(there)} if fits(there) else {}
    for way, decode in ways.items():
        same = float((decode(z[:2000].cuda()).cpu() == wanted).all(1).float().mean())
        for count in (64, 256, 1024, 4096, 16_384, 65_536):
            for kind in ("greedy", "sampled") if count <= 16_384 else ("greedy",):
                vectors = z[:count].cuda()
                noise = None if kind == "greedy" else torch.empty(count, *DRAWS, device="cuda").exponential_()
                for _ in range(3):
                    decode(vectors, noise=noise)
                ms = milliseconds(lambda d=decode, v=vectors, n=noise: d(v, noise=n), 20 if way == "kernel" else 5)
                yield {
                    "decode": way, "vectors": count, "kind": kind, "ms": ms, "programs_per_second": 1000 * count / ms,
                    "same_as_on_the_cpu": same,
                }  # fmt: skip


def nccl() -> Iterator[Result]:
    """One process under torchrun: its gradients go through NCCL."""
    folder = Path(tempfile.mkdtemp())
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "1", __file__]
    done = subprocess.run([*command, "--train", str(folder)], capture_output=True, text=True, timeout=120)
    yield {"nccl_alone": done.returncode == 0, "last": "" if done.returncode == 0 else done.stderr[-500:]}
    shutil.rmtree(folder)


def searching() -> Iterator[Result]:
    """A search in the latent space, its model on either device: seconds for the same number of programs."""
    for device in ("cpu", "cuda"):
        folder = Path(tempfile.mkdtemp())
        what = f"doorkey --recipe latent-evolution --json --device {device} --set target=null --set iterations=200"
        command = [sys.executable, "-m", "leapscli", "synthesize", *what.split(), "--workspace", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
        found = json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr[-500:]}
        yield {"search_on": device, **{name: found.get(name) for name in ("seconds", "evaluations", "error")}}
        shutil.rmtree(folder)


def claims(rows: list[Result]) -> list[tuple[str, bool | None]]:
    """What the documentation says of GPUs; None where it was not measured."""

    def best(name: str, **wanted: Any) -> float | None:
        values = [
            row[name] for row in rows if name in row and all(row.get(k) in _several(v) for k, v in wanted.items())
        ]
        return max(values) if values else None

    def at_least(value: float | None, least: float) -> bool | None:
        return None if value is None else value >= least

    found = {name: value for row in rows for name, value in row.items()}
    reached = found.get("seconds_to_95", found.get("reconstruction") and float("inf"))
    kernel = best("programs_per_second", decode="kernel", vectors=64, kind="greedy")
    many = [best("programs_per_second", decode="kernel", vectors=n, kind="greedy") for n in (4096, 16_384, 65_536)]
    return [
        ("`pytest -m gpu` passes", found.get("tests_pass")),
        ("L_P trains at 100,000 programs/s or more at batch 256 or 512",
         at_least(best("programs_per_second", step="graph", batch=(256, 512)), 1e5)),
        ("64 vectors decode at 100,000 programs/s or more", at_least(kernel, 1e5)),
        ("4,096 vectors and more decode at 1,000,000 programs/s or more",
         None if None in many else min(value for value in many if value) >= 1e6),
        ("at least 99.9% of programs are decoded as on the CPU",
         at_least(best("same_as_on_the_cpu", decode="kernel"), 0.999)),
        ("bf16 reaches 95% reconstruction in under two minutes", None if reached is None else reached < 120),
        ("a training that is killed and resumed has the same weights", found.get("killed_and_resumed_alike")),
        ("one process under torchrun trains through NCCL", found.get("nccl_alone")),
    ]  # fmt: skip


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def page(rows: list[Result]) -> str:
    """The results as Markdown."""
    lines = ["# On a GPU", "", "What `python benchmarks/gpu.py` measured.", ""]
    verdicts = {True: "PASS", False: "FAIL", None: "not measured"}
    lines += ["| claim | |", "|---|---|", *(f"| {claim} | {verdicts[held]} |" for claim, held in claims(rows)), ""]
    for row in rows:
        shown = {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}
        lines.append("* " + ", ".join(f"{name} {value}" for name, value in shown.items() if value not in ("", [])))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the sections, write each result down, and print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("gpu.jsonl"))
    parser.add_argument("--page", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("no CUDA device here: nothing to measure")
        return
    if options.train:
        from leapscli.vae.training.distributed import Ranks

        ranks, source = Ranks.launched(), Sampled(20_000)
        plan = recipe(256, steps=1500, validation={"every": 250, "programs": 256})
        with ranks.joined(ranks.device("cuda")):
            train(plan, source, out=options.train, device=ranks.device("cuda"), resume=True, ranks=ranks)
        return
    source = Sampled(PROGRAMS)
    sections: dict[str, Callable[[], Iterator[Result]]] = {
        "ceilings": ceilings, "decoding": decoding, "steps": lambda: steps(source), "tests": tests,
        "learning": lambda: learning(source), "resuming": resuming, "nccl": nccl, "searching": searching,
    }  # fmt: skip
    rows: list[Result] = []
    for name, section in sections.items():
        if options.only and name not in options.only.split(","):
            continue
        print(f"{name} …", flush=True)
        began = time.perf_counter()
        try:
            for row in section():
                rows.append(row)
                with options.out.open("a") as file:
                    file.write(json.dumps({"section": name, **row}) + "\n")
                print("  ", {k: round(v, 2) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
        except Exception:
            traceback.print_exc()
            rows.append({"section": name, "error": traceback.format_exc().splitlines()[-1]})
        print(f"  {time.perf_counter() - began:.0f} s", flush=True)
    text = page(rows)
    print(text)
    if options.page:
        options.page.write_text(text)


if __name__ == "__main__":
    main()
