"""Pre-train the Chinese encoder: ``python -m models.training.encoder.pretraining --data FOLDER --out FOLDER``.

Four layers of 256 with about 8,000 tokens, from nothing. Each step draws 4,096 tokens, of which a fifth are
hidden in runs of one to three and guessed (masked language modelling, Devlin et al. 2019; runs after Joshi
et al. 2020). Besides, in turn: two crops of one passage are to lie nearer to one another than to those of
other passages (InfoNCE on the mean of the last layer, after Izacard et al. 2022), or the second of two parts
is told from another passage's. Texts are run on, so that nothing is padded; half of the batches begin at a
later position, so that all positions are learnt from short crops.

With little computing much is in the beginning: words begin as the main directions of which tokens stand near
which (positive pointwise mutual information, Levy and Goldberg 2014), positions as sines (Vaswani et al. 2017),
so that a neighbour looks alike everywhere.

About 50 minutes of one core in 16-bit floats. A run that was broken off goes on where it last saved.
``--out`` gets ``tokenizer.json`` and ``state.pt``. Needs torch and transformers, which the product does not.
"""

from __future__ import annotations

import argparse
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from tokenizers import Tokenizer
from torch import nn
from transformers import BertConfig, BertModel

from models.pair_tokens import token_id
from models.training.encoder import chinese_texts

WIDTH, LAYERS, HEADS, POSITIONS = 256, 4, 4, 512
TOKENS_A_STEP = 4_096
LENGTHS, LENGTH_ODDS = (32, 48, 64, 128), (0.25, 0.35, 0.25, 0.15)  #: tokens of one crop
HIDDEN_SHARE = 0.2
RATE, WARM_UP, FALLING_SHARE = 1e-3, 200, 0.3
TEMPERATURE, SIDE_WEIGHT = 0.07, 0.25
SAVE_EVERY = 100
BEGIN_SIZE = 0.03  #: spread of the embeddings in the beginning

Array = NDArray[np.int64]


class Pretrainer(nn.Module):
    """The encoder with what it is pre-trained by: the guess of hidden tokens, and which parts belong together."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.encoder = BertModel(configuration(vocabulary), add_pooling_layer=False)
        with torch.no_grad():
            self.encoder.embeddings.position_embeddings.weight.copy_(torch.from_numpy(sines()))
        self.guess = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH))
        self.guess_bias = nn.Parameter(torch.zeros(vocabulary))
        self.follows = nn.Linear(WIDTH, 1)

    def hidden_loss(self, states: torch.Tensor, tokens: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Cross-entropy of the tokens that were hidden."""
        guessed = self.guess(states[hidden])
        logits = guessed @ self.encoder.embeddings.word_embeddings.weight.t() + self.guess_bias
        return nn.functional.cross_entropy(logits.float(), tokens[hidden])


def configuration(vocabulary: int) -> BertConfig:
    """The shape of the Chinese encoder."""
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH,
        max_position_embeddings=POSITIONS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="sdpa",
    )


