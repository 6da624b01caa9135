"""Cards that the school has already: a blank scan drawn on, and an OMRChecker template."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cards import CardSource
from core.errors import BadInput, CardInvalid, Conflict, NotFound
from core.jobs import JobState
from core.marks import MarkState
from core.pages import PageState
from pipeline.blank_cards import ask_blank_card, ask_blank_pages, blank_scan_dpi, blank_scan_pages
from pipeline.pictures import item_picture
from pipeline.requests import ask_template
from pipeline.results import gather_results
from tests.ocr.intake_files import locked_pdf, saved, zipped
from tests.pipeline import school_card as school
from tests.pipeline.homes import OFFICE, Home, by_state, found_exam, upload
from workers.inline import run_owed

EXAM = """\
id: school
title: 物理周测
subject: 物理
total: 13
sections:
  - title: 选择
    kind: single_choice
    points: 2
    items: 1-3
    keys: BDA
  - title: 多选
    kind: multiple_choice
    points: 4
    partial: half
    items:
      - {number: 4, key: AC}
  - title: 解答
    kind: short_answer
    items:
      - number: 5
        criteria: [{id: a, points: 3, statement: 上面的水更重, accepted: [重]}]
"""
ROSTER = "考号\t姓名\t班级\n270101\t王子轩\t八(1)班\n270102\t李思涵\t八(1)班\n"
GRID_SHARE = (school.BUBBLE_MM[0] / 8, school.BUBBLE_MM[1] / 4.6)
REGIONS: list[dict[str, Any]] = [
    {"page": 1, "kind": "name", "box": school.NAME_BOX.model_dump()},
    {
        "page": 1,
        "kind": "number_bubbles",
        "box": school.NUMBER_GRID.model_dump(),
        "count": school.NUMBER_COUNT,
        "direction": "vertical",
        "bubble_share": GRID_SHARE,
    },
    {
        "page": 1,
        "kind": "answer_bubbles",
        "box": school.CHOICE_GRID.model_dump(),
        "keys": ["1", "2", "3", "4"],
        "labels": list(school.LABELS),
        "bubble_share": (school.BUBBLE_MM[0] / 8.5, school.BUBBLE_MM[1] / 10),
    },
    {"page": 1, "kind": "writing", "box": school.ANSWER_BOX.model_dump(), "keys": ["5"]},
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An exam without a card, reading no handwriting."""
    made = found_exam(tmp_path / "home", EXAM, ROSTER, card=False, text_engine="null")
    yield made
    made.tb.store.close()


def send_blank(home: Home, content: bytes, name: str = "blank.png") -> None:
    path = home.tb.settings.home / "upload.tmp"
    path.write_bytes(content)
    ask_blank_pages(home.tb, home.exam_id, name, path, OFFICE)
    run_owed(home.tb)


def failures(home: Home) -> list[str]:
    return [job.error for job in home.jobs if job.state is JobState.FAILED]


def blank_with_dpi() -> bytes:
    return saved(Image.fromarray(school.blank()), "PNG", dpi=(school.DPI, school.DPI))


def test_a_scan_of_the_schools_own_card_is_read_end_to_end(home: Home) -> None:
    send_blank(home, blank_with_dpi())
    assert len(blank_scan_pages(home.tb, home.exam_id)) == 1
    dpi = blank_scan_dpi(home.tb, home.exam_id)
    assert dpi == pytest.approx(school.DPI, abs=0.2)
    ask_blank_card(home.tb, home.exam_id, json.dumps(REGIONS), school.DPI, OFFICE)
    home.work()
    assert (home.card.source, home.card.number_digits) == (CardSource.BLANK_SCAN, 6)
    sheets = {"270102": {0: "B", 1: "D", 2: "C", 3: "AC"}, "270101": {0: "B", 1: "A", 2: "A", 3: "A"}}
    pages = [
        school.scan(school.filled(number, chosen), turn, n)
        for n, ((number, chosen), turn) in enumerate(zip(sheets.items(), (1.0, 180.6), strict=True))
    ]
    upload(home, zipped({f"{n}.png": page for n, page in enumerate(pages)}), "scans.zip")
    home.work()
    assert by_state(home.entries) == {PageState.PLACED: 2}
    results = {c.candidate.number: c for c in gather_results(home.tb, home.exam_id).present}
    answers = {number: [i.answer for i in result.items[:4]] for number, result in results.items()}
    assert answers == {number: list(chosen.values()) for number, chosen in sheets.items()}
    steps = {number: [i.steps for i in result.items[:4]] for number, result in results.items()}
    assert steps == {"270102": [2, 2, 0, 4], "270101": [2, 0, 2, 2]}
    page = home.page_of("270102")
    written = home.marks[page, "5"]
    assert written.state is MarkState.PROPOSED
    with home.tb.store.read() as uow:
        reading = uow.pages.reading(page)
    assert reading is not None
    (text,) = reading.texts_of("5")
    assert not text.blank
    with Image.open(io.BytesIO(item_picture(home.tb, page, "5"))) as crop:
        assert crop.width >= school.ANSWER_BOX.width_mm * 7
    with Image.open(io.BytesIO(home.tb.blobs.get(reading.raster_blob))) as page_picture:
        raster = np.asarray(page_picture)
    name = raster[(21 * 8) : (31 * 8), (21 * 8) : (89 * 8)]
    assert name.min() > 200  # the name is whited out


