"""Which card page an image shows: fiducials, then the page code, then the map with its residual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from core.cards import Card, CardPage
from core.geometry import BoxMm
from core.pages import PageCode, Registration
from ocr.codes_reading import FoundCode, find_page_code, find_page_code_in
from ocr.rasters import Grey
from ocr.registration.fiducials import Corners, find_all_fiducials, find_fiducial_near, find_fiducials
from ocr.registration.fitting import Fit, Matrix, fit_page, mapped, px_per_mm, registration_of

#: A page beyond this is held. A bubble is 3 mm high and read in its inner half, so 0.6 mm is where
#: readings would begin to suffer. Flat-bed scans lie below 0.1 mm, bent photos below 0.4 mm.
MAX_RESIDUAL_MM = 0.6
#: With two markers nothing else controls the other half of the page: a photo that bends them by
#: 0.1 mm is millimetres off there. Flat-bed scans lie below 0.03 mm.
MAX_RESIDUAL_OF_TWO_MM = 0.04
_CODE_OFF_MM = 0.6  #: how far the page code may lie from where two markers put it
#: Two markers must lie at least this share of the page's diagonal apart.
_DIAGONAL_SHARE = 0.7
#: Below about 100 dpi bubbles and strokes are no longer told apart.
MIN_PX_PER_MM = 3.9
_MOST_PERSPECTIVE = 2.5  #: largest ÷ smallest local scale on one page
_ROUGH_RESIDUAL_MM = 2.0  #: good enough to look for the code
_CODE_MARGIN_MM = 4.0
_CODE_PX_PER_MM = 12.0
_SHARP = 60.0  #: variance of the Laplacian at 1,000 px height, below which print is smeared
_BLANK_DEVIATION = 6.0  #: standard deviation of the grey values of an empty sheet

NotLocatedKind = Literal["stray", "blurred", "no_code", "too_crooked", "unknown_revision"]


@dataclass(frozen=True)
class Located:
    """The page was found on its card."""

    card: Card
    page: CardPage
    code: PageCode | None
    registration: Registration


@dataclass(frozen=True)
class NotLocated:
    """The page is not placed; ``reason`` is a Chinese sentence for the person who looks at it."""

    reason: str
    code: PageCode | None
    kind: NotLocatedKind


def locate_page(image: Grey, cards: Sequence[Card]) -> Located | NotLocated:
    """Find the card page in the image, in any orientation, scale and order, by its printed marks.

    Args:
        image: grey pixels as scanned or photographed.
        cards: every revision of the exam's card (with fiducials and code; imported cards have another way).

    Returns:
        ``Located``, or ``NotLocated`` with the reason: a page is never guessed.
    """
    pages = [page for card in cards for page in card.pages if page.fiducials]
    found = _fiducials(image, pages)
    seen = _code_where_it_must_be(image, found, pages) or find_page_code(image)
    if seen is None:
        return _without_code(image, found)
    known = _page_of(seen.code, cards)
    if isinstance(known, NotLocated):
        return known
    card, page = known
    registration = _register(found, page, seen)
    if isinstance(registration, NotLocated):
        return registration
    return Located(card=card, page=page, code=seen.code, registration=registration)


def _fiducials(image: Grey, pages: Sequence[CardPage]) -> dict[int, Corners]:
    """Quickly on a reduced image, then at the places of those that are missing, then everywhere."""
    wanted = {mark.marker_id for page in pages for mark in page.fiducials}
    if not wanted:
        return {}
    found = find_fiducials(image, wanted)
    for fiducials in dict.fromkeys(page.fiducials for page in pages):
        page = next(page for page in pages if page.fiducials == fiducials)
        fit = fit_page(found, page)
        if fit is not None and fit.residual_mm <= _ROUGH_RESIDUAL_MM:
            found |= _missing_ones(image, found, page, fit)
    return found if len(found) >= 3 else find_all_fiducials(image, wanted) | found


def _missing_ones(image: Grey, found: Mapping[int, Corners], page: CardPage, fit: Fit) -> dict[int, Corners]:
    """Markers of the page that were not found yet, looked for where the fit puts them."""
    more = {}
    for mark in page.fiducials:
        if mark.marker_id not in found:
            x, y = mapped(fit.image_from_card, np.array([[mark.centre.x_mm, mark.centre.y_mm]]))[0]
            side = mark.side_mm * max(px_per_mm(fit.image_from_card, page)[1], 1.0)
            corners = find_fiducial_near(image, mark.marker_id, (float(x), float(y)), side)
            if corners is not None:
                more[mark.marker_id] = corners
    return more


def _code_where_it_must_be(
    image: Grey, found: Mapping[int, Corners], pages: Sequence[CardPage]
) -> FoundCode | None:
    """The code read from the place where a page with such fiducials has it."""
    tried: list[tuple[object, ...]] = []
    for page in pages:
        layout = (page.fiducials, page.code_box)
        if page.code_box is None or layout in tried:
            continue
        tried.append(layout)
        fit = fit_page(found, page)
        if fit is not None and fit.residual_mm <= _ROUGH_RESIDUAL_MM:
            code = _code_at(image, fit.image_from_card, page.code_box)
            if code is not None:
                return code
    return None


def _code_at(image: Grey, image_from_card: Matrix, box: BoxMm) -> FoundCode | None:
    """The code in the box; its centre is given in the image's pixels."""
    area = box.grown(_CODE_MARGIN_MM)
    size = (round(area.width_mm * _CODE_PX_PER_MM), round(area.height_mm * _CODE_PX_PER_MM))
    card_from_patch = np.array(
        [[1 / _CODE_PX_PER_MM, 0, area.x_mm], [0, 1 / _CODE_PX_PER_MM, area.y_mm], [0, 0, 1]]
    )
    image_from_patch = image_from_card @ card_from_patch
    patch = cv2.warpPerspective(
        image, image_from_patch, size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT, borderValue=255,
    )  # fmt: skip
    found = find_page_code_in(np.asarray(patch, dtype=np.uint8))
    if found is None:
        return None
    ((x, y),) = mapped(image_from_patch, np.array([[found.x_px, found.y_px]]))
    return FoundCode(found.code, float(x), float(y))


