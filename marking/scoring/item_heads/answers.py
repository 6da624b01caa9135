"""All that is known of an item's answers before a mark: the base scorer's awards, and blocks of features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.marks import Award, Verdict
from core.scoring import Question, Response, Rubric
from marking.scoring.item_heads.text_blocks import Embed, TextBlocks
from marking.scoring.protocol import Scorer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """Answers as the learners see them.

    ``blocks``: rows by block; ``base_shares``: (N, C) the base scorer's expected share of each award;
    ``awards``: the base scorer's, by answer.
    """

    blocks: dict[str, Any]
    base_shares: Floats
    awards: tuple[tuple[Award, ...], ...]

    def rows(self, which: NDArray[np.int64]) -> Seen:
        """Some of the answers."""
        blocks = {name: rows[which] for name, rows in self.blocks.items()}
        return Seen(blocks, self.base_shares[which], tuple(self.awards[i] for i in which))

    def base_odds(self, award: int, full: int) -> Floats:
        """(N, full + 1) the base scorer's odds of steps for the award at this place."""
        return np.array([odds_of(awards[award], full) for awards in self.awards]).reshape(-1, full + 1)


class AnswerReader:
    """Looks at answers of one item, always in the same way; fitted on all of them, without marks."""

    def __init__(
        self,
        question: Question,
        rubric: Rubric,
        base: Scorer,
        embed: Embed | None,
        responses: Sequence[Response],
    ) -> None:
        self._question, self._rubric, self._base = question, rubric, base
        self.texts = TextBlocks([response.text for response in responses], question.language, embed)
        self._middle: Floats | None = None
        self.pool = self.look(responses)

    def look(self, responses: Sequence[Response]) -> Seen:
        """The answers' blocks and base awards."""
        awards = self._base.score_all(self._question, self._rubric, responses)
        blocks = self.texts.of([response.text for response in responses])
        said = np.array([_said(answer) for answer in awards])
        if self._middle is None:
            self._middle, self._scale = said.mean(0), np.maximum(said.std(0), 0.02)
        blocks["base"] = (said - self._middle) / self._scale / np.sqrt(said.shape[1])
        shares = np.array(
            [[award.expected_steps / award.full_steps for award in answer] for answer in awards]
        )
        return Seen(blocks, shares, awards)


def odds_of(award: Award, full: int) -> list[float]:
    """The award's distribution as a list over 0 … ``full``; its steps for sure, softened, where it has none."""
    odds = [0.0] * (full + 1)
    for steps, share in award.distribution or ((award.steps, award.confidence),):
        odds[min(steps, full)] += share
    rest = max(0.0, 1.0 - sum(odds)) / (full + 1)
    return [share + rest for share in odds]


def _said(awards: Sequence[Award]) -> list[float]:
    """What the base scorer said of an answer as numbers: expected share and verdicts, award by award."""
    numbers: list[float] = []
    for award in awards:
        verdicts = dict(award.verdicts)
        numbers.append(award.expected_steps / award.full_steps)
        numbers += [verdicts.get(verdict, 0.0) for verdict in Verdict]
    return numbers
