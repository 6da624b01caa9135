"""Reasons as a pupil reads them: why points were given or lost, without what was said among the staff.

Scorers tell teachers more than that: which marked answers an answer is like, how a proposal came about, what a
reader was unsure of, what a person should look at. What is left may be "", and then what the criterion asks for
is said instead (``feedback._wording.why_less``).
"""

from __future__ import annotations

import re

#: All of a reason that is only about how marking went.
_ONLY_STAFF = re.compile(
    r"(?:请重新确认填涂|人工确认填涂|评分标准已修改).*"
    r"|没有这道题的图像|有笔迹，未能识别|没有读到填涂区|作文由教师评分|第 [\d、]+ 空没有识别结果",
    re.DOTALL,
)
#: The judge's own reason is free text of a model that no person has read.
_JUDGES_WORDS = r"；评分模型的理由：.*|\s?The judge's reason: .*"
#: Which marked answers an answer is like.
_LIKENESS = (
    r"与老师判过的第[\d、]+份相近(?:，得[\d.]+分|（得[\d.]+分）)"
    r"|介于老师判过的(?:\d+份之间|几份之间（共\d+份）)，估计得[\d.]+分"
    r"|[Ss]imilar to \d+ marked answers?(?:, [\d.]+ points?| \([\d.]+ points?\)\.)"
    r"|(?:between \d+ answers marked before, about|Between answers marked before \(\d+ of them\): about)"
    r" [\d.]+ points?\.?"
)
#: How many marks of the teacher moved the proposal.
_LEARNED = (
    r"按老师评过的\d+份，(?:建议不变|由[\d.]+分改为[\d.]+分)"
    r"|(?:unchanged|from [\d.]+ to [\d.]+) after \d+ marks of the teacher"
)
#: Why the judge did not decide, and how often it agreed with itself.
_JUDGE = (
    r"（[^（）]*评分模型[^（）]*）|（\d+ 次判断 \d+ 次一致）"
    r"|\s\([^()]*\bthe judge\b[^()]*\)|\s\(\d+ of \d+ judgements agree\)"
)
#: What the reader was unsure of, and what a person should look at.
_READER = (
    r"（\d+%?，自由读作“[^”]*”）|（按通常的写法也像“[^”]*”，请看图）"
    r"|（填涂可疑：[^（）]*）|\s?\(填涂经人工确认\)|，未能证明|，请看[^；，（）]*"
)
_LEFT_OUT = re.compile(
    rf"\s?[（(](?:{_LIKENESS}|{_LEARNED})[)）]|{_LIKENESS}|{_LEARNED}|{_JUDGE}|{_READER}|{_JUDGES_WORDS}",
    re.DOTALL,
)
_READ_AS = re.compile(r"自由读作“[^”]*”，对照字迹更可能是“([^”]*)”")
#: What is left between reasons when one of them is gone.
_GAPS = re.compile(r"^[；\s]+|[；\s]+$|(?<=；)；+")


def for_pupils(reason: str) -> str:
    """The reason without what was said among the staff; "" where it was only that."""
    if _ONLY_STAFF.fullmatch(reason):
        return ""
    left = _READ_AS.sub(r"读作“\1”", _LEFT_OUT.sub("", reason))
    return _GAPS.sub("", left)
