"""Marks: what an answer is worth, by whom, and why. A change is a new revision, never an overwrite."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from core.base import Record
from core.geometry import BoxMm


class Evidence(Record):
    """Words of the answer that support an award: a span of the response's text, and its place."""

    text: str
    start: int = 0  #: offset in the response's text (lines joined by newlines)
    end: int = 0
    part: int = 0
    box: BoxMm | None = None  #: on the card page
    card_page: int = 0


class Verdict(StrEnum):
    """What an answer does with a criterion (the labels of SemEval-2013 task 7, with half-credit)."""

    CREDITED = "credited"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NOT_ADDRESSED = "not_addressed"


class Award(Record):
    """Steps given for one criterion (blank, 给分点, trait; "" for the whole item).

    What every scorer answers per criterion, and all that review, red ink, error book and audit use.
    """

    criterion: str = ""
    steps: int = Field(ge=0)
    full_steps: int = Field(ge=0)
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1)
    odds: tuple[tuple[str, float], ...] = ()  #: what the writing may say, and how probable each is
    earning: tuple[str, ...] = ()  #: those of ``odds`` that earn steps
    distribution: tuple[tuple[int, float], ...] = ()  #: steps and how probable each is; sums to 1 if any
    verdicts: tuple[tuple[Verdict, float], ...] = ()  #: what the answer does, and how probable; sums to 1
    model: str = ""  #: who scored this criterion, where it is not the proposal's model

    @property
    def expected_steps(self) -> float:
        """The mean of the distribution; ``steps`` where there is none."""
        return sum(steps * p for steps, p in self.distribution) if self.distribution else float(self.steps)

    @property
    def verdict(self) -> Verdict | None:
        """The likeliest verdict; ``None`` where none was asked for."""
        return max(self.verdicts, key=lambda entry: entry[1])[0] if self.verdicts else None


class MarkSource(StrEnum):
    MACHINE = "machine"
    PERSON = "person"


class MarkState(StrEnum):
    PROPOSED = "proposed"  #: waits for a person
    FINAL = "final"


class Proposal(Record):
    """What a marking engine says of one response; the pipeline makes a Mark of it.

    ``steps`` is ``None`` when the machine offers no score (essays, unread answers).
    """

    item: str
    steps: int | None
    awards: tuple[Award, ...] = ()
    confidence: float = Field(default=0.0, ge=0, le=1)  #: that a careful teacher gives the same steps
    reason: str = ""
    model: str = ""  #: name and version of the rule or model
    settles: bool = False  #: within the machine's licence for this item type
    flag: str = ""  #: 异常: why the office must look (the answer speaks to the machine); never settles


class Mark(Record):
    """The mark of one item on one page, in one revision (from 1).

    The item's first region lies on ``page_id``; a change of the page's identity leaves marks alone.
    """

    exam_id: str
    page_id: str
    item: str
    revision: int = Field(ge=1)
    steps: int | None  #: ``None``: not scored yet
    awards: tuple[Award, ...] = ()
    source: MarkSource
    state: MarkState
    by: str  #: "machine" or a login
    model: str = ""
    engine: str = ""  #: what read the answer that the machine marked
    rubric: str = ""  #: SHA-256 of the item's key and criteria as they stood
    confidence: float = Field(default=1.0, ge=0, le=1)
    reason: str = ""
    flag: str = ""  #: 异常 reason; a flagged mark waits for the office
    confirmed: bool = False  #: follows by the key from bubbles that a person has looked at
    undoes: int = 0  #: the revision that this one takes back, always the one before it; else 0
    licence: str = ""  #: the chosen licence by which the machine's mark is final or waits, e.g. "item:7#2"
    seed: bool = False  #: a person decides without being shown the machine's mark, so that the two compare
    seen_proposal: bool | None = None  #: a person's mark: whether the machine's was shown before it was given
    at: datetime
