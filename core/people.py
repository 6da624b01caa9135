"""Accounts and what each role may do."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from pydantic import Field

from core.base import Record
from core.rosters import Candidate


class Role(StrEnum):
    OFFICE = "office"  #: 考务: everything
    MARKER = "marker"  #: 评卷员: crops without names, marks
    TEACHER = "teacher"  #: 任课教师: their own classes, with names
    STUDENT = "student"  #: 学生: their own released results


class User(Record):
    """An account. ``classes`` bounds a teacher.

    A student is ``candidate_number`` (考号) of that ``name``: 考号 are often given anew for each exam, so
    that the number alone may be another pupil's elsewhere. ``student_number`` (学号) must agree where known.
    """

    login: str = Field(pattern=r"^[A-Za-z0-9_.@-]{2,40}$")
    name: str
    role: Role
    classes: tuple[str, ...] = ()
    candidate_number: str = ""
    student_number: str = ""
    active: bool = True
    one_time: bool = False  #: the office gave the password; it must be changed at the next log-in

    def is_candidate(self, candidate: Candidate) -> bool:
        """Whether this account's owner is that candidate of an exam; whoever is doubtful is not."""
        if not self.candidate_number or candidate.number != self.candidate_number:
            return False
        name = _bare(candidate.name)
        if not name or name != _bare(self.name):
            return False
        known = {_bare(n) for n in (self.student_number, candidate.student_number) if n}
        return len(known) <= 1


def _bare(text: str) -> str:
    """Without spaces and dots, which schools write in many ways; full width as half width."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())
