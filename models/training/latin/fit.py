"""Training: the network is shown varied lines and drawn, by CTC, towards what they say."""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, distributed, nn
from torch.nn import functional

from models import latin
from models.latin import Grey
from models.training.latin.network import Reader
from models.training.latin.pieces import Numbers, Sample, cuts_of, shown
from models.training.latin.split import Line
from models.training.latin.variety import varied

LOG = logging.getLogger(__name__)

#: Norm to which gradients are cut, share of the run that warms up, memory of the averaged weights.
CLIP = 5.0
WARMING = 0.05
MEMORY = 0.99
#: Processes that train together make their weights equal after so many batches each.
APART = 8


@dataclass(frozen=True)
class Plan:
    """The settings of a run. ``squeeze``: columns of the layout for each column of the crop."""

    epochs: int = 100
    batch: int = 8
    rate: float = 6e-4
    decay: float = 0.02
    squeeze: float = latin.SQUEEZE
    seed: int = 3
    part: int = 0  #: which of ``parts`` processes this one is
    parts: int = 1
    falls: bool = True  #: the rate falls to nothing towards the end


@dataclass
class Run:
    """What goes on from batch to batch."""

    reader: Reader
    averaged: Reader
    optimiser: torch.optim.Optimizer
    steps: int = 0
    losses: list[float] = field(default_factory=list)


