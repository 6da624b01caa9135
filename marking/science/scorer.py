"""Worked solutions: criteria with a check are looked for in the lines; the others are the base scorer's.

A step that is wrong only because an earlier result was wrong is judged with the pupil's own value, where
the criterion says how its result follows (``follows``): an error costs its steps once.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.answer_keys import Check, shown
from core.exams import Criterion
from core.geometry import BoxMm
from core.marks import Award, Evidence, Verdict
from core.pages import TextLine, TextReading
from core.scoring import Question, Response, Rubric
from marking.evidence import evidence_of, line_number
from marking.science.finding import BESIDE, Found, find
from marking.science.following import followed
from marking.science.judging import judge
from marking.scoring.protocol import Scorer
from marking.wordings import forbidden

MODEL = "steps-1"

#: That a teacher gives the same: for a step that nobody found, for one that follows from an error.
_ABSENT = 0.75
_FOLLOWED = 0.85

_NOWHERE = BoxMm(x_mm=0, y_mm=0, width_mm=1, height_mm=1)


class CheckedScorer:
    """Marks criteria that have a check; asks ``base`` about all others, and about wordings.

    Args:
        base: scores criteria without a check, and wordings of those that have both.
    """

    def __init__(self, base: Scorer) -> None:
        self._base = base
        self.name = f"{MODEL}+{base.name}"

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """See ``Scorer``."""
        if not any(criterion.check for criterion in rubric.criteria):
            return self._base.score_all(question, rubric, responses)
        if any(_asks_base(criterion) for criterion in rubric.criteria):
            based = self._base.score_all(question, rubric, responses)
        else:
            based = tuple(() for _ in responses)
        return tuple(
            _awards(rubric, response, awards) for response, awards in zip(responses, based, strict=True)
        )


def with_checks(base: Scorer, criteria: Sequence[Criterion]) -> Scorer:
    """The scorer for these criteria: the base itself where none has a check."""
    return CheckedScorer(base) if any(criterion.check for criterion in criteria) else base


def _asks_base(criterion: Criterion) -> bool:
    return criterion.check is None or bool(criterion.accepted or criterion.must_not)


def _awards(rubric: Rubric, response: Response, based: tuple[Award, ...]) -> tuple[Award, ...]:
    readings = response.readings or (_typed(response.text),)
    own: dict[str, tuple[Check, str]] = {}
    numbers = {criterion.id: at for at, criterion in enumerate(rubric.criteria, start=1)}
    awards = []
    for at, criterion in enumerate(rubric.criteria):
        base = based[at] if based else None
        if criterion.check is None and base is not None:
            awards.append(base)
            continue
        awards.append(_step(criterion, readings, own, numbers, base))
    return tuple(awards)


def _step(
    criterion: Criterion,
    readings: tuple[TextReading, ...],
    own: dict[str, tuple[Check, str]],
    numbers: dict[str, int],
    base: Award | None,
) -> Award:
    """The award of one checked criterion; what the pupil found is added to ``own``."""
    label = circled(numbers[criterion.id])
    found = find(criterion, criterion.check, readings)
    if criterion.check is not None and found is not None and found.is_own:
        own[criterion.id] = (criterion.check, found.piece.value)
    if base is not None and any(forbidden(criterion, reading.text) for reading in readings):
        return base
    award = _award(criterion, found, label)
    if award.steps < criterion.steps:
        later = _followed(criterion, readings, own, numbers, label)
        award = later if later is not None and later.steps > award.steps else award
    elif found is not None and _comes_from_nowhere(criterion, own, found):
        said = f"{award.reason}；但按你前面的结果算不出这个数，请看过程"
        award = _given(criterion, award.steps, said, min(award.confidence, BESIDE), found)
    if base is not None and criterion.accepted and base.steps > award.steps:
        return base
    return award


def _followed(
    criterion: Criterion,
    readings: tuple[TextReading, ...],
    own: dict[str, tuple[Check, str]],
    numbers: dict[str, int],
    label: str,
) -> Award | None:
    """The award by the pupil's own earlier results; ``None`` where the step does not follow from them."""
    follows, check = criterion.follows, criterion.check
    if follows is None or check is None:
        return None
    other = followed(check, follows, own)
    found = find(criterion, other, readings) if other is not None else None
    if other is None or found is None or not found.judged.steps:
        return None
    steps = found.judged.steps if follows.steps is None else min(found.judged.steps, follows.steps)
    sources = "、".join(
        f"第{circled(numbers[id_])}步的结果 {letter}={own[id_][1].strip()}" for letter, id_ in follows.uses
    )
    slip = "" if found.judged.steps == criterion.steps else f"（{found.judged.reason}）"
    reason = f"{_quoted(found)}，按你{sources}，本步正确{slip}，给分点{label}{_doubt(found)}"
    return _given(criterion, steps, reason, _FOLLOWED * found.place * _read_well(found), found)


