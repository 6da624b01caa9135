"""Digits bent, blurred, crossed and overwritten: what training shows the network instead of more data.

Every function takes and gives a batch ``(N, 1, 32, 32)``, 0 paper to 1 ink.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

#: Degrees, shares and pixels of a tile: coarse, so that hands differ more here than in any one set.
TURN_DEG = 14.0
SHEAR = 0.3
STRETCH = 0.22
SHIFT_PX = 2.0
BEND_PX = 1.4
NOISE = 0.07


def bent(tiles: Tensor, rng: torch.Generator, smallest: float = 1.0) -> Tensor:
    """Turned, sheared, stretched, moved and bent at random; ``smallest`` also shrinks them."""
    count, _, size, _ = tiles.shape
    turn = (torch.rand(count, generator=rng) * 2 - 1) * math.radians(TURN_DEG)
    shear = (torch.rand(count, generator=rng) * 2 - 1) * SHEAR
    scale = 1 + (torch.rand(count, 2, generator=rng) * 2 - 1) * STRETCH
    scale = scale * (smallest + (1 - smallest) * torch.rand(count, 1, generator=rng))
    cos, sin = torch.cos(turn), torch.sin(turn)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = cos / scale[:, 0], (shear - sin) / scale[:, 0]
    theta[:, 1, 0], theta[:, 1, 1] = sin / scale[:, 1], cos / scale[:, 1]
    theta[:, :, 2] = (torch.rand(count, 2, generator=rng) * 2 - 1) * 2 * SHIFT_PX / size
    grid = functional.affine_grid(theta, list(tiles.shape), align_corners=False)
    coarse = torch.randn(count, 2, 4, 4, generator=rng) * (2 * BEND_PX / size) * 0.6
    bend = functional.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=True)
    grid = grid + bend.permute(0, 2, 3, 1)
    return functional.grid_sample(tiles, grid, mode="bilinear", align_corners=False)


def penned(tiles: Tensor, rng: torch.Generator) -> Tensor:
    """With a thicker or thinner pen, blurred as by enlarging, in another contrast."""
    count = len(tiles)
    thick = functional.max_pool2d(tiles, 3, 1, 1)
    thin = -functional.max_pool2d(-tiles, 3, 1, 1)
    change = (torch.rand(count, 1, 1, 1, generator=rng) * 1.5 - 0.5).clamp(-0.5, 1)
    tiles = torch.where(change > 0, tiles + change * (thick - tiles), tiles - change * (thin - tiles))
    small = [functional.interpolate(tiles, size=s, mode="area") for s in (14, 18, 24)]
    coarse = [functional.interpolate(s, size=32, mode="bicubic", align_corners=False) for s in small]
    choice = torch.randint(0, 6, (count,), generator=rng)
    for at, blurred in enumerate(coarse):
        tiles = torch.where((choice == at)[:, None, None, None], blurred, tiles)
    tiles = tiles.clamp(0, 1)
    tiles = tiles / tiles.amax(dim=(2, 3), keepdim=True).clamp(min=0.2)
    power = torch.exp((torch.rand(count, 1, 1, 1, generator=rng) * 2 - 1) * 0.6)
    return tiles.clamp(min=1e-4) ** power


def strokes(count: int, ends: Tensor, width_px: Tensor, size: int = 32) -> Tensor:
    """Straight strokes as tiles: ``ends`` is ``(N, K, 4)`` (x, y, x, y in pixels), ``width_px`` ``(N, K)``."""
    ys, xs = torch.meshgrid(torch.arange(size) + 0.5, torch.arange(size) + 0.5, indexing="ij")
    places = torch.stack([xs, ys], dim=-1).reshape(1, 1, -1, 2)
    first, last = ends[:, :, None, :2], ends[:, :, None, 2:]
    along = last - first
    share = ((places - first) * along).sum(-1) / along.pow(2).sum(-1).clamp(min=1e-3)
    nearest = first + share.clamp(0, 1)[..., None] * along
    away = (places - nearest).norm(dim=-1)
    dark = (width_px[:, :, None] / 2 + 0.5 - away).clamp(0, 1).amax(dim=1)
    return dark.reshape(count, 1, size, size)


def scanned(tiles: Tensor, rng: torch.Generator) -> Tensor:
    """With remnants of the box's lines, a dot, uneven pencil and noise on some."""
    count = len(tiles)
    side = torch.randint(0, 2, (count, 2, 1), generator=rng) * 29 + 1.0
    begin = torch.rand(count, 2, 1, generator=rng) * 32
    end = begin + torch.randn(count, 2, 1, generator=rng) * 12
    level = torch.cat([begin[:, :1], side[:, :1], end[:, :1], side[:, :1]], dim=2)
    upright = torch.cat([side[:, 1:], begin[:, 1:], side[:, 1:], end[:, 1:]], dim=2)
    rests = strokes(count, torch.cat([level, upright], dim=1), torch.rand(count, 2, generator=rng) * 1.5)
    spot = torch.rand(count, 1, 2, generator=rng) * 30 + 1
    dots = strokes(count, torch.cat([spot, spot + 0.7], dim=2), torch.rand(count, 1, generator=rng) * 2)
    for marks, often in ((rests, 0.2), (dots, 0.15)):
        chosen = (torch.rand(count, 1, 1, 1, generator=rng) < often) * torch.rand(
            count, 1, 1, 1, generator=rng
        )
        tiles = torch.maximum(tiles, marks * chosen)
    grain = functional.interpolate(torch.randn(count, 1, 8, 8, generator=rng), size=32, mode="bilinear")
    tiles = tiles * (1 + 0.15 * grain * (torch.rand(count, 1, 1, 1, generator=rng) < 0.5))
    noise = torch.randn(tiles.shape, generator=rng) * NOISE * torch.rand(count, 1, 1, 1, generator=rng)
    return (tiles + noise).clamp(0, 1)


