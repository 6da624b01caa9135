"""The network of the Latin reader, in torch: PP-OCRv6 small with another height and another head.

The stock recogniser is known to us as an ONNX graph; this is the same computation, so that its weights can
be taken over, trained further, and written back into that graph (:mod:`models.training.latin.graph`).
Layers stand here in the order of the graph's nodes, which is how the two are matched.

Shapes: pictures ``(N, 3, 32, W)``; after the stem 8 rows of ``W / 4`` columns; then 4, then 2 rows; pooled
to one row of ``W / 8`` steps; out ``(N, W / 4, characters)`` logits, blank first.

What differs from the stock recogniser: lines are 32 px high, not 48, two thirds of the work; and each step of
8 columns says two characters in turn, so that narrow letters, and double ones with a blank between them, find
room without more work. The head, of 18 710 columns there, has one for each Latin character.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Channels of the three stages, and for each stage which of its blocks weigh their channels.
STAGES = ((96, (True, False, False)), (192, (True, False) * 3), (384, (True, False)))
#: Channels of the neck between the picture and the characters.
NECK = 120
HEADS = 8
LAYERS = 2
SQUEEZE = 4
#: Rows and columns of the last stage that make one step, and the characters that one step can say.
POOLED = (2, 2)
FRAMES = 2


class Stem(nn.Module):
    """A quarter of the height and of the width, 96 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 48, 3, 2, 1)
        self.narrow = nn.Conv2d(48, 24, 2)
        self.wide = nn.Conv2d(24, 48, 2)
        self.joined = nn.Conv2d(96, 48, 3, 2, 1)
        self.out = nn.Conv2d(48, STAGES[0][0], 1)

    def forward(self, pictures: Tensor) -> Tensor:
        half = functional.relu(self.first(pictures))
        edge = (0, 1, 0, 1)
        fine = functional.relu(self.narrow(functional.pad(half, edge)))
        fine = functional.relu(self.wide(functional.pad(fine, edge)))
        coarse = functional.max_pool2d(functional.pad(half, edge, value=float("-inf")), 2, 1)
        return functional.relu(self.out(functional.relu(self.joined(torch.cat([coarse, fine], 1)))))


class ChannelWeights(nn.Module):
    """Weighs each channel by what the whole line shows of it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(channels, channels // SQUEEZE, 1)
        self.up = nn.Conv2d(channels // SQUEEZE, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        mean = features.mean((2, 3), keepdim=True)
        return features * functional.hardsigmoid(self.up(functional.relu(self.down(mean))))


class Block(nn.Module):
    """Mixes places (one channel at a time), then channels (one place at a time)."""

    def __init__(self, channels: int, out: int, stride: tuple[int, int], weighted: bool) -> None:
        super().__init__()
        self.places = nn.Conv2d(channels, channels, 3, stride, 1, groups=channels)
        self.weights = ChannelWeights(channels) if weighted else nn.Identity()
        self.expand = nn.Conv2d(channels, 2 * channels, 1)
        self.project = nn.Conv2d(2 * channels, out, 1)
        self.adds = stride == (1, 1)

    def forward(self, features: Tensor) -> Tensor:
        seen = self.weights(self.places(features))
        mixed: Tensor = self.project(functional.gelu(self.expand(seen)))
        return seen + mixed if self.adds else mixed


class Unit(nn.Module):
    """Convolution, batch statistics, swish."""

    def __init__(self, channels: int, width: int, groups: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, NECK, (1, width), padding=(0, width // 2), groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(NECK, eps=1e-5)

    def forward(self, features: Tensor) -> Tensor:
        return functional.silu(self.norm(self.conv(features)))


class Layer(nn.Module):
    """One transformer layer over the steps of the line."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.LayerNorm(NECK, eps=1e-5)
        self.qkv = nn.Linear(NECK, 3 * NECK)
        self.out = nn.Linear(NECK, NECK)
        self.after = nn.LayerNorm(NECK, eps=1e-5)
        self.expand = nn.Linear(NECK, 2 * NECK)
        self.project = nn.Linear(2 * NECK, NECK)
        self.drop = nn.Dropout(0.1)

    def forward(self, steps: Tensor) -> Tensor:
        count, length, _ = steps.shape
        split = self.qkv(self.before(steps)).reshape(count, length, 3, HEADS, NECK // HEADS)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value)
        steps = steps + self.drop(self.out(seen.transpose(1, 2).reshape(count, length, NECK)))
        return steps + self.drop(self.project(functional.silu(self.expand(self.after(steps)))))


class Reader(nn.Module):
    """Pictures of lines in, logits of characters out."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.stem = Stem()
        blocks: list[nn.Module] = []
        channels = STAGES[0][0]
        for wide, weighted in STAGES:
            if wide != channels:
                blocks.append(Block(channels, wide, (2, 1), weighted=False))
            blocks += [Block(wide, wide, (1, 1), weighted=flag) for flag in weighted]
            channels = wide
        self.blocks = nn.Sequential(*blocks)
        self.shortcut = Unit(channels, 1, 1)
        self.into = Unit(channels, 1, 1)
        self.along = Unit(NECK, 7, NECK)
        self.layers = nn.Sequential(*(Layer() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(NECK, eps=1e-6)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(NECK, FRAMES * characters)

    def forward(self, pictures: Tensor) -> Tensor:
        row = functional.avg_pool2d(self.blocks(self.stem(pictures)), POOLED)
        near = self.into(row)
        near = near + self.along(near)
        steps = self.norm(self.layers(near.squeeze(2).transpose(1, 2)))
        steps = steps + self.shortcut(row).squeeze(2).transpose(1, 2)
        logits: Tensor = self.head(self.drop(steps))
        count, length, wide = logits.shape
        return logits.reshape(count, length * FRAMES, wide // FRAMES)
