"""Hard rules behind any scorer: no award against plain words, and plain results earn theirs.

A scorer that learnt from texts is blind where one sign turns the meaning: 0.06 N for 0.6 N, 变大 for 变小, a denial,
exchanged roles. Each award is held against its statement; where a rule is broken its steps fall, with the reason
and the words. The other way round, a short criterion about a result is earned by that result. The rules read
little and know it: their confidences below are set by hand, not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from core.exams import Criterion
from core.marks import Award, Evidence, Verdict
from core.scoring import Question, Response, Rubric
from marking.scoring.features.overlap import cosine
from marking.scoring.features.texts import prepared
from marking.scoring.guarding.claims import claims_of
from marking.scoring.guarding.objections import (
    Kind,
    Objection,
    claim_objection,
    denial_objection,
    elsewhere_objection,
    number_objection,
    swapped_objection,
)
from marking.scoring.guarding.quoting import credit_reason, missing_reason, objection_reason, shared_reason
from marking.scoring.guarding.scraps import own_clause, scrap_objection
from marking.scoring.guarding.wants import given_amount, is_point, lacks_amounts, says_nearly, wanted_amounts
from marking.scoring.protocol import Scorer
from marking.scoring.spans import evidence_in
from marking.wordings import find_wording, forbidden

_Key = TypeVar("_Key")
NAME = "guards-1"
#: How sure a broken rule is that a teacher takes the steps away (set by hand).
SURE = {Kind.NUMBER: 0.75, Kind.DENIED: 0.75, Kind.MISSING: 0.6}
_SURE_OTHERWISE = 0.65
#: How sure a result with its unit is to be credited (set by hand).
STATED = 0.8
#: What remains of the confidence where a number is missing that is not the whole point.
_DOUBT = 0.75
#: A reference of so many clauses is not undone by one of them.
_SEVERAL = 3
#: Awards of this model rest on wordings that stand there; they answer for their own clause alone.
_WORDED = "criteria-spotted"


class _Held(NamedTuple):
    """One award and what it is held against. ``others``: statements of the item's other criteria."""

    question: Question
    response: Response
    criterion: Criterion | None
    statement: str
    others: tuple[str, ...]
    award: Award


class GuardedScorer:
    """A ``Scorer`` whose awards are held against hard rules.

    Args:
        base: gives the awards.
    """

    def __init__(self, base: Scorer) -> None:
        self._base = base

    @property
    def name(self) -> str:
        """The base's name and the version of the rules."""
        return f"{self._base.name}+{NAME}"

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """See ``Scorer``. ``Award.model`` of a moved award names the rules, too."""
        scored = self._base.score_all(question, rubric, responses)
        return tuple(
            self._guarded(question, rubric, response, awards)
            for response, awards in zip(responses, scored, strict=True)
        )

    def _guarded(
        self, question: Question, rubric: Rubric, response: Response, awards: tuple[Award, ...]
    ) -> tuple[Award, ...]:
        criteria: tuple[Criterion | None, ...] = rubric.criteria or (None,)
        if len(criteria) != len(awards):
            return awards
        statements = [_statement(rubric, criterion, response) for criterion in criteria]
        guarded = []
        for n, (criterion, award) in enumerate(zip(criteria, awards, strict=True)):
            others = tuple(statements[:n] + statements[n + 1 :])
            held = _Held(question, response, criterion, statements[n], others, award)
            guarded.append(_signed(award, _moved(held), self._base.name))
        return tuple(_not_both(question, response, statements, guarded, self._base.name))


def _statement(rubric: Rubric, criterion: Criterion | None, response: Response) -> str:
    """The criterion's statement, or the reference that the answer shares most with; "" where there is none."""
    if criterion is not None:
        return criterion.statement
    given = prepared(response.text).words
    references = [reference for reference in rubric.references if reference.strip()]
    return max(references, key=lambda one: cosine(prepared(one).words, given), default="")


