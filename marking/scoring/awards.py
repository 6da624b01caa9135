"""From an opinion (verdicts, expected share) to an award: steps, distribution, evidence, reason."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.marks import Award, Verdict
from core.scoring import Question, Response
from marking.scoring.reasons import reason_for
from marking.scoring.spans import Span, contradicting_spans, evidence_in, said_spans
from marking.scoring.statements import Target

#: That a teacher gives nothing for an empty answer.
BLANK_CONFIDENCE = 0.99
#: Up to so many steps the likeliest number is given; above, the median.
_FEW_STEPS = 2
VERDICTS: tuple[Verdict, ...] = tuple(Verdict)


def award_of(
    question: Question,
    target: Target,
    response: Response,
    statement: str,
    verdicts: NDArray[np.float64],
    odds: NDArray[np.float64],
) -> Award:
    """The award for one target.

    Args:
        statement: the alternative that the answer comes nearest to.
        verdicts: (4,) in the order of ``Verdict``.
        odds: (full_steps + 1,) how probable each number of steps is.
    """
    odds = odds / odds.sum()
    steps = likeliest(odds)
    verdict = _shown(VERDICTS[int(verdicts.argmax())], steps, target.full_steps)
    spans = _spans(verdict, statement, response.text)
    return Award(
        criterion=target.criterion.id if target.criterion else "",
        steps=steps,
        full_steps=target.full_steps,
        reason=reason_for(question, target, statement, response, verdict, spans, steps),
        evidence=evidence_in(response, spans),
        confidence=round(min(1.0, float(odds[steps])), 4),
        distribution=_rounded(odds),
        verdicts=tuple((v, p) for v, p in zip(VERDICTS, _exact(verdicts), strict=True)),
    )


def likeliest(odds: NDArray[np.float64]) -> int:
    """The steps to give: the mode where there are few, else the median (fewer large misses)."""
    if len(odds) - 1 <= _FEW_STEPS:
        return int(odds.argmax())
    return int(np.searchsorted(np.cumsum(odds), 0.5 * float(odds.sum())))


def nothing(question: Question, target: Target) -> Award:
    """The award of an answer that is blank or only says that it knows nothing."""
    odds = np.full(target.full_steps + 1, (1 - BLANK_CONFIDENCE) / target.full_steps)
    odds[0] = BLANK_CONFIDENCE
    rest = (1 - BLANK_CONFIDENCE) / 3
    return Award(
        criterion=target.criterion.id if target.criterion else "",
        steps=0,
        full_steps=target.full_steps,
        reason="未作答，或只写了不会" if question.language == "zh" else "Nothing is answered.",
        confidence=BLANK_CONFIDENCE,
        distribution=_rounded(odds),
        verdicts=tuple((v, BLANK_CONFIDENCE if v is Verdict.NOT_ADDRESSED else rest) for v in VERDICTS),
    )


def _shown(verdict: Verdict, steps: int, full_steps: int) -> Verdict:
    """What the reason speaks of, never at odds with the steps."""
    if steps == full_steps:
        return Verdict.CREDITED
    if steps > 0:
        return Verdict.PARTLY
    return verdict if verdict in (Verdict.CONTRADICTED, Verdict.NOT_ADDRESSED) else Verdict.PARTLY


def _spans(verdict: Verdict, statement: str, answer: str) -> tuple[Span, ...]:
    if verdict is Verdict.NOT_ADDRESSED:
        return ()
    if verdict is Verdict.CONTRADICTED:
        return contradicting_spans(statement, answer) or said_spans(statement, answer)[:1]
    return said_spans(statement, answer)


def _rounded(odds: NDArray[np.float64]) -> tuple[tuple[int, float], ...]:
    return tuple(enumerate(_exact(odds)))


def _exact(odds: NDArray[np.float64]) -> tuple[float, ...]:
    """Four decimals that sum to 1."""
    kept = [round(float(p), 4) for p in odds / odds.sum()]
    kept[int(np.argmax(kept))] += 1.0 - sum(kept)
    return tuple(round(p, 4) for p in kept)
