"""What people's marks show about the machine's: one report for each item and each kind of item."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.exams import Exam, Item, ItemKind
from core.licences import AgreementReport, LevelPoint, Look, Looks, MarkPair, item_scope, kind_scope
from core.marks import Mark, MarkSource, MarkState
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import rubric_digest
from marking.calibration import (
    ASSUMED_S,
    LEVELS,
    agreement_of,
    calibration_error,
    certainty_of,
    conformal_rank,
    fit_calibration,
    look,
    marks_needed,
    next_look,
    pair_of,
    reliability_bins,
    risk_curve,
    seconds_per_mark,
)
from marking.licence import LOCKED_KINDS, SET_KINDS, scored_by
from pipeline.regrounding import now_called
from pipeline.toolbox import Toolbox

#: Of a licensed item's settled marks so many still go to a person (more where an item has few candidates).
SEED_SHARE = 0.05
_MOST_DIFFERING = 12
#: Fewer marks than these tell nothing of where the first wrong one will stand.
_FEW = 30
_CONFORMAL_LEVEL = 0.02
_LOOKS = "looks"


def analyse_agreement(
    tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> None:
    """Keep a report of every scope of the exam (``args["item"]``: only those that hold this item)."""
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
    wanted = args.get("item", "")
    scopes = [scope for scope, items in scopes_of(exam).items() if not wanted or wanted in items]
    for done, scope in enumerate(scopes, start=1):
        _keep_report(tb, exam, scope)
        progress(done, len(scopes))


def _keep_report(tb: Toolbox, exam: Exam, scope: str) -> None:
    """Look at the marks if a look is due, and keep look and report; another's newer look is left alone."""
    name = kept_as(scope)
    with tb.store.read() as uow:
        before = uow.analyses.current(exam.id, _LOOKS, name)
        known = measured_of(uow, exam, scope)
    looks = looked(known)
    made = report(replace(known, looks=looks))
    with tb.store.write() as uow:
        now = uow.analyses.current(exam.id, _LOOKS, name)
        if (now.revision if now else 0) != (before.revision if before else 0):
            return
        if looks != known.looks:
            uow.analyses.add(exam.id, _LOOKS, name, looks.model_dump_json())
        uow.analyses.add(exam.id, "agreement", name, made.model_dump_json())


def scopes_of(exam: Exam) -> dict[str, tuple[str, ...]]:
    """Scope → item numbers: every item, and every kind that can be licensed and has two items or more."""
    found: dict[str, tuple[str, ...]] = {item_scope(i.number): (i.number,) for i in exam.items}
    for kind in ItemKind:
        several = tuple(item.number for item in exam.items if item.kind is kind)
        if len(several) > 1 and licensable(kind):
            found[kind_scope(kind)] = several
    return found


def licensable(kind: ItemKind) -> bool:
    """Whether a licence for this kind can be measured and chosen at all."""
    return kind not in LOCKED_KINDS and kind not in SET_KINDS


def kept_as(scope: str) -> str:
    """The name under which a scope's report is kept: an item's number, or a kind with an asterisk."""
    what, _, name = scope.partition(":")
    return name if what == "item" else f"*{name}"


def kept_report(uow: UnitOfWork, exam_id: str, scope: str) -> AgreementReport | None:
    """The scope's last report."""
    kept = uow.analyses.current(exam_id, "agreement", kept_as(scope))
    return None if kept is None else AgreementReport.model_validate_json(kept.doc)


@dataclass(frozen=True)
class Measured:
    """What a report is made of.

    Attributes:
        items: of the scope.
        histories: of responses that people have marked, without awards' evidence.
        machine: current marks of the machine that have a score.
        scope: as it is kept.
        looks: taken so far.
        now_called: by item, older rubrics under which every proposal is what it is now → the present one.
    """

    items: tuple[Item, ...]
    histories: tuple[Sequence[Mark], ...]
    machine: tuple[Mark, ...]
    scope: str
    looks: Looks = field(default_factory=Looks)
    now_called: Mapping[str, str] = field(default_factory=dict)

    @property
    def rubrics(self) -> dict[str, str]:
        """Digest of the present rubric by item."""
        return {item.number: rubric_digest(item) for item in self.items}

    def pairs(self) -> list[MarkPair]:
        """All pairs, those of other scorers and older rubrics included, in the order of marking."""
        found = (pair_of(history, self.now_called) for history in self.histories)
        return sorted(
            (pair for pair in found if pair is not None),
            key=lambda pair: (pair.first_at or pair.at, pair.page_id, pair.item),
        )

    def standing(self) -> list[Mark]:
        """The machine's marks under the present rubrics."""
        rubrics = self.rubrics
        return [m for m in self.machine if self.now_called.get(m.rubric, m.rubric) == rubrics[m.item]]


def measured_of(uow: UnitOfWork, exam: Exam, scope: str) -> Measured:
    """Marks and looks of this scope.

    Raises:
        KeyError: the exam has no such scope.
    """
    items = tuple(exam.item(number) for number in scopes_of(exam)[scope])
    numbers = [item.number for item in items]
    kept, names = uow.analyses.current(exam.id, _LOOKS, kept_as(scope)), now_called(uow, exam)
    looks = Looks() if kept is None else Looks.model_validate_json(kept.doc)
    return Measured(
        items=items,
        histories=tuple(uow.marks.marked_by_people(exam.id, numbers).values()),
        machine=uow.marks.machine_marks(exam.id, numbers),
        scope=scope,
        looks=looks.under(names),
        now_called=names,
    )


def report_of(uow: UnitOfWork, exam: Exam, scope: str) -> AgreementReport:
    """Everything known now about machine and people on this scope; no look is taken.

    Raises:
        KeyError: the exam has no such scope.
    """
    return report(measured_of(uow, exam, scope))