def sines() -> NDArray[np.float32]:
    """(positions, width): sines and cosines of rising wavelength, as large as the words' embeddings."""
    places = np.arange(POSITIONS)[:, None]
    speeds = np.exp(-math.log(10_000) * np.arange(WIDTH // 2) / (WIDTH // 2))
    waves = np.concatenate([np.sin(places * speeds), np.cos(places * speeds)], axis=1)
    return (BEGIN_SIZE * math.sqrt(2) * waves).astype(np.float32)


def words_by_neighbours(runs: dict[str, NDArray[np.int16]], vocabulary: int) -> NDArray[np.float32]:
    """(vocabulary, width): the main directions of the tokens' mutual information with their neighbours."""
    counts = np.zeros(vocabulary * vocabulary, dtype=np.float32)
    for run in runs.values():
        part = run[:2_000_000].astype(np.int64)
        for apart in range(1, 4):
            joint = part[:-apart] * vocabulary + part[apart:]
            counts += np.bincount(joint, minlength=len(counts)).astype(np.float32)
    table = counts.reshape(vocabulary, vocabulary)
    table += table.T.copy()
    often = table.sum(axis=1) + 1
    shares = (often / often.sum()) ** 0.75
    information = np.log((table + 1e-9) / (often[:, None] * (shares / shares.sum())[None, :]))
    vectors = TruncatedSVD(WIDTH, n_iter=3, random_state=1).fit_transform(np.maximum(information, 0.0))
    vectors = vectors / np.sqrt(np.linalg.norm(vectors, axis=0, keepdims=True))
    vectors = vectors / vectors.std()
    return (BEGIN_SIZE * np.clip(vectors, -4, 4)).astype(np.float32)


class Crops:
    """Draws passages from the sources' runs of tokens, and hides tokens in them."""

    def __init__(self, runs: dict[str, NDArray[np.int16]], tokenizer: Tokenizer, seed: int) -> None:
        self.runs = [runs[source] for source in chinese_texts.SHARES]
        self.odds = np.array(list(chinese_texts.SHARES.values()))
        self.cls, self.sep, self.mask = (token_id(tokenizer, t) for t in ("[CLS]", "[SEP]", "[MASK]"))
        self.vocabulary = tokenizer.get_vocab_size()
        self.draw = np.random.default_rng(seed)

    def halves(self, count: int, length: int) -> Array:
        """(count, 2, length): two neighbouring crops of each passage."""
        sources = self.draw.choice(len(self.runs), count, p=self.odds / self.odds.sum())
        rows = []
        for source in sources:
            run = self.runs[source]
            start = int(self.draw.integers(len(run) - 2 * length))
            rows.append(run[start : start + 2 * length])
        return np.stack(rows).astype(np.int64).reshape(count, 2, length)

    def single(self, halves: Array) -> Array:
        """(2 count, length + 2): ``[CLS] half [SEP]``, halves of one passage next to each other."""
        flat = halves.reshape(-1, halves.shape[2])
        edge = np.ones((len(flat), 1), dtype=np.int64)
        return np.concatenate([self.cls * edge, flat, self.sep * edge], axis=1)

    def paired(self, halves: Array) -> tuple[Array, Array]:
        """``[CLS] half [SEP] half [SEP]`` and whether the second one follows; every other one does not."""
        follows = np.arange(len(halves)) % 2
        second = halves[:, 1].copy()
        second[follows == 0] = np.roll(second[follows == 0], 1, axis=0)
        edge = np.ones((len(halves), 1), dtype=np.int64)
        rows = [self.cls * edge, halves[:, 0], self.sep * edge, second, self.sep * edge]
        return np.concatenate(rows, axis=1), follows

    def hide(self, tokens: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Tokens with a fifth hidden (8 of 10 by the mask, 1 by any token, 1 left), and which ones."""
        starts = self.draw.random(tokens.shape) < HIDDEN_SHARE / 1.9
        lengths = self.draw.choice((1, 2, 3), tokens.shape, p=(0.4, 0.3, 0.3))
        hidden = starts.copy()
        for back in (1, 2):
            hidden[:, back:] |= starts[:, :-back] & (lengths[:, :-back] > back)
        hidden &= (tokens != self.cls) & (tokens != self.sep)
        how = self.draw.random(tokens.shape)
        shown = np.where(hidden & (how < 0.8), self.mask, tokens)
        any_token = self.draw.integers(5, self.vocabulary, tokens.shape)
        return np.where(hidden & (how > 0.9), any_token, shown), hidden


def loss_of(net: Pretrainer, crops: Crops) -> tuple[torch.Tensor, dict[str, float]]:
    """One step's loss, and its parts for the log."""
    length = int(crops.draw.choice(LENGTHS, p=LENGTH_ODDS))
    halves = crops.halves(TOKENS_A_STEP // (2 * length), length)
    in_pairs = bool(crops.draw.integers(2))
    tokens, follows = crops.paired(halves) if in_pairs else (crops.single(halves), None)
    shown, hidden = crops.hide(tokens)
    first = int(crops.draw.integers(POSITIONS - tokens.shape[1])) if crops.draw.integers(2) else 0
    with torch.autocast("cpu", torch.bfloat16):
        states = _states(net, shown, length if in_pairs else None, first)
        guess = net.hidden_loss(states, torch.from_numpy(tokens), torch.from_numpy(hidden))
        side = _apart(states) if follows is None else _follows(net, states, follows)
    name = "apart" if follows is None else "follows"
    return guess + SIDE_WEIGHT * side, {"guess": guess.item(), name: side.item()}


def _states(net: Pretrainer, shown: Array, first_part: int | None, first: int) -> torch.Tensor:
    count, length = shown.shape
    types = np.zeros((count, length), dtype=np.int64)
    if first_part is not None:
        types[:, first_part + 2 :] = 1
    positions = torch.arange(first, first + length).expand(count, length)
    states: torch.Tensor = net.encoder(
        input_ids=torch.from_numpy(shown), token_type_ids=torch.from_numpy(types), position_ids=positions
    ).last_hidden_state
    return states


def _apart(states: torch.Tensor) -> torch.Tensor:
    """InfoNCE both ways; rows 2k and 2k + 1 are of one passage."""
    vectors = nn.functional.normalize(states.float().mean(dim=1), dim=1)
    alike = vectors[0::2] @ vectors[1::2].t() / TEMPERATURE
    same = torch.arange(len(alike))
    both = nn.functional.cross_entropy(alike, same) + nn.functional.cross_entropy(alike.t(), same)
    return both / 2


def _follows(net: Pretrainer, states: torch.Tensor, follows: Array) -> torch.Tensor:
    logits = net.follows(states[:, 0]).float().squeeze(1)
    return nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(follows).float())


def rate_at(step: int, steps: int) -> float:
    """Share of the full rate: rising, steady, then falling to nothing along half a cosine."""
    falling_from = steps * (1 - FALLING_SHARE)
    if step < falling_from:
        return min(1.0, (step + 1) / WARM_UP)
    return 0.5 + 0.5 * math.cos(math.pi * (step - falling_from) / (steps - falling_from))


def pretrain(data: Path, out: Path, steps: int) -> None:
    """Train for ``steps`` steps in all, going on from ``out/state.pt`` where there is one."""
    tokenizer = _tokenizer(data, out)
    net = Pretrainer(tokenizer.get_vocab_size())
    decay = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim == 1]
    groups = [{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))
    done = _resume(out / "state.pt", net, optimiser)
    runs = chinese_texts.token_runs(data, tokenizer)
    if not done:
        words = torch.from_numpy(words_by_neighbours(runs, tokenizer.get_vocab_size()))
        net.encoder.embeddings.word_embeddings.weight.data.copy_(words)
    crops = Crops(runs, tokenizer, seed=1 + done)
    seen: dict[str, list[float]] = {}
    for step in range(done, steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * rate_at(step, steps)
        loss, parts = loss_of(net, crops)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        for name, value in parts.items():
            seen.setdefault(name, []).append(value)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == steps:
            means = {name: round(float(np.mean(values)), 3) for name, values in seen.items()}
            logging.info("step %d of %d: %s", step + 1, steps, means)
            seen = {}
            _save(out / "state.pt", net, optimiser, step + 1)


def _tokenizer(data: Path, out: Path) -> Tokenizer:
    out.mkdir(parents=True, exist_ok=True)
    path = out / "tokenizer.json"
    if not path.is_file():
        chinese_texts.tokenizer_for(data).save(str(path))
    return Tokenizer.from_file(str(path))


def _resume(path: Path, net: Pretrainer, optimiser: torch.optim.Optimizer) -> int:
    if not path.is_file():
        return 0
    kept: dict[str, Any] = torch.load(path)
    net.load_state_dict(kept["net"])
    optimiser.load_state_dict(kept["optimiser"])
    return int(kept["step"])


def _save(path: Path, net: Pretrainer, optimiser: torch.optim.Optimizer, step: int) -> None:
    part = path.with_suffix(".part")
    torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, part)
    part.replace(path)


def main() -> None:
    """Train the tokenizer and the encoder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder that has corpus_zh")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tokenizer and the weights")
    parser.add_argument("--steps", type=int, default=6_000)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(1)
    pretrain(options.data, options.out, options.steps)


if __name__ == "__main__":
    main()
