"""Whose page it is: ranked guesses, and what was settled by whom."""

from __future__ import annotations

from pydantic import Field

from core.base import Record


class Guess(Record):
    candidate_id: str
    probability: float = Field(ge=0, le=1)


class Identity(Record):
    """The identity of one page. ``candidate_id`` is empty while it waits for a person."""

    page_id: str
    candidate_id: str = ""
    guesses: tuple[Guess, ...] = ()
    by: str = "machine"  #: "machine" or the login of the person who settled it
    reason: str = ""
