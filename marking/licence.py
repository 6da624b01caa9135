"""What the machine may settle alone."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from core.base import Record
from core.exams import ItemKind

#: The smallest confidence at which a proposal of this kind is final; ``None``: a person always looks.
Threshold = Annotated[float, Field(ge=0.5, le=1)] | None


class Licence(Record):
    """Per item kind, from which confidence on the machine's proposal needs no person.

    The defaults are safe ones: what is printed and filled settles, handwriting in fills settles when
    it was read clearly, short answers never. Essays cannot be licensed at all: the rules for schools
    (教师生成式人工智能应用指引) forbid a machine's mark as a pupil's final one.
    """

    single_choice: Threshold = 0.98
    multiple_choice: Threshold = 0.98
    true_false: Threshold = 0.98
    fill: Threshold = 0.97
    short_answer: Threshold = None
    essay: None = None

    @model_validator(mode="before")
    @classmethod
    def _essays_are_for_people(cls, values: object) -> object:
        if isinstance(values, dict) and values.get("essay") is not None:
            raise ValueError(f"essays are marked by people only; essay={values['essay']!r} was asked for")
        return values

    def allows(self, kind: ItemKind, confidence: float) -> bool:
        """Whether a proposal of this kind and confidence is final."""
        threshold: float | None = getattr(self, kind.value)
        return threshold is not None and confidence >= threshold

    def without(self, kind: ItemKind) -> Self:
        """The same licence with one kind left to people."""
        return self.model_copy(update={kind.value: None})
