"""Statistics of an exam: what an exam office calls them, by the definitions of ``docs/reports.md``.

Candidates who were absent (缺考) or void (违纪) are outside every figure except the two counts. All
scores are points, all rates shares in [0, 1]. A figure that the sample is too small for is ``None``.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.base import Record
from core.exams import Exam
from core.results import CandidateResult, CandidateStatus, ExamResults
from core.scores import to_points
from feedback import _measures
from feedback._items import (
    CriterionStatistics,
    GroupRate,
    ItemStatistics,
    OptionStatistics,
    item_columns,
    item_statistics,
)
from feedback._topics import GridCell, TopicStatistics, ability_grid, topic_statistics

__all__ = [
    "Band",
    "CandidateRank",
    "CriterionStatistics",
    "GridCell",
    "GroupRate",
    "GroupStatistics",
    "ItemStatistics",
    "OptionStatistics",
    "Reliability",
    "Statistics",
    "Thresholds",
    "TopicStatistics",
    "class_names",
    "class_statistics",
    "of_class",
    "statistics_of",
]


class Thresholds(Record):
    """Borders of 一分三率 in per cent of full marks; a school may set its own."""

    excellent_percent: float = 85
    pass_percent: float = 60
    low_percent: float = 40  #: 低分 is strictly below it


class Band(Record):
    """Candidates with ``low`` ≤ total < ``high`` points; the uppermost band includes ``high``."""

    low: float
    high: float
    count: int

    @property
    def label(self) -> str:
        return f"{self.low:g}–{self.high:g}"


class GroupStatistics(Record):
    """Headline numbers of a class, or of all (``name`` "")."""

    name: str
    full: float
    present: int
    absent: int
    void: int
    mean: float | None
    median: float | None
    highest: float | None
    lowest: float | None
    standard_deviation: float | None  #: population (n below the fraction)
    score_rate: float | None  #: 得分率: mean ÷ full
    excellent_rate: float | None
    pass_rate: float | None
    low_rate: float | None
    excellent: int
    passed: int
    low: int
    objective_mean: float | None
    subjective_mean: float | None
    bands_10: tuple[Band, ...]
    bands_5: tuple[Band, ...]


class Reliability(Record):
    """信度. Items of an optional group count as one block."""

    alpha: float | None  #: Cronbach α
    standard_error: float | None  #: SEM = S · √(1 − α), in points


class CandidateRank(Record):
    """Places with ties as 1, 2, 2, 4; ``None`` for those who are not ranked."""

    candidate_id: str
    total: float
    overall: int | None
    in_class: int | None


class Statistics(Record):
    """All figures of one exam."""

    thresholds: Thresholds
    overall: GroupStatistics
    classes: tuple[GroupStatistics, ...]
    items: tuple[ItemStatistics, ...]
    reliability: Reliability
    knowledge: tuple[TopicStatistics, ...]
    abilities: tuple[TopicStatistics, ...]
    grid: tuple[GridCell, ...]  #: 双向细目表: knowledge point × ability
    ranks: tuple[CandidateRank, ...]  #: in roster order

    def item(self, number: str) -> ItemStatistics | None:
        return next((i for i in self.items if i.item == number), None)

    def rank_of(self, candidate_id: str) -> CandidateRank | None:
        return next((r for r in self.ranks if r.candidate_id == candidate_id), None)


def statistics_of(results: ExamResults, thresholds: Thresholds | None = None) -> Statistics:
    """All figures of the results; pure, and the same whatever the order of the roster."""
    borders = thresholds or Thresholds()
    overall = _group("", results.exam, results.candidates, borders)
    return Statistics(
        thresholds=borders,
        overall=overall,
        classes=tuple(
            _group(name, results.exam, of_class(results, name).candidates, borders)
            for name in class_names(results)
        ),
        items=tuple(item_statistics(results, item) for item in results.exam.items),
        reliability=_reliability(results, overall.standard_deviation),
        knowledge=topic_statistics(results, lambda item: item.knowledge_points),
        abilities=topic_statistics(results, lambda item: (item.ability,) if item.ability else ()),
        grid=ability_grid(results),
        ranks=_ranks(results),
    )


def class_names(results: ExamResults) -> tuple[str, ...]:
    """Classes in the order in which the roster first names them."""
    return tuple(dict.fromkeys(c.candidate.class_name for c in results.candidates))


def of_class(results: ExamResults, class_name: str) -> ExamResults:
    """The results of one class alone, e.g. for its own review."""
    return results.model_copy(
        update={"candidates": tuple(c for c in results.candidates if c.candidate.class_name == class_name)}
    )


def class_statistics(own: ExamResults, whole: Statistics) -> Statistics:
    """Figures of one class alone, with each candidate's places among all.

    Args:
        own: ``of_class`` of the results.
        whole: statistics of all results.
    """
    ours = {c.candidate.id for c in own.candidates}
    places = tuple(rank for rank in whole.ranks if rank.candidate_id in ours)
    return statistics_of(own, whole.thresholds).model_copy(update={"ranks": places})


def _group(
    name: str, exam: Exam, candidates: Sequence[CandidateResult], borders: Thresholds
) -> GroupStatistics:
    present = [c for c in candidates if c.status is CandidateStatus.PRESENT]
    totals = [float(to_points(c.total_steps, exam.step)) for c in present]
    full = float(to_points(exam.full_steps, exam.step))
    excellent = sum(100 * t >= borders.excellent_percent * full for t in totals)
    passed = sum(100 * t >= borders.pass_percent * full for t in totals)
    low = sum(100 * t < borders.low_percent * full for t in totals)
    average, n = _measures.mean(totals), len(totals)
    return GroupStatistics(
        name=name,
        full=full,
        present=n,
        absent=sum(c.status is CandidateStatus.ABSENT for c in candidates),
        void=sum(c.status is CandidateStatus.VOID for c in candidates),
        mean=average,
        median=_measures.median(totals),
        highest=max(totals, default=None),
        lowest=min(totals, default=None),
        standard_deviation=_measures.population_deviation(totals),
        score_rate=None if average is None else average / full,
        excellent_rate=excellent / n if n else None,
        pass_rate=passed / n if n else None,
        low_rate=low / n if n else None,
        excellent=excellent,
        passed=passed,
        low=low,
        objective_mean=_measures.mean([float(to_points(c.objective_steps, exam.step)) for c in present]),
        subjective_mean=_measures.mean([float(to_points(c.subjective_steps, exam.step)) for c in present]),
        bands_10=_bands(totals, full, 10),
        bands_5=_bands(totals, full, 5),
    )


def _bands(totals: Sequence[float], full: float, width: int) -> tuple[Band, ...]:
    """分数段 of ``width`` points from 0 up to full; the last may be narrower and includes full."""
    lows = [float(low) for low in range(0, max(1, int(-(-full // 1))), width)]
    counts = [0] * len(lows)
    for total in totals:
        counts[min(int(total // width), len(lows) - 1)] += 1
    return tuple(
        Band(low=low, high=min(low + width, full), count=count)
        for low, count in zip(lows, counts, strict=True)
    )


def _reliability(results: ExamResults, deviation: float | None) -> Reliability:
    alpha = _measures.cronbach_alpha(item_columns(results))
    if alpha is None or deviation is None:
        return Reliability(alpha=alpha, standard_error=None)
    return Reliability(alpha=alpha, standard_error=deviation * max(0.0, 1 - alpha) ** 0.5)


def _ranks(results: ExamResults) -> tuple[CandidateRank, ...]:
    step = results.exam.step
    overall = _places(results.present)
    in_class = {
        key: place
        for name in class_names(results)
        for key, place in _places(of_class(results, name).present).items()
    }
    return tuple(
        CandidateRank(
            candidate_id=c.candidate.id,
            total=float(to_points(c.total_steps, step)),
            overall=overall.get(c.candidate.id),
            in_class=in_class.get(c.candidate.id),
        )
        for c in results.candidates
    )


def _places(present: Sequence[CandidateResult]) -> dict[str, int]:
    places = _measures.ranks([c.total_steps for c in present])
    return {c.candidate.id: place for c, place in zip(present, places, strict=True)}
