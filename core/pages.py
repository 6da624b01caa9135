"""Scanned pages: where their bytes came from, what was read on them, and where they ended."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from core.base import Record
from core.geometry import BoxMm, Matrix3
from core.lattices import Lattice


class PageState(StrEnum):
    """Every page ends in exactly one of the last five; ``RECEIVED`` is on its way."""

    RECEIVED = "received"
    PLACED = "placed"
    DUPLICATE = "duplicate"
    STRAY = "stray"
    UNREADABLE = "unreadable"
    HELD = "held"


class ScanPage(Record):
    """One side of paper as it came from the scanner. ``blob`` is the SHA-256 of its image bytes."""

    id: str
    exam_id: str
    stack_id: str
    source_name: str  #: the file's name as the person knows it
    source_index: int = Field(ge=0)  #: position in the stack, from 0
    blob: str
    media_type: str
    width_px: int = Field(ge=0)
    height_px: int = Field(ge=0)
    dpi: float = 0.0  #: as the file says, 0 when it does not


class PageCode(Record):
    """What the printed QR says: ``ZP1|exam_id|card_revision|page[|candidate_number]``."""

    exam_id: str
    card_revision: int
    page: int
    candidate_number: str = ""


class RegistrationMethod(StrEnum):
    FIDUCIALS = "fiducials"
    PAGE_CORNERS = "page_corners"
    MARKERS = "markers"
    FEATURES = "features"
    WHOLE_IMAGE = "whole_image"


class Warp(Record):
    """How far paper that is not flat lies from where a homography puts it, in card millimetres.

    Control points of a uniform cubic B-spline over the whole page, ``columns`` × ``rows`` of them, row by
    row: what is printed at (x, y) is seen where ``image_from_card`` maps (x + dx, y + dy).
    """

    columns: int = Field(ge=4)
    rows: int = Field(ge=4)
    x_mm: tuple[float, ...]
    y_mm: tuple[float, ...]
    residual_mm: float = 0.0  #: root mean square distance of the print from where this puts it

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not len(self.x_mm) == len(self.y_mm) == self.columns * self.rows:
            raise ValueError(
                f"{self.columns} x {self.rows} control points, got {len(self.x_mm)} and {len(self.y_mm)}"
            )
        return self


class Registration(Record):
    """Where a card page lies in the image.

    ``image_from_card`` maps card millimetres to image pixels. ``residual_mm`` is the root mean
    square distance of the fiducials' corners from where the homography puts them.
    """

    image_from_card: Matrix3
    residual_mm: float
    method: RegistrationMethod
    fiducials_found: int = 0
    rotation_deg: float = 0.0  #: how far the page was turned in the image, clockwise, in [0, 360)
    warp: Warp | None = None  #: of curled or folded paper; None where it lies flat


class BubbleVerdict(StrEnum):
    BLANK = "blank"
    MARKED = "marked"
    DOUBTFUL = "doubtful"


class BubbleFill(Record):
    label: str
    fill: float  #: darkness against the page's own empty (0) and full (1) bubbles; may exceed [0, 1]
    probability: float = Field(ge=0, le=1)  #: that this bubble is meant as filled


class BubbleReading(Record):
    """One bubble field as read. ``marked`` are the labels taken as filled, in printed order."""

    purpose: str
    key: str
    fills: tuple[BubbleFill, ...]
    marked: tuple[str, ...]
    verdict: BubbleVerdict
    confidence: float = Field(ge=0, le=1)  #: that ``marked`` is exactly what was meant
    reason: str = ""  #: why doubtful: "erased", "crossed out", "two marks", "faint"


class ReadChar(Record):
    """One character: its probability, and where it stands on the card."""

    text: str
    probability: float = Field(ge=0, le=1)
    x_mm: float = 0.0
    width_mm: float = 0.0


class TextLine(Record):
    text: str
    box: BoxMm
    probability: float = Field(ge=0, le=1)  #: geometric mean of the characters'
    right: float | None = Field(default=None, ge=0, le=1)  #: calibrated: that the whole line is read right
    chars: tuple[ReadChar, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()  #: other readings with log-probabilities
    looks: tuple[Lattice, ...] = ()  #: what each look at the line thought possible; () when not kept
    crossed: tuple[ReadChar, ...] = ()  #: characters that were crossed out, as they read; not in ``text``


class TextReading(Record):
    """One writing region as read. ``blank`` says that no ink was found in it."""

    item: str
    part: int
    blank: bool
    ink_share: float = 0.0  #: ink pixels ÷ region pixels after subtracting the print
    lines: tuple[TextLine, ...] = ()
    engine: str = ""  #: name and version of what read it; empty when nothing was read
    note: str = ""  #: "crossed out", "partly crossed out", "outside the box", or why it was not read

    @property
    def kept_lines(self) -> tuple[TextLine, ...]:
        """The lines that are not wholly crossed out: line for line those of ``text``."""
        return tuple(line for line in self.lines if line.text or not line.crossed)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.kept_lines)


class DigitReading(Record):
    """One digit position: a distribution over 0–9 and the probability that nothing is written."""

    probabilities: tuple[float, ...] = Field(min_length=10, max_length=10)
    blank: float = Field(ge=0, le=1)
    state: str = ""  #: "empty", "digit", "crossed out", "overwritten"; "" where nobody looked
    note: str = ""  #: what a person should look for, e.g. that another digit stands beside


class NumberReading(Record):
    """The 考号 as one source shows it: bubbles, code (page code or sticker), digits."""

    source: str
    digits: tuple[DigitReading, ...] = ()
    text: str = ""  #: for codes: the text itself


class PageReading(Record):
    """All that was read on one page. Says nothing about whose page it is or what it is worth."""

    page_id: str
    card_id: str
    card_page: int
    code: PageCode | None
    registration: Registration
    numbers: tuple[NumberReading, ...] = ()
    absent: BubbleReading | None = None
    bubbles: tuple[BubbleReading, ...] = ()
    texts: tuple[TextReading, ...] = ()
    notes: tuple[str, ...] = ()
    raster_blob: str = ""  #: SHA-256 of the rectified page as JPEG, name and number whited out
    head_blob: str = ""  #: SHA-256 of the name and number area as JPEG

    def bubble(self, key: str) -> BubbleReading | None:
        return next((b for b in self.bubbles if b.key == key), None)

    def texts_of(self, item: str) -> tuple[TextReading, ...]:
        return tuple(t for t in self.texts if t.item == item)
