"""The benchmarks of marked short answers: figures by hand, shares, votes of neighbours, skipping."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import neighbours, saf, scientsbank, scorer_speed
from benchmarks.short_answers import Marked
from core.marks import Award, Verdict


@pytest.mark.parametrize(
    ("truth", "guess", "expected"),
    [
        ([0, 1, 2], [0, 1, 2], 1.0),
        ([0, 0, 1, 2], [0, 1, 1, 2], (2 / 3 + 2 / 3 + 1) / 3),
        ([0, 0, 2, 2], [0, 0, 2, 2], 2 / 3),  # a class that never occurs counts nought
        ([0, 1], [1, 0], 0.0),
    ],
)
def test_macro_f1_is_the_mean_of_the_classes(truth: list[int], guess: list[int], expected: float) -> None:
    assert scientsbank.macro_f1(np.array(truth), np.array(guess)) == pytest.approx(expected)


def test_what_is_neither_credited_nor_contradicted_is_incorrect() -> None:
    award = Award(
        steps=1,
        full_steps=2,
        verdicts=(
            (Verdict.CREDITED, 0.2),
            (Verdict.PARTLY, 0.3),
            (Verdict.CONTRADICTED, 0.1),
            (Verdict.NOT_ADDRESSED, 0.4),
        ),
    )
    assert scientsbank.odds_of(award) == pytest.approx((0.2, 0.1, 0.7))


def test_offsets_favour_the_rare_class() -> None:
    odds = np.array([[0.4, 0.35, 0.25]])
    assert scientsbank.chosen(odds, (0.0, 0.0)).tolist() == [0]
    assert scientsbank.chosen(odds, (0.5, 0.0)).tolist() == [1]


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Two directions: texts about salt, and all others."""
    return np.array([[1.0, 0.0] if "salt" in text else [0.0, 1.0] for text in texts], dtype=np.float32)


def test_the_nearest_marked_answers_to_the_same_question_have_most_to_say() -> None:
    marked = [
        Marked("q1", "", "", "salt stays", "correct"),
        Marked("q1", "", "", "the sun", "incorrect"),
        Marked("q2", "", "", "salt goes", "incorrect"),
    ]
    asked = [Marked("q1", "", "", "the salt"), Marked("q1", "", "", "a pan"), Marked("q3", "", "", "salt")]
    found = neighbours.odds(asked, marked, ("correct", "incorrect"), embed)
    assert found[0, 0] > 0.9
    assert found[1, 1] > 0.9
    assert found[2].tolist() == [0.5, 0.5]
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_shares_of_saf_are_of_the_full_marks_of_the_question(tmp_path: Path) -> None:
    def row(score: float) -> str:
        fields = {"file": "a", "question": "?", "references": ["r", "s"], "answer": "x", "score": score}
        return json.dumps({**fields, "verification": "Correct"})

    (tmp_path / "v2_english_training.jsonl").write_text(row(2.5) + "\n", encoding="utf-8")
    (tmp_path / "v2_english_unseen_answers.jsonl").write_text(
        row(1.0) + "\n" + row(0) + "\n", encoding="utf-8"
    )
    found = saf.answers(tmp_path, "v2", "unseen_answers")
    assert [one.share for one in found] == [0.4, 0.0]
    assert found[0].reference == "r\ns"
    assert saf.rmse(np.array([0.5, 1.0]), np.array([0.5, 0.0])) == pytest.approx(0.5**0.5)


def test_ratios_of_speed_say_how_many_times_faster() -> None:
    figures = scorer_speed.figures_of(100, 2.0, {"usual": 8.0, "best": 5.0})
    assert figures["pairs_per_second"] == 50
    assert figures["ratio_to_pytorch"] == 4
    assert figures["ratio_to_pytorch_best"] == 2.5


@pytest.mark.parametrize("benchmark", [saf, scientsbank, scorer_speed])
def test_a_benchmark_without_its_set_says_so(
    benchmark: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchmark.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0  # type: ignore[attr-defined]
    assert "skipped" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