def test_the_same_drawing_keeps_its_card_and_another_is_a_new_revision(home: Home) -> None:
    send_blank(home, blank_with_dpi())
    for regions, revision in ((REGIONS, 1), (REGIONS, 1), (REGIONS[:3], 2)):
        ask_blank_card(home.tb, home.exam_id, json.dumps(regions), school.DPI, OFFICE)
        home.work()
        assert home.card.revision == revision


def test_a_new_blank_scan_takes_the_place_of_the_old_one(home: Home) -> None:
    page = school.png(school.blank())
    send_blank(home, zipped({"1.png": page, "2.png": school.png(255 - school.blank())}), "two.zip")
    assert len(blank_scan_pages(home.tb, home.exam_id)) == 2
    assert blank_scan_dpi(home.tb, home.exam_id) == 0
    send_blank(home, page)
    assert len(blank_scan_pages(home.tb, home.exam_id)) == 1
    send_blank(home, locked_pdf(), "locked.pdf")
    assert any("密码" in error for error in failures(home))
    assert len(blank_scan_pages(home.tb, home.exam_id)) == 1  # the last good one stays


def test_an_empty_blank_scan_is_refused_at_once(home: Home) -> None:
    with pytest.raises(BadInput, match=r"blank\.png 是空文件"):
        send_blank(home, b"")
    with pytest.raises(NotFound):
        blank_scan_pages(home.tb, "nothing")


def test_a_book_is_no_blank_card(home: Home) -> None:
    pages = {f"{n}.png": school.png(np.full((900, 700), 200 + n, np.uint8)) for n in range(13)}
    send_blank(home, zipped(pages), "book.zip")
    assert any("超过 12 页" in error for error in failures(home))


def test_regions_are_drawn_on_a_blank_scan(home: Home) -> None:
    with pytest.raises(Conflict, match="还没有空白答题卡"):
        ask_blank_card(home.tb, home.exam_id, json.dumps(REGIONS), 200, OFFICE)


@pytest.mark.parametrize(
    ("regions", "dpi", "message"),
    [
        ("", 200, "不是合法的 JSON"),
        ("{}", 200, "没有画出任何区域"),
        ("[]", 200, "没有画出任何区域"),
        ("[3]", 200, "第 1 个区域: 应是一个对象"),
        (json.dumps([REGIONS[0] | {"page": 2}]), 200, "页码是 2, 空白卡有 1 页"),
        (json.dumps([REGIONS[0] | {"page": True}]), 200, "页码是 True"),
        (json.dumps([REGIONS[0] | {"kind": ""}]), 200, "没有写明类别"),
        (json.dumps([REGIONS[0] | {"box": {"x_mm": 1}}]), 200, "四个毫米数"),
        (
            '[{"page": 1, "kind": "name", "box": {"x_mm": NaN, "y_mm": 1, "width_mm": 1, "height_mm": 1}}]',
            200,
            "四个毫米数",
        ),
        (json.dumps([REGIONS[0] | {"box": REGIONS[0]["box"] | {"width_mm": 0}}]), 200, "0 × 12 毫米"),
        (json.dumps(REGIONS * 126), 200, "画了 504 个区域"),
        (json.dumps(REGIONS), 20, "20 dpi"),
        (json.dumps(REGIONS), float("nan"), "nan dpi"),
    ],
)
def test_a_drawing_that_cannot_be_is_refused_at_once(
    home: Home, regions: str, dpi: float, message: str
) -> None:
    send_blank(home, blank_with_dpi())
    jobs = home.jobs
    with pytest.raises(CardInvalid, match=message):
        ask_blank_card(home.tb, home.exam_id, regions, dpi, OFFICE)
    assert home.jobs == jobs


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ({"kind": "circle"}, "第 1 个区域的 kind"),
        ({"count": "many"}, "第 1 个区域的 count"),
        ({"kind": "writing", "keys": ["99"]}, "没有第 99 题"),
    ],
)
def test_what_only_the_engine_can_tell_is_told_by_the_job(
    home: Home, region: dict[str, Any], message: str
) -> None:
    send_blank(home, blank_with_dpi())
    ask_blank_card(home.tb, home.exam_id, json.dumps([REGIONS[0] | region]), school.DPI, OFFICE)
    run_owed(home.tb)
    assert any(message in error for error in failures(home)), failures(home)


# OMRChecker templates

