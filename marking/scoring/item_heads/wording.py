"""Awards of a head in words: which marked answers it goes by, and the words that told most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.marks import Award, Verdict
from core.scores import format_steps
from core.scoring import Question, Response, Rubric
from marking.scoring.item_heads.text_blocks import plain
from marking.scoring.spans import Span, evidence_in, whole_phrases

Floats = NDArray[np.float64]

#: So many marked answers are looked at for likeness; so many words are shown at most.
NEAREST, MOST_WORDS = 5, 3
#: Fewer marks say too little about single words.
WORDS_FROM = 10


@dataclass(frozen=True)
class Likeness:
    """The marked answers nearest to an answer.

    ``places``: numbers (from 1) of the nearest ``NEAREST``, nearest first; ``steps``: what they were given;
    ``k``: of how many.
    """

    places: tuple[int, ...]
    steps: tuple[int, ...]
    k: int

    @classmethod
    def of(cls, similarities: Floats, steps: Sequence[int]) -> Likeness:
        """From (k,) similarities to the marked answers."""
        nearest = np.argsort(-similarities, kind="stable")[:NEAREST]
        return cls(tuple(int(n) + 1 for n in nearest), tuple(int(steps[n]) for n in nearest), len(steps))


class Taught(Protocol):
    """The item that a head was fitted on."""

    @property
    def question(self) -> Question: ...
    @property
    def rubric(self) -> Rubric: ...
    @property
    def name(self) -> str: ...


def award_from(
    head: Taught,
    response: Response,
    base: Award,
    given: tuple[Floats, int],
    likeness: Likeness,
    words: Sequence[Span],
) -> Award:
    """The base scorer's award with the head's steps, odds and reason; its evidence and the telling words."""
    odds, steps = given
    evidence = base.evidence if steps or not base.steps else ()
    known = {(one.part, one.text) for one in evidence}
    more = evidence_in(response, words if steps else ())
    return base.model_copy(
        update={
            "steps": steps,
            "reason": _reason(
                base, steps, reason_of(head.rubric, head.question, steps, likeness), head.question
            ),
            "evidence": (*evidence, *(one for one in more if (one.part, one.text) not in known)),
            "confidence": min(1.0, float(odds[steps])),
            "distribution": _exact(odds),
            "verdicts": _verdicts(base, odds),
            "model": head.name,
        }
    )


def _reason(base: Award, steps: int, goes_by: str, question: Question) -> str:
    """Why the base scorer gave the same steps, where it did: a pupil is told that, and not whom he is like."""
    if base.steps != steps or not base.reason:
        return goes_by
    return f"{base.reason}（{goes_by}）" if question.language == "zh" else f"{base.reason} ({goes_by})"


def reason_of(rubric: Rubric, question: Question, steps: int, likeness: Likeness) -> str:
    """Which marked answers it goes by, in the question's language. For teachers: see ``feedback.for_pupils``."""
    alike = [place for place, given in zip(likeness.places, likeness.steps, strict=True) if given == steps]
    points = format_steps(steps, rubric.step)
    if question.language == "zh":
        if alike:
            return f"与老师判过的第{'、'.join(map(str, alike[:3]))}份相近，得{points}分"
        return f"介于老师判过的{likeness.k}份之间，估计得{points}分"
    unit = "point" if points == "1" else "points"
    if alike:
        answers = "answer" if len(alike) == 1 else "answers"
        return f"similar to {len(alike)} marked {answers}, {points} {unit}"
    return f"between {likeness.k} answers marked before, about {points} {unit}"


def telling_spans(
    response: Response, language: str, columns: Sequence[int], worth: Floats, names: Sequence[str]
) -> tuple[Span, ...]:
    """Where the words stand that speak most for points, in the order of the answer.

    Args:
        columns: the columns of "words" that the answer has.
        worth: (len(columns),) what each adds.
        names: the words by column.
    """
    found: list[Span] = []
    for best in np.argsort(-worth, kind="stable"):
        if worth[best] <= 0 or len(found) == MOST_WORDS:
            break
        span = _first(response.text, names[columns[best]], language)
        if span is not None and all(span.end <= other.start or span.start >= other.end for other in found):
            found.append(span)
    return tuple(sorted(found, key=lambda span: span.start))


def _first(text: str, words: str, language: str) -> Span | None:
    """Where the n-gram stands first; between its parts there may be spaces (Chinese) or no letters."""
    if language == "zh":
        pattern = r"\s*".join(re.escape(character) for character in plain(words, language))
    else:
        pattern = r"\b" + r"[\W_]+".join(re.escape(word) for word in words.split()) + r"\b"
    match = re.search(pattern, text, re.IGNORECASE)
    return whole_phrases(text, Span(*match.span())) if match and match.end() > match.start() else None


def _verdicts(base: Award, odds: Floats) -> tuple[tuple[Verdict, float], ...]:
    """Full steps are credited, some partly; nothing is split as the base scorer splits it."""
    said = dict(base.verdicts)
    against, silent = said.get(Verdict.CONTRADICTED, 0.0), said.get(Verdict.NOT_ADDRESSED, 0.0)
    share = against / (against + silent) if against + silent > 0 else 0.5
    nothing, full = float(odds[0]), float(odds[-1])
    return (
        (Verdict.CREDITED, full),
        (Verdict.PARTLY, max(0.0, 1.0 - nothing - full)),
        (Verdict.CONTRADICTED, nothing * share),
        (Verdict.NOT_ADDRESSED, nothing * (1 - share)),
    )


def _exact(odds: Floats) -> tuple[tuple[int, float], ...]:
    """Four decimals that sum to 1."""
    kept = [round(float(p), 4) for p in odds / odds.sum()]
    best = int(np.argmax(kept))
    kept[best] = round(kept[best] + 1.0 - sum(kept), 4)
    return tuple(enumerate(kept))
