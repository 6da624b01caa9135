"""Who sits the exam."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from core.base import Record


class Candidate(Record):
    """One candidate of one exam. ``id`` never changes; ``number`` (考号) is unique when present."""

    id: str = Field(min_length=1)
    number: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,20}$")
    name: str = ""
    class_name: str = ""  #: as the school writes it, tidied: "1班", "高一(1)班"
    student_number: str = ""  #: 学号
    school: str = ""
    grade: str = ""
    room: str = ""  #: 考场
    seat: str = ""  #: 座位号
    subjects: str = ""  #: 选科


class Roster(Record):
    """All candidates of one exam; may be empty, then numbers alone identify."""

    candidates: tuple[Candidate, ...] = ()

    @model_validator(mode="after")
    def _numbers_are_unique(self) -> Self:
        numbers = [c.number for c in self.candidates if c.number]
        twice = (
            sorted({n for n in numbers if numbers.count(n) > 1}) if len(set(numbers)) < len(numbers) else []
        )
        if twice:
            raise ValueError(f"考号 given to more than one candidate: {', '.join(twice[:5])}")
        return self

    def by_id(self) -> dict[str, Candidate]:
        return {c.id: c for c in self.candidates}

    def by_number(self) -> dict[str, Candidate]:
        return {c.number: c for c in self.candidates if c.number}
