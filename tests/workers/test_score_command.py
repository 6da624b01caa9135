"""``zhupi score`` at the terminal: what it refuses, what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.errors import BadInput
from workers.cli.score_tables import as_csv, as_table
from workers.cli.scoring import score

ITEM = (
    "question: 为什么？\npoints: 2\ncriteria:\n  - statement: 沸点低\n    points: 2\n    accepted: [沸点低]\n"
)
SCORED = {
    "id": "a1",
    "item": "",
    "score": 1.0,
    "full": 2.0,
    "expected": 0.97284241000000004,
    "confidence": 0.27284241000000004,
    "verdict": "partly",
    "flag": "",
    "awards": [
        {"criterion": "1", "steps": 1, "full_steps": 2, "reason": "写到“沸点低”，部分符合给分点" * 9,
         "confidence": 0.27284241, "evidence": [{"text": "沸点低"}]}
    ],
    "model": "shipped-1",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "item.yaml").write_text(ITEM, "utf-8")
    (tmp_path / "answers.csv").write_text("id,response\na1,沸点低\na2,不知道\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZHUPI_HOME", raising=False)
    return tmp_path


def run(*more: str) -> str:
    words = ["--item", "item.yaml", "--responses", "answers.csv", "--scorer", "statistical", *more]
    return CliRunner().invoke(score, words, catch_exceptions=False, standalone_mode=False).output


def refused(*more: str) -> str:
    words = ["--item", "item.yaml", "--responses", "answers.csv", "--scorer", "statistical", *more]
    error = CliRunner().invoke(score, words, standalone_mode=False).exception
    assert isinstance(error, BadInput)
    return error.message


@pytest.mark.parametrize(
    ("name", "words"), [("out.xlsx", "只能写 .csv 或 .jsonl"), ("nowhere/out.csv", "没有文件夹 nowhere")]
)
def test_an_output_that_cannot_be_written_is_refused(folder: Path, name: str, words: str) -> None:
    assert words in refused("-o", name)
    assert sorted(path.name for path in folder.iterdir()) == ["answers.csv", "item.yaml"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("two", "train.csv 第 2 行（t1）的分数 'two' 不是数"),
        ("9", "train.csv 第 2 行（t1）：分数 9 不在 0 到 2"),
    ],
)
def test_a_bad_score_names_the_file_and_the_row(folder: Path, given: str, words: str) -> None:
    (folder / "train.csv").write_text(f"id,response,score\nt1,沸点低,{given}\n", "utf-8")
    assert words in refused("--train", "train.csv")


def test_scores_are_written_and_no_folder_is_left_behind(folder: Path) -> None:
    assert "2 份作答的评分已写入" in run("-o", "out.jsonl")
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert [(line["id"], line["score"]) for line in lines] == [("a1", 2.0), ("a2", 0.0)]
    assert not (folder / "zhupi-data").exists()


def test_a_table_has_a_line_an_answer_and_keeps_to_the_width() -> None:
    head, line = as_table([SCORED], 60).splitlines()
    assert head.split() == ["编号", "得分", "把握", "判定", "理由"]
    assert line.startswith("a1    1/2   27%   写到一部分  写到“沸点低”")
    assert line.endswith("…")
    assert sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in line) <= 60


def test_a_flag_stands_in_place_of_the_verdict() -> None:
    assert "雷同" in as_table([{**SCORED, "flag": "雷同", "verdict": None, "awards": []}], 60)


def test_confidences_in_a_spreadsheet_have_four_digits() -> None:
    assert "0.2728," in as_csv([SCORED])
    assert "0.27284" not in as_csv([SCORED])
