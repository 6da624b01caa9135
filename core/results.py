"""Results: every candidate's counted marks, gathered once for all that people are given to read."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.base import Record
from core.exams import Exam
from core.marks import Award
from core.pages import Registration
from core.rosters import Candidate

#: Why an item counts 0 whose page was never handed in, accepted so by the office.
PAGE_MISSING = "缺页"


class CandidateStatus(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"  #: 缺考: no score, outside every mean
    VOID = "void"  #: 违纪


class ItemResult(Record):
    """One item of one candidate as it counts.

    ``answer`` is what was read: chosen labels ("AC"), or the text with its lines joined by newlines.
    ``page_id``/``card_page`` say where it was written; empty when the page is missing.
    """

    item: str
    steps: int | None  #: ``None``: not marked (only before release)
    full_steps: int
    awards: tuple[Award, ...] = ()
    answer: str = ""
    answer_parts: tuple[str, ...] = ()  #: one per blank
    blank: bool = False  #: nothing was written
    counted: bool = True  #: ``False``: an item of a 选做题 group that was not chosen
    by: str = ""
    reason: str = ""
    flag: str = ""
    page_id: str = ""
    card_page: int = 0

    @property
    def page_missing(self) -> bool:
        """Whether the page with the answer is not there (it counts 0, and was never unanswered)."""
        return not self.page_id and self.reason == PAGE_MISSING


class CandidateResult(Record):
    candidate: Candidate
    status: CandidateStatus
    items: tuple[ItemResult, ...] = ()
    total_steps: int = 0
    objective_steps: int = 0  #: from choices and true–false
    subjective_steps: int = 0

    def item(self, number: str) -> ItemResult | None:
        return next((i for i in self.items if i.item == number), None)

    @property
    def page_missing(self) -> bool:
        """Whether a page of the script is not there, and its items count 0."""
        return any(i.page_missing for i in self.items)


class FrozenPage(Record):
    """A page of a candidate's script as it lay when the results were frozen, and how it was read.

    ``blob`` is the scan, ``raster_blob`` the rectified page ("" when nothing was read on it).
    """

    page_id: str
    card_id: str
    card_page: int
    blob: str
    media_type: str
    width_px: int
    height_px: int
    registration: Registration
    raster_blob: str = ""


class ExamResults(Record):
    """All results of an exam, in roster order.

    ``scripts`` are, of a release, the pages of each present candidate by card page; what is given out
    is made of them, whatever becomes of the pages later.
    """

    exam: Exam
    candidates: tuple[CandidateResult, ...]
    scripts: dict[str, tuple[FrozenPage, ...]] = Field(default_factory=dict)

    @property
    def present(self) -> tuple[CandidateResult, ...]:
        return tuple(c for c in self.candidates if c.status is CandidateStatus.PRESENT)
