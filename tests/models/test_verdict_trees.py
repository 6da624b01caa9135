"""The trees' session, the spread of marks, the table of rare words."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import ModelUnusable
from marking.scoring.features import FEATURE_NAMES
from models.rarity import STEP, packed, rarity, unpacked
from models.spread import LEVELS, Spread, opinions, to_steps
from models.verdict_trees import BATCH, VerdictTrees, verdict_trees

EVEN = Spread(knots=(0.0, 1.0), rows=((1.0, *[0.0] * 10), (*[0.0] * 10, 1.0)))


class Counting:
    """Answers like the ONNX session, and counts its batches."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def run(self, outputs: None, feeds: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        rows = feeds["features"]
        self.batches.append(len(rows))
        verdicts = np.tile(np.array([0.5, 0.25, 0.25, 0.0], dtype=np.float32), (len(rows), 1))
        return [verdicts, (rows[:, :1] * 2).astype(np.float32)]


def test_many_rows_are_judged_in_batches_and_in_order() -> None:
    session = Counting()
    rows = np.linspace(0, 0.5, BATCH + 3)[:, None]
    judged = VerdictTrees(session, ["a"]).judge(rows)
    assert session.batches == [BATCH, 3]
    assert judged.verdicts.shape == (BATCH + 3, 4)
    assert judged.share == pytest.approx(2 * rows[:, 0], abs=1e-6)


def test_shares_stay_between_nothing_and_everything() -> None:
    judged = VerdictTrees(Counting(), ["a"]).judge(np.array([[-1.0], [3.0]]))
    assert judged.share.tolist() == [0.0, 1.0]


def test_no_rows_are_judged_as_none() -> None:
    judged = VerdictTrees(Counting(), ["a", "b"]).judge(np.zeros((0, 2)))
    assert judged.verdicts.shape == (0, 4)
    assert judged.share.shape == (0,)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of 2 features are wanted"):
        VerdictTrees(Counting(), ["a", "b"]).judge(np.zeros((1, 3)))


def test_the_shipped_trees_were_trained_on_the_features_of_today() -> None:
    judged = verdict_trees(FEATURE_NAMES).judge(np.zeros((2, len(FEATURE_NAMES))))
    assert judged.verdicts.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_trees_for_other_features_are_refused_with_the_difference() -> None:
    with pytest.raises(ModelUnusable, match="covered_twice"):
        verdict_trees((*FEATURE_NAMES[:-1], "covered_twice"))


@pytest.mark.parametrize("full_steps", [1, 2, 3, 4, 7, 10, 25, 100])
def test_every_level_falls_on_steps_and_none_is_lost(full_steps: int) -> None:
    table = to_steps(full_steps)
    assert table.shape == (len(LEVELS), full_steps + 1)
    assert table.sum(axis=1) == pytest.approx(np.ones(len(LEVELS)))
    assert table @ np.arange(full_steps + 1) == pytest.approx(
        np.array(LEVELS) * full_steps, abs=0.06 * full_steps
    )


def test_one_half_is_divided_between_nothing_and_all_where_there_is_one_step() -> None:
    assert to_steps(1)[5].tolist() == [0.5, 0.5]


def test_between_knots_rows_are_interpolated() -> None:
    assert EVEN.levels(np.array([0.25]))[0, [0, 10]] == pytest.approx([0.75, 0.25])
    assert EVEN.steps(np.array([0.25]), 2)[0] == pytest.approx([0.75, 0.0, 0.25])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_spread_gives_more_to_better_answers(language: str) -> None:
    opinion = opinions()[f"statistical.{language}"]
    means = opinion.spread.levels(np.linspace(0.05, 0.95, 10)) @ np.array(LEVELS)
    assert means[-1] > 0.7
    assert means[0] < 0.35
    assert np.corrcoef(means, np.arange(10))[0, 1] > 0.95


def test_the_table_of_rare_words_comes_back_as_it_was_packed() -> None:
    table = {"salt": 3.0, "的水": 5 * STEP, "\u0000": 9.0, "\u0001": 9.5}
    assert unpacked(packed(table)) == table


@pytest.mark.parametrize("content", [b"", b"no gzip", packed({"only": 1.0})])
def test_another_file_is_no_table(content: bytes) -> None:
    with pytest.raises(ModelUnusable, match="词频表"):
        unpacked(content)


def test_common_words_are_less_rare_than_special_ones() -> None:
    table = rarity()
    assert table["evaporat"] > table["water"] > 0
    assert table["温度"] > table["可以"]