TEMPLATE = {
    "pageDimensions": [1680, 1184],
    "bubbleDimensions": [40, 22],
    "customLabels": {"Roll": ["roll1..6"]},
    "fieldBlocks": {
        "Answers": {
            "fieldType": "QTYPE_MCQ4",
            "fieldLabels": ["q1..4"],
            "origin": [174, 365],
            "bubblesGap": 68,
            "labelsGap": 80,
        },
        "Roll": {
            "fieldType": "QTYPE_INT",
            "fieldLabels": ["roll1..6"],
            "origin": [972, 199],
            "bubblesGap": 36.8,
            "labelsGap": 64,
        },
    },
}


def template(**changes: Any) -> bytes:
    return zipped({"card/template.json": json.dumps(TEMPLATE | changes).encode()})


def import_card(home: Home, content: bytes) -> None:
    ask_template(home.tb, home.exam_id, content, OFFICE)
    run_owed(home.tb)


def test_scans_of_an_imported_template_become_marks(home: Home) -> None:
    import_card(home, template())
    assert failures(home) == []
    assert (home.card.source, home.card.number_digits) == (CardSource.OMRCHECKER, 6)
    sheets = {"270102": {0: "B", 1: "D", 2: "C", 3: "AC"}, "270101": {0: "B", 1: "A", 2: "A", 3: "A"}}
    pages = {
        f"{n}.png": school.png(school.filled(number, chosen))
        for n, (number, chosen) in enumerate(sheets.items())
    }
    upload(home, zipped(pages), "scans.zip")
    home.work()
    assert by_state(home.entries) == {PageState.PLACED: 2}
    results = {c.candidate.number: c for c in gather_results(home.tb, home.exam_id).present}
    assert {n: [i.answer for i in r.items[:4]] for n, r in results.items()} == {
        number: list(chosen.values()) for number, chosen in sheets.items()
    }
    assert {n: [i.steps for i in r.items[:4]] for n, r in results.items()} == {
        "270102": [2, 2, 0, 4],
        "270101": [2, 0, 2, 2],
    }
    settled = [home.marks[home.page_of(number), "4"].state for number in sheets]
    assert settled == [MarkState.FINAL, MarkState.FINAL]  # several bubbles are meant there


def test_the_same_template_twice_keeps_its_card(home: Home) -> None:
    import_card(home, template())
    import_card(home, template())
    assert home.card.revision == 1
    import_card(home, template(bubbleDimensions=[38, 22]))
    assert home.card.revision == 2


def encrypted_zip() -> bytes:
    made = bytearray(template())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.find(magic) + offset] |= 1
    return bytes(made)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "不是可以打开的 ZIP"),
        (encrypted_zip(), "损坏或有密码"),
        (zipped({"readme.txt": b"?"}), "没有 template.json"),
        (zipped({"template.json": b"{"}), "template.json 第 1 行"),
        (zipped({"template.json": bytes(65 * 1024 * 1024)}), "超过 64 MB"),
    ],
    ids=["no zip", "encrypted", "no template", "no json", "bomb"],
)
def test_a_template_that_cannot_be_used_says_so(home: Home, content: bytes, message: str) -> None:
    import_card(home, content)
    (error,) = failures(home)
    assert message in error


SAMPLE = Path("../shared/data/omr-omrchecker/samples/sample2")


def test_a_real_sheet_of_omrchecker_becomes_marks(tmp_path: Path) -> None:
    scans = sorted(SAMPLE.glob("AdrianSample/*.png"))
    if not scans:
        pytest.skip(f"the OMRChecker samples are not at {SAMPLE}")
    text = EXAM.replace("items: 1-3\n    keys: BDA", "items: 1-5\n    keys: BEADB\n    options: 5")
    text = text[: text.index("  - title: 多选")].replace("total: 13", "total: 10")
    home = found_exam(tmp_path / "home", text, "", card=False, text_engine="null")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("template.json", "config.json"):
            archive.write(SAMPLE / name, f"sample2/{name}")
    import_card(home, stream.getvalue())
    assert failures(home) == []
    for scan in scans:
        upload(home, scan.read_bytes(), scan.name)
    home.work()
    with home.tb.store.read() as uow:
        readings = uow.pages.readings(home.exam_id)
    labels = (SAMPLE.parent.parent / "labels.tsv").read_text(encoding="utf-8").splitlines()[1:]
    expected = {line.split("\t")[0].split("/")[-1]: json.loads(line.split("\t")[3]) for line in labels}
    agreed = 0
    for entry in home.entries:
        truth = expected.get(entry.page.source_name)
        if truth is None or entry.page.id not in readings:
            continue
        for field, value in truth.items():
            bubble = readings[entry.page.id].bubble(field.removeprefix("q"))
            assert bubble is not None
            assert "".join(bubble.marked) == value
            agreed += 1
    assert agreed >= 5
    assert all(len([key for key in home.marks if key[0] == page]) == 5 for page in readings)
    home.tb.store.close()
