"""Drawing a card to PDF: everything at the card's own millimetres, by typst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import pypdfium2
import zxingcpp
from numpy.typing import NDArray

from core.cards import BLANK_PX_PER_MM, BubblePurpose, Card, CardPage, PrintedKind, WritingKind
from core.exams import Exam
from core.geometry import BoxMm
from core.rosters import Candidate
from core.typesetting import compile_pdf
from ocr.cards import measures as m
from ocr.cards.answers import grid_cells
from ocr.cards.codes import page_code_text

_ARUCO = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
_MARKER_CELLS = 6
_QUIET_MODULES = 4
_BUBBLE_GREY = 0.5
_GRID_GREY = 0.45
_RULE_GREY = 0.25
_TRUE_FALSE = {"T": "√", "F": "×"}

_SOURCE = """
#let card = json(bytes(sys.inputs.data))
#set page(margin: 0mm)
#set text(font: sys.inputs.font, lang: "zh", top-edge: "ascender", bottom-edge: "descender")
#set par(leading: 0.35em, spacing: 0.35em)
#let at(b, body) = place(top + left, dx: b.at(0) * 1mm, dy: b.at(1) * 1mm, body)
#let words(b, size, grey, side, weight, body) = at(b, box(
  width: b.at(2) * 1mm, height: b.at(3) * 1mm,
  align(side + horizon, text(size: size * 1pt, fill: luma(grey * 100%), weight: weight, body))))
#let sides = (left: left, center: center, right: right)
#let draw(page) = {
  for (b, line, grey) in page.frames {
    at(b, rect(width: b.at(2) * 1mm, height: b.at(3) * 1mm, stroke: line * 1mm + luma(grey * 100%)))
  }
  for (b, grey) in page.fills {
    at(b, rect(width: b.at(2) * 1mm, height: b.at(3) * 1mm, fill: luma(grey * 100%), stroke: none))
  }
  for (b, size, grey, side, bold, body) in page.texts {
    words(b, size, grey, sides.at(side), if bold { "bold" } else { "regular" }, body)
  }
  for (b, svg) in page.pictures {
    at(b, image(bytes(svg), format: "svg", width: b.at(2) * 1mm, height: b.at(3) * 1mm))
  }
}
#for copy in card.copies {
  for (number, own) in copy.enumerate() {
    let base = card.pages.at(number)
    page(width: base.width * 1mm, height: base.height * 1mm, {
      draw(base)
      draw(own)
    })
  }
}
"""


def draw_card(card: Card, exam: Exam, candidates: Sequence[Candidate] = ()) -> bytes:
    """The card as PDF, each page exactly its size in millimetres.

    Args:
        card: a designed card.
        exam: gives the document's title.
        candidates: with some, one copy for each, with the name printed and the number in the code;
            with none, one master to photocopy.

    Raises:
        MachineProblem: the machine has no Chinese font.
    """
    people: Sequence[Candidate | None] = list(candidates) or [None]
    sheet = {
        "title": f"{exam.title} {exam.subject}",
        "pages": [_base(page) for page in card.pages],
        "copies": [[_own(card, page, person) for page in card.pages] for person in people],
    }
    return compile_pdf(_SOURCE, sheet)


def blank_pages(pdf: bytes, page_count: int) -> tuple[bytes, ...]:
    """The first ``page_count`` pages of a card's PDF as grey PNGs at ``BLANK_PX_PER_MM``."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(_png(document[index]) for index in range(page_count))
    finally:
        document.close()


def _png(page: pypdfium2.PdfPage) -> bytes:
    # Grey rendering in PDFium is three times slower than RGB, so the colours are dropped afterwards.
    bitmap = page.render(scale=BLANK_PX_PER_MM * 25.4 / 72)
    grey = cv2.cvtColor(bitmap.to_numpy()[:, :, :3], cv2.COLOR_BGR2GRAY)
    return bytes(cv2.imencode(".png", grey)[1].tobytes())


def _empty(page: CardPage) -> dict[str, Any]:
    return {
        "width": page.width_mm,
        "height": page.height_mm,
        "frames": [],
        "fills": [],
        "texts": [],
        "pictures": [],
    }