def _comes_from_nowhere(criterion: Criterion, own: dict[str, tuple[Check, str]], found: Found) -> bool:
    """The key's own result, which does not follow from what the pupil wrote before."""
    if criterion.follows is None or criterion.check is None:
        return False
    other = followed(criterion.check, criterion.follows, own)
    return other is not None and not judge(other, criterion.steps, found.piece.value).steps


def _award(criterion: Criterion, found: Found | None, label: str) -> Award:
    key = shown(criterion.check) if criterion.check is not None else criterion.statement
    if found is None or found.judged.is_unreadable:
        reason = f"没有找到给分点{label}的步骤（{key}）"
        return _given(criterion, 0, reason, _ABSENT, None)
    confidence = found.place * found.judged.clearness * _read_well(found)
    reason = f"{_quoted(found)}，{found.judged.reason}（给分点{label}）{_doubt(found)}"
    return _given(criterion, found.judged.steps, reason, confidence, found)


def _doubt(found: Found) -> str:
    return f"；{found.doubt}" if found.doubt else ""


def _quoted(found: Found) -> str:
    written = found.reading.text[found.piece.start : found.piece.end].replace("\n", " ").strip()
    return f"第{line_number(found.reading, found.piece.start)}行“{written}”"


def _read_well(found: Found) -> float:
    """The probability of the line that the piece begins in."""
    lines = found.reading.kept_lines
    at = line_number(found.reading, found.piece.start) - 1
    return lines[at].probability if at < len(lines) else 1.0


def _given(criterion: Criterion, steps: int, reason: str, confidence: float, found: Found | None) -> Award:
    evidence: tuple[Evidence, ...] = ()
    verdict = Verdict.NOT_ADDRESSED
    if found is not None:
        evidence = evidence_of(found.reading, found.piece.start, found.piece.end)
        verdict = (
            Verdict.CREDITED
            if steps == criterion.steps
            else Verdict.PARTLY
            if steps
            else Verdict.CONTRADICTED
        )
    other = 0 if steps else criterion.steps
    opposite = Verdict.CONTRADICTED if steps else Verdict.CREDITED
    return Award(
        criterion=criterion.id,
        steps=steps,
        full_steps=criterion.steps,
        reason=reason,
        evidence=evidence,
        confidence=confidence,
        distribution=tuple(sorted(((steps, confidence), (other, 1.0 - confidence)))),
        verdicts=((verdict, confidence), (opposite, 1.0 - confidence)),
        model=MODEL,
    )


def _typed(text: str) -> TextReading:
    """Text that was typed, as a reading without places."""
    lines = tuple(TextLine(text=line, box=_NOWHERE, probability=1.0) for line in text.split("\n"))
    return TextReading(item="", part=0, blank=not text.strip(), lines=lines, engine="typed")


def circled(number: int) -> str:
    """The number as teachers write it before a 给分点: ①."""
    return chr(ord("①") + number - 1) if number <= 20 else f"({number})"
