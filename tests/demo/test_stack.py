"""The generated stack: what is in it is what its truth says, as a reader would find it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from core.cards import BubblePurpose, Card, CardPage, Fiducial
from core.exams import CardOptions, Exam
from core.geometry import BoxMm
from core.pages import PageCode
from core.rosters import Roster
from demo.feeds import ledger_of, plan_feeds, sheet_faults
from demo.stack import DemoStack, make_stack
from demo.story import demo_exam, demo_roster
from ocr.cards import design_card, draw_card, parse_page_code

Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
PX_PER_MM = 8.0


@pytest.fixture(scope="module")
def exam() -> Exam:
    return demo_exam()


@pytest.fixture(scope="module")
def card(exam: Exam) -> Card:
    return design_card(exam, 1)


@pytest.fixture(scope="module")
def stack(exam: Exam, card: Card) -> DemoStack:
    return make_stack(exam, card, draw_card(card, exam), demo_roster(), candidates=5)


def scans(pdf: bytes) -> Iterator[Picture]:
    """Each page's own JPEG, decoded."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        (image,) = list(page.get_objects())
        assert image.get_filters() == ["DCTDecode"]
        raw = np.frombuffer(bytes(image.get_data(decode_simple=False)), dtype=np.uint8)
        yield np.asarray(cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    document.close()


def code_of(picture: Picture) -> PageCode | None:
    (code,) = zxingcpp.read_barcodes(picture)
    return parse_page_code(code.text)


def straightened(picture: Picture, page: CardPage) -> Picture:
    """The page in the card's frame, from the corners of its markers."""
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, ids, _ = detector.detectMarkers(picture)
    seen = {int(i): c[0] for i, c in zip(ids.ravel(), corners, strict=True)}
    card_points = np.concatenate([marker_corners(f) for f in page.fiducials]) * PX_PER_MM
    image_points = np.concatenate([seen[f.marker_id] for f in page.fiducials])
    matrix, _ = cv2.findHomography(image_points.astype(np.float64), card_points)
    size = round(page.width_mm * PX_PER_MM), round(page.height_mm * PX_PER_MM)
    return np.asarray(cv2.warpPerspective(picture, matrix, size, borderValue=255), dtype=np.uint8)


def marker_corners(fiducial: Fiducial) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    half, centre = fiducial.side_mm / 2, (fiducial.centre.x_mm, fiducial.centre.y_mm)
    return np.array([(-half, -half), (half, -half), (half, half), (-half, half)]) + centre


def darkness(picture: Picture, box: BoxMm) -> float:
    left, top, right, bottom = (
        round(v * PX_PER_MM)
        for v in (box.x_mm + 0.5, box.y_mm + 0.5, box.right_mm - 0.5, box.bottom_mm - 0.5)
    )
    return 255.0 - float(picture[top:bottom, left:right].mean())


def test_the_ledger_of_the_whole_class_is_the_storys() -> None:
    feeds = plan_feeds(48, 2, np.random.default_rng(7))
    ledger = ledger_of(feeds, sheet_faults(feeds, 48, 2), 2)
    assert ledger == {
        "pages": 97,
        "placed": 93,
        "sheets": 48,
        "identified": 46,
        "missing": 1,
        "unidentified": 1,
        "duplicate": 1,
        "stray": 1,
    }


def test_every_page_is_the_one_that_the_truth_says(stack: DemoStack, card: Card) -> None:
    truth = stack.truth["scans"]
    pictures = list(scans(stack.pdf))
    assert len(pictures) == len(truth) == stack.truth["ledger"]["pages"]
    for scan, picture in zip(truth, pictures, strict=True):
        code = code_of(picture)
        assert code is not None
        stray = "stray" in scan["faults"]
        assert (code.exam_id == card.exam_id) is not stray
        assert code.page == scan["page"]
        (qr,) = zxingcpp.read_barcodes(picture)
        assert (qr.position.top_left.y > picture.shape[0] / 2) is scan["upside_down"]


def test_all_the_faults_are_planted(stack: DemoStack) -> None:
    faults = Counter(fault for c in stack.truth["candidates"].values() for fault in c["faults"])
    assert faults == {"missing page": 1, "no number": 1, "fed twice": 1}
    again = [scan for scan in stack.truth["scans"] if scan["same_as"] is not None]
    assert len(again) == 1
    first = stack.truth["scans"][again[0]["same_as"]]
    assert (first["number"], first["page"]) == (again[0]["number"], again[0]["page"])
    assert any(scan["upside_down"] for scan in stack.truth["scans"])
    sheets = [s["number"] for s in stack.truth["scans"] if s["page"] == 1 and s["number"]]
    assert sheets != sorted(sheets)


def test_a_page_fed_twice_is_scanned_anew(stack: DemoStack) -> None:
    pictures = list(scans(stack.pdf))
    (again,) = [scan for scan in stack.truth["scans"] if scan["same_as"] is not None]
    first, second = pictures[again["same_as"]], pictures[again["index"]]
    assert first.shape == second.shape
    assert np.mean(first != second) > 0.2


def test_bubbles_are_dark_where_they_were_meant_and_pale_elsewhere(stack: DemoStack, card: Card) -> None:
    pictures = list(scans(stack.pdf))
    seen = 0
    for scan in stack.truth["scans"]:
        if scan["upside_down"] or scan["page"] != 1 or not scan["number"]:
            continue
        page = card.page(1)
        picture = straightened(pictures[scan["index"]], page)
        person: dict[str, Any] = stack.truth["candidates"][scan["number"]]
        with_number = "no number" not in person["faults"]
        for group in page.bubbles:
            marked, faint = meant(group.purpose, group.key, person, scan["number"] if with_number else "")
            for bubble in group.bubbles:
                dark = darkness(picture, bubble.box)
                if bubble.label in marked:
                    assert faint or dark > 80, (group.key, bubble.label, dark)
                    seen += 1
                else:
                    assert dark < 75, (group.key, bubble.label, dark)
    assert seen > 60


def meant(purpose: BubblePurpose, key: str, person: dict[str, Any], number: str) -> tuple[list[str], bool]:
    """The labels that are filled, and whether they may be pale."""
    if purpose is BubblePurpose.NUMBER:
        return ([number[int(key)]] if number else []), False
    if purpose is BubblePurpose.ANSWER:
        choice = person["choices"][key]
        return choice["marked"], choice["doubtful"]
    return [], False


def test_what_is_written_is_told_for_every_region(stack: DemoStack, card: Card, exam: Exam) -> None:
    for person in stack.truth["candidates"].values():
        regions = {(r.item, str(r.part)) for page in card.pages for r in page.writing}
        assert {(item, part) for item, parts in person["texts"].items() for part in parts} == regions
        assert set(person["steps"]) == {item.number for item in exam.items}
        assert person["total_steps"] == sum(person["steps"].values()) <= exam.full_steps
        for item, earned in person["criteria"].items():
            criteria = getattr(exam.item(item), "criteria", ())
            assert person["steps"][item] == sum(c.steps for c in criteria if earned[c.id])


def test_the_truth_is_json(stack: DemoStack) -> None:
    assert json.loads(json.dumps(stack.truth)) == stack.truth


def test_the_same_seed_gives_the_same_stack(exam: Exam, card: Card) -> None:
    pdf = draw_card(card, exam)
    first, second, other = (
        make_stack(exam, card, pdf, demo_roster(), seed=seed, candidates=1) for seed in (1, 1, 2)
    )
    assert first == second
    assert first.pdf != other.pdf


@pytest.mark.parametrize("layout", ["boxes", "sticker", "prenamed"])
def test_cards_of_other_layouts_are_filled_too(exam: Exam, layout: str) -> None:
    options = CardOptions.model_validate({"paper": "A3", "columns": 3, "number_layout": layout})
    other = exam.model_copy(update={"card": options})
    card = design_card(other, 1)
    roster = Roster(candidates=demo_roster().candidates[:1])
    made = make_stack(other, card, draw_card(card, other), roster, candidates=1)
    codes = [code.text for picture in scans(made.pdf) for code in zxingcpp.read_barcodes(picture)]
    number = roster.candidates[0].number
    if layout == "sticker":
        assert number in codes
    if layout == "prenamed":
        assert any(text.endswith(f"|{number}") for text in codes)
    assert len(made.truth["scans"]) == 2  # the sheet and the stray page
