"""The figures in both READMEs are those that were taken from the benchmarks' files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.figure_rows import MARKING_ROWS, ROWS
from scripts.readme_figures import (
    BEGIN,
    END,
    KEPT,
    MARKING_BEGIN,
    MARKING_END,
    ROOT,
    figures_of,
    shown,
    table,
    value_at,
    with_table,
    with_tables,
)

_READMES = (("README.md", "english"), ("README.zh-CN.md", "chinese"))


@pytest.mark.parametrize(("readme", "language"), _READMES)
def test_a_readme_shows_the_figures_that_are_kept(readme: str, language: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    for mark in (BEGIN, END, MARKING_BEGIN, MARKING_END):
        assert text.count(mark) == 1
    assert text == with_tables(text, kept, language), (
        "python -m scripts.readme_figures writes the tables again"
    )
    assert len(table(kept, language).splitlines()) > 10


def test_every_figure_that_is_kept_is_shown_and_says_where_it_comes_from() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    rows = (*ROWS, *MARKING_ROWS)
    named = {(row.benchmark, key) for row in rows for key in (row.key, row.stock) if key}
    assert {(name, key) for name in kept if name != "commit" for key in kept[name]} <= named
    assert all((ROOT / "benchmarks" / f"{row.benchmark}.py").is_file() for row in rows)
    assert len({(row.benchmark, row.key) for row in rows}) == len(rows)
    assert kept["commit"]


def test_figures_are_taken_where_they_were_measured_and_left_out_elsewhere(tmp_path: Path) -> None:
    lines = {"figures": {"exam_cer": 0.03}, "table": {"exam": {"stock": {"cer": 0.05}}}}
    (tmp_path / "lines.json").write_text(json.dumps(lines), encoding="utf-8")
    found = figures_of(tmp_path)
    assert found == {"lines": {"exam_cer": 0.03, "table.exam.stock.cer": 0.05}}
    row = next(line for line in table({"commit": "abc", **found}, "english").splitlines() if "exams" in line)
    assert "| 5 % | 3 % |" in row


@pytest.mark.parametrize(
    ("key", "value"),
    [("a", 1.0), ("table.b.c", 2.0), ("table.b", None), ("table.b.c.d", None), ("nowhere", None)],
)
def test_a_key_is_a_figure_or_a_place_in_the_file(key: str, value: float | None) -> None:
    assert value_at({"figures": {"a": 1}, "table": {"b": {"c": 2}}}, key) == value


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (0.0392, "share", "3.92 %"),
        (1.0, "share", "100 %"),
        (0.00035, "share", "0.035 %"),
        (0.0, "share", "0 %"),
        (1.569, "times", "1.57 ×"),
        (0.00864, "error", "0.009"),
        (0.7391, "kappa", "0.74"),
        (0.0, "number", "0"),
        (29.7, "number", "29.7"),
        (109.75, "number", "110"),
    ],
)
def test_a_figure_is_shown_as_people_read_it(value: float, form: str, said: str) -> None:
    assert shown(value, form) == said


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    assert with_table(f"a\n{BEGIN}\nold\n{END}\nb", "new") == f"a\n{BEGIN}\nnew\n{END}\nb"
    with pytest.raises(ValueError, match="missing"):
        with_table("no marks", "new")
