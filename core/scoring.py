"""What a scorer is given: the question, its rubric, a response; and responses that people marked.

Nothing in these records says who answered: they may be sent to a model server inside the school.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.base import Record
from core.exams import Criterion, ShortAnswer
from core.pages import TextReading
from core.scores import ScoreStep


class Question(Record):
    """What was asked. ``stem`` may hold Markdown and LaTeX; ``material`` is what was given to read."""

    stem: str = ""
    material: str = ""
    subject: str = ""
    language: Literal["zh", "en"] = "zh"


class ScoreLevel(Record):
    """One level of a holistic rubric: what an answer of so many steps is like."""

    steps: int = Field(ge=0)
    description: str


class Rubric(Record):
    """How answers earn steps: by criteria, or as a whole against reference answers and levels.

    With ``criteria`` a scorer answers with one award a criterion, in their order; without, with one award
    for the whole item (criterion "").
    """

    full_steps: int = Field(gt=0)
    step: ScoreStep = ScoreStep.ONE
    criteria: tuple[Criterion, ...] = ()
    references: tuple[str, ...] = ()  #: full-mark answers
    levels: tuple[ScoreLevel, ...] = ()

    @classmethod
    def of(cls, item: ShortAnswer, step: ScoreStep = ScoreStep.ONE) -> Rubric:
        """The rubric of an exam's item."""
        references = (item.reference_answer,) if item.reference_answer else ()
        return cls(full_steps=item.full_steps, step=step, criteria=item.criteria, references=references)


class Response(Record):
    """An answer: its text, and the reading that it comes from where it was handwritten.

    ``text`` is what ``readings`` say, regions joined by newlines; evidence offsets count in the text of
    their own part (see ``core.marks.Evidence``). ``quieted`` says that the answer spoke to its marker: what
    did is turned to spaces where it can be told apart, and no language model is asked about the rest.
    """

    text: str
    readings: tuple[TextReading, ...] = ()
    quieted: bool = False

    @classmethod
    def of(cls, readings: tuple[TextReading, ...]) -> Response:
        ordered = tuple(sorted(readings, key=lambda reading: reading.part))
        return cls(text="\n".join(reading.text for reading in ordered), readings=ordered)


class MarkedResponse(Record):
    """A response with a person's steps, per criterion where the rubric has criteria."""

    response: Response
    steps: int = Field(ge=0)
    by_criterion: tuple[tuple[str, int], ...] = ()
