"""Answers to fills: those with the same verified text in every blank make a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from marking.groups.records import Group, GroupKind
from marking.groups.traits import direction_words, traits_of
from marking.groups.words import why_plain
from marking.normalise import comparable, halfwidth

#: Below this probability of its text an answer is judged alone.
SURE = 0.9


@dataclass(frozen=True, slots=True)
class FillAnswer:
    """The likely text of each blank and how probable it is; "" for a blank left empty, ``None`` if unread."""

    blanks: tuple[tuple[str | None, float], ...]


def group_fills(answers: Sequence[FillAnswer], language: str = "zh") -> tuple[Group, ...]:
    """All answers in groups, each in exactly one; the largest first.

    Two answers share a group when every blank says the same (case counts: a teacher may mind it) and
    every text is as probable as ``SURE``.
    """
    same: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    alone, blank, unread = [], [], []
    for n, answer in enumerate(answers):
        texts = [text for text, _ in answer.blanks]
        if any(text is None for text in texts):
            unread.append(n)
        elif not any(comparable(text or "") for text in texts):
            blank.append(n)
        elif min(chance for _, chance in answer.blanks) < SURE:
            alone.append(n)
        else:
            same[tuple(_form(text or "") for text in texts)].append(n)
    groups = [_gathered(members, answers, language) for members in same.values()]
    groups += [_gathered([n], answers, language) for n in alone]
    groups += [
        Group(kind=kind, members=tuple(members), why=why_plain(kind, len(members), language))
        for kind, members in ((GroupKind.BLANK, blank), (GroupKind.UNREAD, unread))
        if members
    ]
    return tuple(sorted(groups, key=lambda group: (-group.size, min(group.members))))


def _form(text: str) -> str:
    """The comparable text with its case and the small signs that may mean something (f', x²)."""
    signs = "".join(sign for sign in halfwidth(text) if sign in "'!~^")
    return comparable(text, case_sensitive=True) + signs


def _gathered(members: list[int], answers: Sequence[FillAnswer], language: str) -> Group:
    texts = [text or "" for text, _ in answers[members[0]].blanks]
    joined = " / ".join(texts)
    traits = traits_of(joined)
    kind = GroupKind.SAME if len(members) > 1 else GroupKind.ALONE
    shown = " / ".join(text or "–" for text in texts)
    why = {"zh": f"都写“{shown}”", "en": f"All say “{shown}”"}[language] if len(members) > 1 else ""
    return Group(
        kind=kind,
        members=tuple(members),
        words=tuple(dict.fromkeys(text for text in texts if text)),
        numbers=traits.numbers,
        negations=traits.negations,
        directions=direction_words(joined),
        why=why
        or {"zh": "字迹把握不大或没有相同的作答", "en": "Not surely read, or no other answer says the same"}[
            language
        ],
    )
