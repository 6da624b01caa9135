"""What a judge of pairs learns from: a pair, the verdicts that are right, and the share of full marks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from core.marks import Verdict
from models.pair_tokens import Pair

CREDITED = (Verdict.CREDITED,)
PARTLY = (Verdict.PARTLY,)
CONTRADICTED = (Verdict.CONTRADICTED,)
NOT_ADDRESSED = (Verdict.NOT_ADDRESSED,)
#: "incorrect" of the SemEval labels: an answer that has a part only is among them.
NOT_FULL = (Verdict.PARTLY, Verdict.NOT_ADDRESSED)
NOT_CREDITED = (Verdict.PARTLY, Verdict.CONTRADICTED, Verdict.NOT_ADDRESSED)
NOTHING = (Verdict.CONTRADICTED, Verdict.NOT_ADDRESSED)


@dataclass(frozen=True)
class Example:
    """A pair with its truth. ``group`` is the question (folds never cut one in two)."""

    pair: Pair
    verdicts: tuple[Verdict, ...]  #: any of these is right; none: unknown
    share: float | None  #: of full marks, 0 to 1
    group: str
    key: str = ""  #: the answer's id in its set
    weight: float = 1.0

    def with_pair(self, **parts: str) -> Example:
        return replace(self, pair=self.pair._replace(**parts))


def peers(examples: list[Example], draw: Random, odds: float, shortest: int = 12) -> list[Example]:
    """Answers held against another pupil's full-mark answer to the same question instead."""
    by_group: dict[str, list[str]] = {}
    for one in examples:
        if one.verdicts == CREDITED and one.share == 1.0 and len(one.pair.answer) >= shortest:
            by_group.setdefault(one.group, []).append(one.pair.answer)
    made = []
    for one in examples:
        others = [text for text in by_group.get(one.group, ()) if text != one.pair.answer]
        if others and draw.random() < odds:
            made.append(replace(one.with_pair(statement=draw.choice(others)), weight=0.7 * one.weight))
    return made


def against_wrong(examples: list[Example], draw: Random, odds: float, shortest: int = 12) -> list[Example]:
    """Answers held against a wrong answer to the same question, as if that were asked for.

    The wrong answer itself is credited then, a right one is not: nobody can learn by heart which answers to a
    question are right without looking at the statement.
    """
    right: dict[str, list[str]] = {}
    for one in examples:
        if one.verdicts == CREDITED:
            right.setdefault(one.group, []).append(one.pair.answer)
    made = []
    for one in examples:
        wrong = CREDITED != one.verdicts != PARTLY and len(one.pair.answer) >= shortest
        if wrong and draw.random() < odds:
            turned = one.with_pair(statement=one.pair.answer)
            if draw.random() < 0.4 or one.group not in right:
                made.append(replace(turned, verdicts=CREDITED, share=1.0, weight=0.6))
            else:
                other = turned.with_pair(answer=draw.choice(right[one.group]))
                made.append(replace(other, verdicts=NOT_CREDITED, share=0.0, weight=0.6))
    return made


def swapped(examples: list[Example], draw: Random, odds: float) -> list[Example]:
    """Answers to other questions: they do not address the statement."""
    made = []
    for one in examples:
        if draw.random() < odds:
            other = draw.choice(examples)
            if other.group != one.group and other.pair.question != one.pair.question:
                moved = one.with_pair(answer=other.pair.answer)
                made.append(replace(moved, verdicts=NOT_ADDRESSED, share=0.0, weight=0.5))
    return made


def alone(examples: list[Example], draw: Random, odds: float) -> list[Example]:
    """The same examples, some without their question: the statement alone."""
    return [one.with_pair(question="") if draw.random() < odds else one for one in examples]
