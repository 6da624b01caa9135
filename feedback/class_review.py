"""The class review (讲评): what the class can gain most from in one lesson.

``build_review`` gives one record without any name or 考号; the projected page and ``review_pdf`` both
draw it. How items are ordered and minutes shared is written in ``docs/reports.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.base import Record
from core.exams import Exam, Fill, Item, ItemKind
from core.results import ExamResults
from feedback._answers import AnswerExample, excellent_answer, wrong_answer_groups
from feedback._measures import axis_top
from feedback._sheets import set_document
from feedback._wording import KIND_NAMES, criterion_names, key_text
from feedback.markdown import markdown_to_tree
from feedback.pictures import PictureBox, Pictures
from feedback.statistics import Band, GroupRate, ItemStatistics, Statistics

__all__ = ["AnswerExample", "ClassReview", "ReviewItem", "ReviewTopic", "build_review", "review_pdf"]

_OPENING_MIN = 4  #: for the headline numbers
_LEAST_MIN = 2  #: an item that is worth talking about at all
_MOST_ITEMS = 8  #: talked about in one lesson
#: Items that nearly all solved are not talked about.
_SOLVED_RATE = 0.9


class ReviewItem(Record):
    """One item as the lesson sees it; points are points, rates shares in [0, 1]."""

    item: str
    kind: ItemKind
    kind_name: str
    full: float
    mean: float | None
    score_rate: float | None
    discrimination: float | None
    blank_rate: float | None
    knowledge_points: tuple[str, ...]
    key: str  #: the right answer on one line, "" for long answers
    options: tuple[tuple[str, int, bool], ...]  #: (label, count, right) for choices
    weakest_criterion: str  #: the blank, 给分点 or trait that broke, "" without criteria
    weakest_rate: float | None
    gain: float  #: lost points a head × teachability; what the order is by
    minutes: int  #: of the lesson, 0 when it is not talked about
    wrong_answers: tuple[AnswerExample, ...]
    excellent: AnswerExample | None


class ReviewTopic(Record):
    """One knowledge point; ``weak`` counts, and names nobody."""

    name: str
    items: tuple[str, ...]
    full: float
    score_rate: float | None
    classes: tuple[GroupRate, ...]
    weak: int


class ClassReview(Record):
    """A review of one class, or of all; holds no name, no 考号 and no place."""

    title: str
    subject: str
    class_name: str  #: "" when it is about several classes
    date: str
    present: int
    absent: int
    full: float
    mean: float | None
    median: float | None
    highest: float | None
    lowest: float | None
    standard_deviation: float | None
    score_rate: float | None
    excellent_rate: float | None
    pass_rate: float | None
    low_rate: float | None
    excellent_percent: float
    pass_percent: float
    low_percent: float
    alpha: float | None
    bands: tuple[Band, ...]
    items: tuple[ReviewItem, ...]  #: by what the class can gain, most first
    knowledge: tuple[ReviewTopic, ...]  #: weakest first
    lesson_minutes: int
    opening_minutes: int

    @property
    def discussed(self) -> tuple[ReviewItem, ...]:
        """Items that the lesson has minutes for."""
        return tuple(i for i in self.items if i.minutes)


def build_review(
    results: ExamResults, statistics: Statistics, *, wrong_answers: int = 4, lesson_minutes: int = 40
) -> ClassReview:
    """The review of these results; for one class give ``of_class(results, name)`` and its statistics.

    Args:
        results: present candidates are reviewed.
        statistics: of the same results.
        wrong_answers: groups of wrong answers shown per item.
        lesson_minutes: length of the lesson whose minutes are shared among the items.
    """
    exam, o, t = results.exam, statistics.overall, statistics.thresholds
    figures = {f.item: f for f in statistics.items}
    order = sorted(exam.items, key=lambda item: -_gain(figures[item.number]))
    minutes = share_minutes([_gain_worth(figures[i.number]) for i in order], lesson_minutes - _OPENING_MIN)
    names = [g.name for g in statistics.classes]
    return ClassReview(
        title=exam.title,
        subject=exam.subject,
        class_name=names[0] if len(names) == 1 else "",
        date=exam.date,
        present=o.present,
        absent=o.absent,
        full=o.full,
        mean=o.mean,
        median=o.median,
        highest=o.highest,
        lowest=o.lowest,
        standard_deviation=o.standard_deviation,
        score_rate=o.score_rate,
        excellent_rate=o.excellent_rate,
        pass_rate=o.pass_rate,
        low_rate=o.low_rate,
        excellent_percent=t.excellent_percent,
        pass_percent=t.pass_percent,
        low_percent=t.low_percent,
        alpha=statistics.reliability.alpha,
        bands=o.bands_10 if o.full > 60 else o.bands_5,
        items=tuple(
            _review_item(results, item, figures[item.number], m, wrong_answers)
            for item, m in zip(order, minutes, strict=True)
        ),
        knowledge=_topics(statistics),
        lesson_minutes=lesson_minutes,
        opening_minutes=_OPENING_MIN,
    )


def teachability(figures: ItemStatistics) -> float:
    """How much of the lost points a lesson can win back, in [0, 1].

    Falls towards items that hardly anyone solved (they need more than one lesson), and rises with the
    discrimination: where part of the class can do it, the others can learn it from them.
    """
    if figures.score_rate is None:
        return 0.0
    reach = 0.4 + 0.6 * min(1.0, figures.score_rate / 0.4)
    spread = 0.3 if figures.discrimination is None else figures.discrimination
    return reach * (0.7 + 0.3 * min(1.0, max(0.0, spread) / 0.4))


def _gain(figures: ItemStatistics) -> float:
    return 0.0 if figures.mean is None else (figures.full - figures.mean) * teachability(figures)


def _gain_worth(figures: ItemStatistics) -> float:
    """The gain, or nothing for items that nearly all solved."""
    return 0.0 if (figures.score_rate or 0.0) >= _SOLVED_RATE else _gain(figures)


def share_minutes(gains: Sequence[float], minutes: int) -> list[int]:
    """Whole minutes in proportion to the gains (given in falling order), at least two each.

    The first items get minutes, at most eight of them and no more than there are minutes for; what
    rounding leaves goes to the largest remainders, so that the sum is ``minutes`` (or 0).
    """
    chosen = [i for i, gain in enumerate(gains) if gain > 0][: min(_MOST_ITEMS, minutes // _LEAST_MIN)]
    out = [0] * len(gains)
    if not chosen:
        return out
    spare, total = minutes - _LEAST_MIN * len(chosen), sum(gains[i] for i in chosen)
    exact = {i: spare * gains[i] / total for i in chosen}
    for i in chosen:
        out[i] = _LEAST_MIN + int(exact[i])
    left = minutes - sum(out)
    for i in sorted(chosen, key=lambda i: int(exact[i]) - exact[i])[:left]:
        out[i] += 1
    return out


def _review_item(
    results: ExamResults, item: Item, figures: ItemStatistics, minutes: int, wrong_answers: int
) -> ReviewItem:
    weakest = min(figures.criteria, key=lambda c: c.score_rate, default=None)
    broke = weakest if weakest and weakest.score_rate < 1 else None
    return ReviewItem(
        item=item.number,
        kind=item.kind,
        kind_name=KIND_NAMES[item.kind],
        full=figures.full,
        mean=figures.mean,
        score_rate=figures.score_rate,
        discrimination=figures.discrimination,
        blank_rate=figures.blank_rate,
        knowledge_points=item.knowledge_points,
        key=key_text(item),
        options=tuple((o.label, o.count, o.correct) for o in figures.options),
        weakest_criterion=broke.name if broke else "",
        weakest_rate=broke.score_rate if broke else None,
        gain=_gain(figures),
        minutes=minutes,
        wrong_answers=wrong_answer_groups(results, item)[:wrong_answers],
        excellent=excellent_answer(results, item),
    )


def _topics(statistics: Statistics) -> tuple[ReviewTopic, ...]:
    rows = (
        ReviewTopic(
            name=t.name,
            items=t.items,
            full=t.full,
            score_rate=t.score_rate,
            classes=t.classes,
            weak=len(t.weak_ids),
        )
        for t in statistics.knowledge
    )
    return tuple(sorted(rows, key=lambda t: 1.0 if t.score_rate is None else t.score_rate))


# --- on paper -----------------------------------------------------------------------------------


def review_pdf(review: ClassReview, exam: Exam, pictures: Pictures) -> bytes:
    """The review as an A4 PDF: headline, charts, tables, and the answers worth a discussion.

    Raises:
        MachineProblem: a font is missing.
    """
    box = PictureBox(pictures)
    in_order = sorted(review.items, key=lambda i: [j.number for j in exam.items].index(i.item))
    content = {
        **review.model_dump(mode="json", exclude={"items"}),
        "axis_top": axis_top([b.count for b in review.bands]),
        "table": [_row(i) for i in review.items],
        "bars": [{"item": i.item, "rate": i.score_rate} for i in in_order],
        "discussed": [_discussed(i, exam.item(i.item), box) for i in review.discussed],
    }
    return set_document("class_review.typ", content, box.files)


def _row(item: ReviewItem) -> dict[str, Any]:
    return item.model_dump(mode="json", exclude={"wrong_answers", "excellent"})


def _discussed(review: ReviewItem, item: Item, box: PictureBox) -> dict[str, Any]:
    examples = [
        {**example.model_dump(mode="json"), "picture": box.answer(example.page_id, example.item)}
        for example in review.wrong_answers
    ]
    excellent = review.excellent
    return {
        **_row(review),
        "stem": markdown_to_tree(item.stem, box.figure),
        "reference": markdown_to_tree(item.reference_answer, box.figure),
        "explanation": markdown_to_tree(item.explanation, box.figure),
        "criteria": [name for _, name, _ in criterion_names(item)],
        "examples": examples,
        "short_crops": isinstance(item, Fill),
        "excellent": box.answer(excellent.page_id, excellent.item) if excellent else "",
    }
