"""One text against one blank: what it earns, why, and how clear the comparison is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.answer_keys import Check, NumericKey
from core.exams import Blank
from marking.distance import edit_distance
from marking.equivalence import Equivalence, compare_expressions
from marking.normalise import comparable, halfwidth, spaced
from marking.quantities import NumericVerdict, hold_against
from marking.science.judging import judge
from marking.science.numbers import judge_number

#: Answers longer than this are no answer to a blank.
MAX_CHARACTERS = 200
#: A number that was read for sure and is not the key's: no teacher forgives it.
_OTHER_NUMBER = 0.99
#: A miss in some of the key's own characters may mean the same.
_SAME_WORDS = 0.6
_SMALL_SIGNS = "'!~"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a text earns.

    ``clearness`` in [0, 1]: that a teacher who reads the same text gives the same steps.
    """

    steps: int
    reason: str
    clearness: float


def compare_blank(blank: Blank, text: str, *, verified: bool = False) -> Outcome:
    """The best of what the blank's keys give for the text.

    Args:
        verified: how probable the text is, is known from the picture; then a number that is nearly the
            key's is no likelier a slip of the reader than any other, and wrong is wrong.
    """
    if len(text) > MAX_CHARACTERS:
        return Outcome(0, f"作答有 {len(text)} 个字符，超出一个空的长度", 0.3)
    known = _known_wrong(blank, text)
    if known is not None:
        return known
    outcomes = [_by_accepted(blank, text, verified)] if blank.accepted else []
    if blank.numeric is not None:
        outcomes.append(_by_number(blank, blank.numeric, text, verified))
    if blank.expression:
        outcomes.append(_by_expression(blank, text))
    if blank.check is not None:
        outcomes.append(_by_check(blank, blank.check, text, verified))
    best = max(outcomes, key=lambda outcome: (outcome.steps, outcome.clearness))
    if best.steps == 0:
        # A miss is as clear as the least clear of the comparisons that missed.
        return min(outcomes, key=lambda outcome: outcome.clearness)
    return best


def _known_wrong(blank: Blank, text: str) -> Outcome | None:
    """A wrong answer that the teacher listed: as clear as the key itself."""
    written = comparable(text, blank.case_sensitive)
    accepted = {comparable(one, blank.case_sensitive) for one in blank.accepted}
    for wrong in blank.wrong:
        if written and written not in accepted and written == comparable(wrong, blank.case_sensitive):
            return Outcome(0, f"是列出的常见错答“{wrong}”", 1.0)
    return None


def _by_accepted(blank: Blank, text: str, verified: bool) -> Outcome:
    written = comparable(text, blank.case_sensitive)
    for accepted in blank.accepted:
        if written and written == comparable(accepted, blank.case_sensitive):
            same_words = spaced(text) == spaced(accepted)
            return Outcome(blank.steps, f"与答案“{accepted}”相同", 1.0 if same_words else 0.9)
    nearest = min(blank.accepted, key=lambda a: edit_distance(written, comparable(a, blank.case_sensitive)))
    wanted = comparable(nearest, blank.case_sensitive)
    numbers = verified and _NUMBER.fullmatch(written) and _NUMBER.fullmatch(wanted)
    clear = numbers and not _same_digits(written, wanted)
    clearness = _OTHER_NUMBER if clear else _miss_clearness(written, wanted)
    if _share_a_word(written, blank.accepted):
        clearness = min(clearness, _SAME_WORDS)
    return Outcome(0, f"与答案“{nearest}”不同", clearness)


def signs_agree(blank: Blank, key: str, read: str) -> bool:
    """Whether small signs of the key that mean something (f', 3!, 1~2, x²) were read, too.

    Comparing passes over them, since in prose they say nothing and readers lose them.
    """
    wanted, written = halfwidth(key), halfwidth(read)
    signs = _SMALL_SIGNS + ("^" if blank.expression or blank.check else "")
    return all(written.count(sign) >= wanted.count(sign) for sign in signs)


def _share_a_word(written: str, accepted: tuple[str, ...]) -> bool:
    """Whether a Chinese character of the answer stands in a key: 没有变 may say what 不变 says."""
    chinese = {char for char in written if char >= "\u3400"}
    return any(char in chinese for key in accepted for char in comparable(key))


def _same_digits(text: str, other: str) -> bool:
    """Whether two numbers differ in points, signs and noughts at the ends alone.

    A point or a minus is the smallest mark on paper: scanner and reader lose it where no digit would be.
    """
    return _core_digits(text) == _core_digits(other)


def _core_digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit()).strip("0")


def _miss_clearness(written: str, accepted: str) -> float:
    """A near miss may be a slip of the reader, or one that a teacher forgives."""
    if written.lower() == accepted.lower():
        return 0.6
    edits = edit_distance(written, accepted)
    longest = max(len(written), len(accepted), 1)
    if edits <= 1 or edits / longest <= 0.34:
        return 0.55
    if accepted in written or (len(written) > 1 and written in accepted):
        return 0.5
    return 0.98 if edits / longest > 0.6 else 0.85


def _by_number(blank: Blank, key: NumericKey, text: str, verified: bool) -> Outcome:
    judged, held = judge_number(key, blank.steps, text), hold_against(key, text)
    if judged.steps or held.verdict is NumericVerdict.WRONG_UNIT:
        return Outcome(judged.steps, judged.reason, judged.clearness)
    if held.number_is_right:  # the figures or the unit cost everything
        return Outcome(0, judged.reason, judged.clearness)
    written = comparable(text)
    near = min(_miss_clearness(written, comparable(form)) for form in (key.value, key.value + key.unit))
    if held.verdict is NumericVerdict.NO_NUMBER:
        return Outcome(0, judged.reason, min(near, 0.7))
    if verified and held.clear and not _same_digits(written, key.value):
        near = _OTHER_NUMBER
    return Outcome(0, judged.reason, near if held.clear else min(near, 0.6))


def _by_check(blank: Blank, check: Check, text: str, verified: bool) -> Outcome:
    if isinstance(check, NumericKey):
        return _by_number(blank, check, text, verified)
    judged = judge(check, blank.steps, text)
    if judged.steps:
        return Outcome(judged.steps, judged.reason, judged.clearness)
    near = _miss_clearness(comparable(text), comparable(check.value))
    return Outcome(0, judged.reason, min(near, judged.clearness))


def _by_expression(blank: Blank, text: str) -> Outcome:
    verdict, clear = compare_expressions(blank.expression, text)
    if verdict is Equivalence.SAME:
        return Outcome(blank.steps, f"与 {blank.expression} 等价", 1.0 if clear else 0.7)
    if verdict is Equivalence.UNDECIDED:
        return Outcome(blank.steps, f"看来与 {blank.expression} 等价，未能证明", 0.6)
    if verdict is Equivalence.POSITIVE:
        return Outcome(blank.steps, f"与 {blank.expression} 等价（字母都取正数时），请看题目条件", 0.5)
    near = _miss_clearness(comparable(text), comparable(blank.expression))
    if verdict is Equivalence.UNREADABLE:
        return Outcome(0, f"读不成算式，答案是 {blank.expression}", min(near, 0.6))
    return Outcome(0, f"与 {blank.expression} 不等价", near if clear else min(near, 0.6))
