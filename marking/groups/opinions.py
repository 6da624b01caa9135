"""What a scorer that knows no marks of the item thinks of its answers, label by label."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.marks import Award
from core.scoring import Question, Response, Rubric
from marking.scoring.protocol import Scorer

#: An opinion is never surer than this.
_LEAST = 0.01

Label = tuple[tuple[str, int], ...]
#: The log-odds (N,) that each answer earns a label.
Opinions = Callable[[Label], NDArray[np.float64]]


def tells(rubric: Rubric, labels: Sequence[Label]) -> bool:
    """Whether a scorer's awards can be held against these labels, criterion by criterion.

    Marks that tell the whole of several criteria cannot: how the teacher adds them up is not known, and
    answers would be judged once a criterion for little.
    """
    wanted = {criterion.id for criterion in rubric.criteria}
    return len(wanted) < 2 or all({criterion for criterion, _ in label} == wanted for label in labels)


def opinions_of(
    scorer: Scorer, question: Question, rubric: Rubric, responses: Sequence[Response]
) -> Opinions:
    """How probable the scorer holds each label of each of N responses; each wording is asked once.

    Criteria are taken as independent of one another.
    """
    first = {response.text: response for response in reversed(responses)}
    awards = scorer.score_all(question, rubric, list(first.values()))
    by_text = dict(zip(first, awards, strict=True))

    def opinions(label: Label) -> NDArray[np.float64]:
        chances = np.array([_chance(by_text[one.text], label) for one in responses], dtype=np.float64)
        chances = np.clip(chances, _LEAST, 1 - _LEAST)
        return np.asarray(np.log(chances / (1 - chances)))

    return opinions


def _chance(awards: Sequence[Award], label: Label) -> float:
    """How probable it is that these awards come to the label."""
    wanted = dict(label)
    whole = wanted.get("", 0)  # of a rubric with one criterion, where the marks tell the whole
    chance = 1.0
    for award in awards:
        odds = dict(award.distribution or ((award.steps, 1.0),))
        chance *= odds.get(wanted.get(award.criterion, whole), 0.0)
    return chance