def _moved(held: _Held) -> Award:
    award, criterion = held.award, held.criterion
    if not held.statement or not held.response.text.strip() or (criterion is not None and criterion.check):
        return award
    objection = _objection(held)
    if award.steps == 0 or objection is None:
        return award if objection is not None else _credited(held)
    if objection.kind is Kind.MISSING:
        return _without_number(held, objection)
    left = 0 if criterion is not None else _left_of_whole(held, objection)
    if left >= award.steps:
        return award
    return _lowered(
        award, left, objection.kind, objection_reason(held.question, objection), _found(held, objection)
    )


def _objection(held: _Held) -> Objection | None:
    """The first rule that the award breaks."""
    question, statement, answer = held.question.stem, held.statement, held.response.text
    if held.award.model.startswith(_WORDED) and held.award.steps:
        clause = own_clause(held.response, held.award.evidence)
        if clause is None:
            return None
        start, words = clause
        found = _in_clause(question, statement, words)
        return found.moved_by(start) if found and not _accepted_so(held, words, found) else None
    return (
        number_objection(question, statement, answer)
        or claim_objection(statement, answer, held.others)
        or denial_objection(statement, answer)
        or swapped_objection(statement, answer)
        or elsewhere_objection(statement, answer)
        or scrap_objection(statement, held.response, held.award.evidence)
        or _missing(held)
    )


def _in_clause(question: str, statement: str, words: str) -> Objection | None:
    return (
        number_objection(question, statement, words)
        or claim_objection(statement, words)
        or elsewhere_objection(statement, words)
    )


def _accepted_so(held: _Held, words: str, found: Objection) -> bool:
    """Whether the standard itself accepts the very words that are objected to: then they are right."""
    accepted = held.criterion.accepted if held.criterion else ()
    said = [place for wording in accepted if (place := find_wording(wording, words)) and not place.edits]
    return any(
        start < span.end and span.start < end
        for place in said
        if not place.negated
        for start, end in place.spans
        for span in found.spans
    )


def _missing(held: _Held) -> Objection | None:
    """Amounts that the statement asks for and the answer lacks, unless an accepted wording does without."""
    accepted = held.criterion.accepted if held.criterion else ()
    if any(says_nearly(wording, held.response.text) for wording in accepted):
        return None
    lacking = lacks_amounts(held.question.stem, held.statement, held.response.text)
    if not lacking:
        return None
    return Objection(Kind.MISSING, (), "", "、".join(dict.fromkeys(one.written for one in lacking)))


def _share_left(held: _Held) -> int:
    """Steps for the results of a whole solution that are right."""
    wanted = len(wanted_amounts(held.question.stem, held.statement))
    wrong = len(lacks_amounts(held.question.stem, held.statement, held.response.text))
    return held.award.full_steps * (wanted - wrong) // wanted if wanted else 0


def _left_of_whole(held: _Held, objection: Objection) -> int:
    """Of a whole answer one wrong result, or one clause of several, takes its part."""
    if objection.kind is Kind.NUMBER:
        return _share_left(held)
    several = len(prepared(held.statement).clauses) >= _SEVERAL
    if not several or objection.kind not in (Kind.OPPOSITE, Kind.DENIED):
        return 0
    half = held.award.full_steps // 2
    has_results = bool(wanted_amounts(held.question.stem, held.statement)) and is_point(held.statement)
    return min(half, _share_left(held)) if has_results else half


def _without_number(held: _Held, objection: Objection) -> Award:
    award = held.award
    if is_point(held.statement):
        left = _share_left(held)
        if left >= award.steps:
            return award
        return _lowered(award, left, Kind.MISSING, missing_reason(held.question, objection.wanted), ())
    reason = f"{award.reason}{_joint(held.question)}{missing_reason(held.question, objection.wanted)}"
    odds = {steps: p * _DOUBT for steps, p in award.distribution} or {award.steps: _DOUBT}
    if odds.get(award.steps, 0.0) < odds.get(0, 0.0) + 1 - _DOUBT:
        return award.model_copy(update={"reason": reason, "confidence": round(award.confidence * _DOUBT, 4)})
    odds[0] = odds.get(0, 0.0) + 1 - _DOUBT
    return award.model_copy(
        update={
            "reason": reason,
            "confidence": round(award.confidence * _DOUBT, 4),
            "distribution": tuple(sorted((steps, round(p, 6)) for steps, p in odds.items())),
        }
    )


def _joint(question: Question) -> str:
    return "；" if question.language == "zh" else " "