def _base(page: CardPage) -> dict[str, Any]:
    """All that is the same on every copy of a page."""
    drawn = _empty(page)
    _add_printed(drawn, page)
    _add_bubbles(drawn, page)
    _add_writing(drawn, page)
    for digit_box in page.number_boxes:
        drawn["frames"].append((_xywh(digit_box), 0.25, 0.2))
    for fiducial in page.fiducials:
        half = fiducial.side_mm / 2
        corner = (fiducial.centre.x_mm - half, fiducial.centre.y_mm - half)
        drawn["pictures"].append(((*corner, *(fiducial.side_mm,) * 2), marker_svg(fiducial.marker_id)))
    return drawn


def _add_printed(drawn: dict[str, Any], page: CardPage) -> None:
    for one in page.printed:
        if one.kind is PrintedKind.FRAME:
            drawn["frames"].append((_xywh(one.box), one.line_mm, one.grey))
        elif one.kind is PrintedKind.FILL:
            drawn["fills"].append((_xywh(one.box), one.grey))
        elif one.text:
            drawn["texts"].append((_xywh(one.box), one.size_pt, one.grey, one.align, one.bold, one.text))


def _add_bubbles(drawn: dict[str, Any], page: CardPage) -> None:
    """Thin grey outlines with a grey letter, so that pencil stands out against both."""
    for group in page.bubbles:
        for bubble in group.bubbles:
            drawn["frames"].append((_xywh(bubble.box), 0.18, _BUBBLE_GREY))
            if group.purpose is BubblePurpose.ABSENT:
                continue
            label = bubble.label
            if group.purpose is BubblePurpose.ANSWER:
                label = _TRUE_FALSE.get(label, label) if len(group.bubbles) == len(_TRUE_FALSE) else label
            drawn["texts"].append((_xywh(bubble.box), 6.2, _BUBBLE_GREY, "center", False, label))


def _add_writing(drawn: dict[str, Any], page: CardPage) -> None:
    for region in page.writing:
        x, y, width, height = _xywh(region.box)
        if region.kind is WritingKind.LINE:
            drawn["fills"].append(((x, y + m.FILL_RULE_MM, width, 0.25), 0.0))
        elif region.kind is WritingKind.RULED:
            rows = round(height / region.line_pitch_mm)
            for row in range(1, rows + 1):
                line = (x, y + row * region.line_pitch_mm - 0.9, width, 0.2)
                drawn["fills"].append((line, _RULE_GREY))
        elif region.kind is WritingKind.GRID:
            drawn["frames"].extend((_xywh(cell), 0.15, _GRID_GREY) for cell in grid_cells(region))


def _own(card: Card, page: CardPage, person: Candidate | None) -> dict[str, Any]:
    """What differs from copy to copy: the code, and the candidate's name and the like."""
    drawn = _empty(page)
    if page.code_box is not None:
        text = page_code_text(card.exam_id, card.revision, page.number, person.number if person else "")
        drawn["pictures"].append((_xywh(page.code_box), code_svg(text)))
    for one in page.printed:
        if person is not None and one.slot:
            words = str(getattr(person, one.slot))
            drawn["texts"].append((_xywh(one.box), one.size_pt, 0.0, one.align, False, words))
    return drawn


def _xywh(where: BoxMm) -> tuple[float, float, float, float]:
    return (where.x_mm, where.y_mm, where.width_mm, where.height_mm)


def marker_svg(marker_id: int) -> str:
    """An ArUco marker of dictionary 4×4_50 with its black border and no margin."""
    cells = cv2.aruco.generateImageMarker(_ARUCO, marker_id, _MARKER_CELLS, borderBits=1)
    return _svg(np.asarray(cells, dtype=np.uint8) < 128, 0)


def code_svg(text: str) -> str:
    """A QR code of the text (error correction M), with the quiet zone that the standard asks for."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    modules = np.array(barcode.to_image(scale=1, add_quiet_zones=False))
    return _svg(modules < 128, _QUIET_MODULES)


def _svg(dark: NDArray[np.bool_], margin: int) -> str:
    """Dark modules as one path: separate rectangles would show hair lines where they meet."""
    size = dark.shape[0] + 2 * margin
    path = "".join(f"M{x + margin} {y + margin}h{run}v1h-{run}z" for x, y, run in _runs(dark))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><path fill="#000" d="{path}"/></svg>'
    )


def _runs(dark: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Horizontal runs of dark modules as (x, y, length)."""
    for y, row in enumerate(dark):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            yield int(start), y, int(end - start)
