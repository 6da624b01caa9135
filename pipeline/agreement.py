"""What people's marks show about the machine's: one report for each item and each kind of item."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.exams import Exam, Item, ItemKind
from core.licences import AgreementReport, LevelPoint, MarkPair, item_scope, kind_scope
from core.marks import Mark, MarkSource, MarkState
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import rubric_digest
from marking.calibration import (
    ASSUMED_S,
    LEVELS,
    agreement_of,
    calibration_error,
    chosen_rank,
    conformal_rank,
    fit_calibration,
    marks_needed,
    pair_of,
    reliability_bins,
    risk_curve,
    seconds_per_mark,
)
from marking.licence import LOCKED_KINDS, SET_KINDS
from pipeline.toolbox import Toolbox

#: Of a licensed item's settled marks so many still go to a person (more where an item has few candidates).
SEED_SHARE = 0.05
_MOST_DIFFERING = 12
#: Fewer marks than these tell nothing of where the first wrong one will stand.
_FEW = 30
_CONFORMAL_LEVEL = 0.02


def analyse_agreement(
    tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> None:
    """Keep a report of every scope of the exam (``args["item"]``: only those that hold this item)."""
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
    wanted = args.get("item", "")
    scopes = [scope for scope, items in scopes_of(exam).items() if not wanted or wanted in items]
    for done, scope in enumerate(scopes, start=1):
        with tb.store.read() as uow:
            report = report_of(uow, exam, scope)
        with tb.store.write() as uow:
            uow.analyses.add(exam_id, "agreement", kept_as(scope), report.model_dump_json())
        progress(done, len(scopes))


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


def report_of(uow: UnitOfWork, exam: Exam, scope: str) -> AgreementReport:
    """Everything known now about machine and people on this scope.

    Raises:
        KeyError: the exam has no such scope.
    """
    items = [exam.item(number) for number in scopes_of(exam)[scope]]
    numbers = [item.number for item in items]
    histories = uow.marks.marked_by_people(exam.id, numbers)
    machine = uow.marks.machine_marks(exam.id, numbers)
    return report(items, histories.values(), machine, scope)


def report(
    items: Sequence[Item], histories: Iterable[Sequence[Mark]], machine: Sequence[Mark], scope: str
) -> AgreementReport:
    """The report from marks.

    Args:
        items: of the scope.
        histories: of responses that people have marked.
        machine: current marks of the machine that have a score.
        scope: the items' own, as it is kept.
    """
    histories = tuple(histories)
    found = [pair for pair in map(pair_of, histories) if pair is not None]
    rubrics = {item.number: rubric_digest(item) for item in items}
    model = _model(found, machine)
    current = [p for p in found if p.model == model and p.rubric == rubrics[p.item]]
    blind = [pair for pair in current if pair.blind]
    confidences = [m.confidence for m in machine if m.model == model and m.rubric == rubrics[m.item]]
    measured = seconds_per_mark(_given(histories))
    full = max(item.full_steps for item in items)
    outcomes = [(pair.confidence, pair.right) for pair in blind]
    shown = outcomes or [(pair.confidence, pair.right) for pair in current]
    bins, calibration = reliability_bins(shown), fit_calibration(shown)
    return AgreementReport(
        scope=scope,
        items=tuple(rubrics.items()),
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
        levels=tuple(_level(level, outcomes, confidences, measured or ASSUMED_S) for level in LEVELS),
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
    standing = Counter(mark.model for mark in machine)
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
    level: float, outcomes: Sequence[tuple[float, bool]], confidences: Sequence[float], seconds: float
) -> LevelPoint:
    point = chosen_rank(outcomes, level)
    if point is None:
        return LevelPoint(level=level, point=None, needed=_needed(level, outcomes))
    more = sum(confidence >= point.threshold for confidence in confidences)
    minutes = more * (1 - SEED_SHARE) * seconds / 60
    return LevelPoint(level=level, point=point, needed=0, more=more, minutes=minutes)


def _needed(level: float, outcomes: Sequence[tuple[float, bool]]) -> int:
    """About how many more blind marks a first point needs.

    The surest ``marks_needed(level)`` must all agree. Where the first wrong one stands at a higher rank, so many
    more marks are needed as would move it down there if further marks are like those that there are.
    """
    first = marks_needed(level)
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