def _credited(held: _Held) -> Award:
    """A short statement about results is earned by the results."""
    award, response = held.award, held.response
    if award.steps == award.full_steps or response.quieted or not is_point(held.statement):
        return award
    if held.criterion is not None and forbidden(held.criterion, response.text) is not None:
        return award
    found = given_amount(held.question.stem, held.statement, response.text)
    if not found:
        return award
    reason = credit_reason(held.question, [one.written for one in found])
    evidence = evidence_in(response, [one.span for one in found])
    return _set(award, award.full_steps, STATED, Verdict.CREDITED, reason, evidence)


def _found(held: _Held, objection: Objection) -> tuple[Evidence, ...]:
    return evidence_in(held.response, objection.spans)


def _lowered(award: Award, steps: int, kind: Kind, reason: str, evidence: tuple[Evidence, ...]) -> Award:
    verdict = Verdict.CONTRADICTED if kind not in (Kind.MISSING, Kind.SCRAP) else Verdict.NOT_ADDRESSED
    verdict = Verdict.PARTLY if steps else verdict
    return _set(award, steps, SURE.get(kind, _SURE_OTHERWISE), verdict, reason, evidence)


def _set(
    award: Award, steps: int, sure: float, verdict: Verdict, reason: str, evidence: tuple[Evidence, ...]
) -> Award:
    """The award with these steps, so sure; the rest is shared out as it was before."""
    before = dict(award.distribution) or {award.steps: 1.0}
    told = dict(award.verdicts)
    odds = _shared({s: before.get(s, 0.0) for s in range(award.full_steps + 1)}, steps, sure)
    verdicts = _shared({v: told.get(v, 0.0) for v in Verdict}, verdict, sure)
    return award.model_copy(
        update={
            "steps": steps,
            "confidence": sure,
            "distribution": tuple(odds.items()),
            "verdicts": tuple(verdicts.items()),
            "reason": reason,
            "evidence": evidence,
        }
    )


def _shared(before: dict[_Key, float], chosen: _Key, sure: float) -> dict[_Key, float]:
    """``sure`` for the chosen, the rest in proportion to what it was (evenly where it was nothing)."""
    others = sum(p for key, p in before.items() if key != chosen)
    even = 1.0 / max(1, len(before) - 1)
    return {
        key: sure if key == chosen else (1.0 - sure) * (p / others if others > 0 else even)
        for key, p in before.items()
    }


def _signed(before: Award, after: Award, base: str) -> Award:
    if after is before:
        return before
    return after.model_copy(update={"model": f"{before.model or base}+{NAME}"})


def _not_both(
    question: Question, response: Response, statements: Sequence[str], awards: list[Award], base: str
) -> list[Award]:
    """Of two opposite criteria credited for the same words, the less sure one falls."""
    for one in range(len(awards)):
        for other in range(one + 1, len(awards)):
            first, second = awards[one], awards[other]
            if not (first.steps and second.steps and _opposite(statements[one], statements[other])):
                continue
            pair = (other, one) if second.confidence <= first.confidence else (one, other)
            falls = next(
                (n for n in pair if _is_borrowed(n, awards, one + other - n, statements, response)), None
            )
            if falls is None:
                continue
            reason = shared_reason(question, awards[falls].evidence)
            lowered = _lowered(awards[falls], 0, Kind.OPPOSITE, reason, awards[falls].evidence)
            awards[falls] = _signed(awards[falls], lowered, base)
    return awards


def _opposite(one: str, other: str) -> bool:
    return any(first.opposes(second) for first in claims_of(one) for second in claims_of(other))


def _is_borrowed(
    at: int, awards: Sequence[Award], other: int, statements: Sequence[str], response: Response
) -> bool:
    """Whether an award has no words of its own beside another's, and the answer claims none of its claims."""
    mine, theirs = awards[at].evidence, awards[other].evidence
    if not mine or awards[at].model.startswith(_WORDED):
        return False
    if any(said.agrees(claim) for said in claims_of(response.text) for claim in claims_of(statements[at])):
        return False
    return all(any(a.part == b.part and a.start < b.end and b.start < a.end for b in theirs) for a in mine)