def samples_of(lines: Sequence[Line], folder: Path, charset: Sequence[str]) -> list[Sample]:
    """The lines with their pictures; characters outside the alphabet are left out of the text."""
    place = {char: at for at, char in enumerate(charset) if at}
    found: list[Sample] = []
    for line in lines:
        picture = cv2.imread(str(folder / line.path), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise ValueError(f"no picture at {folder / line.path}")
        crop = latin.shrunk(np.asarray(picture, dtype=np.uint8))
        words = [tuple(place[char] for char in word if char in place) for word in line.text.split()]
        found.append(Sample(crop, tuple(word for word in words if word), place[" "]))
    return found


def train(reader: Reader, samples: Sequence[Sample], plan: Plan, out: Path) -> Reader:
    """Train and give the averaged network; the state is saved to ``out`` after every epoch."""
    torch.manual_seed(plan.seed)
    rng = np.random.default_rng(plan.seed)  # the same everywhere: the parts share out one order
    reader = reader.to(memory_format=torch.channels_last)
    run = Run(
        reader,
        copy.deepcopy(reader),
        torch.optim.AdamW(groups_of(reader, plan.decay), lr=plan.rate, fused=True),
    )
    started = time.monotonic()
    total = plan.epochs * math.ceil(len(samples) / plan.batch / plan.parts)
    for epoch in range(plan.epochs):
        for batch in batches(samples, plan, rng):
            step(run, batch, plan.rate * pace(run.steps / total, plan.falls))
        LOG.info(
            "epoch %d, %.0f s: loss %.3f", epoch + 1, time.monotonic() - started, np.mean(run.losses[-60:])
        )
        if plan.part == 0:
            torch.save(run.averaged.state_dict(), out)
    return run.averaged.eval()


def groups_of(reader: nn.Module, decay: float) -> list[dict[str, object]]:
    """Matrices and kernels decay, biases and scales do not."""
    heavy = [weights for weights in reader.parameters() if weights.ndim > 1]
    light = [weights for weights in reader.parameters() if weights.ndim <= 1]
    return [{"params": heavy, "weight_decay": decay}, {"params": light, "weight_decay": 0.0}]


def pace(done: float, falls: bool = True) -> float:
    """The share of the highest rate when this share of the run is done: a ramp, then half a cosine."""
    if done < WARMING:
        return (done + 0.002) / (WARMING + 0.002)
    return 1.0 if not falls else 0.5 + 0.5 * math.cos(math.pi * min(1.0, (done - WARMING) / (1.0 - WARMING)))


def step(run: Run, batch: tuple[Tensor, Tensor, Tensor, Tensor], rate: float) -> None:
    """One batch: gradients, weights, averaged weights."""
    pictures, lengths, targets, sizes = batch
    run.reader.train()
    for module in run.reader.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()  # statistics of a few lines are worse than those the network came with
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    with torch.autocast("cpu", torch.bfloat16):
        logits = run.reader(pictures.contiguous(memory_format=torch.channels_last))
    logs = functional.log_softmax(logits.float(), -1).transpose(0, 1)
    loss = functional.ctc_loss(logs, targets, lengths, sizes, zero_infinity=True)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(run.reader.parameters(), CLIP)
    run.optimiser.step()
    run.steps += 1
    run.losses.append(loss.item())
    if distributed.is_initialized() and run.steps % APART == 0:
        agree(run.reader)
    average(run)


@torch.no_grad()
def agree(reader: Reader) -> None:
    """Give the processes that train together the mean of their weights."""
    every = [weights.data for weights in reader.parameters()]
    flat = torch.cat([weights.reshape(-1) for weights in every])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    for weights, mean in zip(every, flat.split([w.numel() for w in every]), strict=True):
        weights.copy_(mean.view_as(weights))


@torch.no_grad()
def average(run: Run) -> None:
    """Move the averaged weights a little towards the present ones."""
    memory = min(MEMORY, (1 + run.steps) / (10 + run.steps))
    for kept, now in zip(run.averaged.parameters(), run.reader.parameters(), strict=True):
        kept.lerp_(now, 1.0 - memory)


def batches(
    samples: Sequence[Sample], plan: Plan, rng: Generator
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """All samples once, varied, lines of like width together: pictures, steps, targets, target sizes."""
    seen = shown(samples, rng)
    widths = np.array([s.crop.shape[1] / s.crop.shape[0] for s in seen])
    order = np.argsort(widths * np.exp(rng.normal(0.0, 0.15, len(seen))))
    groups = [order[at : at + plan.batch] for at in range(0, len(order), plan.batch)]
    turn = rng.permutation(len(groups))
    even = len(turn) // plan.parts * plan.parts  # all parts have equally many
    own = np.random.default_rng((int(rng.integers(1 << 30)), plan.part))
    for which in turn[plan.part : even : plan.parts]:
        chosen = [seen[at] for at in groups[which]]
        yield stacked([varied(s.crop, own, plan.squeeze) for s in chosen], [s.columns for s in chosen])


def stacked(
    pictures: Sequence[Grey], columns: Sequence[tuple[int, ...]]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A batch: mid grey to the right of the narrower ones."""
    wide = -(-max(p.shape[1] for p in pictures) // 8) * 8
    stack = np.zeros((len(pictures), 1, latin.HEIGHT_PX, wide), dtype=np.float32)
    for plane, picture in zip(stack, pictures, strict=True):
        plane[0, :, : picture.shape[1]] = picture / np.float32(127.5) - 1.0
    return (
        torch.from_numpy(stack).expand(-1, 3, -1, -1),
        torch.tensor([-(-p.shape[1] // latin.STEP_PX) for p in pictures]),
        torch.tensor([c for line in columns for c in line]),
        torch.tensor([len(line) for line in columns]),
    )


@torch.no_grad()
def logs_of(reader: Reader, crop: Grey, squeeze: float) -> Numbers:
    """``(steps, characters)``: the natural logs of the probabilities for one crop."""
    reader.eval()
    pictures, lengths, _, _ = stacked([latin.framed(crop, squeeze)], [()])
    with torch.autocast("cpu", torch.bfloat16):
        logits = reader(pictures)[0, : lengths[0]]
    return np.asarray(functional.log_softmax(logits.float(), -1).numpy(), dtype=np.float32)


def reading(logs: Numbers, charset: Sequence[str]) -> str:
    """The greedy reading."""
    best = logs.argmax(axis=1)
    return "".join(charset[now] for at, now in enumerate(best) if now and (at == 0 or best[at - 1] != now))


def with_cuts(reader: Reader, samples: Sequence[Sample], squeeze: float) -> list[Sample]:
    """The samples with the places between their words, where the network finds them."""
    return [replace(s, cuts=cuts_of(s, logs_of(reader, s.crop, squeeze))) for s in samples]
