"""The card (答题卡): where everything is printed, in millimetres, kept as data beside its PDF."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from core.base import Record
from core.geometry import BoxMm, PointMm


class Fiducial(Record):
    """An ArUco marker (dictionary 4×4_50): its id, centre and side."""

    marker_id: int = Field(ge=0, lt=50)
    centre: PointMm
    side_mm: float = Field(gt=0)


class Bubble(Record):
    """One bubble and what it says when filled: an option label, a digit, 0–9, "absent"."""

    label: str
    box: BoxMm


class BubblePurpose(StrEnum):
    ANSWER = "answer"  #: ``key`` is the item number
    NUMBER = "number"  #: one digit of the 考号; ``key`` is its position from 0 as text
    ABSENT = "absent"  #: 缺考, filled by the invigilator
    OPTIONAL = "optional"  #: 选做题: ``key`` is the group id, labels are item numbers
    CUSTOM = "custom"  #: a field of an imported template; ``key`` is its label


class BubbleField(Record):
    """Bubbles that are read together."""

    purpose: BubblePurpose
    key: str
    bubbles: tuple[Bubble, ...] = Field(min_length=1)
    multiple: bool = False  #: more than one may be filled


class WritingKind(StrEnum):
    LINE = "line"  #: one line (fills)
    BOX = "box"  #: a free box with several lines (short answers)
    GRID = "grid"  #: 作文格
    RULED = "ruled"  #: ruled lines (English essays)


class WritingRegion(Record):
    """A place for handwriting that belongs to one item.

    ``part`` counts the item's regions from 0 (blanks of a fill; continuation boxes of a long item).
    """

    item: str
    part: int = 0
    kind: WritingKind
    box: BoxMm
    line_pitch_mm: float = 0.0  #: distance of ruled lines or cells' rows, 0 when there are none


class PrintedKind(StrEnum):
    TEXT = "text"  #: words inside ``box``, centred in height
    FRAME = "frame"  #: the outline of ``box``
    FILL = "fill"  #: all of ``box`` in ink: rules, samples


class Printed(Record):
    """Print that nobody fills: words, frames and rules. Bubbles, boxes and cells are not among it."""

    kind: PrintedKind
    box: BoxMm
    text: str = ""
    size_pt: float = 9.0
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False
    grey: float = Field(default=0.0, ge=0, le=1)  #: 0 black to 1 white
    line_mm: float = 0.2  #: a frame's width of line
    slot: str = ""  #: a candidate's field ("name", "number", …) that a pre-named copy prints here

    @property
    def extent(self) -> BoxMm:
        """About where the words stand inside ``box``: Chinese characters one em wide, others 0.6 em."""
        em_mm = self.size_pt * 25.4 / 72
        wide = em_mm * sum(1.0 if ord(c) > 0x2E7F else 0.6 for c in self.text)
        width, height = min(self.box.width_mm, max(wide, em_mm)), min(self.box.height_mm, 1.3 * em_mm)
        spare = {"left": 0.0, "center": 0.5, "right": 1.0}[self.align] * (self.box.width_mm - width)
        top = self.box.centre.y_mm - height / 2
        return BoxMm(x_mm=self.box.x_mm + spare, y_mm=top, width_mm=width, height_mm=height)


class CardPage(Record):
    """One printed side."""

    number: int = Field(ge=1)
    width_mm: float
    height_mm: float
    fiducials: tuple[Fiducial, ...] = ()
    code_box: BoxMm | None = None  #: where the QR page code is printed
    sticker_box: BoxMm | None = None  #: 贴条形码区
    number_boxes: tuple[BoxMm, ...] = ()  #: one handwritten digit each, left to right
    name_box: BoxMm | None = None  #: 姓名 and the like: hidden from markers
    bubbles: tuple[BubbleField, ...] = ()
    writing: tuple[WritingRegion, ...] = ()
    item_boxes: dict[str, BoxMm] = Field(
        default_factory=dict
    )  #: the printed surroundings of each item, for crops
    score_box: BoxMm | None = None  #: free room for the total in red ink
    printed: tuple[Printed, ...] = ()  #: words, frames and rules of designed cards


class AlignmentStep(Record):
    """A step that an imported template asks for before reading, kept as data."""

    name: Literal["crop_page", "crop_on_markers", "feature_alignment", "blur", "levels"]
    options: dict[str, Any] = Field(default_factory=dict)
    blob: str = ""  #: SHA-256 of its reference picture, when it has one


class CardSource(StrEnum):
    DESIGNED = "designed"
    OMRCHECKER = "omrchecker"
    BLANK_SCAN = "blank_scan"


class Card(Record):
    """A card in one revision. ``id`` is ``{exam_id}-{revision}``, also printed in the page code."""

    id: str
    exam_id: str
    revision: Annotated[int, Field(ge=1)]
    exam_revision: int = 1
    source: CardSource = CardSource.DESIGNED
    pages: tuple[CardPage, ...] = Field(min_length=1)
    alignment: tuple[AlignmentStep, ...] = ()
    number_digits: int = 0
    pdf_blob: str = ""  #: SHA-256 of the printable PDF
    blank_blobs: tuple[str, ...] = ()  #: SHA-256 of each blank page as grey PNG at ``BLANK_PX_PER_MM``

    def page(self, number: int) -> CardPage:
        """The page with this number.

        Raises:
            KeyError: the card has no such page.
        """
        for page in self.pages:
            if page.number == number:
                return page
        raise KeyError(number)

    def pages_of(self, item: str) -> tuple[int, ...]:
        """Numbers of the pages on which the item has bubbles or writing, ascending."""
        return tuple(
            page.number
            for page in self.pages
            if any(field.key == item and field.purpose is BubblePurpose.ANSWER for field in page.bubbles)
            or any(region.item == item for region in page.writing)
        )


#: All reading happens on the page as rectified to this scale (203 dpi).
PX_PER_MM = 8.0
BLANK_PX_PER_MM = PX_PER_MM
