"""The card's alignment steps, one after the other, as one homography."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.cards import AlignmentStep, Card, CardPage
from core.errors import CardInvalid
from core.geometry import Matrix3
from core.pages import Registration, RegistrationMethod
from ocr.alignment import features, logo, markers, page_corners
from ocr.alignment.frame import Frame, Matrix, from_rectangle, mapped, whole_image
from ocr.alignment.orientation import quarters_turned, turned_frame
from ocr.rasters import Grey

#: How much better the best page of a card must fit than the next one (correlation of the prints).
_PAGE_LEAD = 0.04
_LEAST_LOGO = 0.4  #: correlation, where the template says nothing else


@dataclass(frozen=True)
class AlignmentFailed:
    """The scan could not be laid on the card; ``reason`` is for the person who holds the page."""

    reason: str


def align(
    image: Grey, card: Card, blobs: Mapping[str, bytes]
) -> tuple[CardPage, Registration] | AlignmentFailed:
    """Where the card lies in the scan, by the steps that the card keeps.

    Args:
        image: grey pixels as scanned.
        card: an imported template, or a card of blank scans (one ``feature_alignment`` per page,
            with ``page`` in its options; the page whose print fits best is taken).
        blobs: the pictures that the steps name, by SHA-256.

    Raises:
        CardInvalid: a picture that a step needs is missing or broken.
    """
    references = [step for step in card.alignment if "page" in step.options]
    if references:
        return _on_best_page(image, card, references, blobs)
    frame = whole_image(image)
    for step in card.alignment:
        played = _played(image, frame, step, blobs)
        if isinstance(played, AlignmentFailed):
            return played
        frame = played
    page = card.pages[0]
    registration = _registration(frame, page)
    if any(step.name in ("crop_page", "crop_on_markers") for step in card.alignment):
        quarters = quarters_turned(image, registration, page)
        registration = _turned_by(quarters, registration, frame, page) if quarters else registration
    return page, registration


def _turned_by(quarters: int, found: Registration, frame: Frame, page: CardPage) -> Registration:
    """The page as it lies turned in the frame: its edges or markers are the same from all sides."""
    image_from_card = np.array(found.image_from_card).reshape(3, 3)
    upright = image_from_card @ turned_frame(page.width_mm, page.height_mm, quarters)
    return _registered(upright, frame.residual_share * max(page.width_mm, page.height_mm), frame.method, page)


def _played(
    image: Grey, frame: Frame, step: AlignmentStep, blobs: Mapping[str, bytes]
) -> Frame | AlignmentFailed:
    if step.name == "crop_page":
        return _crop_page(image, frame)
    if step.options.get("tool") == "CropOnLogo":
        return _crop_on_logo(image, frame, step, blobs)
    if step.name == "crop_on_markers":
        return _crop_on_markers(image, frame, step, blobs)
    if step.name == "feature_alignment":
        return _feature_alignment(image, frame, step, blobs)
    return frame  # blur and levels change no place; the bubbles' reader measures against the page itself


def _crop_page(image: Grey, frame: Frame) -> Frame | AlignmentFailed:
    view, image_from_view = _view(image, frame, page_corners.WORK_PX)
    quad = page_corners.find_page(view)
    if quad is None:
        return AlignmentFailed("没有找到纸张的四边；请把整张纸放在深色背景上重新拍摄")
    corners = mapped(image_from_view, quad.corners)
    share = quad.residual_px / max(view.shape)
    return _framed(corners, RegistrationMethod.PAGE_CORNERS, share)


def _crop_on_markers(
    image: Grey, frame: Frame, step: AlignmentStep, blobs: Mapping[str, bytes]
) -> Frame | AlignmentFailed:
    view, image_from_view = _view(image, frame, markers.WORK_PX)
    ratio = float(step.options.get("sheetToMarkerWidthRatio") or 17)
    found = markers.find_markers(view, _picture(step, blobs), ratio)
    if isinstance(found, str):
        return AlignmentFailed(found)
    corners = mapped(image_from_view, found.centres)
    return _framed(corners, RegistrationMethod.MARKERS, found.doubt_px / max(view.shape))


def _crop_on_logo(
    image: Grey, frame: Frame, step: AlignmentStep, blobs: Mapping[str, bytes]
) -> Frame | AlignmentFailed:
    """The frame moved so that the logo stands where the template expects it; sizes stay."""
    width_px, height_px = (int(v) for v in step.options["working_px"])
    view, _ = _view(image, frame, max(width_px, height_px) * 2)
    picture = _picture(step, blobs)
    ratio = float(step.options.get("sheetToLogoWidthRatio") or 0)
    found = logo.find_logo(
        view, picture, (width_px, height_px), width_px / ratio if ratio else float(picture.shape[1])
    )
    if found.correlation < float(step.options.get("min_matching_threshold") or _LEAST_LOGO):
        return AlignmentFailed(f"没有找到模板里的标志（相似度 {found.correlation:.2f}）")
    x, y = (float(v) for v in step.options.get("expected_origin") or (0, 0))
    shift = np.eye(3)
    shift[:2, 2] = (found.x - x) / width_px * frame.width, (found.y - y) / height_px * frame.height
    return replace(frame, image_from_frame=frame.image_from_frame @ shift, method=RegistrationMethod.MARKERS)


def _feature_alignment(
    image: Grey, frame: Frame, step: AlignmentStep, blobs: Mapping[str, bytes]
) -> Frame | AlignmentFailed:
    view, image_from_view = _view(image, frame, features.WORK_PX)
    picture = _picture(step, blobs)
    found = features.fit(features.scene_of(view), features.reference_of(blobs[step.blob]))
    if isinstance(found, str):
        return AlignmentFailed(found)
    height, width = picture.shape
    return Frame(
        image_from_view @ found.image_from_reference,
        float(width),
        float(height),
        RegistrationMethod.FEATURES,
        found.residual_px / max(width, height),
    )


def _on_best_page(
    image: Grey, card: Card, steps: Sequence[AlignmentStep], blobs: Mapping[str, bytes]
) -> tuple[CardPage, Registration] | AlignmentFailed:
    scene = features.scene_of(image)
    tried = [(step, _reference_fit(scene, step, blobs)) for step in steps]
    fits = [(step, found) for step, found in tried if isinstance(found, features.FeatureFit)]
    if not fits:
        reasons = "；".join(f"第 {step.options['page']} 页：{found}" for step, found in tried)
        return AlignmentFailed(f"与这张卡的任何一页都对不上（{reasons}）")
    fits.sort(key=lambda pair: pair[1].correlation, reverse=True)
    if len(fits) > 1 and fits[0][1].correlation < fits[1][1].correlation + _PAGE_LEAD:
        pages = "、".join(str(step.options["page"]) for step, _ in fits[:2])
        return AlignmentFailed(f"分不清是第 {pages} 页中的哪一页")
    step, best = fits[0]
    height, width = _picture(step, blobs).shape
    share = best.residual_px / max(width, height)
    frame = Frame(best.image_from_reference, width, height, RegistrationMethod.FEATURES, share)
    page = card.page(int(step.options["page"]))
    return page, _registration(frame, page)


def _reference_fit(
    scene: features.Scene, step: AlignmentStep, blobs: Mapping[str, bytes]
) -> features.FeatureFit | str:
    _picture(step, blobs)
    return features.fit(scene, features.reference_of(blobs[step.blob]))


def _view(image: Grey, frame: Frame, long_side_px: int) -> tuple[Grey, Matrix]:
    """The frame at the working size; a scan that is smaller than that is not blown up."""
    if frame.method is RegistrationMethod.WHOLE_IMAGE and max(image.shape) <= long_side_px:
        return image, np.eye(3)
    return frame.view(image, long_side_px)


def _framed(corners: Matrix, method: RegistrationMethod, residual_share: float) -> Frame:
    """The frame whose corners (clockwise from top left, in the scan) are these."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    return Frame(from_rectangle(width, height, corners), width, height, method, residual_share)


