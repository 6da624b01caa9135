"""Figures of single items: 得分率, 区分度, options with the names behind them, criteria."""

from __future__ import annotations

from collections.abc import Sequence

from core.base import Record
from core.exams import Essay, Exam, Fill, Item, ItemKind, ShortAnswer, TrueFalse
from core.results import CandidateResult, ExamResults, ItemResult
from core.scores import to_points
from feedback import _measures
from feedback._wording import chosen_label, criterion_names, key_labels, option_labels

BLANK_LABEL = "未涂"
#: 难度 bands by 得分率, from the easiest; one of several customs, see docs/reports.md.
DIFFICULTY_BANDS = ((0.86, "易"), (0.73, "较易"), (0.38, "中"), (0.15, "较难"), (0.0, "难"))
#: Words for 区分度 D.
DISCRIMINATION_BANDS = ((0.40, "很好"), (0.30, "良好"), (0.20, "尚可"), (-1.0, "较差"))


class GroupRate(Record):
    """得分率 of one class."""

    name: str
    rate: float | None


class OptionStatistics(Record):
    """How many chose exactly this: "A", "AC", or 未涂. ``names`` and ids in roster order."""

    label: str
    count: int
    share: float
    correct: bool
    candidate_ids: tuple[str, ...]
    names: tuple[str, ...]


class CriterionStatistics(Record):
    """One blank, 给分点 or trait."""

    criterion: str
    name: str
    full: float
    mean: float
    score_rate: float


class ItemStatistics(Record):
    """One item over those to whom it counts (``counted``)."""

    item: str
    kind: ItemKind
    full: float
    counted: int
    mean: float | None
    score_rate: float | None
    difficulty: str  #: word for the 得分率 ("" without one)
    discrimination: float | None  #: D with the top and bottom 27 %
    discrimination_word: str
    correlation: float | None  #: corrected: with the total less this item
    blank_rate: float | None
    full_rate: float | None
    zero_rate: float | None
    classes: tuple[GroupRate, ...]
    options: tuple[OptionStatistics, ...]
    criteria: tuple[CriterionStatistics, ...]


def counted_answers(results: ExamResults, number: str) -> list[tuple[CandidateResult, ItemResult]]:
    """Those present to whom the item counts and has a mark, in roster order."""
    pairs = [(c, c.item(number)) for c in results.present]
    return [(c, i) for c, i in pairs if i is not None and i.counted and i.steps is not None]


def item_statistics(results: ExamResults, item: Item) -> ItemStatistics:
    """All figures of one item."""
    exam, pairs = results.exam, counted_answers(results, item.number)
    full = float(to_points(item.full_steps, exam.step))
    scores = [_points(exam, i) for _, i in pairs]
    totals = [float(to_points(c.total_steps, exam.step)) for c, _ in pairs]
    rests = [t - s for t, s in zip(totals, scores, strict=True)]
    average = _measures.mean(scores)
    rate = None if average is None else average / full
    d = _measures.discrimination(scores, totals, full)
    return ItemStatistics(
        item=item.number,
        kind=item.kind,
        full=full,
        counted=len(pairs),
        mean=average,
        score_rate=rate,
        difficulty=_word(rate, DIFFICULTY_BANDS),
        discrimination=d,
        discrimination_word=_word(d, DISCRIMINATION_BANDS),
        correlation=_measures.correlation(scores, rests),
        blank_rate=_share([i.blank for _, i in pairs]),
        full_rate=_share([s >= full for s in scores]),
        zero_rate=_share([s == 0 for s in scores]),
        classes=_class_rates(exam, pairs, full),
        options=_options(item, pairs),
        criteria=_criteria(exam, item, [i for _, i in pairs]),
    )


def item_columns(results: ExamResults) -> list[list[float]]:
    """Scores per item, one row each over those present; an optional group is one row."""
    exam = results.exam
    blocks: dict[str, list[str]] = {}
    for item in exam.items:
        group = exam.optional_group_of(item.number)
        blocks.setdefault(f"group {group.id}" if group else item.number, []).append(item.number)
    return [
        [sum(_score_of(exam, c, number) for number in numbers) for c in results.present]
        for numbers in blocks.values()
    ]


def _score_of(exam: Exam, candidate: CandidateResult, number: str) -> float:
    item = candidate.item(number)
    return _points(exam, item) if item is not None and item.counted else 0.0


def _points(exam: Exam, item: ItemResult) -> float:
    return float(to_points(item.steps or 0, exam.step))


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _word(value: float | None, bands: Sequence[tuple[float, str]]) -> str:
    """The word of the first band that the value, rounded as it is printed, reaches."""
    if value is None:
        return ""
    return next((word for low, word in bands if round(value, 2) >= low), bands[-1][1])


def _class_rates(
    exam: Exam, pairs: Sequence[tuple[CandidateResult, ItemResult]], full: float
) -> tuple[GroupRate, ...]:
    of_class: dict[str, list[float]] = {}
    for candidate, item in pairs:
        of_class.setdefault(candidate.candidate.class_name, []).append(_points(exam, item))
    return tuple(
        GroupRate(name=name, rate=sum(scores) / len(scores) / full) for name, scores in of_class.items()
    )


def _options(item: Item, pairs: Sequence[tuple[CandidateResult, ItemResult]]) -> tuple[OptionStatistics, ...]:
    """Every option, then the combinations that occurred, then 未涂; empty for written answers."""
    if isinstance(item, Fill | ShortAnswer | Essay):
        return ()
    chosen: dict[str, list[CandidateResult]] = {label: [] for label in option_labels(item)}
    blank: list[CandidateResult] = []
    for candidate, result in pairs:
        if result.blank or not result.answer:
            blank.append(candidate)
        else:
            chosen.setdefault(chosen_label(item, result.answer), []).append(candidate)
    extra = sorted(label for label in chosen if label not in option_labels(item))
    ordered = [*option_labels(item), *extra]
    right = key_labels(item)
    rows = [(label, chosen[label], label in right) for label in ordered] + [(BLANK_LABEL, blank, False)]
    return tuple(
        OptionStatistics(
            label=label,
            count=len(who),
            share=len(who) / len(pairs) if pairs else 0.0,
            correct=correct,
            candidate_ids=tuple(c.candidate.id for c in who),
            names=tuple(c.candidate.name or c.candidate.number for c in who),
        )
        for label, who, correct in rows
    )


def _criteria(exam: Exam, item: Item, answers: Sequence[ItemResult]) -> tuple[CriterionStatistics, ...]:
    """Figures per blank, 给分点 or trait, over the answers that were marked criterion by criterion.

    A blank answer has no awards: it counts as nothing earned.
    """
    names = criterion_names(item)
    if not names or isinstance(item, TrueFalse):
        return ()
    rows = []
    for place, (key, name, full_steps) in enumerate(names):
        full = float(to_points(full_steps, exam.step))
        got = [
            float(to_points(steps, exam.step))
            for a in answers
            if (steps := awarded(a, key, place)) is not None
        ]
        if got:
            average = sum(got) / len(got)
            rows.append(
                CriterionStatistics(
                    criterion=key, name=name, full=full, mean=average, score_rate=average / full
                )
            )
    return tuple(rows)


def awarded(answer: ItemResult, key: str, place: int) -> int | None:
    """Steps of one criterion, found by its id or else by its place; ``None`` when marked as a whole."""
    found = next((a for a in answer.awards if a.criterion == key), None)
    if found is not None:
        return found.steps
    if answer.blank or answer.steps == 0:
        return 0
    named = [a for a in answer.awards if a.criterion]
    return named[place].steps if place < len(named) else None
