"""Answers made worse: misread and misspelt ones of the same meaning, and ones that say the opposite.

Confusions of Latin letters are the common ones of handwriting recognition; Chinese ones are read from a table
that the recogniser's own alternatives filled (``confusions_zh.tsv``) where there is one.
"""

from __future__ import annotations

import re
from random import Random

#: What readers of Latin handwriting take for one another.
_LOOKALIKES = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("l", "1"), ("l", "i"), ("i", "l"), ("o", "0"), ("a", "o"),
    ("o", "a"), ("u", "n"), ("n", "u"), ("e", "c"), ("c", "e"), ("t", "f"), ("f", "t"), ("v", "u"), ("h", "b"),
    ("g", "q"), ("g", "y"), ("s", "5"), ("w", "vv"), ("r", "v"), ("e", "l"), ("ri", "n"), ("b", "6"), ("z", "2"),
)  # fmt: skip
_OPPOSITES = (
    ("more", "less"), ("more", "fewer"), ("increases", "decreases"), ("increase", "decrease"), ("increased", "decreased"),
    ("higher", "lower"), ("high", "low"), ("faster", "slower"), ("fast", "slow"), ("larger", "smaller"), ("bigger", "smaller"),
    ("large", "small"), ("big", "small"), ("longer", "shorter"), ("long", "short"), ("hot", "cold"), ("hotter", "colder"),
    ("warm", "cool"), ("warmer", "cooler"), ("hard", "soft"), ("harder", "softer"), ("heavy", "light"), ("heavier", "lighter"),
    ("strong", "weak"), ("stronger", "weaker"), ("open", "closed"), ("always", "never"), ("all", "none"), ("same", "different"),
    ("before", "after"), ("above", "below"), ("up", "down"), ("left", "right"), ("first", "last"), ("most", "least"),
    ("loud", "quiet"), ("thick", "thin"), ("thicker", "thinner"), ("wet", "dry"), ("floats", "sinks"), ("float", "sink"),
    ("attract", "repel"), ("attracts", "repels"), ("solid", "liquid"), ("male", "female"), ("north", "south"),
    ("east", "west"), ("positive", "negative"), ("true", "false"), ("yes", "no"), ("better", "worse"), ("can", "cannot"),
    ("with", "without"), ("gains", "loses"), ("add", "remove"), ("expand", "contract"), ("tight", "loose"), ("tighter", "looser"),
    ("dominant", "recessive"), ("absorb", "reflect"), ("melts", "freezes"), ("maximum", "minimum"), ("early", "late"),
)  # fmt: skip
_TURNED = dict(_OPPOSITES) | {b: a for a, b in reversed(_OPPOSITES)}
_VERBS = re.compile(
    r"\b(is|are|was|were|can|could|will|would|does|do|did|has|have|should|must)\b(?! not|n't)", re.I
)
_NEGATION = re.compile(r"\b(not|never)\s+|n't\b", re.I)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[A-Za-z]+")

_OPPOSITES_ZH = (
    ("增加", "减少"), ("增大", "减小"), ("升高", "降低"), ("上升", "下降"), ("提高", "降低"), ("较大", "较小"), ("较高", "较低"),
    ("大于", "小于"), ("高于", "低于"), ("多于", "少于"), ("最大", "最小"), ("最多", "最少"), ("最高", "最低"), ("快", "慢"),
    ("有利", "不利"), ("正确", "错误"), ("可以", "不可以"), ("需要", "不需要"), ("能够", "不能够"), ("相同", "不同"),
    ("相等", "不相等"), ("连续", "不连续"), ("先进先出", "先进后出"), ("插入", "删除"), ("入栈", "出栈"), ("入队", "出队"),
    ("之前", "之后"),
    ("前驱", "后继"), ("静态", "动态"), ("顺序", "随机"), ("左", "右"), ("上", "下"), ("内", "外"), ("正", "负"),
    ("吸收", "放出"), ("吸热", "放热"), ("氧化", "还原"), ("酸性", "碱性"), ("促进", "抑制"), ("扩张", "收缩"), ("东", "西"),
    ("南", "北"), ("强", "弱"), ("优点", "缺点"), ("方便", "不便"), ("节省", "浪费"), ("简单", "复杂"), ("长", "短"),
    ("真", "假"), ("奇数", "偶数"), ("开始", "结束"), ("始终", "从不"), ("全部", "部分"), ("主观", "客观"), ("主动", "被动"),
)  # fmt: skip
_TURNED_ZH = dict(_OPPOSITES_ZH) | {b: a for a, b in reversed(_OPPOSITES_ZH)}
_TURNING_ZH = re.compile("|".join(sorted(map(re.escape, _TURNED_ZH), key=len, reverse=True)))
_NEGATION_ZH = re.compile("不(?=[能会可是需必应]|存在|属于|等于)|没有(?=必)|并非|无法|无需")
_SAYING_ZH = re.compile("是|能|会|可以|应当|应该|需要|必须|属于|存在|等于")


