"""What identity is settled from, and what comes out."""

from __future__ import annotations

from pydantic import Field

from core.base import Record
from core.identities import Guess
from core.pages import NumberReading


class PageTrace(Record):
    """Where a page stood in its stack, and what was read of the 考号 on it."""

    page_id: str
    stack_id: str
    source_index: int = Field(ge=0)
    card_page: int = Field(ge=1)
    card_pages: int = Field(default=1, ge=1)  #: how many pages the card has
    numbers: tuple[NumberReading, ...] = ()


class SheetEvidence(Record):
    """One sheet of paper (one page, or front and back): all that says whose it is."""

    sheet_id: str
    page_ids: tuple[str, ...] = Field(min_length=1)
    card_pages: tuple[int, ...] = Field(min_length=1)
    numbers: tuple[NumberReading, ...] = ()


class SheetIdentity(Record):
    """The identity of one sheet.

    ``candidate_id`` is empty while a person must decide. Where several sheets show the same number
    on the same card page, none is settled: ``claimed_id`` says which candidate all of them claim and
    ``collision_with`` names the other sheets, so that the caller can tell a sheet that was fed twice
    from two sheets with one number. Without a roster the ids are the numbers themselves.
    """

    sheet_id: str
    page_ids: tuple[str, ...]
    candidate_id: str = ""
    #: Ranked, probabilities sum to 1 with what the list leaves out; ``""`` stands for "not on the roster".
    guesses: tuple[Guess, ...] = ()
    claimed_id: str = ""
    collision_with: tuple[str, ...] = ()
    number: str = ""  #: the number as read, "?" for doubtful digits
    reason: str = ""  #: Chinese, why it waits; empty when settled
