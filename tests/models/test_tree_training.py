"""What the verdict trees learn from: samples, made answers, folds, spreads, the pool."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from models.spread import LEVELS, Opinion
from models.training.trees.fit import Recipe, fit, folds
from models.training.trees.made import made_pairs, misread, opposite, other_number
from models.training.trees.pool import Both, fitted, together
from models.training.trees.rows import Rows, genuine_rows, joined, made_rows
from models.training.trees.samples import Sample, saf
from models.training.trees.spread_fit import allowed, fitted_spread, level_odds
from models.training.trees.tables import write_opinion

ANSWERS = (
    ("water evaporates in the sun", "correct"),
    ("it sinks", "incorrect"),
    ("it freezes", "contradictory"),
)


def sra(count: int = 6) -> list[Sample]:
    return [
        Sample("sra", f"q{n}", f"Why is puddle {n} dry?", ("The water evaporated.",), text, "en", label=label)
        for n in range(count)
        for text, label in ANSWERS
    ]


def zh(count: int = 6) -> list[Sample]:
    answers = (("减小受力面积，增大压强", 1.0), ("减小面积", 0.5), ("很锋利", 0.0))
    return [
        Sample("le", f"q{n}", "为什么磨刀？", ("减小受力面积，增大压强",), text, "zh", share)
        for n in range(count)
        for text, share in answers
    ]


@pytest.fixture(scope="module")
def rows() -> Rows:
    marked = [*sra(), *zh()]
    return joined(genuine_rows(marked), made_rows(marked))


def test_questions_of_saf_that_must_stay_unseen_are_left_out(tmp_path: Path) -> None:
    row = {"version": "v1", "file": "1", "references": ["r"], "score": 1.0}
    train = [
        {**row, "id": str(n), "question": q, "answer": a}
        for n, (q, a) in enumerate([("Q1", "a"), ("Q2", "b"), ("Q2", "c"), ("Q2", "B ")])
    ]
    empty = ("v2_english_training", "v2_english_unseen_questions", "v1_english_unseen_answers")
    files = {
        "v1_english_training": train,
        "v1_english_unseen_questions": [{**row, "question": "q1", "answer": "z"}],
        "v2_english_unseen_answers": [{**row, "question": "Q2", "answer": "c"}],
        **{name: [] for name in empty},
    }
    for name, lines in files.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    assert [(sample.question, sample.answer) for sample in saf(tmp_path)] == [("Q2", "b")]


def test_no_question_is_divided_between_folds_and_sources_are_spread() -> None:
    groups = [(source, f"q{n % 10}") for source in ("a", "b") for n in range(40)]
    fold = folds(groups, 5)
    assert all(
        len({f for f, g in zip(fold, groups, strict=True) if g == group}) == 1 for group in set(groups)
    )
    assert sorted(fold.tolist()) == sorted([*range(5)] * 16)


@pytest.mark.parametrize(
    ("text", "language", "possible"),
    [
        ("压强增大", "zh", {"压强减小", "压强变小"}),
        ("它是酸", "zh", {"它不是酸"}),
        ("水有浮力", "zh", {"水没有浮力"}),
        ("硫磺", "zh", {""}),
        ("it is here", "en", {"it is not here"}),
        ("plants need soil", "en", {""}),
    ],
)
def test_answers_are_turned_round(text: str, language: str, possible: set[str]) -> None:
    assert {opposite(text, language, random.Random(seed)) for seed in range(20)} == possible


def test_another_number_is_another_number() -> None:
    assert all(other_number("共有 12 个", random.Random(n)) not in ("", "共有 12 个") for n in range(20))
    assert other_number("没有数", random.Random(1)) == ""


def test_a_misread_answer_keeps_most_of_its_characters() -> None:
    text = "链表的结点不需要连续的存储空间" * 4
    read = misread(text, random.Random(3))
    assert read != text
    assert len(read) > 0.9 * len(text)


def test_made_answers_weigh_little_beside_the_questions_own() -> None:
    marked = zh()
    pairs = made_pairs(marked)
    assert 0 < sum(pair.weight for pair in pairs) <= 0.15 * len(marked) + 1e-6
    assert pairs == made_pairs(marked)


def test_answers_that_say_only_incorrect_leave_two_verdicts_open() -> None:
    rows = genuine_rows(sra(1))
    assert rows.verdicts.tolist() == [0, -1, 2]
    assert allowed(rows).tolist() == [[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    odds = level_odds(rows, np.full(3, 0.25))
    assert odds[1, [0, 5]].tolist() == [0.75, 0.25]
    assert odds.sum(axis=1).tolist() == [1.0, 1.0, 1.0]


def test_trees_learn_what_answers_show(rows: Rows) -> None:
    made = fit(
        rows,
        Recipe(verdict_rounds=8, share_rounds=8, leaves=4, least_in_leaf=2, shrinkage=0.1, first_rounds=2),
    )
    verdicts, share = made.judge(rows.features[:3])
    assert verdicts[0].argmax() == 0
    assert share[0] > share[1]
    again = fit(
        rows,
        Recipe(verdict_rounds=8, share_rounds=8, leaves=4, least_in_leaf=2, shrinkage=0.1, first_rounds=2),
    )
    assert np.array_equal(verdicts, again.judge(rows.features[:3])[0])


def test_the_spread_follows_the_marks() -> None:
    rng = np.random.default_rng(1)
    share = rng.random(4000)
    odds = np.zeros((4000, len(LEVELS)))
    odds[np.arange(4000), np.rint(share * 10).astype(int)] = 1.0
    spread = fitted_spread(share, odds, np.ones(4000))
    means = spread.levels(np.array([0.2, 0.5, 0.8])) @ np.array(LEVELS)
    assert means == pytest.approx([0.2, 0.5, 0.8], abs=0.05)


def test_the_pool_believes_the_better_of_two() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 600) * 1.0
    right = np.stack([truth, 0 * truth, 0 * truth, 1 - truth], axis=1) * 0.9 + 0.025
    noise = rng.dirichlet(np.ones(4), 600)
    share = np.asarray(0.1 + 0.8 * truth, dtype=np.float64)
    odds = np.zeros((600, len(LEVELS)))
    odds[np.arange(600), (truth * 10).astype(int)] = 1.0
    verdicts = np.stack([truth, 0 * truth, 0 * truth, 1 - truth], axis=1)
    opinion, figures = fitted(Both(noise, rng.random(600), right, share, odds, verdicts))
    assert opinion.judge > 0.9
    assert opinion.judge_share > 0.7
    assert figures["rmse_pool"] <= figures["rmse_trees"]


def test_only_answers_whose_questions_neither_had_seen_are_pooled(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "trees.npz",
        key=np.array(["a", "b", "c", "d"]),
        language=np.array(["en", "en", "en", "zh"]),
        verdicts=np.eye(4),
        share=np.arange(4.0),
        odds=np.zeros((4, 11)),
        truth=np.eye(4),
    )
    np.savez(
        tmp_path / "judge.npz",
        key=np.array(["c", "b", "x", "d"]),
        unseen_question=np.array([True, False, True, True]),
        verdicts=np.eye(4),
        share=np.arange(4.0),
    )
    both = together(tmp_path / "trees.npz", tmp_path / "judge.npz", "en")
    assert both.trees_share.tolist() == [2.0]
    assert both.judge_share.tolist() == [0.0]


def test_tables_are_written_beside_one_another(tmp_path: Path) -> None:
    spread = fitted_spread(np.array([0.1, 0.9]), np.eye(11)[[0, 10]], np.ones(2))
    path = tmp_path / "scoring.toml"
    write_opinion("statistical.en", Opinion(credit=0.3, spread=spread), path)
    write_opinion("shipped.zh", Opinion(credit=0.1, judge=0.6, judge_share=0.5, spread=spread), path)
    text = path.read_text("utf-8")
    assert "[statistical.en]" in text
    assert "[shipped.zh.spread]" in text
    assert "judge = 0.6" in text
