"""选做题: which item of a group counts."""

from __future__ import annotations

from collections.abc import Mapping

from core.base import Record
from core.exams import OptionalGroup
from core.pages import BubbleReading, BubbleVerdict


class OptionalChoice(Record):
    """The item that counts; ``None`` while a person has to say."""

    counted: str | None
    doubtful: bool
    reason: str


def count_optional(
    group: OptionalGroup, reading: BubbleReading | None, answered: Mapping[str, bool]
) -> OptionalChoice:
    """Which item of the group counts.

    Args:
        group: the group.
        reading: its box field as read, or ``None`` when the card shows none.
        answered: item number → something is written there.
    """
    filled = tuple(n for n in (reading.marked if reading is not None else ()) if n in group.items)
    written = tuple(number for number in group.items if answered.get(number, False))
    if len(filled) > 1:
        return _waiting(f"选做题涂了 {'、'.join(filled)} 题，请人工确定")
    if len(filled) == 1:
        return _by_box(filled[0], reading, written)
    if len(written) == 1:
        return OptionalChoice(
            counted=written[0], doubtful=True, reason=f"选做题未涂题号，只有第 {written[0]} 题有作答"
        )
    if not written:
        unsure = reading is not None and reading.verdict is BubbleVerdict.DOUBTFUL
        return OptionalChoice(counted=group.items[0], doubtful=unsure, reason="选做题未涂题号，也没有作答")
    return _waiting(f"选做题未涂题号，但 {'、'.join(written)} 题都有作答，请人工确定")


def _by_box(number: str, reading: BubbleReading | None, written: tuple[str, ...]) -> OptionalChoice:
    if reading is not None and reading.verdict is BubbleVerdict.DOUBTFUL:
        return OptionalChoice(
            counted=number, doubtful=True, reason=f"选做题涂了第 {number} 题，但填涂可疑：{reading.reason}"
        )
    if written and number not in written:
        return OptionalChoice(
            counted=number,
            doubtful=True,
            reason=f"选做题涂了第 {number} 题，但写在第 {'、'.join(written)} 题",
        )
    return OptionalChoice(counted=number, doubtful=False, reason=f"选做题涂了第 {number} 题")


def _waiting(reason: str) -> OptionalChoice:
    return OptionalChoice(counted=None, doubtful=True, reason=reason)
