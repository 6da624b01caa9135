"""The one interface: a question, its rubric and a response become an award per criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.marks import Award
from core.scoring import Question, Response, Rubric


class Scorer(Protocol):
    """Scores responses. The same inputs give the same awards (judges that sample keep their answers)."""

    @property
    def name(self) -> str:
        """Name and version, for the audit: "statistical-1", "shipped-1", "judge:qwen3-8b" …"""

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """For each response the awards, one a criterion of the rubric in its order, or one for the whole.

        Each award has ``distribution`` over steps, ``verdicts``, ``evidence`` (spans of the response, with
        boxes where its reading has them), a ``reason`` in the question's language and a ``confidence``:
        the probability that a careful teacher gives the same steps.
        """


def score(scorer: Scorer, question: Question, rubric: Rubric, response: Response) -> tuple[Award, ...]:
    """The awards of one response."""
    return scorer.score_all(question, rubric, (response,))[0]
