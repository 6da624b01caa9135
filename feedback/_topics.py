"""Knowledge points and ability levels: how each class stands, and who needs help with what."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.base import Record
from core.exams import Item
from core.results import CandidateResult, ExamResults
from core.scores import to_points
from feedback._items import GroupRate

#: A candidate who earns less than this share of a topic's points is named as weak in it.
WEAK_BELOW = 0.6


class TopicStatistics(Record):
    """One knowledge point or ability level; an item with several topics counts in each of them."""

    name: str
    items: tuple[str, ...]
    full: float  #: points of its items
    score_rate: float | None
    classes: tuple[GroupRate, ...]
    weak_ids: tuple[str, ...]  #: candidates below ``WEAK_BELOW``, weakest first
    weak_names: tuple[str, ...]


class GridCell(Record):
    """One cell of the 双向细目表."""

    knowledge: str
    ability: str
    items: tuple[str, ...]
    full: float
    score_rate: float | None


def topic_statistics(
    results: ExamResults, topics_of: Callable[[Item], Sequence[str]]
) -> tuple[TopicStatistics, ...]:
    """One row per topic, in the order in which the exam first names them."""
    of_topic: dict[str, list[Item]] = {}
    for item in results.exam.items:
        for topic in dict.fromkeys(topics_of(item)):
            of_topic.setdefault(topic, []).append(item)
    return tuple(_topic(results, name, items) for name, items in of_topic.items())


def ability_grid(results: ExamResults) -> tuple[GridCell, ...]:
    """The cells that occur, by knowledge point and then ability."""
    cells: dict[tuple[str, str], list[Item]] = {}
    for item in results.exam.items:
        for point in dict.fromkeys(item.knowledge_points):
            if item.ability:
                cells.setdefault((point, item.ability), []).append(item)
    return tuple(
        GridCell(
            knowledge=point,
            ability=ability,
            items=tuple(i.number for i in items),
            full=_full(results, items),
            score_rate=_rate(results.present, items),
        )
        for (point, ability), items in cells.items()
    )


def candidate_topics(candidate: CandidateResult, items: Sequence[Item]) -> tuple[tuple[str, float], ...]:
    """(knowledge point, 得分率) of one candidate over the items that count for them."""
    of_topic: dict[str, list[Item]] = {}
    for item in items:
        for point in dict.fromkeys(item.knowledge_points):
            of_topic.setdefault(point, []).append(item)
    rates = ((name, _rate((candidate,), group)) for name, group in of_topic.items())
    return tuple((name, rate) for name, rate in rates if rate is not None)


def _topic(results: ExamResults, name: str, items: Sequence[Item]) -> TopicStatistics:
    of_class: dict[str, list[CandidateResult]] = {}
    for candidate in results.present:
        of_class.setdefault(candidate.candidate.class_name, []).append(candidate)
    own = [(_rate((c,), items), c.candidate) for c in results.present]
    weak = sorted(
        ((rate, c) for rate, c in own if rate is not None and rate < WEAK_BELOW), key=lambda pair: pair[0]
    )
    return TopicStatistics(
        name=name,
        items=tuple(i.number for i in items),
        full=_full(results, items),
        score_rate=_rate(results.present, items),
        classes=tuple(GroupRate(name=n, rate=_rate(group, items)) for n, group in of_class.items()),
        weak_ids=tuple(c.id for _, c in weak),
        weak_names=tuple(c.name or c.number for _, c in weak),
    )


def _full(results: ExamResults, items: Sequence[Item]) -> float:
    return float(to_points(sum(i.full_steps for i in items), results.exam.step))


def _rate(candidates: Sequence[CandidateResult], items: Sequence[Item]) -> float | None:
    """Σ earned ÷ Σ full over the marked answers that count; ``None`` when there are none."""
    answers = [
        (found.steps, item.full_steps)
        for candidate in candidates
        for item in items
        if (found := candidate.item(item.number)) is not None and found.counted and found.steps is not None
    ]
    full = sum(full for _, full in answers)
    return sum(steps for steps, _ in answers) / full if full else None
