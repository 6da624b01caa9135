"""What a teacher's marks of an item taught: how well it is foreseen, and which proposals it changes."""

from __future__ import annotations

from datetime import datetime

from core.base import Record


class LearningPoint(Record):
    """After ``k`` marks: how the marks were foreseen, each without itself, and by the first proposals.

    ``kappa`` is quadratic weighted agreement in [-1, 1], ``None`` where all marks are equal; ``same`` and
    ``same_before`` are the shares of marks foreseen exactly, by what was learned and by the proposals that
    the machine had made before it learned.
    """

    k: int
    kappa: float | None
    same: float
    same_before: float | None


class LearningChange(Record):
    """One proposal that changes."""

    page_id: str
    text: str
    before: int | None  #: steps
    after: int
    reason: str


class LearningReport(Record):
    """What was learned last. ``rubric`` is the standard's SHA-256 then.

    ``moves`` counts proposals by (steps before, steps after), changed ones alone; ``waiting`` is how many
    proposals were looked at; ``applied`` says that the changes were made; ``held``: they wait since the item
    has marks given unseen, which are good for a licence only while proposals stay those that were measured.
    """

    rubric: str
    at: datetime
    curve: tuple[LearningPoint, ...]
    waiting: int
    moves: tuple[tuple[int | None, int, int], ...] = ()
    examples: tuple[LearningChange, ...] = ()
    applied: bool = False
    held: bool = False
    by: str = "machine"

    @property
    def k(self) -> int:
        """How many marks it was learned from."""
        return self.curve[-1].k if self.curve else 0

    @property
    def changed(self) -> int:
        """How many proposals change their steps."""
        return sum(count for _, _, count in self.moves)


class LearningPolicy(Record):
    """How an exam's proposals follow what was learned: at once, or when the office has looked."""

    ask_first: bool = False
