"""Wrong answers gathered into groups: the same, or nearly the same, said in one line with a count."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from core.base import Record
from core.exams import Essay, Fill, Item, ShortAnswer
from core.results import ExamResults, ItemResult
from feedback._items import awarded, counted_answers
from feedback._wording import SAYS_LESS, blank_key, chosen_label, criterion_names
from feedback.for_pupils import for_pupils

#: Two texts (not numbers) of at least four characters that agree this far are one answer.
_SIMILAR = 0.8
_SHORTEST_SIMILAR = 4
#: An answer that shows how it is done earns at least this share.
_EXCELLENT_SHARE = 0.85
_DIGITS = re.compile(r"\d")
_NOISE = re.compile(r"[\s,，.。;；、:：!！?？\"'“”‘’()（）]+")


class AnswerExample(Record):
    """A group of like answers, and one of them to show: ``(page_id, item)`` names its crop."""

    answer: str  #: what most of the group wrote, "未作答" for blanks, "" for long answers
    part: str  #: the blank it belongs to ("第2空"), "" otherwise
    count: int
    share: float  #: of those to whom the item counts
    page_id: str
    item: str
    broken: tuple[str, ...]  #: names of the criteria that earned nothing or too little
    reason: str


class _Wrong(Record):
    """One wrong answer, before grouping."""

    key: str  #: answers with like keys belong together
    shown: str
    part: str
    broken: tuple[str, ...]
    reason: str
    result: ItemResult


def wrong_answer_groups(results: ExamResults, item: Item) -> tuple[AnswerExample, ...]:
    """Groups of wrong answers, the largest first; blank ones last, since there is nothing to show."""
    pairs = counted_answers(results, item.number)
    if isinstance(item, Essay):
        return ()
    wrong = [w for _, answer in pairs for w in _wrong_of(item, answer)]
    groups = _grouped(wrong)
    examples = [_example(group, len(pairs)) for group in groups]
    return tuple(sorted(examples, key=lambda e: (e.answer == "未作答", -e.count)))


def excellent_answer(results: ExamResults, item: Item) -> AnswerExample | None:
    """The best written answer that has a page to show, the shortest of equals; ``None`` without one."""
    if not isinstance(item, ShortAnswer | Essay):
        return None
    pairs = counted_answers(results, item.number)
    good = [a for _, a in pairs if a.page_id and (a.steps or 0) >= _EXCELLENT_SHARE * a.full_steps]
    if not good:
        return None
    best = min(good, key=lambda a: (-(a.steps or 0), len(a.answer), a.page_id))
    return AnswerExample(
        answer="", part="", count=len(good), share=len(good) / len(pairs), page_id=best.page_id,
        item=item.number, broken=(), reason=for_pupils(best.reason),
    )  # fmt: skip


def _wrong_of(item: Item, answer: ItemResult) -> Iterable[_Wrong]:
    """The wrong parts of one answer: each wrong blank, or the answer as a whole."""
    if (answer.steps or 0) >= answer.full_steps:
        return
    if isinstance(item, Fill) and answer.answer_parts:
        yield from _wrong_blanks(item, answer)
    elif isinstance(item, ShortAnswer):
        broken = _broken(item, answer)
        key = "未作答" if answer.blank else "|".join(broken)
        yield _wrong(answer, key, "未作答" if answer.blank else "", broken=broken)
    else:
        shown = "未作答" if answer.blank or not answer.answer else chosen_label(item, answer.answer)
        yield _wrong(answer, shown, shown)


def _wrong_blanks(item: Fill, answer: ItemResult) -> Iterable[_Wrong]:
    for place, (key, name, full) in enumerate(criterion_names(item)):
        steps = awarded(answer, key, place)
        if steps is None or steps >= full:
            continue
        text = answer.answer_parts[place] if place < len(answer.answer_parts) else ""
        shown = text.strip() or "未作答"
        label = name if len(item.blanks) > 1 else ""
        right = f"应为 {blank_key(item.blanks[place])}"
        yield _wrong(answer, f"{place}:{_normal(shown)}", shown, part=label, reason=right)


def _wrong(
    answer: ItemResult, key: str, shown: str, part: str = "", broken: tuple[str, ...] = (), reason: str = ""
) -> _Wrong:
    told = [for_pupils(award.reason) for award in answer.awards if award.steps < award.full_steps]
    lost = [reason for reason in told if not SAYS_LESS.match(reason)]
    return _Wrong(
        key=key, shown=shown, part=part, broken=broken, reason=reason or "；".join(dict.fromkeys(lost)),
        result=answer,
    )  # fmt: skip


def _broken(item: ShortAnswer, answer: ItemResult) -> tuple[str, ...]:
    """Statements of the criteria that did not earn all their points."""
    named = enumerate(criterion_names(item))
    return tuple(
        name
        for place, (key, name, full) in named
        if (steps := awarded(answer, key, place)) is not None and steps < full
    )


def _normal(text: str) -> str:
    """For comparison: full and half width, case, spaces and points of no account."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded if _DIGITS.search(folded) else _NOISE.sub("", folded) or folded


def _grouped(wrong: Sequence[_Wrong]) -> list[list[_Wrong]]:
    """Equal keys together, then small groups into larger ones that read almost alike."""
    equal: dict[str, list[_Wrong]] = {}
    for answer in wrong:
        equal.setdefault(answer.key, []).append(answer)
    merged: dict[str, list[_Wrong]] = {}
    for key in sorted(equal, key=lambda k: (-len(equal[k]), k)):
        near = next((k for k in merged if _alike(k, key)), key)
        merged.setdefault(near, []).extend(equal[key])
    return list(merged.values())


def _alike(one: str, other: str) -> bool:
    """Whether two answers to the same blank differ by a slip; numbers never do."""
    (place, _, a), (place_b, _, b) = one.partition(":"), other.partition(":")
    if not a or not b or place != place_b or _DIGITS.search(a + b):
        return False
    long_enough = min(len(a), len(b)) >= _SHORTEST_SIMILAR
    return long_enough and difflib.SequenceMatcher(None, a, b).ratio() >= _SIMILAR


def _example(group: Sequence[_Wrong], counted: int) -> AnswerExample:
    """The group's line; shown is the answer of middle length that has a page."""
    shown = sorted(
        (w for w in group if w.result.page_id), key=lambda w: (len(w.result.answer), w.result.page_id)
    )
    chosen = shown[len(shown) // 2] if shown else group[0]
    words = [w.shown for w in group]
    return AnswerExample(
        answer=max(dict.fromkeys(words), key=words.count),
        part=chosen.part,
        count=len(group),
        share=len(group) / counted,
        page_id=chosen.result.page_id,
        item=chosen.result.item,
        broken=chosen.broken,
        reason=chosen.reason,
    )
