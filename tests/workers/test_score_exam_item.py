"""``zhupi score --item exam.yaml --number 17``."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.errors import BadInput
from tests.core.test_scoring_items_science import EXAM
from workers.cli.scoring import score


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "exam.yaml").write_text(EXAM, "utf-8")
    (tmp_path / "answers.csv").write_text("id,item,response\na,17,3\nb,17,3 m/s\nc,18,沸点降低\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZHUPI_HOME", raising=False)
    return tmp_path


def words(number: str) -> list[str]:
    return [
        "--item",
        "exam.yaml",
        "--number",
        number,
        "--responses",
        "answers.csv",
        "--scorer",
        "statistical",
    ]


def test_one_item_of_an_exam_is_scored_with_the_usual_columns(folder: Path) -> None:
    result = CliRunner().invoke(score, words("17"), catch_exceptions=False, standalone_mode=False)
    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert [(row["id"], row["item"], row["score"], row["full"]) for row in rows] == [
        ("a", "17", "1.0", "1.5"),
        ("b", "17", "1.5", "1.5"),
    ]
    assert "缺单位 m/s" in rows[0]["reason"]


@pytest.mark.parametrize(("number", "told"), [("16", "没有第 16 题的作答"), ("99", "没有第 99 题的作答")])
def test_a_number_without_answers_is_refused(folder: Path, number: str, told: str) -> None:
    error = CliRunner().invoke(score, words(number), standalone_mode=False).exception
    assert isinstance(error, BadInput)
    assert told in error.message
