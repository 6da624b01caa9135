"""A group of answers, and what its members share."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.base import Record


class GroupKind(StrEnum):
    """How the members came together."""

    BLANK = "blank"  #: nothing is written
    UNREAD = "unread"  #: something is written that could not be read
    SAME = "same"  #: the same words, but for case, width, 繁简 and punctuation
    ALIKE = "alike"  #: the same numbers, negations, directions and key words, in nearly the same words
    LEARNT = "learnt"  #: joined because the marks given so far show that their differences do not matter
    ALONE = "alone"  #: no other answer is like it


class Group(Record):
    """Answers that can be marked in one action. Numbers of ``members`` count in the sequence grouped.

    ``words``, ``numbers``, ``negations`` and ``directions`` are what all members have; in every group but a
    learnt one, no member has any other number, negation, direction or key word than these.
    """

    kind: GroupKind
    members: tuple[int, ...] = Field(min_length=1)  #: the representative first, then those nearest to it
    words: tuple[str, ...] = ()  #: key words that all members use, the rarest first
    numbers: tuple[str, ...] = ()  #: e.g. "2 N"
    negations: int = 0  #: how many words of negation
    directions: tuple[str, ...] = ()  #: e.g. "增大", "more", as the representative writes them
    bridged: tuple[str, ...] = ()  #: differences that the marks given so far have shown not to matter
    likely: tuple[tuple[str, int], ...] = ()  #: what the marked answers like these got, by criterion
    why: str = ""  #: for the teacher, in the item's language

    @property
    def representative(self) -> int:
        """The member that is most like all the others (the medoid)."""
        return self.members[0]

    @property
    def size(self) -> int:
        return len(self.members)
