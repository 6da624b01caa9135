"""What the machine may settle alone."""

from __future__ import annotations

import hashlib
from typing import Annotated, Self

from pydantic import Field, model_validator

from core.base import Record
from core.exams import ItemKind
from core.marks import Mark, MarkSource, MarkState

#: Kinds that cannot be licensed by measuring: a person decides essays, and choices settle by the settings.
LOCKED_KINDS = frozenset({ItemKind.ESSAY})
SET_KINDS = frozenset({ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.TRUE_FALSE})

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


def scored_by(mark: Mark) -> str:
    """Who a machine's mark is by, as exactly as a licence needs it: model, stand-ins, and what read the answer.

    Where a judge did not answer, another scorer stood in for it on some criteria; such a mark carries the judge's
    name and is not what was measured of the judge.
    """
    stand_ins = sorted({a.model for a in mark.awards if a.model and a.model not in mark.model})
    judged = _JUDGE in mark.model
    return (
        mark.model
        + "".join(f" | {name}" for name in stand_ins if judged)
        + f" @ {mark.engine}" * bool(mark.engine)
    )


#: How the names of judges begin: models that may fail to answer.
_JUDGE = "judge:"


class Terms(Record):
    """A chosen licence as it applies to one item."""

    label: str  #: scope and revision, e.g. "item:7#2"
    threshold: float | None = Field(ge=0, le=1)  #: ``None``: it has fallen back, a person decides
    model: str = ""  #: as ``scored_by`` says it
    rubric: str = ""
    alike: tuple[str, ...] = ()  #: rubrics under which every proposal is what it is under ``rubric``
    seed_share: float = Field(default=0.0, ge=0, le=1)  #: of what would settle, for people who do not see it

    def rules(self, mark: Mark) -> bool:
        """Whether the licence says anything of this mark: it was measured with its scorer and rubric."""
        if self.threshold is None:
            return True
        return scored_by(mark) == self.model and mark.rubric in (self.rubric, *self.alike)


class ItemTerms(Record):
    """All that was chosen for one item, in the order in which it counts (item before kind)."""

    chosen: tuple[Terms, ...] = ()
    measured_share: float = Field(
        default=0.0, ge=0, le=1
    )  #: goes to people who do not see the machine's mark


def under_terms(mark: Mark, terms: ItemTerms, *, otherwise: MarkState) -> Mark:
    """A machine's mark as the chosen licences would have it: final, waiting, or waiting unseen.

    Marks of people, marks without a score and flagged ones stay as they are.

    Args:
        mark: as proposed.
        terms: of its item.
        otherwise: its state where no licence says anything.
    """
    if mark.source is not MarkSource.MACHINE or mark.steps is None or mark.flag:
        return mark
    if falls_in(mark, "measure", terms.measured_share):
        return _in_state(mark, MarkState.PROPOSED, seed=True)
    ruling = next((one for one in terms.chosen if one.rules(mark)), None)
    if ruling is None:
        return _in_state(mark, otherwise)
    if ruling.threshold is None or mark.confidence < ruling.threshold:
        return _in_state(mark, MarkState.PROPOSED, licence=ruling.label)
    if falls_in(mark, "seed", ruling.seed_share):
        return _in_state(mark, MarkState.PROPOSED, seed=True, licence=ruling.label)
    return _in_state(mark, MarkState.FINAL, licence=ruling.label)


def _in_state(mark: Mark, state: MarkState, *, seed: bool = False, licence: str = "") -> Mark:
    return mark.model_copy(update={"state": state, "seed": seed, "licence": licence})


def falls_in(mark: Mark, draw: str, share: float) -> bool:
    """Whether the response is among this share of all; always the same for one response and draw."""
    digest = hashlib.sha256(f"{draw}:{mark.page_id}:{mark.item}".encode()).digest()
    return int.from_bytes(digest[:6], "big") < share * 2**48