def _page_of(code: PageCode, cards: Sequence[Card]) -> tuple[Card, CardPage] | NotLocated:
    """The card and page that the code names."""
    of_exam = [card for card in cards if card.exam_id == code.exam_id]
    if not of_exam:
        return NotLocated(f"这一页属于另一场考试（{code.exam_id}）第 {code.page} 页。", code, "stray")
    card = next((card for card in of_exam if card.revision == code.card_revision), None)
    if card is None:
        known = "、".join(str(card.revision) for card in of_exam)
        return NotLocated(
            f"这一页是答题卡第 {code.card_revision} 版，系统里只有第 {known} 版。", code, "unknown_revision"
        )
    try:
        return card, card.page(code.page)
    except KeyError:
        reason = f"页码二维码是第 {code.page} 页，而第 {card.revision} 版答题卡只有 {len(card.pages)} 页。"
        return NotLocated(reason, code, "unknown_revision")


def _register(found: Mapping[int, Corners], page: CardPage, seen: FoundCode) -> Registration | NotLocated:
    """The map of the known page, or why it cannot be trusted."""
    of_page = {mark.marker_id for mark in page.fiducials} & found.keys()
    fit = fit_page(found, page)
    if fit is None:
        reason = (
            f"请重拍: 四个角没有拍全、被遮住或撕掉。读到了第 {page.number} 页的页码，"
            f"但只找到 {len(of_page)} 个定位点（至少要 2 个对角的）。"
        )
        return NotLocated(reason, seen.code, "too_crooked")
    problem = _why_not(fit, page, seen)
    if problem is not None:
        return NotLocated(problem[0], seen.code, problem[1])
    return registration_of(fit, page)


def _why_not(fit: Fit, page: CardPage, seen: FoundCode) -> tuple[str, NotLocatedKind] | None:
    """What makes a fit unfit for reading, if anything does."""
    smallest, largest = px_per_mm(fit.image_from_card, page)
    if smallest <= 0 or largest > _MOST_PERSPECTIVE * smallest:
        return "页面倾斜或拍摄角度太大，定位不可靠。请正对纸面重新拍摄或扫描。", "too_crooked"
    if smallest < MIN_PX_PER_MM:
        return f"分辨率太低（约 {smallest * 25.4:.0f} dpi），至少需要 100 dpi，建议 200 dpi。", "blurred"
    if len(fit.markers) == 2 and not _two_are_enough(fit, page, seen):
        return "请重拍: 四个角没有拍全或被遮住，只找到 2 个定位点，定位不可靠。", "too_crooked"
    if fit.residual_mm > MAX_RESIDUAL_MM:
        return (
            f"定位误差 {fit.residual_mm:.2f} 毫米，超过 {MAX_RESIDUAL_MM} 毫米：纸张可能弯折或没有按原尺寸打印。"
            "请展平后重新扫描。"
        ), "too_crooked"
    return None


def _two_are_enough(fit: Fit, page: CardPage, seen: FoundCode) -> bool:
    """Two diagonal markers agree closely, and the page code lies where they say."""
    if page.code_box is None or fit.residual_mm > MAX_RESIDUAL_OF_TWO_MM or not _diagonal(fit, page):
        return False
    image = np.array([[seen.x_px, seen.y_px]])
    back = mapped(np.asarray(np.linalg.inv(fit.image_from_card), np.float64), image)[0]
    centre = page.code_box.centre
    return bool(np.hypot(back[0] - centre.x_mm, back[1] - centre.y_mm) <= _CODE_OFF_MM)


def _diagonal(fit: Fit, page: CardPage) -> bool:
    first, second = (mark.centre for mark in page.fiducials if mark.marker_id in fit.markers)
    apart = np.hypot(first.x_mm - second.x_mm, first.y_mm - second.y_mm)
    across = abs(first.x_mm - second.x_mm) > page.width_mm / 2 and (
        abs(first.y_mm - second.y_mm) > page.height_mm / 2
    )
    return bool(across and apart >= _DIAGONAL_SHARE * np.hypot(page.width_mm, page.height_mm))


def _without_code(image: Grey, found: Mapping[int, Corners]) -> NotLocated:
    """No page code was read: say what the image looks like instead."""
    if len(found) >= 2:
        reason = f"找到了 {len(found)} 个定位点，但读不出页码二维码。请检查二维码是否被涂写，或人工指定页码。"
        return NotLocated(reason, None, "no_code")
    scale = min(1.0, 1000 / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if float(small.std()) < _BLANK_DEVIATION:
        return NotLocated("这一页是空白的，没有定位点和页码二维码。", None, "no_code")
    if float(cv2.Laplacian(small, cv2.CV_64F).var()) < _SHARP:
        return NotLocated("图像太模糊，定位点和页码二维码都看不清。请重新扫描或拍摄。", None, "blurred")
    return NotLocated("没有找到本系统答题卡的定位点和页码二维码，可能不是答题卡。", None, "no_code")
