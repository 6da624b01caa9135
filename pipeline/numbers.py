"""考号 for candidates that have none: grade and class, then a running number, as long as on the card."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from core.errors import Conflict
from core.exams import Exam
from core.rosters import Candidate

_GRADE_AND_CLASS = re.compile(
    r"^(?P<level>[初高小])?(?P<grade>[一二三四五六七八九]|\d)?(?:年级|级)?"
    r"[(（]?(?P<class>\d{1,2}|[一二三四五六七八九十]{1,3})[)）]?班?$"
)
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_LEAST_RUNNING = 2


def numbered(candidates: Sequence[Candidate], exam: Exam, digits: int) -> tuple[Candidate, ...]:
    """The candidates in the same order, each with a 考号; those that have one keep it.

    Args:
        candidates: the whole roster, so that no number is given twice.
        exam: its date gives the year that fills the left, where there is room.
        digits: how long each new number is, from 1.

    Raises:
        Conflict: so many digits do not suffice for so many candidates.
    """
    classes = _class_codes(candidates)
    running = max(_LEAST_RUNNING, len(str(max(Counter(classes).values(), default=0))))
    if max((len(code) for code in classes), default=0) + running > digits:
        classes, running = ("",) * len(candidates), digits
    taken = {c.number for c in candidates if c.number}
    series: dict[str, Iterator[str]] = {}
    made = []
    for candidate, code in zip(candidates, classes, strict=True):
        if candidate.number:
            made.append(candidate)
            continue
        if code not in series:
            series[code] = _series(_front(exam, code, digits - running), running, taken)
        made.append(candidate.model_copy(update={"number": next(series[code])}))
    return tuple(made)


def _series(front: str, running: int, taken: set[str]) -> Iterator[str]:
    for n in count(1):
        number = f"{front}{n:0{running}d}"
        if len(number) > len(front) + running:
            raise Conflict(
                f"{len(front) + running} 位考号不够用: {front} 之后的号码都已用完。",
                "请在试卷里增加考号位数, 重新生成答题卡后再试。",
            )
        if number not in taken:
            yield number


def _front(exam: Exam, code: str, length: int) -> str:
    """What stands before the running number: year, zeros, grade and class."""
    if not code:
        return ""
    room = length - len(code)
    year = str(exam.date)[:4] if re.match(r"\d{4}", str(exam.date)) else ""
    filled = year if room >= 4 else year[2:] if room >= 2 else ""
    return filled.ljust(room, "0") + code


def _class_codes(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Grade digit (if named) and two digits of the class; classes with other names get free ones."""
    codes = {name: _class_code(name) for name in dict.fromkeys(c.class_name for c in candidates)}
    used = {code[-2:] for code in codes.values() if code}
    free = (f"{n:02d}" for n in count(1) if f"{n:02d}" not in used)
    whole = {name: code or (next(free) if name else "00") for name, code in codes.items()}
    return tuple(whole[c.class_name] for c in candidates)


def _class_code(name: str) -> str:
    match = _GRADE_AND_CLASS.match(name.strip())
    if match is None:
        return ""
    number = _whole(match["class"])
    grade = str(_whole(match["grade"])) if match["grade"] else ""
    return f"{grade}{number:02d}" if 0 < number < 100 else ""


def _whole(text: str) -> int:
    """A number below 100 in Arabic or Chinese digits."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