def looked(known: Measured) -> Looks:
    """The looks with those that are due now."""
    found = known.pairs()
    model, items = _model(found, known.machine), tuple(known.rubrics.items())
    blind = [pair for pair in _current(found, model, known.rubrics) if pair.blind]
    outcomes = [(pair.confidence, pair.right) for pair in blind]
    taken = list(known.looks.taken)
    for level in LEVELS if licensable(known.items[0].kind) else ():
        past = known.looks.of(level, model, items)
        decided = look(level, past, outcomes)
        if decided is not None:
            taken.append(
                Look(
                    level=level,
                    marks=decided[0],
                    certainty=certainty_of(len(past) + 1),
                    point=decided[1],
                    model=model,
                    items=items,
                    at=utc_now(),
                )
            )
    return Looks(taken=tuple(taken))


def _current(found: Iterable[MarkPair], model: str, rubrics: Mapping[str, str]) -> list[MarkPair]:
    return [pair for pair in found if pair.model == model and pair.rubric == rubrics[pair.item]]


def report(known: Measured) -> AgreementReport:
    """The report from marks, and from looks at them."""
    found, rubrics = known.pairs(), known.rubrics
    model, items = _model(found, known.machine), tuple(known.rubrics.items())
    current = _current(found, model, rubrics)
    blind = [pair for pair in current if pair.blind]
    confidences = [mark.confidence for mark in known.standing() if scored_by(mark) == model]
    measured = seconds_per_mark(_given(known.histories))
    full = max(item.full_steps for item in known.items)
    outcomes = [(pair.confidence, pair.right) for pair in blind]
    shown = outcomes or [(pair.confidence, pair.right) for pair in current]
    bins, calibration = reliability_bins(shown), fit_calibration(shown)
    looks = {level: known.looks.of(level, model, items) for level in LEVELS}
    return AgreementReport(
        scope=known.scope,
        items=items,
        model=model,
        marked=len(found),
        blind=len(blind),
        seen=len(current) - len(blind),
        older=len(found) - len(current),
        all_pairs=agreement_of([(p.machine_steps, p.person_steps) for p in current], full),
        blind_pairs=agreement_of([(p.machine_steps, p.person_steps) for p in blind], full),
        bins=bins,
        error=calibration_error(bins),
        shift=calibration.shift,
        slope=calibration.slope,
        curve=risk_curve(outcomes),
        levels=tuple(
            _level(level, looks[level], outcomes, confidences, measured or ASSUMED_S) for level in LEVELS
        ),
        conformal=conformal_rank(outcomes, _CONFORMAL_LEVEL),
        seconds=measured or ASSUMED_S,
        seconds_measured=measured is not None,
        waiting=len(confidences),
        differing=_differing(current),
        digest=_digest(blind),
        at=utc_now(),
    )


def _model(found: Sequence[MarkPair], machine: Sequence[Mark]) -> str:
    """Whose proposals stand now; where none is left, whose the last ones were."""
    standing = Counter(scored_by(mark) for mark in machine)
    if standing:
        return standing.most_common(1)[0][0]
    return max(found, key=lambda pair: pair.at).model if found else ""


def _given(histories: Iterable[Sequence[Mark]]) -> list[tuple[str, Any]]:
    """Who gave a final mark when."""
    return [
        (mark.by, mark.at)
        for history in histories
        for mark in history
        if mark.source is MarkSource.PERSON and mark.state is MarkState.FINAL
    ]


def _level(
    level: float,
    looks: Sequence[Look],
    outcomes: Sequence[tuple[float, bool]],
    confidences: Sequence[float],
    seconds: float,
) -> LevelPoint:
    due, point = next_look(level, looks), looks[-1].point if looks else None
    looked_at = looks[-1].marks if looks else 0
    if point is None:
        needed = max(due.marks - len(outcomes), _needed(level, outcomes, certainty_of(due.number)), 1)
        return LevelPoint(level=level, point=None, needed=needed, looked_at=looked_at, next_at=due.marks)
    more = sum(confidence >= point.threshold for confidence in confidences)
    return LevelPoint(
        level=level,
        point=point,
        needed=0,
        looked_at=looked_at,
        next_at=due.marks,
        more=more,
        minutes=more * (1 - SEED_SHARE) * seconds / 60,
    )


def _needed(level: float, outcomes: Sequence[tuple[float, bool]], certainty: float) -> int:
    """About how many more blind marks a first point needs at a look that must be so sure.

    The surest ``marks_needed(level)`` must all agree. Where the first wrong one stands at a higher rank, so many
    more marks are needed as would move it down there if further marks are like those that there are.
    """
    first = marks_needed(level, 0, certainty)
    ranked = sorted(outcomes, key=lambda outcome: -outcome[0])[:first]
    good = next((rank for rank, (_, right) in enumerate(ranked) if not right), None)
    if good is None or len(outcomes) < _FEW:
        return max(1, first - len(outcomes))
    return math.ceil(len(outcomes) * first / max(1, good)) - len(outcomes)


def _differing(found: Sequence[MarkPair]) -> tuple[MarkPair, ...]:
    """The largest differences first, of equal ones those of which the machine was surest."""
    wrong = [pair for pair in found if not pair.right]
    wrong.sort(key=lambda p: (-abs(p.machine_steps - p.person_steps), -p.confidence, p.page_id))
    return tuple(wrong[:_MOST_DIFFERING])


def _digest(found: Iterable[MarkPair]) -> str:
    lines = sorted(f"{p.page_id} {p.item} {p.confidence!r} {p.machine_steps} {p.person_steps}" for p in found)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
