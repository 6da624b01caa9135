"""Whose page it is: ranked guesses, and what was settled by whom."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.base import Record


class Guess(Record):
    candidate_id: str
    probability: float = Field(ge=0, le=1)


class ProposalKind(StrEnum):
    """What may have happened to the numbers of several sheets, or of one."""

    SWAP = "swap"  #: two sheets bear each other's numbers
    SHIFT = "shift"  #: a run of sheets bears the numbers of those before or after
    GRID = "grid"  #: the bubbles of one sheet are a row or a column beside the meant ones


class Move(Record):
    """A sheet that a proposal gives to another candidate. ``now`` is empty where nobody has it."""

    page_ids: tuple[str, ...] = Field(min_length=1)
    now: str = ""
    meant: str


class Proposal(Record):
    """Sheets that probably belong to others than their numbers say; only a person settles it.

    ``odds`` is how many times likelier this is than that the numbers are right as they are read.
    """

    kind: ProposalKind
    moves: tuple[Move, ...] = Field(min_length=1)
    evidence: str  #: Chinese, one sentence for whoever looks at the sheets
    odds: float = Field(gt=0)


class Identity(Record):
    """The identity of one page. ``candidate_id`` is empty while it waits for a person."""

    page_id: str
    candidate_id: str = ""
    guesses: tuple[Guess, ...] = ()
    by: str = "machine"  #: "machine" or the login of the person who settled it
    reason: str = ""
    #: What may have happened to its sheet and others; kept with the first page that it concerns.
    proposal: Proposal | None = None
