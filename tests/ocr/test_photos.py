"""Pages and pictures judged before they are read, in a teacher's words."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from benchmarks import faults
from core.cards import BubblePurpose
from core.geometry import BoxMm
from core.pages import BubbleReading, BubbleVerdict, DigitReading, NumberReading, PageReading, TextReading
from core.rosters import Candidate, Roster
from ocr.identity import SheetEvidence, number_text, settle_identities
from ocr.photos import READABLE, Quality, Severity, evened, judge_page, judge_picture, with_doubts
from ocr.photos.doubts import UNCLEAR
from ocr.photos.judging import blockiness_of
from ocr.photos.light import paper_levels, shadow_of
from ocr.photos.sheet import thumbnail
from ocr.rasters import Grey, PageRaster
from tests.ocr.scanned_pages import Scans, scans, seen

Spoil = Callable[[Grey, Grey, float, np.random.Generator], faults.Picture]


@pytest.fixture(scope="module")
def sheet() -> Scans:
    return scans()


def judged(image: Grey, sheet: Scans) -> Quality:
    page = seen(image, sheet)
    flat = page.flat
    return judge_page(image, flat.raster, flat.registration, page.page, page.blank, flat.displaced_mm)


def spoilt(sheet: Scans, by: Spoil, strength: float, side: int = 0) -> Quality:
    chance = np.random.default_rng(3)
    return judged(by(sheet.sides[side], sheet.sides[1 - side], strength, chance).pixels, sheet)


@pytest.mark.parametrize("seed", [5, 8])
@pytest.mark.parametrize("side", [0, 1])
def test_a_clean_scan_is_not_bothered(seed: int, side: int) -> None:
    pages = scans(seed)
    quality = judged(pages.sides[side], pages)
    assert quality.severity is Severity.READABLE
    assert (quality.advice, quality.doubtful, quality.lost, quality.glare) == ((), (), (), ())
    assert 190 < quality.dpi < 210
    assert max(quality.blur_mm) < 0.25
    assert quality.shadow < 0.06


@pytest.mark.parametrize(
    ("by", "strength", "side", "severity", "advice"),
    [
        (faults.corner_blur, 0.5, 0, Severity.DOUBTFUL, "请重拍: 左下角模糊"),
        (faults.corner_blur, 1.0, 0, Severity.RETAKE, "请重拍: 左下角模糊"),
        (faults.corner_blur, 1.0, 1, Severity.RETAKE, "左下角模糊"),
        (faults.scale, 102.0, 0, Severity.DOUBTFUL, "请靠近一些: 分辨率只有 10"),
        (faults.glare, 14.0, 0, Severity.DOUBTFUL, "反光"),
        (faults.glare, 60.0, 0, Severity.RETAKE, "反光"),
        (faults.missing_corner, 60.0, 0, Severity.DOUBTFUL, "请重拍: 右下角缺失或被遮住"),
        (faults.missing_corner, 170.0, 0, Severity.RETAKE, "右下角缺失或被遮住"),
        (faults.shadow, 0.8, 0, Severity.DOUBTFUL, "太暗"),
        (faults.shadow, 0.92, 0, Severity.RETAKE, "太暗"),
        (faults.pale_copy, 0.13, 0, Severity.RETAKE, "请重拍: 整页颜色太淡"),
        (faults.glare, 5.0, 0, Severity.DOUBTFUL, "反光"),
    ],
)
def test_what_is_wrong_is_said(
    sheet: Scans, by: Spoil, strength: float, side: int, severity: Severity, advice: str
) -> None:
    quality = spoilt(sheet, by, strength, side)
    assert any(advice in words for words in quality.advice), quality
    assert quality.severity is severity


@pytest.mark.parametrize(
    ("by", "strength"),
    [
        (faults.rotation, 35.0),
        (faults.scale, 125.0),
        (faults.blur, 0.25),
        (faults.jpeg, 9.0),
        (faults.noise, 30.0),
        (faults.fold, 2.0),
        (faults.curl, 2.5),
        (faults.missing_corner, 20.0),
        (faults.photo, 20.0),
        (faults.shadow, 0.5),
        (faults.photocopy, 4.0),
        (faults.pale_copy, 0.45),
        (faults.bleed_through, 0.35),
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_what_is_read_as_well_all_the_same_is_not_bothered(
    sheet: Scans, by: Spoil, strength: float, side: int
) -> None:
    quality = spoilt(sheet, by, strength, side)
    assert quality.severity is Severity.READABLE, quality.advice


@pytest.mark.parametrize(
    ("displaced_mm", "severity"), [(0.4, Severity.READABLE), (0.8, Severity.DOUBTFUL), (1.2, Severity.RETAKE)]
)
def test_bends_that_are_left_are_said(sheet: Scans, displaced_mm: float, severity: Severity) -> None:
    page = seen(sheet.sides[0], sheet)
    quality = judge_page(page.image, page.plain, page.registration, page.page, page.blank, displaced_mm)
    assert quality.severity is severity
    assert ("请把纸压平后重拍: 页面弯折" in quality.advice) == bool(quality.doubtful) == (displaced_mm > 0.6)


def test_judging_is_cheap(sheet: Scans) -> None:
    page = seen(sheet.sides[0], sheet)
    arguments = (page.image, page.plain, page.registration, page.page, page.blank)
    judge_page(*arguments)
    begun = time.process_time()
    for _ in range(5):
        judge_page(*arguments)
    assert (time.process_time() - begun) / 5 < 0.03  # 7 ms where nothing else runs


def test_what_lies_outside_the_picture_is_said(sheet: Scans) -> None:
    page = seen(sheet.sides[0], sheet)
    cut = np.ascontiguousarray(page.image[:, :-170])
    flat = page.flat
    quality = judge_page(cut, flat.raster, flat.registration, page.page, page.blank)
    assert any("没有拍全" in words for words in quality.advice)
    assert quality.doubtful


@pytest.mark.parametrize(
    ("picture", "advice"),
    [
        (lambda p: cv2.GaussianBlur(p, (0, 0), 6.0), "请重拍: 画面模糊"),
        (lambda p: (p * 0.2).astype(np.uint8), "请重拍: 画面太暗"),
        (
            lambda p: cv2.resize(p, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA),
            "请靠近一些: 图片长边只有 70",
        ),
        (lambda p: np.full_like(p, 240), "请重拍: 画面太淡或是空白"),
    ],
    ids=["blurred", "dark", "small", "empty"],
)
def test_a_picture_that_cannot_be_placed_tells_why(
    sheet: Scans, picture: Callable[[Grey], Grey], advice: str
) -> None:
    quality = judge_picture(picture(sheet.sides[0]))
    assert any(words.startswith(advice) for words in quality.advice), quality.advice
    assert quality.severity is Severity.RETAKE


def test_a_good_picture_of_something_else_is_given_no_advice(sheet: Scans) -> None:
    assert judge_picture(sheet.sides[0]).advice == ()


def test_light_is_evened_only_where_it_is_uneven(sheet: Scans) -> None:
    page = seen(sheet.sides[0], sheet)
    assert evened(page.plain) is page.plain
    dim = seen(faults.shadow(sheet.sides[0], sheet.sides[1], 0.5, np.random.default_rng(0)).pixels, sheet)
    bright = evened(dim.plain)
    assert shadow_of(paper_levels(thumbnail(dim.plain))) > 0.4
    assert shadow_of(paper_levels(thumbnail(bright))) < 0.08


def test_evening_takes_no_mark_away(sheet: Scans) -> None:
    """A filled bubble and a thick blot stay as dark against the paper as they were."""
    pixels = np.full((2376, 1680), 200, np.uint8)
    pixels[:, :800] = 100
    pixels[400:424, 300:344] = 30
    pixels[400:460, 1200:1260] = 60
    bright = evened(PageRaster(pixels)).pixels
    assert abs(float(bright[405:420, 310:335].mean()) / 235 - 0.3) < 0.06
    assert abs(float(bright[410:450, 1210:1250].mean()) / 235 - 0.3) < 0.06


def test_blocks_of_a_jpeg_are_seen_in_its_steps(sheet: Scans) -> None:
    page = sheet.sides[0]
    poor = cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 3])[1], cv2.IMREAD_GRAYSCALE)
    assert blockiness_of(np.asarray(poor, np.uint8)) > 1.25 * blockiness_of(page)


def bubble(key: str, marked: tuple[str, ...] = ("A",)) -> BubbleReading:
    return BubbleReading(
        purpose=BubblePurpose.ANSWER.value, key=key, fills=(), marked=marked,
        verdict=BubbleVerdict.MARKED, confidence=0.99,
    )  # fmt: skip


def test_readings_at_doubtful_places_go_to_a_person(sheet: Scans) -> None:
    page = sheet.card.pages[0]
    answers = [field for field in page.bubbles if field.purpose is BubblePurpose.ANSWER]
    bad = answers[3].bubbles[1].box
    fills = page.writing[:2]
    reading = PageReading(
        page_id="p", card_id=sheet.card.id, card_page=1, code=None,
        registration=seen(sheet.sides[0], sheet).registration,
        bubbles=tuple(bubble(field.key) for field in answers),
        texts=tuple(TextReading(item=r.item, part=r.part, blank=True) for r in fills),
    )  # fmt: skip
    quality = Quality(severity=Severity.DOUBTFUL, advice=("请重拍: 中间反光",), doubtful=(bad, fills[1].box))
    doubted = with_doubts(reading, quality, page)
    assert doubted.notes == ("请重拍: 中间反光",)
    wrong = [b.key for b in doubted.bubbles if b.verdict is BubbleVerdict.DOUBTFUL]
    assert wrong == [answers[3].key]
    assert (doubted.bubbles[3].reason, doubted.bubbles[3].confidence) == (UNCLEAR, 0.6)
    assert doubted.bubbles[3].marked == ("A",)
    assert [text.note for text in doubted.texts] == ["", UNCLEAR]
    assert with_doubts(reading, READABLE, page) is reading


def digits(text: str, source: str) -> NumberReading:
    """The text, each digit 0.99 sure; "_" is an empty place."""
    shares = [[0.991 if d == int(c) else 0.001 for d in range(10)] if c != "_" else [0.1] * 10 for c in text]
    return NumberReading(
        source=source,
        digits=tuple(
            DigitReading(probabilities=tuple(each), blank=0.99 if c == "_" else 0.001)
            for c, each in zip(text, shares, strict=True)
        ),
    )


def columns_of(sheet: Scans) -> list[BoxMm]:
    """One bubble of each column of the number."""
    fields = [field for field in sheet.card.pages[0].bubbles if field.purpose is BubblePurpose.NUMBER]
    return [field.bubbles[4].box for field in sorted(fields, key=lambda field: int(field.key))]


def page_reading(sheet: Scans, **read: object) -> PageReading:
    return PageReading.model_validate(
        {
            "page_id": "p", "card_id": sheet.card.id, "card_page": 1, "code": None,
            "registration": seen(sheet.sides[0], sheet).registration, **read,
        }
    )  # fmt: skip


def doubted_at(reading: PageReading, sheet: Scans, *boxes: BoxMm) -> PageReading:
    quality = Quality(severity=Severity.DOUBTFUL, advice=("请重拍: 中间反光",), doubtful=boxes)
    return with_doubts(reading, quality, sheet.card.pages[0])


def test_digits_of_a_number_at_doubtful_places_lose_trust(sheet: Scans) -> None:
    columns, boxes = columns_of(sheet), sheet.card.pages[0].number_boxes
    text = "20260108"[: len(columns)]
    numbers = (digits(text, "bubbles"), digits(text, "digits"), NumberReading(source="code", text=text))
    reading = page_reading(sheet, numbers=numbers)
    filled, written, code = doubted_at(reading, sheet, columns[1], columns[-1], boxes[0].grown(-1)).numbers
    assert number_text(filled) == text[0] + "?" + text[2:-1] + "?"
    assert number_text(written) == "?" + text[1:]
    assert [d.note for d in filled.digits] == ["", UNCLEAR, *[""] * (len(text) - 3), UNCLEAR]
    assert max(filled.digits[1].probabilities) == pytest.approx(0.6)
    assert sum(filled.digits[1].probabilities) == pytest.approx(1.0)
    assert filled.digits[0] == numbers[0].digits[0]
    assert code == numbers[2]


def test_an_empty_place_that_is_hard_to_see_may_hold_a_digit_after_all(sheet: Scans) -> None:
    columns = columns_of(sheet)
    reading = page_reading(sheet, numbers=(digits("_" * len(columns), "bubbles"),))
    (number,) = doubted_at(reading, sheet, columns[0]).numbers
    assert [round(d.blank, 2) for d in number.digits] == [0.6, *[0.99] * (len(columns) - 1)]
    assert number.digits[0].probabilities == pytest.approx((0.1,) * 10)


@pytest.mark.parametrize("listed", [True, False])
def test_a_number_under_a_reflection_settles_nobody(sheet: Scans, listed: bool) -> None:
    columns = columns_of(sheet)
    text = "20260108"[-len(columns) :]
    roster = Roster(candidates=(Candidate(id="x", number=text), Candidate(id="y", number=text[:-1] + "6")))
    reading = page_reading(sheet, numbers=(digits(text, "bubbles"),))
    for page, settled in ((reading, True), (doubted_at(reading, sheet, *columns), False)):
        evidence = SheetEvidence(sheet_id="p", page_ids=("p",), card_pages=(1,), numbers=page.numbers)
        (identity,) = settle_identities([evidence], roster if listed else Roster(), threshold=0.9)
        assert bool(identity.candidate_id) is settled


@pytest.mark.parametrize(
    ("verdict", "answered", "becomes"),
    [
        (BubbleVerdict.MARKED, False, BubbleVerdict.DOUBTFUL),
        (BubbleVerdict.MARKED, True, BubbleVerdict.DOUBTFUL),
        (BubbleVerdict.BLANK, False, BubbleVerdict.DOUBTFUL),
        (BubbleVerdict.BLANK, True, BubbleVerdict.BLANK),
    ],
)
def test_an_absence_mark_that_is_hard_to_see_is_doubtful(
    sheet: Scans, verdict: BubbleVerdict, answered: bool, becomes: BubbleVerdict
) -> None:
    field = next(f for f in sheet.card.pages[0].bubbles if f.purpose is BubblePurpose.ABSENT)
    absent = BubbleReading(
        purpose=BubblePurpose.ABSENT.value,
        key=field.key,
        fills=(),
        marked=(),
        verdict=verdict,
        confidence=0.99,
    )
    reading = page_reading(sheet, absent=absent, bubbles=(bubble("1"),) if answered else ())
    mark = doubted_at(reading, sheet, field.bubbles[0].box).absent
    assert mark is not None
    assert mark.verdict is becomes
    assert doubted_at(reading, sheet, columns_of(sheet)[0]).absent == absent
