"""The network of the digit reader, and one training run of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.digits import STATES, Tile
from models.training.digit_warps import barred, bent, crossed, overwritten, penned, scanned

#: Digits and spoilt digits in a batch; each kind of spoilt is half of the latter.
CLEAN, SPOILT = 64, 32
#: The share of the certainty that is taken from the right digit and spread over all.
SMOOTHING = 0.03
STATE_WEIGHT = 0.5
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-2


class DigitNet(nn.Module):
    """Tiles ``(N, 1, 32, 32)`` to logits ``(N, 10)`` of the digits and ``(N, 3)`` of the states."""

    def __init__(self, width: int = 12) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_layer(1, width, 5, 2),
            *_layer(width, 2 * width, 3, 1),
            nn.MaxPool2d(2),
            *_layer(2 * width, 3 * width, 3, 1),
            *_layer(3 * width, 4 * width, 3, 1),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.3),
        )
        self.digits = nn.Linear(16 * 4 * width, 10)
        self.states = nn.Linear(16 * 4 * width, len(STATES))

    def forward(self, tiles: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the digits and of the states."""
        seen = self.body(tiles)
        return self.digits(seen), self.states(seen)


class Several(nn.Module):
    """Networks that were begun differently; their logits are averaged."""

    def __init__(self, nets: list[DigitNet]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, tiles: Tensor) -> tuple[Tensor, Tensor]:
        """Means of the networks' logits."""
        read = [net(tiles) for net in self.nets]
        return torch.stack([r[0] for r in read]).mean(0), torch.stack([r[1] for r in read]).mean(0)


def _layer(taken: int, given: int, size: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(taken, given, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(given),
        nn.ReLU(),
    ]


@dataclass(frozen=True)
class Recipe:
    """How long a network is trained, and how many are averaged."""

    steps: int = 1600
    nets: int = 2
    width: int = 12


def train(
    tiles: Tile,
    digits: NDArray[np.int64],
    recipe: Recipe,
    seed: int,
    told: Callable[[str], None] = lambda _: None,
) -> Several:
    """Train the networks on these digits alone.

    Args:
        tiles: ``(N, 1, 32, 32)``.
        digits: ``(N,)``.
        recipe: steps, networks, width.
        seed: of the first network.
        told: takes a line of progress now and then.
    """
    nets = [_trained(tiles, digits, recipe, seed + at, told) for at in range(recipe.nets)]
    return Several(nets).eval()


def _trained(
    tiles: Tile, digits: NDArray[np.int64], recipe: Recipe, seed: int, told: Callable[[str], None]
) -> DigitNet:
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    net = DigitNet(recipe.width)
    pictures, truth = torch.from_numpy(tiles), torch.from_numpy(digits)
    optimiser = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=recipe.steps)
    net.train()
    for step in range(recipe.steps):
        loss = _loss(net, pictures, truth, rng)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        plan.step()
        if step % 250 == 0:
            told(f"seed {seed} step {step} loss {loss.item():.4f}")
    return net.eval()


def _loss(net: DigitNet, pictures: Tensor, truth: Tensor, rng: torch.Generator) -> Tensor:
    """Of one batch: clean digits for both outputs, spoilt ones for the states alone."""
    chosen = torch.randint(0, len(truth), (CLEAN,), generator=rng)
    clean = barred(bent(pictures[chosen], rng), truth[chosen], rng)
    spoilt, states = _spoilt(pictures, truth, rng)
    batch = scanned(penned(torch.cat([clean, spoilt]), rng), rng)
    digits, state = net(batch)
    wanted = torch.cat([torch.zeros(CLEAN, dtype=torch.long), states])
    own = functional.cross_entropy(digits[:CLEAN], truth[chosen], label_smoothing=SMOOTHING)
    return own + STATE_WEIGHT * functional.cross_entropy(state, wanted)


def _spoilt(pictures: Tensor, truth: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Digits struck through, and pairs of different digits on top of each other, with their states."""
    half = SPOILT // 2
    one = torch.randint(0, len(truth), (half,), generator=rng)
    struck = crossed(bent(pictures[one], rng, smallest=0.6), rng)
    below = torch.randint(0, len(truth), (4 * half,), generator=rng)
    above = torch.randint(0, len(truth), (4 * half,), generator=rng)
    pairs = (truth[below] != truth[above]).nonzero()[:half, 0]
    first = bent(pictures[below[pairs]], rng, smallest=0.7)
    twice = overwritten(first, bent(pictures[above[pairs]], rng, smallest=0.8), rng)
    states = torch.cat([torch.full((half,), 1), torch.full((len(pairs),), 2)])
    return torch.cat([struck, twice]), states
