"""Benchmarks run on other folders of the same layout take what is there and name what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks import calibration, digits, latin, lines, omr, verify
from benchmarks.labels import grey, labelled
from models.training.latin.split import trained_pages
from tests.benchmarks.made import drawn, make_set

SUMS = (("img/0.png", "3+4=7"), ("img/1.png", "8-2=6"))
FRENCH_HEAD = "path\ttranscript\tpage_id"


def saved(folder: Path, name: str) -> dict[str, Any]:
    """What a benchmark wrote."""
    content: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return content


def test_missing_files_and_unreadable_pictures_are_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_set(tmp_path, [*SUMS, ("img/2.png", "1+1=2")], unreadable=["img/1.png"])
    (tmp_path / "img/2.png").unlink()
    found = labelled(tmp_path, ("labels.tsv", "labels_by_eye.tsv"))
    said = capsys.readouterr().out
    assert [row.text for row in found] == ["3+4=7"]
    assert [name for name in ("img/1.png", "img/2.png", "labels_by_eye.tsv") if name in said] == [
        "img/1.png",
        "img/2.png",
        "labels_by_eye.tsv",
    ]
    assert labelled(tmp_path / "nowhere") == []
    assert "nowhere is not there" in capsys.readouterr().out


def test_rows_without_a_transcript_are_named_and_line_ends_of_windows_are_no_part_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_set(tmp_path, SUMS)
    told = "\ufeffpath\ttranscript\tpage_id\r\nimg/0.png\t3+4=7\tp1\r\nimg/1.png\r\n\r\n"
    (tmp_path / "labels.tsv").write_bytes(told.encode())
    assert [(row.text, row.page) for row in labelled(tmp_path)] == [("3+4=7", "p1")]
    assert "line 3 has no transcript" in capsys.readouterr().out


def test_asking_for_the_pixels_of_what_is_no_picture_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"a\.png cannot be read"):
        grey(tmp_path / "a.png")


def test_lines_are_measured_where_only_one_label_file_of_one_set_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_set(tmp_path / "cn-exam-lines-small", SUMS, labels="labels_by_eye.tsv")
    assert lines.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    found = saved(tmp_path / "out", "lines")
    assert set(found["figures"]) == {"exam_cer", "exam_stock_cer"}
    assert 0.0 <= found["figures"]["exam_cer"] < 0.5
    assert "french_cer_lines" not in found
    said = capsys.readouterr().out
    assert "labels.tsv is not there" in said
    assert "cn-hwdb-composed-lines is not there" in said


@pytest.mark.parametrize(
    ("head", "pages", "counted"),
    [
        (FRENCH_HEAD, ("known", "new"), "unseen"),
        (FRENCH_HEAD, ("known", "known"), "all"),
        ("path\ttranscript\twriter", ("known", "new"), "all"),
    ],
)
def test_french_is_counted_on_unseen_pages_and_on_all_where_none_is_known_to_be_unseen(
    tmp_path: Path, head: str, pages: tuple[str, str], counted: str
) -> None:
    known = min(trained_pages())
    texts = ("le chat dort", "une maison")
    rows = [
        (f"img/{at}.png", text, known if page == "known" else "a_page_that_nobody_saw")
        for at, (text, page) in enumerate(zip(texts, pages, strict=True))
    ]
    make_set(tmp_path / "fr-copiste-lines", rows, head=head)
    lines.main(["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--no-speed"])
    found = saved(tmp_path / "out", "lines")
    assert found["french_cer_lines"] == counted
    assert {"french_cer", "french_stock_cer", "french_all_cer"} == set(found["figures"])
    part = found["table"]["french" if counted == "unseen" else "french trained"]
    assert part["ours"]["lines"] == (1 if counted == "unseen" else 2)
    assert found["figures"]["french_cer"] == part["ours"]["cer"]


def test_the_latin_reader_has_no_figures_of_a_side_without_lines(tmp_path: Path) -> None:
    make_set(tmp_path / "fr-copiste-lines", [("img/0.png", "le chat", "a_new_page")], head=FRENCH_HEAD)
    latin.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")])
    figures = saved(tmp_path / "out", "latin")["figures"]
    assert figures["held_out_ours_lines"] == 1
    assert not [key for key in figures if key.startswith("trained")]


def test_verification_tells_no_refusal_where_no_wrong_answer_could_be_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_set(tmp_path / "cn-arithmetic-lines", [*SUMS, ("img/2.png", "涂")])
    make_set(tmp_path / "cn-hwdb-composed-lines", [("img/0.png", "abc"), ("img/1.png", "def")])
    assert verify.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    found = saved(tmp_path / "out", "verify")
    figures, said = found["figures"], capsys.readouterr().out
    assert "arithmetic_false_refusal_at_0_5pct" in figures
    assert found["table"]["arithmetic"]["ours"]["right"] == 2
    assert '18 wrong answers of the kind "wrong", under 200: the threshold means none accepted' in said
    assert "composed_false_refusal_strings" in figures
    assert not [key for key in figures if key.startswith("composed") and "0_5pct" in key]
    assert not [key for key in figures if key.startswith("composed") and "accepted" in key]
    assert 'no wrong answer of the kind "hard" could be asked' in said
    assert not [key for key in figures if key.startswith("exam")]


@pytest.mark.parametrize(("asked", "part"), [(0, "left out"), (199, "none accepted"), (200, ""), (6000, "")])
def test_few_wrong_answers_are_remarked_on(asked: int, part: str) -> None:
    said = verify.remark_on("wrong", asked)
    assert part in said
    assert bool(said) == bool(part)


def test_a_threshold_without_wrong_answers_is_not_known() -> None:
    with pytest.raises(ValueError, match="none was asked"):
        verify.threshold([])


def test_the_question_asked_is_that_of_the_product_with_one_look_more_as_long_as_there_is_a_doubt() -> None:
    line = verify.Line(drawn("3+4=7"), "3+4=7")
    first, said = line.asked("3+4=7")
    assert said.probability >= 0.9
    assert not first.is_settled or said == first
    assert line.asked("3+4=9")[1].probability < 0.1


def test_calibration_is_judged_on_the_sets_that_are_there_but_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_set(tmp_path / "cn-arithmetic-lines", SUMS)
    where = ["--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert calibration.main(where) == 0
    assert saved(tmp_path / "out", "calibration")["cases"]["read"] == 2
    assert (tmp_path / "out" / "reliability_verified.png").is_file()
    assert calibration.main([*where, "--write"]) == 1
    assert "composed, exam, digits" in capsys.readouterr().out


def test_digits_are_measured_without_exams_where_some_digit_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(f"img/{at}.png", str(digit)) for at, digit in enumerate((3, 8, 3))]
    make_set(
        tmp_path / "digits-nsysu-exam",
        [*rows, ("img/9.png", "5"), ("img/x.png", "x")],
        head="path\tdigit",
        unreadable=["img/9.png"],
    )
    assert digits.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    found, said = saved(tmp_path / "out", "digits"), capsys.readouterr().out
    assert found["all"] == found["fresh"] == 3
    assert {"accuracy", "accuracy_all", "stock_accuracy", "ece"} <= set(found["figures"])
    assert not [key for key in found["figures"] if key.startswith(("roster", "random"))]
    assert all(np.isfinite(value) for value in found["figures"].values())
    assert "img/9.png cannot be read" in said
    assert "'x', which is no digit" in said
    assert "no unseen picture of 0, 1, 2" in said


def test_sheets_without_a_readable_picture_template_or_label_are_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "omr-omrchecker"
    (folder / "samples/a").mkdir(parents=True)
    (folder / "samples/a/template.json").write_text("{}", "utf-8")
    (folder / "samples/a/broken.png").write_bytes(b"no picture")
    (folder / "samples/b").mkdir()
    for name in ("a/sheet.png", "b/sheet.png"):
        cv2.imwrite(str(folder / "samples" / name), drawn("sheet"))
    rows = [
        'samples/a/broken.png\tt\t1\t{"q1": "A"}',
        'samples/b/sheet.png\tt\t1\t{"q1": "A"}',
        "samples/a/sheet.png\tt\t1\tno json",
    ]
    head = "path\ttest_name\texpected_score\texpected_fields_json"
    (folder / "labels.tsv").write_text("\n".join([head, *rows, ""]), "utf-8")
    assert omr.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}:" in said for name in ("a/broken.png", "b/sheet.png", "a/sheet.png"))
    assert saved(tmp_path / "out", "omr")["figures"] == {}


@pytest.mark.parametrize("benchmark", [lines, latin, verify, calibration, digits, omr])
def test_a_folder_without_any_set_is_said_to_be_missing_and_nothing_is_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], benchmark: Any
) -> None:
    assert benchmark.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert "skipped" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