def misread(text: str, draw: Random, share: float) -> str:
    """About ``share`` of the letters taken for others, dropped, doubled or swapped; some spaces lost."""
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if draw.random() >= share or not (char.isalpha() or char == " "):
            out.append(char)
            at += 1
            continue
        taken, length = _mistake(text, at, draw)
        out.append(taken)
        at += length
    return "".join(out)


def _mistake(text: str, at: int, draw: Random) -> tuple[str, int]:
    """What stands there after one mistake, and how many characters it replaces."""
    lower = text[at : at + 2].lower()
    alike = [(b, len(a)) for a, b in _LOOKALIKES if lower.startswith(a)]
    kind = draw.random()
    if alike and kind < 0.6:
        return draw.choice(alike)
    if kind < 0.75 or text[at] == " ":
        return "", 1
    if kind < 0.88 and at + 1 < len(text) and text[at + 1].isalpha():
        return text[at + 1] + text[at], 2
    return text[at] * 2, 1


def opposite(text: str, draw: Random) -> str | None:
    """An English text that says something else: an antonym, a negation in or out, another number.

    ``None`` where none of these can be done.
    """
    ways = [_antonym, _negated, _numbered]
    draw.shuffle(ways)
    for way in ways:
        made = way(text, draw)
        if made is not None and made != text:
            return made
    return None


def _antonym(text: str, draw: Random) -> str | None:
    places = [word for word in _WORD.finditer(text) if word[0].lower() in _TURNED]
    if not places:
        return None
    word = draw.choice(places)
    return text[: word.start()] + _TURNED[word[0].lower()] + text[word.end() :]


def _negated(text: str, draw: Random) -> str | None:
    found = _NEGATION.search(text)
    if found is not None:
        return text[: found.start()] + text[found.end() :]
    places = list(_VERBS.finditer(text))
    if not places:
        return None
    verb = draw.choice(places[:2])
    word = draw.choice((" not", "n't")) if verb[0].lower() not in ("can", "will") else " not"
    return text[: verb.end()] + word + text[verb.end() :]


def _numbered(text: str, draw: Random) -> str | None:
    places = list(_NUMBER.finditer(text))
    if not places:
        return None
    number = draw.choice(places)
    return text[: number.start()] + _other_number(number[0], draw) + text[number.end() :]


def _other_number(number: str, draw: Random) -> str:
    if "." in number:
        return draw.choice(
            (number.replace(".", ""), number + str(draw.randint(1, 9)), f"{float(number) * 10:g}")
        )
    value = int(number[:12])
    return str(
        draw.choice([v for v in (value + 1, value - 1, value * 10, value * 2, value + 5) if 0 <= v != value])
    )


def opposite_zh(text: str, draw: Random) -> str | None:
    """The same for Chinese: 增加 for 减少, 不 put in or taken out, another number."""
    ways = [_antonym_zh, _negated_zh, _numbered]
    draw.shuffle(ways)
    for way in ways:
        made = way(text, draw)
        if made is not None and made != text:
            return made
    return None


def _antonym_zh(text: str, draw: Random) -> str | None:
    places = list(_TURNING_ZH.finditer(text))
    if not places:
        return None
    word = draw.choice(places)
    return text[: word.start()] + _TURNED_ZH[word[0]] + text[word.end() :]


def _negated_zh(text: str, draw: Random) -> str | None:
    found = _NEGATION_ZH.search(text)
    if found is not None:
        return text[: found.start()] + text[found.end() :]
    places = list(_SAYING_ZH.finditer(text))
    if not places:
        return None
    at = draw.choice(places).start()
    return text[:at] + "不" + text[at:]