def _picture(step: AlignmentStep, blobs: Mapping[str, bytes]) -> Grey:
    content = blobs.get(step.blob, b"")
    picture = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    if picture is None:
        raise CardInvalid(f"答题卡的对齐图片 {step.blob[:12]}… 不见了或已损坏。", "请重新导入答题卡。")
    return np.asarray(picture, dtype=np.uint8)


def _registration(frame: Frame, page: CardPage) -> Registration:
    """The frame as the page's registration: the frame's corners are the page's."""
    frame_from_card = np.diag([frame.width / page.width_mm, frame.height / page.height_mm, 1.0])
    residual_mm = frame.residual_share * max(page.width_mm, page.height_mm)
    return _registered(frame.image_from_frame @ frame_from_card, residual_mm, frame.method, page)


def _registered(
    matrix: Matrix, residual_mm: float, method: RegistrationMethod, page: CardPage
) -> Registration:
    matrix = matrix / matrix[2, 2]
    along = mapped(matrix, np.array([[0.0, 0.0], [page.width_mm, 0.0]]))
    turn = math.degrees(math.atan2(along[1, 1] - along[0, 1], along[1, 0] - along[0, 0]))
    flat = [float(value) for value in matrix.ravel()]
    image_from_card: Matrix3 = tuple(flat)  # type: ignore[assignment]  # nine by construction
    return Registration(
        image_from_card=image_from_card, residual_mm=residual_mm, method=method, rotation_deg=turn % 360
    )
