"""Answers to one item gathered into groups that a teacher marks in one action.

``Group`` is what the web shows; ``group_responses`` and ``group_fills`` make groups, on workers.
"""

from marking.groups.fills import FillAnswer, group_fills
from marking.groups.gathering import Embed, group_responses
from marking.groups.records import Group, GroupKind

__all__ = ["Embed", "FillAnswer", "Group", "GroupKind", "group_fills", "group_responses"]
