"""What identity is settled from, and what comes out."""

from __future__ import annotations

from pydantic import Field

from core.base import Record
from core.identities import Guess
from core.pages import NumberReading


class PageTrace(Record):
    """Where a page stood in its stack, and what was read of the 考号 on it.

    Pages that take no part in the settling (strays, pages that could not be read) are given too:
    they stand between the others. ``card_page`` 0 says that nobody knows which side it is.
    """

    page_id: str
    stack_id: str
    source_index: int = Field(ge=0)
    card_page: int = Field(ge=0)
    card_pages: int = Field(default=1, ge=1)  #: how many pages the card has
    numbers: tuple[NumberReading, ...] = ()
    rotation_deg: float | None = None  #: how far it was turned in the image, clockwise, as registered
    foreign: bool = False  #: known to be no page of this exam
    aside: bool = False  #: set aside for good: it only keeps its place between the others
    known_id: str = ""  #: the candidate to whom a person has given it


class PossiblePartner(Record):
    """A page that may be the other side of the same sheet, and how likely it is."""

    share: float = Field(ge=0, le=1)
    numbers: tuple[NumberReading, ...] = ()


class SheetEvidence(Record):
    """One sheet of paper (one page, or front and back): all that says whose it is.

    ``known_id`` is the candidate to whom a person has given it; such a sheet only keeps its place
    from others. ``partners`` are other sides that it may have; what their shares leave to 1 is the
    probability that it has none.
    """

    sheet_id: str
    page_ids: tuple[str, ...] = Field(min_length=1)
    card_pages: tuple[int, ...] = Field(min_length=1)
    numbers: tuple[NumberReading, ...] = ()
    partners: tuple[PossiblePartner, ...] = ()
    known_id: str = ""


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
