"""Passes over the examples: layers near the words learn slower, the shipped network is a running mean.

After every pass everything is saved; a run that was broken off goes on with the next pass.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import nn

from models.pair_tokens import PairTokens, Row
from models.training.encoder.examples import Example
from models.training.encoder.judge import Judge, logits_of, loss_of


@dataclass(frozen=True)
class Plan:
    """How a judge is trained. ``layer_decay`` is the factor of the rate from one layer to the one below."""

    passes: int = 5
    rate: float = 1e-4
    head_rate: float = 6e-4
    layer_decay: float = 0.85
    batch_tokens: int = 2_600
    batch_most: int = 32
    warm_up: float = 0.06
    mean_keeps: float = 0.996  #: of the running mean of the weights, a step
    seed: int = 1


Pass = Callable[[int], list[Example]]  #: the examples of a pass, drawn with this seed
AfterPass = Callable[[int, Judge], None]


def fit(net: Judge, tokens: PairTokens, one_pass: Pass, plan: Plan, state: Path, after: AfterPass) -> Judge:
    """Train ``net``; returns the running mean of its weights.

    Args:
        state: where everything is kept between passes.
        after: called with the number of passes done and the running mean.
    """
    torch.manual_seed(plan.seed)
    mean = copy.deepcopy(net)
    optimiser = _optimiser(net, plan)
    total = plan.passes * len(_batched(one_pass(plan.seed), tokens, plan, 0)[0])
    done, step = _resume(state, net, mean, optimiser)
    for number in range(done, plan.passes):
        groups, rows_of = _batched(one_pass(plan.seed + number), tokens, plan, number)
        net.train()
        losses = []
        for examples in groups:
            _set_rates(optimiser, _factor(step / max(1, total), plan.warm_up))
            loss = loss_of(logits_of(net, [rows_of[id(one)] for one in examples]), examples)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            step += 1
            _towards(mean, net, min(plan.mean_keeps, step / (step + 20)))
            losses.append(loss.item())
        logging.info("pass %d: loss %.4f, %d steps", number + 1, sum(losses) / len(losses), step)
        _save(state, net, mean, optimiser, number + 1, step)
        after(number + 1, mean)
    return mean


def _batched(
    examples: list[Example], tokens: PairTokens, plan: Plan, number: int
) -> tuple[list[list[Example]], dict[int, Row]]:
    """Batches of like lengths in any order, and each example's row."""
    draw = Random(1000 * plan.seed + number)  # noqa: S311 (not for cryptography)
    rows = dict(zip(map(id, examples), tokens.rows([one.pair for one in examples]), strict=True))
    lengths = {id(one): len(rows[id(one)].ids) * draw.uniform(0.9, 1.1) for one in examples}
    batches: list[list[Example]] = []
    for one in sorted(examples, key=lambda e: lengths[id(e)]):
        longest = len(rows[id(one)].ids)
        full = not batches or len(batches[-1]) >= plan.batch_most
        if full or (len(batches[-1]) + 1) * longest > plan.batch_tokens:
            batches.append([])
        batches[-1].append(one)
    draw.shuffle(batches)
    return batches, rows


def _optimiser(net: Judge, plan: Plan) -> torch.optim.Optimizer:
    net.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    layers = list(net.encoder.encoder.layer)
    parts: list[tuple[list[nn.Parameter], float]] = [
        ([*net.mix.parameters(), *net.out.parameters()], plan.head_rate)
    ]
    for above, layer in enumerate(reversed(layers)):
        parts.append((list(layer.parameters()), plan.rate * plan.layer_decay**above))
    lowest = [p for p in net.encoder.embeddings.parameters() if p.requires_grad]
    parts.append((lowest, plan.rate * plan.layer_decay ** len(layers)))
    groups: list[dict[str, Any]] = []
    for parameters, rate in parts:
        for decay in (0.01, 0.0):
            chosen = [p for p in parameters if (p.ndim > 1) == bool(decay)]
            groups.append({"params": chosen, "lr": rate, "full": rate, "weight_decay": decay})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def _factor(done: float, warm_up: float) -> float:
    return done / warm_up if done < warm_up else max(0.02, (1 - done) / (1 - warm_up))


def _set_rates(optimiser: torch.optim.Optimizer, factor: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = group["full"] * max(factor, 1e-3)


@torch.no_grad()
def _towards(mean: Judge, net: Judge, keeps: float) -> None:
    for ours, theirs in zip(mean.parameters(), net.parameters(), strict=True):
        if theirs.requires_grad:
            ours.lerp_(theirs, 1 - keeps)


def _save(
    state: Path, net: Judge, mean: Judge, optimiser: torch.optim.Optimizer, passes: int, step: int
) -> None:
    part = state.with_suffix(".part")
    kept = {"net": net.state_dict(), "mean": mean.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save({**kept, "passes": passes, "step": step}, part)
    part.replace(state)


def _resume(state: Path, net: Judge, mean: Judge, optimiser: torch.optim.Optimizer) -> tuple[int, int]:
    if not state.is_file():
        return 0, 0
    kept: dict[str, Any] = torch.load(state)
    net.load_state_dict(kept["net"])
    mean.load_state_dict(kept["mean"])
    optimiser.load_state_dict(kept["optimiser"])
    return int(kept["passes"]), int(kept["step"])
