"""Statistics against tables worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exams import Exam, OptionalGroup, Section, SingleChoice
from core.results import CandidateResult, CandidateStatus, ExamResults, ItemResult
from core.rosters import Candidate
from feedback import _measures
from feedback.statistics import Thresholds, of_class, statistics_of
from tests.feedback.builder import some_results


def results_of(rows: Sequence[tuple[int, ...]], full: int = 10, classes: str = "1") -> ExamResults:
    """One single choice per column; ``classes`` is repeated over the candidates."""
    items = tuple(
        SingleChoice(number=str(i), full_steps=full, key=("A",), knowledge_points=(f"k{i % 2}",))
        for i in range(1, len(rows[0]) + 1)
    )
    exam = Exam(id="e", title="t", subject="s", sections=(Section(title="一", items=items),))
    candidates = tuple(
        CandidateResult(
            candidate=Candidate(id=f"c{n}", name=f"n{n}", class_name=f"{classes[n % len(classes)]}班"),
            status=CandidateStatus.PRESENT,
            items=tuple(
                ItemResult(item=str(i), steps=s, full_steps=full, answer="A" if s else "B")
                for i, s in enumerate(row, start=1)
            ),
            total_steps=sum(row),
        )
        for n, row in enumerate(rows)
    )
    return ExamResults(exam=exam, candidates=candidates)


def test_headline_figures_of_five_totals() -> None:
    overall = statistics_of(results_of([(10, 10), (8, 9), (6, 6), (4, 4), (2, 1)])).overall
    assert (overall.mean, overall.median) == (12.0, 12.0)
    assert (overall.highest, overall.lowest) == (20.0, 3.0)
    assert overall.standard_deviation == pytest.approx(math.sqrt((64 + 25 + 0 + 16 + 81) / 5))
    assert (overall.excellent, overall.passed, overall.low) == (2, 3, 1)
    assert overall.score_rate == pytest.approx(0.6)


def test_the_borders_of_the_rates_count_as_reached_and_low_is_strictly_below() -> None:
    overall = statistics_of(results_of([(17,), (12,), (8,), (7,)], full=20)).overall
    assert (overall.excellent, overall.passed, overall.low) == (1, 2, 1)
    strict = Thresholds(excellent_percent=90, pass_percent=80, low_percent=30)
    own = statistics_of(results_of([(17,), (12,), (8,), (7,)], full=20), strict).overall
    assert (own.excellent, own.passed, own.low) == (0, 1, 0)


def test_bands_hold_everybody_once_and_the_last_includes_full_marks() -> None:
    overall = statistics_of(results_of([(10, 10), (10, 0), (9, 0), (5, 4), (0, 0)])).overall
    assert [(b.low, b.high, b.count) for b in overall.bands_10] == [(0, 10, 3), (10, 20, 2)]
    assert [b.count for b in overall.bands_5] == [1, 2, 1, 1]


def test_ranks_tie_as_one_two_two_four() -> None:
    assert _measures.ranks([50, 40, 40, 30]) == [1, 2, 2, 4]
    statistics = statistics_of(results_of([(9,), (7,), (7,), (5,)], classes="12"))
    assert [(r.overall, r.in_class) for r in statistics.ranks] == [(1, 1), (2, 1), (2, 2), (4, 2)]


def test_absent_and_void_candidates_are_in_no_mean_and_have_no_rank() -> None:
    results = some_results()
    statistics = statistics_of(results)
    assert (statistics.overall.present, statistics.overall.absent, statistics.overall.void) == (12, 1, 1)
    assert statistics.overall.mean == sum(c.total_steps for c in results.present) / 12 / 2
    rank = statistics.rank_of("x")
    assert rank is not None
    assert (rank.overall, rank.in_class) == (None, None)


def test_discrimination_compares_the_top_and_bottom_27_per_cent() -> None:
    # 11 candidates: groups of 3. The item is solved by the best five alone.
    totals = [float(t) for t in range(11, 0, -1)]
    scores = [2.0] * 5 + [0.0] * 6
    assert _measures.discrimination(scores, totals, 2.0) == 1.0
    assert _measures.discrimination(
        [2.0, 2.0, 0.0] + [1.0] * 5 + [2.0, 0.0, 0.0], totals, 2.0
    ) == pytest.approx(1 / 3)


def test_discrimination_does_not_depend_on_the_order_of_those_who_tie() -> None:
    totals = [10.0, 9.0, 8.0, 8.0, 8.0, 5.0, 4.0, 3.0, 2.0, 1.0]
    one = _measures.discrimination([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], totals, 1)
    other = _measures.discrimination([1, 1, 0, 0, 1, 0, 0, 0, 0, 0], totals, 1)
    assert one == other == pytest.approx((1 + 1 + 1 / 3) / 3)


def test_correlation_is_with_the_rest_of_the_total() -> None:
    rows = [(10 * (n % 2), n) for n in range(10)]
    item = statistics_of(results_of(rows)).item("1")
    assert item is not None
    expected = sum((a - 5) * (b - 4.5) for a, b in rows) / 10 / (5 * math.sqrt(8.25))
    assert item.correlation == pytest.approx(expected)


def test_alpha_of_parallel_items_is_one_and_the_error_nothing() -> None:
    reliability = statistics_of(results_of([(n, n, n) for n in range(10)])).reliability
    assert reliability.alpha == pytest.approx(1.0)
    assert reliability.standard_error == pytest.approx(0.0, abs=1e-6)


def test_alpha_by_hand_for_ones_and_zeros() -> None:
    columns = [[1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    totals = [2, 2, 2, 1, 1, 1, 0, 0, 0, 0]
    variance = sum(t * t for t in totals) / 10 - 0.9**2
    assert _measures.cronbach_alpha(columns) == pytest.approx(2 * (1 - (0.25 + 0.24) / variance))


def test_small_samples_give_nothing_rather_than_noise() -> None:
    statistics = statistics_of(results_of([(5, 6)] * 9))
    item = statistics.items[0]
    assert (item.discrimination, item.correlation, statistics.reliability.alpha) == (None, None, None)
    nobody = statistics_of(results_of([(5, 6)]).model_copy(update={"candidates": ()}))
    assert nobody.overall.mean is None
    assert nobody.overall.pass_rate is None
    assert nobody.items[0].score_rate is None


def test_items_without_spread_have_no_correlation() -> None:
    item = statistics_of(results_of([(10, n) for n in range(10)])).item("1")
    assert item is not None
    assert item.correlation is None
    assert item.discrimination == 0.0


def test_an_optional_group_is_one_block_and_each_item_counts_for_those_who_chose_it() -> None:
    results = results_of([(n, 0) if n % 2 else (0, n) for n in range(10)])
    group = OptionalGroup(id="g", items=("1", "2"))
    exam = results.exam.model_copy(update={"optional_groups": (group,)})
    candidates = tuple(
        c.model_copy(
            update={
                "items": tuple(
                    i.model_copy(update={"counted": (i.item == "1") == bool(n % 2)}) for i in c.items
                )
            }
        )
        for n, c in enumerate(results.candidates)
    )
    statistics = statistics_of(ExamResults(exam=exam, candidates=candidates))
    assert [i.counted for i in statistics.items] == [5, 5]
    assert statistics.items[0].mean == 5.0
    assert statistics.overall.full == 10.0
    assert statistics.reliability.alpha is None


def test_criteria_count_a_blank_answer_as_nothing_earned() -> None:
    results = some_results()
    first = results.candidates[0]
    blank = first.items[5].model_copy(update={"awards": (), "steps": 0, "blank": True})
    changed = first.model_copy(update={"items": (*first.items[:5], blank, first.items[6])})
    results = results.model_copy(update={"candidates": (changed,)})
    item = statistics_of(results).item("6")
    assert item is not None
    assert [c.mean for c in item.criteria] == [0, 0, 0]
    assert item.blank_rate == 1.0


def test_true_false_answers_are_counted_however_the_card_labels_them() -> None:
    item = statistics_of(some_results()).item("4")
    assert item is not None
    assert [o.label for o in item.options] == ["√", "×", "未涂"]
    assert [o.correct for o in item.options] == [False, True, False]


def test_knowledge_points_name_the_weak_and_each_class() -> None:
    statistics = statistics_of(results_of([(10, 2), (10, 8), (4, 8)], classes="12"))
    points = {t.name: t for t in statistics.knowledge}
    assert points["k0"].weak_ids == ("c0",)
    assert points["k1"].weak_ids == ("c2",)
    assert {g.name: g.rate for g in points["k0"].classes} == {"1班": 0.5, "2班": 0.8}


def test_the_grid_crosses_knowledge_points_with_ability_levels() -> None:
    cells = {(c.knowledge, c.ability): c for c in statistics_of(some_results()).grid}
    assert cells[("力与运动", "理解")].items == ("3",)
    assert cells[("力与运动", "分析")].full == 10


def test_a_class_alone_has_its_own_figures() -> None:
    results = some_results()
    own = statistics_of(of_class(results, "八(1)班"))
    both = {g.name: g for g in statistics_of(results).classes}
    assert own.overall.mean == both["八(1)班"].mean
    assert own.overall.present == 6


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40))
def test_each_rank_is_one_more_than_the_number_of_better_totals(totals: list[int]) -> None:
    ranks = _measures.ranks(totals)
    assert ranks == [1 + sum(other > total for other in totals) for total in totals]
