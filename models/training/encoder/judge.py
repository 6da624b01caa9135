"""The network that judges pairs: an encoder with two heads, and the loss of an example.

Word embeddings stay as they were: the sentence encoder of the same language uses the very table, so it ships
once, and words that training answers never use keep their meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertModel

from core.marks import Verdict
from models.pair_tokens import Row, padded
from models.training.encoder.examples import Example

VERDICTS = tuple(Verdict)
DROPOUT = 0.1
#: Rare, and as weighty as the others where classes count alike.
CLASS_WEIGHTS = {
    Verdict.CONTRADICTED: 1.6,
    Verdict.PARTLY: 1.0,
    Verdict.CREDITED: 1.0,
    Verdict.NOT_ADDRESSED: 1.0,
}
SHARE_WEIGHT = 0.7


class Judge(nn.Module):
    """(N, L) ids, types and mask → logits of the four verdicts and of the share, (N, 5).

    The heads see the first state, the means of both parts, and how these differ (as in InferSent,
    Conneau et al. 2017).
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.mix = nn.Sequential(
            nn.Dropout(DROPOUT), nn.Linear(5 * width, width), nn.GELU(), nn.Dropout(DROPOUT)
        )
        self.out = nn.Linear(width, len(VERDICTS) + 1)

    def forward(self, words: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``words`` are the word embeddings, (N, L, D)."""
        states = self.encoder(
            inputs_embeds=words, token_type_ids=types, attention_mask=mask
        ).last_hidden_state.float()
        answer = _mean(states, mask * types)
        statement = _mean(states, mask * (1 - types))
        features = [states[:, 0], answer, statement, (answer - statement).abs(), answer * statement]
        logits: torch.Tensor = self.out(self.mix(torch.cat(features, dim=1)))
        return logits

    def words(self, ids: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.encoder.embeddings.word_embeddings(ids)
        return found


def _mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask.unsqueeze(2).float()
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)


def logits_of(net: Judge, rows: Sequence[Row]) -> torch.Tensor:
    """One batch through the network in 16-bit floats."""
    ids, types, mask = (torch.from_numpy(a) for a in padded(rows))
    with torch.autocast("cpu", torch.bfloat16):
        return net(net.words(ids), types, mask).float()


def loss_of(logits: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """Mean over the examples of −log P(any right verdict) and the cross-entropy of the share."""
    allowed, shares, known, weights = (torch.from_numpy(a) for a in _targets(examples))
    log_p = nn.functional.log_softmax(logits[:, : len(VERDICTS)], dim=1)
    verdict = -torch.logsumexp(log_p.masked_fill(~allowed, -1e4), dim=1)
    of_class = torch.tensor([CLASS_WEIGHTS[v] for v in VERDICTS])
    class_weight = torch.where(allowed, of_class, 0.0).sum(dim=1) / allowed.sum(dim=1)
    share = nn.functional.binary_cross_entropy_with_logits(logits[:, -1], shares, reduction="none")
    loss = weights * (class_weight * verdict + SHARE_WEIGHT * known * share)
    return loss.sum() / weights.sum()


def _targets(examples: Sequence[Example]) -> tuple[NDArray[np.bool_], *tuple[NDArray[np.float32], ...]]:
    allowed = np.array([[v in (one.verdicts or VERDICTS) for v in VERDICTS] for one in examples])
    shares = np.array([one.share or 0.0 for one in examples], dtype=np.float32)
    known = np.array([one.share is not None for one in examples], dtype=np.float32)
    weights = np.array([one.weight for one in examples], dtype=np.float32)
    return allowed, shares, known, weights


@torch.no_grad()
def judged(net: Judge, rows: Sequence[Row], batch: int = 32) -> NDArray[np.float32]:
    """(N, 5): probabilities of the four verdicts, and the share, in the rows' order."""
    net.eval()
    order = sorted(range(len(rows)), key=lambda at: len(rows[at].ids))
    out = np.zeros((len(rows), len(VERDICTS) + 1), dtype=np.float32)
    for start in range(0, len(rows), batch):
        places = order[start : start + batch]
        logits = logits_of(net, [rows[at] for at in places])
        out[places, : len(VERDICTS)] = logits[:, : len(VERDICTS)].softmax(dim=1).numpy()
        out[places, -1] = logits[:, -1].sigmoid().numpy()
    return out
