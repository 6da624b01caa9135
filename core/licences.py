"""What people's marks show about the machine's, and what the head lets the machine settle because of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from core.base import Record
from core.exams import ItemKind

_Share = Field(ge=0, le=1)


class MarkPair(Record):
    """A response that the machine proposed a mark for and a person marked afterwards."""

    page_id: str
    item: str
    model: str
    rubric: str  #: SHA-256 of the key and criteria that both marked by
    confidence: float = _Share
    machine_steps: int
    person_steps: int
    by: str
    at: datetime  #: of the person's mark
    first_at: datetime | None = None  #: of the person's first mark
    blind: bool  #: the person was not shown the machine's mark

    @property
    def right(self) -> bool:
        """Whether both gave the same steps."""
        return self.machine_steps == self.person_steps


class RiskPoint(Record):
    """If the machine settled from ``threshold`` on: counts among responses that people marked, and a bound."""

    threshold: float = _Share
    settled: int  #: marks at least so sure
    wrong: int  #: of these, marked otherwise by the person
    share: float = _Share  #: settled of all marks
    bound: float = _Share  #: upper bound of the share of wrong ones: 95 % sure in a curve, else as its look


class ReliabilityBin(Record):
    """Responses whose confidence lies in [low, high): how sure the machine was, how often the person agreed."""

    low: float
    high: float
    count: int
    confidence: float = _Share  #: mean
    agreed: float = _Share
    agreed_low: float = _Share  #: bounds of the share that agrees, each with 95 % certainty
    agreed_high: float = _Share


class Agreement(Record):
    """Machine against person on one item (or several); shares are counts over ``n``."""

    n: int
    full_steps: int
    exact: int = 0
    within_one: int = 0
    mean_difference: float | None = None  #: steps, machine − person
    kappa: float | None = None  #: quadratically weighted; ``None`` where it is not defined
    confusion: tuple[tuple[int, int, int], ...] = ()  #: (machine's steps, person's steps, how many)


class LevelPoint(Record):
    """What may be chosen at a level of wrong marks; ``point`` is ``None`` where nothing was shown to hold."""

    level: float = _Share
    point: RiskPoint | None
    needed: int  #: about so many more blind marks for a first point at this level (0: there is one)
    looked_at: int = 0  #: blind marks at the last look, which decided on ``point``; 0: there was none yet
    next_at: int = 0  #: blind marks at which the next look decides
    more: int = 0  #: responses that would be settled and still wait for a person or are marked by the machine
    minutes: float = 0.0  #: what people save by these


class Look(Record):
    """One look at the blind marks of a scope that decided what may be chosen at a level."""

    level: float = _Share
    marks: int  #: how many blind pairs it looked at
    certainty: float = _Share  #: of this look; all looks together are 95 % sure
    point: RiskPoint | None
    model: str
    items: tuple[tuple[str, str], ...]  #: (number, SHA-256 of its rubric)
    at: datetime


class Looks(Record):
    """All looks ever taken at a scope, oldest first; a changed scorer or rubric begins anew."""

    taken: tuple[Look, ...] = ()

    def of(self, level: float, model: str, items: tuple[tuple[str, str], ...]) -> tuple[Look, ...]:
        """Those at this level on marks of this scorer under these rubrics."""
        return tuple(one for one in self.taken if (one.level, one.model, one.items) == (level, model, items))

    def under(self, now_called: Mapping[str, str]) -> Looks:
        """The same where older rubrics have the name of the present one that they stand for."""
        return Looks(
            taken=tuple(
                one.model_copy(update={"items": tuple((item, now_called.get(r, r)) for item, r in one.items)})
                for one in self.taken
            )
        )


class AgreementReport(Record):
    """All that is known about machine and people on one scope: an item or the items of a kind."""

    scope: str
    items: tuple[tuple[str, str], ...]  #: (number, SHA-256 of its rubric) that was measured
    model: str  #: whose proposals these are; "" where there are none
    marked: int  #: responses that people have marked after any proposal
    blind: int  #: of the current model and rubric, the person not shown the machine's mark
    seen: int  #: the same, the person shown it, or not known
    older: int  #: proposals of another model or an older rubric; they count for nothing
    all_pairs: Agreement  #: blind and seen ones
    blind_pairs: Agreement
    bins: tuple[ReliabilityBin, ...] = ()  #: blind pairs where there are any, else all
    error: float | None = None  #: expected calibration error over ``bins``
    shift: float = 0.0  #: fitted calibration in log odds
    slope: float = 1.0
    curve: tuple[RiskPoint, ...] = ()  #: blind pairs alone
    levels: tuple[LevelPoint, ...] = ()
    conformal: RiskPoint | None = None  #: by conformal risk control at 2 %, for comparison
    seconds: float  #: a person's time for one mark
    seconds_measured: bool
    waiting: int  #: machine proposals with a score that wait or were settled by it
    differing: tuple[MarkPair, ...] = ()  #: the largest differences, surest first
    digest: str = ""  #: SHA-256 of the pairs that the curve is made of
    at: datetime

    def level(self, level: float) -> LevelPoint | None:
        """The entry of this level."""
        return next((entry for entry in self.levels if entry.level == level), None)


class LicenceAction(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"  #: by the head: what held without it holds again
    FALLEN_BACK = "fallen_back"  #: by the machine: people decide until the head chooses again
    MEASURING = "measuring"  #: people mark some responses without seeing the machine's mark


class Grant(Record):
    """What a licence rests on: the point as it stood, by which model and rubric."""

    level: float = _Share
    point: RiskPoint
    model: str
    items: tuple[tuple[str, str], ...]  #: (number, SHA-256 of its rubric)
    digest: str  #: of the pairs that the curve was made of
    seed_share: float = _Share
    looked_at: int = 0  #: blind marks at the look that allowed the point


class LicenceChoice(Record):
    """One revision of the licence of a scope: what was chosen, by whom it says the store."""

    scope: str
    action: LicenceAction
    grant: Grant | None = None  #: with GRANTED what holds now; with FALLEN_BACK and WITHDRAWN what held
    why: str = ""
    count: int = 0  #: MEASURING: how many responses …
    share: float = Field(default=0.0, ge=0, le=1)  #: … which is this share of all


def item_scope(number: str) -> str:
    """The scope of one item."""
    return f"item:{number}"


def kind_scope(kind: ItemKind) -> str:
    """The scope of all items of a kind."""
    return f"kind:{kind.value}"
