from __future__ import annotations

import hashlib
from typing import Any

import cv2
import numpy as np
import pytest

from core.cards import AlignmentStep, Bubble, BubbleField, BubblePurpose, Card, CardPage, CardSource
from core.errors import CardInvalid
from core.geometry import BoxMm
from core.pages import Registration, RegistrationMethod
from ocr.alignment import AlignmentFailed, align
from ocr.alignment.frame import mapped
from ocr.rasters import Grey
from tests.ocr.printed_pages import Matrix, degraded, printed_page, scan_matrix, warped, write_on

WIDTH_MM, HEIGHT_MM = 210.0, 297.0


def _card(*steps: AlignmentStep) -> Card:
    page = CardPage(number=1, width_mm=WIDTH_MM, height_mm=HEIGHT_MM)
    return Card(
        id="e-1", exam_id="e", revision=1, source=CardSource.OMRCHECKER, pages=(page,), alignment=steps
    )


def _png(picture: Grey) -> tuple[str, bytes]:
    content = np.asarray(cv2.imencode(".png", picture)[1]).tobytes()
    return hashlib.sha256(content).hexdigest(), content


def _worst_error_mm(registration: Registration, image_from_page: Matrix, px_per_mm: float) -> float:
    """The largest distance, over a grid on the page, between the found and the true place."""
    found = np.array(registration.image_from_card).reshape(3, 3)
    x, y = np.meshgrid(np.linspace(10, WIDTH_MM - 10, 9), np.linspace(10, HEIGHT_MM - 10, 9))
    points = np.column_stack([x.ravel(), y.ravel()])
    there = mapped(image_from_page @ np.diag([px_per_mm, px_per_mm, 1.0]), points)
    back = mapped(np.linalg.inv(found), there)
    return float(np.hypot(*(back - points).T).max())


def _placed(outcome: tuple[CardPage, Registration] | AlignmentFailed) -> Registration:
    assert not isinstance(outcome, AlignmentFailed), outcome
    return outcome[1]


PHOTO_CORNERS = {
    "straight": [[90, 80], [990, 85], [985, 1360], [95, 1355]],
    "turned": [[250, 60], [1050, 210], [860, 1330], [60, 1180]],
    "tilted": [[200, 120], [900, 100], [1040, 1330], [60, 1300]],
}


@pytest.mark.parametrize("name", PHOTO_CORNERS)
@pytest.mark.parametrize("background", ["dark", "wood"])
def test_a_page_on_a_table_is_found_by_its_edges(name: str, background: str) -> None:
    random = np.random.default_rng(len(name))
    page = (printed_page(1, px_per_mm=4) * 0.86).astype(np.uint8)
    height, width = page.shape
    edge = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = np.asarray(
        cv2.getPerspectiveTransform(edge, np.array(PHOTO_CORNERS[name], np.float32)), dtype=np.float64
    )
    grain = 45 + 25 * np.sin(np.arange(1440) / 9)[:, None] + random.normal(0, 4, (1440, 1100))
    table = grain.astype(np.float32) if background == "wood" else np.full((1440, 1100), 18, np.float32)
    image = degraded(warped(page, matrix, (1100, 1440), np.clip(table, 0, 255).astype(np.uint8)), random, 3)
    found = _placed(align(image, _card(AlignmentStep(name="crop_page")), {}))
    assert found.method is RegistrationMethod.PAGE_CORNERS
    assert _worst_error_mm(found, matrix, 4) < 0.8
    assert found.residual_mm < 0.5


@pytest.mark.parametrize("picture", ["grey", "print"])
def test_without_page_edges_cropping_fails_and_says_so(picture: str) -> None:
    image = np.full((1200, 900), 200, np.uint8) if picture == "grey" else printed_page(2, px_per_mm=4)
    outcome = align(image, _card(AlignmentStep(name="crop_page")), {})
    assert isinstance(outcome, AlignmentFailed)
    assert "四边" in outcome.reason


