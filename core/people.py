"""Accounts and what each role may do."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.base import Record


class Role(StrEnum):
    OFFICE = "office"  #: 考务: everything
    MARKER = "marker"  #: 评卷员: crops without names, marks
    TEACHER = "teacher"  #: 任课教师: their own classes, with names
    STUDENT = "student"  #: 学生: their own released results


class User(Record):
    """An account. ``classes`` bounds a teacher; ``candidate_number`` is whom a student is."""

    login: str = Field(pattern=r"^[A-Za-z0-9_.@-]{2,40}$")
    name: str
    role: Role
    classes: tuple[str, ...] = ()
    candidate_number: str = ""
    active: bool = True
    one_time: bool = False  #: the office gave the password; it must be changed at the next log-in
