"""Answers to an item in groups, as kept; and what people did with the groups."""

from __future__ import annotations

from datetime import datetime

from core.base import Record


class GroupMember(Record):
    """One response: the page on which it begins, and what was read."""

    page_id: str
    text: str = ""


class AnswerGroup(Record):
    """Answers that can be marked in one action. ``kind`` as ``marking.groups.GroupKind``.

    ``words``, ``numbers`` and ``directions`` are what all members share; the first member stands for all.
    """

    id: str
    kind: str
    members: tuple[GroupMember, ...]
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    negations: int = 0
    directions: tuple[str, ...] = ()
    bridged: tuple[str, ...] = ()  #: differences that marks given before have shown not to matter
    likely: tuple[tuple[str, int], ...] = ()  #: steps that marked answers like these got, by criterion
    why: str = ""


class GroupReport(Record):
    """All groups of an item as they were made. ``rubric`` is the standard's SHA-256 then."""

    rubric: str
    groups: tuple[AnswerGroup, ...]
    marks: int = 0  #: of people, that were known then
    embedded: bool = True  #: whether a text encoder took part
    at: datetime


class GroupAction(Record):
    """One action of a person: the same mark for all of ``marked`` (page id, revision of the mark)."""

    id: str
    group: str
    kind: str
    by: str
    marked: tuple[tuple[str, int], ...]
    at: datetime
    undone: bool = False


class GroupDeeds(Record):
    """What people did with an item's groups; ``alone`` are pages whose answers are judged by themselves."""

    actions: tuple[GroupAction, ...] = ()
    alone: tuple[str, ...] = ()
