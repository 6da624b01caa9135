"""ASAP-SAS: prompts become rubrics, and the benchmark measures what a head learned."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import asap_sas
from benchmarks.asap_prompts import read_prompt
from tests.marking.test_item_head import Even, english_answers

PROMPT = """\
Data Set #5
Rubric range:
0-3
Prompt—Ships
Why do ships float?
Rubric for Ships
Key Elements:
They displace water.
Upthrust balances the weight.
Other acceptable responses.

Rubric:
2 points
Two key elements
1 point
One key element
0 points
Other
"""


def test_a_prompt_is_read_as_question_reference_and_levels(tmp_path: Path) -> None:
    path = tmp_path / "set_05.txt"
    path.write_text(PROMPT, encoding="utf-8")
    question, rubric = read_prompt(path, 2)
    assert question.stem == "Why do ships float?"
    assert rubric.references == ("They displace water. Upthrust balances the weight.",)
    assert [(level.steps, level.description) for level in rubric.levels] == [
        (0, "Other"),
        (1, "One key element"),
        (2, "Two key elements"),
    ]


@pytest.mark.parametrize(
    ("given", "said", "kappa"),
    [([0, 1, 2], [0, 1, 2], 1.0), ([0, 1, 2], [2, 1, 0], -1.0), ([0, 0, 2, 2], [0, 2, 0, 2], 0.0)],
)
def test_kappa_weighs_by_the_square_of_the_distance(given: list[int], said: list[int], kappa: float) -> None:
    assert asap_sas.kappa(np.array(given), np.array(said), 2) == pytest.approx(kappa)


def test_prompts_are_chosen_by_numbers_and_ranges() -> None:
    assert asap_sas._numbers("1-3,6") == [1, 2, 3, 6]


def test_without_the_samples_it_says_so_and_skips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asap_sas.main(["--data", str(tmp_path), "--out", str(tmp_path)]) == 0
    assert "skipped" in capsys.readouterr().out


def test_it_learns_from_the_training_part_and_saves_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "asap_sas"
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts" / "set_05.txt").write_text(PROMPT, encoding="utf-8")
    for n, (part, count) in enumerate({"train": 24, "val": 6, "test": 30}.items()):
        rows = [
            {"essay_set": 5, "score1": one.steps, "max_score": 2, "text": one.response.text}
            for one in english_answers(count, seed=n)
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{part}.jsonl").write_text(text, encoding="utf-8")
    monkeypatch.setattr(asap_sas, "shipped_scorer", Even)
    monkeypatch.setattr(asap_sas, "text_encoder", lambda language: None)
    monkeypatch.setattr(asap_sas, "CURVE", (0, 5))
    monkeypatch.setattr(asap_sas, "DRAWS", 2)
    assert asap_sas.main(["--data", str(tmp_path), "--out", str(tmp_path), "--prompts", "5"]) == 0
    figures = json.loads((tmp_path / "asap_sas.json").read_text(encoding="utf-8"))["figures"]
    assert set(figures) == {"mean_qwk", "mean_qwk_0", "mean_qwk_5"}
    assert figures["mean_qwk_0"] == 0
    assert figures["mean_qwk"] > 0.6
