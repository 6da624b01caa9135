"""The reader of Latin handwriting: its layout, its model file, the split of its pages."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from models import latin
from models.latin import Grey
from models.recogniser import latin_recogniser
from models.training.latin import split
from models.training.latin.alphabet import CHARSET


def written(text: str, height: int = 90, ink: int = 0, paper: int = 255) -> Grey:
    """Plain letters as a pen draws them, one stroke wide."""
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.6, 3)
    crop = np.full((height, width + 40), paper, dtype=np.uint8)
    cv2.putText(crop, text, (20, height - 30), cv2.FONT_HERSHEY_SIMPLEX, 1.6, ink, 3, cv2.LINE_AA)
    return crop


def test_the_model_is_carried_and_writes_french_in_its_own_alphabet() -> None:
    assert latin_recogniser().charset == CHARSET
    assert set("éèàùâêîôûëïüçœÉÀÇ«»’") <= set(CHARSET)


@pytest.mark.parametrize("text", ["une ville de France", "le jeu est en 1987"])
def test_a_drawn_line_is_read(text: str) -> None:
    assert latin_recogniser().read([written(text)])[0].text == text


def test_a_word_alone_is_read_and_stands_where_it_was_drawn() -> None:
    crop = np.concatenate([np.full((90, 300), 255, np.uint8), written("ville")], axis=1)
    line = latin_recogniser().read([crop])[0]
    assert line.text == "ville"
    assert line.chars[0].start * crop.shape[1] == pytest.approx(320, abs=40)


def test_faint_pencil_on_grey_paper_reads_as_black_on_white() -> None:
    faint = latin_recogniser().read([written("une ville", ink=150, paper=200)])[0]
    assert faint.text == latin_recogniser().read([written("une ville")])[0].text


def test_every_crop_has_the_height_of_the_reader_and_a_width_in_proportion() -> None:
    for shape in [(1, 1), (200, 3), (5, 400), (110, 1500)]:
        assert latin.framed(np.full(shape, 255, np.uint8)).shape[0] == latin.HEIGHT_PX
    short, long = (latin.framed(written(text)).shape[1] for text in ("une ville", "une ville une ville"))
    assert 1.7 < long / short < 2.3


def test_a_crop_without_ink_is_white_and_says_nothing() -> None:
    blank = np.full((60, 400), 230, dtype=np.uint8)
    assert latin.framed(blank).min() == 255
    assert latin_recogniser().read([blank])[0].text == ""


def test_a_sloping_line_is_laid_level() -> None:
    crop = written("une ville de France au nord de la Loire", height=160)
    lean = np.array([[1.0, 0.0, 0.0], [-0.06, 1.0, 30.0]])
    sloping = cv2.warpAffine(crop, lean, crop.shape[::-1], borderValue=(255,))
    mask = latin.levelled(latin.shrunk(np.asarray(sloping, np.uint8)))[1]
    assert latin.slope_of(mask) == pytest.approx(-0.06, abs=0.02)
    level = latin.framed(np.asarray(sloping, np.uint8))
    assert abs(latin.slope_of(level < 128)) < 0.02


def test_no_page_is_both_trained_on_and_held_out() -> None:
    pages = split.trained_pages()
    assert len(pages) > 200
    assert not any(split.is_held_out(page) for page in pages)


def test_lines_are_divided_by_page_and_none_is_lost() -> None:
    lines = [split.Line(path=f"{n}.jpg", text="a", page=f"page_{n // 3}") for n in range(300)]
    parts = split.divided(lines)
    assert sum(map(len, parts)) == len(lines)
    pages = [{line.page for line in part} for part in parts]
    assert not (pages[0] & pages[1] or pages[0] & pages[2] or pages[1] & pages[2])
    assert 0.15 < len(pages[2]) / 100 < 0.35


def test_a_row_with_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text("path\ttranscript\tpage_id\nlines/1.jpg\tune ville\n", "utf-8")
    with pytest.raises(ValueError, match=r"line 2: 2 columns"):
        split.lines_of(tmp_path)
