"""What intake gives back, and the bounds within which it works."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import Field

from core.base import Record

MIB = 1024 * 1024


class IntakeLimits(Record):
    """Bounds on what one upload may cost. The defaults fit a school: A3 at 600 dpi, 2,500 sheets."""

    file_bytes: int = Field(default=2048 * MIB, gt=0)  #: one uploaded file
    pages: int = Field(default=5000, gt=0)  #: of one upload, all files in a ZIP together
    pixels: int = Field(default=80_000_000, gt=0)  #: of one page image (A3 at 600 dpi has 70 million)
    side_px: int = Field(default=30_000, gt=0)  #: longest side of a page image
    render_dpi: float = Field(default=200.0, gt=0)  #: for PDF pages that are drawn rather than taken out
    page_side_pt: float = Field(default=14_400.0, gt=0)  #: longest side of a PDF page, as PDF itself allows
    page_objects: int = Field(default=100_000, gt=0)  #: drawing objects on one PDF page
    inflated_bytes: int = Field(default=512 * MIB, gt=0)  #: what one compressed PDF stream may become
    pdf_page_s: float = Field(default=10.0, gt=0)  #: processor time for one PDF page
    pdf_memory_bytes: int = Field(default=768 * MIB, gt=0)  #: what reading a PDF may take beyond the file
    archive_entries: int = Field(default=10_000, gt=0)  #: files in a ZIP
    archive_bytes: int = Field(default=4096 * MIB, gt=0)  #: all files of a ZIP, unpacked
    entry_bytes: int = Field(default=512 * MIB, gt=0)  #: one file of a ZIP, unpacked
    archive_ratio: float = Field(default=200.0, gt=1)  #: unpacked ÷ packed, looked at above 64 MiB


@dataclass(frozen=True)
class ScannedImage:
    """One page of an upload.

    ``content`` is a JPEG or PNG file. Where the page could not be read, ``problem`` is a Chinese
    sentence that names the page and says what to do, and ``content`` may be empty: the page still
    counts, so that nothing is lost. Width and height are pixels as seen (after EXIF orientation).
    """

    content: bytes
    media_type: str
    width_px: int
    height_px: int
    dpi: float  #: as the file says, 0 where it does not
    source_name: str  #: for people: "stack.pdf 第3页"
    index: int  #: position in the upload, from 0
    problem: str = ""


@dataclass(frozen=True)
class Picture:
    """An image file that passed the checks, not yet placed in its upload."""

    content: bytes
    media_type: str
    width_px: int
    height_px: int
    dpi: float = 0.0
    problem: str = ""

    def placed(self, source_name: str, index: int) -> ScannedImage:
        """The same as page ``index`` of its upload."""
        return ScannedImage(
            content=self.content,
            media_type=self.media_type,
            width_px=self.width_px,
            height_px=self.height_px,
            dpi=self.dpi,
            source_name=source_name,
            index=index,
            problem=self.problem,
        )


def unreadable_page(source_name: str, index: int, problem: str) -> ScannedImage:
    """A page of which nothing could be kept, with the reason."""
    return ScannedImage(
        content=b"",
        media_type="application/octet-stream",
        width_px=0,
        height_px=0,
        dpi=0.0,
        source_name=source_name,
        index=index,
        problem=problem,
    )


#: Control characters, path separators' leftovers and marks that reverse the reading direction.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def display_name(name: str, longest: int = 120) -> str:
    """A name from an upload as it may be shown: no folders, no control or direction marks."""
    last = re.split(r"[\\/]", name.strip().rstrip("\\/"))[-1]
    tidy = _UNPRINTABLE.sub("", last).strip(". ")
    return tidy[:longest] or "未命名文件"