def _marker(side: int = 80) -> Grey:
    marker = np.full((side, side), 255, np.uint8)
    for radius, shade in ((0.48, 20), (0.36, 255), (0.24, 20), (0.1, 255)):
        cv2.circle(marker, (side // 2, side // 2), round(radius * side), shade, -1, cv2.LINE_AA)
    return marker


def _marked_page(missing: int | None = None) -> tuple[Grey, Matrix]:
    """A page with a marker in each corner, whose centres span the card."""
    page = printed_page(3, px_per_mm=6)
    height, width = page.shape
    marker = _marker(84)
    centres = [(80, 90), (width - 80, 90), (width - 80, height - 90), (80, height - 90)]
    for index, (x, y) in enumerate(centres):
        if index != missing:
            page[y - 42 : y + 42, x - 42 : x + 42] = marker
    scale = np.array([(width - 160) / WIDTH_MM, (height - 180) / HEIGHT_MM, 1.0])
    return page, np.array([[1.0, 0, 80 - 0.5], [0, 1, 90 - 0.5], [0, 0, 1]]) @ np.diag(scale)


@pytest.mark.parametrize(("turn", "scale"), [(0.0, 0.7), (2.5, 1.0), (-2.0, 0.5)])
def test_markers_are_found_turned_and_scaled(turn: float, scale: float) -> None:
    page, page_from_card = _marked_page()
    matrix, size = scan_matrix(page, scale, turn, (6, -4))
    image = degraded(warped(page, matrix, size), np.random.default_rng(5))
    digest, content = _png(_marker(160))
    step = AlignmentStep(name="crop_on_markers", options={"sheetToMarkerWidthRatio": 15}, blob=digest)
    found = _placed(align(image, _card(step), {digest: content}))
    assert found.method is RegistrationMethod.MARKERS
    assert _worst_error_mm(found, matrix @ page_from_card, 1) < 0.5


@pytest.mark.parametrize(("missing", "corner"), [(0, "左上"), (2, "右下")])
def test_a_missing_marker_is_named(missing: int, corner: str) -> None:
    page, _ = _marked_page(missing)
    digest, content = _png(_marker(160))
    step = AlignmentStep(name="crop_on_markers", options={"sheetToMarkerWidthRatio": 15}, blob=digest)
    outcome = align(page, _card(step), {digest: content})
    assert isinstance(outcome, AlignmentFailed)
    assert corner in outcome.reason


@pytest.mark.parametrize("turn", [0.0, 3.0, 180.0, 90.0, 268.0])
def test_a_scan_is_laid_on_its_reference_by_the_print(turn: float) -> None:
    random = np.random.default_rng(7)
    reference = printed_page(4)
    matrix, size = scan_matrix(reference, 0.98, turn, (9, 14))
    image = degraded(warped(write_on(reference, random), matrix, size), random)
    digest, content = _png(reference)
    step = AlignmentStep(name="feature_alignment", options={"2d": True}, blob=digest)
    found = _placed(align(image, _card(step), {digest: content}))
    assert found.method is RegistrationMethod.FEATURES
    assert _worst_error_mm(found, matrix, 8) < 0.5
    assert abs((found.rotation_deg - turn + 180) % 360 - 180) < 0.3


def test_another_page_does_not_pass_for_the_reference() -> None:
    digest, content = _png(printed_page(4))
    step = AlignmentStep(name="feature_alignment", blob=digest)
    outcome = align(printed_page(5), _card(step), {digest: content})
    assert isinstance(outcome, AlignmentFailed)
    assert "参考图" in outcome.reason


def test_without_steps_the_whole_image_is_the_page() -> None:
    found = _placed(align(np.full((594, 420), 255, np.uint8), _card(), {}))
    assert found.method is RegistrationMethod.WHOLE_IMAGE
    assert found.image_from_card == pytest.approx((2.0, 0, 0, 0, 2.0, 0, 0, 0, 1.0))


def test_a_step_works_inside_what_the_step_before_has_found() -> None:
    page, page_from_card = _marked_page()
    height, width = page.shape
    edge = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    corners = np.array(PHOTO_CORNERS["turned"], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(edge, corners), dtype=np.float64)
    image = warped((page * 0.9).astype(np.uint8), matrix, (1100, 1440), 15)
    digest, content = _png(_marker(160))
    steps = (
        AlignmentStep(name="crop_page"),
        AlignmentStep(name="crop_on_markers", options={"sheetToMarkerWidthRatio": 15}, blob=digest),
    )
    found = _placed(align(image, _card(*steps), {digest: content}))
    assert _worst_error_mm(found, matrix @ page_from_card, 1) < 0.6


@pytest.mark.parametrize("blobs", [{}, {"ab": b"no picture"}])
def test_a_lost_picture_is_an_error_of_the_card(blobs: dict[str, Any]) -> None:
    step = AlignmentStep(name="crop_on_markers", blob="ab")
    with pytest.raises(CardInvalid, match="对齐图片"):
        align(np.full((500, 400), 255, np.uint8), _card(step), blobs)


def _with_bubbles(page: Grey, page_from_card: Matrix) -> tuple[Grey, tuple[BubbleField, ...]]:
    """Rows of printed boxes on the page, and the fields that stand for them."""
    fields = []
    printed = page.copy()
    for row in range(8):
        boxes = [BoxMm(x_mm=60 + 14 * i, y_mm=40 + 9 * row, width_mm=5, height_mm=3) for i in range(4)]
        for box in boxes:
            corners = mapped(page_from_card, np.array([(box.x_mm, box.y_mm), (box.right_mm, box.bottom_mm)]))
            (left, top), (right, bottom) = np.round(corners).astype(int).tolist()
            printed[top - 12 : bottom + 12, left - 12 : right + 12] = 255
            cv2.rectangle(printed, (left, top), (right, bottom), 80, 2)
        bubbles = tuple(Bubble(label=label, box=box) for label, box in zip("ABCD", boxes, strict=True))
        fields.append(BubbleField(purpose=BubblePurpose.CUSTOM, key=f"q{row}", bubbles=bubbles))
    return printed, tuple(fields)


@pytest.mark.parametrize("turn", [0.0, 90.0, 180.0, 270.0])
def test_markers_that_are_alike_leave_the_turn_to_the_bubbles(turn: float) -> None:
    marked, page_from_card = _marked_page()
    page, fields = _with_bubbles(marked, page_from_card)
    matrix, size = scan_matrix(page, 0.8, turn, (0, 0))
    digest, content = _png(_marker(160))
    step = AlignmentStep(name="crop_on_markers", options={"sheetToMarkerWidthRatio": 15}, blob=digest)
    card = _card(step)
    card = card.model_copy(update={"pages": (card.pages[0].model_copy(update={"bubbles": fields}),)})
    found = _placed(align(warped(page, matrix, size), card, {digest: content}))
    assert _worst_error_mm(found, matrix @ page_from_card, 1) < 0.6
    assert found.rotation_deg == pytest.approx(turn, abs=0.5) or found.rotation_deg > 359.5


def _logo() -> Grey:
    logo = np.full((60, 150), 255, np.uint8)
    cv2.ellipse(logo, (40, 30), (30, 22), 20, 0, 360, 30, 5)
    cv2.putText(logo, "UNI", (70, 45), cv2.FONT_HERSHEY_DUPLEX, 1.2, 20, 3, cv2.LINE_AA)
    return logo


@pytest.mark.parametrize("ratio", [True, False])
def test_a_logo_brings_the_page_to_its_place(ratio: bool) -> None:
    page = np.full((1640, 1332), 255, np.uint8)  # twice the tool's working size
    lines = printed_page(5, 150, 150, 6)
    page[500 : 500 + lines.shape[0], 200 : 200 + lines.shape[1]] = lines
    page[130:190, 260:410] = _logo()  # at (130, 65) in the working picture
    picture = _logo() if ratio else cv2.resize(_logo(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    digest, content = _png(np.asarray(picture, np.uint8))
    options: dict[str, Any] = {"tool": "CropOnLogo", "working_px": [666, 820], "expected_origin": [120, 50]}
    if ratio:
        options["sheetToLogoWidthRatio"] = 666 / 75
    step = AlignmentStep(name="crop_on_markers", options=options, blob=digest)
    found = _placed(align(page, _card(step), {digest: content}))
    origin = mapped(np.array(found.image_from_card).reshape(3, 3), np.array([[0.0, 0.0]]))[0]
    assert origin == pytest.approx([20, 30], abs=2)


def test_a_page_without_the_logo_is_not_placed() -> None:
    digest, content = _png(_logo())
    options = {"tool": "CropOnLogo", "working_px": [666, 820]}
    step = AlignmentStep(name="crop_on_markers", options=options, blob=digest)
    outcome = align(np.full((820, 666), 255, np.uint8), _card(step), {digest: content})
    assert isinstance(outcome, AlignmentFailed)
    assert "没有找到模板里的标志" in outcome.reason
