"""What the judging of a page or picture gives back."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.base import Record
from core.geometry import BoxMm

#: The nine parts of a page as a teacher would name them, row by row.
REGIONS = ("左上角", "上方", "右上角", "左侧", "中间", "右侧", "左下角", "下方", "右下角")


class Severity(StrEnum):
    """What to do with a page: read it, read it and doubt some of it, or hold it and ask for another."""

    READABLE = "readable"
    DOUBTFUL = "doubtful"
    RETAKE = "retake"


class Quality(Record):
    """How well a page is to be seen. The nine values of a tuple are those of :data:`REGIONS`.

    ``advice`` are Chinese sentences for whoever holds the paper. ``doubtful`` are the places whose
    readings are not to be trusted.
    """

    severity: Severity = Severity.READABLE
    advice: tuple[str, ...] = ()
    dpi: float = 0.0  #: on the card, at the place where it is lowest; 0 where it is not known
    blur_mm: tuple[float, ...] = ()  #: standard deviation of the blur; -1 where nothing is printed
    depth: tuple[float, ...] = ()  #: grey levels between paper and print; -1 where nothing is printed
    noise: float = 0.0  #: standard deviation of the paper's grey levels
    paper: tuple[float, ...] = ()  #: grey level of the paper
    shadow: float = Field(default=0.0, ge=0, le=1)  #: 1 - darkest ÷ lightest part of the paper
    blockiness: float = 0.0  #: steps at the borders of JPEG blocks ÷ steps beside them
    lost: tuple[BoxMm, ...] = ()  #: where print is missing, for no visible reason
    glare: tuple[BoxMm, ...] = ()  #: where print is missing because the paper shines
    doubtful: tuple[BoxMm, ...] = ()


READABLE = Quality()