def barred(tiles: Tensor, digits: Tensor, rng: torch.Generator) -> Tensor:
    """Some sevens with the short bar that many people write through them."""
    count = len(tiles)
    middle = 15 + torch.randn(count, 1, 1, generator=rng)
    left = 10 + torch.randn(count, 1, 1, generator=rng)
    length = 6 + 5 * torch.rand(count, 1, 1, generator=rng)
    tilt = torch.randn(count, 1, 1, generator=rng)
    bar = torch.cat([left, middle + tilt, left + length, middle - tilt], dim=2)
    chosen = ((digits == 7) & (torch.rand(count, generator=rng) < 0.25))[:, None, None, None]
    return torch.maximum(tiles, strokes(count, bar, torch.full((count, 1), 1.6)) * chosen)


def crossed(tiles: Tensor, rng: torch.Generator) -> Tensor:
    """Struck through: one long stroke, two, a cross, or a scribble over most of the digit."""
    count = len(tiles)
    angle = torch.rand(count, generator=rng) * math.pi
    angle = torch.where(
        torch.rand(count, generator=rng) < 0.4, torch.randn(count, generator=rng) * 0.2, angle
    )
    kind = torch.randint(0, 4, (count,), generator=rng)
    parts = 6
    ends = torch.zeros(count, parts, 4)
    for part in range(parts):
        turn = angle + torch.where((kind == 2) & (part == 1), math.pi / 2, 0.0)
        turn = turn + torch.randn(count, generator=rng) * 0.12
        across = torch.randn(count, generator=rng) * 1.5 + torch.where(
            kind == 3,
            (part - parts / 2 + 0.5) * 3.2,
            torch.where(kind == 1, (part - 0.5) * 5.0, torch.zeros(())),
        )
        half = 11 + 4 * torch.rand(count, generator=rng)
        way = torch.stack([torch.cos(turn), torch.sin(turn)], dim=1)
        normal = torch.stack([-way[:, 1], way[:, 0]], dim=1)
        middle = 16 + across[:, None] * normal + torch.randn(count, 2, generator=rng)
        ends[:, part] = torch.cat([middle - half[:, None] * way, middle + half[:, None] * way], dim=1)
    wanted = torch.tensor([1, 2, 2, 6])[kind]
    width = (0.8 + 1.6 * torch.rand(count, 1, generator=rng)).expand(count, parts).clone()
    width[torch.arange(parts)[None] >= wanted[:, None]] = -9.0
    dark = 0.6 + 0.4 * torch.rand(count, 1, 1, 1, generator=rng)
    return torch.maximum(tiles, strokes(count, ends, width) * dark)


def overwritten(first: Tensor, second: Tensor, rng: torch.Generator) -> Tensor:
    """Two digits on top of each other, the later one as dark or darker."""
    dark = 0.5 + 0.5 * torch.rand(len(first), 1, 1, 1, generator=rng)
    return torch.maximum(first * dark, second)
